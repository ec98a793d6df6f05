/* SPDX-License-Identifier: MIT
 * lsq.c - Levenberg-Marquardt in a box: every start's derivatives in one call of the model, then every start's trials.
 *
 * K. Madsen, H. B. Nielsen, O. Tingleff, Methods for Non-Linear Least Squares Problems, 2nd ed., 2004; damping scaled
 * by the columns' largest norms (J. J. More, 1978); robust losses by reweighting as in SciPy (Triggs et al., 1999).  A
 * parameter at a bound that the gradient pushes outwards stands still for that step.
 */
#include "core/base/lsq.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIALS = 4, ITERATIONS = 100 };            /* dampings tried at once; iterations unless asked for */
#define TOLERANCE 1e-10
#define FLAT 1e-10                                /* of the largest eigenvalue: the data do not see it */

typedef struct state {                            /* of one start */
    lsq_start *at;
    double *y, *r, *jac; /* [n] model; [n + p] weighted residuals; [n + p][p] weighted derivatives */
    double a[LSQ_MOST * LSQ_MOST], g[LSQ_MOST], d[LSQ_MOST], step[LSQ_MOST];
    double damping;
    bool   done;
    size_t asked;                                 /* trials of this round */
} state;

typedef struct work {
    const lsq *q;
    state     *s;
    size_t     nstart, cap, evaluations;
    double    *x, *y;                             /* [cap][p], [cap][n] */
    why       *w;
} work;

static const double *data_of(const lsq *q, const lsq_start *s) { return s->data ? s->data : q->data; }
static double lo_of(const lsq *q, const lsq_start *s, size_t j) { return (s->lo ? s->lo : q->lo)[j]; }
static double hi_of(const lsq *q, const lsq_start *s, size_t j) { return (s->hi ? s->hi : q->hi)[j]; }
static bool held(const lsq *q, const lsq_start *s, size_t j) { return !(lo_of(q, s, j) < hi_of(q, s, j)); }

/* ---- the loss ---- */

/* rho(z) and its first two derivatives. */
static double rho(int loss, double z, double *d1, double *d2)
{
    double root = sqrt(1 + z);
    switch (loss) {
    case LSQ_SOFT_L1:
        *d1 = 1 / root;
        *d2 = -0.5 / (root * root * root);
        return 2 * (root - 1);
    case LSQ_HUBER:
        *d1 = z <= 1 ? 1 : 1 / sqrt(z);
        *d2 = z <= 1 ? 0 : -0.5 / (z * sqrt(z));
        return z <= 1 ? z : 2 * sqrt(z) - 1;
    case LSQ_CAUCHY:
        *d1 = 1 / (1 + z);
        *d2 = -1 / ((1 + z) * (1 + z));
        return log1p(z);
    default:
        *d1 = 1;
        *d2 = 0;
        return z;
    }
}

static double prior_weight(const lsq *q, size_t j)
{
    double sd = q->prior_sd ? q->prior_sd[j] : 0;
    return sd > 0 && isfinite(sd) ? q->noise / sd : 0;
}

static double cost_of(const lsq *q, const lsq_start *s, const double *x, const double *y)
{
    const double *data = data_of(q, s);
    double sum = 0, d1, d2, c = q->loss == LSQ_LINEAR ? 1 : q->scale;
    for (size_t i = 0; i < q->n; i++) {
        double r = (y[i] - data[i]) / c;
        sum += c * c * rho(q->loss, r * r, &d1, &d2);
    }
    for (size_t j = 0; j < q->p; j++) {
        double r = prior_weight(q, j) > 0 ? prior_weight(q, j) * (x[j] - q->prior_mean[j]) : 0;
        sum += r * r;
    }
    return isfinite(sum) ? 0.5 * sum : INFINITY;
}

/* Residuals and derivatives with the loss's weights in them, priors behind the data. */
static void weigh(const lsq *q, state *s)
{
    const double *data = data_of(q, s->at);
    double c = q->loss == LSQ_LINEAR ? 1 : q->scale, d1, d2;
    for (size_t i = 0; i < q->n; i++) {
        double r = s->y[i] - data[i], z = r / c * (r / c);
        rho(q->loss, z, &d1, &d2);
        /* Newton's weight where it is convex enough; far out the reweighted one, which never leads uphill. */
        double root = sqrt(fmax(d1 + 2 * d2 * z, 0.25 * d1));
        s->r[i] = r * d1 / root;
        for (size_t j = 0; j < q->p; j++)
            s->jac[i * q->p + j] *= root;
    }
    for (size_t k = 0; k < q->p; k++) {
        double weight = prior_weight(q, k);
        s->r[q->n + k] = weight > 0 ? weight * (s->at->x[k] - q->prior_mean[k]) : 0;
        for (size_t j = 0; j < q->p; j++)
            s->jac[(q->n + k) * q->p + j] = j == k ? weight : 0;
    }
}

/* ---- asking the model ---- */

static int ask(work *k, size_t n)
{
    if (n == 0)
        return E_OK;
    k->evaluations += n;
    return k->q->model(k->q->ctx, n, k->x, k->y, k->w);
}

/* How far a parameter is moved to see what it does: into the box. */
static double nudge(const lsq *q, const lsq_start *s, size_t j)
{
    double width = hi_of(q, s, j) - lo_of(q, s, j), x = s->x[j];
    double typical = fabs(x) > 1e-3 * width || !isfinite(width) ? fabs(x) : 1e-3 * width;
    double h =
        6.055454452393343e-06 * (typical > 0 ? typical : 1); /* the cube root of the rounding: both sides are asked */
    if (h > 0.25 * width)
        h = 0.25 * width;
    return h;
}

/* The two places at which a derivative is taken: on both sides where the box allows. */
static void sides(const lsq *q, const lsq_start *s, size_t j, double *below, double *above)
{
    double h = nudge(q, s, j), lo = lo_of(q, s, j), hi = hi_of(q, s, j);
    *below = s->x[j] - h < lo ? s->x[j] : s->x[j] - h;
    *above = s->x[j] + h > hi ? s->x[j] : s->x[j] + h;
    if (!(*above > *below))
        *above = s->x[j] + h;
}

static int derive(work *k)
{
    const lsq *q = k->q;
    size_t n = 0;
    for (size_t i = 0; i < k->nstart; i++)
        for (size_t j = 0; j < q->p && !k->s[i].done; j++) {
            double at[2];
            if (held(q, k->s[i].at, j))
                continue;
            sides(q, k->s[i].at, j, &at[0], &at[1]);
            for (int side = 0; side < 2; side++, n++) {
                memcpy(k->x + n * q->p, k->s[i].at->x, q->p * sizeof *k->x);
                k->x[n * q->p + j] = at[side];
            }
        }
    int rc = ask(k, n);
    n = 0;
    for (size_t i = 0; i < k->nstart && !rc; i++) {
        state *s = &k->s[i];
        if (s->done)
            continue;
        memset(s->jac, 0, (q->n + q->p) * q->p * sizeof *s->jac);
        for (size_t j = 0; j < q->p; j++) {
            double at[2];
            if (held(q, s->at, j))
                continue;
            sides(q, s->at, j, &at[0], &at[1]);
            const double *a = k->y + n * q->n, *b = a + q->n;
            for (size_t r = 0; r < q->n; r++) {
                double slope = (b[r] - a[r]) / (at[1] - at[0]);
                s->jac[r * q->p + j] = isfinite(slope) ? slope : 0;
            }
            n += 2;
        }
        weigh(q, s);
    }
    return rc;
}

/* ---- a step ---- */

/* The normal matrix, the gradient, and how far the cost still falls inside the box. */
static double normal(const lsq *q, state *s)
{
    size_t p = q->p;
    double most = 0;
    memset(s->a, 0, sizeof s->a);
    memset(s->g, 0, sizeof s->g);
    for (size_t i = 0; i < q->n + p; i++)
        for (size_t j = 0; j < p; j++) {
            s->g[j] += s->jac[i * p + j] * s->r[i];
            for (size_t m = 0; m <= j; m++)
                s->a[j * p + m] += s->jac[i * p + j] * s->jac[i * p + m];
        }
    for (size_t j = 0; j < p; j++) {
        s->d[j] = fmax(s->d[j], s->a[j * p + j]);
        for (size_t m = 0; m < j; m++)
            s->a[m * p + j] = s->a[j * p + m];
        double x = s->at->x[j], lo = lo_of(q, s->at, j), hi = hi_of(q, s->at, j);
        bool out = (x <= lo && s->g[j] > 0) || (x >= hi && s->g[j] < 0) || held(q, s->at, j);
        if (!out && s->a[j * p + j] > 0)
            most = fmax(most, fabs(s->g[j]) / sqrt(s->a[j * p + j]));
    }
    return most;
}

/* Where damping leads; false: nowhere. */
static bool propose(const lsq *q, const state *s, double damping, double *x)
{
    size_t p = q->p, n = 0, at[LSQ_MOST];
    double a[LSQ_MOST * LSQ_MOST], b[LSQ_MOST];
    memcpy(x, s->at->x, p * sizeof *x);
    for (size_t j = 0; j < p; j++) {
        double lo = lo_of(q, s->at, j), hi = hi_of(q, s->at, j);
        bool out = (x[j] <= lo && s->g[j] > 0) || (x[j] >= hi && s->g[j] < 0) || held(q, s->at, j);
        if (!out && s->d[j] > 0)
            at[n++] = j;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = s->a[at[i] * p + at[j]] / sqrt(s->d[at[i]] * s->d[at[j]]);
        a[i * n + i] += damping;
        b[i] = -s->g[at[i]] / sqrt(s->d[at[i]]);
    }
    if (n == 0 || !lsq_cholesky(n, a, b))
        return false;
    for (size_t i = 0; i < n; i++) {
        size_t j = at[i];
        x[j] = fmin(fmax(x[j] + b[i] / sqrt(s->d[j]), lo_of(q, s->at, j)), hi_of(q, s->at, j));
    }
    return true;
}

/* The best of a start's trials, if it is better than where it stands. */
static void accept(const lsq *q, state *s, const double *x, const double *y, const double *damping)
{
    double tolerance = q->tolerance > 0 ? q->tolerance : TOLERANCE, before = s->at->cost;
    size_t best = s->asked;
    for (size_t t = 0; t < s->asked; t++) {
        double c = cost_of(q, s->at, x + t * q->p, y + t * q->n);
        if (c < s->at->cost) {
            s->at->cost = c;
            best = t;
        }
    }
    if (best == s->asked) {
        s->damping = damping[s->asked - 1] * 100;
        if (s->damping > 1e14) {
            s->done = true;
            s->at->ended = LSQ_STUCK;
        }
        return;
    }
    double moved = 0;
    for (size_t j = 0; j < q->p; j++) {
        double by = fabs(x[best * q->p + j] - s->at->x[j]), width = hi_of(q, s->at, j) - lo_of(q, s->at, j);
        double size = fabs(s->at->x[j]) + (isfinite(width) ? 1e-3 * width : 1e-8);
        moved = fmax(moved, size > 0 ? by / size : 0);
    }
    memcpy(s->at->x, x + best * q->p, q->p * sizeof *x);
    memcpy(s->y, y + best * q->n, q->n * sizeof *y);
    s->damping = fmax(damping[best] / 10, 1e-12);
    s->done = moved < tolerance || before - s->at->cost <= tolerance * s->at->cost;
    if (s->done)
        s->at->ended = moved < tolerance ? LSQ_SMALL_STEP : LSQ_SMALL_GAIN;
}

static int step(work *k)
{
    const lsq *q = k->q;
    double tolerance = q->tolerance > 0 ? q->tolerance : TOLERANCE;
    size_t n = 0;
    for (size_t i = 0; i < k->nstart; i++) {
        state *s = &k->s[i];
        s->asked = 0;
        if (s->done)
            continue;
        double gradient = normal(q, s);
        if (gradient <= tolerance * sqrt(2 * s->at->cost) || !(gradient > 0)) {
            s->done = true;
            s->at->ended = LSQ_GRADIENT;
        }
        for (size_t t = 0; t < TRIALS && !s->done; t++) {
            s->step[s->asked] = s->damping * pow(10, (double)t);
            s->asked += propose(q, s, s->step[s->asked], k->x + (n + s->asked) * q->p);
        }
        if (!s->done && s->asked == 0) {
            s->done = true;
            s->at->ended = LSQ_STUCK;
        }
        n += s->asked;
    }
    int rc = ask(k, n);
    n = 0;
    for (size_t i = 0; i < k->nstart && !rc; i++) {
        state *s = &k->s[i];
        if (s->asked)
            accept(q, s, k->x + n * q->p, k->y + n * q->n, s->step);
        n += s->asked;
        s->at->iterations += !s->done;
    }
    return rc;
}

/* ---- all of it ---- */

static int begin(work *k, lsq_start *start)
{
    const lsq *q = k->q;
    for (size_t i = 0; i < k->nstart; i++) {
        state *s = &k->s[i];
        s->at = &start[i];
        s->damping = 1e-3;
        for (size_t j = 0; j < q->p; j++)
            s->at->x[j] = fmin(fmax(s->at->x[j], lo_of(q, s->at, j)), hi_of(q, s->at, j));
        memcpy(k->x + i * q->p, s->at->x, q->p * sizeof *k->x);
        s->y = mem_zero(q->n + 1, sizeof *s->y);
        s->r = mem_zero(q->n + q->p, sizeof *s->r);
        s->jac = mem_zero((q->n + q->p) * q->p + 1, sizeof *s->jac);
        if (!s->y || !s->r || !s->jac)
            return fail(k->w, E_NOMEM, "no memory for a fit to %zu values", q->n);
    }
    int rc = ask(k, k->nstart);
    for (size_t i = 0; i < k->nstart && !rc; i++) {
        state *s = &k->s[i];
        memcpy(s->y, k->y + i * q->n, q->n * sizeof *s->y);
        s->at->cost = cost_of(q, s->at, s->at->x, s->y);
        s->at->iterations = 0;
        s->at->ended = LSQ_STOPPED;
        s->done = !isfinite(s->at->cost);
        if (s->done)
            s->at->ended = LSQ_STUCK;
    }
    return rc;
}

static int open_work(work *k)
{
    size_t each = 2 * k->q->p > TRIALS ? 2 * k->q->p : TRIALS;
    k->cap = k->nstart * each + 1;
    k->s = mem_zero(k->nstart + 1, sizeof *k->s);
    k->x = mem_zero(k->cap * (k->q->p + 1), sizeof *k->x);
    k->y = mem_zero(k->cap * (k->q->n + 1), sizeof *k->y);
    return k->s && k->x && k->y ? E_OK : fail(k->w, E_NOMEM, "no memory for a fit to %zu values", k->q->n);
}

static void close_work(work *k)
{
    for (size_t i = 0; k->s && i < k->nstart; i++) {
        free(k->s[i].y);
        free(k->s[i].r);
        free(k->s[i].jac);
    }
    free(k->s);
    free(k->x);
    free(k->y);
}

int lsq_run(const lsq *q, lsq_start *start, size_t nstart, size_t *evaluations, why *w)
{
    work k = { .q = q, .nstart = nstart, .w = w };
    int rc = q->p > LSQ_MOST ? fail(w, E_INPUT, "%zu parameters at once, at most %d", q->p, LSQ_MOST) : open_work(&k);
    rc = rc ? rc : begin(&k, start);
    for (int i = 0; !rc && i < (q->iterations > 0 ? q->iterations : ITERATIONS); i++) {
        bool any = false;
        for (size_t s = 0; s < nstart; s++)
            any |= !k.s[s].done;
        if (!any)
            break;
        rc = derive(&k);
        rc = rc ? rc : step(&k);
    }
    if (evaluations)
        *evaluations += k.evaluations;
    close_work(&k);
    return rc;
}

/* ---- what it looks like there ---- */

static void spread(const lsq *q, state *s, lsq_shape *out, const size_t *at, size_t n)
{
    double a[LSQ_MOST * LSQ_MOST], v[LSQ_MOST * LSQ_MOST], value[LSQ_MOST], scale[LSQ_MOST];
    for (size_t i = 0; i < n; i++)
        scale[i] = s->a[at[i] * q->p + at[i]] > 0 ? sqrt(s->a[at[i] * q->p + at[i]]) : 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = scale[i] * scale[j] > 0 ? s->a[at[i] * q->p + at[j]] / (scale[i] * scale[j]) : 0;
    lsq_eigen(n, a, value, v);
    double most = n ? value[n - 1] : 0;
    out->condition = n && value[0] > 0 ? most / value[0] : INFINITY;
    for (size_t e = 0; e < n; e++) {
        double largest = 0;
        for (size_t i = 0; i < n; i++)
            largest = fabs(v[e * n + i]) > fabs(largest) ? v[e * n + i] : largest;
        if (!(value[e] > FLAT * most)) {
            for (size_t i = 0; i < n; i++)
                out->flat[out->nflat * q->p + at[i]] = v[e * n + i] / largest;
            out->nflat++;
            continue;
        }
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                out->cov[at[i] * q->p + at[j]] +=
                    out->noise * out->noise * v[e * n + i] * v[e * n + j] /
                    (value[e] * (scale[i] > 0 ? scale[i] : 1) * (scale[j] > 0 ? scale[j] : 1));
    }
    for (size_t i = 0; i < n; i++) {
        double lost = 0;
        for (size_t f = 0; f < out->nflat; f++)
            lost = fmax(lost, fabs(out->flat[f * q->p + at[i]]));
        out->sd[at[i]] = lost > 1e-3 ? INFINITY : sqrt(out->cov[at[i] * q->p + at[i]]);
    }
}

/* The weighted squares of what is left, per degree of freedom. */
static double noise_of(const lsq *q, const lsq_start *s, const double *y, size_t nfree)
{
    const double *data = data_of(q, s);
    double c = q->loss == LSQ_LINEAR ? 1 : q->scale, sum = 0, weight = 0, d1, d2;
    for (size_t i = 0; i < q->n; i++) {
        double r = y[i] - data[i];
        rho(q->loss, r / c * (r / c), &d1, &d2);
        sum += d1 * r * r;
        weight += d1;
    }
    double freedom = weight * (1 - (double)nfree / (double)q->n);
    return freedom > 0 ? sqrt(sum / freedom) : NAN;
}

int lsq_look(const lsq *q, const double *x, lsq_shape *out, double *fitted, why *w)
{
    lsq_start start = { 0 };
    work k = { .q = q, .nstart = 1, .w = w };
    size_t at[LSQ_MOST], n = 0;
    memcpy(start.x, x, q->p * sizeof *x);
    memset(out, 0, sizeof *out);
    int rc = q->p > LSQ_MOST ? fail(w, E_INPUT, "%zu parameters at once, at most %d", q->p, LSQ_MOST) : open_work(&k);
    rc = rc ? rc : begin(&k, &start);
    if (!rc && k.s[0].done)
        rc = fail(w, E_SOLVE, "the model has no numbers at the point a fit ended at");
    rc = rc ? rc : derive(&k);
    if (!rc) {
        normal(q, &k.s[0]);
        for (size_t j = 0; j < q->p; j++) {
            out->sd[j] = NAN;
            out->at_bound[j] = !held(q, &start, j) && (start.x[j] <= q->lo[j] || start.x[j] >= q->hi[j]);
            if (!out->at_bound[j] && !held(q, &start, j))
                at[n++] = j;
        }
        out->nfree = n;
        out->noise = noise_of(q, &start, k.s[0].y, n);
        spread(q, &k.s[0], out, at, n);
        if (fitted)
            memcpy(fitted, k.s[0].y, q->n * sizeof *fitted);
    }
    close_work(&k);
    return rc;
}
