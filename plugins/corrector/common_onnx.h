/* SPDX-License-Identifier: MIT
 * common_onnx.h - a trained model as an ONNX file: a graph built node by node, in protobuf's wire format, without
 * protobuf.
 *
 * Values are numbers: 0 is the input "features", the others t1, t2 .., each the output of a node or a constant.  All
 * tensors are doubles.  IR version 8, operators of version 13; field numbers are those of onnx.proto3.  A failure to
 * allocate is remembered and said at the end.
 */
#ifndef FADE_PLUGINS_COMMON_ONNX_H
#define FADE_PLUGINS_COMMON_ONNX_H
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ONNX_IR = 8, ONNX_OPSET = 13, ONNX_DOUBLE = 11 };
enum { ONNX_DEPTH = 6 };                     /* messages open within one another */

typedef struct onnx {
    unsigned char *at;
    size_t n, cap, start[ONNX_DEPTH];
    int depth, failed;
    uint32_t values;                         /* used so far */
} onnx;

/* ---- wire format ---- */

static inline unsigned char *onnx_room(onnx *o, size_t n)
{
    if (o->cap - o->n < n && !o->failed) {
        size_t cap = 2 * (o->n + n) + 1024;
        unsigned char *more = realloc(o->at, cap);
        o->failed = !more;
        o->at = more ? more : o->at;
        o->cap = more ? cap : o->cap;
    }
    if (o->failed)
        return NULL;
    o->n += n;
    return o->at + o->n - n;
}

static inline void onnx_raw(onnx *o, const void *from, size_t n)
{
    unsigned char *to = onnx_room(o, n);
    if (to && n)
        memcpy(to, from, n);
}

static inline size_t onnx_digits(uint64_t v, unsigned char to[10])
{
    size_t n = 0;
    do {
        to[n++] = (unsigned char)((v & 127) | (v > 127 ? 128 : 0));
        v >>= 7;
    } while (v);
    return n;
}

static inline void onnx_varint(onnx *o, uint64_t v)
{
    unsigned char digits[10];
    onnx_raw(o, digits, onnx_digits(v, digits));
}

static inline void onnx_int(onnx *o, uint32_t field, int64_t v)
{
    onnx_varint(o, (uint64_t)field << 3);
    onnx_varint(o, (uint64_t)v);
}

static inline void onnx_bytes(onnx *o, uint32_t field, const void *from, size_t n)
{
    onnx_varint(o, (uint64_t)field << 3 | 2);
    onnx_varint(o, n);
    onnx_raw(o, from, n);
}

static inline void onnx_text(onnx *o, uint32_t field, const char *text)
{
    onnx_bytes(o, field, text, strlen(text));
}

static inline void onnx_open(onnx *o, uint32_t field)
{
    onnx_varint(o, (uint64_t)field << 3 | 2);
    o->start[o->depth++] = o->n;
}

/* The length goes in front of what was written since. */
static inline void onnx_close(onnx *o)
{
    unsigned char digits[10];
    size_t start = o->start[--o->depth], length = o->n - start, n = onnx_digits(length, digits);
    if (!onnx_room(o, n))
        return;
    memmove(o->at + start + n, o->at + start, length);
    memcpy(o->at + start, digits, n);
}

/* ---- the graph ---- */

static inline void onnx_name(uint32_t value, char to[16])
{
    snprintf(to, 16, value ? "t%u" : "features", (unsigned)value);
}

/* A constant of 0, 1 or 2 dimensions. */
static inline uint32_t onnx_constant(onnx *o, uint32_t ndim, const uint32_t *dim, const double *v)
{
    char name[16];
    size_t n = 1;
    onnx_name(++o->values, name);
    onnx_open(o, 5);                         /* GraphProto.initializer */
    for (uint32_t i = 0; i < ndim; i++) {
        onnx_int(o, 1, dim[i]);
        n *= dim[i];
    }
    onnx_int(o, 2, ONNX_DOUBLE);
    onnx_text(o, 8, name);
    onnx_bytes(o, 9, v, n * sizeof *v);      /* little-endian, as ONNX has it and the machines we run on */
    onnx_close(o);
    return o->values;
}

static inline uint32_t onnx_number(onnx *o, double v)
{
    return onnx_constant(o, 0, NULL, &v);
}

static inline uint32_t onnx_row(onnx *o, uint32_t n, const double *v)
{
    return onnx_constant(o, 1, &n, v);
}

static inline void onnx_flag(onnx *o, const char *key, int64_t v, int many)
{
    onnx_open(o, 5);                         /* NodeProto.attribute: i, or ints of one */
    onnx_text(o, 1, key);
    onnx_int(o, many ? 8 : 3, v);
    onnx_int(o, 20, many ? 7 : 2);
    onnx_close(o);
}

/* Opens a node of n inputs; its output is the next value, or has a name of its own. */
static inline uint32_t onnx_begin(onnx *o, const char *op, uint32_t n, const uint32_t *in, const char *named)
{
    char name[16];
    onnx_open(o, 1);                         /* GraphProto.node */
    for (uint32_t i = 0; i < n; i++) {
        onnx_name(in[i], name);
        onnx_text(o, 1, name);
    }
    onnx_name(++o->values, name);
    onnx_text(o, 2, named ? named : name);
    onnx_text(o, 4, op);
    return o->values;
}

static inline uint32_t onnx_one(onnx *o, const char *op, uint32_t a)
{
    uint32_t v = onnx_begin(o, op, 1, &a, NULL);
    onnx_close(o);
    return v;
}

static inline uint32_t onnx_two(onnx *o, const char *op, uint32_t a, uint32_t b)
{
    uint32_t v = onnx_begin(o, op, 2, (const uint32_t[]){ a, b }, NULL);
    onnx_close(o);
    return v;
}

static inline uint32_t onnx_three(onnx *o, const char *op, uint32_t a, uint32_t b, uint32_t c)
{
    uint32_t v = onnx_begin(o, op, 3, (const uint32_t[]){ a, b, c }, NULL);
    onnx_close(o);
    return v;
}

/* Over the columns of each row: ReduceMean, ReduceMax, ReduceSumSquare. */
static inline uint32_t onnx_reduce(onnx *o, const char *op, uint32_t a, int keep)
{
    uint32_t v = onnx_begin(o, op, 1, &a, NULL);
    onnx_flag(o, "axes", 1, 1);
    onnx_flag(o, "keepdims", keep, 0);
    onnx_close(o);
    return v;
}

/* x[rows][in] w[out][in]' + b[out] */
static inline uint32_t onnx_gemm(onnx *o, uint32_t x, uint32_t in, uint32_t out, const double *w, const double *b)
{
    uint32_t W = onnx_constant(o, 2, (const uint32_t[]){ out, in }, w), B = onnx_row(o, out, b);
    uint32_t v = onnx_begin(o, "Gemm", 3, (const uint32_t[]){ x, W, B }, NULL);
    onnx_flag(o, "transB", 1, 0);
    onnx_close(o);
    return v;
}

static inline void onnx_output(onnx *o, const char *name, uint32_t value)
{
    onnx_begin(o, "Identity", 1, &value, name);
    onnx_close(o);
}

/* What of the features is unknown: no number, or no finite one. */
static inline uint32_t onnx_unknown(onnx *o)
{
    return onnx_one(o, "IsNaN", onnx_two(o, "Sub", 0, 0));
}

/* Output "distance": the worst feature's, out of low .. high, in its scale; `varied` where it is unknown. */
static inline void onnx_distance(onnx *o, uint32_t p, uint32_t unknown, const double *low, const double *high,
                                 const double *scale, const double *varied)
{
    uint32_t s = onnx_row(o, p, scale);
    uint32_t over = onnx_two(o, "Div", onnx_two(o, "Sub", 0, onnx_row(o, p, high)), s);
    uint32_t under = onnx_two(o, "Div", onnx_two(o, "Sub", onnx_row(o, p, low), 0), s);
    uint32_t far = onnx_three(o, "Where", unknown, onnx_row(o, p, varied), onnx_two(o, "Max", over, under));
    onnx_output(o, "distance", onnx_one(o, "Relu", onnx_reduce(o, "ReduceMax", far, 0)));
}

/* ---- the file ---- */

static inline void onnx_tensor(onnx *o, uint32_t field, const char *name, uint32_t columns)
{
    onnx_open(o, field);                     /* ValueInfoProto: name, type.tensor_type */
    onnx_text(o, 1, name);
    onnx_open(o, 2);
    onnx_open(o, 1);
    onnx_int(o, 1, ONNX_DOUBLE);
    onnx_open(o, 2);
    onnx_open(o, 1);
    onnx_text(o, 2, "rows");
    onnx_close(o);
    if (columns) {
        onnx_open(o, 1);
        onnx_int(o, 1, columns);
        onnx_close(o);
    }
    onnx_close(o);
    onnx_close(o);
    onnx_close(o);
    onnx_close(o);
}

/* metadata_props `key`: a text of each feature, joined by commas. */
static inline void onnx_told(onnx *o, const char *key, uint32_t p, const fade_column *c, int unit)
{
    onnx_open(o, 14);
    onnx_text(o, 1, key);
    onnx_open(o, 2);
    for (uint32_t j = 0; j < p; j++) {
        const char *text = unit ? c[j].unit : c[j].key;
        onnx_raw(o, ",", j > 0);
        onnx_raw(o, text, strlen(text));
    }
    onnx_close(o);
    onnx_close(o);
}

/* A file is begun with onnx_file and its graph filled; onnx_write ends it, hands it over and frees it. */
static inline void onnx_file(onnx *o, const fade_desc *d, uint32_t p, const fade_column *feature)
{
    static const char *const out[] = { "mean", "sigma", "distance" };
    *o = (onnx){ .at = NULL };
    onnx_int(o, 1, ONNX_IR);
    onnx_text(o, 2, "fade");
    onnx_text(o, 3, d->version);
    onnx_text(o, 6, d->doc);
    onnx_open(o, 8);
    onnx_text(o, 1, "");
    onnx_int(o, 2, ONNX_OPSET);
    onnx_close(o);
    onnx_told(o, "features", p, feature, 0);
    onnx_told(o, "units", p, feature, 1);
    onnx_open(o, 7);                         /* ModelProto.graph */
    onnx_text(o, 2, d->id);
    onnx_tensor(o, 11, "features", p);
    for (int i = 0; i < 3; i++)
        onnx_tensor(o, 12, out[i], 0);
}

static inline int32_t onnx_write(onnx *o, const fade_host *host, const fade_stream *s)
{
    onnx_close(o);
    int32_t rc = o->failed ? FADE_ENOMEM : s->write(s->ctx, o->at, o->n) < 0 ? FADE_EIO : FADE_OK;
    if (rc)
        fade_say(host, 3, rc, -1,
                 o->failed ? "no memory for a model as ONNX" : "a model as ONNX could not be written");
    free(o->at);
    return rc;
}
#endif
