/* SPDX-License-Identifier: MIT
 * bounds-broken.c - leaves its own bounds at once.
 */
#define ZOO_OUT { "loss", "1", "Fraction lost.", 0, 0.5, 1, 0, 0, 1, 0 }
#include "zoo.h"
