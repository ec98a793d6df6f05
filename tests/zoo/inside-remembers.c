/* SPDX-License-Identifier: MIT
 * inside-remembers.c - its cycles remember the last call.
 */
#define ZOO_SWING b->in[0][i] + 1e-9 * called++
static int called;
#include "zoo_inside.h"
