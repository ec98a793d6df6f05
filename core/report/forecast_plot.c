/* SPDX-License-Identifier: MIT
 * forecast_plot.c - a forecast as a picture: what was measured, the median in its bands, and along the axis where the
 * life may end.
 */
#include "core/report/forecast_say.h"
#include "core/report/plot.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum { BINS = 24 };
#define FLOOR 0.16                                /* of the height: what the ends of life take below */

typedef struct panel {                            /* one cell's axes */
    const forecast_cell *c;
    double least, most, bottom;                   /* of values; of the axis */
    double from, step, share[BINS];               /* of ends of life, in cycles */
    bool   ends;
} panel;

static void number(text *out, double v, char after)
{
    char word[32];
    if (isfinite(v))
        text_addn(out, word, text_number(v, word));
    else
        text_add(out, "NaN");
    text_addc(out, after);
}

static void measure(panel *p)
{
    const forecast_cell *c = p->c;
    p->least = INFINITY;
    p->most = -INFINITY;
    for (size_t r = 0; r < c->n; r++) {
        double low = r < c->known ? c->seen[r] : fmin(c->lower90[r], isnan(c->seen[r]) ? INFINITY : c->seen[r]);
        double high = r < c->known ? c->seen[r] : fmax(c->upper90[r], isnan(c->seen[r]) ? -INFINITY : c->seen[r]);
        p->least = low < p->least ? low : p->least;
        p->most = high > p->most ? high : p->most;
    }
    if (!isnan(c->eol))
        p->least = fmin(p->least, c->eol);
    p->least = fmax(p->least, fmin(0, c->median[c->n - 1]));       /* a band may reach below zero */
}

/* Ends that lie within the rows, by cycle. */
static void count_ends(panel *p)
{
    const forecast_cell *c = p->c;
    double first = (double)c->cycle[c->known < c->n ? c->known : c->n - 1], last = (double)c->cycle[c->n - 1];
    p->ends = !isnan(c->eol) && c->nlife && c->reached > 0 && c->life[c->nlife - 1] > 0 && last > first;
    p->from = first;
    p->step = (last - first) / BINS;
    for (size_t i = 0; i < c->nlife && p->ends && isfinite(c->life[i]); i++) {
        size_t row = c->known + (size_t)c->life[i] - 1;
        double at = ((double)c->cycle[row < c->n ? row : c->n - 1] - first) / p->step;
        p->share[at < BINS ? (size_t)at : BINS - 1] += 1 / (double)c->nlife;
    }
    p->bottom = p->least - (p->ends ? FLOOR : 0.03) * (p->most - p->least);
}

static void panel_data(const panel *p, text *out)
{
    const forecast_cell *c = p->c;
    double top = 0;
    text_addf(out, "# %s, measured: cycle, known, behind the origin\n", c->name);
    for (size_t r = 0; r < c->n; r++) {
        number(out, (double)c->cycle[r], ' ');
        number(out, r < c->known ? c->seen[r] : NAN, ' ');
        number(out, r < c->known ? NAN : c->seen[r], '\n');
    }
    text_addf(out, "\n\n# %s, forecast: cycle, 5 25 50 75 95 %%\n", c->name);
    for (size_t r = c->known; r < c->n; r++) {
        const double v[] = { (double)c->cycle[r], c->lower90[r], c->lower50[r], c->median[r], c->upper50[r] };
        for (size_t k = 0; k < sizeof v / sizeof *v; k++)
            number(out, k && k < 3 ? fmax(v[k], p->bottom) : v[k], ' ');
        number(out, c->upper90[r], '\n');
    }
    text_addf(out, "\n\n# %s, ends of life: cycle, height\n", c->name);
    for (size_t i = 0; i < BINS; i++)
        top = fmax(top, p->share[i]);
    for (size_t i = 0; i < BINS; i++) {
        number(out, p->from + ((double)i + 0.5) * p->step, ' ');
        number(out, p->bottom + (top > 0 ? p->share[i] / top : 0) * 0.9 * FLOOR * (p->most - p->least), '\n');
    }
    text_add(out, "\n\n");
}

/* Was anything measured behind the origin? */
static bool later(const forecast_cell *c)
{
    size_t r = c->known;
    while (r < c->n && !isfinite(c->seen[r]))
        r++;
    return r < c->n;
}

/* What every picture of a forecast has: how it is drawn, and what it is called. */
enum { BAND90, BAND50, ENDS, LIMIT, MEDIAN, KNOWN, LATER, MARKS };
static const struct { const char *how, *name; int color; } mark[MARKS] = {      /* color -1: grey */
    [BAND90] = { "fs transparent solid 0.15 noborder", "90 %", 0 },
    [BAND50] = { "fs transparent solid 0.3 noborder", "50 %", 0 },
    [ENDS] = { "fs solid 0.5 noborder", "ends of life", 1 },
    [LIMIT] = { "with lines dt 2", "end of life", 1 },
    [MEDIAN] = { "with lines lw 1.5", "median", 0 },
    [KNOWN] = { "with points pt 7 ps 0.3", "known", -1 },
    [LATER] = { "with points pt 6 ps 0.35 lw 0.5", "measured later", 2 },
};

static void drawn(int k, text *out)
{
    text_addf(out, "%s lc rgb '%s'", mark[k].how, mark[k].color < 0 ? "#404040" : plot_color((size_t)mark[k].color));
}

static void panel_script(const panel *p, const forecast *f, size_t at, const char *data, text *out)
{
    const forecast_cell *c = p->c;
    char title[PLOT_NAME], y[PLOT_NAME];
    snprintf(title, sizeof title, "%.60s", c->name);
    snprintf(y, sizeof y, "%c%.80s / %.30s", toupper((unsigned char)f->target[0]), f->target + 1, f->unit);
    text_add(out, "set title ");
    plot_quoted(out, title);
    text_add(out, "\nset ylabel ");
    plot_quoted(out, y);
    text_addf(out, "\nset xlabel 'Cycle'\nset yrange [%.10g:%.10g]\nset xrange [0:%lld]\nunset arrow\n", p->bottom,
              p->most + 0.04 * (p->most - p->least), (long long)c->cycle[c->n - 1]);
    text_addf(out, "set arrow from %lld, graph 0 to %lld, graph 1 nohead lc rgb '#909090' dt 3\n",
              (long long)c->cycle[c->known - 1], (long long)c->cycle[c->known - 1]);
    text_addf(out, "plot '%s' index %zu using 1:2:6 with filledcurves ", data, 3 * at + 1);
    drawn(BAND90, out);
    text_addf(out, ", \\\n     '' index %zu using 1:3:5 with filledcurves ", 3 * at + 1);
    drawn(BAND50, out);
    if (p->ends) {
        text_addf(out, ", \\\n     '' index %zu using 1:2:($1-%.8g):($1+%.8g):(%.10g):2 with boxxyerror ", 3 * at + 2,
                  p->step / 2, p->step / 2, p->bottom);
        drawn(ENDS, out);
    }
    if (!isnan(c->eol)) {
        text_addf(out, ", \\\n     %.10g ", c->eol);
        drawn(LIMIT, out);
    }
    text_addf(out, ", \\\n     '' index %zu using 1:4 ", 3 * at + 1);
    drawn(MEDIAN, out);
    for (int k = KNOWN; k <= LATER; k++) {
        text_addf(out, ", \\\n     '' index %zu using 1:%d ", 3 * at, k == KNOWN ? 2 : 3);
        drawn(k, out);
    }
    text_addc(out, '\n');
}

typedef struct gallery { const forecast *f; panel panel[FORECAST_PANELS]; size_t n; } gallery;

/* One end of life for all panels is told with its number. */
static void limit_name(const gallery *g, char out[PLOT_NAME])
{
    double eol = g->panel[0].c->eol;
    for (size_t i = 1; i < g->n; i++)
        eol = g->panel[i].c->eol == eol ? eol : NAN;
    snprintf(out, PLOT_NAME, isnan(eol) ? "%s" : "%s, %.4g %.30s", mark[LIMIT].name, eol, g->f->unit);
}

/* One key for all panels, on a strip of its own below them: it covers nothing. */
static void key_script(const gallery *g, double strip, text *out)
{
    bool has[MARKS] = { [BAND90] = true, [BAND50] = true, [MEDIAN] = true, [KNOWN] = true };
    char name[PLOT_NAME];
    for (size_t i = 0; i < g->n; i++) {
        has[ENDS] |= g->panel[i].ends;
        has[LIMIT] |= !isnan(g->panel[i].c->eol);
        has[LATER] |= later(g->panel[i].c);
    }
    text_addf(out, "unset title\nunset arrow\nunset tics\nunset grid\nunset border\nunset xlabel\nunset ylabel\n"
                   "set lmargin at screen 0\nset rmargin at screen 1\nset bmargin at screen 0\nset tmargin at screen "
                   "%.6f\nset xrange [0:1]\nset yrange [0:1]\nset key center center horizontal reverse Left\nplot ",
              strip);
    for (int k = 0, n = 0; k < MARKS; k++) {
        if (!has[k])
            continue;
        text_addf(out, "%sNaN %s", n++ ? ", \\\n     " : "", k <= ENDS ? "with boxes " : "");
        drawn(k, out);
        snprintf(name, sizeof name, "%s", mark[k].name);
        if (k == LIMIT)
            limit_name(g, name);
        text_add(out, " title ");
        plot_quoted(out, name);
    }
    text_addc(out, '\n');
}

/* Inches about the panels: for the numbers and names of axes, titles, and the key. */
#define LEFT  0.9
#define RIGHT 0.3
#define ABOVE 0.45
#define BELOW 0.7

static int compose(void *ctx, const char *data, const char *picture, text out[2], why *w)
{
    gallery *g = ctx;
    (void)w;
    plot_options size = { .width = g->n > 1 ? 10 : 6, .height = g->n > 4 ? 11 : g->n > 2 ? 7.5 : 4.4 };
    const double strip = g->n > 1 ? 0.45 : 0.8;   /* two lines of the key, or four on a narrow page */
    for (size_t i = 0; i < g->n; i++)
        panel_data(&g->panel[i], &out[0]);
    text_add(&out[1], "# gnuplot 5 and later\nif (!exists('fade_out')) fade_out = ");
    plot_quoted(&out[1], picture);
    text_addc(&out[1], '\n');
    plot_terminal(&size, 0, picture, &out[1]);
    text_add(&out[1], "set output fade_out\nset encoding utf8\nset datafile missing 'NaN'\n"
                      "set border 3 lc rgb '#404040'\nset tics nomirror\nunset key\n"
                      "set grid lt 1 dt 1 lc rgb '#dcdcdc' lw 0.6\n");
    text_addf(&out[1], "set multiplot layout %zu,%d margins %.6f,%.6f,%.6f,%.6f spacing %.6f,%.6f\n", (g->n + 1) / 2,
              g->n > 1 ? 2 : 1, LEFT / size.width, 1 - RIGHT / size.width, (strip + BELOW) / size.height,
              1 - ABOVE / size.height, (LEFT + RIGHT) / size.width, (ABOVE + BELOW) / size.height);
    for (size_t i = 0; i < g->n; i++)
        panel_script(&g->panel[i], g->f, i, data, &out[1]);
    key_script(g, strip / size.height, &out[1]);
    text_add(&out[1], "unset multiplot\n");
    return E_OK;
}

int forecast_figure(const forecast *f, const char *path, why *w)
{
    gallery g = { .f = f };
    for (size_t i = 0; i < f->ncell && g.n < FORECAST_PANELS; i++) {
        if (f->cell[i].refused || f->cell[i].n <= f->cell[i].known)
            continue;
        panel *p = &g.panel[g.n++];
        p->c = &f->cell[i];
        measure(p);
        count_ends(p);
    }
    return plot_drawn(path, compose, &g, w);
}
