/* SPDX-License-Identifier: MIT
 * mode-folder.c - changes the working directory.
 */
#include <unistd.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    if (chdir("/"))
        return;
}
