/* SPDX-License-Identifier: MIT
 * say.c - sentences to the host, with file and line in front.
 */
#include "inside.h"
#include <stdarg.h>
#include <stdio.h>

static void say(const source *s, const fade_report *how, const char *path, uint64_t line, const char *format,
                va_list args)
{
    char text[1200];
    int n = 0;
    if (path && line)
        n = snprintf(text, sizeof text, "%.400s:%llu: ", path, (unsigned long long)line);
    else if (path)
        n = snprintf(text, sizeof text, "%.400s: ", path);
    vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    fade_say(s->host, how->level, how->code, -1, text);
}

int32_t source_fail(const source *s, int32_t code, const char *path, uint64_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, &(fade_report){ .level = 3, .code = code }, path, line, format, args);
    va_end(args);
    return code;
}

void source_say(const source *s, int32_t level, const char *path, uint64_t line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say(s, &(fade_report){ .level = level }, path, line, format, args);
    va_end(args);
}
