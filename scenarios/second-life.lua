-- A car's battery is down to 80 %.  What is it still good for, and how long?
-- A program:   fade lua scenarios/second-life.lua [FOLDER]
-- A law's state is more than its capacity: two cells at 80 %, one by time and one by cycles, go on differently.  So
-- nothing is handed over from run to run; one run has both lives, the week of the car until 80 % and then the second
-- duty, in a profile that this program writes.  Prints "in the car 8.2 years to 80 %", then for each second duty the
-- years from there to 70 %, beside those of a new battery to 90 %; results lie in FOLDER (results/second-life), for
-- fade plot.
local fade = require "fade"
local here = arg[0]:match "^(.*)/" or "."
local folder = arg[1] or "results/second-life"
local most = 20                         -- years that are looked at

local function profile(name) return here .. "/profiles/" .. name .. ".csv" end

local function run(name, source, options)
    source.plugin = "profile"
    return fade.run({
        run = { name = name, stop = options and options.stop },
        cell = { nominal_capacity = "75 Ah" },
        source = source,
        duty = { row = "1 week" },
        physics = { plugin = "nca-gr-panasonic" },
        output = { plugin = "csv", every = 4 },
        health = { eol = 0.7 },
    }, { out = options and options.out, overwrite = options and options.out and true })
end

-- Rows of a profile: hour, soc, degC (of the car 25).
local function read(name)
    local rows = {}
    for line in io.lines(profile(name)) do
        local hour, soc, celsius = line:match "^([%d.]+),([%d.]+),?([%d.]*)"
        if hour then
            rows[#rows + 1] = { tonumber(hour), tonumber(soc), tonumber(celsius) or 25 }
        end
    end
    return rows
end

local function write(file, rows, from, hours)
    local period = math.ceil(rows[#rows][1] / 24) * 24
    for start = from, from + hours - period, period do
        for _, row in ipairs(rows) do
            file:write(("%.1f,%.4f,%.3f\n"):format(start + row[1], row[2], row[3]))
        end
    end
end

-- Years from `since` on until the state of health is below `level`.
local function years(rows, level, since)
    for i = 1, #rows do
        if rows.soh_ratio[i] < level then
            return ("%.1f years"):format(i * 7 / 365 - since)
        end
    end
    return "more than " .. most .. " years"
end

local first = run("car", { path = profile "commute-to-100", temperature = "25 degC", length = most .. " years" },
    { stop = "80% capacity" })
local weeks = #first.rows
print(("in the car %.1f years to 80 %%"):format(weeks * 7 / 365))

for _, duty in ipairs { "commute-to-100", "home-solar", "home-peaks" } do
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "time_hours,soc,temperature_degc\n"
    write(file, read "commute-to-100", 0, weeks * 168)
    write(file, read(duty), weeks * 168 + 24, most * 8760)             -- a day to carry it home
    file:close()
    local both = run(duty, { path = path }, { out = folder .. "/" .. duty })
    os.remove(path)
    local new = run("new", { path = profile(duty), length = most .. " years",
        temperature = duty:match "commute" and "25 degC" or nil })
    print(("%-14s  %s to 70 %%; a new one: %s to 90 %%"):format(duty, years(both.rows, 0.7, weeks * 7 / 365),
        years(new.rows, 0.9, 0)))
end
