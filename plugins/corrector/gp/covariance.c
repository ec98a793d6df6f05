/* SPDX-License-Identifier: MIT
 * covariance.c - kernels between rows and lanes, and their slopes.
 *
 * q = sum over features of (difference / length)^2.  Rasmussen & Williams, Gaussian Processes for Machine Learning, MIT
 * Press 2006, chapter 4: rbf (4.9), Matern (4.17), periodic (4.31), linear 4.2.2; derivatives by the chain rule.
 */
#include "gp.h"

static const double PI = 3.14159265358979323846;

static double length(const gp_leaf *l, const double *theta, uint32_t j)
{
    return theta[l->theta + (l->nlength > 1 ? j : 0)];
}

static double period(const gp_leaf *l, const double *theta)
{
    return theta[l->theta + l->nlength];
}

/* q += ((z - x) / length)^2 */
static void square(uint32_t n, const double *restrict z, double x, double per, double *restrict q)
{
    for (uint32_t i = 0; i < n; i++) {
        double d = (z[i] - x) * per;
        q[i] += d * d;
    }
}

static void product(uint32_t n, const double *restrict z, double x, double *restrict q)
{
    for (uint32_t i = 0; i < n; i++)
        q[i] += z[i] * x;
}

/* q += (sin(pi (z - x) / period) / length)^2 */
static void wave(uint32_t n, const double *restrict z, double x, double turn, double per, double *restrict q)
{
    for (uint32_t i = 0; i < n; i++) {
        double s = sin(turn * (z[i] - x)) * per;
        q[i] += s * s;
    }
}

/* q of one row */
static void gather(const gp_leaf *l, const double *theta, const double *x, uint32_t n, const double *z, size_t stride,
                   double *q)
{
    memset(q, 0, n * sizeof *q);
    for (uint32_t j = 0; j < l->n; j++) {
        const double *at = z + l->feature[j] * stride;
        double one = x[l->feature[j]];
        if (l->kind == GP_LINEAR)
            product(n, at, one, q);
        else if (l->kind == GP_PERIODIC)
            wave(n, at, one, PI / period(l, theta), 1 / length(l, theta, j), q);
        else if (l->kind < GP_PERIODIC)
            square(n, at, one, 1 / length(l, theta, j), q);
    }
}

/* factor on q, and whether its root is taken, to get what exp is asked for */
static const struct form {
    double by;
    int root, exp;
} forms[GP_KINDS] = {
    [GP_RBF] = { 0.5, 0, 1 },    [GP_MATERN12] = { 1, 1, 1 }, [GP_MATERN32] = { 3, 1, 1 },
    [GP_MATERN52] = { 5, 1, 1 }, [GP_PERIODIC] = { 2, 0, 1 },
};

static void root(uint32_t n, double by, const double *restrict q, double *restrict a)
{
    for (uint32_t i = 0; i < n; i++)
        a[i] = -sqrt(by * q[i]);
}

static void scale(uint32_t n, double by, const double *restrict q, double *restrict a)
{
    for (uint32_t i = 0; i < n; i++)
        a[i] = -by * q[i];
}

static void polynomial(uint32_t n, double second, const double *restrict a, double *restrict e)
{
    for (uint32_t i = 0; i < n; i++)
        e[i] *= 1 - a[i] + second * (a[i] * a[i]);
}

/* y = exp(x) for x of at most 0, m a multiple of 8 */
static void fall(uint32_t m, const double *x, double *y)
{
    for (uint32_t i = 0; i < m; i += WIDE_LANES) {
        wide_v v;
        wide_get(&v, x + i);
        wide_bits under = v < -700;               /* 1e-304 is as good as what lies below */
        wide_pick(&v, &under, -700);
        wide_exp(&v);
        wide_put(y + i, &v);
    }
}

/* v: m numbers of q, become the leaf's values; work: m of room */
static void value(const gp_leaf *l, uint32_t m, double *v, double *work)
{
    const struct form *f = &forms[l->kind];
    if (l->kind == GP_CONSTANT)
        for (uint32_t i = 0; i < m; i++)
            v[i] = 1;
    if (!f->exp)
        return;
    (f->root ? root : scale)(m, f->by, v, work);
    fall(m, work, v);
    if (l->kind == GP_MATERN32 || l->kind == GP_MATERN52)
        polynomial(m, l->kind == GP_MATERN52 ? 1.0 / 3 : 0, work, v);
}

static void times(uint32_t n, const double *restrict v, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] *= v[i];
}

static void plus(uint32_t n, double by, const double *restrict v, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] += by * v[i];
}

/* y += variance * the product of the term's leaves but `but`; more than one leaf: through work */
static void term(const gp_kernel *k, uint32_t leaves, double variance, uint32_t n, const double *leaf, double *work,
                 double *y)
{
    uint32_t first = leaves ? (uint32_t)__builtin_ctz(leaves) : 0, rest = leaves & (leaves - 1);
    const double *v = leaf + first * (size_t)n;
    (void)k;
    if (!leaves)
        for (uint32_t i = 0; i < n; i++)
            y[i] += variance;
    else if (!rest)
        plus(n, variance, v, y);
    else {
        memcpy(work, v, n * sizeof *v);
        for (; rest; rest &= rest - 1)
            times(n, leaf + (uint32_t)__builtin_ctz(rest) * (size_t)n, work);
        plus(n, variance, work, y);
    }
}

static double variance(const gp_kernel *k, const double *theta, uint32_t t)
{
    return theta[k->ntheta - k->nterm + t];
}

WIDE static void rows(const gp_kernel *k, const double *theta, uint32_t R, const double *x,
                           uint32_t n, const double *z, size_t stride, double *leaf, double *out)
{
    size_t m = (size_t)R * n;
    for (uint32_t l = 0; l < k->nleaf; l++) {
        if (k->white >> l & 1)
            continue;
        for (uint32_t r = 0; r < R; r++)
            gather(&k->leaf[l], theta, x + r * (size_t)k->p, n, z, stride, leaf + l * m + r * n);
        value(&k->leaf[l], (uint32_t)m, leaf + l * m, out);
    }
    memset(out, 0, m * sizeof *out);
    for (uint32_t t = 0; t < k->nterm; t++)
        if (!(k->term[t] & k->white))             /* the room behind the leaves is a term's */
            term(k, k->term[t], variance(k, theta, t), (uint32_t)m, leaf, leaf + k->nleaf * m, out);
}

void covariance_rows(const gp_kernel *k, const double *theta, uint32_t R, const double *x,
                     uint32_t n, const double *z, size_t stride, double *leaf, double *out)
{
    rows(k, theta, R, x, n, z, stride, leaf, out);
}

void covariance_self(const gp_kernel *k, const double *theta, uint32_t n, const double *z, size_t stride, double *out)
{
    memset(out, 0, n * sizeof *out);
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t t = 0; t < k->nterm; t++) {
            double v = variance(k, theta, t);
            for (uint32_t l = 0; l < k->nleaf; l++) {
                const gp_leaf *a = &k->leaf[l];
                double q = 0;
                if (!(k->term[t] >> l & 1) || a->kind != GP_LINEAR)
                    continue;
                for (uint32_t j = 0; j < a->n; j++)
                    q += z[a->feature[j] * stride + i] * z[a->feature[j] * stride + i];
                v *= q;
            }
            out[i] += v;
        }
}

double covariance_one(const gp_kernel *k, const double *theta, const double *x, double *noise)
{
    double all = 0;
    *noise = 0;
    for (uint32_t t = 0; t < k->nterm; t++) {
        double v = variance(k, theta, t);
        for (uint32_t l = 0; l < k->nleaf; l++) {
            const gp_leaf *a = &k->leaf[l];
            double q = 0;
            if (!(k->term[t] >> l & 1) || a->kind != GP_LINEAR)
                continue;
            for (uint32_t j = 0; j < a->n; j++)
                q += x[a->feature[j]] * x[a->feature[j]];
            v *= q;
        }
        *(k->term[t] & k->white ? noise : &all) += v;
    }
    return all;
}

/* d leaf / dq of one pair, from q and the leaf's value; what a root makes endless at q = 0 is met by a difference of 0.
 */
static double by_q(int kind, double q, double v)
{
    double a = sqrt(forms[kind].by * q);
    switch (kind) {
    case GP_RBF:
        return -0.5 * v;
    case GP_MATERN12:
        return a > 0 ? -0.5 * v / a : 0;
    case GP_MATERN32:
        return -1.5 * v / (1 + a);
    case GP_MATERN52:
        return -(5.0 / 6) * v * (1 + a) / (1 + a + a * a / 3);
    default:
        return -2 * v;                            /* periodic */
    }
}

/* g: weights on this leaf's values; becomes weights on its q */
static void leaf_slope(const gp_leaf *l, const double *theta, const double *x, uint32_t n, const double *z,
                       size_t stride, const double *v, double *g, double *slope)
{
    double turn = l->kind == GP_PERIODIC ? PI / period(l, theta) : 0;
    for (uint32_t i = 0; i < n; i++) {
        double q = 0;
        for (uint32_t j = 0; j < l->n; j++) {
            double d = z[l->feature[j] * stride + i] - x[l->feature[j]];
            d = (turn > 0 ? sin(turn * d) : d) / length(l, theta, j);
            q += d * d;
        }
        g[i] *= by_q(l->kind, q, v[i]);
    }
    for (uint32_t j = 0; j < l->n; j++) {
        const double *at = z + l->feature[j] * stride;
        double one = x[l->feature[j]], per = 1 / length(l, theta, j), by_length = 0, by_period = 0;
        for (uint32_t i = 0; i < n; i++) {
            double d = at[i] - one, s = (turn > 0 ? sin(turn * d) : d) * per;
            by_length += g[i] * s * s;
            if (turn > 0)
                by_period += g[i] * sin(2 * turn * d) * (turn * d) * per * per;
        }
        slope[l->theta + (l->nlength > 1 ? j : 0)] -= 2 * by_length;
        if (turn > 0)
            slope[l->theta + l->nlength] -= by_period;
    }
}

static double dot(uint32_t n, const double *restrict a, const double *restrict b)
{
    double s = 0;
    for (uint32_t i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

void covariance_slope(const gp_kernel *k, const double *theta, const double *x, uint32_t n, const double *z,
                      size_t stride, const double *leaf, const double *g, double *with, double *slope)
{
    double *work = with + n;
    for (uint32_t t = 0; t < k->nterm; t++) {
        if (k->term[t] & k->white)
            continue;
        memset(with, 0, n * sizeof *with);
        term(k, k->term[t], variance(k, theta, t), n, leaf, work, with);
        slope[k->ntheta - k->nterm + t] += dot(n, g, with);
    }
    for (uint32_t l = 0; l < k->nleaf; l++) {
        if (!k->leaf[l].nlength)
            continue;
        memset(with, 0, n * sizeof *with);
        for (uint32_t t = 0; t < k->nterm; t++)
            if (k->term[t] >> l & 1 && !(k->term[t] & k->white))
                term(k, k->term[t] & ~(1u << l), variance(k, theta, t), n, leaf, work, with);
        times(n, g, with);
        leaf_slope(&k->leaf[l], theta, x, n, z, stride, leaf + l * (size_t)n, with, slope);
    }
}
