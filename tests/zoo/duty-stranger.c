/* SPDX-License-Identifier: MIT
 * duty-stranger.c - a duty with samples of a cell that had no row.
 */
#define ZOO_CELL i == 20 ? "C3" : "B2"
#include "zoo_duty.h"
