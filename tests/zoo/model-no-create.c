/* SPDX-License-Identifier: MIT
 * model-no-create.c - cannot be made.
 */
#define ZOO_MODEL .create = NULL
#include "zoo.h"
