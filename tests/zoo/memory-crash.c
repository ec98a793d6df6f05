/* SPDX-License-Identifier: MIT
 * memory-crash.c - does not look whether there was memory.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    zoo *m = calloc(1, sizeof *m); \
    m->host = host; \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
