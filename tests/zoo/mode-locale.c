/* SPDX-License-Identifier: MIT
 * mode-locale.c - sets the locale.
 */
#include <locale.h>
#include "zoo.h"
static void __attribute__((constructor)) begin(void)
{
    setlocale(LC_ALL, "C.UTF-8");
}
