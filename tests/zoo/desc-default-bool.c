/* SPDX-License-Identifier: MIT
 * desc-default-bool.c - has a default between yes and no.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "", "Doc.", "", FADE_BOOL, 0, 0.5, 0, 0, 0, 0, NULL }
#include "zoo.h"
