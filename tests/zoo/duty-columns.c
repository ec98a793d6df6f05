/* SPDX-License-Identifier: MIT
 * duty-columns.c - a duty whose columns stand in another order.
 */
#define ZOO_COLUMNS "soc", "time", "temperature"
#include "zoo_duty.h"
