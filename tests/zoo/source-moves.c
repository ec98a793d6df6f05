/* SPDX-License-Identifier: MIT
 * source-moves.c - takes the names of cells back with every block.
 */
static char names[2][4];
#define ZOO_NEXT memset(names, 0, sizeof names);
#define ZOO_CELL strcpy(names[s->at % 2], s->at % 2 ? "B2" : "A1")
#include "zoo_source.h"
