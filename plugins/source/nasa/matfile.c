/* SPDX-License-Identifier: MIT
 * matfile.c - NASA's nested structs, CELL.cycle(1..n).{type,ambient_temperature,time,data.{..}}, by matio from a proved
 * copy.
 *
 * Every pointer matio gives is checked: a struct can have dimensions and no data.
 */
#include "nasa.h"
#include <matio.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Integers and singles are stored for what began as doubles: numbers by class. */
#define NUMBER_CLASSES(X)                                                                                              \
    X(MAT_C_DOUBLE, double)                                                                                            \
    X(MAT_C_SINGLE, float) X(MAT_C_INT8, int8_t) X(MAT_C_UINT8, uint8_t) X(MAT_C_INT16, int16_t)                       \
        X(MAT_C_UINT16, uint16_t) X(MAT_C_INT32, int32_t) X(MAT_C_UINT32, uint32_t) X(MAT_C_INT64, int64_t)            \
            X(MAT_C_UINT64, uint64_t)

enum { READINGS = 4 };
typedef struct buffers {                          /* numbers that had to be converted, one array per reading */
    double *at[READINGS];
    size_t  cap[READINGS];
} buffers;

static size_t length(const matvar_t *v)
{
    size_t n = v && v->dims && v->rank > 0 ? 1 : 0;
    for (int k = 0; n && k < v->rank; k++)
        n *= v->dims[k];
    return n;
}

/* Field `name` of element k, or NULL. */
static const matvar_t *field(const matvar_t *v, const char *name, size_t k)
{
    if (!v || v->class_type != MAT_C_STRUCT || !v->data || k >= length(v))
        return NULL;
    return Mat_VarGetStructFieldByName((matvar_t *)(uintptr_t)v, name, k);
}

/* Number k; NaN where there is none, or it is complex (NASA's Re and Rct are, where the fit went wrong). */
static double number(const matvar_t *v, size_t k)
{
    if (!v || !v->data || v->isComplex || k >= length(v))
        return NAN;
#define CASE(class, type)                                                                                              \
    case class:                                                                                                        \
        return (k + 1) * sizeof(type) <= v->nbytes ? (double)((const type *)v->data)[k] : NAN;
    switch (v->class_type) {
        NUMBER_CLASSES(CASE)
    default:
        return NAN;
    }
#undef CASE
}

/* n numbers of v as doubles: v's own where they are doubles.  NULL: not that many, or no memory. */
static const double *numbers(const matvar_t *v, size_t n, buffers *b, int reading)
{
    if (!v || !v->data || v->isComplex || length(v) != n || n == 0)
        return NULL;
    if (v->class_type == MAT_C_DOUBLE)
        return n * sizeof(double) <= v->nbytes ? v->data : NULL;
    if (b->cap[reading] < n) {
        double *grown = realloc(b->at[reading], n * sizeof *grown);
        if (!grown)
            return NULL;
        b->at[reading] = grown;
        b->cap[reading] = n;
    }
    for (size_t k = 0; k < n; k++)
        b->at[reading][k] = number(v, k);
    return b->at[reading];
}

/* NASA_CHARGE .. or -1. */
static int kind_of(const matvar_t *v)
{
    static const char *const names[] = { "charge", "discharge", "impedance" };
    if (!v || v->class_type != MAT_C_CHAR || !v->data)
        return -1;
    for (int k = 0; k < 3; k++)
        if (v->nbytes >= strlen(names[k]) && length(v) == strlen(names[k]) &&
            memcmp(v->data, names[k], strlen(names[k])) == 0)
            return k;
    return -1;
}

/* The arrays of a charge or discharge.  false: one is missing or of another length; then n is 0. */
static bool readings(const matvar_t *data, buffers *b, nasa_record *r)
{
    static const char *const names[READINGS] = { "Voltage_measured", "Current_measured", "Temperature_measured",
                                                 "Time" };
    const double **to[READINGS] = { &r->v, &r->i, &r->temperature, &r->t };
    r->n = length(field(data, "Time", 0));
    for (int k = 0; k < READINGS && r->n > 0; k++) {
        *to[k] = numbers(field(data, names[k], 0), r->n, b, k);
        if (!*to[k])
            r->n = 0;
    }
    return r->n > 0;
}

static int32_t operation(nasa_book *book, nasa_cell *c, const matvar_t *cycle, size_t k, buffers *b, nasa_why *w)
{
    nasa_record r = { .kind = kind_of(field(cycle, "type", k)), .capacity = NAN, .re = NAN, .rct = NAN };
    if (r.kind < 0) {
        book->unknown_kinds++;
        return FADE_OK;
    }
    const matvar_t *data = field(cycle, "data", k), *time = field(cycle, "time", k);
    double six[6];
    for (size_t j = 0; j < 6; j++)
        six[j] = number(time, j);
    r.start = nasa_date(six);
    r.ambient = number(field(cycle, "ambient_temperature", k), 0);
    if (r.kind == NASA_IMPEDANCE) {
        r.re = number(field(data, "Re", 0), 0);
        r.rct = number(field(data, "Rct", 0), 0);
    } else if (!readings(data, b, &r) && r.kind == NASA_DISCHARGE) {
        return nasa_fail(w, FADE_EINVAL,
                         "%s.cycle(%zu), a discharge, lacks voltage, current, temperature or time of one length", c->id,
                         k + 1);
    }
    if (r.kind == NASA_DISCHARGE)
        r.capacity = number(field(data, "Capacity", 0), 0);
    return nasa_add(book, c, &r, w);
}

static int32_t cell(nasa_book *book, const matvar_t *v, const char *only, nasa_why *w)
{
    const matvar_t *cycle = field(v, "cycle", 0);
    if (!cycle || cycle->class_type != MAT_C_STRUCT || !v->name || !nasa_is_id(v->name))
        return FADE_OK;
    if (only && strcmp(only, v->name) != 0)
        return FADE_OK;
    nasa_cell *c = nasa_cell_of(book, v->name);
    if (!c)
        return nasa_fail(w, FADE_ENOMEM, "no memory for cell %s", v->name);
    buffers b = { { NULL }, { 0 } };
    int32_t rc = FADE_OK;
    for (size_t k = 0, n = length(cycle); k < n && !rc; k++)
        rc = operation(book, c, cycle, k, &b, w);
    for (int k = 0; k < READINGS; k++)
        free(b.at[k]);
    return rc;
}

static int32_t variables(nasa_book *book, mat_t *mat, unsigned structs, const char *only, nasa_why *w)
{
    int32_t rc = FADE_OK;
    for (unsigned k = 0; k < structs && !rc; k++) {       /* bounded by what was proved, whatever matio says */
        matvar_t *v = Mat_VarReadNext(mat);
        if (!v)
            return nasa_fail(w, FADE_EINVAL, "matio cannot read variable %u", k + 1);
        rc = cell(book, v, only, w);
        Mat_VarFree(v);
    }
    return rc;
}

int32_t nasa_read_mat(const char *path, const char *only, nasa_book *book, nasa_why *w)
{
    int fd;
    unsigned structs;
    int32_t rc = nasa_mat_prove(path, &fd, &structs, w);
    if (rc)
        return rc;
    char copy[64];
    snprintf(copy, sizeof copy, "/proc/self/fd/%d", fd);
    mat_t *mat = Mat_Open(copy, MAT_ACC_RDONLY);
    nasa_why inner;
    rc = mat ? variables(book, mat, structs, only, &inner) : nasa_fail(&inner, FADE_EINVAL, "matio cannot open it");
    if (mat)
        Mat_Close(mat);
    close(fd);
    book->operations = true;
    return rc ? nasa_fail(w, rc, "%s cannot be read: %s", path, inner.text) : FADE_OK;
}
