/* SPDX-License-Identifier: MIT
 * other-name.c - is not called as its file.
 */
#define ZOO_DESC .id = "elsewhere"
#include "zoo.h"
