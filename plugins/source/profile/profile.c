/* SPDX-License-Identifier: MIT
 * profile.c - a source of a duty: state of charge against time, with temperature, repeated to any length.
 */
#include "inside.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(name, key, unit, type, flags, default, min, max, text, sentence) */
#define PARAMS(X)                                                                                                      \
    X(PATH, "path", "", FADE_PATH, 0, 0, 0, 0, NULL, "The file of the duty: CSV, also .gz.")                           \
    X(TIME_COLUMN, "time_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the time or date.")                      \
    X(SOC_COLUMN, "soc_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the state of charge.")                     \
    X(TEMPERATURE_COLUMN, "temperature_column", "", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the temperature.")         \
    X(TEMPERATURE, "temperature", "K", FADE_REAL, 0, NAN, 150, 500, NULL,                                              \
      "A constant; unless given the file's, or 25 degC where it has none.")                                            \
    X(LENGTH, "length", "s", FADE_REAL, 0, NAN, 1e-3, 1e12, NULL, "How long the duty goes on; once unless given.")     \
    X(PERIOD, "period", "s", FADE_REAL, 0, NAN, 1e-3, 1e12, NULL,                                                      \
      "From the start of one repetition to the next; unless given what the samples last.")                             \
    X(SEAM, "seam", "1", FADE_REAL, FADE_ADVANCED, 0.02, 0, 1, NULL,                                                   \
      "A jump of soc from one repetition to the next above this is warned of.")                                        \
    X(CELLS, "cells", "", FADE_INT, 0, 1, 1, 1e7, NULL, "How many cells share the duty: cell-1, cell-2, ..")           \
    X(SEPARATOR, "separator", "", FADE_CHOICE, 0, 0, 0, 0, "auto|comma|semicolon|tab", "What stands between fields.")
#define ENUM(name, ...) P_##name,
enum { PARAMS(ENUM) P_N };
#undef ENUM
#define ROW(name, key, unit, type, flags, def, min, max, text, doc)                                                    \
    { key, unit, doc, "", type, flags, def, min, max, 0, 0, text },
static const fade_param params[] = { PARAMS(ROW) };
#undef ROW

static const fade_column sample[] = {
    { "time", "s", "Since the start of the duty.", 0, 0, 0, 0, 0, 0, FADE_PLANNED },
    { "soc", "1", "State of charge.", 0, 0, 1, 0, 0, 0, FADE_PLANNED },
    { "temperature", "K", "Temperature of the cell.", 0, 150, 500, 0, 0, 0, FADE_PLANNED },
};

#define USUAL 298.15                              /* K, where nobody says a temperature */

static void say(const source *s, const fade_report *how, const char *path, uint64_t line, const char *format, va_list args)
{
    char text[1200];
    int n = 0;
    if (path && line)
        n = snprintf(text, sizeof text, "%.400s:%llu: ", path, (unsigned long long)line);
    else if (path)
        n = snprintf(text, sizeof text, "%.400s: ", path);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    fade_say(s->host, how->level, how->code, -1, text);
}

int32_t source_fail(const source *s, int32_t code, const char *path, uint64_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, &(fade_report){ .level = 3, .code = code }, path, line, format, args);
    va_end(args);
    return code;
}

void source_say(const source *s, int32_t level, const char *path, uint64_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, &(fade_report){ .level = level }, path, line, format, args);
    va_end(args);
}

static const char *given_text(const fade_value *v)
{
    return v->text && *v->text ? v->text : NULL;
}

static void read_options(const fade_value *v, options *o)
{
    *o = (options){
        .column = { [ROLE_TIME] = given_text(&v[P_TIME_COLUMN]),
                    [ROLE_SOC] = given_text(&v[P_SOC_COLUMN]),
                    [ROLE_TEMPERATURE] = given_text(&v[P_TEMPERATURE_COLUMN]) },
        .temperature = v[P_TEMPERATURE].real,
        .length = v[P_LENGTH].real,
        .period = v[P_PERIOD].real,
        .seam = v[P_SEAM].real,
        .separator = (int)v[P_SEPARATOR].real,
    };
}

/* cell-007: i padded with zeros to the width of the last one. */
static void name_cell(char id[ID_BYTES], uint64_t i, uint64_t last)
{
    int width = 1;
    for (uint64_t k = last; k >= 10; k /= 10)
        width++;
    snprintf(id, ID_BYTES, "cell-%0*llu", width, (unsigned long long)i);
}

static int32_t name_cells(source *s)
{
    s->id = calloc(s->ncell, sizeof *s->id);
    if (!s->id)
        return source_fail(s, FADE_ENOMEM, NULL, 0, "no memory for the names of %llu cells", (unsigned long long)s->ncell);
    for (uint64_t i = 0; i < s->ncell; i++)
        name_cell(s->id[i], i + 1, s->ncell);
    return FADE_OK;
}

/* Both ends of a repetition should meet. */
static void check_seam(const source *s, const player *p)
{
    const duty *d = p->duty;
    double last = d->closed ? d->end_soc : d->soc[d->n - 1], jump = fabs(last - d->soc[0]);
    if (p->total > d->n && p->end_time > d->once && jump > s->o.seam)
        source_say(s, 2, d->path, 0, "soc ends at %.4g and starts again at %.4g: each repetition jumps by %.4g (seam = %g)",
                   last, d->soc[0], jump, s->o.seam);
}

static int32_t prepare(source *s, const char *path)
{
    s->duty = calloc(1, sizeof *s->duty);
    s->player = calloc(1, sizeof *s->player);
    if (!s->duty || !s->player)
        return source_fail(s, FADE_ENOMEM, NULL, 0, "no memory for a duty");
    series x;
    int32_t rc = series_read(s, path, false, &x);
    if (rc)
        return rc;
    s->nduty = 1;
    rc = duty_make(s, &x, &s->duty[0]);
    series_free(&x);
    if (rc)
        return rc;
    duty *d = &s->duty[0];
    bool constant = !isnan(s->o.temperature);
    if (!d->kelvin && !constant)
        source_say(s, 2, path, 0, "no column of temperature, and no `temperature` is given: 25 degC is taken");
    if (constant) {
        free(d->kelvin);
        d->kelvin = NULL;
    }
    s->player[0] = (player){ .duty = d, .kelvin = constant ? s->o.temperature : USUAL };
    s->nplayer = s->turn = 1;
    rc = play_prepare(s, &s->player[0]);
    if (!rc)
        check_seam(s, &s->player[0]);
    return rc ? rc : name_cells(s);
}

/* Rows and samples that a resumed run has already. */
static int32_t resume(source *s, const char *position)
{
    char *end;
    unsigned long long n = strtoull(position, &end, 10);
    uint64_t all = s->ncell;
    for (size_t i = 0; i < s->nplayer; i++)
        all += s->player[i].total;
    if (*position < '0' || *position > '9' || *end || n > all)
        return source_fail(s, FADE_EINVAL, NULL, 0, "position '%.255s' is not a number of samples from 0 to %llu", position,
                           (unsigned long long)all);
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
    free(s->duty);
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
    s->ncell = (uint64_t)args->at[P_CELLS].real;
    read_options(args->at, &s->o);
    const char *path = given_text(&args->at[P_PATH]);
    int32_t rc = FADE_OK;
    if (!s->text || !s->clock || !s->csv)
        rc = source_fail(s, FADE_EBUG, NULL, 0, "the host lacks fade.text/1, fade.clock/1 or fade.csv/1");
    else if (!path)
        rc = source_fail(s, FADE_EINVAL, NULL, 0, "no path is given");
    rc = rc ? rc : prepare(s, path);
    if (!rc && position && *position)
        rc = resume(s, position);
    if (rc) {
        profile_close(s);
        return rc;
    }
    *out = s;
    return FADE_OK;
}

/* Which cells there are: a row each. */
static void tell_cells(source *s, fade_block *b)
{
    b->stream = 0;
    for (; b->n < b->cap && s->told < s->ncell; b->n++, s->told++) {
        b->cell[b->n] = s->id[s->told];
        b->cycle[b->n] = 1;
        b->time[b->n] = INT64_MIN;
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
    uint64_t done = s->told;
    for (size_t i = 0; i < s->nplayer; i++)
        done += s->player[i].done;
    if (b->position)
        snprintf(b->position, 256, "%llu", (unsigned long long)done);
    return b->n > 0 || b->cap == 0 ? FADE_OK : FADE_END;
}

static const fade_source_v1 source_v1 = {
    sizeof source_v1, FADE_DUTY, profile_open, profile_close, NULL, profile_next, NULL,
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
    .doc = "A duty: state of charge against time, with temperature, repeated and stitched to any length.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .sample = FADE_LIST(sample) },
    .iface = profile_iface,
};
FADE_LIBRARY(&profile_desc);
