/* SPDX-License-Identifier: MIT
 * mode-signal.c - takes over a signal.
 */
#include <signal.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    signal(SIGINT, SIG_IGN);
}
