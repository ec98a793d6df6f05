/* SPDX-License-Identifier: MIT
 * source-cell.c - names a cell as no cell can be named.
 */
#define ZOO_CELL "cell one"
#include "zoo_source.h"
