/* SPDX-License-Identifier: MIT
 * desc-licence.c - names no licence.
 */
#define ZOO_DESC .licence = ""
#include "zoo.h"
