/* SPDX-License-Identifier: MIT
 * desc-state-init.c - starts outside its bounds.
 */
#define ZOO_STATE { "sum", "1", "Doc.", 5, 0, 1, 0, 0, 1, 0 }
#include "zoo.h"
