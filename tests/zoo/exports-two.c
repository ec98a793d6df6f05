/* SPDX-License-Identifier: MIT
 * exports-two.c - leaves a helper visible beside its symbol.
 */
#include "zoo.h"
__attribute__((visibility("default"))) int zoo_helper(void) { return 1; }
