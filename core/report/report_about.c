/* SPDX-License-Identifier: MIT
 * report_about.c - what was run and how it ended, the scenario, and what it was made with.
 */
#include "core/report/report_inside.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* 6400 is 6,400. */
static void add_whole(text *t, double v)
{
    char digits[32];
    int n = snprintf(digits, sizeof digits, "%.0f", v);
    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            text_addc(t, ',');
        text_addc(t, digits[i]);
    }
}

static void add_counted(text *t, double n, const char *thing)
{
    add_whole(t, n);
    text_addf(t, " %s%s", thing, n == 1 ? "" : "s");
}

static const char *source_of(const json_t *made)
{
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(made, "plugins"), i, p)
        if (strcmp(report_word(p, "kind"), "source") == 0)
            return report_word(p, "id");
    return "";
}

static void add_models(const report_subject *s, text *t)
{
    size_t n = s->f->nvariant;
    for (size_t v = 0; v < n && v < 6; v++) {
        const char *name = s->f->variant_name[v];
        text_addf(t, "%s%s", v == 0 ? " under " : v + 1 == n ? " and " : ", ", *name ? name : "one law");
    }
    if (n > 6)
        text_addf(t, " and %zu more", n - 6);
}

static void add_ends(const report_subject *s, text *t)
{
    static const struct { const char *outcome, *words; } said[] = {
        { "ok", "It ended well." },
        { "partial", "It ended, but some of its lanes failed." },
        { "cancelled", "It was interrupted; what was done until then is shown." },
        { "running", "It had not ended when this was written." },
    };
    const char *outcome = report_word(s->about, "outcome"), *why_not = report_word(s->about, "why");
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        if (strcmp(said[i].outcome, outcome) == 0) {
            text_addf(t, " %s", said[i].words);
            return;
        }
    if (strcmp(outcome, "stopped") == 0)
        text_addf(t, " It ended early%s%s.", *why_not ? ": " : "", why_not);
    else if (*outcome)
        text_addf(t, " It failed (%s)%s%s.", outcome, *why_not ? ": " : "", why_not);
}

void report_lede(page *p, const report_subject *s, bool alone)
{
    text t = { 0 };
    double cells = report_real(s->about, "cells"), rows = report_real(s->about, "rows");
    double seconds = report_real(s->about, "seconds");
    const char *source = source_of(json_object_get(s->about, "made_by"));
    if (!alone)
        text_addf(&t, "%s: ", s->name);
    add_counted(&t, isfinite(cells) ? cells : (double)s->f->ncell, "cell");
    text_addf(&t, "%s%s", *source ? " of " : "", source);
    add_models(s, &t);
    if (isfinite(rows)) {
        text_add(&t, ", ");
        add_counted(&t, rows, "row");
    }
    if (isfinite(seconds)) {
        text_add(&t, " in ");
        page_number(&t, seconds < 0.01 ? 0.01 : round(seconds * 100) / 100);
        text_add(&t, " s");
    }
    text_add(&t, ".");
    add_ends(s, &t);
    page_lede(p, text_of(&t));
    text_free(&t);
}

void report_scenario(page *p, const report_subject *s)
{
    if (s->scenario && *s->scenario)
        page_code(p, "The scenario as it was run", s->scenario);
}

static void fact(page *p, const char *name, const char *value)
{
    if (!*value)
        return;
    page_row(p, "");
    page_cell(p, name, "t");
    page_cell(p, value, "t long");
}

static void fact_number(page *p, const char *name, const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);
    char made[40] = "";
    if (json_is_integer(v))
        snprintf(made, sizeof made, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
    else if (json_is_real(v))
        snprintf(made, sizeof made, "%.3g", json_real_value(v));
    fact(p, name, made);
}

static void plugins(page *p, const json_t *made)
{
    size_t i;
    json_t *one;
    if (!json_array_size(json_object_get(made, "plugins")))
        return;
    page_table_open(p, "<plugin|<kind|<version|<SHA-256 of its file", 0);
    json_array_foreach(json_object_get(made, "plugins"), i, one)
    {
        const char *hash = report_word(one, "sha256");
        page_row(p, "");
        page_cell(p, report_word(one, "id"), "t");
        page_cell(p, report_word(one, "kind"), "t");
        page_cell(p, report_word(one, "version"), "t");
        page_cell(p, *hash ? hash : "part of fade", "t long");
    }
    page_table_close(p);
}

void report_provenance(page *p, const report_subject *s)
{
    const json_t *made = json_object_get(s->about, "made_by");
    if (!s->about)
        return;
    page_table_open(p, "<what|<value", 0);
    fact(p, "run", report_word(s->about, "run"));
    fact(p, "fade", report_word(made, "fade"));
    fact_number(p, "seed", made, "seed");
    fact(p, "instructions of the processor", report_word(made, "isa"));
    fact(p, "compiler", report_word(made, "compiler"));
    fact_number(p, "seconds", s->about, "seconds");
    fact_number(p, "cells", s->about, "cells");
    fact_number(p, "rows", s->about, "rows");
    fact_number(p, "lanes that failed", s->about, "failed");
    page_table_close(p);
    plugins(p, made);
}
