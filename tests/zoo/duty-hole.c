/* SPDX-License-Identifier: MIT
 * duty-hole.c - a duty with an unknown state of charge.
 */
#define ZOO_SOC i == 20 ? NAN : 0.5
#include "zoo_duty.h"
