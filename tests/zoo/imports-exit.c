/* SPDX-License-Identifier: MIT
 * imports-exit.c - exits when it is unhappy.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    if (!args) \
        exit(1); \
    zoo *m = calloc(1, sizeof *m); \
    if (!m) \
        return FADE_ENOMEM; \
    m->host = host; \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
