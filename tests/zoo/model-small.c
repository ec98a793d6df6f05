/* SPDX-License-Identifier: MIT
 * model-small.c - has a model table of sixteen bytes.
 */
#define ZOO_MODEL .size = 16
#include "zoo.h"
