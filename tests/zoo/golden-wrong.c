/* SPDX-License-Identifier: MIT
 * golden-wrong.c - does not give the golden numbers.
 */
#include "zoo.h"
