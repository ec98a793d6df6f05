/* SPDX-License-Identifier: MIT
 * transform.h - columns made of one other column of the same row: "rest_log", "cycle_sqrt".  What is learnt from them in a data set can be
 * computed again in a run, from this one table.
 */
#ifndef FADE_ENGINE_TRANSFORM_H
#define FADE_ENGINE_TRANSFORM_H
#include <stddef.h>

typedef struct transform {
    const char *suffix;                           /* "_log" */
    const char *unit;                             /* of the result */
    const char *doc;                              /* begins a sentence that ends with the column's key */
    double    (*of)(double);
} transform;

/* The one whose suffix ends `key`, with something before it; *stem: how long that is.  NULL: none. */
const transform *transform_of(const char *key, size_t *stem);
#endif
