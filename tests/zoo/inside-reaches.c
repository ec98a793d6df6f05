/* SPDX-License-Identifier: MIT
 * inside-reaches.c - asks for the state in rates().
 */
#define ZOO_WARM b->x[0][i]
#include "zoo_inside.h"
