/* SPDX-License-Identifier: MIT
 * duty-drifts.c - a duty whose samples come again, each time a little slower, and which says that they come as before.
 */
#define ZOO_TIME 60.0 * i + 0.25 * (i / 7) * (i / 7)
#define ZOO_AGAIN period % 7 == 0
#include "zoo_duty.h"
