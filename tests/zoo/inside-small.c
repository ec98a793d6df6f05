/* SPDX-License-Identifier: MIT
 * inside-small.c - its fade_duty_v1 is smaller than any that was published.
 */
#define ZOO_DUTY .size = 8
#include "zoo_inside.h"
