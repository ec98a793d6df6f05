/* SPDX-License-Identifier: MIT
 * terminal.c - how wide the terminal is, and what its locale says of letters.
 */
#include "core/cli/terminal.h"
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { WIDTH = 80, NARROW = 40, WIDE = 160 };

size_t terminal_width(void)
{
    struct winsize size = { 0 };
    const char *said = getenv("COLUMNS");
    long n = said ? strtol(said, NULL, 10) : 0;
    if (n <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
        n = size.ws_col;
    return n <= 0 ? WIDTH : n < NARROW ? NARROW : n > WIDE ? WIDE : (size_t)n;
}

bool terminal_utf8(void)
{
    static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
    const char *locale = "";
    for (size_t i = 0; i < 3 && !*locale; i++)
        locale = getenv(names[i]) ? getenv(names[i]) : "";
    return strcasestr(locale, "utf-8") || strcasestr(locale, "utf8");
}
