/* SPDX-License-Identifier: MIT
 * load-hang.c - never comes back from loading.
 */
#include <unistd.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    for (;;)
        pause();
}
