/* SPDX-License-Identifier: MIT
 * inside-writes-in.c - writes to a sample.
 */
#define ZOO_WARM (((double *)b->in[0])[i] = 1)
#include "zoo_inside.h"
