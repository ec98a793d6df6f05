/* SPDX-License-Identifier: MIT
 * inside-unheard.c - makes a rate of which no input hears.
 */
#define ZOO_RATE { "cold", "1", "Cold.", 0, 0, 0, 0, 0, 1, 0 }
#include "zoo_inside.h"
