-- Writes the days, weeks and years that the examples in scenarios/ run on: small files made of formulas, no data of
-- anyone.  The formula of each file stands in its first lines, too.
--   build/fade lua scripts/profiles.lua scenarios/profiles
local folder = assert(arg and arg[1], "where to? fade lua scripts/profiles.lua FOLDER")

-- Numbers are as short as they are exact to `digits`.
local function write(name, about, heading, rows, digits)
    local file = assert(io.open(folder .. "/" .. name .. ".csv", "w"))
    for _, line in ipairs(about) do
        file:write("# ", line, "\n")
    end
    file:write(heading, "\n")
    for _, row in ipairs(rows) do
        local words = {}
        for i, v in ipairs(row) do
            words[i] = ("%." .. digits .. "f"):format(v):gsub("(%..-)0+$", "%1"):gsub("%.$", "")
        end
        file:write(table.concat(words, ","), "\n")
    end
    file:close()
end

-- ---- climates: a year in steps of 12 hours, coldest at 3 and warmest at 15 o'clock ----

-- degC: mean, from it to the height of summer, from the day's mean to the afternoon; the warmest day of the year
local places = {
    Miami = { 24.5, 4.3, 3, 208 },
    Seattle = { 11.1, 6.7, 3.5, 203 },
    Honolulu = { 25.7, 1.9, 1, 240 },
}
for name, p in pairs(places) do
    local rows = {}
    for hour = 3, 8760, 12 do
        local season = math.cos(2 * math.pi * (hour / 24 - p[4]) / 365)
        rows[#rows + 1] = { hour, p[1] + p[2] * season + (hour % 24 == 15 and p[3] or -p[3]) }
    end
    write(name:lower(), {
        ("A year in %s: %g + %g cos(2 pi (day - %d)/365) degC, %g less at 3 o'clock and more at 15 o'clock."):format(
            name, p[1], p[2], p[4], p[3]),
        "Mean and amplitudes are those of an hourly table of the place, rounded.",
    }, "time_hours,temperature_degc", rows, 2)
end

-- ---- a car: a week from Monday 0 o'clock in steps of half an hour ----

-- Part of the battery that is driven in a half hour of the week: 6 % to work and 6 % home, on Saturday 40 % for a trip.
local function driven(day, hour)
    if day < 5 then
        return (hour == 7.5 or hour == 17.5) and 0.06 or 0
    end
    return day == 5 and (hour >= 9.5 and hour < 11 or hour >= 16 and hour < 17.5) and 0.4 / 6 or 0
end

-- The week of a car that charges 6 % in half an hour (7.2 kW of 60 kWh) up to `full` while `plugged(hour)`.
local function week(full, plugged)
    local soc, rows = full, {}
    for turn = 1, 2 do                                  -- the second week begins as the first one ended
        rows = {}
        for step = 0, 335 do
            local day, hour = step // 48, step % 48 / 2
            local use = driven(day, hour)
            rows[#rows + 1] = { step / 2, soc }
            soc = use > 0 and soc - use or plugged(hour) and math.min(soc + 0.06, math.max(soc, full)) or soc
        end
        assert(turn == 1 or math.abs(soc - rows[1][2]) < 1e-9, "the week does not close")
    end
    return rows
end

local function evening(hour) return hour >= 18 or hour < 7 end
local function morning(hour) return hour >= 3.5 and hour < 7 end
local trips = "A week of commuting from Monday on: 6 % of the battery at 7:30 and at 17:30, 40 % on Saturday."
for _, car in ipairs {
    { "commute-to-80", 0.8, evening, "Charged to 80 % from 18:00 on, 12 % an hour." },
    { "commute-to-100", 1, evening, "Charged to 100 % from 18:00 on, 12 % an hour." },
    { "commute-to-100-late", 1, morning, "Charged to 100 % from 3:30 to 7:00, 12 % an hour." },
} do
    write(car[1], { trips, car[4] }, "time_hours,soc", week(car[2], car[3]), 4)
end

-- ---- a home: twelve days of 24 hours, one for each month ----

local battery = 10                                      -- kWh

local function season(month)                            -- -1 in midwinter, 1 in midsummer
    return -math.cos(2 * math.pi * (month - 0.5) / 12)
end

local function load(hour)                               -- kW
    return hour >= 18 and hour < 23 and 1.2 or hour >= 6 and hour < 9 and 0.8 or 0.35
end

local function sun(month, hour)                         -- kW of 5 kW of panels: half a cosine from dawn to dusk
    local from_noon, daylight = hour - 12, 12 + 4 * season(month)
    return math.abs(from_noon) < daylight / 2 and
        (2.6 + 1.1 * season(month)) * math.cos(math.pi * from_noon / daylight) or 0
end

-- The days of a battery into which `power(month, hour)` kW flow while it is between 10 and 95 %.
local function days(power)
    local soc, rows = 0.1, {}
    for _ = 1, 3 do                                     -- until December leads to January
        rows = {}
        for month = 1, 12 do
            for hour = 0, 23 do
                rows[#rows + 1] = { (month - 1) * 24 + hour, soc, 18 + 5 * season(month) }
                soc = math.max(0.1, math.min(0.95, soc + power(month, hour) / battery))
            end
        end
    end
    return rows
end

local home = "Twelve days of a home battery of 10 kWh, one for each month, between 10 and 95 %, at 13 to 23 degC."
write("home-solar", {
    home, "The surplus of 5 kW of panels is stored; what the house needs is taken until the battery is empty.",
}, "time_hours,soc,temperature_degc", days(function(month, hour)
    return sun(month, hour) - load(hour)
end), 3)
write("home-peaks", {
    home, "Kept full; from 17 to 20 o'clock it gives what is above 0.3 kW, in winter 1 kW more; charged from 0 to 6.",
}, "time_hours,soc,temperature_degc", days(function(month, hour)
    if hour >= 17 and hour < 20 then
        return -(load(hour) - 0.3 + (season(month) < 0 and 1 or 0))
    end
    return hour < 6 and 1.5 or 0
end), 3)

-- ---- a storage: one day ----

local rows = {}
for hour = 0, 23 do
    local charged = math.max(0, math.min(4, hour - 1)) / 4
    rows[#rows + 1] = { hour, 0.1 + 0.8 * (charged - math.max(0, math.min(3, hour - 17)) / 3) }
end
write("grid-day", {
    "A day of a storage: from 10 to 90 % between 1 and 5 o'clock, back to 10 % between 17 and 20 o'clock.",
}, "time_hours,soc", rows, 4)
