/* SPDX-License-Identifier: MIT
 * source-position.c - always starts at the beginning.
 */
#define ZOO_OPEN s->at = 0;
#include "zoo_source.h"
