/* SPDX-License-Identifier: MIT
 * step-ends.c - ends at once.
 */
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    zoo *m = (zoo *)model; \
    fade_say(m->host, 3, FADE_ESOLVE, -1, "nothing converges"); \
    return FADE_ESOLVE; \
    return FADE_OK; \
}
#include "zoo.h"
