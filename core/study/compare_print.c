/* SPDX-License-Identifier: MIT
 * compare_print.c - a comparison as tables for the terminal: best first, the best of each column marked.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = COMPARE_NUMBERS + 7, WORD = 72 };

typedef struct table {                            /* words, right-aligned but for the first `left` columns */
    char (*word)[COLUMNS][WORD];
    bool (*best)[COLUMNS];
    size_t rows, cap, columns, left, at;
    bool   failed, color;
} table;

static bool row(table *t)
{
    if (t->rows == t->cap) {
        size_t cap = 2 * t->cap + 16;
        void *word = mem_grow(t->word, cap, sizeof *t->word),
             *best = word ? mem_grow(t->best, cap, sizeof *t->best) : NULL;
        t->word = word ? word : t->word;
        t->best = best ? best : t->best;
        t->failed = t->failed || !best;
        if (t->failed)
            return false;
        t->cap = cap;
    }
    memset(t->word[t->rows], 0, sizeof *t->word);
    memset(t->best[t->rows], 0, sizeof *t->best);
    t->rows++;
    t->at = 0;
    return true;
}

static void word(table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void word(table *t, const char *format, ...)
{
    va_list more;
    if (t->failed || t->at >= COLUMNS)
        return;
    va_start(more, format);
    vsnprintf(t->word[t->rows - 1][t->at++], WORD, format, more);
    va_end(more);
    t->columns = t->at > t->columns ? t->at : t->columns;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void number(table *t, const char *format, const char *before, double v, bool best)
{
    char made[64] = "-";
    if (isfinite(v))
        snprintf(made, sizeof made, format, v);
    if (!t->failed && t->at < COLUMNS)
        t->best[t->rows - 1][t->at] = best;
    word(t, "%s%s", isfinite(v) ? before : "", made);
}
#pragma GCC diagnostic pop

/* Letters, not bytes. */
static size_t width_of(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static bool used(const table *t, size_t c)
{
    for (size_t r = 1; r < t->rows; r++)
        if (*t->word[r][c] && strcmp(t->word[r][c], "-") != 0)
            return true;
    return false;
}

static void print_word(const table *t, size_t r, size_t c, size_t width, text *out)
{
    const char *w = t->word[r][c];
    bool best = t->best[r][c];
    size_t pad = width - width_of(w);
    if (c >= t->left)
        text_addf(out, "%*s", (int)pad, "");
    text_addf(out, "%s%s%s", t->color && (best || r == 0) ? best ? "\033[1;32m" : "\033[1m" : "", w,
              t->color && (best || r == 0) ? "\033[0m" : "");
    if (c < t->left)
        text_addf(out, "%*s", (int)pad, "");
    text_add(out, c < t->left ? "  " : best ? "* " : "  ");
}

static void trim(text *out)
{
    while (out->n && out->at[out->n - 1] == ' ')
        out->at[--out->n] = '\0';
    text_addc(out, '\n');
}

/* Columns without a word below the head are left out.  Frees the words; one that failed is not printed. */
static void print(table *t, text *out)
{
    size_t width[COLUMNS] = { 0 };
    for (size_t c = 0; c < t->columns; c++)
        for (size_t r = 0; used(t, c) && r < t->rows; r++) {
            size_t n = width_of(t->word[r][c]);
            width[c] = n > width[c] ? n : width[c];
        }
    for (size_t r = 0; r < t->rows && !t->failed; r++) {
        for (size_t c = 0; c < t->columns; c++)
            if (width[c])
                print_word(t, r, c, width[c], out);
        trim(out);
    }
    out->failed = out->failed || t->failed;
    free(t->word);
    free(t->best);
}

/* ---- models ---- */

typedef struct order { const compare_model *m; size_t at; } order;

static int by_rank(const void *a, const void *b)
{
    const order *x = a, *y = b;
    double u = isnan(x->m->rank_mean) ? INFINITY : x->m->rank_mean,
           v = isnan(y->m->rank_mean) ? INFINITY : y->m->rank_mean;
    return u < v ? -1 : u > v ? 1 : (x->at > y->at) - (x->at < y->at);
}

static void names(table *t, const compare *c, const compare_model *m)
{
    bool naive = strcmp(m->variant, "naive") == 0;
    word(t, "%s", naive ? m->model : m->variant);
    word(t, "%s", naive ? "naive" : m->model);
    word(t, "%s", c->nscenario > 1 && !naive ? m->scenario : "");
}

static double best_of(const compare *c, const compare_number *k)
{
    double best = INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        double v = c->at[i].without ? NAN : compare_merit(&c->at[i], k);
        best = v < best ? v : best;
    }
    return best;
}

static void numbers(table *t, const compare *c, const compare_model *m)
{
    word(t, m->n ? "%llu" : "-", (unsigned long long)m->n);
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        const compare_number *k = &compare_numbers[i];
        double v = compare_value(m, k->at), least = k->least ? compare_value(m, k->least) : NAN;
        bool best = k->marked && compare_merit(m, k) <= best_of(c, k);
        if (k->format)
            number(t, k->format, isnan(v) ? ">=" : "", isnan(v) ? least : v, best);
    }
}

static const char *validity(const compare_model *m)
{
    return m->validity ? m->validity : "-";
}

static void models(const compare *c, bool color, text *out)
{
    table t = { .left = 3, .color = color };
    order *o = mem_zero(c->n + 1, sizeof *o);
    size_t n = 0;
    double least = INFINITY;
    for (size_t i = 0; o && i < c->n; i++)
        if (!c->at[i].without) {
            o[n++] = (order){ &c->at[i], i };
            least = fmin(least, isnan(c->at[i].rank_mean) ? INFINITY : c->at[i].rank_mean);
        }
    if (!o || !row(&t)) {
        free(o);
        t.failed = true;
        print(&t, out);
        return;
    }
    qsort(o, n, sizeof *o, by_rank);
    static const char *const head[] = { "model", "kind", "scenario", "rows" };
    for (size_t i = 0; i < 4; i++)
        word(&t, "%s", head[i]);
    for (size_t i = 0; i < COMPARE_NUMBERS; i++)
        if (compare_numbers[i].format)
            word(&t, "%s", compare_numbers[i].head);
    word(&t, "rank");
    word(&t, "validity");
    for (size_t i = 0; i < n && row(&t); i++) {
        names(&t, c, o[i].m);
        numbers(&t, c, o[i].m);
        number(&t, "%.2f", "", o[i].m->rank_mean, o[i].m->rank_mean <= least);
        word(&t, "%.*s", (int)strcspn(validity(o[i].m), ":"), validity(o[i].m));
    }
    print(&t, out);
    free(o);
}

/* ---- what the fade is made of; what each part is worth ---- */

static bool has_losses(const compare_model *m)
{
    return m->nloss && !m->without && strcmp(m->model, "physics") == 0;
}

static void losses(const compare *c, bool color, text *out)
{
    table t = { .left = 4, .color = color };
    static const char *const head[] = { "model", "kind", "scenario", "mechanism", "at the end", "" };
    bool any = false;
    for (size_t i = 0; i < c->n; i++)
        any = any || has_losses(&c->at[i]);
    if (!any)
        return;
    if (!row(&t)) {
        print(&t, out);
        return;
    }
    for (size_t i = 0; i < 6; i++)
        word(&t, "%s", head[i]);
    for (size_t i = 0; i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nloss && has_losses(&c->at[i]) && row(&t); k++) {
            const compare_loss *l = &c->at[i].loss[k];
            names(&t, c, &c->at[i]);
            word(&t, "%s", l->key);
            number(&t, "%.6g", "", l->value, false);
            word(&t, "%s", strcmp(l->unit, "1") == 0 ? "" : l->unit);
        }
    text_add(out, "\nThe fade by mechanism, mean over cells:\n");
    print(&t, out);
}

/* Which ranges were left; a correction runs on the same rows as its physics. */
static void left_ranges(const compare *c, text *out)
{
    bool any = false;
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i];
        if (m->without || strcmp(m->model, "physics") != 0)
            continue;
        for (size_t k = 0; k < m->nrange; k++) {
            if (!(m->range[k].share > 0))
                continue;
            text_add(out, any ? "" : "\nOutside of where a law was shown to hold:\n");
            text_addf(out, "%s  ", m->variant);
            if (c->nscenario > 1)
                text_addf(out, "%s  ", m->scenario);
            compare_range_say(m, &m->range[k], out);
            text_add(out, "\n");
            any = true;
        }
    }
}

static void changes(const compare *c, bool color, text *out)
{
    table t = { .left = 4, .color = color };
    static const char *const head[] = { "without", "model", "kind", "scenario" };
    bool any = false;
    for (size_t i = 0; i < c->n; i++)
        any = any || c->at[i].without;
    if (!any)
        return;
    if (!row(&t)) {
        print(&t, out);
        return;
    }
    for (size_t i = 0; i < 4; i++)
        word(&t, "%s", head[i]);
    for (size_t k = 0; k < COMPARE_NUMBERS; k++)
        if (compare_numbers[k].changes)
            word(&t, "%s", compare_numbers[k].head);
    for (size_t i = 0; i < c->n; i++) {
        const compare_model *m = &c->at[i];
        if (!m->without || m->refused || !row(&t))
            continue;
        word(&t, "%s", m->without);
        names(&t, c, m);
        for (size_t k = 0; k < COMPARE_NUMBERS; k++) {
            char format[16];
            if (!compare_numbers[k].changes)
                continue;
            bool least;
            double by = compare_changed(c, m, &compare_numbers[k], &least);
            snprintf(format, sizeof format, "%%+%s", compare_numbers[k].format + 1);
            number(&t, format, least ? ">=" : "", by, false);
        }
    }
    text_add(out, "\nWhat changes without a part:\n");
    print(&t, out);
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].refused)
            text_addf(out, "%s %s does not run without %s: %s\n", c->at[i].variant, c->at[i].model, c->at[i].without,
                      c->at[i].refused);
}

/* Rows of a duty are no cycles. */
static const char *unit_of(const compare *c)
{
    return c->nscenario && c->rows && frame_duty_time(&c->rows[0]) >= 0 ? "rows of the duty" : "cycles";
}

static void headline(const compare *c, text *out)
{
    const compare_model *m = c->at;
    for (size_t k = 0; k < c->nscenario; k++)
        text_addf(out, "%s%s%s\n", c->nscenario > 1 ? c->file[k] : "", c->nscenario > 1 ? ": " : "", c->name[k]);
    if (!c->target) {
        text_addf(out, "Nothing is measured here: lives until %g %% state of health (EOL), in %s.\n\n",
                  c->eol * 100, unit_of(c));
        return;
    }
    text_addf(out, "Forecasts of %s past the origin; end of life (EOL) in %s, at %g %% state of health", c->target,
              unit_of(c), c->eol * 100);
    if (c->n && isfinite(m->eol_observed))
        text_addf(out, ", measured: %.1f", m->eol_observed);
    else if (c->n && isfinite(m->eol_observed_least))
        text_addf(out, ", measured: at least %.1f", m->eol_observed_least);
    text_add(out, ".\n\n");
}

void compare_text(const compare *c, bool color, text *out)
{
    headline(c, out);
    models(c, color, out);
    left_ranges(c, out);
    losses(c, color, out);
    changes(c, color, out);
    if (c->note)
        text_addf(out, "\nNote: %s\n", c->note);
}
