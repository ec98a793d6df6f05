/* SPDX-License-Identifier: MIT
 * report_numbers.c - the few numbers a report computes itself: thinning, quantiles, ranks, shares.
 */
#include "core/report/report_inside.h"
#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void report_sort(double *v, size_t n)
{
    if (n)
        qsort(v, n, sizeof *v, by_value);
}

size_t report_thin(double *x, double *y, size_t n, size_t most)
{
    if (n <= most || most < 4)
        return n;
    size_t bins = most / 2, to = 0;
    for (size_t b = 0; b < bins; b++) {
        size_t from = b * n / bins, end = (b + 1) * n / bins, lo = from, hi = from;
        for (size_t i = from; i < end; i++) {
            lo = y[i] < y[lo] ? i : lo;
            hi = y[i] > y[hi] ? i : hi;
        }
        size_t keep[2] = { lo < hi ? lo : hi, lo < hi ? hi : lo };
        if (b == 0)
            keep[0] = 0;
        if (b + 1 == bins)
            keep[1] = n - 1;
        for (int k = keep[0] == keep[1]; k < 2; k++, to++) {
            double kx = x[keep[k]], ky = y[keep[k]];
            x[to] = kx;
            y[to] = ky;
        }
    }
    return to;
}

double report_quantile(const double *sorted, size_t n, double p)
{
    if (!n)
        return NAN;
    double at = p * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

static int by_pointed(const void *a, const void *b, void *v)
{
    size_t i = *(const size_t *)a, k = *(const size_t *)b;
    double x = ((double *)v)[i], y = ((double *)v)[k];
    return x != y ? (x > y) - (x < y) : (i > k) - (i < k);
}

void report_ranks(const double *v, size_t n, size_t *order, double *rank)
{
    for (size_t i = 0; i < n; i++)
        order[i] = i;
    if (n)
        qsort_r(order, n, sizeof *order, by_pointed, (void *)(uintptr_t)v);
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && !(v[order[end]] > v[order[i]]);)
            end++;
        for (size_t k = i; k < end; k++)
            rank[order[k]] = 0.5 * (double)(i + end + 1);
    }
}

double report_correlation(const double *a, const double *b, size_t n)
{
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (size_t i = 0; i < n; i++) {
        ma += a[i] / (double)n;
        mb += b[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        aa += (a[i] - ma) * (a[i] - ma);
        bb += (b[i] - mb) * (b[i] - mb);
        ab += (a[i] - ma) * (b[i] - mb);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

void report_series(json *j, const char *name, const char *style, int color, double *x, double *y, size_t n)
{
    n = report_thin(x, y, n, REPORT_POINTS);
    json_open(j, NULL, '{');
    json_text(j, "name", name);
    json_text(j, "style", style);
    json_whole(j, "color", color);
    page_values(j, "x", x, n);
    page_values(j, "y", y, n);
    json_close(j, '}');
}

void report_mark(json *j, const char *key, double at, const char *label)
{
    if (!isfinite(at))
        return;
    json_open(j, key, '[');
    json_open(j, NULL, '{');
    json_number(j, "at", at);
    json_text(j, "label", label);
    json_close(j, '}');
    json_close(j, ']');
}

void report_bins(const double *v, size_t n, double lo, double hi, double *share, size_t nbin)
{
    for (size_t b = 0; b < nbin; b++)
        share[b] = 0;
    for (size_t i = 0; i < n; i++) {
        double at = (v[i] - lo) / (hi - lo) * (double)nbin;
        size_t b = at <= 0 ? 0 : at >= (double)nbin ? nbin - 1 : (size_t)at;
        share[b] += 100.0 / (double)n;
    }
}
