/* SPDX-License-Identifier: MIT
 * transform.c - the table of transforms of one column.
 */
#include "core/engine/transform.h"
#include <math.h>
#include <string.h>

static double of_log(double x)
{
    return x > -1 ? log1p(x) : NAN;
}

static double of_squared(double x)
{
    return x * x;
}

static double of_reciprocal(double x)
{
    return x != 0 ? 1 / x : NAN;
}

static const transform table[] = {
    { "_sqrt", "", "Square root of", sqrt },
    { "_log", "", "Natural logarithm of one plus", of_log },
    { "_squared", "", "Square of", of_squared },
    { "_reciprocal", "", "One over", of_reciprocal },
    { "_abs", "", "Size, without its sign, of", fabs },
};
enum { N = sizeof table / sizeof table[0] };

const transform *transform_of(const char *key, size_t *stem)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < N; i++) {
        size_t m = strlen(table[i].suffix);
        if (n > m && strcmp(key + n - m, table[i].suffix) == 0) {
            *stem = n - m;
            return &table[i];
        }
    }
    return NULL;
}
