/* SPDX-License-Identifier: MIT
 * desc-version.c - has a version of one number.
 */
#define ZOO_DESC .version = "1"
#include "zoo.h"
