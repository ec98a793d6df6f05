/* SPDX-License-Identifier: MIT
 * report.c - results as one HTML file: a section for what was seen, the errors, the causes, the ends, and where it came
 * from.
 */
#include "core/report/report.h"
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A heading, with the result's name where there are several. */
static void section(page *p, const report_subject *s, bool alone, const char *title, const char *nav)
{
    char made[400];
    if (alone)
        snprintf(made, sizeof made, "%s", title);
    else
        snprintf(made, sizeof made, "%.250s: %s", s->name, title);
    page_section(p, made, alone ? nav : NULL);
}

static bool has_temperature(const frame *f)
{
    for (size_t i = 0; i < f->ncol; i++)
        if (strncmp(f->col[i].key, "temperature", 11) == 0)
            return true;
    return false;
}

static int pages_of(page *p, const report_subject *s, bool alone, why *w)
{
    const json_t *scores = json_object_get(s->about, "scores");
    report_lede(p, s, alone);
    if (alone)
        page_section(p, "Capacity", "Capacity");
    else
        page_section(p, s->name, s->name);
    report_scenario(p, s);
    int rc = report_capacity(p, s, w);
    if (!rc && (json_array_size(scores) || s->reference >= 0)) {
        section(p, s, alone, "Errors", "Errors");
        report_scores(p, scores);
        rc = report_errors(p, s, w);
    }
    if (!rc && s->nmodel) {
        section(p, s, alone, "End of life", "End of life");
        rc = report_lives(p, s, w);
    }
    if (!rc)
        rc = report_losses(p, s, w);
    if (!rc && has_temperature(s->f)) {
        section(p, s, alone, "Temperature", "Temperature");
        rc = report_temperature(p, s, w);
    }
    if (!rc && s->about) {
        section(p, s, alone, "Where it came from", "Provenance");
        report_provenance(p, s);
    }
    return rc;
}

int report_pages(page *p, const report_rows *r, bool alone, why *w)
{
    report_subject s;
    int rc = report_subject_open(&s, r->name, r->scenario, r->about, r->rows, w);
    s.note = r->note ? r->note : "";
    s.eol = r->eol > 0 ? r->eol : s.eol;
    if (!rc)
        rc = pages_of(p, &s, alone, w);
    report_subject_close(&s);
    return rc;
}

static void title_of(page *p, result *const *r, size_t n, const compare *c, const report_options *o)
{
    char made[200];
    if (o && o->title) {
        page_title(p, o->title);
    } else if (n == 1) {
        page_title(p, r[0]->name);
    } else {
        snprintf(made, sizeof made, "%zu %s side by side", c ? c->nscenario : n, c ? "scenarios" : "results");
        page_title(p, c && c->nscenario == 1 ? c->name[0] : made);
    }
}

int report_html(result *const *r, size_t n, const compare *c, const report_options *o, const char *path, why *w)
{
    page p = { .open_tables = o && o->open_tables };
    bool alone = n + (c ? c->nscenario : 0) == 1;
    int rc = E_OK;
    title_of(&p, r, n, c, o);
    if (c)
        report_compared(&p, c);
    for (size_t i = 0; !rc && i < n; i++)
        rc = r[i]->cases
                 ? report_cases(&p, r[i], w)
                 : report_pages(&p, &(report_rows){ r[i]->name, r[i]->scenario, NULL, r[i]->about, &r[i]->rows, 0 },
                                alone, w);
    for (size_t i = 0; !rc && c && i < c->nscenario; i++)
        rc = report_pages(&p, &(report_rows){ c->name[i], NULL, NULL, NULL, &c->rows[i], c->eol }, alone, w);
    if (!rc)
        rc = page_write(&p, path, w);
    page_free(&p);
    return rc;
}
