/* SPDX-License-Identifier: MIT
 * desc-live.c - has a live parameter that is one for all.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, FADE_LIVE, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
