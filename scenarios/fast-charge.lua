-- What does it cost to charge fast, if it is only now and then?
-- A program:   fade lua scenarios/fast-charge.lua [FOLDER]
-- One charge of 50 % a day at 25 degC for ten years: slow (C/10) or, every so often, within half an hour (1C).  A row
-- is a day; on_cycle says how the next charge will be.  Prints the state of health at the end for shares from none to
-- all under two laws that know the rate of charge: nmc622-gr-denso (83.8 % down to 64.6 %) and nca-grsi-sony, whose
-- fit found next to nothing of it (81.2, 81.1 %).  The first one's results lie in FOLDER (results/fast-charge), for
-- fade plot.
local fade = require "fade"
local folder = arg[1] or "results/fast-charge"

local function health_after(law, share, out)
    local name = ("fast %g %%"):format(100 * share)
    return fade.run({
        run = { name = name, cycles = 3650 },
        cell = { nominal_capacity = "50 Ah" },
        source = { plugin = "constant", depth = 0.5, soc_mean = 0.6, c_rate = "C/3", c_rate_charge = "C/10" },
        physics = { plugin = law },
        on_cycle = function(row)        -- of eight charges in a row 8 share are fast
            local fast = (row.index + 1) * share // 1 > row.index * share // 1
            return { c_rate_charge = fast and 1 or 0.1 }
        end,
        output = { plugin = "csv", every = 30 },
    }, { out = out and out .. "/" .. name, overwrite = out and true, every = 3650 }).rows.soh_ratio:last()
end

print "fast charges  nmc622-gr-denso  nca-grsi-sony"
for share = 0, 1, 0.125 do
    print(("%10.1f %%  %13.1f %%  %11.1f %%"):format(100 * share, 100 * health_after("nmc622-gr-denso", share, folder),
        100 * health_after("nca-grsi-sony", share)))
end
