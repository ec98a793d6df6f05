/* SPDX-License-Identifier: MIT
 * compare_ranges.c - a model beside the ranges in which its laws were shown to hold: did the run leave them, by how
 * much, and how often?
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

void compare_ranges_free(compare_model *m)
{
    for (size_t i = 0; i < m->nrange; i++) {
        free(m->range[i].part);
        free(m->range[i].column);
        free(m->range[i].unit);
    }
    free(m->range);
    free(m->validity);
}

void compare_range_say(const compare_model *m, const compare_range *r, text *out)
{
    if (strcmp(r->part, m->range[0].part) != 0 || strcmp(r->part, m->range[m->nrange - 1].part) != 0)
        text_addf(out, "%s: ", r->part);          /* there are several */
    text_addf(out, "%s %g", r->column, r->least);
    if (r->most > r->least)
        text_addf(out, "..%g", r->most);
    text_addf(out, " of %g..%g%s%s in %.3g %% of %s", r->lo, r->hi, strcmp(r->unit, "1") == 0 || !*r->unit ? "" : " ",
              strcmp(r->unit, "1") == 0 ? "" : r->unit, 100 * r->share, r->stretches ? "stretches" : "rows");
}

/* "inside", or "outside: temperature_mean 45..60 of 0..45 degC in 12 % of rows; ..". */
static char *in_words(const compare_model *m)
{
    text t = { 0 };
    for (size_t i = 0; i < m->nrange; i++) {
        if (!(m->range[i].share > 0))
            continue;
        text_add(&t, t.n ? "; " : "outside: ");
        compare_range_say(m, &m->range[i], &t);
    }
    if (!t.n)
        text_add(&t, "inside");
    return text_take(&t);
}

static bool take(compare_range *to, const engine_range *r)
{
    *to = (compare_range){ .part = mem_dup(r->part),
                           .column = mem_dup(r->column),
                           .unit = mem_dup(r->unit),
                           .lo = r->lo,
                           .hi = r->hi,
                           .least = r->least,
                           .most = r->most,
                           .stretches = r->stretches,
                           .share = r->stepped ? (double)r->rows / (double)r->stepped : 0 };
    return to->part && to->column && to->unit;
}

int compare_ranges_take(const engine *e, size_t physics, compare_model *m, why *w)
{
    engine_range r[MOST];
    size_t n = engine_ranges(e, physics, r, MOST);
    n = n < MOST ? n : MOST;
    if (!n)
        return E_OK;
    bool good = (m->range = mem_zero(n, sizeof *m->range)) != NULL;
    for (size_t i = 0; i < n && good; i++) {
        good = take(&m->range[i], &r[i]);
        m->nrange++;
    }
    good = good && (m->validity = in_words(m));
    return good ? E_OK : fail(w, E_NOMEM, "no memory for what is compared");
}

void compare_ranges_json(const compare_model *m, json *j)
{
    json_text(j, "validity", m->validity);
    json_open(j, "ranges", '[');
    for (size_t i = 0; i < m->nrange; i++) {
        const compare_range *r = &m->range[i];
        json_open(j, NULL, '{');
        json_text(j, "part", r->part);
        json_text(j, "column", r->column);
        json_text(j, "unit", r->unit);
        json_number(j, "lo", r->lo);
        json_number(j, "hi", r->hi);
        json_number(j, "outside_least", r->least);
        json_number(j, "outside_most", r->most);
        json_number(j, "outside_share", r->share);
        json_text(j, "counted", r->stretches ? "stretches" : "rows");
        json_close(j, '}');
    }
    json_close(j, ']');
}
