/* SPDX-License-Identifier: MIT
 * plot_script.c - a picture as data and a script for gnuplot 5.
 *
 * The colours are those of Okabe and Ito (https://jfly.uni-koeln.de/color/), told apart by the colour-blind too.
 */
#include "core/base/clock.h"
#include "core/report/plot.h"
#include <math.h>
#include <string.h>

static const char *const palette[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };
enum { NPALETTE = sizeof palette / sizeof *palette };

const char *plot_color(size_t i) { return palette[i % NPALETTE]; }

static const char *color_of(const plot_series *s)
{
    return s->color < 0 ? "#404040" : palette[s->color % NPALETTE];
}

static void add_number(text *t, double v)
{
    char word[32];
    text_addn(t, word, text_number(v, word));
}

/* One block a series, so that `index N` finds it. */
void plot_data(const plot *p, text *out)
{
    for (size_t i = 0; i < p->n; i++) {
        const plot_series *s = &p->series[i];
        text_addf(out, "# %s\n", s->name);
        for (size_t row = 0; row < s->f->n; row++) {
            double x, y, upper;
            if (!plot_point(s, row, &x, &y, &upper))
                continue;
            add_number(out, x);
            text_addc(out, ' ');
            add_number(out, y);
            if (s->upper >= 0) {
                text_addc(out, ' ');
                add_number(out, upper);
            }
            text_addc(out, '\n');
        }
        text_add(out, "\n\n");
    }
}

/* 'text' as gnuplot reads it. */
void plot_quoted(text *out, const char *word)
{
    text_addc(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            text_addc(out, '\'');
        text_addc(out, *word == '\n' ? ' ' : *word);
    }
    text_addc(out, '\'');
}

enum { WIDTH = 6, HEIGHT = 4 };                         /* inches, unless asked for others */
enum { BELOW = 8 };                                     /* most names below a picture */
#define LINE 0.19                                       /* inches a name is high */
static double width_of(const plot_options *o) { return o->width > 0 ? o->width : WIDTH; }
static double height_of(const plot_options *o) { return o->height > 0 ? o->height : HEIGHT; }

void plot_terminal(const plot_options *o, double below, const char *picture, text *out)
{
    double width = width_of(o), height = height_of(o) + (o->height > 0 ? 0 : below);
    if (text_ends(picture, ".pdf"))
        text_addf(out, "set terminal pdfcairo size %gin,%gin font 'sans,11' linewidth 1.2 noenhanced\n", width, height);
    else if (text_ends(picture, ".png"))
        text_addf(out, "set terminal pngcairo size %.0f,%.0f font 'sans,11' fontscale 2 linewidth 2.4 pointscale 2 "
                       "noenhanced\n", width * 200, height * 200);
    else
        text_addf(out, "set terminal svg size %.0f,%.0f font 'Helvetica,13' linewidth 1.3 noenhanced "
                       "background '#ffffff'\n", width * 96, height * 96);
}

/* How far apart the ends of a date axis decide how its ticks are written. */
static void add_dates(const plot *p, text *out)
{
    double days = (p->most_x - p->least_x) / 86400;
    char when[40];
    if (days < 200 && clock_text((int64_t)(p->least_x * 1e6), when))
        text_addf(out, "set xlabel '%s from %.4s on'\n", p->x, when);
    text_addf(out, "set xdata time\nset timefmt '%%s'\nset format x '%s'\nset rmargin 5\n",
              days < 2 ? "%m-%d %H:%M" : days < 200 ? "%m-%d" : days < 2200 ? "%Y-%m" : "%Y");
}

static void add_range(const char *axis, const double end[2], const double room[2], bool quoted, text *out)
{
    double span = end[1] - end[0] > 0 ? end[1] - end[0] : fmax(fabs(end[1]), 1e-9) * 0.1;
    const char *mark = quoted ? "'" : "";
    text_addf(out, "set %srange [%s%.10g%s:%s%.10g%s]\n", axis, mark, end[0] - room[0] * span, mark, mark,
              end[1] + room[1] * span, mark);
}

static void add_axes(const plot *p, text *out)
{
    bool from_zero = !p->time && p->least_x > 0 && p->least_x < 0.05 * p->most_x;
    const double x[2] = { from_zero ? 0 : p->least_x, p->most_x }, y[2] = { p->least_y, p->most_y };
    text_add(out, "set xlabel ");
    plot_quoted(out, p->x);
    text_add(out, "\nset ylabel ");
    plot_quoted(out, p->y);
    if (*p->title) {
        text_add(out, "\nset title ");
        plot_quoted(out, p->title);
    }
    text_addc(out, '\n');
    if (p->time)
        add_dates(p, out);
    add_range("x", x, (const double[]){ from_zero ? 0 : 0.02, 0.02 }, p->time, out);
    add_range("y", y, (const double[]){ 0.05, 0.05 }, false, out);
}

/* Do lives come near the capacity where they end? */
static bool shows_eol(const plot *p)
{
    return p->eol > p->least_y - 0.04 * (p->most_y - p->least_y) && p->eol < p->most_y;
}

typedef struct legend { const char *place; double below; } legend;         /* inches below the picture */

/* The corner that hides least, or, where lines are everywhere, the margin below; of many names the one on the right. */
static legend place_legend(const plot *p, const plot_options *o)
{
    static const struct { const char *said; bool right, top; } corner[] = {
        { "opaque top right", true, true },
        { "opaque bottom left", false, false },
        { "opaque bottom right", true, false },
        { "opaque top left", false, true },
    };
    size_t named = shows_eol(p), hidden[4] = { 0 }, best = 0, longest = named * strlen(p->eol_name);
    for (size_t i = 0; i < p->n; i++) {
        size_t n = strlen(p->series[i].name);
        named += n > 0;
        longest = n > longest ? n : longest;
    }
    double across = width_of(o) / WIDTH, up = height_of(o) / HEIGHT;       /* letters are as large in any picture */
    double w = fmin((0.13 + 0.019 * (double)longest) / across, 0.95), h = (0.02 + 0.083 * (double)named) / up;
    double dx = p->most_x - p->least_x, dy = p->most_y - p->least_y, x, y, upper;
    double end = shows_eol(p) ? (p->eol - p->least_y) / dy : NAN;
    for (int c = 0; c < 4; c++)
        hidden[c] = corner[c].top ? end > 1 - h : end < h;
    for (size_t i = 0; i < p->n; i++)
        for (size_t row = 0; row < p->series[i].f->n; row++) {
            if (!plot_point(&p->series[i], row, &x, &y, &upper))
                continue;
            double u = (x - p->least_x) / dx, low = (y - p->least_y) / dy, high = (upper - p->least_y) / dy;
            for (int c = 0; c < 4; c++)
                hidden[c] += (corner[c].right ? u > 1 - w : u < w) && (corner[c].top ? high > 1 - h : low < h);
        }
    for (size_t c = 1; c < 4; c++)
        best = hidden[c] < hidden[best] ? c : best;
    if (hidden[best] <= 1 && h <= 0.75)
        return (legend){ corner[best].said, 0 };
    if (named > BELOW)
        return (legend){ "rmargin top vertical", 0 };
    size_t columns = w < 0.5 ? (size_t)(1 / w) : 1;         /* the title is a line between the axis and the names */
    return (legend){ "bmargin center horizontal title ' '", LINE * (double)(1 + (named + columns - 1) / columns) };
}

static void add_series(const plot_series *s, size_t index, const char *data, text *out)
{
    static const char *const form[] = {
        [PLOT_POINTS] = "with points pt 6 ps 0.45 lw 0.8",
        [PLOT_DASHED] = "with lines lw 1.6 dt (7,4)",
        [PLOT_SOLID] = "with lines lw 1.8",
        [PLOT_MEANS] = "smooth unique with linespoints pt 7 ps 0.4 lw 1.6",
        [PLOT_BAND] = "with filledcurves fs transparent solid 0.15 noborder",
    };
    static const char *const dash[] = { "", " dt (9,4)", " dt (2,3)",
                                        " dt (9,3,2,3)" }; /* of models, or beyond the colours */
    size_t round = s->style == PLOT_SOLID && s->color > 0 ? (size_t)s->color / NPALETTE : 0;
    if (s->style == PLOT_SOLID)
        round += (size_t)s->dash;
    plot_quoted(out, data);
    text_addf(out, " index %zu using 1:2%s %s%s lc rgb '%s' ", index, s->style == PLOT_BAND ? ":3" : "", form[s->style],
              dash[round % (sizeof dash / sizeof *dash)], color_of(s));
    if (*s->name) {
        text_add(out, "title ");
        plot_quoted(out, s->name);
    } else {
        text_add(out, "notitle");
    }
}

void plot_script(const plot *p, const plot_options *o, const char *data, const char *picture, text *out)
{
    legend key = place_legend(p, o);
    text_add(out, "# gnuplot 5 and later\nif (!exists('fade_out')) fade_out = ");
    plot_quoted(out, picture);
    text_addc(out, '\n');
    plot_terminal(o, key.below, picture, out);
    text_add(out, "set output fade_out\nset encoding utf8\nset datafile missing 'NaN'\n");
    add_axes(p, out);
    text_addf(out, "set border 3 lc rgb '#404040'\nset tics nomirror\nset grid lt 1 dt 1 lc rgb '#dcdcdc' lw 0.6\n"
                   "set key %s Left reverse samplen 2.5 spacing 1.15 textcolor rgb '#202020'\n", key.place);
    text_add(out, "plot ");
    size_t n = 0;
    for (int bands = 1; bands >= 0; bands--)            /* under all lines */
        for (size_t i = 0; i < p->n; i++)
            if ((p->series[i].style == PLOT_BAND) == bands) {
                text_add(out, n++ ? ", \\\n     " : "");
                add_series(&p->series[i], i, data, out);
            }
    if (shows_eol(p)) {
        text_addf(out, ", \\\n     %.10g with lines lw 1 dt (2,3) lc rgb '#606060' title ", p->eol);
        plot_quoted(out, p->eol_name);
    }
    text_addc(out, '\n');
}
