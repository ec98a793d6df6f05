/* SPDX-License-Identifier: MIT
 * abi-major.c - needs a host of another age.
 */
#define FADE_ABI_NEED FADE_ABI(2, 0)
#include "zoo.h"
