-- Which fast-charging protocol makes cells last?  A toy of closed-loop optimisation with early prediction (Attia et
-- al., Nature 578, 397 (2020), doi 10.1038/s41586-020-1994-5): not every protocol is cycled to death; 100 noisy cycles
-- and a fitted law predict each life, and a bandit decides where to look next.
-- A program:   fade lua scenarios/closed-loop.lua
-- 25 protocols (two charge rates each), 4 rounds of 8 cells.  Prints each round's best guess, then "best protocol 4.8C
-- then 5.2C": the one the hidden landscape was made with, found with 3,200 cycles instead of 25 whole lives.
local fade = require "fade"

-- The hidden truth: loss after one cycle, least at 4.8C then 5.2C.  Only the virtual cells see it.
local function truth(p)
    return 0.002 * (1 + 0.8 * (p.first - 4.8) ^ 2 + 0.5 * (p.second - 5.2) ^ 2)
end

local protocols = {}
for _, first in ipairs { 4.0, 4.4, 4.8, 5.2, 5.6 } do
    for _, second in ipairs { 4.4, 4.8, 5.2, 5.6, 6.0 } do
        protocols[#protocols + 1] = { first = first, second = second, n = 0, mean = 0 }
    end
end

-- One cell for 100 cycles: what the tester measures, noise, warm days and all.
local function measure(p, seed)
    return fade.run({
        run = { name = "tester", seed = seed, threads = 1 },
        cell = { nominal_capacity = "2 Ah" },
        source = {
            plugin = "virtual", truth = "power-law", cells = 1, cycles = 100,
            parameters = { c = ("%.17g"):format(truth(p)), z = "0.5" },
            pace = 0.05, noise = "3 mAh", recovery = 0, spread = 0.005,
        },
        physics = { plugin = "power-law" },
    }).rows
end

-- Capacity = a - b sqrt(cycle) by least squares; the life is where 80 % of a is left.
local function predicted_life(rows)
    local x, y = rows.cycle ^ 0.5, rows.capacity_ah
    local dx, dy = x - x:mean(), y - y:mean()
    local b = -(dx * dy):sum() / (dx * dx):sum()
    local a = y:mean() + b * x:mean()
    return (0.2 * a / math.max(b, 1e-6)) ^ 2
end

-- Upper confidence bound on the logarithm of the life: an untried protocol is as good as anything.
local function promise(p)
    return p.n == 0 and math.huge or p.mean + 0.15 / math.sqrt(p.n)
end

local seed, cycles = 0, 0
local function best()
    local b = protocols[1]
    for _, p in ipairs(protocols) do
        if p.n > 0 and (b.n == 0 or p.mean > b.mean) then
            b = p
        end
    end
    return b
end

for round = 1, 4 do
    table.sort(protocols, function(p, q)
        local a, b = promise(p), promise(q)
        if a ~= b then
            return a > b
        end
        return p.first * 100 + p.second < q.first * 100 + q.second
    end)
    for i = 1, 8 do
        local p = protocols[i]
        seed = seed + 1
        local rows = measure(p, seed)
        cycles = cycles + #rows
        p.n = p.n + 1
        p.mean = p.mean + (math.log(predicted_life(rows)) - p.mean) / p.n
    end
    local b = best()
    print(("round %d: %.1fC then %.1fC, %.0f cycles predicted"):format(round, b.first, b.second, math.exp(b.mean)))
end

local found = best()
print(("best protocol %.1fC then %.1fC, after %d cycles of testing"):format(found.first, found.second, cycles))
assert(found.first == 4.8 and found.second == 5.2, "the known optimum was not found")
