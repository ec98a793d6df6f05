/* SPDX-License-Identifier: MIT
 * iface-none.c - has no interface at all.
 */
#define ZOO_IFACE NULL
#include "zoo.h"
