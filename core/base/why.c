/* SPDX-License-Identifier: MIT
 * why.c - failure as a value: a code and one finished sentence.
 */
#include "core/base/why.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHY_STATUS(name, status, word) status,
#define WHY_WORD(name, status, word) word,
static const int statuses[] = { WHY_CODES(WHY_STATUS) };
static const char *const words[] = { WHY_CODES(WHY_WORD) };

/* One sentence is one line of a log: what breaks lines becomes a space. */
static void one_line(char *text)
{
    for (; *text; text++)
        if (*text == '\n' || *text == '\r')
            *text = ' ';
}

int why_fail(why *w, int code, const char *format, ...)
{
    if (!w)
        return code;
    char made[sizeof w->text];                          /* an argument may be w->text itself */
    va_list args;
    va_start(args, format);
    vsnprintf(made, sizeof made, format, args);
    va_end(args);
    one_line(made);
    w->code = code;
    memcpy(w->text, made, sizeof made);
    return code;
}

int why_prefix(why *w, const char *format, ...)
{
    if (!w)
        return E_BUG;
    char made[sizeof w->text];
    va_list args;
    va_start(args, format);
    vsnprintf(made, sizeof made, format, args);
    va_end(args);
    one_line(made);
    size_t n = strlen(made);
    if (n > sizeof w->text - 3)
        n = sizeof w->text - 3;
    size_t room = sizeof w->text - n - 3, have = strlen(w->text);
    if (have > room)
        have = room;
    memmove(w->text + n + 2, w->text, have);
    memcpy(w->text, made, n);
    memcpy(w->text + n, ": ", 2);
    w->text[n + 2 + have] = '\0';
    return w->code;
}

const char *why_word(int code)
{
    return code >= 0 && code < WHY_NCODES ? words[code] : "unknown";
}

int why_status(int code)
{
    return code >= 0 && code < WHY_NCODES ? statuses[code] : 1;
}
