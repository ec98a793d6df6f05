/* SPDX-License-Identifier: MIT
 * inside-refuses.c - refuses samples as a whole.
 */
#define ZOO_CODE FADE_ESOLVE
#include "zoo_inside.h"
