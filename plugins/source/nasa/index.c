/* SPDX-License-Identifier: MIT
 * index.c - a table of discharges (cell, test_id, start_time, ambient_c, charge_time_s, charge_cc_time_s): what files
 * of samples do not say.
 */
#include "nasa.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL, TEST, START, AMBIENT, TOOK, CC, NCOL };
static const struct { const char *header; bool needed; } columns[NCOL] = {
    { "cell", true },       { "test_id", true },        { "start_time", true },
    { "ambient_c", false }, { "charge_time_s", false }, { "charge_cc_time_s", false },
};

typedef struct reading {
    const fade_text_v1   *text;
    const fade_clock_v1  *clock;
    const fade_csv_v1    *csv;
    fade_csv             *in;
    const fade_csv_field *field;
    uint32_t              n;
    int                   at[NCOL];
} reading;

static const fade_csv_field *field(const reading *k, int column)
{
    return k->at[column] >= 0 && (uint32_t)k->at[column] < k->n ? &k->field[k->at[column]] : NULL;
}

static double number(const reading *k, int column)
{
    double x;
    const fade_csv_field *f = field(k, column);
    return f && f->n > 0 && k->text->real(f->at, f->n, &x) == FADE_OK ? x : NAN;
}

static int32_t header(reading *k, nasa_why *w)
{
    if (k->csv->next(k->in, &k->field, &k->n) != FADE_OK)
        return nasa_fail(w, FADE_EINVAL, "it has no first line");
    for (int c = 0; c < NCOL; c++) {
        k->at[c] = -1;
        for (uint32_t i = 0; i < k->n && k->at[c] < 0; i++)
            if (strcmp(k->field[i].at, columns[c].header) == 0)
                k->at[c] = (int)i;
        if (k->at[c] < 0 && columns[c].needed)
            return nasa_fail(w, FADE_EINVAL, "it has no column %s", columns[c].header);
    }
    return FADE_OK;
}

static int32_t line(reading *k, nasa_index *x, nasa_why *w)
{
    if (x->n == x->cap) {
        size_t cap = x->cap ? 2 * x->cap : 256;
        nasa_entry *grown = realloc(x->at, cap * sizeof *grown);
        if (!grown)
            return nasa_fail(w, FADE_ENOMEM, "no memory for %zu discharges", cap);
        x->at = grown;
        x->cap = cap;
    }
    const fade_csv_field *cell = field(k, CELL), *test = field(k, TEST), *start = field(k, START);
    nasa_entry *e = &x->at[x->n];
    if (!cell || !test || !nasa_is_id(cell->at) || test->n == 0 || test->n >= sizeof e->test)
        return nasa_fail(w, FADE_EINVAL, "line %llu names no cell and test", (unsigned long long)k->csv->line(k->in));
    snprintf(e->cell, sizeof e->cell, "%s", cell->at);
    snprintf(e->test, sizeof e->test, "%s", test->at);
    e->ambient = number(k, AMBIENT);
    e->took = number(k, TOOK);
    e->cc = number(k, CC);
    e->start = INT64_MIN;
    if (start && start->n > 0 && k->clock->parse(start->at, &e->start) != FADE_OK)
        return nasa_fail(w, FADE_EINVAL, "line %llu: this is not a time: '%.80s'",
                         (unsigned long long)k->csv->line(k->in), start->at);
    x->n++;
    return FADE_OK;
}

int32_t nasa_index_read(const fade_host *host, const char *path, nasa_index *x, nasa_why *w)
{
    nasa_why inner = { "" };
    reading k = { .text = host->iface(host, "fade.text/1"),
                  .clock = host->iface(host, "fade.clock/1"),
                  .csv = host->iface(host, "fade.csv/1") };
    if (!k.text || !k.clock || !k.csv)
        return nasa_fail(w, FADE_EBUG, "the host lacks fade.text/1, fade.clock/1 or fade.csv/1");
    int32_t rc = k.csv->open(host, path, ',', &k.in);
    if (rc)
        return nasa_fail(w, rc, "%s cannot be opened", path);
    rc = header(&k, &inner);
    while (!rc && !(rc = k.csv->next(k.in, &k.field, &k.n)))
        rc = line(&k, x, &inner);
    k.csv->close(k.in);
    return rc && rc != FADE_END ? nasa_fail(w, rc, "index %s cannot be read: %s", path, inner.text) : FADE_OK;
}

const nasa_entry *nasa_index_find(const nasa_index *x, const char *cell, const char *test)
{
    for (size_t i = 0; x && i < x->n; i++)
        if (strcmp(x->at[i].cell, cell) == 0 && strcmp(x->at[i].test, test) == 0)
            return &x->at[i];
    return NULL;
}

void nasa_index_free(nasa_index *x)
{
    free(x->at);
    *x = (nasa_index){ 0 };
}
