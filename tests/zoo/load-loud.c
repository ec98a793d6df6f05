/* SPDX-License-Identifier: MIT
 * load-loud.c - says hello when it is loaded.
 */
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    puts("hello");
}
