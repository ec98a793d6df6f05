/* SPDX-License-Identifier: MIT
 * combine.c - several ageing laws as one physics: each part's loss and growth of resistance kept under its own name,
 * and what they make together.
 *
 *   add        loss = sum of the losses, at most 1       resistance_ratio = 1 + sum of (ratio - 1)
 *   max        the largest                               the largest
 *   multiply   1 - loss = product of (1 - loss)          product of the ratios
 */
#include "core/engine/inside.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MOST = 22, COLUMN_KEY = 64 };        /* "physics_resistance_ratio_LABEL" is whole in a file's head */

static const fade_column joint[COMBINE_N] = {
    [COMBINE_LOSS] = { "loss", "1", "Fraction of the initial capacity that the parts together took.", 0, 0, 1, 0, 0, 1,
                       FADE_PLANNED },
    [COMBINE_RESISTANCE] = { "resistance_ratio", "1", "Resistance over that of a new cell, by the parts together.", 1,
                             0, 0, 0, 0, 1, FADE_PLANNED },
};

typedef struct share {                            /* what one part adds to one joint column */
    int         from;                             /* in the pool; -1: it does not write it */
    double      scale, offset;                    /* to "1" */
    fade_column column;                           /* as the pool and rows have it: "loss_wang2011" */
    char        key[COLUMN_KEY];
} share;

struct combined {
    int     rule;                                 /* COMBINE_* */
    size_t  n[COMBINE_N];                         /* parts that write it */
    size_t  parts;
    share  *at[COMBINE_N];                        /* [parts] */
};

/* ---- bound ---- */

static int joint_of(const char *key)
{
    for (int j = 0; j < COMBINE_N; j++)
        if (strcmp(joint[j].key, key) == 0)
            return j;
    return -1;
}

/* "loss_LABEL" in letters a column may have. */
static void name_share(share *s, int j, const char *label)
{
    size_t n = strlen(joint[j].key);
    memcpy(s->key, joint[j].key, n);
    s->key[n++] = '_';
    for (; *label && n + 1 < sizeof s->key; label++)
        s->key[n++] = isalnum((unsigned char)*label) ? (char)tolower((unsigned char)*label) : '_';
    s->key[n] = '\0';
}

static void add_share(physics *ph, size_t k, const fade_column *c, int j, tree_problems *p)
{
    const scenario_part *sp = ph->part[k].sp;
    share *s = &ph->combined->at[j][k];
    unit from, ratio;
    name_share(s, j, sp->label);
    s->column = *c;
    s->column.key = s->key;
    ph->combined->n[j]++;
    if (strlen(sp->label) > LABEL_MOST)
        tree_complain(p, sp->node, E_INPUT,
                      "%s: a part that is combined names columns: give it a name = \"..\" of at most %d bytes",
                      sp->label, LABEL_MOST);
    for (size_t i = 0; i < k; i++)
        if (strcmp(ph->combined->at[j][i].key, s->key) == 0)
            tree_complain(p, sp->node, E_INPUT,
                          "two writers of column '%s': parts %s and %s; give one of them name = \"..\"", s->key,
                          ph->part[i].sp->label, sp->label);
    s->scale = 1;
    if (c->width > 1 || units_parse(c->unit, &from, NULL) || units_parse("1", &ratio, NULL) ||
        !units_convert(&from, &ratio, NAN, &s->scale, &s->offset))
        tree_complain(p, sp->node, E_PLUGIN, "%s of %s is no ratio and cannot be combined", c->key, sp->label);
}

static void check_shares(const physics *ph, tree_problems *p)
{
    const combined *m = ph->combined;
    const char *only = NULL;
    for (size_t k = 0; k < ph->n; k++) {
        only = m->at[COMBINE_LOSS][k].column.key ? ph->part[k].sp->label : only;
        for (uint32_t i = 0; i < ph->part[k].cols.out.n; i++)
            if (strcmp(((const fade_column *)library_at(&ph->part[k].cols.out, i))->key, "capacity") == 0)
                tree_complain(p, ph->part[k].sp->node, E_INPUT,
                              "%s writes capacity, which combine makes of the losses: leave one of them",
                              ph->part[k].sp->label);
    }
    if (m->n[COMBINE_LOSS] < 2)
        tree_complain(p, ph->sp->part[0].node, E_INPUT,
                      "physics %s: combine joins the losses of several parts; %s%s writes loss", ph->sp->label,
                      only ? "only " : "none of them", only ? only : "");
}

int combine_bind(physics *ph, tree_problems *p, why *w)
{
    size_t before = p->n;
    if (ph->sp->combine == COMBINE_NO)
        return E_OK;
    combined *m = ph->combined = mem_zero(1, sizeof *m);
    for (int j = 0; m && j < COMBINE_N; j++)
        m->at[j] = mem_zero(ph->n, sizeof *m->at[j]);
    if (!m || !m->at[COMBINE_LOSS] || !m->at[COMBINE_RESISTANCE])
        return fail(w, E_NOMEM, "no memory to combine the parts of %s", ph->sp->label);
    m->rule = ph->sp->combine;
    m->parts = ph->n;
    for (size_t k = 0; k < ph->n; k++)
        for (uint32_t i = 0; i < ph->part[k].cols.out.n; i++) {
            const fade_column *c = library_at(&ph->part[k].cols.out, i);
            int j = joint_of(c->key);
            if (j >= 0)
                add_share(ph, k, c, j, p);
        }
    check_shares(ph, p);
    return p->n > before ? fail(w, p->at[before].code, "%s", p->at[before].text) : E_OK;
}

const fade_column *combine_column(const physics *ph, size_t index, const fade_column *c)
{
    int j = ph->combined ? joint_of(c->key) : -1;
    return j < 0 ? c : &ph->combined->at[j][index].column;
}

const fade_column *combine_joint(physics *ph, int j)
{
    if (!ph->combined || !ph->combined->n[j])
        return NULL;
    for (size_t k = 0; k < ph->n; k++) {
        share *s = &ph->combined->at[j][k];
        s->from = -1;
        for (size_t i = 0; i < ph->pool.n; i++)
            if (ph->pool.at[i].column == &s->column)
                s->from = (int)i;
    }
    return &joint[j];
}

void combine_plan(const physics *ph, text *out)
{
    static const char *const said[] = { [COMBINE_ADD] = "sum",
                                        [COMBINE_MAX] = "largest",
                                        [COMBINE_MULTIPLY] = "product" };
    bool first = true;
    if (!ph->combined)
        return;
    text_addf(out, "  combined   %s: %s of", ph->sp->label, said[ph->combined->rule]);
    for (int j = 0; j < COMBINE_N; j++)
        for (size_t k = 0; k < ph->n; k++)
            if (ph->combined->at[j][k].column.key) {
                text_addf(out, "%s %s", first ? "" : ",", ph->combined->at[j][k].key);
                first = false;
            }
    text_add(out, "\n");
}

void combine_close(physics *ph)
{
    for (int j = 0; ph->combined && j < COMBINE_N; j++)
        free(ph->combined->at[j]);
    free(ph->combined);
    ph->combined = NULL;
}

/* ---- at work ---- */

static void plus(double *restrict y, const double *restrict x, const share *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += x[i] * s->scale + s->offset;
}

static void plus_growth(double *restrict y, const double *restrict x, const share *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += x[i] * s->scale + s->offset - 1;
}

static void larger(double *restrict y, const double *restrict x, const share *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = fmax(y[i], x[i] * s->scale + s->offset);
}

static void of_the_rest(double *restrict y, const double *restrict x, const share *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += (x[i] * s->scale + s->offset) * (1 - y[i]);
}

static void times(double *restrict y, const double *restrict x, const share *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] *= x[i] * s->scale + s->offset;
}

static void (*const rules[][COMBINE_N])(double *restrict, const double *restrict, const share *, uint32_t) = {
    [COMBINE_ADD] = { plus, plus_growth },
    [COMBINE_MAX] = { larger, larger },
    [COMBINE_MULTIPLY] = { of_the_rest, times },
};

void combine_values(worker *k, const physics *ph, uint32_t live)
{
    const combined *m = ph->combined;
    for (int j = 0; m && j < COMBINE_N; j++) {
        double *y = k->combined[j];
        bool first = true;
        for (size_t i = 0; i < m->parts; i++) {
            const share *s = &m->at[j][i];
            if (!s->column.key)
                continue;
            const double *x = k->val[s->from];
            for (uint32_t l = 0; first && l < live; l++)
                y[l] = x[l] * s->scale + s->offset;
            if (!first)
                rules[m->rule][j](y, x, s, live);
            first = false;
        }
    }
    for (uint32_t l = 0; m && l < live; l++)
        k->combined[COMBINE_LOSS][l] = fmin(1, k->combined[COMBINE_LOSS][l]);
}
