/* SPDX-License-Identifier: MIT
 * list-empty.c - counts two inputs and has none.
 */
#define ZOO_DESC .columns.in = { NULL, 2, sizeof(fade_column) }
#include "zoo.h"
