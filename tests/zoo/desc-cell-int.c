/* SPDX-License-Identifier: MIT
 * desc-cell-int.c - has a whole number per cell.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "", "Doc.", "", FADE_INT, FADE_PER_CELL, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
