/* SPDX-License-Identifier: MIT
 * source_rig.h - a small host for tests of sources: loads a plugin's file, sets parameters by text, reads all rows.
 */
#ifndef FADE_TESTS_SOURCE_RIG_H
#define FADE_TESTS_SOURCE_RIG_H
#include "core/base/clock.h"
#include "core/base/csv.h"
#include "core/base/text.h"
#include "core/fade_plugin.h"
#include "tests/data.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RIG_PARAMS = 32, RIG_WORDS = 32, RIG_COLUMNS = 512 };

typedef struct rig {
    fade_host             host;
    const fade_desc      *desc;
    const fade_source_v1 *vt;
    fade_value            value[RIG_PARAMS];
    char                  word[RIG_PARAMS][1024];
    const char           *key[RIG_PARAMS][RIG_WORDS], *said[RIG_PARAMS][RIG_WORDS];
    fade_args             args;
    char                  error[1024], warning[4096];     /* the last error; all warnings, one a line */
    int                   errors, warnings;
} rig;

typedef struct rig_rows {
    const fade_column *column;                            /* copied */
    uint32_t           ncol;
    size_t             n, cap;
    char             (*cell)[80];
    int64_t           *cycle, *time;
    double            *col[RIG_COLUMNS];
    char               position[256];
    int32_t            code;                              /* of the last next(); FADE_END when all went well */
} rig_rows;

static inline void rig_report(const fade_host *host, const fade_report *r)
{
    rig *g = host->ctx;
    if (r->level == 3) {
        snprintf(g->error, sizeof g->error, "%s", r->text);
        g->errors++;
    } else if (r->level == 2) {
        size_t n = strlen(g->warning);
        snprintf(g->warning + n, sizeof g->warning - n, "%s\n", r->text);
        g->warnings++;
    }
}

static inline uint32_t rig_number(double x, char out[32])
{
    return (uint32_t)text_number(x, out);
}

static inline uint32_t rig_time(int64_t us, char out[40])
{
    return (uint32_t)clock_text(us, out);
}

static inline int32_t rig_real(const char *at, uint32_t n, double *x)
{
    return text_real(at, n, x) ? FADE_OK : FADE_EINVAL;
}

static inline int32_t rig_parse(const char *at, int64_t *us)
{
    return clock_parse(at, us) ? FADE_OK : FADE_EINVAL;
}

static inline const void *rig_iface(const fade_host *host, const char *id)
{
    (void)host;
    static const fade_text_v1 texts = { sizeof texts, rig_number, rig_time, NULL, rig_real };
    static const fade_clock_v1 clocks = { sizeof clocks, clock_utc_us, clock_monotonic_ns, rig_parse };
    if (strcmp(id, "fade.text/1") == 0)
        return &texts;
    if (strcmp(id, "fade.clock/1") == 0)
        return &clocks;
    return strcmp(id, "fade.csv/1") == 0 ? csv_table() : NULL;
}

static inline void rig_choice(rig *g, uint32_t i, const char *word)
{
    const fade_param *p = (const fade_param *)g->desc->params.at + i;
    const char *at = p->text;
    for (int k = 0; at; k++) {
        size_t n = strcspn(at, "|");
        if (n == strlen(word) && memcmp(at, word, n) == 0) {
            g->value[i].real = k;
            return;
        }
        at = at[n] ? at + n + 1 : NULL;
    }
    fprintf(stderr, "%s is no choice of %s\n", word, p->key);
    abort();
}

/* Sets a parameter: a number, a text, "a;b" for TEXTS and PATHS, "key=text;key=text" for MAP. */
static inline void rig_set(rig *g, const char *key, const char *word)
{
    const fade_param *p = g->desc->params.at;
    uint32_t i = 0;
    while (i < g->desc->params.n && strcmp(p[i].key, key) != 0)
        i++;
    if (i == g->desc->params.n) {
        fprintf(stderr, "no parameter %s\n", key);
        abort();
    }
    fade_value *v = &g->value[i];
    snprintf(g->word[i], sizeof g->word[i], "%s", word);
    v->text = g->word[i];
    v->real = atof(word);
    if (p[i].type == FADE_CHOICE)
        rig_choice(g, i, word);
    if (p[i].type != FADE_TEXTS && p[i].type != FADE_MAP && p[i].type != FADE_PATHS)
        return;
    v->n = 0;
    char *rest = g->word[i];
    for (char *w; (w = strsep(&rest, ";")) && v->n < RIG_WORDS; v->n++) {
        char *equal = strchr(w, '=');
        if (p[i].type == FADE_MAP && equal)
            *equal++ = '\0';
        g->key[i][v->n] = w;
        g->said[i][v->n] = p[i].type == FADE_MAP && equal ? equal : w;
    }
    v->key = g->key[i];
    v->texts = g->said[i];
}

/* $FADE_BUILD/plugins/NAME.so with the defaults of its table; false: cannot be loaded (said). */
static inline int rig_open(rig *g, const char *name)
{
    memset(g, 0, sizeof *g);
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build", name);
    void *so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const fade_library *library = so ? dlsym(so, "fade_library_v1") : NULL;
    if (!library) {
        fprintf(stderr, "%s: %s\n", path, dlerror());
        return 0;
    }
    g->desc = library->plugins[0];
    g->vt = g->desc->iface(g->desc, "fade.source/1");
    g->host = (fade_host){ sizeof g->host, FADE_ABI_NOW, g, rig_report, NULL, rig_iface };
    const fade_param *p = g->desc->params.at;
    for (uint32_t i = 0; i < g->desc->params.n; i++)
        if (p[i].type == FADE_CHOICE || p[i].type == FADE_REAL || p[i].type == FADE_INT || p[i].type == FADE_BOOL)
            g->value[i].real = p[i].def;
        else
            g->value[i].text = p[i].text;
    g->args = (fade_args){ sizeof g->args, g->desc->params.n, g->value, g->desc };
    return g->vt != NULL;
}

/* Texts of a column live as long as its source: copies outlive it. */
static inline void rig_copy(fade_column *to, const fade_column *from)
{
    *to = *from;
    to->key = strdup(from->key);
    to->unit = strdup(from->unit);
    to->doc = strdup(from->doc);
}

static inline void rig_free(rig_rows *r)
{
    for (uint32_t j = 0; r->column && j < r->ncol; j++) {
        free((void *)(uintptr_t)r->column[j].key);
        free((void *)(uintptr_t)r->column[j].unit);
        free((void *)(uintptr_t)r->column[j].doc);
    }
    free((void *)(uintptr_t)r->column);
    free(r->cell);
    free(r->cycle);
    free(r->time);
    for (uint32_t j = 0; j < r->ncol; j++)
        free(r->col[j]);
    memset(r, 0, sizeof *r);
}

static inline void rig_grow(rig_rows *r, size_t more)
{
    if (r->n + more <= r->cap)
        return;
    r->cap = 2 * (r->n + more);
    r->cell = realloc(r->cell, r->cap * sizeof r->cell[0]);
    r->cycle = realloc(r->cycle, r->cap * sizeof r->cycle[0]);
    r->time = realloc(r->time, r->cap * sizeof r->time[0]);
    for (uint32_t j = 0; j < r->ncol; j++)
        r->col[j] = realloc(r->col[j], r->cap * sizeof(double));
}

/* At most `most` rows (0: all) in blocks of `cap`, from `position`.  Returns open()'s code; r->code is next()'s last. */
static inline int32_t rig_read(rig *g, const char *position, uint32_t cap, size_t most, rig_rows *r)
{
    memset(r, 0, sizeof *r);
    void *source = NULL;
    int32_t rc = g->vt->open(&g->host, &g->args, position, &source);
    if (rc)
        return rc;
    fade_columns cols = g->desc->columns;
    if (g->vt->columns && (rc = g->vt->columns(source, &cols)) != 0) {
        g->vt->close(source);
        return rc;
    }
    fade_column *copy = calloc(cols.out.n ? cols.out.n : 1, sizeof *copy);
    for (uint32_t j = 0; j < cols.out.n; j++)
        rig_copy(&copy[j], (const fade_column *)((const char *)cols.out.at + (size_t)j * cols.out.stride));
    r->column = copy;
    r->ncol = cols.out.n;
    fade_block b = { .size = sizeof b, .cap = cap, .position = r->position };
    b.cell = calloc(cap, sizeof *b.cell);
    b.time = calloc(cap, sizeof *b.time);
    b.cycle = calloc(cap, sizeof *b.cycle);
    double *col[RIG_COLUMNS];
    for (uint32_t j = 0; j < r->ncol; j++)
        col[j] = calloc(cap, sizeof(double));
    b.col = col;
    while ((most == 0 || r->n < most) && (r->code = g->vt->next(source, &b, 0)) == FADE_OK) {
        rig_grow(r, b.n);
        for (uint32_t i = 0; i < b.n; i++, r->n++) {
            snprintf(r->cell[r->n], sizeof r->cell[0], "%s", b.cell[i]);
            r->cycle[r->n] = b.cycle[i];
            r->time[r->n] = b.time[i];
            for (uint32_t j = 0; j < r->ncol; j++)
                r->col[j][r->n] = col[j][i];
        }
    }
    g->vt->close(source);
    for (uint32_t j = 0; j < r->ncol; j++)
        free(col[j]);
    free(b.cell);
    free(b.time);
    free(b.cycle);
    return FADE_OK;
}

static inline int rig_index(const rig_rows *r, const char *key)
{
    for (uint32_t j = 0; j < r->ncol; j++)
        if (strcmp(r->column[j].key, key) == 0)
            return (int)j;
    return -1;
}

/* Column `key`, which must be there. */
static inline const double *rig_col(const rig_rows *r, const char *key)
{
    int j = rig_index(r, key);
    if (j < 0) {
        fprintf(stderr, "no column %s\n", key);
        abort();
    }
    return r->col[j];
}

/* 1: the same rows, bit by bit. */
static inline int rig_same(const rig_rows *a, size_t from, const rig_rows *b)
{
    if (a->ncol != b->ncol || a->n - from != b->n)
        return 0;
    for (size_t i = 0; i < b->n; i++) {
        if (strcmp(a->cell[from + i], b->cell[i]) != 0 || a->cycle[from + i] != b->cycle[i] || a->time[from + i] != b->time[i])
            return 0;
        for (uint32_t j = 0; j < b->ncol; j++)
            if (memcmp(&a->col[j][from + i], &b->col[j][i], sizeof(double)) != 0)
                return 0;
    }
    return 1;
}

/* A temporary file with these bytes; the caller unlinks.  `name` ends the path: "a.csv". */
static inline void rig_file(char path[512], const char *name, const void *at, size_t n)
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, 512, "%s/fade-%ld-%s", folder && *folder ? folder : "/tmp", (long)getpid(), name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(at, 1, n, f) != n || fclose(f) != 0) {
        perror(path);
        abort();
    }
}
#endif
