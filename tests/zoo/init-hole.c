/* SPDX-License-Identifier: MIT
 * init-hole.c - does not fill its state.
 */
#include "fade_plugin.h"
static int32_t init(const void *m, fade_tile *b) { return 0; }
#define ZOO_MODEL .init = init
#include "zoo.h"
