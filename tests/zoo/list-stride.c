/* SPDX-License-Identifier: MIT
 * list-stride.c - has rows of eight bytes.
 */
#define ZOO_DESC .columns.in = { in, 1, 8 }
#include "zoo.h"
