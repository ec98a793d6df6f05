/* SPDX-License-Identifier: MIT
 * create-same.c - is the same object every time.
 */
#include "fade_plugin.h"
static void keep(void *p) { (void)p; }
#define ZOO_MODEL .destroy = keep
#define ZOO_CREATE \
static zoo one; \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    one.host = host; \
    *model = &one; \
    return FADE_OK; \
}
#include "zoo.h"
