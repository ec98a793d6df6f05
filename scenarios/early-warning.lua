-- Sixty vans on the same round; one battery ages twice as fast, and nobody knows.  Which one, and when is it seen?
--   fade lifetime scenarios/early-warning.lua --early 6 --within "8 years"
-- A row is 30 days.  Tells after half a year that cell-04 fades 1.44 times as fast as the median, when which share of
-- the fleet is due for exchange (half of it after 8.2 years), and how many claims a warranty of 8 years would bring.
local pace = {}
for i = 1, 60 do                        -- no two are quite alike: 8 % of spread
    local u, v = math.random(), math.random()
    pace[i] = math.exp(0.08 * math.sqrt(-2 * math.log(1 - u)) * math.cos(2 * math.pi * v))
end
pace[4] = 2                             -- the weak one

return {
    run = { name = "sixty vans, one weak battery" },
    cell = { nominal_capacity = "75 Ah" },
    source = {
        plugin = "profile", path = "profiles/commute-to-100.csv", cells = 60,
        temperature = "25 degC", length = "20 years",
    },
    duty = { row = "30 days" },
    physics = { plugin = "nca-gr-panasonic", ageing_factor = pace },
}
