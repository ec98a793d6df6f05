/* SPDX-License-Identifier: MIT
 * source-nowhere.c - does not mind that its file is missing.
 */
#define ZOO_FILE
#include "zoo_source.h"
