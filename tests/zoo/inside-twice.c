/* SPDX-License-Identifier: MIT
 * inside-twice.c - lists a column of samples twice.
 */
#define ZOO_READS { "soc", "1", "S.", 0, 0, 0, 0, 0, 1, 0 }, { "soc", "1", "S.", 0, 0, 0, 0, 0, 1, 0 }
#include "zoo_inside.h"
