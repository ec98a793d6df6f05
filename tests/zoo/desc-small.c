/* SPDX-License-Identifier: MIT
 * desc-small.c - has a descriptor of eight bytes.
 */
#define ZOO_DESC .size = 8
#include "zoo.h"
