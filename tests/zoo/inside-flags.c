/* SPDX-License-Identifier: MIT
 * inside-flags.c - sets a flag nobody knows.
 */
#define ZOO_DUTY .flags = 64
#include "zoo_inside.h"
