/* SPDX-License-Identifier: MIT
 * desc-id.c - has capitals in its id.
 */
#define ZOO_DESC .id = "Zoo"
#include "zoo.h"
