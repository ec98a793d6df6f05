/* SPDX-License-Identifier: MIT
 * corrector-half.c - loads half of what it saved.
 */
#define ZOO_LOAD s->read(s->ctx, head, 8) || s->read(s->ctx, &m, 8)
#include "zoo_corrector.h"
