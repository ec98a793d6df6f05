/* SPDX-License-Identifier: MIT
 * create-mute.c - fails without a word.
 */
#define ZOO_CREATE \
static int32_t create(const fade_host *host, const fade_args *args, void **model) \
{ \
    return FADE_ESOLVE; \
}
#include "zoo.h"
