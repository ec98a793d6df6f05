/* SPDX-License-Identifier: MIT
 * inside-empty.c - its rates have no number for an empty cell.
 */
#define ZOO_WARM b->in[1][i] * log(b->in[0][i])
#include "zoo_inside.h"
