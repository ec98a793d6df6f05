/* SPDX-License-Identifier: MIT
 * log.h - what the program says while it works: text or JSON lines, to stderr or a rotated file, never to stdout.
 */
#ifndef FADE_BASE_LOG_H
#define FADE_BASE_LOG_H
#include "core/base/why.h"
#include <stdbool.h>
#include <stdint.h>

enum { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_SILENT };
typedef struct log_options {
    int         level;                            /* least level kept */
    bool        json;
    const char *file;                             /* NULL: stderr */
    uint64_t    rotate_bytes;                     /* 0: never; else file, file.1 .. file.N */
    int         keep;
    int         reading;                          /* the same between log_reading(true) and (false); 0: as level */
} log_options;

typedef struct log_field { const char *key, *value; } log_field;   /* value NULL: left out */

/* The log is the process's, opened by the command; before log_open it is text at LOG_WARNING on stderr. */
int log_open(const log_options *, why *w);        /* [main] E_IO */
void log_close(void);
bool log_wants(int level);                        /* [any] */
/* A source is read: what it says of its data is kept, each sentence once, where lives that are only tried are not.  [main] */
void log_reading(bool);
/* One line: time, level, sentence, fields (ended by a NULL key, may be NULL).  [any thread] */
void log_say(int level, const log_field *fields, const char *format, ...) __attribute__((format(printf, 3, 4)));
int log_level(const char *word);                  /* "debug", "INFO", .. or -1 */
uint64_t log_count(int level);                    /* messages at this level so far, also those not kept */
#endif
