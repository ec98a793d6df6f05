/* SPDX-License-Identifier: MIT
 * iface-any.c - answers to every name.
 */
#define ZOO_IFACE &model_v1
#include "zoo.h"
