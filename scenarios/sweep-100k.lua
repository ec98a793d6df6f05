-- A hundred thousand points over a lunch break's first seconds: which parameter of Xu 2018 decides the life?
-- A program:   fade lua scenarios/sweep-100k.lua [POINTS [STORE.sqlite]]
-- Scrambled Sobol points over temperature, depth and calendar rate; each is one lane of one run.  Prints how many
-- cases ran and failed, the 5th, 50th and 95th percentile of the capacity after 1,000 cycles, and how strongly each
-- axis goes with it (rank correlation); with STORE the cases stay in that file, and a killed sweep goes on from it.
local fade = require "fade"

local points = tonumber(arg and arg[1]) or 100000
local store = arg and arg[2]

local started = os.clock()
local cases, counts = fade.sweep({
    run = { name = "what decides a life", cycles = 1000 },
    cell = { nominal_capacity = "2 Ah" },
    source = { plugin = "constant" },
    physics = { plugin = "xu2018" },
    sweep = {
        design = "sobol",
        n = points,
        axes = {
            ["source.temperature_mean"] = { from = "10 degC", to = "45 degC" },
            ["source.depth"] = { from = 0.4, to = 1 },
            ["physics.k_t"] = { from = 2e-10, to = 8e-10, scale = "log" },
        },
        collect = { "physics_capacity" },
    },
}, { store = store })
print(("%d cases, %d failed, %.1f s of processor time"):format(counts.cases, counts.failed, os.clock() - started))

local capacity = cases.physics_capacity
print(("capacity at 5, 50, 95 %%: %.3f %.3f %.3f Ah"):format(capacity:quantile(0.05, 0.5, 0.95)))

-- Rank correlation (Spearman): Pearson's of the ranks.
local function ranks(column)
    local order, rank = {}, {}
    for i = 1, #column do
        order[i] = i
    end
    table.sort(order, function(a, b) return column[a] < column[b] end)
    for r, i in ipairs(order) do
        rank[i] = r
    end
    return fade.column(rank)
end
local function correlation(x, y)
    local a, b = ranks(x), ranks(y)
    local da, db = a - a:mean(), b - b:mean()
    return (da * db):sum() / math.sqrt((da * da):sum() * (db * db):sum())
end
for _, axis in ipairs { "source.temperature_mean", "source.depth", "physics.k_t" } do
    print(("%-24s %+.2f"):format(axis, correlation(cases[axis], capacity)))
end
