/* SPDX-License-Identifier: MIT
 * desc-deprecated.c - is replaced by what is not there.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, FADE_DEPRECATED, 1, 0, 2, 0, 0, "b" }
#include "zoo.h"
