/* SPDX-License-Identifier: MIT
 * duty-claims.c - a duty that says that its samples come again after any period.
 */
#define ZOO_AGAIN period
#include "zoo_duty.h"
