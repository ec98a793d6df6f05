/* SPDX-License-Identifier: MIT
 * report_losses.c - what made the fade: the outputs called loss_.. of a law, stacked, cell by cell.
 */
#include "core/base/mem.h"
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, PAGES = 24 };

typedef struct losses {
    int    column[MOST], n;
    double scale;                                 /* a ratio is shown in % */
    const char *in;
} losses;

static const char *mechanism(const char *key)
{
    const char *at = strncmp(key, "physics_", 8) == 0 ? key + 8 : key;
    return strncmp(at, "loss_", 5) == 0 && at[5] ? at + 5 : NULL;
}

static void find(const report_subject *s, losses *l)
{
    *l = (losses){ .scale = 1, .in = "" };
    for (size_t c = 0; c < s->f->ncol && l->n < MOST; c++)
        if (mechanism(s->f->col[c].key))
            l->column[l->n++] = (int)c;
    if (!l->n)
        return;
    const char *first = s->f->col[l->column[0]].unit;
    l->scale = strcmp(first, "1") == 0 ? 100 : 1;
    l->in = strcmp(first, "1") == 0 ? "%" : first;
}

/* Rows of the lane that are shown, evenly taken; returns how many and the stride. */
static size_t stride_of(const report_lane *l)
{
    size_t most = REPORT_POINTS / 2;
    return l->n > most ? (l->n + most - 1) / most : 1;
}

static bool known(const report_subject *s, const report_lane *l, int column)
{
    for (size_t i = 0; i < l->n; i++)
        if (isfinite(s->f->col[column].v[l->row[i]]))
            return true;
    return false;
}

static void lane_page(const report_subject *s, json *j, const report_lane *l, const losses *loss)
{
    double *x = s->x, *low = s->y, *high = s->y + s->most;
    size_t stride = stride_of(l), k = 0;
    char name[160];
    snprintf(name, sizeof name, "%s, %s", s->f->cell_name[l->cell], s->f->variant_name[l->variant]);
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_open(j, "series", '[');
    for (size_t i = 0; i < l->n; i += stride) {
        x[k] = report_x(s, l->row[i]);
        high[k++] = 0;
    }
    for (int c = 0; c < loss->n; c++) {
        const frame_column *column = &s->f->col[loss->column[c]];
        if (!known(s, l, loss->column[c]))
            continue;
        for (size_t i = 0; i < k; i++) {
            double v = column->v[l->row[i * stride]];
            low[i] = high[i];
            high[i] += isfinite(v) ? loss->scale * v : 0;
        }
        json_open(j, NULL, '{');
        json_text(j, "name", mechanism(column->key));
        json_text(j, "style", "area");
        json_whole(j, "color", c);
        page_values(j, "x", x, k);
        page_values(j, "lo", low, k);
        page_values(j, "hi", high, k);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_close(j, '}');
}

static bool wanted(const report_subject *s, const report_lane *l, const losses *loss)
{
    for (int c = 0; c < loss->n; c++)
        if (known(s, l, loss->column[c]))
            return true;
    return false;
}

/* Parts that are joined by another rule than a sum, or hold each other, are no stack. */
static void unlike_whole(const report_subject *s, const report_lane *l, double sum, const losses *loss, text *t)
{
    for (size_t c = 0; c < s->f->ncol; c++) {
        if (strcmp(s->f->col[c].key, "physics_loss") != 0)
            continue;
        double whole = s->f->col[c].v[l->row[l->n - 1]];
        if (!(fabs(sum - whole) > 0.001 * whole))
            return;
        text_add(t, "; these do not add up to the loss, ");
        page_number(t, loss->scale * whole);
        text_addf(t, " %s", loss->in);
    }
}

static void last_words(const report_subject *s, const report_lane *l, const losses *loss, text *t)
{
    double sum = 0;
    text_addf(t, "%s, %s: at the end", s->f->cell_name[l->cell], s->f->variant_name[l->variant]);
    for (int c = 0, said = 0; c < loss->n; c++) {
        const frame_column *column = &s->f->col[loss->column[c]];
        double v = column->v[l->row[l->n - 1]];
        if (!isfinite(v))
            continue;
        text_addf(t, "%s %s ", said++ ? "," : "", mechanism(column->key));
        page_number(t, loss->scale * v);
        text_addf(t, " %s", loss->in);
        sum += v;
    }
    unlike_whole(s, l, sum, loss, t);
    text_add(t, ".");
}

static void table(page *p, const report_subject *s, const losses *loss, const report_lane *const *shown, size_t n)
{
    text head = { 0 };
    text_addf(&head, "<cell|<model|%s", s->head);
    for (int c = 0; c < loss->n; c++)
        text_addf(&head, "|%s (%s)", mechanism(s->f->col[loss->column[c]].key), loss->in);
    size_t each = REPORT_TABLE / n + 1, all = 0, rows = 0;
    for (size_t i = 0; i < n; i++) {
        all += shown[i]->n;
        rows += shown[i]->n < each ? shown[i]->n : each;
    }
    page_data_open(p, text_of(&head), rows, all);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < each && k < shown[i]->n; k++) {
            const report_lane *l = shown[i];
            size_t at = l->n <= each ? k : k * (l->n - 1) / (each > 1 ? each - 1 : 1);
            page_row(p, "");
            page_cell(p, s->f->cell_name[l->cell], "t");
            page_cell(p, s->f->variant_name[l->variant], "t");
            page_cell_number(p, report_x(s, l->row[at]), "");
            for (int c = 0; c < loss->n; c++)
                page_cell_number(p, loss->scale * s->f->col[loss->column[c]].v[l->row[at]], "");
        }
    page_data_close(p);
    text_free(&head);
}

int report_losses(page *p, const report_subject *s, why *w)
{
    (void)w;
    losses loss;
    const report_lane *shown[PAGES];
    size_t n = 0;
    find(s, &loss);
    for (size_t i = 0; loss.n && i < s->nlane && n < PAGES; i++)
        if (wanted(s, &s->lane[i], &loss))
            shown[n++] = &s->lane[i];
    if (!n)
        return E_OK;
    json *j = page_chart(p, "lines", "Loss by mechanism");
    page_axis(j, "x", s->axis, s->in);
    page_axis(j, "y", "lost capacity", loss.in);
    json_text(j, "pick", "cell");
    json_open(j, "pages", '[');
    for (size_t i = 0; i < n; i++)
        lane_page(s, j, shown[i], &loss);
    json_close(j, ']');
    text alt = { 0 };
    last_words(s, shown[0], &loss, &alt);
    page_chart_words(p, "The parts of the loss that the law tells apart, one on the other.", text_of(&alt));
    table(p, s, &loss, shown, n);
    page_chart_end(p);
    text_free(&alt);
    return E_OK;
}
