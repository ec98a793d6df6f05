/* SPDX-License-Identifier: MIT
 * inside-rows.c - books by rows: its answer depends on how long they are.
 */
#define ZOO_DUTY .break_time = 0, .break_efc = 0
#include "zoo_inside.h"
