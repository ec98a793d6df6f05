/* SPDX-License-Identifier: MIT
 * inside-writes.c - writes behind the end of a rate.
 */
#define ZOO_WARM (b->out[0][b->n] = 1)
#include "zoo_inside.h"
