/* SPDX-License-Identifier: MIT
 * fit_search.c - a global search before the local one: differential evolution whose generation is one run of the law
 * over lanes.
 *
 * R. Storn, K. Price, J. Global Optimization 11, 341 (1997): current-to-best/1/bin; a step out of the box goes half
 * the way to its wall.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EACH = 10, LEAST = 24, MOST = 256, GENERATIONS = 120, STREAM_BORN = 51, STREAM_PICK = 52, STREAM_CROSS = 53 };
#define CROSS   0.9                               /* share of a trial's entries that change */
#define FACTOR  0.5                               /* of a difference: this to 0.9 */
#define SETTLED 0.05                              /* relative distance of the worst cost from the best */

typedef struct crowd {
    fit_law      *l;
    const double *lo, *hi;
    size_t        p, n;
    double       *x, *trial, *y, *cost;           /* [n][p]; [n][p]; [n][rows]; [n] */
    size_t        best;
    uint64_t      seed;
} crowd;

static double draw(const crowd *k, size_t generation, size_t i, size_t j, uint64_t stream)
{
    return random_uniform(k->seed, generation, i * (FIT_PARAMS + 8) + j, stream);
}

static double cost_of(const crowd *k, size_t i)
{
    double sum = 0;
    for (size_t r = 0; r < k->l->n; r++) {
        double off = k->y[i * k->l->n + r] - k->l->data[r];
        sum += off * off;
    }
    return isfinite(sum) ? sum : INFINITY;
}

static size_t other(const crowd *k, size_t generation, size_t i, size_t which)
{
    size_t at = (size_t)(draw(k, generation, i, which, STREAM_PICK) * (double)(k->n - 1));
    return at < i ? at : at + 1;                  /* any but i */
}

static void breed(crowd *k, size_t generation)
{
    for (size_t i = 0; i < k->n; i++) {
        const double *x = k->x + i * k->p, *best = k->x + k->best * k->p;
        const double *a = k->x + other(k, generation, i, 0) * k->p, *b = k->x + other(k, generation, i, 1) * k->p;
        double f = FACTOR + 0.4 * draw(k, generation, i, 2, STREAM_PICK);
        size_t sure = (size_t)(draw(k, generation, i, 3, STREAM_PICK) * (double)k->p);
        for (size_t j = 0; j < k->p; j++) {
            double v = x[j] + f * (best[j] - x[j]) + f * (a[j] - b[j]);
            v = v < k->lo[j] ? (x[j] + k->lo[j]) / 2 : v > k->hi[j] ? (x[j] + k->hi[j]) / 2 : v;
            bool change = j == sure || draw(k, generation, i, j, STREAM_CROSS) < CROSS;
            k->trial[i * k->p + j] = change ? v : x[j];
        }
    }
}

/* The better of parent and child stays; true: all are alike. */
static bool select_better(crowd *k)
{
    double worst = 0;
    for (size_t i = 0; i < k->n; i++) {
        double cost = cost_of(k, i);
        if (cost < k->cost[i]) {
            k->cost[i] = cost;
            memcpy(k->x + i * k->p, k->trial + i * k->p, k->p * sizeof *k->x);
        }
        worst = fmax(worst, k->cost[i]);
        k->best = k->cost[i] < k->cost[k->best] ? i : k->best;
    }
    return worst - k->cost[k->best] <= SETTLED * k->cost[k->best];
}

int fit_search(fit_law *l, const double *lo, const double *hi, double *x, size_t *evaluations, why *w)
{
    size_t p = l->f->nparam, n = (EACH * p + 7) / 8 * 8;
    n = n < LEAST ? LEAST : n > MOST ? MOST : n;
    crowd k = { .l = l, .lo = lo, .hi = hi, .p = p, .n = n, .seed = l->f->o.seed };
    k.x = mem_zero(n * p, sizeof *k.x);
    k.trial = mem_zero(n * p, sizeof *k.trial);
    k.y = mem_zero(n * l->n + 1, sizeof *k.y);
    k.cost = mem_zero(n, sizeof *k.cost);
    int rc = k.x && k.trial && k.y && k.cost ? E_OK : fail(w, E_NOMEM, "no memory for a search of %zu points", n);
    for (size_t i = 0; i < n && !rc; i++) {
        k.cost[i] = INFINITY;
        for (size_t j = 0; j < p; j++)
            k.trial[i * p + j] = i ? lo[j] + draw(&k, 0, i, j, STREAM_BORN) * (hi[j] - lo[j]) : x[j];
    }
    for (size_t g = 1; g <= GENERATIONS && !rc; g++) {
        rc = fit_law_at(l, n, k.trial, false, k.y, w);
        *evaluations += n;
        if (rc || select_better(&k))
            break;
        breed(&k, g);
    }
    if (!rc && isfinite(k.cost[k.best]))
        memcpy(x, k.x + k.best * p, p * sizeof *x);
    free(k.x);
    free(k.trial);
    free(k.y);
    free(k.cost);
    return rc;
}
