/* SPDX-License-Identifier: MIT
 * corrector-nan.c - cannot do with unknown features.
 */
#define ZOO_TRAIN for (uint64_t i = 0; i < t->n; i++) m->a += 0 * t->col[0][i];
#include "zoo_corrector.h"
