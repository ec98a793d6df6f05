/* SPDX-License-Identifier: MIT
 * desc-column-moment.c - knows an output both before and during.
 */
#define ZOO_OUT { "loss", "1", "Doc.", 0, 0, 0, 0, 0, 1, FADE_PLANNED | FADE_EARLY }
#include "zoo.h"
