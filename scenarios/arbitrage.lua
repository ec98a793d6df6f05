-- A storage buys power when it is cheap and sells it when it is dear, once a day.  How deep should it go?
-- A program:   fade lua scenarios/arbitrage.lua [FOLDER]
-- 100 kWh of LFP cells at 20 degC, 25 kW; 8 % of what is bought is lost; power is cheap at noon and dear in the
-- evening. A deeper swing earns more and ages the battery more, and some of it is lost by time alone.  An aged
-- battery moves the same energy in deeper swings (keep = "energy").  Prints that the energy adds up, then for each
-- depth what 15 years bring and take, and "best depth 87.5 %"; results lie in FOLDER (results/arbitrage), for fade
-- plot.
local fade = require "fade"
local folder = arg[1] or "results/arbitrage"
local years, kwh, kw, kept = 15, 100, 25, 0.92
local battery = 300 * kwh               -- EUR, spent when 30 % of the capacity is gone

local function price(hour)              -- EUR/kWh
    return 0.08 + 0.018 * math.cos(2 * math.pi * (hour - 19.5) / 24) - 0.025 * math.exp(-((hour - 13) / 2.5) ^ 2)
end

-- The first of `n` half hours in a row that cost least (sign 1) or most (sign -1).
local function best(n, sign)
    local at, least
    for first = 0, 47 - n do
        local sum = 0
        for i = first, first + n - 1 do
            sum = sum + sign * price(i / 2)
        end
        if not least or sum < least then
            at, least = first, sum
        end
    end
    return at
end

-- The power of each half hour of a day (discharge is positive), kWh from and to the grid, EUR.
local function trade(depth)
    local n = math.floor(depth * kwh / kw * 2 + 0.5)
    local buy, sell = best(n, 1), best(n, -1)
    local day = { bought = 0, sold = 0, earned = 0 }
    for i = 0, 47 do
        local p = i >= sell and i < sell + n and kw or i >= buy and i < buy + n and -kw / kept or 0
        day[i + 1] = p
        day.bought = day.bought + math.max(-p, 0) / 2
        day.sold = day.sold + math.max(p, 0) / 2
        day.earned = day.earned + p / 2 * price(i / 2)
    end
    return day
end

local function run(depth, day)
    local name, path = ("%g %%"):format(depth * 100), os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "time_hours,power_kw\n"
    for i, p in ipairs(day) do
        file:write(("%.1f,%.17g\n"):format((i - 1) / 2, p))
    end
    file:close()
    local result = fade.run({
        run = { name = name },
        cell = { nominal_capacity = "250 Ah" },
        source = {
            plugin = "profile", path = path, energy = kwh .. " kWh", efficiency = kept, soc_start = 0.5 - depth / 2,
            current_sign = "discharge-positive", temperature = "20 degC", length = years .. " years",
        },
        duty = { row = "30 days", keep = "energy" },
        physics = { plugin = "lfp-gr-250ah" },
        output = { plugin = "csv" },
    }, { out = folder .. "/" .. name, overwrite = true })
    os.remove(path)
    return result.rows
end

local lines, most = {}, nil
for depth = 0, 1, 0.125 do
    local day = trade(depth)
    local rows = run(depth, day)
    local sold, booked = day.sold * years * 365, rows.equivalent_full_cycles:last() * kwh
    assert(math.abs(day.bought * kept - day.sold) < 1e-9 * kwh, "what is sold is not what is kept of what is bought")
    assert(math.abs(booked - sold) <= 1e-9 * sold, "the run books another energy than is sold")
    if depth == 0.75 then
        print(("energy of a day of 75 %%: %.2f kWh bought, %.2f kept, %.2f sold"):format(day.bought, day.bought * kept,
            day.sold))
        print(("in %d years: %.3f MWh sold, %.3f booked by the run"):format(years, sold / 1000, booked / 1000))
    end
    local loss = rows.physics_loss_ratio:last()
    local income, cost = day.earned * years * 365, battery * loss / 0.3
    lines[#lines + 1] = ("%6.1f %%  %7.1f %%  %8.0f  %8.0f  %8.0f"):format(depth * 100, 100 * (1 - loss), income, cost,
        income - cost)
    if not most or income - cost > most.left then
        most = { depth = depth, left = income - cost }
    end
end
print "   depth  SoH then    EUR in       out      left"
print(table.concat(lines, "\n"))
print(("best depth %g %%"):format(most.depth * 100))
