/* SPDX-License-Identifier: MIT
 * duty-repeats.c - a sound duty that says where its samples come again.
 */
#define ZOO_AGAIN period % 7 == 0
#include "zoo_duty.h"
