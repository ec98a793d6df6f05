/* SPDX-License-Identifier: MIT
 * report_scores.c - the error table: models beside naive forecasts, the best of each column marked.
 */
#include "core/report/report_inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct { const char *key, *head; double scale; int better; } columns[] = {
    { "rmse", "RMSE (mAh)", 1000, -1 },   { "mae", "MAE (mAh)", 1000, -1 },
    { "mape", "MAPE (%)", 1, -1 },        { "r2", "R\xc2\xb2", 1, 1 },
    { "max_error", "largest (mAh)", 1000, -1 }, { "bias", "bias (mAh)", 1000, 0 },
    { "picp", "in band (%)", 100, 2 },
};
enum { NCOLUMN = sizeof columns / sizeof *columns };

/* How good a value is: greater is better; NaN is none. */
static double merit(size_t column, double v)
{
    int way = columns[column].better;
    return way == 0 ? -fabs(v) : way == 2 ? -fabs(v - 0.9) : way * v;
}

static void best_of(const json_t *scores, double best[NCOLUMN])
{
    size_t i;
    json_t *s;
    for (size_t c = 0; c < NCOLUMN; c++)
        best[c] = -INFINITY;
    json_array_foreach(scores, i, s)
        for (size_t c = 0; c < NCOLUMN; c++) {
            double v = merit(c, report_real(s, columns[c].key));
            if (v > best[c])
                best[c] = v;
        }
}

static bool used(const json_t *scores, size_t column)
{
    size_t i;
    json_t *s;
    json_array_foreach(scores, i, s)
        if (isfinite(report_real(s, columns[column].key)))
            return true;
    return false;
}

static void score_row(page *p, const json_t *scores, const json_t *s, const double best[NCOLUMN])
{
    const char *variant = report_word(s, "variant");
    bool naive = strcmp(variant, "naive") == 0;
    page_row(p, naive ? "naive" : "");
    page_cell(p, variant, "t");
    page_cell(p, report_word(s, "model"), "t");
    page_cell_number(p, report_real(s, "n"), "");
    for (size_t c = 0; c < NCOLUMN; c++) {
        double v = report_real(s, columns[c].key);
        if (used(scores, c))
            page_cell_number(p, columns[c].scale * v, isfinite(v) && merit(c, v) >= best[c] ? "best" : "");
    }
}

void report_scores(page *p, const json_t *scores)
{
    double best[NCOLUMN];
    text head = { 0 };
    size_t i;
    json_t *s;
    if (!json_array_size(scores))
        return;
    best_of(scores, best);
    text_add(&head, "<model|<kind|rows");
    for (size_t c = 0; c < NCOLUMN; c++)
        if (used(scores, c))
            text_addf(&head, "|%s", columns[c].head);
    page_say(
        p,
        "Errors in the rows that were forecast, over all cells. A star marks the best of a column; \"naive\" is what "
        "costs nothing: the last value, the drift, a straight line.");
    page_table_open(p, text_of(&head), json_array_size(scores));
    json_array_foreach(scores, i, s)
        score_row(p, scores, s, best);
    page_table_close(p);
    text_free(&head);
}
