/* SPDX-License-Identifier: MIT
 * desc-width.c - has a column wider than any.
 */
#define ZOO_STATE { "sum", "1", "Doc.", 0, 0, 0, 0, 0, 1u << 20, 0 }
#include "zoo.h"
