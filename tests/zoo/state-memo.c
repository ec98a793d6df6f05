/* SPDX-License-Identifier: MIT
 * state-memo.c - makes its memo of what is not saved.
 */
#define ZOO_STATE { "sum", "1", "Doc.", 0, 0, 0, 0, 0, 1, 0 }, { "memo", "1", "Doc.", 0, 0, 0, 0, 0, 1, FADE_MEMO }
#include "fade_plugin.h"
static int32_t refresh(const void *m, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        b->x1[1][i] = 0;
    return 0;
}
#define ZOO_MODEL .refresh = refresh
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) { \
        b->x1[1][i] = b->x[1][i] + 1; \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + b->x1[1][i] * 1e-4; \
    } \
    return FADE_OK; \
}
#include "zoo.h"
