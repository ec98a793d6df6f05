/* SPDX-License-Identifier: MIT
 * memory-code.c - calls it a solver when memory is gone.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    zoo *m = calloc(1, sizeof *m); \
    if (!m) { \
        fade_say(host, 3, FADE_ESOLVE, -1, "no"); \
        return FADE_ESOLVE; \
    } \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
