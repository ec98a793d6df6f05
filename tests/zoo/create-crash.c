/* SPDX-License-Identifier: MIT
 * create-crash.c - crashes when it is made.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    *(volatile int *)8 = 1; \
    return FADE_OK; \
}
#include "zoo.h"
