/* SPDX-License-Identifier: MIT
 * contributions_plot.c - what features added, as a picture: one row as a waterfall, several as bars beside points by
 * cycle.
 */
#include "core/report/contributions_inside.h"
#include "core/report/plot.h"
#include <math.h>
#include <stdio.h>

enum { BARS = 12, CLOUDS = 6 };

typedef struct picture {
    const contributions *k;
    size_t order[MODEL_FEATURES], named;
    bool others;                                  /* a bar for what is not named */
} picture;

static const char *label(const picture *p, size_t bar)
{
    return bar < p->named ? p->k->m->feature[p->order[bar]].key : "others";
}

/* What the features of a bar add to a row. */
static double added(const picture *p, const double *share, size_t bar)
{
    double sum = 0;
    for (size_t j = bar; j < (bar < p->named ? bar + 1 : p->k->p); j++)
        sum += share[p->order[j]];
    return sum;
}

static void numbers(text *out, const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        text_add_number(out, v[i]);
        text_addc(out, i + 1 < n ? ' ' : '\n');
    }
}

static size_t bars(const picture *p) { return p->named + p->others; }

static void setup(const picture *p, const char *at, bool waterfall, text *out)
{
    plot_options size = { .width = waterfall ? 7.5 : 11, .height = 1.4 + 0.3 * (double)fmax(8, (double)bars(p) + 2) };
    plot_terminal(&size, 0, at, out);
    text_add(
        out,
        "set output fade_out\nset encoding utf8\nset datafile missing 'NaN'\nset border 3 lc rgb '#404040'\n"
        "set tics nomirror\nset grid xtics lt 1 dt 1 lc rgb '#dcdcdc' lw 0.6\nset style fill solid 0.8 noborder\n");
}

static void names(const picture *p, size_t first, text *out)
{
    for (size_t b = 0; b < bars(p); b++) {
        plot_quoted(out, label(p, b));
        text_addf(out, " %zu%s", first + b, b + 1 < bars(p) ? ", " : "");
    }
}

static void axis_label(const picture *p, char axis, const char *what, text *out)
{
    char said[PLOT_NAME];
    const char *in = p->k->m->unit;
    snprintf(said, sizeof said, "%.90s%s%.40s", what, *in ? " / " : "", in);
    text_addf(out, "set %clabel ", axis);
    plot_quoted(out, said);
    text_addc(out, '\n');
}

/* ---- one row ---- */

/* Where the grey bars stand: at 0, or at the left border where 0 is far off. */
static double foot_of(const picture *p, const contribution_row *r, double end[2])
{
    double at = r->base, lo = at, hi = at;
    for (size_t b = 0; b < bars(p); b++) {
        at += added(p, r->share, b);
        lo = fmin(lo, at);
        hi = fmax(hi, at);
    }
    bool zero = lo <= 0 && hi >= 0 ? true : fmin(fabs(lo), fabs(hi)) < 2 * (hi - lo);
    double room = 0.08 * (hi - lo) + 1e-12;
    end[0] = (zero ? fmin(lo, 0) : lo) - room;
    end[1] = (zero ? fmax(hi, 0) : hi) + room;
    return zero ? 0 : end[0];
}

static void waterfall(const picture *p, const char *data, text out[2])
{
    const contribution_row *r = &p->k->row[0];
    char title[PLOT_NAME];
    double end[2], foot = foot_of(p, r, end), at = r->base, wide = 0.4, n = (double)bars(p);
    numbers(&out[0], (double[]){ at, 0, fmin(foot, at), fmax(foot, at), -wide, wide, 3 }, 7);
    for (size_t b = 0; b < bars(p); b++) {
        double by = added(p, r->share, b), y = (double)b + 1;
        numbers(&out[0], (double[]){ at, y, fmin(at, at + by), fmax(at, at + by), y - wide, y + wide, by < 0 ? 1 : 2 },
                7);
        at += by;
    }
    numbers(&out[0], (double[]){ at, n + 1, fmin(foot, at), fmax(foot, at), n + 1 - wide, n + 1 + wide, 3 }, 7);
    snprintf(title, sizeof title, "%.40s, cycle %lld: correction by %.40s", r->cell, (long long)r->cycle,
             p->k->m->plugin);
    text_add(&out[1], "set title ");
    plot_quoted(&out[1], title);
    text_add(&out[1], "\nset ytics ('base' 0, ");
    names(p, 1, &out[1]);
    text_addf(&out[1], ", 'correction' %g)\nset yrange [%g:-0.7]\nset xrange [%.10g:%.10g]\n", n + 1, n + 1.7, end[0],
              end[1]);
    axis_label(p, 'x', "Correction", &out[1]);
    text_addf(&out[1], "set linetype 101 lc rgb '%s'\nset linetype 102 lc rgb '%s'\nset linetype 103 lc rgb '#808080'\n"
                       "set arrow from %.10g, graph 0 to %.10g, graph 1 nohead lc rgb '#909090'\nplot ",
              plot_color(1), plot_color(0), foot, foot);
    plot_quoted(&out[1], data);
    text_add(&out[1], " using 1:2:3:4:5:6:(100+$7) with boxxyerror lc variable notitle\n");
}

/* ---- several ---- */

static void means(const picture *p, const char *data, text out[2])
{
    double rows = p->k->known ? (double)p->k->known : 1;
    for (size_t b = 0; b < bars(p); b++) {
        double y = (double)b + 1, size = 0;
        for (size_t j = b; j < (b < p->named ? b + 1 : p->k->p); j++)
            size += p->k->size[p->order[j]] / rows;
        numbers(&out[0], (double[]){ 0, y, 0, size, y - 0.4, y + 0.4 }, 6);
    }
    text_add(&out[0], "\n\n");
    text_add(&out[1], "set title 'mean size of what is added'\nset ytics (");
    names(p, 1, &out[1]);
    text_addf(&out[1], ")\nset yrange [%zu.7:0.3]\nset xrange [0:*]\n", bars(p));
    axis_label(p, 'x', "|Contribution|", &out[1]);
    text_add(&out[1], "plot ");
    plot_quoted(&out[1], data);
    text_addf(&out[1], " index 0 using 1:2:3:4:5:6 with boxxyerror lc rgb '%s' notitle\n", plot_color(0));
}

static void clouds(const picture *p, const char *data, text out[2])
{
    size_t n = p->named < CLOUDS ? p->named : CLOUDS;
    for (size_t b = 0; b < n; b++) {
        for (size_t i = 0; i < p->k->n; i++)
            if (isfinite(p->k->row[i].share[p->order[b]]))
                numbers(&out[0], (double[]){ (double)p->k->row[i].cycle, p->k->row[i].share[p->order[b]] }, 2);
        text_add(&out[0], "\n\n");
    }
    text_add(&out[1],
             "set title 'row by row'\nset ytics autofreq\nset yrange [*:*]\nset xrange [*:*]\n"
             "set key outside bottom center horizontal samplen 1\nset grid ytics lt 1 dt 1 lc rgb '#dcdcdc' lw 0.6\n");
    axis_label(p, 'y', "Contribution", &out[1]);
    text_add(&out[1], "set xlabel 'Cycle'\n");
    for (size_t b = 0; b < n; b++) {
        text_add(&out[1], b ? ", " : "plot ");
        plot_quoted(&out[1], data);
        text_addf(&out[1], " index %zu using 1:2 with points pt 7 ps 0.3 lc rgb '%s' title ", b + 1, plot_color(b));
        plot_quoted(&out[1], label(p, b));
    }
    text_addc(&out[1], '\n');
}

static int compose(void *ctx, const char *data, const char *at, text out[2], why *w)
{
    const picture *p = ctx;
    bool one = p->k->rows == 1;
    (void)w;
    setup(p, at, one, &out[1]);
    if (one) {
        waterfall(p, data, out);
        return E_OK;
    }
    text_add(&out[1], "set multiplot layout 1,2\n");
    means(p, data, out);
    clouds(p, data, out);
    text_add(&out[1], "unset multiplot\n");
    return E_OK;
}

int contributions_figure(const contributions *k, const char *path, why *w)
{
    picture p = { .k = k, .named = k->p < BARS ? k->p : BARS, .others = k->p > BARS };
    if (!k->known)
        return fail(w, E_INPUT, "no row has a correction: there is nothing to draw in %s", path);
    contributions_order(k, p.order);
    return plot_drawn(path, compose, &p, w);
}
