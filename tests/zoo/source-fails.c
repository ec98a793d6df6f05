/* SPDX-License-Identifier: MIT
 * source-fails.c - fails without a word.
 */
#define ZOO_NEXT return FADE_EIO;
#include "zoo_source.h"
