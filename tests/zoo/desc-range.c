/* SPDX-License-Identifier: MIT
 * desc-range.c - has a range that is upside down.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, 0, 1, 0, 2, 2, 1, NULL }
#include "zoo.h"
