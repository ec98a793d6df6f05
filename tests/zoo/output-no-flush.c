/* SPDX-License-Identifier: MIT
 * output-no-flush.c - cannot be flushed.
 */
#define ZOO_OUTPUT .flush = NULL
#include "zoo_output.h"
