/* SPDX-License-Identifier: MIT
 * desc-default-whole.c - has half a whole number.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "", "Doc.", "", FADE_INT, 0, 0.5, 0, 2, 0, 0, NULL }
#include "zoo.h"
