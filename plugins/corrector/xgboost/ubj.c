/* SPDX-License-Identifier: MIT
 * ubj.c - Universal Binary JSON as xgboost writes it: big-endian numbers, arrays with a count and often a type.
 */
#include "ubj.h"
#include <endian.h>
#include <string.h>

enum { DEEPEST = 32 };

static const struct {
    char type;
    uint8_t bytes;
} sizes[] = { { 'i', 1 }, { 'U', 1 }, { 'I', 2 }, { 'l', 4 }, { 'L', 8 }, { 'd', 4 }, { 'D', 8 }, { 'C', 1 } };

bool ubj_fault(ubj *u)
{
    u->at = u->end;
    u->bad = true;
    return false;
}

/* Bytes of a value of one size; 0: no such type. */
static size_t size_of(char type)
{
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++)
        if (sizes[k].type == type)
            return sizes[k].bytes;
    return 0;
}

static bool has(ubj *u, uint64_t n)
{
    return n <= (uint64_t)(u->end - u->at) || ubj_fault(u);
}

static char marker(ubj *u)
{
    return has(u, 1) ? (char)*u->at++ : 0;
}

static uint64_t big_endian(ubj *u, size_t n)
{
    uint64_t v = 0;
    for (size_t k = 0; k < n; k++)
        v = v << 8 | u->at[k];
    u->at += n;
    return v;
}

static double plain(ubj *u, char type)
{
    size_t n = size_of(type);
    if (n == 0 || !has(u, n)) {
        ubj_fault(u);
        return 0;
    }
    uint64_t v = big_endian(u, n);
    uint32_t half = (uint32_t)v;
    float f;
    double d;
    switch (type) {
    case 'i': return (int8_t)v;
    case 'I': return (int16_t)v;
    case 'l': return (int32_t)v;
    case 'L': return (double)(int64_t)v;
    case 'd': memcpy(&f, &half, sizeof f); return (double)f;
    case 'D': memcpy(&d, &v, sizeof d); return d;
    default: return (double)v;
    }
}

/* A length: a whole number, never less than 0. */
static uint64_t count(ubj *u)
{
    double n = plain(u, marker(u));
    if (!(n >= 0 && n < 9e15)) {
        ubj_fault(u);
        return 0;
    }
    return (uint64_t)n;
}

bool ubj_object(ubj *u)
{
    return marker(u) == '{' || ubj_fault(u);
}

bool ubj_key(ubj *u, char key[UBJ_KEY])
{
    key[0] = '\0';
    if (!has(u, 1))
        return false;
    if (*u->at == '}') {
        u->at++;
        return false;
    }
    uint64_t n = count(u);
    if (!has(u, n))
        return false;
    size_t keep = n < UBJ_KEY - 1 ? (size_t)n : UBJ_KEY - 1;
    memcpy(key, u->at, keep);
    key[keep] = '\0';
    u->at += n;
    return !u->bad;
}

bool ubj_array(ubj *u, ubj_list *l)
{
    *l = (ubj_list){ 0, 0 };
    if (marker(u) != '[')
        return ubj_fault(u);
    char mark = marker(u);
    if (mark == '$') {
        l->type = marker(u);
        if (size_of(l->type) == 0)
            return ubj_fault(u);
        mark = marker(u);
    }
    if (mark != '#')
        return ubj_fault(u);
    l->n = count(u);
    size_t least = l->type ? size_of(l->type) : 1;
    return (l->n <= (uint64_t)(u->end - u->at) / least && !u->bad) || ubj_fault(u);
}

double ubj_number(ubj *u)
{
    return plain(u, marker(u));
}

/* The two types that big models are made of, without asking at every value. */
static void quads(ubj *u, const ubj_list *l, double *to)
{
    for (uint64_t i = 0; i < l->n; i++, u->at += 4) {
        uint32_t v;
        float f;
        memcpy(&v, u->at, sizeof v);
        v = be32toh(v);
        memcpy(&f, &v, sizeof f);
        to[i] = l->type == 'd' ? (double)f : (double)(int32_t)v;
    }
}

void ubj_numbers(ubj *u, const ubj_list *l, double *to)
{
    if (l->type == 'd' || l->type == 'l')
        quads(u, l, to);
    else
        for (uint64_t i = 0; i < l->n; i++)
            to[i] = plain(u, l->type ? l->type : marker(u));
}

void ubj_text(ubj *u, char *to, size_t room)
{
    to[0] = '\0';
    if (marker(u) != 'S') {
        ubj_fault(u);
        return;
    }
    uint64_t n = count(u);
    if (!has(u, n))
        return;
    size_t keep = n < room - 1 ? (size_t)n : room - 1;
    memcpy(to, u->at, keep);
    to[keep] = '\0';
    u->at += n;
}

static void skip(ubj *u, int deep);

static void skip_array(ubj *u, int deep)
{
    ubj_list l;
    if (!ubj_array(u, &l))
        return;
    if (l.type)
        u->at += l.n * size_of(l.type);
    else
        for (uint64_t k = 0; k < l.n && !u->bad; k++)
            skip(u, deep - 1);
}

static void skip_object(ubj *u, int deep)
{
    char key[UBJ_KEY];
    if (ubj_object(u))
        while (ubj_key(u, key))
            skip(u, deep - 1);
}

static void skip(ubj *u, int deep)
{
    if (deep == 0 || !has(u, 1)) {
        ubj_fault(u);
        return;
    }
    char mark = (char)*u->at;
    if (mark == '[')
        skip_array(u, deep);
    else if (mark == '{')
        skip_object(u, deep);
    else if (mark == 'S')
        ubj_text(u, (char[1]){ 0 }, 1);
    else if (mark == 'Z' || mark == 'T' || mark == 'F')
        u->at++;
    else
        (void)ubj_number(u);
}

void ubj_skip(ubj *u)
{
    skip(u, DEEPEST);
}
