/* SPDX-License-Identifier: MIT
 * design_quantile.c - quantiles and the normal distribution, the same bits on any machine; and how correlations are
 * factored.
 */
#include "core/base/random.h"
#include "core/base/vmath.h"
#include "core/study/design.h"
#include <math.h>

double design_normal(double u)
{
    return random_quantile(u);
}

/* W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969) 631; constants of
 * CALERF (1990). */
static const double erf_p[] = { 3.20937758913846947e03, 3.77485237685302021e02, 1.13864154151050156e02,
                                3.16112374387056560e00, 1.85777706184603153e-1 };
static const double erf_q[] = { 2.84423683343917062e03, 1.28261652607737228e03, 2.44024637934444173e02,
                                2.36012909523441209e01, 1 };
static const double mid_p[] = { 1.23033935479799725e03, 2.05107837782607147e03, 1.71204761263407058e03,
                                8.81952221241769090e02, 2.98635138197400131e02, 6.61191906371416295e01,
                                8.88314979438837594e00, 5.64188496988670089e-1, 2.15311535474403846e-8 };
static const double mid_q[] = { 1.23033935480374942e03, 3.43936767414372164e03, 4.36261909014324716e03,
                                3.29079923573345963e03, 1.62138957456669019e03, 5.37181101862009858e02,
                                1.17693950891312499e02, 1.57449261107098347e01, 1 };
static const double far_p[] = { 6.58749161529837803e-4, 1.60837851487422766e-2, 1.25781726111229246e-1,
                                3.60344899949804439e-1, 3.05326634961232344e-1, 1.63153871373020978e-2 };
static const double far_q[] = { 2.33520497626869185e-3, 6.05183413124413191e-2, 5.27905102951428412e-1,
                                1.87295284992346047e00, 2.56852019228982242e00, 1 };
enum { ERF = 4, MID = 8, FAR = 5 };                     /* degrees */
#define ONE_OVER_SQRT_PI 0.56418958354775628695
#define ONE_OVER_SQRT_2 0.70710678118654752440

static double ratio(const double *p, const double *q, int degree, double x)
{
    double above = p[degree], below = q[degree];
    for (int i = degree - 1; i >= 0; i--) {
        above = above * x + p[i];
        below = below * x + q[i];
    }
    return above / below;
}

/* exp(-y y): the square is split so that its rounding does not reach the result. */
static double bell(double y)
{
    double whole = trunc(y * 16) / 16, rest = (y - whole) * (y + whole);
    return vmath_exp1(-whole * whole) * vmath_exp1(-rest);
}

static double erfc_of(double y)                         /* y >= 0 */
{
    if (y <= 0.46875)
        return 1 - y * ratio(erf_p, erf_q, ERF, y * y);
    if (y <= 4)
        return bell(y) * ratio(mid_p, mid_q, MID, y);
    if (y > 27.5)
        return 0;
    double z = 1 / (y * y);
    return bell(y) / y * (ONE_OVER_SQRT_PI - z * ratio(far_p, far_q, FAR, z));
}

double design_normal_cdf(double z)
{
    double tail = erfc_of(fabs(z) * ONE_OVER_SQRT_2) / 2;
    return isnan(z) ? z : z < 0 ? tail : 1 - tail;
}

double design_triangular(double u, double min, double mode, double max)
{
    double width = max - min;
    if (!(width > 0))
        return mode;
    if (u * width <= mode - min)
        return min + sqrt(u * width * (mode - min));
    return max - sqrt((1 - u) * width * (max - mode));
}

/* Rows a[i][0 .. i-1] are made from those above. */
static int factor(double *a, size_t n, why *w)
{
    static const double least = 1e-12;                  /* a smaller rest is rounding of a singular matrix */
    for (size_t i = 0; i < n; i++) {
        double rest = 1;
        for (size_t j = 0; j < i; j++) {
            double sum = a[i * n + j];
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            a[i * n + j] = sum / a[j * n + j];
            rest -= a[i * n + j] * a[i * n + j];
        }
        if (!(rest > least))
            return fail(w, E_DOMAIN,
                        "correlation: row %zu contradicts the rows before it (the matrix is not positive definite)",
                        i + 1);
        a[i * n + i] = sqrt(rest);
        for (size_t j = i + 1; j < n; j++)
            a[i * n + j] = 0;
    }
    return E_OK;
}

int design_cholesky(double *a, size_t n, why *w)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double x = a[i * n + j], y = a[j * n + i];
            if (i == j && x != 1)
                return fail(w, E_DOMAIN, "correlation: element %zu,%zu = %g, but an axis' correlation with itself is 1",
                            i + 1, i + 1, x);
            if (i != j && !(x > -1 && x < 1))
                return fail(w, E_DOMAIN, "correlation: element %zu,%zu = %g is not between -1 and 1", i + 1, j + 1, x);
            if (x != y)
                return fail(w, E_DOMAIN, "correlation: element %zu,%zu = %g, but element %zu,%zu = %g (not symmetric)",
                            i + 1, j + 1, x, j + 1, i + 1, y);
        }
    return factor(a, n, w);
}
