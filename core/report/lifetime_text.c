/* SPDX-License-Identifier: MIT
 * lifetime_text.c - lives for the terminal: one told in sentences, several as a table, many as a fleet, and a picture.
 */
#include "core/report/lifetime_say.h"
#include "core/report/show.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FLEET_LEAST = 5, CELLS = 12, FAR_ONES = 10, POINTS = 9, WORD = 64 };

/* Rows of a duty are no cycles. */
static const char *one(const lifetime *l) { return l->duty ? "row" : "cycle"; }
static const char *base_name(const lifetime *l, int base)
{
    static const char *const names[LIFETIME_BASES] = { "cycles", "EFC", "years" };
    return base == LIFETIME_CYCLES && l->duty ? "rows" : names[base];
}

static const double LEVEL = 0.95;

static const health_point *end_of(const lifetime_life *l)
{
    return l->watch.reached || l->watch.below ? &l->watch.end : &l->watch.last;
}

static void add_end(const lifetime *l, const lifetime_life *life, text *out)
{
    char efc[WORD], years[WORD];
    bool known = life->watch.reached;
    const health_point *end = end_of(life);
    text_addf(out, "  end of life   %s below %.4g %%: ", health_name(l->by), 100 * l->eol);
    if (isnan(end->cycle)) {
        text_addf(out, "no row tells\n");
        return;
    }
    lifetime_span(efc, known, end->efc, " EFC");
    lifetime_span(years, known, end->seconds / lifetime_year, " years");
    if (known)
        text_addf(out, "%s %.0f, %s", one(l), end->cycle, efc);
    else
        text_addf(out, "not reached: at least %.0f %s, %s", end->cycle, base_name(l, LIFETIME_CYCLES), efc);
    if (end->seconds > 0)
        text_addf(out, ", %s", years);
    health_point cross = health_crossing(&life->watch);
    if (known && cross.cycle < end->cycle)
        text_addf(out, " (met at %.2f)", cross.cycle);
    text_addc(out, '\n');
    if (!known)
        text_addf(out, "                SoH is %.4g %% there; the run ended by %s\n", 100 * life->watch.last.soh,
                  life->reason ? life->reason : "the last of its rows");
}

static void add_remaining(const lifetime *l, const lifetime_life *life, double cycle, text *out)
{
    char cycles[WORD], efc[WORD], days[WORD];
    health_point now = lifetime_at(life, cycle);
    health_rul r = health_remaining(&life->watch, &now);
    lifetime_span(cycles, r.known, r.cycles, l->duty ? " rows" : " cycles");
    lifetime_span(efc, r.known, r.efc, " EFC");
    lifetime_span(days, r.known, r.days, " days");
    text_addf(out, "  remaining     from %s %.0f: %s", one(l), cycle, cycles);
    if (!isnan(r.efc))
        text_addf(out, ", %s%s%s", efc, life->watch.last.seconds > 0 ? ", " : "",
                  life->watch.last.seconds > 0 ? days : "");
    if (!isnan(now.soh))
        text_addf(out, "; SoH is %.4g %% then", 100 * now.soh);
    text_addc(out, '\n');
}

static void add_knee(const lifetime *l, const char *name, const knee *k, text *out)
{
    text_addf(out, "  knee          %s: ", name);
    if (k->reason)
        text_addf(out, "none, %s\n", k->reason);
    else
        text_addf(out, "%s %.0f at SoH %.4g %%", one(l), k->x, 100 * k->y);
    if (!k->reason && !isnan(k->lower))
        text_addf(out, " (95 %%: %.0f to %.0f)", k->lower, k->upper);
    if (!k->reason && k->before < 0)
        text_addf(out, ", then %.2g times as fast", k->after / k->before);
    if (!k->reason)
        text_addc(out, '\n');
}

/* Cycles that are round: from the first row to the last in steps of 1, 2 or 5 times a power of ten. */
static size_t round_cycles(double last, double *out, size_t most)
{
    double step = pow(10, floor(log10(fmax(last, 1))));
    static const double parts[] = { 0.1, 0.2, 0.5, 1 };
    size_t p = 0, n = 0;
    while (p < 3 && last / (step * parts[p]) > (double)most)
        p++;
    for (double c = fmax(step * parts[p], 1); c < last && n < most; c += fmax(step * parts[p], 1))
        out[n++] = floor(c);
    return n;
}

static void point_row(show_table *t, const lifetime *l, const lifetime_life *life, double cycle)
{
    char word[5][32];
    health_point p = lifetime_at(life, cycle);
    show_number(word[0], cycle, 15);
    show_number(word[1], p.efc, -1);
    show_number(word[2], life->watch.last.seconds > 0 ? p.seconds / lifetime_year : NAN, -2);
    show_number(word[3], l->by == HEALTH_CAPACITY ? p.soh * life->ah : NAN, -4);
    show_number(word[4], 100 * p.soh, -2);
    const char *words[] = { word[0], word[1], word[2], word[3], word[4] };
    show_row(t, words);
}

static void add_points(const lifetime *l, const lifetime_life *life, const lifetime_asked *a, text *out)
{
    char soh[32];
    double round[POINTS];
    const double *at = a->nat ? a->at : round;
    size_t n = a->nat ? a->nat : round_cycles(life->watch.last.cycle, round, POINTS);
    snprintf(soh, sizeof soh, "%s, %%", health_name(l->by));
    const char *head[] = { one(l), "EFC", "years", "capacity, Ah", soh };
    show_table t = { .columns = sizeof head / sizeof *head };
    show_row(&t, head);
    for (size_t i = 0; i < n; i++)
        point_row(&t, l, life, at[i]);
    if (!a->nat)
        point_row(&t, l, life, life->watch.last.cycle);
    text_addc(out, '\n');
    show_table_add(&t, out);
    show_table_free(&t);
}

static int add_one(const lifetime *l, const lifetime_life *life, const lifetime_asked *a, text *out, why *w)
{
    knee bacon_watts, kneedle;
    const char *form;
    double formula = lifetime_by_formula(l, life, a->s, &form);
    text_addf(out, "%s: %s\n", life->cell, life->model);
    if (life->failed)
        text_addf(out, "  failed        %s\n", life->reason);
    add_end(l, life, out);
    if (!isnan(formula))
        text_addf(out, "  by formula    %.2f cycles = %s\n", formula, form);
    if (life->watch.last.cycle > 0)
        add_remaining(l, life, a->now, out);
    const lifetime_life *seen = lifetime_measured(l, life);
    if (seen && seen->watch.reached && life->watch.reached)
        text_addf(out, "  error         %+.0f %s against what was measured\n",
                  health_off(life->watch.end.cycle, seen->watch.end.cycle), base_name(l, LIFETIME_CYCLES));
    int rc = lifetime_knees(life, &bacon_watts, &kneedle, w);
    if (rc)
        return rc;
    add_knee(l, "Bacon-Watts", &bacon_watts, out);
    add_knee(l, "Kneedle", &kneedle, out);
    if (life->n)
        add_points(l, life, a, out);
    return E_OK;
}

/* ---- several ---- */

/* Beside a column that says "at least". */
static void span_brief(char out[WORD], bool known, double v)
{
    char number[WORD];
    lifetime_span(number, true, v, "");
    snprintf(out, WORD, "%s%.50s", known || isnan(v) ? "" : ">= ", number);
}

static void life_row(show_table *t, const lifetime *l, const lifetime_life *life, const lifetime_asked *a)
{
    char end[WORD], efc[WORD], years[WORD], left[WORD], soh[32], error[32] = "";
    bool known = life->watch.reached;
    const health_point *e = end_of(life);
    health_point now = lifetime_at(life, a->now);
    health_rul r = health_remaining(&life->watch, &now);
    const lifetime_life *seen = lifetime_measured(l, life);
    lifetime_span(end, known, e->cycle, "");
    span_brief(efc, known, e->efc);
    span_brief(years, known, e->seconds > 0 ? e->seconds / lifetime_year : NAN);
    lifetime_span(left, r.known, r.cycles, "");
    show_number(soh, 100 * life->watch.last.soh, -1);
    if (seen && seen->watch.reached && known)
        snprintf(error, sizeof error, "%+.0f", health_off(e->cycle, seen->watch.end.cycle));
    const char *word[] = { life->cell, life->model, end, efc, years, left, error, soh, life->failed ? "failed: " : "",
                           known && !life->failed ? "" : life->reason };
    text how = { 0 };
    text_addf(&how, "%s%s", word[8], word[9] ? word[9] : "");
    word[8] = text_of(&how);
    show_row(t, word);
    text_free(&how);
}

/* "; a row is 30 days" */
static void add_rows(const lifetime *l, const lifetime_asked *a, text *out)
{
    double per;
    const char *word = frame_time_unit(a->s ? a->s->duty.row : 0, &per);
    if (l->duty && a->s)
        text_addf(out, "; a row is %.4g %s", a->s->duty.row / per, word);
}

static void add_several(const lifetime *l, const lifetime_asked *a, text *out)
{
    char left[WORD], end[WORD], off[WORD];
    size_t most = a->cells ? a->cells : CELLS, n = l->n < most ? l->n : most;
    if (l->duty)
        snprintf(left, sizeof left, "RUL at row %.0f, rows", a->now);
    else
        snprintf(left, sizeof left, "RUL at %.0f", a->now);
    snprintf(end, sizeof end, "end of life, %s", one(l));
    snprintf(off, sizeof off, "error, %s", base_name(l, LIFETIME_CYCLES));
    const char *head[] = { "cell", "model", end, "EFC", "years", left, off,
                           "SoH at the last row, %", "" };
    show_table t = { .columns = sizeof head / sizeof *head, .left = 2 };
    text_addf(out, "end of life: %s below %.4g %%", health_name(l->by), 100 * l->eol);
    add_rows(l, a, out);
    text_add(out, "\n\n");
    show_row(&t, head);
    for (size_t i = 0; i < n; i++)
        life_row(&t, l, &l->at[i], a);
    show_table_add(&t, out);
    show_table_free(&t);
    if (n < l->n)
        text_addf(out, "and %zu more\n", l->n - n);
}

/* ---- a fleet ---- */

static void add_percentiles(const lifetime *l, const lifetime_fleet *f, text *out)
{
    const char *head[] = { "", base_name(l, 0), base_name(l, 1), base_name(l, 2) };
    show_table t = { .columns = LIFETIME_BASES + 1, .left = 1 };
    show_row(&t, head);
    for (size_t p = 0; p < LIFETIME_PERCENTILES; p++) {
        char name[32], word[LIFETIME_BASES][WORD];
        snprintf(name, sizeof name, "%.0f %% ended by", 100 * lifetime_percentile[p]);
        const char *words[LIFETIME_BASES + 1] = { name };
        for (int b = 0; b < LIFETIME_BASES; b++) {
            double least, v = fleet_percentile(&f->lives[b], lifetime_percentile[p], &least);
            span_brief(word[b], !isnan(v), isnan(v) ? least : v);
            words[b + 1] = word[b];
        }
        show_row(&t, words);
    }
    show_table_add(&t, out);
    show_table_free(&t);
}

static void add_weibull(const lifetime *l, const lifetime_fleet *f, text *out)
{
    for (int b = 0; b < LIFETIME_BASES; b++) {
        const fleet_weibull *v = &f->weibull[b];
        if (b == LIFETIME_EFC || !f->lives[b].n)
            continue;
        if (v->reason && b == LIFETIME_CYCLES)
            text_addf(out, "Weibull: none, %s\n", v->reason);
        if (!v->reason)
            text_addf(out, "Weibull in %s: shape %.4g (95 %%: %.4g to %.4g), scale %.5g (%.5g to %.5g)\n",
                      base_name(l, b), v->shape, v->shape_lower, v->shape_upper, v->scale, v->scale_lower,
                      v->scale_upper);
    }
}

static void add_within(const lifetime *l, const lifetime_fleet *f, const lifetime_horizon *h, text *out)
{
    fleet_chance c = fleet_within(&f->lives[h->base], h->at, LEVEL);
    const char *unit_word = strspn(h->said, "0123456789.eE+") == strlen(h->said) ? l->duty ? " rows" : " cycles" : "";
    text_addf(out, "within %s%s: ", h->said, unit_word);
    if (!f->lives[h->base].n)
        text_addf(out, "unknown, no life moves on in %s\n", base_name(l, h->base));
    else if (c.known)
        text_addf(out, "%.4g %% fail (95 %%: %.3g to %.3g %%), %zu of %zu\n", 100 * c.p, 100 * c.lower, 100 * c.upper,
                  c.ended, f->n);
    else
        text_addf(out, "at least %.4g %% fail; the runs are shorter than that (%.5g %s)\n", 100 * c.p,
                  f->lives[h->base].seen[f->lives[h->base].n - 1], base_name(l, h->base));
}

static void add_early(const lifetime *l, const lifetime_fleet *f, text *out)
{
    size_t far = 0;
    for (size_t i = 0; i < f->n; i++)
        far += lifetime_stands_out(f, i);
    if (isnan(f->middle))
        return;
    text_addf(out, "early warning: up to %s %.0f ", one(l), f->early);
    if (!far) {
        text_addf(out, "none fades far faster than the rest (median %.3g %% of SoH in 100 %s)\n", 1e4 * f->middle,
                  base_name(l, LIFETIME_CYCLES));
        return;
    }
    text_addf(out, "%zu cell%s far faster than the rest (median %.3g %% of SoH in 100 %s)\n", far,
              far == 1 ? " fades" : "s fade", 1e4 * f->middle, base_name(l, LIFETIME_CYCLES));
    size_t said = 0;
    for (size_t i = 0; i < f->n && said < FAR_ONES; i++)
        if (lifetime_stands_out(f, i)) {
            text_addf(out, "  %s: %.3g times the median, z = %.1f\n", f->life[i]->cell, f->rate[i] / f->middle,
                      f->z[i]);
            said++;
        }
    if (said < far)
        text_addf(out, "  and %zu more\n", far - said);
}

static void add_fleet(const lifetime *l, const lifetime_fleet *f, const lifetime_asked *a, text *out)
{
    text_addf(out, "\n%s: %zu cell%s, %zu reached the end of life", f->model, f->n, f->n == 1 ? "" : "s",
              f->lives[LIFETIME_CYCLES].ended);
    if (f->failed)
        text_addf(out, "; %zu more failed and are left out", f->failed);
    text_addc(out, '\n');
    if (f->n >= FLEET_LEAST && f->lives[LIFETIME_CYCLES].ended) {
        add_percentiles(l, f, out);
        add_weibull(l, f, out);
    }
    for (size_t i = 0; i < a->nwithin; i++)
        add_within(l, f, &a->within[i], out);
    add_early(l, f, out);
}

/* The seconds of all lines in what the longest is told in. */
static const char *time_axis(const lifetime_lines *p)
{
    double last = 0, per;
    for (size_t i = 0; i < p->n; i++)
        last = fmax(last, p->line[i].n ? p->line[i].t[p->line[i].n - 1] : 0);
    const char *word = frame_time_unit(last, &per);
    for (size_t i = 0; i < p->n; i++)
        for (size_t k = 0; k < p->line[i].n; k++)
            p->line[i].t[k] /= per;
    return word;
}

static void add_picture(const lifetime *l, const lifetime_lines *p, const lifetime_asked *a, text *out)
{
    show_series series[LIFETIME_LINES];
    char y[64];
    const char *x = l->duty ? time_axis(p) : "cycle";
    for (size_t i = 0; i < p->n; i++)
        series[i] =
            (show_series){ p->line[i].name, l->duty ? p->line[i].t : p->line[i].x, p->line[i].y, p->line[i].n, true };
    snprintf(y, sizeof y, "%s", health_name(l->by));
    text_addc(out, '\n');
    show_chart_add(&(show_chart){ .series = series, .n = p->n, .x = x, .y = y, .title = a->name,
                                  .width = a->width ? a->width : 80, .color = a->color, .ascii = a->ascii }, out);
}

int lifetime_text(const lifetime *l, const lifetime_asked *a, text *out, why *w)
{
    lifetime_fleet *fleets = NULL;
    lifetime_lines lines = { 0 };
    size_t n = 0;
    int rc = lifetime_fleets(l, a, &fleets, &n, w);
    if (!rc && l->n == 1)
        rc = add_one(l, &l->at[0], a, out, w);
    else if (!rc)
        add_several(l, a, out);
    for (size_t i = 0; i < n && !rc; i++)
        add_fleet(l, &fleets[i], a, out);
    if (!rc)
        rc = lifetime_lines_open(l, fleets, n, &lines, w);
    if (!rc)
        add_picture(l, &lines, a, out);
    lifetime_lines_close(&lines);
    lifetime_fleets_free(fleets, n);
    return rc ? rc : out->failed ? fail(w, E_NOMEM, "no memory to show lives") : E_OK;
}
