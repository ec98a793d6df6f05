/* SPDX-License-Identifier: MIT
 * inside-days.c - its time is no sum of shorter times.
 */
#define ZOO_HEAT KNOWN(b->in[2][i]) * KNOWN(b->in[2][i])
#include "zoo_inside.h"
