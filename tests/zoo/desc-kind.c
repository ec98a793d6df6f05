/* SPDX-License-Identifier: MIT
 * desc-kind.c - is of a kind there is not.
 */
#define ZOO_DESC .kind = "magic"
#include "zoo.h"
