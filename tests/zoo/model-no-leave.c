/* SPDX-License-Identifier: MIT
 * model-no-leave.c - enters and never leaves.
 */
#include "fade_plugin.h"
static int32_t enter(const void *m, uint32_t n, void **w) { *w = NULL; return 0; }
#define ZOO_MODEL .enter = enter
#include "zoo.h"
