-- The charge time that costs least: quick charging ages the cell, slow charging costs the driver's time.
-- A program:   fade lua scenarios/charge-rate.lua
-- The ageing cost is a Lua function of a run (exp-fade, 500 cycles); a golden-section search finds the least.  The
-- wage is chosen so that it lies at 60 minutes exactly, which the last line confirms: "best charge time 60.0 min".
local fade = require "fade"

local scenario = {
    run = { name = "charge rate", cycles = 500 },
    cell = { nominal_capacity = "2 Ah" },
    source = { plugin = "constant", temperature_mean = "25 degC" },
    physics = { plugin = "exp-fade" },
}
local battery = 8000                                    -- EUR for all of the capacity
local c = 0.13 * 25 * 500                               -- s: k T n of the law, so that loss = 1 - exp(-c / t)
local wage = battery * math.exp(-c / 3600) * c / 3600 ^ 2  -- EUR per s: the slope of the ageing cost there

local runs = 0
local function cost(seconds)
    runs = runs + 1
    local result = fade.run(scenario, { at = { 500 }, threads = 1, set = { ["physics.charge_time"] = seconds } })
    return battery * result.rows.physics_loss:last() + wage * seconds
end

-- Golden section: f has one least value between a and b.
local function least(f, a, b, tolerance)
    local g = (math.sqrt(5) - 1) / 2
    local x, y = b - g * (b - a), a + g * (b - a)
    local fx, fy = f(x), f(y)
    while b - a > tolerance do
        if fx < fy then
            b, y, fy = y, x, fx
            x = b - g * (b - a)
            fx = f(x)
        else
            a, x, fx = x, y, fy
            y = a + g * (b - a)
            fy = f(y)
        end
    end
    return (a + b) / 2
end

for _, minutes in ipairs { 20, 40, 60, 90, 150 } do
    print(("%4d min  %8.2f EUR"):format(minutes, cost(minutes * 60)))
end
local best = least(cost, 1200, 9000, 0.5)
print(("best charge time %.1f min, %.2f EUR, after %d runs"):format(best / 60, cost(best), runs))
assert(math.abs(best - 3600) < 5, "the known optimum was not found")
