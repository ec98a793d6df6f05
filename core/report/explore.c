/* SPDX-License-Identifier: MIT
 * explore.c - exploratory plots of a data set: capacity, temperature, rests and gaps, flags, and what else was
 * measured.
 */
#include "core/report/explore.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 24 };

/* Columns with at least two values, whose key begins so (or, with "", none of those shown elsewhere). */
static size_t columns_like(const report_subject *s, const char *begin, int out[MOST])
{
    static const char *const elsewhere[] = { "capacity", "temperature", "flags", "count", "rest", "duration" };
    size_t n = 0;
    for (size_t c = 0; c < s->f->ncol && n < MOST; c++) {
        const frame_column *q = &s->f->col[c];
        bool other = !*begin, take = !other && strncmp(q->key, begin, strlen(begin)) == 0;
        size_t known = 0;
        for (size_t k = 0; other && k < sizeof elsewhere / sizeof *elsewhere; k++)
            other = strncmp(q->key, elsewhere[k], strlen(elsewhere[k])) != 0;
        for (size_t i = 0; (take || other) && i < s->f->n && known < 2; i++)
            known += isfinite(q->v[i]);
        if (known == 2)
            out[n++] = (int)c;
    }
    return n;
}

static void said_by_sources(page *p, const explore *e)
{
    const char *at = text_of(&e->said);
    for (size_t lines = 0; *at && lines < 12; lines++) {
        char line[400];
        size_t n = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)(n < 380 ? n : 380), at);
        page_say(p, line);
        at += n + (at[n] == '\n');
    }
}

static int pages_of(page *p, const explore *e, const report_subject *s, why *w)
{
    int column[MOST], rc;
    size_t n;
    page_section(p, "Capacity", "Capacity");
    explore_cells(p, s);
    if ((n = columns_like(s, "capacity", column)) &&
        (rc = explore_lines(p, s, column, n, "Capacity against cycles", "capacity", w)))
        return rc;
    page_section(p, "Rests, gaps and flags", "Gaps");
    said_by_sources(p, e);
    explore_flags(p, e);
    if ((rc = explore_gaps(p, s, w)))
        return rc;
    if (columns_like(s, "temperature", column)) {
        page_section(p, "Temperature", "Temperature");
        if ((rc = report_temperature(p, s, w)))
            return rc;
    }
    if ((n = columns_like(s, "", column))) {
        page_section(p, "What else was measured", "Other");
        rc = explore_lines(p, s, column, n, "Everything else against cycles", "value", w);
    }
    return rc;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

int report_data(const char *data, const report_options *o, const char *path, why *w)
{
    explore e;
    report_subject s = { 0 };
    page p = { .open_tables = o && o->open_tables };
    int rc = explore_read(&e, data, w);
    if (!rc)
        rc = report_subject_open(&s, base_name(data), NULL, NULL, &e.f, w);
    if (!rc) {
        char made[200];
        snprintf(made, sizeof made, "%zu cell%s, %zu cycles, from %zu file%s: what was measured, before any model.",
                 e.f.ncell, e.f.ncell == 1 ? "" : "s", e.f.n, e.files, e.files == 1 ? "" : "s");
        page_title(&p, o && o->title ? o->title : base_name(data));
        page_lede(&p, made);
        rc = pages_of(&p, &e, &s, w);
    }
    if (!rc)
        rc = page_write(&p, path, w);
    page_free(&p);
    report_subject_close(&s);
    explore_free(&e);
    return rc;
}
