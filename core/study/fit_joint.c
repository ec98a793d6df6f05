/* SPDX-License-Identifier: MIT
 * fit_joint.c - several cells in one fit: some parameters are the same in all of them, the others each cell's own.
 *
 * The normal matrix is an arrow: own parameters of different cells do not meet.  Each cell's block is eliminated by
 * itself (Schur's complement), so that a step costs as much as one for each cell.  Levenberg-Marquardt in a box,
 * robust losses by reweighting.
 */
#include "core/base/mem.h"
#include "core/study/baseline.h"
#include "core/study/fit_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z95     1.959963984540054                 /* standard normal, 97.5 % */
#define NEARLY  1e-7                              /* of the bounds: the step of a derivative */
#define SETTLED 1e-10                             /* relative gain of cost */
#define RIDGE   1e-11                             /* what keeps a covariance of flat directions finite */
enum { TURNS = 100, P = FIT_PARAMS };

typedef struct member {                           /* a cell */
    fit_law l;
    double  x[P], next[P], kept[P];               /* all parameters; a trial; where the first solution ended */
    double *y, *r;                                /* [1 + p][n] of the points; [n] what is left */
    double  D[P * P], E[P * P], g[P];             /* own by own, shared by own; own gradient */
    bool    held[P];                              /* own, at a bound that it is pushed against */
    double  cost;
} member;

typedef struct joint {
    fit        *f;
    member     *cell;
    size_t      ncell, p, shared[P], nshared, own[P], nown, n;
    double      lo[P], hi[P], scale, noise, lambda, cost;
    double      S[P * P], g[P];                   /* shared by shared; gradient */
    bool        held[P];
    int         loss;
    fit_result *out;
    size_t      evaluations;
    why        *w;
} joint;

/* ---- cost ---- */

static double rho(const joint *k, double r)
{
    double c = k->scale, z = r * r / (c * c);
    switch (k->loss) {
    case LSQ_SOFT_L1: return c * c * 2 * (sqrt(1 + z) - 1);
    case LSQ_HUBER: return z <= 1 ? r * r : c * c * (2 * sqrt(z) - 1);
    case LSQ_CAUCHY: return c * c * log1p(z);
    default: return r * r;
    }
}

static double weight(const joint *k, double r)
{
    double z = r * r / (k->scale * k->scale);
    switch (k->loss) {
    case LSQ_SOFT_L1: return 1 / sqrt(1 + z);
    case LSQ_HUBER: return z <= 1 ? 1 : 1 / sqrt(z);
    case LSQ_CAUCHY: return 1 / (1 + z);
    default: return 1;
    }
}

/* What a prior of parameter j adds; a shared one counts once, with the first cell. */
static double prior_of(const joint *k, size_t c, size_t j, double *mean)
{
    const fit_param *q = &k->f->param[j];
    if (!(q->prior_sd > 0) || (!q->own && c))
        return 0;
    double sd = q->log ? q->prior_sd / q->prior_mean : q->prior_sd;
    *mean = fit_inside(q, q->prior_mean);
    return k->noise * k->noise / (sd * sd);
}

static double cost_of(const joint *k, size_t c, const double *x, const double *y)
{
    const member *m = &k->cell[c];
    double sum = 0, mean = 0;
    for (size_t i = 0; i < m->l.n; i++)
        sum += rho(k, y[i] - m->l.data[i]);
    for (size_t j = 0; j < k->p; j++)
        sum += prior_of(k, c, j, &mean) * (x[j] - mean) * (x[j] - mean);
    return isfinite(sum) ? 0.5 * sum : INFINITY;
}

/* The law at a cell's point and beside it in each parameter: one call. */
static int look(joint *k, size_t c, double h[P])
{
    member *m = &k->cell[c];
    double x[(P + 1) * P];
    for (size_t i = 0; i <= k->p; i++) {
        memcpy(x + i * k->p, m->x, k->p * sizeof *x);
        if (i == 0)
            continue;
        size_t j = i - 1;
        h[j] = NEARLY * (k->hi[j] - k->lo[j]);
        h[j] = m->x[j] + h[j] > k->hi[j] ? -h[j] : h[j];
        x[i * k->p + j] += h[j];
    }
    k->evaluations += k->p + 1;
    int rc = fit_law_at(&m->l, k->p + 1, x, false, m->y, k->w);
    m->cost = rc ? INFINITY : cost_of(k, c, m->x, m->y);
    return rc;
}

/* ---- the arrow ---- */

static bool is_held(const joint *k, size_t j, double x, double gradient)
{
    return (x <= k->lo[j] && gradient > 0) || (x >= k->hi[j] && gradient < 0);
}

/* Adds a cell's rows to the normal matrix and the gradients. */
static void add_cell(joint *k, size_t c, const double h[P])
{
    member *m = &k->cell[c];
    size_t p = k->p, n = m->l.n;
    double N[P * P] = { 0 }, g[P] = { 0 }, row[P], mean = 0;
    for (size_t i = 0; i < n; i++) {
        double r = m->y[i] - m->l.data[i], w = weight(k, r);
        m->r[i] = r;
        for (size_t j = 0; j < p; j++)
            row[j] = (m->y[(j + 1) * n + i] - m->y[i]) / h[j];
        for (size_t j = 0; j < p; j++) {
            g[j] += w * row[j] * r;
            for (size_t q = 0; q <= j; q++)
                N[j * p + q] += w * row[j] * row[q];
        }
    }
    for (size_t j = 0; j < p; j++) {
        double by = prior_of(k, c, j, &mean);
        N[j * p + j] += by;
        g[j] += by * (m->x[j] - mean);
        for (size_t q = 0; q < j; q++)
            N[q * p + j] = N[j * p + q];
    }
    for (size_t a = 0; a < k->nown; a++) {
        m->g[a] = g[k->own[a]];
        m->held[a] = is_held(k, k->own[a], m->x[k->own[a]], m->g[a]);
        for (size_t b = 0; b < k->nown; b++)
            m->D[a * k->nown + b] = N[k->own[a] * p + k->own[b]];
        for (size_t s = 0; s < k->nshared; s++)
            m->E[s * k->nown + a] = N[k->shared[s] * p + k->own[a]];
    }
    for (size_t s = 0; s < k->nshared; s++) {
        k->g[s] += g[k->shared[s]];
        for (size_t t = 0; t < k->nshared; t++)
            k->S[s * k->nshared + t] += N[k->shared[s] * p + k->shared[t]];
    }
}

static int gather(joint *k)
{
    double h[P];
    memset(k->S, 0, sizeof k->S);
    memset(k->g, 0, sizeof k->g);
    k->cost = 0;
    for (size_t c = 0; c < k->ncell; c++) {
        int rc = look(k, c, h);
        if (rc)
            return rc;
        add_cell(k, c, h);
        k->cost += k->cell[c].cost;
    }
    for (size_t s = 0; s < k->nshared; s++)
        k->held[s] = is_held(k, k->shared[s], k->cell[0].x[k->shared[s]], k->g[s]);
    return E_OK;
}

/* A block without what is held, its diagonal raised. */
static void damp(const double *a, size_t n, const bool *held, double lambda, double *out)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            out[i * n + j] = i != j ? held[i] || held[j] ? 0 : a[i * n + j]
                             : held[i] ? 1
                                       : a[i * n + i] * (1 + lambda) + 1e-300;
}

/* D^-1 of a vector of a cell's own parameters. */
static bool own_solve(const joint *k, const member *m, double lambda, double *b)
{
    double a[P * P];
    damp(m->D, k->nown, m->held, lambda, a);
    for (size_t i = 0; i < k->nown; i++)
        b[i] = m->held[i] ? 0 : b[i];
    return k->nown == 0 || lsq_cholesky(k->nown, a, b);
}

/* Schur's complement: what is left of the shared block, and of its gradient, once each cell's own is eliminated. */
static bool complement(const joint *k, double lambda, double *S, double *g)
{
    damp(k->S, k->nshared, k->held, lambda, S);
    for (size_t s = 0; s < k->nshared; s++)
        g[s] = k->held[s] ? 0 : k->g[s];
    for (size_t c = 0; c < k->ncell; c++) {
        const member *m = &k->cell[c];
        double v[P];
        for (size_t t = 0; t <= k->nshared && k->nown; t++) {
            memcpy(v, t < k->nshared ? m->E + t * k->nown : m->g, k->nown * sizeof *v);
            if (!own_solve(k, m, lambda, v))
                return false;
            for (size_t s = 0; s < k->nshared; s++) {
                double sum = 0;
                for (size_t a = 0; a < k->nown; a++)
                    sum += m->E[s * k->nown + a] * v[a];
                if (k->held[s])
                    continue;
                if (t == k->nshared)
                    g[s] -= sum;
                else if (!k->held[t])
                    S[s * k->nshared + t] -= sum;
            }
        }
    }
    return true;
}

/* One trial: `next` of all cells. */
static bool propose(joint *k)
{
    double S[P * P], step[P];
    if (!complement(k, k->lambda, S, step) || (k->nshared && !lsq_cholesky(k->nshared, S, step)))
        return false;
    for (size_t c = 0; c < k->ncell; c++) {
        member *m = &k->cell[c];
        double v[P];
        for (size_t a = 0; a < k->nown; a++) {
            v[a] = m->g[a];
            for (size_t s = 0; s < k->nshared; s++)
                v[a] -= m->E[s * k->nown + a] * step[s];
        }
        if (!own_solve(k, m, k->lambda, v))
            return false;
        memcpy(m->next, m->x, sizeof m->next);
        for (size_t s = 0; s < k->nshared; s++)
            m->next[k->shared[s]] -= step[s];
        for (size_t a = 0; a < k->nown; a++)
            m->next[k->own[a]] -= v[a];
        for (size_t j = 0; j < k->p; j++)
            m->next[j] = fmin(fmax(m->next[j], k->lo[j]), k->hi[j]);
    }
    return true;
}

static int try(joint *k, double *cost)
{
    *cost = 0;
    for (size_t c = 0; c < k->ncell; c++) {
        member *m = &k->cell[c];
        int rc = fit_law_at(&m->l, 1, m->next, false, m->y, k->w);
        if (rc)
            return rc;
        k->evaluations++;
        *cost += cost_of(k, c, m->next, m->y);
    }
    return E_OK;
}

static int solve(joint *k)
{
    k->lambda = 1e-3;
    int rc = gather(k);
    if (!rc && !isfinite(k->cost))
        return fail(k->w, E_SOLVE, "%s has no number for some row where the cells' own fits begin; try other bounds",
                    k->cell[0].l.sc.physics[0].label);
    for (size_t turn = 0; turn < TURNS && !rc && k->lambda < 1e12; turn++) {
        double cost = INFINITY, before = k->cost;
        if (propose(k))
            rc = try(k, &cost);
        if (rc || !(cost < before)) {
            k->lambda *= 4;
            if (!rc && cost - before < SETTLED * before)
                break;
            continue;
        }
        for (size_t c = 0; c < k->ncell; c++)
            memcpy(k->cell[c].x, k->cell[c].next, sizeof k->cell[c].x);
        k->lambda = fmax(k->lambda / 5, 1e-15);
        rc = gather(k);
        if (before - cost < SETTLED * before)
            break;
    }
    return rc ? rc : gather(k);
}

/* ---- what came out ---- */

static int order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int robust_noise(joint *k, double *out)
{
    double *all = mem_zero(k->n + 1, sizeof *all);
    size_t n = 0;
    if (!all)
        return fail(k->w, E_NOMEM, "no memory for a fit");
    for (size_t c = 0; c < k->ncell; c++)
        for (size_t i = 0; i < k->cell[c].l.n; i++)
            all[n++] = fabs(k->cell[c].r[i]);
    qsort(all, n, sizeof *all, order);
    *out = fmax(1.4826 * all[n / 2], 1e-12);
    free(all);
    return E_OK;
}

/* Covariance of one cell's parameters, shared and own, in units of the noise's square. */
static void spread(const joint *k, const member *m, const double *inverse, double *cov)
{
    double DE[P * P];                             /* D^-1 E': [own][shared] */
    memset(cov, 0, P * P * sizeof *cov);
    for (size_t s = 0; s < k->nshared; s++) {
        double v[P];
        memcpy(v, m->E + s * k->nown, k->nown * sizeof *v);
        own_solve(k, m, RIDGE, v);
        for (size_t a = 0; a < k->nown; a++)
            DE[a * P + s] = v[a];
        for (size_t t = 0; t < k->nshared; t++)
            cov[k->shared[s] * k->p + k->shared[t]] = inverse[s * k->nshared + t];
    }
    for (size_t a = 0; a < k->nown; a++) {
        double v[P] = { 0 }, T[P] = { 0 };
        v[a] = 1;
        own_solve(k, m, RIDGE, v);
        for (size_t s = 0; s < k->nshared; s++)
            for (size_t t = 0; t < k->nshared; t++)
                T[t] += DE[a * P + s] * inverse[s * k->nshared + t];
        for (size_t b = 0; b < k->nown; b++) {
            double sum = v[b];
            for (size_t t = 0; t < k->nshared; t++)
                sum += T[t] * DE[b * P + t];
            cov[k->own[a] * k->p + k->own[b]] = sum;
        }
        for (size_t t = 0; t < k->nshared; t++)
            cov[k->own[a] * k->p + k->shared[t]] = cov[k->shared[t] * k->p + k->own[a]] = -T[t];
    }
}

static void tell_values(const joint *k, const member *m, const double *cov, double noise, fit_result *r)
{
    for (size_t j = 0; j < k->p; j++) {
        const fit_param *q = &k->f->param[j];
        double x = m->x[j], sd = noise * sqrt(fmax(cov[j * k->p + j], 0));
        bool bound = x <= k->lo[j] || x >= k->hi[j];
        sd = sd < k->hi[j] - k->lo[j] ? sd : INFINITY;          /* the data say nothing of it */
        r->x[j] = x;
        r->at[j] = (fit_value){ .value = fit_outside(q, x), .at_bound = bound, .sd = bound ? NAN : sd,
                                .boot_lower = NAN, .boot_upper = NAN, .profile_lower = NAN, .profile_upper = NAN };
        r->at[j].lower = bound ? NAN : fit_outside(q, fmax(x - Z95 * sd, k->lo[j]));
        r->at[j].upper = bound ? NAN : fit_outside(q, fmin(x + Z95 * sd, k->hi[j]));
        r->at[j].sd *= q->log ? r->at[j].value : 1;
        for (size_t i = 0; i < k->p; i++) {
            double both = sqrt(cov[j * k->p + j] * cov[i * k->p + i]);
            r->correlation[j * k->p + i] = i == j ? 1 : both > 0 ? cov[j * k->p + i] / both : NAN;
        }
    }
}

static int tell_rows(joint *k, member *m, fit_result *r)
{
    double square = 0, change = 0, later = 0, of_line = 0, before = 0;
    baseline line = { 0 };
    for (size_t i = 0; i < m->l.n; i++) {
        double was = m->l.all[m->l.pick[i]] - m->l.data[i];
        before += was * was;
        square += m->r[i] * m->r[i];
        change += i ? (m->r[i] - m->r[i - 1]) * (m->r[i] - m->r[i - 1]) : 0;
        baseline_add(&line, m->l.clock[m->l.pick[i]], m->l.data[i]);
    }
    r->n = m->l.n;
    r->nrest = m->l.nrest;
    r->rmse = sqrt(square / (double)m->l.n);
    r->before = sqrt(before / (double)m->l.n);
    r->durbin_watson = square > 0 ? change / square : NAN;
    int rc = fit_law_at(&m->l, 1, m->x, true, m->l.all, k->w);
    for (size_t i = 0; i < m->l.nrest && !rc; i++) {
        size_t row = m->l.rest[i];
        later += pow(m->l.all[row] - m->l.seen[row], 2);
        of_line += pow(baseline_line(&line, m->l.clock[row]) - m->l.seen[row], 2);
    }
    r->rest_rmse = m->l.nrest ? sqrt(later / (double)m->l.nrest) : NAN;
    r->rest_line = m->l.nrest ? sqrt(of_line / (double)m->l.nrest) : NAN;
    return rc;
}

static int tell(joint *k)
{
    double S[P * P], g[P], inverse[P * P] = { 0 }, cov[P * P], square = 0, dof;
    for (size_t c = 0; c < k->ncell; c++)
        for (size_t i = 0; i < k->cell[c].l.n; i++)
            square += weight(k, k->cell[c].r[i]) * k->cell[c].r[i] * k->cell[c].r[i];
    dof = fmax((double)k->n - (double)k->nshared - (double)(k->nown * k->ncell), 1);
    for (size_t s = 0; s < k->nshared; s++) {
        double v[P] = { 0 };
        v[s] = 1;
        if (complement(k, RIDGE, S, g) && lsq_cholesky(k->nshared, S, v))
            memcpy(inverse + s * k->nshared, v, k->nshared * sizeof *v);
        else
            inverse[s * k->nshared + s] = INFINITY;
    }
    for (size_t c = 0; c < k->ncell; c++) {
        fit_result *r = &k->out[c];
        size_t agree = r->starts_agree;
        *r = (fit_result){ .cell = k->f->rows.name[c], .nparam = k->p, .noise = sqrt(square / dof), .condition = NAN,
                           .evaluations = k->evaluations, .starts_agree = agree, .ended = LSQ_SMALL_GAIN };
        spread(k, &k->cell[c], inverse, cov);
        tell_values(k, &k->cell[c], cov, r->noise, r);
        int rc = tell_rows(k, &k->cell[c], r);
        if (rc)
            return rc;
    }
    return E_OK;
}

/* ---- all of it ---- */

/* Each cell by itself; of shared parameters the median of what the cells came to. */
static int start(joint *k)
{
    double *v = mem_zero(k->ncell + 1, sizeof *v);
    int rc = v ? E_OK : fail(k->w, E_NOMEM, "no memory for a fit");
    for (size_t c = 0; c < k->ncell && !rc; c++) {
        rc = fit_run(k->f, (int64_t)c, &k->out[c], k->w);
        k->evaluations += rc ? 0 : k->out[c].evaluations;
        memcpy(k->cell[c].x, k->out[c].x, sizeof k->cell[c].x);
    }
    for (size_t s = 0; s < k->nshared && !rc; s++) {
        for (size_t c = 0; c < k->ncell; c++)
            v[c] = k->cell[c].x[k->shared[s]];
        qsort(v, k->ncell, sizeof *v, order);
        for (size_t c = 0; c < k->ncell; c++)
            k->cell[c].x[k->shared[s]] = v[k->ncell / 2];
    }
    free(v);
    return rc;
}

static int open_members(joint *k)
{
    for (size_t c = 0; c < k->ncell; c++) {
        member *m = &k->cell[c];
        int rc = fit_law_open(k->f, (int64_t)c, &m->l, k->w);
        if (rc)
            return rc;
        m->y = mem_zero((k->p + 1) * m->l.n + 1, sizeof *m->y);
        m->r = mem_zero(m->l.n + 1, sizeof *m->r);
        if (!m->y || !m->r)
            return fail(k->w, E_NOMEM, "no memory for a fit");
        k->n += m->l.n;
    }
    return E_OK;
}

/* From the medians, and from what the scenario says of the shared ones: the better of both stays. */
static int solve_twice(joint *k)
{
    int rc = solve(k);
    double first = k->cost;
    for (size_t c = 0; c < k->ncell; c++) {
        member *m = &k->cell[c];
        memcpy(m->kept, m->x, sizeof m->kept);
        memcpy(m->x, k->out[c].x, sizeof m->x);
        for (size_t s = 0; s < k->nshared; s++)
            m->x[k->shared[s]] = fit_inside(&k->f->param[k->shared[s]], k->f->param[k->shared[s]].start);
    }
    rc = rc ? rc : solve(k);
    if (rc == E_SOLVE || (!rc && !(k->cost < first))) {
        for (size_t c = 0; c < k->ncell; c++)
            memcpy(k->cell[c].x, k->cell[c].kept, sizeof k->cell[c].x);
        rc = gather(k);
    }
    return rc;
}

static int run(joint *k)
{
    const fit_options *o = &k->f->o;
    int rc = start(k);
    rc = rc ? rc : open_members(k);
    rc = rc ? rc : solve_twice(k);
    rc = rc ? rc : robust_noise(k, &k->noise);
    if (rc)
        return rc;
    k->loss = o->loss;
    k->scale = o->scale > 0 ? o->scale : 1.345 * k->noise;
    bool again = o->loss != LSQ_LINEAR;
    for (size_t j = 0; j < k->p; j++)
        again |= k->f->param[j].prior_sd > 0;
    rc = again ? solve(k) : E_OK;
    return rc ? rc : tell(k);
}

int fit_joint(fit *f, fit_result *out, why *w)
{
    joint *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory for a fit");
    *k = (joint){ .f = f, .ncell = f->rows.ncell, .p = f->nparam, .scale = 1, .loss = LSQ_LINEAR, .out = out, .w = w };
    for (size_t j = 0; j < k->p; j++) {
        k->lo[j] = fit_inside(&f->param[j], f->param[j].lo);
        k->hi[j] = fit_inside(&f->param[j], f->param[j].hi);
        if (f->param[j].own)
            k->own[k->nown++] = j;
        else
            k->shared[k->nshared++] = j;
    }
    k->cell = mem_zero(k->ncell, sizeof *k->cell);
    int rc = k->cell ? run(k) : fail(w, E_NOMEM, "no memory for a fit of %zu cells", k->ncell);
    for (size_t c = 0; k->cell && c < k->ncell; c++) {
        fit_law_close(&k->cell[c].l);
        free(k->cell[c].y);
        free(k->cell[c].r);
    }
    free(k->cell);
    free(k);
    return rc;
}

int fit_own(fit *f, const char *name, why *w)
{
    const char *word[FIT_PARAMS];
    bool any = false;
    for (size_t j = 0; j < f->nparam; j++) {
        bool is = strcmp(f->param[j].name, name) == 0 || strcmp(f->param[j].key, name) == 0;
        f->param[j].own |= is;
        any |= is;
        word[j] = f->param[j].name;
    }
    const char *near = text_nearest(name, word, f->nparam);
    return any ? E_OK
               : fail(w, E_INPUT, "--own %.60s: only what is fitted can be each cell's own%s%s%s", name,
                      near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
}
