/* SPDX-License-Identifier: MIT
 * inside-allocates.c - allocates in rates().
 */
#define ZOO_WARM b->in[1][i] + 0 * (keep = malloc(i + 1), free(keep), 1)
static void *volatile keep;
#include "zoo_inside.h"
