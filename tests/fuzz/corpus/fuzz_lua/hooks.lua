-- hotter as it ages
local t0 = 25
return {
    run = { name = "lua test", cycles = 500 },
    cell = { nominal_capacity = 2.0 },
    source = { plugin = "constant", depth = 0.8 },
    conditions = {
        c_rate = function(row) return row.soh > 0.97 and 2 or 1 end,
    },
    physics = { plugin = "wang2011" },
    on_cycle = function(row)
        if row.cycle == 100 then return { mark = "hundred" } end
        if row.soh < 0.95 then return { stop = "enough", mark = string.format("at %.4f", row.soh) } end
    end,
    on_end = function(r) print("done", r.rows) end,
    output = { { plugin = "summary" }, { plugin = "csv" } },
}
