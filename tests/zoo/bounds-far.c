/* SPDX-License-Identifier: MIT
 * bounds-far.c - leaves its bounds far from the defaults, with status 0.
 */
#define ZOO_OUT { "loss", "1", "Fraction lost.", 0, 0, 0.5, 0, 0, 1, 0 }
#include "zoo.h"
