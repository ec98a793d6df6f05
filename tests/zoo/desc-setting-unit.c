/* SPDX-License-Identifier: MIT
 * desc-setting-unit.c - has a unit for a word.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "K", "Doc.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "" }
#include "zoo.h"
