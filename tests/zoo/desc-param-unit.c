/* SPDX-License-Identifier: MIT
 * desc-param-unit.c - has a unit that does not parse.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "parsec", "Doc.", "", FADE_REAL, 0, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
