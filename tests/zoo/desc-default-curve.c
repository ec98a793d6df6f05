/* SPDX-License-Identifier: MIT
 * desc-default-curve.c - has a default that is no curve.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "K;1", "Doc.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, "nothing" }
#include "zoo.h"
