/* SPDX-License-Identifier: MIT
 * inside-lent-only.c - reads in rates() what it asks for of lent samples alone.
 */
#define ZOO_READS \
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },                 \
    { "temperature", "K", "T.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#include "zoo_inside.h"
