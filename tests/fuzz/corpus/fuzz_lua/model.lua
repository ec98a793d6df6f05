-- A law of one's own beside Xu 2018: loss grows with the square root of the cycles (a film that slows its own growth),
-- faster when warm (Arrhenius).
-- A scenario:   fade run scenarios/custom-model.lua --out results/custom
-- Prints a table with two lines, xu2018 and film, each with 1,000 rows; at 25 degC the film's loss after n cycles is
-- 0.5 % times the square root of n, so that its capacity ends at 2 (1 - 0.005 sqrt(1000)) = 1.6838 Ah.
local R = 8.314462618                                   -- J/(mol K), CODATA 2018

local film = {
    name = "film",
    doc = "Loss as the thickness of a film that grows with the square root of the cycles.",
    parameters = {
        k = { value = 0.005, unit = "1", min = 0, max = 1, doc = "Loss after one cycle at 25 degC." },
        activation_energy = { value = 30000, unit = "J/mol", min = 0, max = 2e5, doc = "How it rises when warm." },
    },
    inputs = { "temperature_mean" },
    state = { square = { init = 0, unit = "1", doc = "Square of the loss." } },
    outputs = { loss = { unit = "1", doc = "Fraction of the initial capacity that is gone." } },
    step = function(x, u, p, dt)
        local rate = p.k ^ 2 * math.exp(2 * p.activation_energy / R * (1 / 298.15 - 1 / u.temperature_mean))
        local square = x.square + rate * dt
        return { square = square }, { loss = math.min(1, math.sqrt(square)) }
    end,
}

return {
    run = { name = "a law of one's own", cycles = 1000 },
    cell = { nominal_capacity = "2 Ah" },
    source = { plugin = "constant", temperature_mean = "25 degC" },
    physics = { { plugin = "xu2018" }, film },
}
