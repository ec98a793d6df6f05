/* SPDX-License-Identifier: MIT
 * desc-param-flags.c - sets a flag of a parameter nobody knows.
 */
#define ZOO_PARAMS { "k", "1", "Loss.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "a", "1", "Doc.", "", FADE_REAL, 1u << 30, 1, 0, 2, 0, 0, NULL }
#include "zoo.h"
