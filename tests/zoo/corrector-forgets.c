/* SPDX-License-Identifier: MIT
 * corrector-forgets.c - predicts otherwise when loaded.
 */
#define ZOO_LOAD                                                                                                       \
    s->read(s->ctx, head, 8) || memcmp(head, "zoo line", 8) != 0 || s->read(s->ctx, &m, sizeof m) ||                   \
        (m.b *= 1.0000001, 0)
#include "zoo_corrector.h"
