/* SPDX-License-Identifier: MIT
 * inside-row-stale.c - takes the steps of a row with the health at its beginning.
 */
#define ZOO_HEALTH s->health[0]
#include "inside-row.c"
