/* SPDX-License-Identifier: MIT
 * model-no-step.c - does not step.
 */
#define ZOO_MODEL .step = NULL
#include "zoo.h"
