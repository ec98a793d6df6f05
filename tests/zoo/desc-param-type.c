/* SPDX-License-Identifier: MIT
 * desc-param-type.c - has a type nobody knows.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", 99, 0, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
