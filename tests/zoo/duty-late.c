/* SPDX-License-Identifier: MIT
 * duty-late.c - a duty that names a cell after the first samples.
 */
#define ZOO_ROW i < ROWS || i == 20
#include "zoo_duty.h"
