/* SPDX-License-Identifier: MIT
 * evaluate_plot.c - a score sheet as a picture: error by rows ahead, and predicted against observed.
 */
#include "core/base/mem.h"
#include "core/report/evaluate_say.h"
#include "core/report/plot.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_POINTS = 20000 };

typedef struct sheet { const evaluate *e; size_t *at, bins; bool cells; double lo, hi; } sheet;

static void point(text *out, double x, double y)
{
    text_add_number(out, x);
    text_addc(out, ' ');
    text_add_number(out, y);
    text_addc(out, '\n');
}

/* RMSE of a model in the middle of each class of horizons; where there is one class, of each cell. */
static void errors(const sheet *s, size_t m, text *out)
{
    double least, most;
    for (size_t i = 0; !s->cells && evaluate_bin(i, &least, &most); i++) {
        size_t n = evaluate_pick(s->e, -1, least, most, s->at);
        double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += s->e->horizon[s->at[k]];
        if (n)
            point(out, sum / (double)n, evaluate_rmse(s->e, m, s->at, n));
    }
    for (size_t cell = 0, x = 1; s->cells && cell < s->e->data.ncell; cell++) {
        size_t n = evaluate_pick(s->e, (int64_t)cell, 0, INFINITY, s->at);
        if (n)
            point(out, (double)x++, evaluate_rmse(s->e, m, s->at, n));
    }
    text_add(out, "\n\n");
}

static void predictions(sheet *s, size_t m, text *out)
{
    const evaluate *e = s->e;
    size_t every = e->n / MOST_POINTS + 1;
    for (size_t i = 0; i < e->n; i += every) {
        double x = e->target[e->order[i]], y = e->model[m].said[e->order[i]];
        if (!isfinite(y))
            continue;
        point(out, x, y);
        s->lo = fmin(s->lo, x);
        s->hi = fmax(s->hi, x);
    }
    text_add(out, "\n\n");
}

static void axis(text *out, const char *which, const char *before, const char *in)
{
    char said[PLOT_NAME];
    snprintf(said, sizeof said, "%.100s%s%.40s", before, in ? " / " : "", in ? in : "");
    text_addf(out, "set %slabel ", which);
    plot_quoted(out, said);
    text_addc(out, '\n');
}

static void panel(const sheet *s, const char *data, bool left, text *out)
{
    size_t index = left ? 0 : 1, shown = 0;
    for (size_t m = 0; m < s->e->nmodel; m++) {
        const evaluate_model *k = &s->e->model[m];
        if (!evaluate_spoke(s->e, m))
            continue;
        if (left || k->kind != EVALUATE_NAIVE) {
            text_addf(out, "%s", shown++ ? ", " : left ? "plot " : "plot x notitle with lines lc rgb '#999999' dt 2, ");
            plot_quoted(out, data);
            text_addf(out, " index %zu using 1:2 with %s lc rgb '%s'", index,
                      !left              ? "points pt 7 ps 0.25"
                      : s->cells         ? "points pt 7 ps 0.7"
                      : k->kind == EVALUATE_NAIVE ? "linespoints pt 6 ps 0.5 dt 3" : "linespoints pt 7 ps 0.6 lw 1.6",
                      plot_color(m));
            text_add(out, left ? " title " : " notitle");
            if (left)
                plot_quoted(out, k->name);
        }
        index += 2;
    }
    if (!shown)
        text_add(out, "plot x notitle with lines lc rgb '#999999' dt 2");
    text_addc(out, '\n');
}

static int compose(void *ctx, const char *data, const char *picture, text out[2], why *w)
{
    sheet *s = ctx;
    const evaluate *e = s->e;
    const dataset_column *target = &e->data.col[e->data.target];
    plot_options o = { .width = 10, .height = 4.6 };
    char split[64], observed[PLOT_NAME], said[PLOT_NAME];
    (void)w;
    for (size_t m = 0; m < e->nmodel; m++)
        if (evaluate_spoke(e, m)) {
            errors(s, m, &out[0]);
            predictions(s, m, &out[0]);
        }
    split_say(&e->o.split, split);
    plot_terminal(&o, 0, picture, &out[1]);
    text_add(&out[1], "set output fade_out\nset encoding utf8\nset datafile missing 'nan'\nset multiplot layout 1,2\n"
                      "set border 3\nset tics nomirror out\nset grid ytics lc rgb '#e0e0e0' lt 1\n"
                      "set key outside bottom center horizontal samplen 2 height 1\n");
    snprintf(said, sizeof said, "%.80s: errors, %s", e->s->name, split);
    text_add(&out[1], "set title ");
    plot_quoted(&out[1], said);
    text_add(&out[1], "\nset yrange [0:*]\n");
    axis(&out[1], "x", s->cells ? "Cell, in the order of the data" : "Rows ahead", NULL);
    axis(&out[1], "y", "RMSE", target->unit);
    text_add(&out[1], s->cells ? "set xrange [0.5:*]\nset xtics 1\n" : "");
    panel(s, data, true, &out[1]);
    snprintf(observed, sizeof observed, "Observed %.80s", target->key);
    double wide = 0.03 * (s->hi - s->lo) + 1e-12;
    text_addf(&out[1], "set title 'Predicted against observed'\nset xtics autofreq\nset xrange [%.10g:%.10g]\n"
                       "set yrange [%.10g:%.10g]\n", s->lo - wide, s->hi + wide, s->lo - 3 * wide, s->hi + 3 * wide);
    axis(&out[1], "x", observed, target->unit);
    axis(&out[1], "y", "Predicted", target->unit);
    panel(s, data, false, &out[1]);
    text_add(&out[1], "unset multiplot\n");
    return E_OK;
}

int evaluate_figure(const evaluate *e, const char *path, why *w)
{
    sheet s = { .e = e, .at = mem_zero(e->n + 1, sizeof *s.at), .lo = INFINITY, .hi = -INFINITY };
    double least, most;
    if (!s.at)
        return fail(w, E_NOMEM, "no memory to draw %s", path);
    for (size_t i = 0; evaluate_bin(i, &least, &most); i++)
        s.bins += evaluate_pick(e, -1, least, most, s.at) > 0;
    s.cells = s.bins < 2;
    int rc = plot_drawn(path, compose, &s, w);
    free(s.at);
    return rc;
}
