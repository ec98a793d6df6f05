/* SPDX-License-Identifier: MIT
 * desc-flags.c - sets a flag nobody knows.
 */
#define ZOO_DESC .flags = 64 | FADE_PER_CYCLE
#include "zoo.h"
