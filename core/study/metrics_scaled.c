/* SPDX-License-Identifier: MIT
 * metrics_scaled.c - errors without a unit.
 */
#include "core/study/metrics_scaled.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

double metrics_mase_scale(const double *train, size_t n)
{
    double sum = 0, last = NAN;
    size_t steps = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(train[i]))
            continue;
        if (isfinite(last)) {
            sum += fabs(train[i] - last);
            steps++;
        }
        last = train[i];
    }
    return steps ? sum / (double)steps : NAN;
}

static bool known(double a, double b)
{
    return isfinite(a) && isfinite(b);
}

double metrics_mase(const double *target, const double *predicted, size_t n, double scale)
{
    double sum = 0;
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (!known(target[i], predicted[i]))
            continue;
        sum += fabs(predicted[i] - target[i]);
        k++;
    }
    return k && scale > 0 ? sum / (double)k / scale : NAN;
}

double metrics_theil_u1(const double *target, const double *predicted, size_t n)
{
    double ee = 0, tt = 0, pp = 0;
    for (size_t i = 0; i < n; i++) {
        if (!known(target[i], predicted[i]))
            continue;
        ee += (predicted[i] - target[i]) * (predicted[i] - target[i]);
        tt += target[i] * target[i];
        pp += predicted[i] * predicted[i];
    }
    double both = sqrt(tt) + sqrt(pp);
    return both > 0 ? sqrt(ee) / both : NAN;
}

double metrics_theil_u2(const double *target, const double *predicted, const double *before, size_t n)
{
    double ours = 0, naive = 0;
    for (size_t i = 0; i < n; i++) {
        double b = before[i];
        if (!known(target[i], predicted[i]) || !isfinite(b) || b == 0)
            continue;
        ours += pow((predicted[i] - target[i]) / b, 2);
        naive += pow((target[i] - b) / b, 2);
    }
    return naive > 0 ? sqrt(ours / naive) : NAN;
}

double metrics_direction(const double *target, const double *predicted, const double *before, size_t n)
{
    size_t moved = 0, right = 0;
    for (size_t i = 0; i < n; i++) {
        double real = target[i] - before[i], said = predicted[i] - before[i];
        if (!known(real, said) || real == 0)
            continue;
        moved++;
        right += (real > 0 && said > 0) || (real < 0 && said < 0);
    }
    return moved ? (double)right / (double)moved : NAN;
}

double metrics_skill(double rmse, double baseline)
{
    return baseline > 0 ? 1 - rmse / baseline : NAN;
}
