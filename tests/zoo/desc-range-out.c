/* SPDX-License-Identifier: MIT
 * desc-range-out.c - was shown to hold where it may not be.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, 0, 1, 0, 2, 0, 9, NULL }
#include "zoo.h"
