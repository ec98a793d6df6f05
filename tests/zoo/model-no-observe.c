/* SPDX-License-Identifier: MIT
 * model-no-observe.c - has outputs and does not say what they are at the start.
 */
#define ZOO_MODEL .observe = NULL
#include "zoo.h"
