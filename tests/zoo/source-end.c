/* SPDX-License-Identifier: MIT
 * source-end.c - ends and goes on.
 */
#define ZOO_END s->ends++ ? FADE_OK : FADE_END
#include "zoo_source.h"
