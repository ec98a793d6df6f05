/* SPDX-License-Identifier: MIT
 * axis_point.c - the values of a point: coordinates through correlations and quantiles, then the functions.
 */
#include "core/base/vmath.h"
#include "core/study/axis_inside.h"
#include <math.h>
#include <string.h>

static double normal(const axis *a, double u)
{
    if (a->b == 0)
        return a->a;
    double inside = a->u_lo + (a->upper ? 1 - u : u) * (a->u_hi - a->u_lo);
    double z = design_normal(fmin(inside, 1 - 0x1p-53));
    return a->a + a->b * (a->upper ? -z : z);
}

static double lognormal(const axis *a, double u)
{
    return vmath_exp1(normal(a, u));
}

static double uniform(const axis *a, double u)
{
    return a->target.whole ? floor(a->a + u * (a->b - a->a + 1)) : a->a + u * (a->b - a->a);
}

static double loguniform(const axis *a, double u)
{
    return a->a * vmath_pow1(a->b / a->a, u);
}

static double triangular(const axis *a, double u)
{
    return design_triangular(u, a->a, a->c, a->b);
}

double axis_quantile(const axis *a, double u)
{
    static double (*const at[])(const axis *, double) = {
        [AXIS_NORMAL] = normal, [AXIS_LOGNORMAL] = lognormal, [AXIS_UNIFORM] = uniform,
        [AXIS_LOGUNIFORM] = loguniform, [AXIS_TRIANGULAR] = triangular,
    };
    double x = at[a->spread](a, u);
    x = a->target.whole ? nearbyint(x) : x;
    return x < a->lo ? a->lo : x > a->hi ? a->hi : x;
}

/* Gaussian copula: independent normals, mixed by the factor, back to (0, 1).  From the last on, since row k needs those
 * before it. */
static void correlate(const axis_set *set, double *u)
{
    size_t n = set->ncorrelated;
    double z[AXIS_MOST];
    for (size_t k = 0; k < n; k++)
        z[k] = design_normal(u[set->correlated[k]]);
    for (size_t k = 0; k < n; k++) {
        double sum = 0;
        for (size_t j = 0; j <= k; j++)
            sum += set->factor[k * n + j] * z[j];
        double p = design_normal_cdf(sum);
        u[set->correlated[k]] = fmin(fmax(p, 0x1p-1000), 1 - 0x1p-53);
    }
}

static int apply(const axis *a, uint64_t i, axis_call *call, void *ctx, const char *const *name, const double *value,
                 size_t n, axis_value *out, why *w)
{
    double x = NAN;
    const axis_target *t = &a->target;
    int rc = call ? call(ctx, a->node, name, value, n, &x, w) : fail(w, E_INPUT, "no script is there to ask");
    if (rc) {
        why_prefix(w, "%s", a->key);
        return rc;
    }
    x = t->whole ? nearbyint(x) : x;
    if (!isfinite(x))
        return fail(w, E_DOMAIN, "%s: %s gave no finite number for point %llu", a->key,
                    a->node->text ? a->node->text : "the function", (unsigned long long)i);
    if (t->min < t->max && (x < t->min || x > t->max))
        return fail(w, E_DOMAIN, "%s = %g of %s for point %llu is %s %g%s%s", a->key, x,
                    a->node->text ? a->node->text : "the function", (unsigned long long)i,
                    x < t->min ? "below its minimum" : "above its maximum", x < t->min ? t->min : t->max,
                    axis_bare(t) ? "" : " ", axis_bare(t) ? "" : t->unit);
    *out = (axis_value){ .real = x };
    return E_OK;
}

int axis_point(const axis_set *set, const design *d, uint64_t i, axis_call *call, void *ctx, axis_value *out, why *w)
{
    double u[AXIS_MOST], value[AXIS_MOST + 1] = { (double)i };
    const char *name[AXIS_MOST + 1] = { "point" };
    size_t n = 1;
    design_at(d, i, u);
    correlate(set, u);
    for (size_t k = 0; k < set->n; k++) {
        const axis *a = &set->at[k];
        if (a->kind == AXIS_CALL)
            continue;
        out[k] = a->size ? a->level[(uint64_t)u[a->dim]] : (axis_value){ .real = axis_quantile(a, u[a->dim]) };
        if (isnan(out[k].real))
            continue;
        name[n] = a->key;
        value[n++] = out[k].real;
    }
    for (size_t k = 0; k < set->n; k++) {
        const axis *a = &set->at[k];
        if (a->kind != AXIS_CALL)
            continue;
        int rc = apply(a, i, call, ctx, name, value, n, &out[k], w);
        if (rc)
            return rc;
        name[n] = a->key;
        value[n++] = out[k].real;
    }
    return E_OK;
}
