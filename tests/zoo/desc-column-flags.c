/* SPDX-License-Identifier: MIT
 * desc-column-flags.c - has an input that is a sum.
 */
#define ZOO_IN { "temperature_mean", "K", "Doc.", 298, 0, 0, 0, 0, 1, FADE_TOTAL }
#include "zoo.h"
