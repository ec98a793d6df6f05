/* SPDX-License-Identifier: MIT
 * metrics_residual.c - Durbin-Watson, Jarque-Bera, autocorrelation and Ljung-Box of what is left.
 */
#include "core/study/metrics_residual.h"
#include "core/study/metrics_tail.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

typedef struct series {                           /* errors, and where each series begins */
    const double *e;
    size_t        n, nseries;
    const size_t *first;
} series;

typedef struct walk { double past[RESIDUAL_LAGS]; size_t at, seen, series; } walk;

/* The next known error: true and *e; past holds those before it of the same series. */
static bool next(const series *s, walk *k, double *e)
{
    for (; k->at < s->n; k->at++) {
        while (k->series < s->nseries && s->first[k->series] <= k->at) {
            k->seen = 0;
            k->series++;
        }
        if (isfinite(s->e[k->at])) {
            *e = s->e[k->at++];
            return true;
        }
    }
    return false;
}

static void remember(walk *k, double e)
{
    memmove(k->past + 1, k->past, (RESIDUAL_LAGS - 1) * sizeof *k->past);
    k->past[0] = e;
    k->seen++;
}

static void moments(const series *s, metrics_residual *out)
{
    double e, m2 = 0, m3 = 0, m4 = 0, square = 0;
    for (walk k = { 0 }; next(s, &k, &e);) {
        out->n++;
        out->mean += (e - out->mean) / (double)out->n;
    }
    for (walk k = { 0 }; next(s, &k, &e);) {
        double d = e - out->mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
        square += e * e;
    }
    double n = (double)out->n;
    out->skew = out->kurtosis = out->jarque_bera = NAN;
    if (out->n > 2 && m2 > square * 1e-28) {      /* more than rounding leaves of a constant */
        out->skew = m3 / n / pow(m2 / n, 1.5);
        out->kurtosis = m4 / n / (m2 / n * (m2 / n));
        out->jarque_bera = n / 6 * (out->skew * out->skew + pow(out->kurtosis - 3, 2) / 4);
    }
    out->jarque_bera_p = metrics_tail_chi2(out->jarque_bera, 2);
}

static void memory(const series *s, metrics_residual *out)
{
    double e, square = 0, change = 0, product[RESIDUAL_LAGS + 1] = { 0 };
    size_t pairs = 0;
    for (walk k = { 0 }; next(s, &k, &e); remember(&k, e)) {
        square += e * e;
        product[0] += (e - out->mean) * (e - out->mean);
        if (k.seen) {
            change += (e - k.past[0]) * (e - k.past[0]);
            pairs++;
        }
        for (size_t j = 1; j <= out->lags && j <= k.seen; j++)
            product[j] += (e - out->mean) * (k.past[j - 1] - out->mean);
    }
    out->durbin_watson = pairs && square > 0 ? change / square : NAN;
    double n = (double)out->n, q = 0;
    bool varies = product[0] > square * 1e-28;
    for (size_t j = 0; j <= RESIDUAL_LAGS; j++)
        out->acf[j] = varies && j <= out->lags ? product[j] / product[0] : NAN;
    for (size_t j = 1; j <= out->lags; j++)
        q += out->acf[j] * out->acf[j] / (n - (double)j);
    out->ljung_box = out->lags ? n * (n + 2) * q : NAN;
    out->ljung_box_p = metrics_tail_chi2(out->ljung_box, (double)out->lags);
}

void metrics_residual_of(const double *e, size_t n, const size_t *first, size_t nseries, size_t lags,
                         metrics_residual *out)
{
    series s = { e, n, nseries, first };
    *out = (metrics_residual){ .shapiro_wilk = NAN, .shapiro_wilk_p = NAN };
    moments(&s, out);
    size_t most = out->n / 2 < RESIDUAL_LAGS ? out->n / 2 : RESIDUAL_LAGS, usual = out->n / 5 < 10 ? out->n / 5 : 10;
    out->lags = lags == 0 ? usual : lags < most ? lags : most;
    memory(&s, out);
    if (out->n == 0)
        out->mean = NAN;
}
