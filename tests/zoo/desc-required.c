/* SPDX-License-Identifier: MIT
 * desc-required.c - has a default for what must be given.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, FADE_REQUIRED, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
