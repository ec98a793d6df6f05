/* SPDX-License-Identifier: MIT
 * inside-status.c - refuses a sample that may well be.
 */
#define ZOO_WARM (b->status[i] = b->in[0][i] > 0.9 ? FADE_ERANGE : 0, 1)
#include "zoo_inside.h"
