/* SPDX-License-Identifier: MIT
 * inside-follows.c - goes by the depth of old cycles while time passes.
 */
#define ZOO_HEAT KNOWN(b->in[2][i]) * b->in[0][i]
#include "zoo_inside.h"
