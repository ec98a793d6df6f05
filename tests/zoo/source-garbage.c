/* SPDX-License-Identifier: MIT
 * source-garbage.c - trusts a file.
 */
#define ZOO_FILE if (!f && path) { fade_say(host, 3, FADE_EIO, -1, path); return FADE_EIO; } \
    if (f && fread(text, 1, 100, f) == 100 && (text[0] & 1)) \
        *(volatile int *)8 = 1;
#include "zoo_source.h"
