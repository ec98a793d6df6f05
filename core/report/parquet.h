/* SPDX-License-Identifier: MIT
 * parquet.h - a writer of Parquet files: flat columns, PLAIN, uncompressed, one page per column and row group.
 *
 * Format: https://parquet.apache.org/docs/file-format/ and its parquet.thrift; the footer is in Thrift's compact protocol.
 */
#ifndef FADE_REPORT_PARQUET_H
#define FADE_REPORT_PARQUET_H
#include "core/base/text.h"
#include "core/base/why.h"
#include <stdio.h>

enum { PARQUET_REAL, PARQUET_WHOLE, PARQUET_TIME, PARQUET_TEXT };     /* DOUBLE, INT64, INT64 of us since 1970 UTC, UTF-8 */
typedef struct parquet_column {
    const char *name;
    int         type;                             /* PARQUET_* */
    bool        optional;                         /* NaN (REAL), INT64_MIN (TIME) and NULL (TEXT) are null */
} parquet_column;

typedef union parquet_values {                    /* of one column */
    const double      *real;
    const int64_t     *whole;
    const char *const *text;
} parquet_values;

typedef struct parquet parquet;
/* Starts a file; the columns are lent until parquet_close. */
int parquet_open(FILE *, const parquet_column *, size_t n, parquet **out, why *w);
/* Names and values that stand in the footer, copied. */
int parquet_say(parquet *, const char *key, const char *value, why *w);
/* One row group of `rows` rows. */
int parquet_group(parquet *, size_t rows, const parquet_values *v, why *w);
int parquet_end(parquet *, why *w);               /* writes the footer */
void parquet_close(parquet *);                    /* accepts NULL */

/* Thrift's compact protocol, as far as it is needed (parquet_thrift.c). */
typedef struct parquet_thrift {
    text    *out;
    int      depth;
    int      last[16];                            /* field before, per depth */
} parquet_thrift;
void parquet_varint(text *, uint64_t);
void parquet_int(parquet_thrift *, int field, int64_t, bool wide);    /* i32 or, wide, i64 */
void parquet_bytes(parquet_thrift *, int field, const char *at, size_t n);
void parquet_bool(parquet_thrift *, int field, bool);
void parquet_struct(parquet_thrift *, int field);                     /* field 0: one of a list, or the outermost */
void parquet_stop(parquet_thrift *);
enum { PARQUET_T_I32 = 5, PARQUET_T_BINARY = 8, PARQUET_T_STRUCT = 12 };
void parquet_list(parquet_thrift *, int field, size_t n, int type);   /* n elements follow: structs, parquet_word or parquet_element */
void parquet_word(parquet_thrift *, const char *);
void parquet_element(parquet_thrift *, int64_t);
#endif
