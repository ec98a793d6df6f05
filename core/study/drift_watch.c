/* SPDX-License-Identifier: MIT
 * drift_watch.c - Page and Hinkley's test, both ways: sums of what lies beyond the reference's mean and a slack, and an
 * alarm where one has risen far above its least.
 *
 * The threshold is a quantile of the highest such sum in simulated series that nothing happened to: normal, with the
 * reference's lag-1 memory, behind a reference of the same length.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/drift.h"
#include <math.h>
#include <stdlib.h>

enum { SERIES = 1000, LEAST = 8, MOST = 20000 };       /* series; rows of a reference; rows played of each part */

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef struct played {                           /* a series nothing happened to */
    uint64_t *id, *row;
    double   *z;
    size_t    old, n;                             /* its reference, and all of it */
} played;

/* The highest sum behind a reference of as many rows, by that reference's own mean and spread: these are guesses, too.
 */
static double highest(const drift_watch *k, played *p, uint64_t seed, uint64_t series)
{
    double fresh = sqrt(1 - k->memory * k->memory), sum = 0, square = 0, up = 0, down = 0, most = 0;
    for (size_t i = 0; i < p->n; i++)
        p->id[i] = series;
    random_normal_n(seed, (uint32_t)p->n, p->id, p->row, 1, p->z);
    for (size_t i = 1; i < p->n; i++)
        p->z[i] = k->memory * p->z[i - 1] + fresh * p->z[i];
    for (size_t i = 0; i < p->old; i++)
        sum += p->z[i];
    double mean = sum / (double)p->old;
    for (size_t i = 0; i < p->old; i++)
        square += (p->z[i] - mean) * (p->z[i] - mean);
    double sd = sqrt(square / ((double)p->old - 1));
    for (size_t i = p->old; i < p->n; i++) {
        double z = (p->z[i] - mean) / sd;
        up = fmax(0, up + z - k->slack);
        down = fmax(0, down - z - k->slack);
        most = fmax(most, fmax(up, down));
    }
    return most;
}

static int describe(const double *v, size_t n, drift_watch *out, size_t *known, why *w)
{
    double sum = 0, square = 0, lag = 0, before = NAN;
    size_t k = 0, pairs = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            sum += v[i];
            k++;
        }
    if (k < LEAST)
        return fail(w, E_DOMAIN, "a watch needs a reference of %d values, there are %zu", LEAST, k);
    out->mean = sum / (double)k;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(v[i]))
            continue;
        double e = v[i] - out->mean;
        square += e * e;
        if (!isnan(before)) {
            lag += e * before;
            pairs++;
        }
        before = e;
    }
    if (!(square > 0))
        return fail(w, E_DOMAIN, "all %zu values of the reference are alike: nothing to watch by", k);
    out->sd = sqrt(square / ((double)k - 1));
    double r = lag / square * (double)k / (double)pairs;
    out->memory = fmin(0.98, fmax(0, r + (1 + 3 * r) / (double)k)); /* Kendall 1954: short series look less of it */
    *known = k;
    return E_OK;
}

static void set_threshold(drift_watch *k, double *most, double rate)
{
    qsort(most, SERIES, sizeof *most, rising);
    size_t at = (size_t)ceil((1 - rate) * SERIES), beyond = 0;
    k->threshold = most[at < SERIES ? at : SERIES - 1];
    for (size_t i = 0; i < SERIES; i++)
        beyond += most[i] > k->threshold;
    k->rate = (double)beyond / SERIES;
}

int drift_watch_open(const double *reference, size_t n, double slack, double rate, size_t horizon, uint64_t seed,
                     drift_watch *out, why *w)
{
    *out = (drift_watch){ .slack = slack, .horizon = horizon ? horizon : 1 };
    size_t known = 0;
    int rc = describe(reference, n, out, &known, w);
    if (rc)
        return rc;
    known = known < MOST ? known : MOST;
    size_t rows = known + (out->horizon < MOST ? out->horizon : MOST);
    played p = { mem_zero(rows, sizeof *p.id), mem_zero(rows, sizeof *p.row), mem_zero(rows, sizeof *p.z), known,
                 rows };
    double *most = mem_zero(SERIES, sizeof *most);
    if (!most || !p.id || !p.row || !p.z)
        rc = fail(w, E_NOMEM, "no memory to set a watch");
    for (size_t i = 0; i < rows && !rc; i++)
        p.row[i] = i;
    for (size_t i = 0; i < SERIES && !rc; i++)
        most[i] = highest(out, &p, seed, i);
    if (!rc)
        set_threshold(out, most, rate);
    free(most);
    free(p.id);
    free(p.row);
    free(p.z);
    return rc;
}

bool drift_watch_see(drift_watch *k, double v)
{
    k->seen++;
    if (!isfinite(v) || k->alarm)
        return false;
    double z = (v - k->mean) / k->sd;
    k->up += z - k->slack;
    k->down += -z - k->slack;
    if (k->up <= 0) {
        k->up = 0;
        k->up_from = k->seen;
    }
    if (k->down <= 0) {
        k->down = 0;
        k->down_from = k->seen;
    }
    if (!(fmax(k->up, k->down) > k->threshold))
        return false;
    k->alarm = k->seen;
    k->way = k->up > k->down ? 1 : -1;
    k->began = k->way > 0 ? k->up_from : k->down_from;
    return true;
}
