/* SPDX-License-Identifier: MIT
 * inside-clock.c - moves while no time passes.
 */
#define ZOO_HEAT 1
#include "zoo_inside.h"
