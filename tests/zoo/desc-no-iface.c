/* SPDX-License-Identifier: MIT
 * desc-no-iface.c - has no iface().
 */
#define ZOO_DESC .iface = NULL
#include "zoo.h"
