/* SPDX-License-Identifier: MIT
 * report_ranges.c - the laws of a comparison beside the ranges in which they were shown to hold, and what this run did.
 */
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool has_ranges(const compare_model *m)
{
    return m->nrange && !m->without && strcmp(m->model, "physics") == 0;
}

static void range_row(page *p, const compare *c, const compare_model *m, const compare_range *r)
{
    char made[64];
    const char *bad = r->share > 0 ? "bad" : "";
    page_row(p, "");
    if (c->nscenario > 1)
        page_cell(p, m->scenario, "t");
    page_cell(p, m->variant, "t");
    page_cell(p, r->part, "t");
    page_cell(p, r->column, "t");
    snprintf(made, sizeof made, "%g..%g", r->lo, r->hi);
    page_cell(p, made, "");
    if (!(r->share > 0))
        snprintf(made, sizeof made, "-");
    else if (r->most > r->least)
        snprintf(made, sizeof made, "%g..%g", r->least, r->most);
    else
        snprintf(made, sizeof made, "%g", r->least);
    page_cell(p, made, bad);
    page_cell(p, strcmp(r->unit, "1") == 0 ? "" : r->unit, "t");
    page_cell_number(p, 100 * r->share, bad);
}

void report_ranges(page *p, const compare *c)
{
    size_t rows = 0, left = 0;
    char said[160], head[160];
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nrange && has_ranges(&c->at[i]); k++) {
            rows++;
            left += c->at[i].range[k].share > 0;
        }
    if (!rows)
        return;
    page_section(p, "Where the laws were shown to hold", "Validity");
    page_say(p, "Each law says for which inputs it was fitted or tested; outside of that it is an extrapolation.");
    snprintf(said, sizeof said, "This run left %zu of the %zu ranges.", left, rows);
    page_say(p, left ? said : "This run left none of them.");
    snprintf(head, sizeof head, "%s<model|<law|<input|shown to hold|met outside|<unit|outside (%%)",
             c->nscenario > 1 ? "<scenario|" : "");
    page_table_open(p, head, rows);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nrange && has_ranges(&c->at[i]); k++)
            range_row(p, c, &c->at[i], &c->at[i].range[k]);
    page_table_close(p);
}
