-- Writes the measured samples that scenarios/observer.toml runs on: a cell of the default numbers of "ecm" under a load
-- that changes all the time, seen by a meter with noise (5 mV, 20 mA).  No data of anyone.
--   build/fade lua scripts/samples.lua scenarios/samples
local folder = assert(arg and arg[1], "where to? fade lua scripts/samples.lua FOLDER")

local x = { 0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1 }
local y = { 2.5, 3, 3.25, 3.4, 3.5, 3.56, 3.61, 3.66, 3.74, 3.84, 3.94, 4.05, 4.18 }
local function ocv(soc)
    local k = 1
    while k < 12 and soc > x[k + 1] do
        k = k + 1
    end
    return y[k] + (soc - x[k]) * (y[k + 1] - y[k]) / (x[k + 1] - x[k])
end

-- Park and Miller's generator, so that the file is the same everywhere.
local seed = 20261128
local function uniform()
    seed = seed * 16807 % 2147483647
    return seed / 2147483647
end
local function normal()
    return math.sqrt(-2 * math.log(uniform())) * math.cos(2 * math.pi * uniform())
end

local function load_at(t)
    return 1 + 1.6 * math.sin(0.11 * t) + 1.2 * math.sin(0.037 * t) + math.sin(0.31 * t)
end

local Q, r0, r, c = 2, 0.036, { 0.02, 0.01 }, { 2000, 50000 } -- r0: 20 % above the one the filter is given
local soc, v = 0.87, { 0, 0 }
local file = assert(io.open(folder .. "/drive.csv", "w"))
file:write("time_s,voltage_v,current_a,soc_true\n")
for t = 0, 1800, 2 do
    local I = load_at(t)
    local V = ocv(soc) - v[1] - v[2] - I * r0
    file:write(("%d,%.4f,%.3f,%.5f\n"):format(t, V + 0.005 * normal(), I + 0.02 * normal(), soc))
    for k = 0, 19 do
        local now = load_at(t + (k + 0.5) / 10)
        soc = soc - now * 0.1 / 3600 / Q
        for j = 1, 2 do
            v[j] = v[j] + (now * r[j] - v[j]) * (1 - math.exp(-0.1 / (r[j] * c[j])))
        end
    end
end
file:close()
