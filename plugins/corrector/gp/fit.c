/* SPDX-License-Identifier: MIT
 * fit.c - from a table to a Gaussian process: rows thinned to a bound, hyper-parameters climbed from several starts, a
 * factor kept.
 *
 * Cost grows with the cube of the rows, so two bounds hold it: the process remembers at most most_rows rows, and its
 * hyper-parameters are sought on at most tune_rows of them (the other starts on STARTS_ROWS).  Rows are dropped evenly
 * over each cell, whose first and last stay.
 */
#include "gp.h"
#include <lapacke.h>
#include <stdlib.h>

enum { STARTS_ROWS = 96, STEPS = 100 };

typedef struct fit {
    gp *g;
    const fade_table *t;
    const fade_args *a;
    uint64_t *row, n;                             /* rows that count */
    double weight;                                /* their mean weight */
    double lo[GP_THETA], hi[GP_THETA], x[GP_THETA];
    evidence e;
    int cancelled;
} fit;

static const double JITTER = 1e-10;

/* Rows with a target; the target's mean and deviation. */
static int32_t gather(fit *f)
{
    const fade_table *t = f->t;
    struct gp_numbers *s = &f->g->s;
    double sum = 0, m2 = 0;
    char text[120];
    for (uint64_t i = 0; i < t->n; i++) {
        double w = features_weight(t, i), by = t->target[i] - s->y_mean;
        if (!(w > 0))
            continue;
        f->row[f->n++] = i;
        sum += w;
        s->y_mean += by * w / sum;
        m2 += w * by * (t->target[i] - s->y_mean);
    }
    snprintf(text, sizeof text, "%llu of %llu rows have a known target and a weight, gp needs 3 or more",
             (unsigned long long)f->n, (unsigned long long)t->n);
    if (f->n < 3)
        return features_say(f->g->host, FADE_EINVAL, text);
    if (!isfinite(m2) || !isfinite(s->y_mean))
        return features_say(f->g->host, FADE_ESOLVE, "the fit is no finite number: targets are too large");
    f->weight = sum / (double)f->n;
    double sd = sqrt(m2 / sum);
    s->y_scale = sd > 1e-10 * fabs(s->y_mean) && sd > 1e-150 ? sd : 1;
    s->seen = f->n;
    return FADE_OK;
}

/* Keeps `most` of n rows: of each cell its share, evenly, with its first and last.  Returns how many. */
static uint64_t thin(const fade_table *t, const uint64_t *row, uint64_t n, uint64_t most, uint64_t *out)
{
    uint64_t kept = 0;
    for (uint64_t i = 0; i < n && most < n;) {
        uint64_t end = i;
        while (end < n && t->cell[row[end]] == t->cell[row[i]])
            end++;
        uint64_t some = (end - i) * most / n;
        for (uint64_t k = 0; k < some; k++)
            out[kept++] = row[some == 1 ? (i + end) / 2 : i + k * (end - i - 1) / (some - 1)];
        i = end;
    }
    if (most >= n || kept < 3) {                  /* no bound; or more cells than rows: evenly over all */
        kept = n < most ? n : most;
        for (uint64_t k = 0; k < kept; k++)
            out[k] = row[kept == n ? k : k * (n - 1) / (kept - 1)];
    }
    return kept;
}

static double share_of(const fit *f, uint64_t row)
{
    return features_weight(f->t, row) / f->weight;
}

static int32_t fill(fit *f, const uint64_t *row, uint32_t n)
{
    evidence *e = &f->e;
    gp *g = f->g;
    uint32_t p = g->f.p;
    if (!evidence_open(e, &g->k, n))
        return features_say(g->host, FADE_ENOMEM, "no memory to fit a Gaussian process");
    e->math = g->math;
    e->host = g->host;
    e->jitter = g->s.jitter;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < p; j++)
            e->row[i * (size_t)p + j] = e->z[j * (size_t)e->wide + i] = features_z(&g->f, j, f->t->col[j][row[i]]);
        e->y[i] = (f->t->target[row[i]] - g->s.y_mean) / g->s.y_scale;
        e->share[i] = share_of(f, row[i]);
    }
    return FADE_OK;
}

/* Over the logarithms of the hyper-parameters. */
static double height(void *ctx, const double *x, double *slope)
{
    fit *f = ctx;
    double theta[GP_THETA];
    const fade_host *h = f->g->host;
    if (h->progress && h->progress(h, 0.5, "train") == FADE_ECANCEL)
        f->cancelled = 1;
    if (f->cancelled)
        return INFINITY;
    for (uint32_t i = 0; i < f->g->k.ntheta; i++)
        theta[i] = exp(x[i]);
    return evidence_slope(&f->e, theta, slope);
}

/* Start s > 0: a point of the R-sequence (Roberts 2018), which spreads evenly in any dimension, in the middle of the
 * bounds. */
static void start(const fit *f, int s, double *x)
{
    uint32_t n = f->g->k.ntheta;
    double root = 2;
    for (int k = 0; k < 40; k++)
        root = pow(1 + root, 1.0 / (n + 1));
    for (uint32_t i = 0; i < n; i++) {
        double u = fmod(0.5 + s * pow(root, -1.0 * (i + 1)), 1), middle = f->x[i];
        x[i] = s ? fmin(f->hi[i], fmax(f->lo[i], middle + (u - 0.5) * 6)) : middle;
    }
}

static double climb_on(fit *f, const uint64_t *row, uint64_t most, int steps, double *x, int32_t *rc)
{
    uint64_t *some = malloc((f->n + 1) * sizeof *some);
    double at = -INFINITY;
    *rc = some ? fill(f, some, (uint32_t)thin(f->t, row, f->n, most, some))
               : features_say(f->g->host, FADE_ENOMEM, "no memory to fit");
    if (!*rc)
        at = climb(height, f, f->g->k.ntheta, f->lo, f->hi, steps, x);
    evidence_close(&f->e);
    free(some);
    if (f->cancelled)
        *rc = FADE_ECANCEL;
    return at;
}

/* Every start climbs on few rows; the one that ends highest on more of them climbs on. */
static int32_t tune(fit *f, int starts)
{
    uint64_t rows = (uint64_t)f->a->at[GP_TUNE_ROWS].real;
    double best = -INFINITY, x[GP_THETA], top[GP_THETA];
    int32_t rc = FADE_OK;
    memcpy(top, f->x, sizeof top);
    for (int s = 0; s < starts && !rc; s++) {
        start(f, s, x);
        if (starts > 1)
            climb_on(f, f->row, STARTS_ROWS, STEPS / 3, x, &rc);
        double at = rc ? 0 : climb_on(f, f->row, rows, starts > 1 ? 1 : STEPS, x, &rc);
        if (!rc && at > best) {
            best = at;
            memcpy(top, x, sizeof top);
        }
    }
    if (!rc && starts > 1)
        climb_on(f, f->row, rows, STEPS, top, &rc);
    memcpy(f->x, top, sizeof top);
    return rc;
}

/* Where to start: as told, as the model it starts from, or as guessed. */
static int32_t prepare(fit *f, const gp *from)
{
    const gp_kernel *k = &f->g->k;
    const fade_value *told = &f->a->at[GP_START];
    char text[160], name[96];
    if (told->n && told->n != k->ntheta) {
        snprintf(text, sizeof text, "start has %u values, the kernel has %u hyper-parameters: the first is the %s",
                 (unsigned)told->n, (unsigned)k->ntheta, (kernel_theta_name(k, &f->g->f, 0, name, sizeof name), name));
        return features_say(f->g->host, FADE_EINVAL, text);
    }
    for (uint32_t i = 0; i < k->ntheta; i++) {
        double least, most, guess;
        kernel_theta_range(k, i, &least, &most, &guess);
        guess = from ? from->theta[i] : told->n ? told->v[i] : guess;
        if (!(guess > 0) || !isfinite(guess)) {
            kernel_theta_name(k, &f->g->f, i, name, sizeof name);
            snprintf(text, sizeof text, "start: value %u, the %s, is %g, must be above 0", (unsigned)i + 1, name,
                     guess);
            return features_say(f->g->host, FADE_EINVAL, text);
        }
        f->lo[i] = log(least);
        f->hi[i] = log(most);
        f->x[i] = log(guess);
    }
    return FADE_OK;
}

static int like(const gp *g, const gp *from)
{
    return from && from->k.ntheta == g->k.ntheta && from->f.p == g->f.p && strcmp(from->s.text, g->s.text) == 0;
}

/* Rows of the inverse of the factor, packed. */
static int32_t keep_factor(gp *g, evidence *e)
{
    lapack_int n = (lapack_int)e->n;
    if (LAPACKE_dtrtri_work(LAPACK_COL_MAJOR, 'L', 'N', n, e->K, n) != 0)
        return features_say(g->host, FADE_ESOLVE, "the covariance of the rows has no inverse");
    double *to = g->factor;
    for (uint32_t block = 0; block < e->n; block += GP_BLOCK) {
        uint32_t end = block + GP_BLOCK < e->n ? block + GP_BLOCK : e->n;
        for (uint32_t i = block; i < end; i++)
            for (uint32_t j = 0; j < end; j++)
                *to++ = j <= i ? e->K[j * (size_t)e->n + i] : 0;
    }
    return FADE_OK;
}

/* What the likelihood came to, and each hyper-parameter with the slope left there. */
static void tell(fit *f, const double *slope)
{
    const gp *g = f->g;
    char text[200], name[96];
    for (uint32_t i = 0; i < g->k.ntheta; i++) {
        kernel_theta_name(&g->k, &g->f, i, name, sizeof name);
        snprintf(text, sizeof text, "%s: %.12g, slope %.12g", name, g->theta[i], slope[i]);
        fade_say(g->host, 0, 0, -1, text);
    }
    snprintf(text, sizeof text, "gp on %u of %llu rows: log likelihood %.15g", (unsigned)g->n,
             (unsigned long long)g->s.seen, g->s.likelihood);
    fade_say(g->host, g->n < g->s.seen ? 1 : 0, 0, -1, text);
}

/* The process over the rows it remembers.  A covariance that has no factor gets a larger jitter, ten times up to 1e-4.
 */
static int32_t settle(fit *f)
{
    gp *g = f->g;
    double slope[GP_THETA];
    uint64_t *some = malloc((f->n + 1) * sizeof *some), most = (uint64_t)f->a->at[GP_MOST_ROWS].real;
    uint32_t n = some ? (uint32_t)thin(f->t, f->row, f->n, most, some) : 0;
    int32_t rc = n && gp_room(g, n, f->a->at[GP_SIGMA].real != 0)
                     ? FADE_OK
                     : features_say(g->host, FADE_ENOMEM, "no memory for a Gaussian process");
    rc = rc ? rc : fill(f, some, n);
    free(some);
    for (uint32_t i = 0; !rc && i < g->k.ntheta; i++)
        g->theta[i] = exp(f->x[i]);
    if (!rc)
        evidence_slope(&f->e, g->theta, slope);
    while (!rc && !isfinite(g->s.likelihood = evidence_factor(&f->e, g->theta)) && g->s.jitter < 5e-5)
        f->e.jitter = g->s.jitter *= 10;
    if (!rc && !isfinite(g->s.likelihood))
        rc = features_say(g->host, FADE_ESOLVE,
                          "the covariance of the rows has no Cholesky factor: add \"+ white\" to the kernel");
    if (!rc) {
        memcpy(g->z, f->e.row, (size_t)n * g->f.p * sizeof *g->z);
        memcpy(g->alpha, f->e.alpha, n * sizeof *g->alpha);
        rc = g->factor ? keep_factor(g, &f->e) : FADE_OK;
        tell(f, slope);
    }
    evidence_close(&f->e);
    return rc;
}

int32_t gp_fit(gp *g, const fade_table *t, const fade_args *a, const gp *from)
{
    fit f = { .g = g, .t = t, .a = a, .row = malloc((t->n + 1) * sizeof *f.row) };
    g->s.jitter = JITTER;
    features_measure(&g->f, t);
    int32_t rc = f.row ? gather(&f) : features_say(g->host, FADE_ENOMEM, "no memory to fit a Gaussian process");
    from = like(g, from) ? from : NULL;
    rc = rc ? rc : prepare(&f, from);
    if (!rc && a->at[GP_OPTIMISE].real != 0)
        rc = tune(&f, from ? 1 : (int)a->at[GP_STARTS].real);
    rc = rc ? rc : settle(&f);
    free(f.row);
    return rc;
}
