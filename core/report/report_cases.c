/* SPDX-License-Identifier: MIT
 * report_cases.c - a sweep's store: what was varied against what came of it, a row per case.
 *
 * What was varied are the columns named by scenario keys ("physics.k"); all others are outcomes.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/report/report_cases.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "physics.k", "source.1.rest": a scenario's section stands in front. */
static bool is_key(const char *name)
{
    static const char *const sections[] = { "run", "cell", "conditions", "source", "physics", "corrector",
                                            "protocol", "evaluate", "health" };
    size_t n = strcspn(name, ".");
    for (size_t i = 0; name[n] && i < sizeof sections / sizeof *sections; i++)
        if (strlen(sections[i]) == n && strncmp(name, sections[i], n) == 0)
            return true;
    return false;
}

static bool varied(const json_t *about, const frame_column *c)
{
    const json_t *axes = json_object_get(about, "axes");
    size_t i;
    json_t *a;
    if (!json_is_array(axes))
        return is_key(c->name);
    json_array_foreach(axes, i, a)
    {
        const char *key = json_is_string(a) ? json_string_value(a) : report_word(a, "key");
        if (strcmp(key, c->key) == 0 || strcmp(key, c->name) == 0)
            return true;
    }
    return false;
}

/* Least and greatest known value; false: it does not vary. */
static bool range_of(cases_column *q, const double *v, size_t n)
{
    q->lo = INFINITY;
    q->hi = -INFINITY;
    q->known = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            q->lo = fmin(q->lo, v[i]);
            q->hi = fmax(q->hi, v[i]);
            q->known++;
        }
    return q->hi > q->lo;
}

/* What is shown instead of the value itself: a logarithm, degrees Celsius. */
static int transform(cases *c, cases_column *q, double offset, why *w)
{
    q->own = mem_columns(c->n);
    if (!q->own)
        return fail(w, E_NOMEM, "no memory for %zu cases", c->n);
    for (size_t i = 0; i < c->n; i++)
        q->own[i] = q->log ? log10(q->v[i]) : q->v[i] + offset;
    q->v = q->own;
    q->lo = q->log ? log10(q->lo) : q->lo + offset;
    q->hi = q->log ? log10(q->hi) : q->hi + offset;
    return E_OK;
}

static int take(cases *c, const frame_column *from, bool axis, why *w)
{
    cases_column *q = axis ? &c->axis[c->naxis] : &c->outcome[c->noutcome];
    if ((axis ? c->naxis : c->noutcome) == CASES_COLUMNS || !range_of(q, from->v, c->n))
        return E_OK;
    char label[110];
    bool kelvin = strcmp(from->unit, "K") == 0 && q->lo > 150;      /* a temperature, no difference of two */
    q->v = from->v;
    q->log = axis && q->lo > 0 && q->hi / q->lo >= 30;
    snprintf(q->name, sizeof q->name, "%s%.80s", q->log ? "log10 " : "", from->key);
    frame_label(c->f, (int)(from - c->f->col), label, sizeof label);
    snprintf(q->label, sizeof q->label, "%s%s", q->log ? "log10 " : "", axis ? label : from->key);
    snprintf(q->in, sizeof q->in, "%s", strcmp(from->unit, "1") == 0 ? "" : kelvin ? "\xc2\xb0" "C" : from->unit);
    int rc = q->log || kelvin ? transform(c, q, -273.15, w) : E_OK;
    if (rc)
        return rc;
    c->naxis += axis;
    c->noutcome += !axis;
    return E_OK;
}

/* Cases in which both are known: their ranks' correlation. */
static double rank_correlation(cases *c, const double *a, const double *b)
{
    size_t n = 0, cap = c->n;
    double *x = c->room, *y = x + cap, *rx = y + cap, *ry = rx + cap;
    for (size_t i = 0; i < cap; i++)
        if (isfinite(a[i]) && isfinite(b[i])) {
            x[n] = a[i];
            y[n++] = b[i];
        }
    if (n < 3)
        return NAN;
    report_ranks(x, n, c->order, rx);
    report_ranks(y, n, c->order, ry);
    return report_correlation(rx, ry, n);
}

static void correlate(cases *c)
{
    for (size_t o = 0; o < c->noutcome; o++) {
        cases_column *q = &c->outcome[o];
        for (size_t a = 0; a < c->naxis; a++) {
            q->rho[a] = rank_correlation(c, c->axis[a].v, q->v);
            size_t at = a;
            double size = fabs(q->rho[a]);
            for (; at && (fabs(q->rho[q->by[at - 1]]) < size || isnan(q->rho[q->by[at - 1]])); at--)
                q->by[at] = q->by[at - 1];
            q->by[at] = a;
        }
    }
}

/* Any evenly spaced choice would beat with a design's own pattern. */
static void draw_sample(cases *c)
{
    c->nsample = c->n < CASES_SAMPLE ? c->n : CASES_SAMPLE;
    for (size_t i = 0; i < c->n; i++)
        c->order[i] = i;
    for (size_t i = 0; i < c->nsample; i++) {
        size_t k = i + (size_t)(random_bits(1, i, 0, 0) % (c->n - i)), kept = c->order[i];
        c->sample[i] = c->order[k];
        c->order[k] = kept;
    }
}

static int open_cases(cases *c, const result *r, why *w)
{
    *c = (cases){ .n = r->rows.n, .f = &r->rows };
    c->room = mem_columns(4 * c->n + 4);
    c->order = mem_zero(c->n + 1, sizeof *c->order);
    if (!c->room || !c->order)
        return fail(w, E_NOMEM, "no memory for %zu cases", c->n);
    int rc = E_OK;
    for (size_t k = 0; !rc && k < r->rows.ncol; k++)
        rc = take(c, &r->rows.col[k], varied(r->about, &r->rows.col[k]), w);
    if (!rc)
        correlate(c);
    draw_sample(c);
    return rc;
}

static void close_cases(cases *c)
{
    for (size_t a = 0; a < c->naxis; a++)
        free(c->axis[a].own);
    free(c->room);
    free(c->order);
}

/* ---- words and the tornado ---- */

static void say_cases(page *p, const cases *c, const result *r, bool first)
{
    text t = { 0 };
    double failed = report_real(r->about, "failed");
    double all = report_real(r->about, "cases");
    text_addf(&t, "%s%s%zu ", first ? "" : r->name, first ? "" : ": ", c->n);
    if (all > (double)c->n)
        text_addf(&t, "of %.0f ", all);
    text_add(&t, "cases of a sweep over ");
    for (size_t a = 0; a < c->naxis; a++)
        text_addf(&t, "%s%s", a == 0 ? "" : a + 1 == c->naxis ? " and " : ", ", c->axis[a].name);
    text_add(&t, c->naxis ? "." : "nothing that varies.");
    if (failed > 0)
        text_addf(&t, " %.0f of them failed.", failed);
    page_lede(p, text_of(&t));
    text_free(&t);
}

static void tornado_words(page *p, const cases *c)
{
    text alt = { 0 };
    for (size_t o = 0; o < c->noutcome && o < 4; o++) {
        const cases_column *q = &c->outcome[o];
        text_addf(&alt, "%s%s goes most with %s (", o ? " " : "", q->name, c->axis[q->by[0]].name);
        page_number(&alt, q->rho[q->by[0]]);
        text_add(&alt, ")");
        if (q->known < c->n)
            text_addf(&alt, "; %zu of the cases have one", q->known);
        text_add(&alt, ".");
    }
    page_chart_words(
        p,
        "Spearman's rank correlation of each varied key with the outcome: 1 rises with it always, -1 falls with "
        "it always, 0 does not go with it.",
        text_of(&alt));
    text_free(&alt);
    page_data_open(p, "<outcome|<varied|rank correlation", c->noutcome * c->naxis, c->noutcome * c->naxis);
    for (size_t o = 0; o < c->noutcome; o++)
        for (size_t a = 0; a < c->naxis; a++) {
            page_row(p, "");
            page_cell(p, c->outcome[o].name, "t");
            page_cell(p, c->axis[c->outcome[o].by[a]].name, "t");
            page_cell_number(p, c->outcome[o].rho[c->outcome[o].by[a]], "");
        }
    page_data_close(p);
}

static void tornado(page *p, const cases *c)
{
    json *j = page_chart(p, "bars", "What the outcome depends on");
    page_axis(j, "x", "rank correlation", "");
    json_bool(j, "signed", true);
    json_number(j, "most", 1);
    json_text(j, "pick", "outcome");
    json_open(j, "pages", '[');
    for (size_t o = 0; o < c->noutcome; o++) {
        const cases_column *q = &c->outcome[o];
        json_open(j, NULL, '{');
        json_text(j, "name", q->name);
        json_open(j, "rows", '[');
        for (size_t a = 0; a < c->naxis; a++) {
            double rho = isnan(q->rho[q->by[a]]) ? 0 : q->rho[q->by[a]];
            json_open(j, NULL, '{');
            json_text(j, "name", c->axis[q->by[a]].name);
            page_values(j, "parts", &rho, 1);
            json_close(j, '}');
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    tornado_words(p, c);
    page_chart_end(p);
}

/* What was varied in words (a plugin, say) is the cases' variant. */
static void by_word(page *p, const cases *c)
{
    enum { LISTED = 100 };
    text head = { 0 };
    if (c->f->nvariant < 2 || !c->noutcome)
        return;
    text_add(&head, "<varied in words|cases");
    for (size_t o = 0; o < c->noutcome; o++)
        text_addf(&head, "|median of %s", c->outcome[o].name);
    page_table_open(p, text_of(&head), c->f->nvariant);
    for (uint32_t v = 0; v < c->f->nvariant && v < LISTED; v++) {
        size_t all = 0;
        for (size_t i = 0; i < c->n; i++)
            all += c->f->variant[i] == v;
        page_row(p, "");
        page_cell(p, c->f->variant_name[v], "t");
        page_cell_number(p, (double)all, "");
        for (size_t o = 0; o < c->noutcome; o++) {
            size_t n = 0;
            for (size_t i = 0; i < c->n; i++)
                if (c->f->variant[i] == v && isfinite(c->outcome[o].v[i]))
                    c->room[n++] = c->outcome[o].v[i];
            report_sort(c->room, n);
            page_cell_number(p, report_quantile(c->room, n, 0.5), "");
        }
    }
    page_table_close(p);
    text_free(&head);
}

int report_cases(page *p, const result *r, why *w)
{
    cases c;
    bool first = !p->sections;
    int rc = open_cases(&c, r, w);
    if (!rc) {
        say_cases(p, &c, r, first);
        page_section(p, first ? "The sweep" : r->name, "Sweep");
        if (r->scenario && *r->scenario)
            page_code(p, "The scenario as it was swept", r->scenario);
        if (!c.naxis || !c.noutcome)
            page_say(p, "There is nothing to draw: no key or no outcome varies over the cases.");
    }
    if (!rc)
        by_word(p, &c);
    if (!rc && c.naxis && c.noutcome) {
        tornado(p, &c);
        report_cases_surface(p, &c);
        rc = report_cases_bands(p, &c, w);
        report_cases_matrix(p, &c);
        report_cases_parallel(p, &c);
    }
    if (!rc && json_object_size(json_object_get(r->about, "made_by"))) {
        page_section(p, first ? "Where it came from" : "Where the sweep came from", first ? "Provenance" : NULL);
        report_provenance(p, &(report_subject){ .about = r->about });
    }
    close_cases(&c);
    return rc;
}
