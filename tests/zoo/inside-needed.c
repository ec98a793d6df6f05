/* SPDX-License-Identifier: MIT
 * inside-needed.c - needs in every row what only samples give.
 */
#define ZOO_IN { "depth", "1", "Depth.", 1, 0, 1, 0, 0, 1, 0 }, \
    { "duration", "s", "Time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }, \
    { "warm", "1", "Heat.", 0, 0, 0, 0, 0, 1, 0 }, MADE("mean_warm"), MADE("swing"), MADE("open_swing")
#include "zoo_inside.h"
