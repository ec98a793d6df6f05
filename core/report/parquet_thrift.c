/* SPDX-License-Identifier: MIT
 * parquet_thrift.c - Thrift's compact protocol, writing: what Parquet's headers are made of.
 *
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
#include "core/report/parquet.h"
#include <string.h>

enum {
    TRUE = 1,
    FALSE = 2,
    I32 = PARQUET_T_I32,
    I64 = 6,
    BINARY = PARQUET_T_BINARY,
    LIST = 9,
    STRUCT = PARQUET_T_STRUCT
};

void parquet_varint(text *t, uint64_t v)
{
    for (; v > 0x7f; v >>= 7)
        text_addc(t, (char)(v | 0x80));
    text_addc(t, (char)v);
}

static uint64_t zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}

/* A field's head: how far its number is from the one before, and its type. */
static void head(parquet_thrift *t, int field, int type)
{
    int *last = &t->last[t->depth], delta = field - *last;
    if (delta > 0 && delta < 16) {
        text_addc(t->out, (char)(delta << 4 | type));
    } else {
        text_addc(t->out, (char)type);
        parquet_varint(t->out, zigzag(field));
    }
    *last = field;
}

void parquet_int(parquet_thrift *t, int field, int64_t v, bool wide)
{
    head(t, field, wide ? I64 : I32);
    parquet_varint(t->out, zigzag(v));
}

void parquet_bool(parquet_thrift *t, int field, bool v)
{
    head(t, field, v ? TRUE : FALSE);
}

void parquet_bytes(parquet_thrift *t, int field, const char *at, size_t n)
{
    head(t, field, BINARY);
    parquet_varint(t->out, n);
    text_addn(t->out, at, n);
}

void parquet_struct(parquet_thrift *t, int field)
{
    if (field)
        head(t, field, STRUCT);
    t->last[++t->depth] = 0;
}

void parquet_stop(parquet_thrift *t)
{
    text_addc(t->out, 0);
    t->depth--;
}

void parquet_list(parquet_thrift *t, int field, size_t n, int type)
{
    head(t, field, LIST);
    if (n < 15) {
        text_addc(t->out, (char)(n << 4 | (size_t)type));
    } else {
        text_addc(t->out, (char)(0xf0 | type));
        parquet_varint(t->out, n);
    }
}

void parquet_word(parquet_thrift *t, const char *word)
{
    parquet_varint(t->out, strlen(word));
    text_add(t->out, word);
}

void parquet_element(parquet_thrift *t, int64_t v)
{
    parquet_varint(t->out, zigzag(v));
}
