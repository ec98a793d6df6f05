/* SPDX-License-Identifier: MIT
 * desc-curve-unit.c - has one unit for the two axes of a curve.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "K", "Doc.", "", FADE_CURVE, 0, 0, 0, 0, 0, 0, NULL }
#include "zoo.h"
