/* SPDX-License-Identifier: MIT
 * desc-column-key.c - has a space in the key of an input.
 */
#define ZOO_IN { "mean temperature", "K", "Doc.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#include "zoo.h"
