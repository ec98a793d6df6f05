/* SPDX-License-Identifier: MIT
 * abi-newer.c - needs a newer host.
 */
#define FADE_ABI_NEED FADE_ABI(1, 9)
#include "zoo.h"
