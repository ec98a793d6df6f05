/* SPDX-License-Identifier: MIT
 * mode-float.c - flushes denormals, as -ffast-math does.
 */
#include <fenv.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    fesetround(FE_UPWARD);
}
