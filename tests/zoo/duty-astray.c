/* SPDX-License-Identifier: MIT
 * duty-astray.c - a duty that goes on two samples behind those it passed over.
 */
#define ZOO_AGAIN period % 7 == 0 && (*at += 2 * (n > 3))
#include "zoo_duty.h"
