-- How long a cell lives at each temperature, after Xu 2018: cycles until 80 % of the capacity is left.
-- A program:   fade lua scenarios/temperature-study.lua
-- Prints one line per temperature from 5 to 45 degC, hotter being shorter (1,733 cycles at 25 degC), then the factor
-- that ten degrees make: "10 degrees more cost .. %".
local fade = require "fade"

local function life_at(degrees)
    local result = fade.run({
        run = { name = degrees .. " degC", stop = "80% capacity", cycles = 20000 },
        cell = { nominal_capacity = "2 Ah" },
        source = { plugin = "constant", temperature_mean = degrees .. " degC" },
        physics = { plugin = "xu2018" },
    }, { rows = false })
    return result.summary[1].end_of_life_cycle
end

local temperatures, lives = {}, {}
for degrees = 5, 45, 10 do
    temperatures[#temperatures + 1] = degrees
    lives[#lives + 1] = life_at(degrees)
end

print(fade.table { { "celsius", temperatures }, { "cycles", lives } })

local shorter = 1 - (lives[#lives] / lives[1]) ^ (1 / (#lives - 1))
print(("10 degrees more cost %.0f %% of the life"):format(shorter * 100))
