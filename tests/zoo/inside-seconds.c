/* SPDX-License-Identifier: MIT
 * inside-seconds.c - sees inside rows and steps in seconds.
 */
#define ZOO_DESC .flags = 0
#include "zoo_inside.h"
