/* SPDX-License-Identifier: MIT
 * source-cycle.c - counts cycles down.
 */
#define ZOO_CYCLE 100 - s->at
#include "zoo_source.h"
