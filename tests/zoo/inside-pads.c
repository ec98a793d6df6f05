/* SPDX-License-Identifier: MIT
 * inside-pads.c - the padding leaks into its cycles.
 */
#define ZOO_SWING b->in[0][i] + 0 * b->in[0][b->n - 1]
#include "zoo_inside.h"
