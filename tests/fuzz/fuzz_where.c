/* SPDX-License-Identifier: MIT
 * fuzz_where.c - any text as a choice of rows, and as the name of a column: a sentence or rows, never a crash.
 */
#include "core/study/dataset_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

/* Two cells of six rows, made by hand: no source, no scenario. */
static int open_rows(dataset *d)
{
    static const char *const key[] = { "capacity", "rest", "temperature_mean" };
    dataset_store *s = mem_zero(1, sizeof *s);
    d->arena = mem_arena_open();
    d->store = s;
    d->n = s->n = 12;
    d->ncell = 2;
    s->cell = mem_zero(13, sizeof *s->cell);
    s->row = mem_zero(13, sizeof *s->row);
    s->cycle = mem_zero(13, sizeof *s->cycle);
    s->time = mem_zero(13, sizeof *s->time);
    s->first = mem_zero(4, sizeof *s->first);
    d->name = mem_zero(3, sizeof *d->name);
    d->group = mem_zero(3, sizeof *d->group);
    d->name[0] = d->group[0] = "a";
    d->name[1] = d->group[1] = "b";
    for (uint32_t i = 0; i < 12; i++) {
        s->cell[i] = i / 6;
        s->row[i] = i % 6 + 1;
        s->cycle[i] = s->row[i];
        s->time[i] = (int64_t)i * 1000000;
    }
    s->first[1] = 6;
    s->first[2] = 12;
    d->cell = s->cell;
    d->row = s->row;
    d->cycle = s->cycle;
    d->time = s->time;
    d->first = s->first;
    for (int k = 0; k < 3; k++) {
        double *v = mem_zero(13, sizeof *v);
        for (int i = 0; i < 12; i++)
            v[i] = i == 7 ? NAN : k + 0.25 * i;
        if (dataset_add(d, &(dataset_column){ .key = key[k], .unit = "", .doc = "", .of_answer = k == 0 }, v, NULL) < 0)
            return -1;
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    dataset d = { 0 };
    why w = { 0 };
    char *text = n < 2000 ? malloc(n + 1) : NULL;
    if (!text)
        return 0;
    memcpy(text, at, n);
    text[n] = 0;
    if (open_rows(&d) == 0) {
        int c = dataset_column_of(&d, text, &w);
        for (int ask = 0; ask < NASK && c >= 0; ask++)
            dataset_refuses(&d, c, ask);
        if (dataset_group(&d, text, &w) == 0 || w.text[0])
            dataset_keep(&d, text, &w);
    }
    dataset_free(&d);
    free(text);
    return 0;
}
