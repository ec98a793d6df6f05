/* SPDX-License-Identifier: MIT
 * inside-negative.c - has break points before the beginning.
 */
#define ZOO_DUTY .break_time = -1
#include "zoo_inside.h"
