/* SPDX-License-Identifier: MIT
 * csv.h - a scanner of RFC 4180 rows, plain or gzipped, with line numbers; the service "fade.csv/1" is made of it.
 *
 * BOM, CRLF, quotes (with newlines inside) are handled; blank lines are skipped.  A row over 1 MiB or 4,096 fields, an
 * unclosed quote, a NUL byte and a damaged gzip are errors with the line.
 */
#ifndef FADE_BASE_CSV_H
#define FADE_BASE_CSV_H
#include "core/base/why.h"
#include "core/fade_plugin.h"
#include <stddef.h>
#include <stdint.h>

int csv_open(const char *path, char separator, fade_csv **out, why *w);   /* separator 0: found in the first row */
int csv_memory(const char *at, size_t n, char separator, fade_csv **out,
               why *w); /* of bytes that outlive it (fuzzing, tests) */
/* E_OK with *field and *n (valid until the next call), or -1 at the end, or E_INPUT/E_IO with a sentence naming path
 * and line. */
int csv_next(fade_csv *, const fade_csv_field **field, uint32_t *n, why *w);
uint64_t csv_line(const fade_csv *);
uint64_t csv_offset(const fade_csv *);
int csv_seek(fade_csv *, uint64_t offset, uint64_t line, why *w);
void csv_close(fade_csv *);
const fade_csv_v1 *csv_table(void);               /* the service: reports through the host it was opened with */
#endif
