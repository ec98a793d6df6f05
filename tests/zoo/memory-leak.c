/* SPDX-License-Identifier: MIT
 * memory-leak.c - forgets its first block when there is no second.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    zoo *m = calloc(1, sizeof *m); \
    char *name = m ? strdup("zoo") : NULL; \
    if (!name) \
        return FADE_ENOMEM; \
    free(name); \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
