/* SPDX-License-Identifier: MIT
 * desc-doc.c - has no doc.
 */
#define ZOO_DESC .doc = ""
#include "zoo.h"
