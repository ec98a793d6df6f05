/* SPDX-License-Identifier: MIT
 * source-empty.c - has no rows.
 */
#define ZOO_NEXT return FADE_END;
#include "zoo_source.h"
