/* SPDX-License-Identifier: MIT
 * show_chart.c - a picture of characters: braille dots where the terminal has them, letters where it has not.
 *
 * A braille character holds 2 x 4 dots (U+2800 and a bit per dot).  Series end in their letter at the right border.
 */
#include "core/base/mem.h"
#include "core/report/show.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL = 9, ENDS = 8, MOST = 26, DOT_X = 2, DOT_Y = 4 };

typedef struct canvas {
    size_t   w, h, dx, dy;                              /* characters; dots per character */
    uint8_t *dots, *owner;                              /* [w * h]: bits of braille; series + 1 */
    double   x0, x1, y0, y1;
    size_t   end_row[MOST];                             /* row of a series' last point; SIZE_MAX none */
} canvas;

static bool known(const show_series *s, size_t i)
{
    return isfinite(s->x[i]) && isfinite(s->y[i]);
}

static bool measure(const show_chart *c, canvas *k)
{
    k->x0 = k->y0 = INFINITY;
    k->x1 = k->y1 = -INFINITY;
    for (size_t s = 0; s < c->n; s++)
        for (size_t i = 0; i < c->series[s].n; i++)
            if (known(&c->series[s], i)) {
                k->x0 = fmin(k->x0, c->series[s].x[i]);
                k->x1 = fmax(k->x1, c->series[s].x[i]);
                k->y0 = fmin(k->y0, c->series[s].y[i]);
                k->y1 = fmax(k->y1, c->series[s].y[i]);
            }
    if (!(k->x0 <= k->x1))
        return false;
    double flat = fmax(fabs(k->y1), 1e-300) * 1e-3;
    if (k->y1 - k->y0 < flat * 1e-3) {
        k->y0 -= flat;
        k->y1 += flat;
    }
    if (k->x1 == k->x0)
        k->x1 = k->x0 + 1;
    return true;
}

static void dot(canvas *k, size_t series, long x, long y)
{
    static const uint8_t bit[DOT_Y][DOT_X] = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } };
    size_t at = (size_t)y / k->dy * k->w + (size_t)x / k->dx;
    k->dots[at] |= bit[(size_t)y % k->dy][(size_t)x % k->dx];
    k->owner[at] = (uint8_t)(series + 1);
}

static void line(canvas *k, size_t series, const long from[2], const long to[2])
{
    long dx = labs(to[0] - from[0]), dy = labs(to[1] - from[1]), n = dx > dy ? dx : dy;
    for (long i = 0; i <= n; i++) {
        double share = n ? (double)i / (double)n : 0;
        dot(k, series, from[0] + lround((double)(to[0] - from[0]) * share),
            from[1] + lround((double)(to[1] - from[1]) * share));
    }
}

static void draw(canvas *k, const show_series *s, size_t number)
{
    double w = (double)(k->w * k->dx - 1), h = (double)(k->h * k->dy - 1);
    long last[2] = { -1, -1 };
    for (size_t i = 0; i < s->n; i++) {
        if (!known(s, i))
            continue;
        long at[2] = { lround((s->x[i] - k->x0) / (k->x1 - k->x0) * w),
                       lround((k->y1 - s->y[i]) / (k->y1 - k->y0) * h) };
        line(k, number, s->line && last[0] >= 0 ? last : at, at);
        memcpy(last, at, sizeof last);
    }
    k->end_row[number] = last[0] < 0 ? SIZE_MAX : (size_t)last[1] / k->dy;
}

static void add_colored(const show_chart *c, size_t series, const char *word, text *out)
{
    static const int colors[] = { 37, 36, 33, 35, 32, 34, 31 };
    if (c->color)
        text_addf(out, "\033[%dm%s\033[0m", colors[series % (sizeof colors / sizeof *colors)], word);
    else
        text_add(out, word);
}

static void add_character(const show_chart *c, const canvas *k, size_t at, text *out)
{
    char word[4] = " ";
    if (!k->dots[at]) {
        text_addc(out, ' ');
        return;
    }
    if (c->ascii) {
        word[0] = (char)('a' + k->owner[at] - 1);
    } else {                                            /* U+2800 + dots in UTF-8 */
        word[0] = (char)0xe2;
        word[1] = (char)(0xa0 | (k->dots[at] >> 6));
        word[2] = (char)(0x80 | (k->dots[at] & 0x3f));
        word[3] = '\0';
    }
    add_colored(c, (size_t)k->owner[at] - 1, word, out);
}

static void add_row(const show_chart *c, const canvas *k, size_t row, text *out)
{
    char label[32] = "";
    bool tick = row == 0 || row == k->h - 1 || row == k->h / 2;
    double share = k->h > 1 ? (double)row / (double)(k->h - 1) : 0;
    if (tick)
        snprintf(label, sizeof label, "%.5g", k->y1 + (k->y0 - k->y1) * share);
    text_addf(out, "%*s %s", LABEL, label, c->ascii ? tick ? "+" : "|" : tick ? "\u2524" : "\u2502");
    size_t last = k->w;                                 /* nothing behind it: no blanks at the line's end */
    bool ends = false;
    for (size_t s = 0; s < c->n; s++)
        ends = ends || k->end_row[s] == row;
    while (!ends && last > 0 && !k->dots[row * k->w + last - 1])
        last--;
    for (size_t i = 0; i < last; i++)
        add_character(c, k, row * k->w + i, out);
    if (ends)
        text_addc(out, ' ');
    for (size_t s = 0; s < c->n; s++)
        if (k->end_row[s] == row)
            add_colored(c, s, (char[]){ (char)('a' + s), '\0' }, out);
    text_addc(out, '\n');
}

static void add_axis(const show_chart *c, const canvas *k, text *out)
{
    char from[32], to[32];
    show_number(from, k->x0, k->x0 == floor(k->x0) ? 6 : 3);
    show_number(to, k->x1, k->x1 == floor(k->x1) ? 6 : 4);
    text_addf(out, "%*s %s", LABEL, "", c->ascii ? "+" : "\u2514");
    for (size_t i = 0; i < k->w; i++)
        text_add(out, c->ascii ? "-" : "\u2500");
    int room = (int)k->w - (int)strlen(from) - (int)strlen(to), left = (room - (int)strlen(c->x)) / 2;
    if (left > 0)
        text_addf(out, "\n%*s  %s%*s%s%*s%s\n", LABEL, "", from, left, "", c->x, room - left - (int)strlen(c->x), "",
                  to);
    else
        text_addf(out, "\n%*s  %s..%s %s\n", LABEL, "", from, to, c->x);
}

/* Which letter is what, in as many lines as it takes. */
static void add_legend(const show_chart *c, text *out)
{
    size_t at = 0;
    for (size_t s = 0; s < c->n; s++) {
        size_t n = strlen(c->series[s].name) + 4;
        if (at && at + n > c->width) {
            text_addc(out, '\n');
            at = 0;
        }
        if (at)
            text_add(out, "  ");
        add_colored(c, s, (char[]){ (char)('a' + s), '\0' }, out);
        text_addf(out, " %s", c->series[s].name);
        at += n;
    }
    text_addc(out, '\n');
}

void show_chart_add(const show_chart *chart, text *out)
{
    show_chart c = *chart;
    canvas k = { .dx = c.ascii ? 1 : DOT_X, .dy = c.ascii ? 1 : DOT_Y, .h = c.height ? c.height : 12 };
    c.n = c.n < MOST ? c.n : MOST;
    k.w = c.width > LABEL + ENDS + 12 ? c.width - LABEL - ENDS - 2 : 10;
    if (!measure(&c, &k))
        return;
    k.dots = mem_zero(k.w * k.h, 1);
    k.owner = mem_zero(k.w * k.h, 1);
    if (k.dots && k.owner) {
        for (size_t s = 0; s < c.n; s++)
            draw(&k, &c.series[s], s);
        text_addf(out, "%s%s%s\n", c.y, *c.title ? ": " : "", c.title);
        for (size_t row = 0; row < k.h; row++)
            add_row(&c, &k, row, out);
        add_axis(&c, &k, out);
        add_legend(&c, out);
    } else {
        out->failed = true;
    }
    free(k.dots);
    free(k.owner);
}
