/* SPDX-License-Identifier: MIT
 * desc-param-plugin.c - has a key every table has.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "plugin", "1", "Doc.", "", FADE_REAL, 0, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
