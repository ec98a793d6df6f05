/* SPDX-License-Identifier: MIT
 * create-code.c - fails with a code of its own.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    fade_say(host, 3, -99, -1, "no"); \
    return -99; \
}
#include "zoo.h"
