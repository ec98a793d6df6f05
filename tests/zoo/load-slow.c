/* SPDX-License-Identifier: MIT
 * load-slow.c - computes for a while when it is loaded.
 */
#include <time.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    while (clock() < CLOCKS_PER_SEC / 5)
        continue;
}
