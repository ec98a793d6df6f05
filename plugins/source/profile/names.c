/* SPDX-License-Identifier: MIT
 * names.c - what files call time, state of charge, current, power and temperature, and their units.
 *
 * A header is a name and perhaps a unit: "Test Time / s", "SOC (%)", "I/mA", "t_hours", "temperature_celsius".  Names
 * are compared in small letters with anything else than letters and digits as one '_'.
 */
#include "inside.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LENGTH(a) (sizeof(a) / sizeof(a)[0])
enum { WORD = 80 };

/* `names`: '|' around each, the best first; `short_names` count only with a unit of the role. */
static const struct {
    const char *role, *names, *short_names;
} roles[ROLE_N] = {
    [ROLE_TIME] = { "time",
                    "|time|test_time|total_time|elapsed_time|relative_time|timestamp|time_stamp|datetime|date_time|"
                    "date|utc|unix_time|t|",
                    "" },
    [ROLE_WARMEST] = { "highest temperature",
                       "|temperature_max|max_temperature|temp_max|tmax|t_max|maximum_temperature|", "" },
    [ROLE_COLDEST] = { "lowest temperature",
                       "|temperature_min|min_temperature|temp_min|tmin|t_min|minimum_temperature|", "" },
    [ROLE_SOC] = { "soc", "|soc|state_of_charge|battery_soc|cell_soc|soc_mean|", "" },
    [ROLE_CURRENT] = { "current", "|current|battery_current|cell_current|current_measured|amps|i|", "" },
    [ROLE_POWER] = { "power", "|power|battery_power|cell_power|load|p|", "" },
    [ROLE_TEMPERATURE] = { "temperature",
                           "|temperature|cell_temperature|battery_temperature|temp|cell_temp|battery_temp|"
                           "surface_temperature|temperature_measured|t1|ambient_temperature|temperature_ambient|"
                           "ambient_temp|t_amb|air_temperature|temp_air|dry_bulb_temperature|outdoor_temperature|"
                           "temperature_mean|ambient|",
                           "|t|" },
};

/* The first of a role is meant where a header says none. */
static const measure measures[] = {
    { ROLE_TIME, "|s|sec|secs|second|seconds|", 1, 0 },
    { ROLE_TIME, "|ms|millisecond|milliseconds|", 1e-3, 0 },
    { ROLE_TIME, "|min|mins|minute|minutes|", 60, 0 },
    { ROLE_TIME, "|h|hr|hrs|hour|hours|", 3600, 0 },
    { ROLE_TIME, "|d|day|days|", 86400, 0 },
    { ROLE_SOC, "|1|ratio|fraction|pu|", 1, 0 },
    { ROLE_SOC, "|percent|pct|perc|", 0.01, 0 },
    { ROLE_CURRENT, "|a|amp|amps|ampere|amperes|", 1, 0 },
    { ROLE_CURRENT, "|ma|milliampere|", 1e-3, 0 },
    { ROLE_CURRENT, "|ka|kiloampere|", 1e3, 0 },
    { ROLE_POWER, "|w|watt|watts|", 1, 0 },
    { ROLE_POWER, "|mw|milliwatt|", 1e-3, 0 },
    { ROLE_POWER, "|kw|kilowatt|", 1e3, 0 },
    { ROLE_POWER, "|MW|megawatt|", 1e6, 0 },
    { ROLE_TEMPERATURE, "|degc|c|deg_c|celsius|oc|degree_celsius|degrees_celsius|", 1, 273.15 },
    { ROLE_TEMPERATURE, "|k|kelvin|", 1, 0 },
    { ROLE_TEMPERATURE, "|degf|f|deg_f|fahrenheit|", 5.0 / 9, 459.67 * 5 / 9 },
};

/* The role whose units it has. */
static int kind_of(int role)
{
    return role == ROLE_WARMEST || role == ROLE_COLDEST ? ROLE_TEMPERATURE : role;
}

const char *names_role(int role)
{
    return roles[role].role;
}

const measure *names_usual(int role)
{
    size_t k = 0;
    while (measures[k].role != kind_of(role))
        k++;
    return &measures[k];
}

/* Small letters and digits, everything else one '_' between them; '%' is a word; of the rest only the degree sign
 * of one letter is known. */
static void plain(const char *at, size_t n, char out[WORD])
{
    static const struct { const char *sign, *word; } signs[] = { { "%", "_percent" }, { "\xe2\x84\x83", "_degc" } };
    size_t m = 0;
    for (size_t k = 0; k < n && m + 12 < WORD; k++) {
        unsigned char c = (unsigned char)at[k];
        if (c < 128 && isalnum(c))
            out[m++] = (char)tolower(c);
        for (size_t i = 0; i < LENGTH(signs); i++)
            if (strncmp(at + k, signs[i].sign, strlen(signs[i].sign)) == 0)
                for (const char *w = signs[i].word + (m == 0 || out[m - 1] == '_'); *w; w++)
                    out[m++] = *w;
        if (c < 128 && !isalnum(c) && c != '%' && m > 0 && out[m - 1] != '_')
            out[m++] = '_';
    }
    while (m > 0 && out[m - 1] == '_')
        m--;
    out[m] = '\0';
}

/* Which of "|a|b|c|" it is; -1: none. */
static int among(const char *list, const char *word)
{
    char fenced[WORD + 2];
    snprintf(fenced, sizeof fenced, "|%s|", word);
    const char *at = *word ? strstr(list, fenced) : NULL;
    int k = 0;
    for (const char *c = list; at && c < at; c++)
        k += *c == '|';
    return at ? k : -1;
}

const measure *names_unit(const char *word)
{
    char small[WORD];
    for (size_t k = 0; k < LENGTH(measures); k++)
        if (strcmp(word, "MW") == 0 && measures[k].scale == 1e6)
            return &measures[k];
    plain(word, strlen(word), small);
    for (size_t k = 0; k < LENGTH(measures); k++)
        if (among(measures[k].words, small) >= 0)
            return &measures[k];
    return NULL;
}

/* Where the name ends and its unit is: in brackets, behind '/', behind "_in_".  NULL: no unit we know is said so. */
static const measure *apart(const char *header, size_t *name)
{
    char word[WORD];
    size_t n = strlen(header), from, to = n;
    const char *in = strstr(header, "_in_"), *slash = strrchr(header, '/'), *bracket = strpbrk(header, "([");
    while (to > 0 && header[to - 1] == ' ')
        to--;
    if (bracket && to > 0 && strchr(")]", header[to - 1])) {
        *name = (size_t)(bracket - header);
        from = *name + 1;
        to--;
    } else if (slash || in) {
        *name = (size_t)((slash ? slash : in) - header);
        from = *name + (slash ? 1 : 4);
    } else {
        return NULL;
    }
    while (from < to && header[from] == ' ')
        from++;
    if (from >= to || to - from >= sizeof word)
        return NULL;
    memcpy(word, header + from, to - from);
    word[to - from] = '\0';
    return names_unit(word);
}

/* The rank of a name whose unit is said. */
static int with_unit(const char *name, int role, const measure *unit)
{
    if (!unit || unit->role != kind_of(role))
        return -1;
    int rank = among(roles[role].names, name), small = among(roles[role].short_names, name);
    return rank >= 0 ? rank : small >= 0 ? 100 + small : -1;
}

int names_rank(const char *header, int role, const measure **unit)
{
    char name[WORD];
    size_t n = strlen(header);
    *unit = apart(header, &n);
    plain(header, n, name);
    if (*unit)
        return with_unit(name, role, *unit);
    int rank = among(roles[role].names, name);
    /* temperature_c, then temperature_deg_c */
    for (int words = 1; rank < 0 && words <= 2; words++) {
        char *tail = name + strlen(name);
        for (int k = 0; k < words && tail > name; k++)
            do
                tail--;
            while (tail > name && *tail != '_');
        if (tail == name)
            break;
        bool mega = n > 2 && strcmp(header + n - 2, "MW") == 0;
        *unit = names_unit(mega ? "MW" : tail + 1);
        *tail = '\0';
        rank = with_unit(name, role, *unit);
        *tail = '_';
        if (rank < 0)
            *unit = NULL;
    }
    return rank;
}
