/* SPDX-License-Identifier: MIT
 * corrector-trusts.c - loads a file that is cut off.
 */
#define ZOO_LOAD (s->read(s->ctx, head, 8), s->read(s->ctx, &m, sizeof m), 0)
#include "zoo_corrector.h"
