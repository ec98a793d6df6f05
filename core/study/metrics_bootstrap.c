/* SPDX-License-Identifier: MIT
 * metrics_bootstrap.c - percentiles of a score over samples of blocks.
 */
#include "core/study/metrics_bootstrap.h"
#include "core/base/mem.h"
#include "core/base/random.h"

#include <math.h>
#include <stdlib.h>

enum { STREAM_CELL = 0x6273, STREAM_BLOCK = 0x6274, SAMPLES = 1000 };

static int rising(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double metrics_percentile(const double *sorted, size_t n, double p)
{
    if (n == 0)
        return NAN;
    double at = p * (double)(n - 1);
    size_t i = (size_t)floor(at);
    if (i + 1 >= n)
        return sorted[n - 1];
    return sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]);
}

static size_t draw(const metrics_bootstrap *b, uint64_t sample, uint64_t at, uint64_t stream, size_t of)
{
    size_t k = (size_t)(random_uniform(b->seed, sample, at, stream) * (double)of);
    return k < of ? k : of - 1;
}

/* Rows of one series, as many as it has, in blocks that go round its end. */
static size_t draw_series(const metrics_bootstrap *b, uint64_t sample, size_t series, size_t at, size_t *row)
{
    size_t from = b->nseries ? b->first[series] : 0;
    size_t to = series + 1 < b->nseries ? b->first[series + 1] : b->n, n = to - from, done = 0;
    size_t block = b->block ? b->block : (size_t)ceil(cbrt((double)n));
    while (done < n) {
        size_t start = draw(b, sample, at + done, STREAM_BLOCK, n);
        for (size_t i = 0; i < block && done < n; i++)
            row[done++] = from + (start + i) % n;
    }
    return n;
}

/* One sample's rows: whole series drawn, then blocks of each.  Series differ in length, so does the sample. */
static size_t draw_sample(const metrics_bootstrap *b, uint64_t sample, size_t *row)
{
    size_t series = b->nseries ? b->nseries : 1, n = 0;
    for (size_t i = 0; i < series; i++)
        n += draw_series(b, sample, series > 1 ? draw(b, sample, i, STREAM_CELL, series) : 0, n, row + n);
    return n;
}

static size_t most_rows(const metrics_bootstrap *b)
{
    size_t most = b->nseries ? 0 : b->n;
    for (size_t i = 0; i < b->nseries; i++) {
        size_t n = (i + 1 < b->nseries ? b->first[i + 1] : b->n) - b->first[i];
        most = n > most ? n : most;
    }
    return most * (b->nseries ? b->nseries : 1);
}

int metrics_bootstrap_run(const metrics_bootstrap *b, double out[2], why *w)
{
    size_t samples = b->samples ? b->samples : SAMPLES, n = 0;
    double level = b->level > 0 ? b->level : 0.95;
    out[0] = out[1] = NAN;
    if (b->n < 3)
        return E_OK;
    size_t *row = mem_zero(most_rows(b) + 1, sizeof *row);
    double *said = mem_zero(samples, sizeof *said);
    if (row && said) {
        for (size_t k = 0; k < samples; k++) {
            double v = b->score(b->ctx, row, draw_sample(b, k, row));
            if (isfinite(v))
                said[n++] = v;
        }
        qsort(said, n, sizeof *said, rising);
    }
    if (n > samples * 9 / 10) {
        out[0] = metrics_percentile(said, n, (1 - level) / 2);
        out[1] = metrics_percentile(said, n, (1 + level) / 2);
    }
    int rc = row && said ? E_OK : fail(w, E_NOMEM, "no memory for a bootstrap of %zu rows", b->n);
    free(row);
    free(said);
    return rc;
}
