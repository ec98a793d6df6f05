/* SPDX-License-Identifier: MIT
 * inside-counts.c - its rates depend on how many samples there are.
 */
#define ZOO_WARM b->in[1][i] * b->n
#include "zoo_inside.h"
