/* SPDX-License-Identifier: MIT
 * source-blocks.c - gives other rows in smaller blocks.
 */
#define ZOO_VALUE 2.0 - 0.01 * b->n
#include "zoo_source.h"
