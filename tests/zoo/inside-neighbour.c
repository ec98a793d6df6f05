/* SPDX-License-Identifier: MIT
 * inside-neighbour.c - its rates look at the sample before.
 */
#define ZOO_WARM b->in[1][i] + (i > 0 ? b->in[0][i - 1] : 0)
#include "zoo_inside.h"
