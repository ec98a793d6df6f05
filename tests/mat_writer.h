/* SPDX-License-Identifier: MIT
 * mat_writer.h - writes small MAT 5 files in NASA's layout, for tests that must not need recordings.
 */
#ifndef FADE_TESTS_MAT_WRITER_H
#define FADE_TESTS_MAT_WRITER_H
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

typedef struct mat_bytes {
    unsigned char *at;
    size_t         n, cap;
} mat_bytes;

static inline void mat_put(mat_bytes *b, const void *at, size_t n)
{
    if (b->n + n + 8 > b->cap) {
        b->cap = 2 * (b->n + n + 8);
        b->at = realloc(b->at, b->cap);
    }
    memcpy(b->at + b->n, at, n);
    b->n += n;
}

static inline void mat_u32(mat_bytes *b, uint32_t x)
{
    mat_put(b, &x, 4);
}

static inline void mat_element(mat_bytes *b, uint32_t type, const void *at, uint32_t n)
{
    static const char zero[8] = { 0 };
    mat_u32(b, type);
    mat_u32(b, n);
    mat_put(b, at, n);
    mat_put(b, zero, (8 - n % 8) % 8);
}

/* Opens an array; what it holds follows until mat_end with the number returned. */
static inline size_t mat_begin(mat_bytes *b, uint32_t class, uint32_t rows, uint32_t cols, const char *name)
{
    uint32_t flags[2] = { class, 0 }, dims[2] = { rows, cols };
    mat_u32(b, 14);
    size_t place = b->n;
    mat_u32(b, 0);
    mat_element(b, 6, flags, 8);
    mat_element(b, 5, dims, 8);
    mat_element(b, 1, name, (uint32_t)strlen(name));
    return place;
}

static inline void mat_end(mat_bytes *b, size_t place)
{
    uint32_t n = (uint32_t)(b->n - place - 4);
    memcpy(b->at + place, &n, 4);
}

static inline void mat_doubles(mat_bytes *b, const double *x, uint32_t n)
{
    size_t p = mat_begin(b, 6, 1, n, "");
    mat_element(b, 9, x, 8 * n);
    mat_end(b, p);
}

static inline void mat_chars(mat_bytes *b, const char *text)
{
    size_t p = mat_begin(b, 4, 1, (uint32_t)strlen(text), "");
    mat_element(b, 16, text, (uint32_t)strlen(text));
    mat_end(b, p);
}

/* A struct's field names, each in 32 bytes. */
static inline void mat_fields(mat_bytes *b, const char *const *name, uint32_t n)
{
    char names[16][32] = { { 0 } };
    for (uint32_t k = 0; k < n; k++)
        strncpy(names[k], name[k], 31);
    mat_u32(b, 5 | 4 << 16);
    mat_u32(b, 32);
    mat_element(b, 1, names, 32 * n);
}

typedef struct mat_plan {                         /* what the written recording is like */
    const char *cell;
    int         cycles, samples;
    double      label;                            /* multiplies the capacity label; 1: right */
    double      hours;                            /* between starts */
} mat_plan;

/* A charge at 1.5 A, or a discharge at 2 A: rest, load, rest; voltage falls from 4.2 V through 2.7 V at 3/4 of the load. */
static inline void mat_operation(mat_bytes *b, int charge, const mat_plan *p, double start)
{
    static const char *const names[] = { "Voltage_measured", "Current_measured", "Temperature_measured", "Time", "Capacity" };
    double x[4][512];
    int n = p->samples;
    for (int k = 0; k < n; k++) {
        int on = k >= 2 && k < n - 4;
        x[0][k] = charge ? 3.5 + 0.7 * k / n : 4.2 - 2.0 * (k - 2) / (n - 6);
        x[1][k] = on ? (charge ? 1.5 : -2.0) : 0.001;
        x[2][k] = on ? 30 : 99;                   /* what is at rest must be masked */
        x[3][k] = 100.0 * k;
    }
    double six[6] = { 2008, 4, 2, 0, 0, 0.5 }, ambient = 24, capacity = 0;
    int rest = 1;                                 /* the last sample before the load */
    for (int k = rest + 1; k < n; k++) {
        capacity -= 0.5 * (x[1][k] + x[1][k - 1]) * 100 / 3600;
        if (x[0][k] <= 2.7)
            break;
    }
    capacity *= p->label;
    six[3] = floor(start);
    six[2] += floor(six[3] / 24);
    six[3] -= 24 * floor(six[3] / 24);
    mat_chars(b, charge ? "charge" : "discharge");
    mat_doubles(b, &ambient, 1);
    mat_doubles(b, six, 6);
    size_t d = mat_begin(b, 2, 1, 1, "");
    mat_fields(b, names, charge ? 4 : 5);
    for (int j = 0; j < 4; j++)
        mat_doubles(b, x[j], (uint32_t)n);
    if (!charge)
        mat_doubles(b, &capacity, 1);
    mat_end(b, d);
}

/* The variable's bytes (uncompressed, without the file's header). */
static inline mat_bytes mat_variable(const mat_plan *p)
{
    static const char *const one[] = { "cycle" };
    static const char *const fields[] = { "type", "ambient_temperature", "time", "data" };
    mat_bytes b = { NULL, 0, 0 };
    size_t top = mat_begin(&b, 2, 1, 1, p->cell);
    mat_fields(&b, one, 1);
    size_t cycle = mat_begin(&b, 2, 1, (uint32_t)(2 * p->cycles), "");
    mat_fields(&b, fields, 4);
    for (int k = 0; k < p->cycles; k++) {
        mat_operation(&b, 1, p, k * p->hours);
        mat_operation(&b, 0, p, k * p->hours + 3);
    }
    mat_end(&b, cycle);
    mat_end(&b, top);
    return b;
}

/* A whole file around one variable's bytes. */
static inline mat_bytes mat_file(const unsigned char *variable, size_t n, int packed)
{
    mat_bytes b = { NULL, 0, 0 };
    char header[128];
    memset(header, ' ', sizeof header);
    memcpy(header, "MATLAB 5.0 MAT-file", 19);
    memset(header + 116, 0, 8);
    memcpy(header + 124, "\0\1IM", 4);
    mat_put(&b, header, sizeof header);
    if (!packed) {
        mat_put(&b, variable, n);
        return b;
    }
    uLongf m = compressBound(n);
    unsigned char *z = malloc(m);
    compress2(z, &m, variable, n, 1);
    mat_u32(&b, 15);
    mat_u32(&b, (uint32_t)m);
    mat_put(&b, z, m);
    free(z);
    return b;
}
#endif
