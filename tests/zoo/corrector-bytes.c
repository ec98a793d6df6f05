/* SPDX-License-Identifier: MIT
 * corrector-bytes.c - saves other bytes every time.
 */
static int saved;
#define ZOO_SAVE                                                                                                       \
    s->write(s->ctx, "zoo line", 8) || s->write(s->ctx, model, sizeof(line)) ||                                        \
        (saved++, s->write(s->ctx, &saved, sizeof saved))
#include "zoo_corrector.h"
