/* SPDX-License-Identifier: MIT
 * inside-halves.c - its cycles are no sum of half as many.
 */
#define ZOO_SWINGS b->dt[i] * b->dt[i]
#include "zoo_inside.h"
