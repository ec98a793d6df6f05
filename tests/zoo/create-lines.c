/* SPDX-License-Identifier: MIT
 * create-lines.c - reports two lines.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    fade_say(host, 3, FADE_EINVAL, -1, "one\ntwo"); \
    return FADE_EINVAL; \
}
#include "zoo.h"
