/* SPDX-License-Identifier: MIT
 * export_text.c - rows as CSV and as JSON, in pieces.
 */
#include "core/base/clock.h"
#include "core/report/export.h"
#include <inttypes.h>
#include <math.h>
#include <string.h>

/* RFC 4180: quoted where it must be. */
static void add_field(text *t, const char *word)
{
    if (!strpbrk(word, ",\"\r\n")) {
        text_add(t, word);
        return;
    }
    text_addc(t, '"');
    for (; *word; word++) {
        if (*word == '"')
            text_addc(t, '"');
        text_addc(t, *word);
    }
    text_addc(t, '"');
}

static double value_of(const export_plan *p, const export_column *c, size_t row)
{
    double v = p->r->rows.col[c->from].v[row];
    return c->sign < 0 ? 0 - v : v;                     /* no "-0" */
}

/* BDF counts seconds since 1970, everybody else reads RFC 3339. */
static void add_time(const export_plan *p, int64_t when, text *t)
{
    char word[40];
    if (when == CLOCK_UNKNOWN)
        return;
    if (p->bdf)
        text_addn(t, word, text_number((double)when / 1e6, word));
    else
        text_addn(t, word, clock_text(when, word));
}

static void add_csv(const export_plan *p, const export_column *c, size_t row, text *t)
{
    const frame *f = &p->r->rows;
    char word[32];
    if (c->from == EXPORT_CELL)
        add_field(t, f->cell_name[f->cell[row]]);
    else if (c->from == EXPORT_VARIANT)
        add_field(t, f->variant_name[f->variant[row]]);
    else if (c->from == EXPORT_CYCLE)
        text_addf(t, "%" PRId64, f->cycle[row]);
    else if (c->from == EXPORT_TIME)
        add_time(p, f->time[row], t);
    else
        text_addn(t, word, text_number(value_of(p, c, row), word));
}

int export_csv(const export_plan *p, FILE *out, why *w)
{
    text t = { 0 };
    int rc = E_OK;
    for (size_t i = 0; i < p->n; i++) {
        if (i)
            text_addc(&t, ',');
        add_field(&t, p->column[i].name);
    }
    text_addc(&t, '\n');
    for (size_t row = 0; row < p->r->rows.n && !rc; row++) {
        for (size_t i = 0; i < p->n; i++) {
            if (i)
                text_addc(&t, ',');
            add_csv(p, &p->column[i], row, &t);
        }
        text_addc(&t, '\n');
        rc = export_spill(&t, false, out, w);
    }
    if (!rc)
        rc = export_spill(&t, true, out, w);
    text_free(&t);
    return rc;
}

static void add_json(const export_plan *p, const export_column *c, size_t row, const char *key, json *j)
{
    const frame *f = &p->r->rows;
    char word[40];
    if (c->from == EXPORT_CELL)
        json_text(j, key, f->cell_name[f->cell[row]]);
    else if (c->from == EXPORT_VARIANT)
        json_text(j, key, f->variant_name[f->variant[row]]);
    else if (c->from == EXPORT_CYCLE)
        json_whole(j, key, f->cycle[row]);
    else if (c->from == EXPORT_TIME)
        json_text(j, key, clock_text(f->time[row], word) ? word : NULL);
    else
        json_number(j, key, value_of(p, c, row));
}

static int json_rows(const export_plan *p, json *j, FILE *out, why *w)
{
    int rc = E_OK;
    json_open(j, NULL, '[');
    for (size_t row = 0; row < p->r->rows.n && !rc; row++) {
        text_addc(&j->out, '\n');
        json_open(j, NULL, '{');
        for (size_t i = 0; i < p->n; i++)
            add_json(p, &p->column[i], row, p->column[i].name, j);
        json_close(j, '}');
        rc = export_spill(&j->out, false, out, w);
    }
    json_close(j, ']');
    return rc;
}

static int json_columns(const export_plan *p, json *j, FILE *out, why *w)
{
    int rc = E_OK;
    json_open(j, NULL, '{');
    for (size_t i = 0; i < p->n && !rc; i++) {
        json_open(j, p->column[i].name, '[');
        for (size_t row = 0; row < p->r->rows.n && !rc; row++) {
            add_json(p, &p->column[i], row, NULL, j);
            rc = export_spill(&j->out, false, out, w);
        }
        json_close(j, ']');
    }
    json_close(j, '}');
    return rc;
}

int export_json(const export_plan *p, FILE *out, why *w)
{
    json j = { 0 };
    int rc = p->columnwise ? json_columns(p, &j, out, w) : json_rows(p, &j, out, w);
    text_addc(&j.out, '\n');
    if (!rc)
        rc = export_spill(&j.out, true, out, w);
    text_free(&j.out);
    return rc;
}
