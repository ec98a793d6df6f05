/* SPDX-License-Identifier: MIT
 * digits.h - a value against one that is printed with so many digits; each comparison is a row for
 * docs/check-values.md.
 */
#ifndef FADE_TESTS_DIGITS_H
#define FADE_TESTS_DIGITS_H
#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One of the last digit of a number as text. */
static inline double digits_unit(const char *printed)
{
    const char *dot = NULL, *p = printed;
    int after = 0;
    for (; *p && *p != 'e'; p++) {
        after += dot && isdigit((unsigned char)*p);
        if (*p == '.')
            dot = p;
    }
    return pow(10, (*p == 'e' ? atoi(p + 1) : 0) - after);
}

/* Whether `ours` is within so many units of the last printed digit; half a unit is: prints the same. */
static inline bool digits(const char *what, const char *printed, double ours, double units)
{
    double want = atof(printed), unit = digits_unit(printed), off = (ours - want) / unit;
    bool ok = fabs(off) <= units + 1e-6;
    printf("| %s | %s | %.*g | %.2f |%s\n", what, printed, (int)fmax(3, floor(log10(fabs(want) / unit + 1e-300)) + 4),
           ours, off, ok ? "" : " MORE THAN ALLOWED");
    return ok;
}
#endif
