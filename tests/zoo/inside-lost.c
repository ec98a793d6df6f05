/* SPDX-License-Identifier: MIT
 * inside-lost.c - hears of open cycles and not of those that close.
 */
#define ZOO_IN { "depth", "1", "Depth.", 1, 0, 1, 0, 0, 1, 0 }, \
    { "duration", "s", "Time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }, \
    MADE("warm"), MADE("mean_warm"), MADE("mean_swing"), MADE("open_swing")
#include "zoo_inside.h"
