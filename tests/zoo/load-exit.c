/* SPDX-License-Identifier: MIT
 * load-exit.c - ends the process when it is loaded.
 */
#include <unistd.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    _exit(3);
}
