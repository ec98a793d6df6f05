/* SPDX-License-Identifier: MIT
 * desc-choice-default.c - chooses the fifth of two.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "", "Doc.", "", FADE_CHOICE, 0, 5, 0, 0, 0, 0, "x|y" }
#include "zoo.h"
