/* SPDX-License-Identifier: MIT
 * inside-unit.c - reads a temperature in degC.
 */
#define ZOO_READS { "soc", "1", "Soc.", 0, 0, 0, 0, 0, 1, 0 }, { "temperature", "degC", "T.", 0, 0, 0, 0, 0, 1, 0 }
#include "zoo_inside.h"
