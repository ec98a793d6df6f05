/* SPDX-License-Identifier: MIT
 * csv.c - a source of any CSV: columns by their names or as the scenario maps them, a row a cycle.
 */
#include "inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(name, key, type, flags, default, min, max, text, sentence) */
#define PARAMS(X)                                                                                                      \
    X(PATH, "path", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, NULL, "The file: CSV, also .gz.")                             \
    X(CELL, "cell", FADE_TEXT, 0, 0, 0, 0, NULL, "Only this cell.")                                                    \
    X(CELLS, "cells", FADE_TEXTS, 0, 0, 0, 0, NULL, "Only these cells.")                                               \
    X(COLUMNS, "columns", FADE_MAP, 0, 0, 0, 0, NULL,                                                                  \
      "KEY = \"header\", or { from = \"header\", unit = \"mAh\", sign = \"-\" }.")                                     \
    X(CELL_COLUMN, "cell_column", FADE_TEXT, 0, 0, 0, 0, NULL,                                                         \
      "Header of the cell's name; without one the file's name is it.")                                                 \
    X(CYCLE_COLUMN, "cycle_column", FADE_TEXT, 0, 0, 0, 0, NULL,                                                       \
      "Header of the cycle's number; without one lines are counted.")                                                  \
    X(TIME_COLUMN, "time_column", FADE_TEXT, 0, 0, 0, 0, NULL, "Header of the date a cycle starts at.")                \
    X(GROUP_COLUMN, "group_column", FADE_TEXT, 0, 0, 0, 0, NULL,                                                       \
      "Header of the group a cell belongs to, words or numbers: what splits that leave a group out go by.")            \
    X(SEPARATOR, "separator", FADE_CHOICE, 0, 0, 0, 0, "auto|comma|semicolon|tab", "What stands between fields.")      \
    X(SIGN, "current_sign", FADE_CHOICE, 0, 0, 0, 0, "auto|discharge-positive|charge-positive",                        \
      "Which current the file calls positive.")                                                                        \
    X(ROWS, "rows", FADE_CHOICE, 0, 0, 0, 0, "auto|cycles|samples|lines",                                          \
      "Whether a line is a cycle or a sample of one; lines: samples, and each of them a row.")                         \
    X(KEEP, "keep_flags", FADE_TEXTS, 0, 0, 0, 0, NULL, "Words in the flag column that do not drop the line.")         \
    X(DUPLICATES, "duplicates", FADE_CHOICE, 0, 0, 0, 0, "first|last|mean|error",                                      \
      "Several lines of one cycle: which counts.")                                                                     \
    X(OUTLIERS, "outliers", FADE_REAL, 0, 0, 0, 1e6, NULL,                                                             \
      "Drops measured values this many interquartile ranges outside the cell's last 31 values; 0 drops none.")         \
    X(GAPS, "gaps", FADE_CHOICE, 0, 0, 0, 0, "hold|nan|error",                                                         \
      "A missing value: the cell's last one (never a target), unknown, an error.")                                     \
    X(MISSING, "missing_cycles", FADE_CHOICE, 0, 0, 0, 0, "count|ignore",                                              \
      "Cycle numbers that are left out: the next row stands for them too (column count), or not.")                     \
    X(RAGGED, "ragged", FADE_CHOICE, 0, 0, 0, 0, "error|skip", "A line with more or fewer fields than the header.")    \
    X(REST_CURRENT, "rest_current", FADE_REAL, FADE_ADVANCED, 0.02, 0, 1e6, NULL,                                      \
      "Samples at or below this current are at rest, in A.")                                                           \
    X(CUT_OFF, "cut_off", FADE_REAL, FADE_ADVANCED, 0, 0, 1e6, NULL,                                                   \
      "Samples: capacity counts down to this voltage, in V; 0: to the end of the load.")
#define ENUM(name, ...) P_##name,
enum { PARAMS(ENUM) P_N };
#undef ENUM
#define ROW(name, key, type, flags, def, min, max, text, doc)                                                          \
    { key, "", doc, "", type, flags, def, min, max, 0, 0, text },
static const fade_param params[] = { PARAMS(ROW) };
#undef ROW

static void read_options(const fade_args *args, options *o)
{
    const fade_value *v = args->at;
    *o = (options){
        .path = v[P_PATH].text,
        .cell = v[P_CELL].text,
        .cell_column = v[P_CELL_COLUMN].text,
        .cycle_column = v[P_CYCLE_COLUMN].text,
        .time_column = v[P_TIME_COLUMN].text,
        .group_column = v[P_GROUP_COLUMN].text,
        .cells = &v[P_CELLS],
        .columns = &v[P_COLUMNS],
        .keep = &v[P_KEEP],
        .separator = (int)v[P_SEPARATOR].real,
        .sign = (int)v[P_SIGN].real,
        .duplicates = (int)v[P_DUPLICATES].real,
        .gaps = (int)v[P_GAPS].real,
        .missing = (int)v[P_MISSING].real,
        .rows = (int)v[P_ROWS].real,
        .ragged = (int)v[P_RAGGED].real,
        .outliers = v[P_OUTLIERS].real,
        .rest_current = v[P_REST_CURRENT].real,
        .cut_off = v[P_CUT_OFF].real,
    };
}

/* "runs/B0005.csv.gz" -> "B0005". */
static void stem_of(const char *path, char stem[65])
{
    static const char *const ends[] = { ".gz", ".csv", ".txt", ".tsv", ".bdf", ".dat" };
    const char *slash = strrchr(path, '/');
    snprintf(stem, 65, "%.64s", slash ? slash + 1 : path);
    for (size_t k = 0, again = 0; k < sizeof ends / sizeof ends[0]; k = again ? 0 : k + 1) {
        size_t n = strlen(stem), m = strlen(ends[k]);
        again = n > m && strcmp(stem + n - m, ends[k]) == 0;
        if (again)
            stem[n - m] = '\0';
    }
}

/* The sign of a current, where the scenario says it for the file but not for the column. */
static void declare_signs(source *s)
{
    double declared = s->o.sign == SIGN_DISCHARGE ? 1 : s->o.sign == SIGN_CHARGE ? -1 : 0;
    if (s->role_sign[ROLE_CURRENT] == 0)
        s->role_sign[ROLE_CURRENT] = declared;
    for (uint32_t k = 0; k < s->nspec; k++) {
        spec *p = &s->spec[k];
        if (p->sign == 0)
            p->sign = strcmp(p->key, "current_mean") == 0 || strcmp(p->key, "current") == 0 ? declared : 1;
    }
}

/* Columns that are not in the file: count, duration, flags. */
static void made_here(source *s)
{
    s->count = s->flags = -1;
    s->duration = s->samples ? s->duration : -1;
    for (uint32_t k = 0; k < s->nspec; k++) {
        s->count = strcmp(s->spec[k].key, "count") == 0 ? (int)k : s->count;
        s->flags = strcmp(s->spec[k].key, "flags") == 0 ? (int)k : s->flags;
        if (!s->samples && strcmp(s->spec[k].key, "duration") == 0)
            s->duration = (int)k;
    }
    if (s->count < 0 && s->o.missing == 0 && s->role[ROLE_CYCLE] >= 0)
        s->count = header_add(s, "count", NULL, -1);
    if (s->flags < 0)
        s->flags = header_add(s, "flags", NULL, -1);
    if (!s->samples && s->duration < 0 && s->role[ROLE_DATE] >= 0)
        s->duration = header_add(s, "duration", NULL, -1);
    bool follows = s->duration >= 0 && s->spec[s->duration].at < 0;
    s->waits = follows || s->o.duplicates == DUP_LAST || s->o.duplicates == DUP_MEAN;
}

static int32_t describe(source *s)
{
    bool any = false;
    for (uint32_t k = 0; k < s->nspec; k++)
        any = any || s->spec[k].at >= 0 || s->spec[k].made >= 0;
    if (!any)
        return source_fail(s, FADE_EINVAL,
                           "no column of the file has a number this source knows; say columns.KEY = \"header\"");
    for (uint32_t k = 0; k < s->nspec; k++) {
        const spec *p = &s->spec[k];
        const standard *std = names_standard(p->key);
        const char *unit = std && strcmp(std->unit, p->unit) == 0 ? std->unit : names_unit(p->unit);
        s->column[k] = (fade_column){ .key = std ? std->key : p->key,
                                      .unit = unit ? unit : p->unit,
                                      .doc = std ? std->doc : "A column of the file.",
                                      .flags = p->flags };
    }
    return FADE_OK;
}

/* Everything that is done before the first row. */
static int32_t prepare(source *s)
{
    static const char separators[] = { 0, ',', ';', '\t' };
    int32_t rc = s->csv->open(s->host, s->o.path, separators[s->o.separator], &s->in);
    if (!rc)
        rc = header_find(s);
    if (rc)
        return rc;
    declare_signs(s);
    rc = s->o.rows == ROWS_LINES ? samples_sign(s) : FADE_OK;
    if (rc)
        return rc;
    rc = s->samples ? samples_open(s) : cycles_open(s);
    if (rc)
        return rc;
    made_here(s);
    return describe(s);
}

/* Rows that a resumed run has already. */
static int32_t resume(source *s, const char *position)
{
    char *end;
    unsigned long long n = strtoull(position, &end, 10);
    if (*position < '0' || *position > '9' || *end)
        return source_fail(s, FADE_EINVAL, "position '%.255s' is not a number of rows", position);
    s->skip = n;
    return FADE_OK;
}

static void csv_close_source(void *at)
{
    source *s = at;
    if (!s)
        return;
    if (s->in)
        s->csv->close(s->in);
    for (uint32_t k = 0; s->header && k < s->width; k++)
        free(s->header[k]);
    free(s->header);
    for (uint32_t k = 0; k < s->nword; k++)
        free(s->word[k]);
    free(s->word);
    source_free_cells(s);
    free(s);
}

static int32_t csv_open_source(const fade_host *host, const fade_args *args, const char *position, void **out)
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
    read_options(args, &s->o);
    s->duration = s->count = s->flags = -1;
    int32_t rc = FADE_OK;
    if (!s->text || !s->clock || !s->csv || !s->o.path) {
        rc = s->o.path ? FADE_EBUG : FADE_EINVAL;
        fade_say(host, 3, rc, -1,
                 s->o.path ? "the host lacks fade.text/1, fade.clock/1 or fade.csv/1" : "no path is given");
    }
    if (!rc) {
        stem_of(s->o.path, s->stem);
        rc = prepare(s);
    }
    if (!rc && position && *position)
        rc = resume(s, position);
    if (rc) {
        csv_close_source(s);
        return rc;
    }
    *out = s;
    return FADE_OK;
}

static int32_t csv_columns(const void *at, fade_columns *out)
{
    const source *s = at;
    out->out = (fade_list){ s->column, s->nspec, sizeof s->column[0] };
    return FADE_OK;
}

/* What was dropped, kept or made up, once, at the end. */
static void account(const source *s)
{
    const counts *m = &s->met;
    const struct { uint64_t n; int32_t level; const char *what; } lines[] = {
        { m->flagged, 2, "flagged lines are skipped" },
        { m->ragged, 2, "ragged lines are skipped" },
        { m->repeats, 2, "lines repeat a cycle of their cell" },
        { m->outliers, 2, "outliers are made unknown" },
        { m->undated, 2, "dates cannot be read" },
        { m->empty, 1, "cycles have no discharge and give no row" },
        { m->held, 1, "missing values are held or left out" },
        { m->gaps, 1, "rows stand for more than one cycle" },
    };
    for (size_t k = 0; k < sizeof lines / sizeof lines[0]; k++)
        if (lines[k].n > 0)
            source_say(s, lines[k].level, "%llu %s", (unsigned long long)lines[k].n, lines[k].what);
    char said[700];
    int n = 0;
    for (uint32_t k = 0; k < s->nword && n + 80 < (int)sizeof said; k++)
        n += snprintf(said + n, sizeof said - (size_t)n, "%s %u %.60s", k ? "," : "", k + 1, s->word[k]);
    if (s->nword)
        source_say(s, 1, "groups are numbered:%s", said);
    source_missing(s);
}

/* At the end: was there anything of what was asked for? */
static int32_t conclude(source *s)
{
    s->ended = true;
    if (s->made < s->skip)
        return source_fail(s, FADE_EINVAL, "position %llu is behind the last of %llu rows", (unsigned long long)s->skip,
                           (unsigned long long)s->made);
    for (size_t k = 0; k < s->ncell && s->made == 0; k++)
        if (s->order[k]->wanted)
            return source_fail(s, FADE_EINVAL, "no row of %s is left", s->order[k]->id);
    if (s->made == 0 && s->ncell == 0)
        return source_fail(s, FADE_EINVAL, "none of %llu lines is left (%llu flagged, %llu ragged)",
                           (unsigned long long)s->met.lines, (unsigned long long)s->met.flagged,
                           (unsigned long long)s->met.ragged);
    if (s->made == 0)
        return source_absent(s);
    account(s);
    return FADE_END;
}

/* The next row, ready in s; FADE_END. */
static int32_t advance(source *s)
{
    for (s->ready = NULL; !s->ready;) {
        int32_t rc = s->ended ? FADE_END : source_line(s);
        if (rc < 0)
            return rc;
        if (rc == FADE_OK) {
            rc = s->samples ? samples_line(s) : cycles_line(s);
            if (rc)
                return rc;
            continue;
        }
        s->ended = true;
        while (!s->ready && s->flushed < s->ncell) {
            cell *c = s->order[s->flushed++];
            if (s->samples)
                samples_flush(s, c);
            else
                cycles_flush(s, c);
        }
        if (!s->ready)
            return conclude(s);
    }
    s->made++;
    return FADE_OK;
}

static void put(const source *s, fade_block *b)
{
    b->cell[b->n] = s->ready->id;
    b->cycle[b->n] = s->out_cycle;
    b->time[b->n] = s->out_time;
    for (uint32_t j = 0; j < s->nspec; j++)
        b->col[j][b->n] = s->out[j];
    b->n++;
}

static int32_t csv_next_rows(void *at, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    source *s = at;
    b->n = 0;
    if (b->stream != 0)
        return FADE_END;
    int32_t rc = s->failed;
    while (!rc && b->n < b->cap) {
        rc = advance(s);
        if (!rc && s->made > s->skip)
            put(s, b);
    }
    s->failed = rc;
    if (b->position)
        snprintf(b->position, 256, "%llu", (unsigned long long)(s->made > s->skip ? s->made : s->skip));
    return b->n > 0 ? FADE_OK : rc;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = csv_open_source, .close = csv_close_source, .columns = csv_columns,
    .next = csv_next_rows,
};

static const void *csv_iface(const fade_desc *desc, const char *id)
{
    (void)desc;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc csv_desc = {
    .size = sizeof csv_desc,
    .id = "csv",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Any CSV of cycles or of samples, by common headers or as mapped; what is dropped is counted.",
    .cite = "",
    .params = FADE_LIST(params),
    .iface = csv_iface,
};
FADE_LIBRARY(&csv_desc);
