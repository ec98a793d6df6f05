/* SPDX-License-Identifier: MIT
 * desc-default-out.c - has a default that is not allowed.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, 0, 5, 0, 2, 0, 0, NULL }
#include "zoo.h"
