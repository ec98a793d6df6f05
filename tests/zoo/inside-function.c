/* SPDX-License-Identifier: MIT
 * inside-function.c - lists a rate and has no rates().
 */
#define ZOO_DUTY .rates = NULL
#include "zoo_inside.h"
