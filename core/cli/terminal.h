/* SPDX-License-Identifier: MIT
 * terminal.h - what stdout can show: how wide it is, and whether it knows more than ASCII.
 */
#ifndef FADE_CLI_TERMINAL_H
#define FADE_CLI_TERMINAL_H
#include <stdbool.h>
#include <stddef.h>

size_t terminal_width(void);                      /* as COLUMNS or the terminal says, 40 to 160; 80 where nobody does */
bool terminal_utf8(void);                         /* by the locale in the environment */
#endif
