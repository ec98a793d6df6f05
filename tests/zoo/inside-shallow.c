/* SPDX-License-Identifier: MIT
 * inside-shallow.c - its cycles have no number for the smallest ones.
 */
#define ZOO_SWING pow(b->in[0][i] - 0.01, 1.5)
#include "zoo_inside.h"
