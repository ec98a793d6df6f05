/* SPDX-License-Identifier: MIT
 * source-vague.c - does not say which file is missing.
 */
#define ZOO_FILE if (!f && path) { fade_say(host, 3, FADE_EIO, -1, "a file is missing"); return FADE_EIO; }
#include "zoo_source.h"
