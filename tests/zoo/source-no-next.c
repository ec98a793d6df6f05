/* SPDX-License-Identifier: MIT
 * source-no-next.c - gives no rows for want of a function.
 */
#define ZOO_SOURCE .next = NULL
#include "zoo_source.h"
