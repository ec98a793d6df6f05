/* SPDX-License-Identifier: MIT
 * plot_trace.c - samples as pictures: voltage, current and temperature of some cycles against time, one above the
 * other; dQ/dV.
 *
 * One cell and one model; of more cycles than there are colours the picture has the first, the last and some between,
 * evenly.
 */
#include "core/base/mem.h"
#include "core/report/plot.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CYCLES = 6, BINS = 1500 };
static const double WIDTH = 4e-3;                       /* V, of a bin */
/* V, standard deviation of the smoothing: as docs/traces.md says */
static const double SPREAD = 10e-3;

typedef struct view {
    const frame *f;
    uint32_t     cell, variant;
    int64_t      cycle[CYCLES];
    size_t       n;
    int          time, V, I, T, type;                   /* columns; -1 */
} view;

static bool mine(const view *v, size_t row)
{
    return v->f->cell[row] == v->cell && v->f->variant[row] == v->variant;
}

static bool asked(const char *list, int64_t cycle)
{
    for (const char *at = list; at && *at; at += strcspn(at, ","), at += *at == ',')
        if (strtoll(at, NULL, 10) == cycle)
            return true;
    return !list;
}

/* The cycles there are, thinned to as many as find room. */
static int choose(view *v, const plot_options *o, const result *r, why *w)
{
    size_t n = 0;
    int64_t *all = mem_zero(v->f->n + 1, sizeof *all);
    if (!all)
        return fail(w, E_NOMEM, "no memory for %zu samples", v->f->n);
    for (size_t row = 0; row < v->f->n; row++)
        if (mine(v, row) && asked(o->cycles, v->f->cycle[row]) && (n == 0 || all[n - 1] != v->f->cycle[row]))
            all[n++] = v->f->cycle[row];
    v->n = n < CYCLES ? n : CYCLES;
    for (size_t i = 0; i < v->n; i++)
        v->cycle[i] = all[v->n < 2 ? 0 : i * (n - 1) / (v->n - 1)];
    free(all);
    return n ? E_OK : fail(w, E_INPUT, "%s has no samples of cycles %s", r->name, o->cycles ? o->cycles : "at all");
}

static void add_point(text *out, double x, double y)
{
    char word[32];
    text_addn(out, word, text_number(x, word));
    text_addc(out, ' ');
    text_addn(out, word, text_number(y, word));
}

/* ---- against time ---- */

static void time_data(const view *v, text *out)
{
    for (size_t i = 0; i < v->n; i++) {
        for (size_t row = 0; row < v->f->n; row++) {
            if (!mine(v, row) || v->f->cycle[row] != v->cycle[i])
                continue;
            char word[32];
            add_point(out, v->f->col[v->time].v[row] / 3600, v->f->col[v->V].v[row]);
            text_addc(out, ' ');
            text_addn(out, word, text_number(v->f->col[v->I].v[row], word));
            text_addc(out, ' ');
            text_addn(out, word, text_number(v->T < 0 ? NAN : v->f->col[v->T].v[row], word));
            if (v->T < 0)
                text_add(out, "NaN");
            text_addc(out, '\n');
        }
        text_add(out, "\n\n");
    }
}

static void add_lines(const view *v, const char *data, int column, text *out)
{
    for (size_t i = 0; i < v->n; i++) {
        text_add(out, i ? ", \\\n     " : "plot ");
        plot_quoted(out, data);
        text_addf(out, " index %zu using 1:%d with lines lw 1.6 lc rgb '%s' title '%" PRId64 "'", i, column,
                  plot_color(i), v->cycle[i]);
    }
    text_addc(out, '\n');
}

static void title_of(const view *v, const result *r, const plot_options *o, text *out)
{
    char made[PLOT_NAME];
    const char *cell = v->f->cell_name[v->cell];
    snprintf(made, sizeof made, "%.80s%s%.60s, by cycle", r->name, v->f->ncell > 1 ? ": " : "",
             v->f->ncell > 1 ? cell : "");
    const char *said = o->title ? o->title : made;
    if (!*said)
        return;
    text_add(out, "set label 1 ");
    plot_quoted(out, said);
    text_add(out, " at screen 0.56,0.965 center\n");
}

static void common(text *out)
{
    text_add(out, "set encoding utf8\nset datafile missing 'NaN'\nset border 3 lc rgb '#404040'\nset tics nomirror\n"
                  "set grid lt 1 dt 1 lc rgb '#dcdcdc' lw 0.6\nset offsets graph 0, graph 0, graph 0.06, graph 0.06\n");
}

/* About three ticks between the ends of a column: 1, 2 or 5 times a power of ten apart. */
static double ticks_of(const view *v, int column)
{
    double least = INFINITY, most = -INFINITY;
    for (size_t row = 0; row < v->f->n; row++)
        if (mine(v, row) && isfinite(v->f->col[column].v[row])) {
            least = fmin(least, v->f->col[column].v[row]);
            most = fmax(most, v->f->col[column].v[row]);
        }
    double raw = (most - least) / 3.5, ten = pow(10, floor(log10(raw))), by = raw / ten;
    return raw > 0 && isfinite(raw) ? ten * (by < 1.5 ? 1 : by < 3.5 ? 2 : by < 7.5 ? 5 : 10) : 1;
}

static const char key_form[] = "horizontal Left reverse samplen 1.5 maxrows 1 textcolor rgb '#202020'";

/* Panels share their x axis, which only the lowest names; the cycles are named above the highest. */
static void time_script(const view *v, const result *r, const plot_options *o, const char *data, text *out)
{
    static const char *const label[] = { "Voltage / V", "Current / A", "Temperature / degC" };
    static const double share[] = { 0.42, 0.29, 0.29 };
    const int column[] = { v->V, v->I, v->T };
    int panels = v->T < 0 ? 2 : 3;
    double top = 0.89, room = 0.79, whole = panels == 3 ? 1 : share[0] + share[1];
    text_add(out, "set multiplot\n");
    title_of(v, r, o, out);
    text_addf(out, "set lmargin at screen 0.15\nset rmargin at screen 0.97\nset xrange [0:*]\n"
                   "set key at screen 0.56,0.925 center top %s\nset format x ''\n", key_form);
    for (int k = 0; k < panels; k++) {
        double high = room * share[k] / whole;
        if (k + 1 == panels)
            text_add(out, "set format x '%g'\nset xlabel 'Time in the cycle / h'\n");
        text_addf(out, "set tmargin at screen %.4f\nset bmargin at screen %.4f\nset ylabel '%s'\nset ytics %.6g\n",
                  top, top - high + 0.025, label[k], ticks_of(v, column[k]));
        if (k)
            text_add(out, "unset key\nunset label 1\n");
        add_lines(v, data, 2 + k, out);
        top -= high;
    }
    text_add(out, "unset multiplot\n");
}

/* ---- dQ/dV ---- */

/* Charge over voltage of a cycle's steps at a current, charge (sign < 0) or discharge, as a smoothed density;
 * false: there is none. */
static bool density(const view *v, int64_t cycle, double sign, double *out, double *low, size_t *n)
{
    double bin[BINS] = { 0 }, weight[32], sum = 0;
    size_t last = SIZE_MAX, used = 0;
    *low = NAN;
    for (size_t row = 0; row < v->f->n; row++)
        if (mine(v, row) && v->f->cycle[row] == cycle && v->f->col[v->I].v[row] * sign > 0)
            *low = fmin(isnan(*low) ? INFINITY : *low, v->f->col[v->V].v[row]);
    *low = floor(*low / WIDTH) * WIDTH;
    for (size_t row = 0; row < v->f->n; row++) {
        double type = v->f->col[v->type].v[row], I = v->f->col[v->I].v[row], V = v->f->col[v->V].v[row];
        if (!mine(v, row) || v->f->cycle[row] != cycle || !(I * sign > 0) || type == 3 || type == 4) {
            last = SIZE_MAX;
            continue;
        }
        if (last != SIZE_MAX) {
            double dt = (v->f->col[v->time].v[row] - v->f->col[v->time].v[last]) / 3600, V0 = v->f->col[v->V].v[last],
                   ah = fabs(I + v->f->col[v->I].v[last]) / 2 * dt, a = (fmin(V0, V) - *low) / WIDTH,
                   b = (fmax(V0, V) - *low) / WIDTH;
            for (size_t i = (size_t)fmax(a, 0); b > a && (V - V0) * sign < 0 && i < BINS && (double)i <= b; i++) {
                bin[i] += ah / (b - a) * (fmin(b, (double)i + 1) - fmax(a, (double)i));
                used = i + 1 > used ? i + 1 : used;
            }
        }
        last = row;
    }
    int reach = (int)(3 * SPREAD / WIDTH);
    for (int j = -reach; j <= reach; j++)
        weight[j + reach] = exp(-0.5 * (j * WIDTH / SPREAD) * (j * WIDTH / SPREAD));
    for (size_t i = 0; i < used; i++) {
        out[i] = sum = 0;
        for (int j = -reach; j <= reach; j++)
            if ((int)i + j >= 0 && (int)i + j < (int)used) {
                out[i] += weight[j + reach] * bin[(int)i + j] / WIDTH;
                sum += weight[j + reach];
            }
        out[i] /= sum;
    }
    *n = used;
    return used > 0;
}

static void density_data(const view *v, text *out)
{
    double y[BINS], low;
    size_t n;
    for (size_t i = 0; i < v->n; i++)
        for (int side = -1; side <= 1; side += 2) {
            bool any = density(v, v->cycle[i], side, y, &low, &n);
            for (size_t b = 0; any && b < n; b++) {
                add_point(out, low + ((double)b + 0.5) * WIDTH, -side * y[b]);
                text_addc(out, '\n');
            }
            text_add(out, any ? "\n\n" : "NaN NaN\n\n\n");
        }
}

static void density_script(const view *v, const result *r, const plot_options *o, const char *data, text *out)
{
    text_addf(out, "set tmargin at screen 0.86\nset key at screen 0.56,0.935 center top %s\nset autoscale xfix\n"
                   "set offsets 0, 0, graph 0.06, graph 0.06\n", key_form);
    title_of(v, r, o, out);
    text_add(out, "set xlabel 'Voltage / V'\nset ylabel 'dQ/dV / Ah/V, charge above zero'\nset xzeroaxis lt 1 lc rgb "
                  "'#909090' lw 0.8\n");
    for (size_t i = 0; i < 2 * v->n; i++) {
        text_add(out, i ? ", \\\n     " : "plot ");
        plot_quoted(out, data);
        text_addf(out, " index %zu using 1:2 with lines lw 1.6 lc rgb '%s' ", i, plot_color(i / 2));
        if (i % 2)
            text_add(out, "notitle");
        else
            text_addf(out, "title '%" PRId64 "'", v->cycle[i / 2]);
    }
    text_addc(out, '\n');
}

int plot_trace(const result *r, const plot_options *o, const char *data, const char *picture, text out[2], why *w)
{
    const frame *f = &r->rows;
    view v = { .f = f, .cell = f->n ? f->cell[0] : 0, .variant = f->n ? f->variant[0] : 0 };
    v.time = frame_find(f, "cycle_time");
    v.V = frame_find(f, "voltage");
    v.I = frame_find(f, "current");
    v.T = frame_find(f, "temperature");
    v.type = frame_find(f, "step_type");
    if (v.time < 0 || v.V < 0 || v.I < 0 || v.type < 0)
        return fail(w, E_INPUT, "%s has no columns cycle_time, voltage, current and step_type: no samples of a cell",
                    r->name);
    int rc = choose(&v, o, r, w);
    if (rc)
        return rc;
    plot_options tall = *o;
    if (o->trace == PLOT_TRACE && !(o->height > 0))
        tall.height = v.T < 0 ? 4.5 : 6;
    text_add(&out[1], "# gnuplot 5 and later\nif (!exists('fade_out')) fade_out = ");
    plot_quoted(&out[1], picture);
    text_addc(&out[1], '\n');
    plot_terminal(&tall, 0, picture, &out[1]);
    text_add(&out[1], "set output fade_out\n");
    common(&out[1]);
    if (o->trace == PLOT_DQDV) {
        density_data(&v, &out[0]);
        density_script(&v, r, o, data, &out[1]);
    } else {
        time_data(&v, &out[0]);
        time_script(&v, r, o, data, &out[1]);
    }
    return E_OK;
}
