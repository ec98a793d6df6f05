/* SPDX-License-Identifier: MIT
 * pack_show.c - what cells say, made what the pack says.
 */
#include "core/engine/pack.h"
#include <math.h>
#include <string.h>

/* How outputs of cells make one: the mean unless their unit says otherwise. */
enum { BY_MEAN, BY_SUM, BY_STRING, BY_PARALLEL, BY_LEAST_GROUP, BY_OHM, BY_LEAST };

static const struct { const char *key, *unit; int by; } rules[] = {
    { "anode_potential", NULL, BY_LEAST }, { "capacity", NULL, BY_LEAST_GROUP }, { NULL, "W", BY_SUM },
    { NULL, "Wh", BY_SUM },                { NULL, "J", BY_SUM },                { NULL, "V", BY_STRING },
    { NULL, "Ah", BY_PARALLEL },           { NULL, "A", BY_PARALLEL },           { NULL, "ohm", BY_OHM },
};

static int rule_of(const fade_column *c)
{
    for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
        if (rules[k].key ? strcmp(rules[k].key, c->key) == 0 : strcmp(rules[k].unit, c->unit) == 0)
            return rules[k].by;
    return BY_MEAN;
}

/* Of one group: sum of v, or of 1 / v. */
static double group_sum(const pack *p, const double *v, uint32_t g, uint32_t n, bool inverse)
{
    double sum = 0;
    for (uint32_t j = 0; j < p->parallel; j++) {
        double x = v[(size_t)(g * p->parallel + j) * n];
        sum += inverse ? 1 / x : x;
    }
    return sum;
}

static double combine(const pack *p, int by, const double *v, uint32_t n)
{
    double total = by == BY_LEAST || by == BY_LEAST_GROUP ? INFINITY : 0;
    for (uint32_t g = 0; g < p->series; g++) {
        double s = group_sum(p, v, g, n, by == BY_OHM);
        switch (by) {
        case BY_LEAST_GROUP: total = fmin(total, s); break;
        case BY_OHM: total += 1 / s; break;
        case BY_STRING: total += s / p->parallel; break;
        case BY_LEAST:
            for (uint32_t j = 0; j < p->parallel; j++)
                total = fmin(total, v[(size_t)(g * p->parallel + j) * n]);
            break;
        default: total += s; break;
        }
    }
    return by == BY_MEAN ? total / p->cells : by == BY_PARALLEL ? total / p->series : total;
}

static double extreme(const pack *p, const double *v, uint32_t n, double sign, uint32_t *which)
{
    uint32_t at = 0;
    for (uint32_t c = 1; c < p->cells; c++)
        if (sign * v[(size_t)c * n] > sign * v[(size_t)at * n])
            at = c;
    if (which)
        *which = at;
    return v[(size_t)at * n];
}

/* The largest current of a cell over the mean of its group. */
static double largest_share(const pack *p, const double *I, uint32_t n)
{
    double most = 1;
    for (uint32_t g = 0; g < p->series; g++) {
        double mean = group_sum(p, I, g, n, false) / p->parallel;
        for (uint32_t j = 0; j < p->parallel && fabs(mean) > 1e-9; j++)
            most = fmax(most, I[(size_t)(g * p->parallel + j) * n] / mean);
    }
    return most;
}

/* In this row so far: what the last steps left, or this one lower still. */
static void weakest(const pack *p, const double *said, fade_tile *b, uint32_t i, double *const *o)
{
    bool same = b->x[p->nstate + PACK_ROW][i] == (double)b->row[i];
    uint32_t at = 0;
    double least = INFINITY;
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * b->n + i;
        double V = said[l];
        V = same ? fmin(V, b->x[p->nstate + PACK_LOW][l]) : V;
        if (V < least) {
            least = V;
            at = c;
        }
    }
    o[PACK_WEAKEST][i] = at + 1;
    o[PACK_WEAKEST_V][i] = least;
}

/* `step`: what the step said of its end stands for what is there, for it was under the current there. */
void pack_show(const pack *p, const pack_desk *d, fade_tile *b, uint32_t i, bool step)
{
    uint32_t n = b->n, k = 0;
    double *const *end = step ? d->out : d->end;
    for (; k < p->nout; k++)
        b->out[k][i] = combine(p, rule_of(library_at(&p->cell.out, k)), end[k] + i, n);
    double V = combine(p, BY_STRING, d->V + i, n), I = combine(p, BY_PARALLEL, d->I + i, n);
    if ((int)b->in[p->control][i] == FADE_BY_CURRENT)
        I = b->in[p->demand][i];                  /* to the last digit */
    for (uint32_t j = 0; j < p->nout; j++)
        if (strcmp(p->out[j].key, "power") == 0)
            b->out[j][i] = V * I;
    b->out[p->voltage][i] = V;
    b->out[p->current][i] = I;
    double *const *o = b->out + k;
    o[PACK_LOWEST][i] = extreme(p, end[p->voltage] + i, n, -1, NULL);
    o[PACK_HIGHEST][i] = extreme(p, end[p->voltage] + i, n, 1, NULL);
    weakest(p, end[p->voltage], b, i, o);
    o[PACK_SHARE][i] = largest_share(p, d->I + i, n);
    const double *soc = p->soc < 0 ? NULL : end[p->soc] + i, *T = p->temperature < 0 ? NULL : end[p->temperature] + i;
    o[PACK_SOC_SPREAD][i] = soc ? extreme(p, soc, n, 1, NULL) - extreme(p, soc, n, -1, NULL) : 0;
    o[PACK_WARMEST][i] = T ? extreme(p, T, n, 1, NULL) : 298.15;
    k += PACK_NOUT;
    for (uint32_t c = 0; p->shown && c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        b->out[k++][i] = end[p->voltage][l];
        b->out[k++][i] = d->I[l];
        if (soc)
            b->out[k++][i] = end[p->soc][l];
    }
}
