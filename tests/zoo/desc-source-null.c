/* SPDX-License-Identifier: MIT
 * desc-source-null.c - has a parameter from nowhere.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", NULL, FADE_REAL, 0, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
