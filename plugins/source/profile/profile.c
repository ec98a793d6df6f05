/* SPDX-License-Identifier: MIT
 * profile.c - a source of a duty: state of charge, current or power against time, with temperature, to any length.
 */
#include "inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(name, key, unit, type, flags, default, min, max, text, sentence) */
#define PARAMS(X)                                                                                                      \
    X(PATH, "path", "", FADE_PATH, 0, 0, 0, 0, NULL, "The file of the duty: CSV, also .gz.")                           \
    X(PATHS, "paths", "", FADE_PATHS, 0, 0, 0, 0, NULL, "Several duties, a cell each, named by its file.")             \
    X(TIME, "time_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the time or date.")                             \
    X(SOC, "soc_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the state of charge.")                            \
    X(CURRENT, "current_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the current, where there is no soc.")     \
    X(POWER, "power_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the power, where there is neither.")          \
    X(TEMPERATURE_COLUMN, "temperature_column", "", FADE_TEXT, 0, 0, 0, 0, NULL,                                       \
      "Header of the temperature, in temperature_path where that is given.")                                           \
    X(UNITS, "units", "", FADE_MAP, 0, 0, 0, 0, NULL,                                                                  \
      "{ time = \"min\", soc = \"%\", .. }: units that headers do not say; else s, 1, A, W, degC.")                    \
    X(TEMPERATURE, "temperature", "K", FADE_REAL, 0, NAN, 150, 500, NULL,                                              \
      "A constant; unless given the file's, or 25 degC where it has none.")                                            \
    X(CLIMATE, "temperature_path", "", FADE_PATH, 0, 0, 0, 0, NULL,                                                    \
      "A file of temperature against time or date, which repeats by its own period.")                                  \
    X(CLIMATES, "temperature_paths", "", FADE_PATHS, 0, 0, 0, 0, NULL,                                                 \
      "Several climates, a cell each, named by its file.")                                                             \
    X(SIGN, "current_sign", "", FADE_CHOICE, 0, 0, 0, 0, "auto|discharge-positive|charge-positive",                    \
      "Which current or power the file calls positive; auto: the way more flows is discharge.")                        \
    X(CAPACITY, "capacity", "Ah", FADE_REAL, 0, NAN, 1e-9, 1e12, NULL,                                                 \
      "Turns current into state of charge; nominal_capacity unless given.")                                            \
    X(NOMINAL, "nominal_capacity", "Ah", FADE_REAL, FADE_ADVANCED, NAN, 1e-9, 1e12, NULL,                              \
      "That of [cell] unless given.")                                                                                  \
    X(ENERGY, "energy", "Wh", FADE_REAL, 0, NAN, 1e-9, 1e15, NULL, "Turns power into state of charge.")                \
    X(EFFICIENCY, "efficiency", "1", FADE_REAL, 0, 1, 0.01, 1, NULL, "Part of a charge, in Ah or Wh, that is kept.")   \
    X(SOC_START, "soc_start", "1", FADE_REAL, 0, NAN, 0, 1, NULL,                                                      \
      "Where soc from current or power starts; unless given, so that its highest is 1.")                               \
    X(LENGTH, "length", "s", FADE_REAL, 0, NAN, 1e-3, 1e12, NULL, "How long the duty goes on; once unless given.")     \
    X(PERIOD, "period", "s", FADE_REAL, FADE_ADVANCED, NAN, 1e-3, 1e12, NULL,                                          \
      "From the start of one repetition to the next, without the rest; unless given, what the samples last.")          \
    X(REST, "rest", "s", FADE_REAL, 0, 0, 0, 1e10, NULL, "Rest at the last soc after each repetition.")                \
    X(SEAM, "seam", "1", FADE_REAL, FADE_ADVANCED, 0.02, 0, 1, NULL,                                                   \
      "A jump of soc from one repetition to the next above this is warned of.")                                        \
    X(CELLS, "cells", "", FADE_INT, 0, 1, 1, 1e7, NULL, "How many cells share the duty: cell-1, cell-2, ..")           \
    X(CELL_NAMES, "cell_names", "", FADE_TEXTS, 0, 0, 0, 0, NULL, "Their names instead.")                              \
    X(REPAIR, "repair", "", FADE_CHOICE, 0, 0, 0, 0, "error|hold|interpolate|drop",                                    \
      "Missing values, times that do not rise, gaps: an error, or how they are mended.")                               \
    X(GAP, "gap", "s", FADE_REAL, 0, NAN, 1e-3, 1e12, NULL, "Samples further apart are a gap; none unless given.")     \
    X(SEPARATOR, "separator", "", FADE_CHOICE, FADE_ADVANCED, 0, 0, 0, "auto|comma|semicolon|tab",                     \
      "What stands between fields.")
#define ENUM(name, ...) P_##name,
enum { PARAMS(ENUM) P_N };
#undef ENUM
#define ROW(name, key, unit, type, flags, def, min, max, text, doc)                                                    \
    { key, unit, doc, "", type, flags, def, min, max, 0, 0, text },
static const fade_param params[] = { PARAMS(ROW) };
#undef ROW

static const fade_column told[] = {
    { "length", "s", "How long the duty of a cell is, first sample to last.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
};
static const fade_column sample[] = {
    { "time", "s", "Since the start of the duty.", 0, 0, 0, 0, 0, 0, FADE_PLANNED },
    { "soc", "1", "State of charge.", 0, 0, 1, 0, 0, 0, FADE_PLANNED },
    { "temperature", "K", "Temperature of the cell.", 0, 150, 500, 0, 0, 0, FADE_PLANNED },
};

/* ---- options ---- */

static const char *text_given(const fade_value *v)
{
    return v->text && *v->text ? v->text : NULL;
}

static void read_options(const fade_value *v, options *o)
{
    *o = (options){
        .column = { [ROLE_TIME] = text_given(&v[P_TIME]),
                    [ROLE_SOC] = text_given(&v[P_SOC]),
                    [ROLE_CURRENT] = text_given(&v[P_CURRENT]),
                    [ROLE_POWER] = text_given(&v[P_POWER]),
                    [ROLE_TEMPERATURE] = text_given(&v[P_TEMPERATURE_COLUMN]) },
        .temperature = v[P_TEMPERATURE].real,
        .capacity = v[isnan(v[P_CAPACITY].real) ? P_NOMINAL : P_CAPACITY].real,
        .energy = v[P_ENERGY].real,
        .efficiency = v[P_EFFICIENCY].real,
        .soc_start = v[P_SOC_START].real,
        .length = v[P_LENGTH].real,
        .period = v[P_PERIOD].real,
        .rest = v[P_REST].real,
        .seam = v[P_SEAM].real,
        .gap = v[P_GAP].real,
        .separator = (int)v[P_SEPARATOR].real,
        .sign = (int)v[P_SIGN].real,
        .repair = (int)v[P_REPAIR].real,
        .cells = (uint64_t)v[P_CELLS].real,
    };
}

static int32_t read_units(source *s, const fade_value *map)
{
    for (uint32_t i = 0; i < map->n; i++) {
        int role = 0;
        while (role <= ROLE_TEMPERATURE && strcmp(names_role(role), map->key[i]) != 0)
            role++;
        if (role > ROLE_TEMPERATURE)
            return source_fail(s, FADE_EINVAL, NULL, 0,
                               "units.%.40s: there are units of time, soc, current, power and temperature",
                               map->key[i]);
        s->o.unit[role] = names_unit(map->texts[i]);
        if (!s->o.unit[role] || s->o.unit[role]->role != role)
            return source_fail(s, FADE_EINVAL, NULL, 0, "units.%s = \"%.40s\" is no unit of %s this source knows",
                               map->key[i], map->texts[i], map->key[i]);
    }
    return FADE_OK;
}

/* One file or several as a list: `out` lends from both. */
static int32_t one_or_many(const source *s, const fade_value *v, int one, int many, fade_value *out)
{
    const char *path = text_given(&v[one]);
    if (path && v[many].n)
        return source_fail(s, FADE_EINVAL, NULL, 0, "%s and %s are both given: say one of them", params[one].key,
                           params[many].key);
    *out = path ? (fade_value){ .n = 1, .texts = &v[one].text } : v[many];
    return FADE_OK;
}

static int32_t prepare(source *s, const fade_value *v)
{
    fade_value paths, climates;
    read_options(v, &s->o);
    if (!s->text || !s->clock || !s->csv)
        return source_fail(s, FADE_EBUG, NULL, 0, "the host lacks fade.text/1, fade.clock/1 or fade.csv/1");
    int32_t rc = read_units(s, &v[P_UNITS]);
    rc = rc ? rc : one_or_many(s, v, P_PATH, P_PATHS, &paths);
    rc = rc ? rc : one_or_many(s, v, P_CLIMATE, P_CLIMATES, &climates);
    if (rc)
        return rc;
    if (!paths.n)
        return source_fail(s, FADE_EINVAL, NULL, 0, "neither path nor paths is given: where is the duty?");
    if (climates.n && !isnan(s->o.temperature))
        return source_fail(s, FADE_EINVAL, NULL, 0, "temperature and temperature_path are both given: say one of them");
    return cells_open(s, &paths, &climates, &v[P_CELL_NAMES]);
}

/* ---- the source ---- */

/* Rows and samples that a resumed run has already. */
static int32_t resume(source *s, const char *position)
{
    char *end;
    unsigned long long n = strtoull(position, &end, 10);
    uint64_t all = s->ncell;
    for (size_t i = 0; i < s->nplayer; i++)
        all += s->player[i].total;
    if (*position < '0' || *position > '9' || *end || n > all)
        return source_fail(s, FADE_EINVAL, NULL, 0, "position '%.255s' is not a number of samples from 0 to %llu",
                           position, (unsigned long long)all);
    s->told = n < s->ncell ? n : s->ncell;
    play_skip(s, n - s->told);
    return FADE_OK;
}

static void profile_close(void *at)
{
    source *s = at;
    if (!s)
        return;
    for (size_t i = 0; i < s->nduty; i++)
        duty_free(&s->duty[i]);
    for (size_t i = 0; i < s->nclimate; i++)
        climate_free(&s->climate[i]);
    free(s->duty);
    free(s->climate);
    free(s->player);
    free(s->id);
    free(s);
}

static int32_t profile_open(const fade_host *host, const fade_args *args, const char *position, void **out)
{
    source *s = calloc(1, sizeof *s);
    if (!s) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for a source");
        return FADE_ENOMEM;
    }
    s->host = host;
    s->text = host->iface(host, "fade.text/1");
    s->clock = host->iface(host, "fade.clock/1");
    s->csv = host->iface(host, "fade.csv/1");
    int32_t rc = prepare(s, args->at);
    if (!rc && position && *position)
        rc = resume(s, position);
    if (rc) {
        profile_close(s);
        return rc;
    }
    *out = s;
    return FADE_OK;
}

/* Which cells there are, and how long their duty is: a row each. */
static void tell_cells(source *s, fade_block *b)
{
    b->stream = 0;
    for (; b->n < b->cap && s->told < s->ncell; b->n++, s->told++) {
        b->cell[b->n] = cells_id(s, s->told);
        b->cycle[b->n] = 1;
        b->time[b->n] = INT64_MIN;
        const player *p = &s->player[s->player[0].id ? s->told : 0];
        b->col[0][b->n] = p->end_time - play_time(p, 0);
    }
}

static int32_t profile_next(void *at, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    source *s = at;
    b->n = 0;
    if (s->told < s->ncell) {
        tell_cells(s, b);
    } else {
        b->stream = 1;
        play_fill(s, b);
    }
    if (b->position)
        snprintf(b->position, 256, "%llu", (unsigned long long)(s->told + s->played));
    return b->n > 0 || b->cap == 0 ? FADE_OK : FADE_END;
}

static uint32_t profile_again(void *at, uint32_t period, uint32_t most, char *position)
{
    source *s = at;
    uint32_t n = s->told < s->ncell ? 0 : play_again(s, period, most);
    if (n)
        snprintf(position, 256, "%llu", (unsigned long long)(s->told + s->played));
    return n;
}

static const fade_source_v1 source_v1 = {
    sizeof source_v1, FADE_DUTY, profile_open, profile_close, NULL, profile_next, NULL, profile_again,
};

static const void *profile_iface(const fade_desc *desc, const char *id)
{
    (void)desc;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc profile_desc = {
    .size = sizeof profile_desc,
    .id = "profile",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "A duty: state of charge, current or power against time, with temperature, repeated to any length.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(told), .sample = FADE_LIST(sample) },
    .iface = profile_iface,
};
FADE_LIBRARY(&profile_desc);
