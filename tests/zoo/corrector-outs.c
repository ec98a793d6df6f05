/* SPDX-License-Identifier: MIT
 * corrector-outs.c - calls its mean an average.
 */
#define ZOO_OUT OUT("average"), OUT("sigma"), OUT("distance")
#include "zoo_corrector.h"
