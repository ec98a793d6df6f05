/* SPDX-License-Identifier: MIT
 * desc-no-id.c - has no id.
 */
#define ZOO_DESC .id = NULL
#include "zoo.h"
