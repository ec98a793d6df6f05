/* SPDX-License-Identifier: MIT
 * load-crash.c - crashes when it is loaded.
 */
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    *(volatile int *)8 = 1;
}
