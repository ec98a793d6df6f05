-- A physics model in Lua worth copying: the power law, loss = c * n^z, as in the plugin power-law.
-- In a scenario:   physics = { plugin = "scripts/power-law.lua", c = 2e-3 }, and the same in TOML.
-- The path is taken from the scenario's folder.  `fade check` holds units, bounds and keys to what stands here.
return {
    name = "power-law-lua",
    doc = "Loss as a power of the number of cycles.",
    parameters = {
        c = { value = 1e-3, unit = "1", min = 0, max = 1, doc = "Loss after the first cycle." },
        z = { value = 0.5, unit = "1", min = 0.01, max = 3, doc = "Exponent of the number of cycles." },
    },
    -- What it reads: standard columns bring their unit; others say { key = "..", unit = ".." }.
    inputs = { "temperature_mean" },
    -- What the host keeps for it, per cell: it is saved, resumed and rolled back without this file's help.
    state = { cycles = { init = 0, unit = "", doc = "Cycles done." } },
    outputs = { loss = { unit = "1", min = 0, max = 1, doc = "Fraction of the initial capacity that is gone." } },
    -- x: state, then the inputs (not used here), p: parameters, dt: cycles of this row.
    -- Gives the new state, then the outputs.
    step = function(x, _, p, dt)
        local n = x.cycles + dt
        return { cycles = n }, { loss = math.min(1, p.c * n ^ p.z) }
    end,
    -- Outputs at x, before any step.
    observe = function(x, _, p)
        return { loss = math.min(1, p.c * x.cycles ^ p.z) }
    end,
}
