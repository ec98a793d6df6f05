/* SPDX-License-Identifier: MIT
 * near.h - numbers compared as doubles: cmocka's assert_float_equal rounds both to float first.
 */
#ifndef FADE_TESTS_NEAR_H
#define FADE_TESTS_NEAR_H
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* |a - b| <= most; NaN is near nothing. */
#define assert_near(a, b, most) near_assert((a), (b), (most), #a, __FILE__, __LINE__)

static inline void near_assert(double a, double b, double most, const char *what, const char *file, int line)
{
    if (fabs(a - b) <= most)
        return;
    print_error("%s is %.17g, not within %g of %.17g\n", what, a, most, b);
    _fail(file, line);
}
#endif
