/* SPDX-License-Identifier: MIT
 * create-once.c - can be made only once.
 */
#define ZOO_CREATE \
static int made; \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    if (made++) { \
        fade_say(host, 3, FADE_EBUG, -1, "only one"); \
        return FADE_EBUG; \
    } \
    zoo *m = calloc(1, sizeof *m); \
    if (!m) \
        return FADE_ENOMEM; \
    m->host = host; \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
