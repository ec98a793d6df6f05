-- A thousand cells that are not quite alike: how far apart do their lives end?
-- A program:   fade lua scenarios/monte-carlo.lua [CELLS]
-- Each cell of Xu 2018 gets its own pace of ageing (10 % spread) and temperature stress (3 %), all in one run.  Prints
-- how many cells reached 80 % of their capacity, then the 5th, 50th and 95th percentile of their lives in cycles.
local fade = require "fade"

local cells = tonumber(arg and arg[1]) or 1000
math.randomseed(42)

local function normal()
    return math.sqrt(-2 * math.log(1 - math.random())) * math.cos(2 * math.pi * math.random())
end

local pace, stress = {}, {}
for i = 1, cells do
    pace[i] = 4.14e-10 * math.exp(0.10 * normal())
    stress[i] = 0.0693 * (1 + 0.03 * normal())
end

local result = fade.run({
    run = { name = "Monte Carlo", stop = "80% capacity", cycles = 5000 },
    cell = { nominal_capacity = "2 Ah" },
    source = { plugin = "constant", cells = cells, temperature_mean = "35 degC" },
    physics = { plugin = "xu2018", k_t = pace, k_temperature = stress },
}, { rows = false })

local lives = result.summary.end_of_life_cycle
print(("%d cells, %d of them reached 80 %%, in %.2f s"):format(#lives, lives:count(), result.seconds))
print(("cycles at 5, 50, 95 %%: %.0f %.0f %.0f"):format(lives:quantile(0.05, 0.5, 0.95)))
