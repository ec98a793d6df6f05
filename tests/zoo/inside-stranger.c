/* SPDX-License-Identifier: MIT
 * inside-stranger.c - reads of a sample what no sample has.
 */
#define ZOO_READS { "voltage", "V", "Voltage.", 0, 0, 0, 0, 0, 1, 0 }, { "temperature", "K", "T.", 0, 0, 0, 0, 0, 1, 0 }
#include "zoo_inside.h"
