/* SPDX-License-Identifier: MIT
 * inside-only-state.c - does not go on where one output alone is asked for.
 */
#define ZOO_HEAT KNOWN(b->in[2][i]) * !b->only
#include "zoo_inside.h"
