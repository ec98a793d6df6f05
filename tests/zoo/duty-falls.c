/* SPDX-License-Identifier: MIT
 * duty-falls.c - a duty whose time does not rise.
 */
#define ZOO_TIME 60.0 * (i == 20 ? 19 : i)
#include "zoo_duty.h"
