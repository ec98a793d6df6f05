/* SPDX-License-Identifier: MIT
 * inside-step-only.c - reads in rates() a parameter that is for steps only.
 */
#define ZOO_WARM b->in[1][i] * b->param[1][i]
#include "zoo_inside.h"
