/* SPDX-License-Identifier: MIT
 * desc-log.c - moves the logarithm of what is never above 0.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, FADE_LOG, -1, -2, 0, 0, 0, NULL }
#include "zoo.h"
