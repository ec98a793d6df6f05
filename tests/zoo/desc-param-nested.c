/* SPDX-License-Identifier: MIT
 * desc-param-nested.c - has a key in the way of another.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "k.a", "1", "Doc.", "", FADE_REAL, 0, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
