/* SPDX-License-Identifier: MIT
 * filter.c - particles weighed and resampled, an ensemble drawn towards an observation.
 */
#include "core/study/filter.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STREAM_RESAMPLE = 31, STREAM_KERNEL = 32, STREAM_OBSERVE = 33 };
#define DISCOUNT 0.98                             /* Liu and West's delta */

int filter_open(size_t n, size_t dim, uint64_t seed, filter *f, why *w)
{
    *f = (filter){ .n = n, .dim = dim, .seed = seed, .ess = (double)n };
    if (n < 2 || dim < 1 || dim > FILTER_DIMS)
        return fail(w, E_INPUT, "a filter needs 2 lanes and 1 to %d columns, got %zu and %zu", FILTER_DIMS, n, dim);
    f->x = mem_zero(n * dim, sizeof *f->x);
    f->w = mem_zero(n, sizeof *f->w);
    f->spare = mem_zero(2 * n, sizeof *f->spare);
    f->from = mem_zero(n, sizeof *f->from);
    f->order = mem_zero(n, sizeof *f->order);
    if (!f->x || !f->w || !f->spare || !f->from || !f->order)
        return fail(w, E_NOMEM, "no memory for a filter of %zu lanes", n);
    for (size_t i = 0; i < n; i++)
        f->w[i] = 1 / (double)n;
    return E_OK;
}

void filter_close(filter *f)
{
    free(f->x);
    free(f->w);
    free(f->spare);
    free(f->from);
    free(f->order);
    *f = (filter){ 0 };
}

/* ---- what is believed ---- */

double filter_mean(const filter *f, const double *column)
{
    double sum = 0;
    for (size_t i = 0; i < f->n; i++)
        sum += f->w[i] * column[i];
    return sum;
}

double filter_variance(const filter *f, const double *column)
{
    double mean = filter_mean(f, column), sum = 0;
    for (size_t i = 0; i < f->n; i++)
        sum += f->w[i] * (column[i] - mean) * (column[i] - mean);
    return sum;
}

typedef struct pair { double v, w; } pair;

static int by_value(const void *a, const void *b)
{
    double x = ((const pair *)a)->v, y = ((const pair *)b)->v;
    return (x > y) - (x < y);
}

double filter_quantile(const filter *f, const double *column, double share)
{
    pair *p = mem_zero(f->n, sizeof *p);
    double sum = 0, out = NAN;
    if (!p)
        return NAN;
    for (size_t i = 0; i < f->n; i++)
        p[i] = (pair){ column[i], f->w[i] };
    qsort(p, f->n, sizeof *p, by_value);
    for (size_t i = 0; i < f->n; i++) {
        sum += p[i].w;
        out = p[i].v;
        if (sum >= share)
            break;
    }
    free(p);
    return out;
}

/* ---- particles ---- */

bool filter_weigh(filter *f, const double *log_likelihood)
{
    double top = -INFINITY, sum = 0, square = 0;
    for (size_t i = 0; i < f->n; i++)
        if (log_likelihood[i] > top && f->w[i] > 0)
            top = log_likelihood[i];
    if (!isfinite(top))
        return false;
    for (size_t i = 0; i < f->n; i++) {
        double l = log_likelihood[i];
        f->w[i] *= l <= top ? exp(l - top) : 0;
        sum += f->w[i];
    }
    for (size_t i = 0; i < f->n; i++) {
        f->w[i] /= sum;
        square += f->w[i] * f->w[i];
    }
    f->evidence += top + log(sum);
    f->ess = 1 / square;
    f->steps++;
    return true;
}

/* Lower triangle of the weighted covariance of the first k columns; a column that does not vary has a row of zeros. */
static void root_of_covariance(const filter *f, size_t k, double *l)
{
    double mean[FILTER_DIMS];
    for (size_t a = 0; a < k; a++)
        mean[a] = filter_mean(f, f->x + a * f->n);
    for (size_t a = 0; a < k; a++)
        for (size_t b = 0; b <= a; b++) {
            double sum = 0, whole;
            for (size_t i = 0; i < f->n; i++)
                sum += f->w[i] * (f->x[a * f->n + i] - mean[a]) * (f->x[b * f->n + i] - mean[b]);
            whole = sum;
            for (size_t j = 0; j < b; j++)
                sum -= l[a * k + j] * l[b * k + j];
            if (a == b)
                l[a * k + a] = sum > 1e-14 * whole ? sqrt(sum) : 0;
            else
                l[a * k + b] = l[b * k + b] > 0 ? sum / l[b * k + b] : 0;
        }
}

static void choose(filter *f)
{
    double u = random_uniform(f->seed, f->steps, f->resampled, STREAM_RESAMPLE), sum = f->w[0];
    for (size_t i = 0, at = 0; i < f->n; i++) {
        double want = ((double)i + u) / (double)f->n;
        for (; sum < want && at + 1 < f->n; at++)
            sum += f->w[at + 1];
        f->from[i] = at;
    }
}

bool filter_resample(filter *f, double least, size_t kernel)
{
    double l[FILTER_DIMS * FILTER_DIMS], mean[FILTER_DIMS];
    double a = (3 * DISCOUNT - 1) / (2 * DISCOUNT), h = sqrt(1 - a * a);
    if (f->ess >= least * (double)f->n)
        return false;
    root_of_covariance(f, kernel, l);
    for (size_t j = 0; j < kernel; j++)
        mean[j] = filter_mean(f, f->x + j * f->n);
    choose(f);
    for (size_t d = 0; d < f->dim; d++) {
        double *x = f->x + d * f->n;
        for (size_t i = 0; i < f->n; i++)
            f->spare[i] = x[f->from[i]];
        memcpy(x, f->spare, f->n * sizeof *x);
    }
    for (size_t i = 0; i < f->n; i++) {
        double z[FILTER_DIMS];
        for (size_t j = 0; j < kernel; j++) {
            double *x = f->x + j * f->n + i, by = 0;
            z[j] = random_normal(f->seed, f->resampled, i * FILTER_DIMS + j, STREAM_KERNEL);
            for (size_t b = 0; b <= j; b++)
                by += l[j * kernel + b] * z[b];
            *x = a * *x + (1 - a) * mean[j] + h * by;
        }
        f->w[i] = 1 / (double)f->n;
    }
    f->ess = (double)f->n;
    f->resampled++;
    return true;
}

/* ---- ensemble ---- */

void filter_ensemble(filter *f, const double *y, double observed, double sd)
{
    double *e = f->spare, *dy = f->spare + f->n, mean_e = 0, mean_y = 0, var = 0, n = (double)f->n;
    for (size_t i = 0; i < f->n; i++) {
        e[i] = random_normal(f->seed, f->steps, i, STREAM_OBSERVE);
        mean_e += e[i] / n;
        mean_y += y[i] / n;
    }
    for (size_t i = 0; i < f->n; i++)
        var += (y[i] - mean_y) * (y[i] - mean_y) / (n - 1);
    double all = var + sd * sd, off = observed - mean_y;
    f->evidence -= 0.5 * (log(2 * M_PI * all) + off * off / all);
    for (size_t i = 0; i < f->n; i++) {
        dy[i] = y[i] - mean_y;
        e[i] = observed + sd * (e[i] - mean_e) - y[i];          /* the perturbations' mean is taken out: less chance */
    }
    for (size_t d = 0; d < f->dim; d++) {
        double *x = f->x + d * f->n, mean = 0, both = 0;
        for (size_t i = 0; i < f->n; i++)
            mean += x[i] / n;
        for (size_t i = 0; i < f->n; i++)
            both += (x[i] - mean) * dy[i] / (n - 1);
        for (size_t i = 0; i < f->n; i++)
            x[i] += both / all * e[i];
    }
    f->steps++;
}
