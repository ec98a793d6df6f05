/* SPDX-License-Identifier: MIT
 * imports-puts.c - prints while it is made.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    puts("hello from the zoo"); \
    zoo *m = calloc(1, sizeof *m); \
    if (!m) \
        return FADE_ENOMEM; \
    m->host = host; \
    *model = m; \
    return FADE_OK; \
}
#include "zoo.h"
