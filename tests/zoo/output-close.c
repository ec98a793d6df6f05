/* SPDX-License-Identifier: MIT
 * output-close.c - cannot be closed.
 */
#define ZOO_CLOSED FADE_EIO
#include "zoo_output.h"
