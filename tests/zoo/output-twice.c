/* SPDX-License-Identifier: MIT
 * output-twice.c - writes a row as often as it comes.
 */
#define ZOO_NEW 1
#include "zoo_output.h"
