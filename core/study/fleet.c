/* SPDX-License-Identifier: MIT
 * fleet.c - the product-limit curve of many lives, what it says of a share and of a horizon, and cells that stand out.
 */
#include "core/study/fleet.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include <math.h>
#include <stdlib.h>

typedef struct life { double at; bool ended; } life;

/* Ends stand before those that were only seen so long. */
static int by_time(const void *a, const void *b)
{
    const life *x = a, *y = b;
    return x->at != y->at ? (x->at > y->at) - (x->at < y->at) : (int)y->ended - (int)x->ended;
}

static void walk(const life *l, size_t n, fleet *f)
{
    double left = 1, spread = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i, died = 0;
        for (; end < n && l[end].at == l[i].at; end++)
            died += l[end].ended;
        double risk = (double)(n - i), d = (double)died;
        if (died) {
            left *= 1 - d / risk;
            spread += risk > d ? d / (risk * (risk - d)) : 0;
            f->ended += died;
            f->step[f->nstep++] = (fleet_step){ l[i].at, left, spread, f->ended };
        }
        i = end;
    }
}

int fleet_open(const double *at, const bool *ended, size_t n, fleet *out, why *w)
{
    *out = (fleet){ 0 };
    life *l = mem_zero(n + 1, sizeof *l);
    out->step = mem_zero(n + 1, sizeof *out->step);
    out->seen = mem_zero(n + 1, sizeof *out->seen);
    if (!l || !out->step || !out->seen) {
        free(l);
        fleet_close(out);
        return fail(w, E_NOMEM, "no memory for %zu lives", n);
    }
    for (size_t i = 0; i < n; i++)
        if (!isnan(at[i]))
            l[out->n++] = (life){ at[i], ended[i] };
    qsort(l, out->n, sizeof *l, by_time);
    for (size_t i = 0; i < out->n; i++)
        out->seen[i] = l[i].at;
    walk(l, out->n, out);
    free(l);
    return E_OK;
}

void fleet_close(fleet *f)
{
    free(f->step);
    free(f->seen);
    *f = (fleet){ 0 };
}

double fleet_percentile(const fleet *f, double p, double *at_least)
{
    double none;
    double *least = at_least ? at_least : &none;
    *least = NAN;
    for (size_t i = 0; i < f->nstep; i++)
        if (1 - f->step[i].left >= p - 1e-12)               /* sums of shares are off by some last bits */
            return f->step[i].at;
    *least = f->n ? f->seen[f->n - 1] : NAN;
    return NAN;
}

/* ---- a horizon ---- */

static void wilson(double p, double n, double level, double *lower, double *upper)
{
    double z = random_quantile(0.5 + level / 2), z2 = z * z, middle = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));
    *lower = p > 0 ? fmax(0, middle - half) : 0;
    *upper = p < 1 ? fmin(1, middle + half) : 1;
}

/* As many cells, all watched to the horizon, as would make the share as uncertain as it is. */
static double as_many(const fleet *f, const fleet_step *s, double horizon)
{
    size_t still = 0;
    for (size_t i = 0; i < f->n; i++)
        still += f->seen[i] >= horizon;
    if (!s)
        return (double)still;
    if (!(s->left > 0))
        return (double)f->ended;
    return (1 - s->left) / (s->left * s->spread);           /* S (1 - S) / (S^2 spread) */
}

fleet_chance fleet_within(const fleet *f, double horizon, double level)
{
    const fleet_step *s = NULL;
    fleet_chance c = { NAN, NAN, NAN, false, 0 };
    if (!f->n || isnan(horizon))
        return c;
    for (size_t i = 0; i < f->nstep && f->step[i].at <= horizon; i++)
        s = &f->step[i];
    c.p = s ? 1 - s->left : 0;
    c.known = f->seen[f->n - 1] >= horizon || (s && !(s->left > 0));
    c.ended = s ? s->ended : 0;
    if (c.known)
        wilson(c.p, as_many(f, s, horizon), level, &c.lower, &c.upper);
    return c;
}

/* ---- cells that stand out ---- */

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
    qsort(v, n, sizeof *v, rising);
    return n % 2 ? v[n / 2] : v[n / 2 - 1] / 2 + v[n / 2] / 2;
}

/* One robust standard deviation of n distances from the median, which are reordered. */
static double deviation(double *far, size_t n)
{
    double mad = median(far, n), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += far[i];
    return mad > 0 ? mad / 0.6744897501960817 : sum / (double)n * 1.2533141373155003;    /* normal: MAD, mean of |z| */
}

double fleet_outliers(const double *v, size_t n, double *z)
{
    double *known = mem_zero(n + 1, sizeof *known), middle = NAN;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        z[i] = NAN;
        if (known && !isnan(v[i]))
            known[count++] = v[i];
    }
    if (count > FLEET_FEW) {
        middle = median(known, count);
        for (size_t i = 0; i < count; i++)
            known[i] = fabs(known[i] - middle);
        double sd = deviation(known, count);
        for (size_t i = 0; i < n; i++)
            z[i] = isnan(v[i]) ? NAN : sd > 0 ? (v[i] - middle) / sd : 0;
    }
    free(known);
    return middle;
}
