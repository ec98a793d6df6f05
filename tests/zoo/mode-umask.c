/* SPDX-License-Identifier: MIT
 * mode-umask.c - sets the umask.
 */
#include <sys/stat.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    umask(0);
}
