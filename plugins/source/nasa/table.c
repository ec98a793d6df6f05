/* SPDX-License-Identifier: MIT
 * table.c - the same recordings as one table (discharge.csv, also gzipped): a line a sample, cells and cycles one after
 * the other.
 */
#include "nasa.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(name, header, header of a file of one cell's samples, needed) */
#define TABLE_COLUMNS(X)                                                                                               \
    X(BATTERY, "Battery", NULL, 1)                                                                                     \
    X(ID, "id_cycle", "test_id", 1)                                                                                    \
    X(VOLTAGE, "Voltage_measured", "voltage_v", 1)                                                                     \
    X(CURRENT, "Current_measured", "current_a", 1)                                                                     \
    X(TEMPERATURE, "Temperature_measured", "temperature_c", 1)                                                         \
    X(SECONDS, "Time", "time_s", 1)                                                                                    \
    X(AMPERE_HOURS, "Capacity", NULL, 1)                                                                               \
    X(TYPE, "type", NULL, 0)                                                                                           \
    X(CHAMBER, "ambient_temperature", NULL, 0)                                                                         \
    X(START, "time", NULL, 0)
#define ENUM(name, ...) name,
enum { TABLE_COLUMNS(ENUM) NCOL };
#undef ENUM
static const struct { const char *header, *samples; int needed; } columns[NCOL] = {
#define ROW(name, header, samples, needed) { header, samples, needed },
    TABLE_COLUMNS(ROW)
#undef ROW
};
enum { READINGS = 4, MOST_SAMPLES = 20000000 };

typedef struct table {
    const fade_text_v1   *text;
    const fade_clock_v1  *clock;
    const fade_csv_v1    *csv;
    fade_csv             *in;
    const fade_csv_field *field;
    uint32_t              n;
    int                   at[NCOL];               /* column of the file; -1: absent */
    nasa_book            *book;
    nasa_why             *w;
    char                  cell[65], id[32];       /* of the operation being gathered; "" none */
    char                  own[65];                /* a file of samples: the cell is its name; "" it is a column */
    nasa_record           r;
    double               *reading[READINGS];
    size_t                cap;
} table;

static int32_t at_line(table *t, const char *what, const fade_csv_field *f)
{
    return nasa_fail(t->w, FADE_EINVAL, "line %llu: %s '%.80s'", (unsigned long long)t->csv->line(t->in), what,
                     f ? f->at : "");
}

static const fade_csv_field *field(const table *t, int column)
{
    return t->at[column] >= 0 && (uint32_t)t->at[column] < t->n ? &t->field[t->at[column]] : NULL;
}

/* A number; NaN where the field is absent or empty. */
static int32_t number(table *t, int column, double *x)
{
    const fade_csv_field *f = field(t, column);
    *x = NAN;
    if (!f || f->n == 0 || t->text->real(f->at, f->n, x) == FADE_OK)
        return FADE_OK;
    return at_line(t, "this is not a number:", f);
}

/* Finds the columns by their headers. */
static int32_t header(table *t)
{
    int32_t rc = t->csv->next(t->in, &t->field, &t->n);
    if (rc == FADE_END)
        return nasa_fail(t->w, FADE_EINVAL, "it is empty");
    if (rc)
        return nasa_fail(t->w, rc, "its first line cannot be read");
    bool samples = false;
    for (uint32_t k = 0; k < t->n; k++)
        samples |= strcmp(t->field[k].at, columns[ID].samples) == 0;
    if (!samples)
        t->own[0] = 0;
    for (int c = 0; c < NCOL; c++) {
        const char *want = samples ? columns[c].samples : columns[c].header;
        t->at[c] = -1;
        for (uint32_t k = 0; k < t->n && t->at[c] < 0 && want; k++)
            if (strcmp(t->field[k].at, want) == 0)
                t->at[c] = (int)k;
        if (t->at[c] < 0 && columns[c].needed && want)
            return nasa_fail(t->w, FADE_EINVAL, "it has no column %s (other layouts are read by source csv)", want);
    }
    if (samples && !nasa_is_id(t->own))
        return nasa_fail(t->w, FADE_EINVAL, "its name is that of no cell, as B0005.csv.gz is");
    return FADE_OK;
}

static int kind_of(const fade_csv_field *f)
{
    static const char *const names[] = { "charge", "discharge", "impedance" };
    for (int k = 0; f && k < 3; k++)
        if (strcmp(f->at, names[k]) == 0)
            return k;
    return f ? -1 : NASA_DISCHARGE;
}

/* When it began, and a charge before it, as the index has them. */
static int32_t look_up(table *t, nasa_cell *c)
{
    const nasa_entry *e = nasa_index_find(t->book->index, t->cell, t->id);
    if (!e)
        return FADE_OK;
    t->r.start = e->start;
    t->r.ambient = e->ambient;
    if (isnan(e->took) || e->start == INT64_MIN)
        return FADE_OK;
    nasa_record charge = { .kind = NASA_CHARGE, .start = e->start - 1, .re = NAN, .rct = NAN };
    int32_t rc = nasa_add(t->book, c, &charge, t->w);
    if (rc)
        return rc;
    nasa_op *op = &c->op[c->n - 1];
    op->took = op->loaded = e->took;
    op->cc = e->cc;
    t->book->operations = true;
    return FADE_OK;
}

/* The operation gathered so far goes into the book. */
static int32_t finish(table *t)
{
    if (!t->cell[0])
        return FADE_OK;
    t->r.v = t->reading[0];
    t->r.i = t->reading[1];
    t->r.temperature = t->reading[2];
    t->r.t = t->reading[3];
    nasa_cell *c = nasa_cell_of(t->book, t->cell);
    if (!c)
        return nasa_fail(t->w, FADE_ENOMEM, "no memory for cell %s", t->cell);
    if (t->r.kind < 0) {
        t->book->unknown_kinds++;
        return FADE_OK;
    }
    t->book->operations = t->book->operations || t->r.kind != NASA_DISCHARGE;
    int32_t rc = t->own[0] ? look_up(t, c) : FADE_OK;
    return rc ? rc : nasa_add(t->book, c, &t->r, t->w);
}

static int32_t begin(table *t, const char *cell, const fade_csv_field *id)
{
    int32_t rc = finish(t);
    if (rc)
        return rc;
    if (!nasa_is_id(cell))
        return at_line(t, "this is no name of a cell:", field(t, BATTERY));
    if (id->n == 0 || id->n >= sizeof t->id)
        return at_line(t, "this is no number of a cycle:", id);
    snprintf(t->cell, sizeof t->cell, "%s", cell);
    snprintf(t->id, sizeof t->id, "%s", id->at);
    t->r = (nasa_record){ .kind = kind_of(field(t, TYPE)), .start = INT64_MIN, .re = NAN, .rct = NAN,
                          .unlabelled = t->own[0] };
    const fade_csv_field *start = field(t, START);
    if (start && start->n > 0 && t->clock->parse(start->at, &t->r.start) != FADE_OK)
        return at_line(t, "this is not a time:", start);
    rc = number(t, CHAMBER, &t->r.ambient);
    return rc ? rc : number(t, AMPERE_HOURS, &t->r.capacity);
}

static int32_t grow(table *t)
{
    if (t->r.n < t->cap)
        return FADE_OK;
    size_t cap = t->cap ? 2 * t->cap : 1024;
    if (cap > MOST_SAMPLES)
        return nasa_fail(t->w, FADE_EINVAL, "cycle %s of %s has over %zu samples", t->id, t->cell, t->cap);
    for (int k = 0; k < READINGS; k++) {
        double *grown = realloc(t->reading[k], cap * sizeof *grown);
        if (!grown)
            return nasa_fail(t->w, FADE_ENOMEM, "no memory for %zu samples", cap);
        t->reading[k] = grown;
    }
    t->cap = cap;
    return FADE_OK;
}

static int32_t sample(table *t, const char *only)
{
    static const int from[READINGS] = { VOLTAGE, CURRENT, TEMPERATURE, SECONDS };
    const fade_csv_field *named = field(t, BATTERY), *id = field(t, ID);
    const char *cell = t->own[0] ? t->own : named ? named->at : NULL;
    if (!cell || !id)
        return at_line(t, "the row is too short", NULL);
    if (only && strcmp(only, cell) != 0)
        return FADE_OK;
    int32_t rc = FADE_OK;
    if (strcmp(cell, t->cell) != 0 || strcmp(id->at, t->id) != 0)
        rc = begin(t, cell, id);
    rc = rc ? rc : grow(t);
    for (int k = 0; k < READINGS && !rc; k++)
        rc = number(t, from[k], &t->reading[k][t->r.n]);
    t->r.n++;
    return rc;
}

static int32_t rows(table *t, const char *only)
{
    int32_t rc = header(t);
    while (!rc) {
        rc = t->csv->next(t->in, &t->field, &t->n);
        if (rc == FADE_END)
            return finish(t);
        rc = rc ? nasa_fail(t->w, rc, "a line cannot be read") : sample(t, only);
    }
    return rc;
}

int32_t nasa_read_csv(const fade_host *host, const char *path, const char *only, nasa_book *book, nasa_why *w)
{
    nasa_why inner = { "" };
    table t = { .text = host->iface(host, "fade.text/1"),
                .clock = host->iface(host, "fade.clock/1"),
                .csv = host->iface(host, "fade.csv/1"),
                .book = book,
                .w = &inner };
    if (!t.text || !t.clock || !t.csv)
        return nasa_fail(w, FADE_EBUG, "the host lacks fade.text/1, fade.clock/1 or fade.csv/1");
    const char *name = strrchr(path, '/');
    name = name ? name + 1 : path;
    snprintf(t.own, sizeof t.own, "%.*s", (int)strcspn(name, "."), name);
    int32_t rc = t.csv->open(host, path, ',', &t.in);
    if (rc)
        return nasa_fail(w, rc, "%s cannot be opened", path);
    rc = rows(&t, only);
    t.csv->close(t.in);
    for (int k = 0; k < READINGS; k++)
        free(t.reading[k]);
    return rc ? nasa_fail(w, rc, "%s cannot be read: %s", path, inner.text) : FADE_OK;
}
