/* SPDX-License-Identifier: MIT
 * rig.c - one tile with memory of its own, built to catch a plugin that writes where it must not.
 */
#include "core/host/rig.h"
#include "core/base/mem.h"
#include "core/host/library.h"
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { LINE = 64, CANARY = 64, PATTERN = 0xa5 };

/* Pieces are first counted (base NULL), then handed out. */
typedef struct feed {
    unsigned char *base;
    size_t         used;
} feed;

static void *take(feed *f, size_t bytes)
{
    size_t at = f->used, whole = (bytes + LINE - 1) / LINE * LINE;
    f->used += whole + CANARY;
    if (!f->base)
        return NULL;
    memset(f->base + at + bytes, PATTERN, whole - bytes + CANARY);
    return f->base + at;
}

static uint32_t width_of(const fade_column *c)
{
    return c->width ? c->width : 1;
}

static void columns_take(rig *r, feed *f, const fade_list *list, const char *role, double **at)
{
    for (uint32_t i = 0; i < list->n; i++) {
        const fade_column *c = library_at(list, i);
        uint32_t w = width_of(c);
        double *p = take(f, (size_t)w * r->tile.n * sizeof(double));
        if (!p)
            continue;
        at[i] = p;
        for (size_t k = 0; k < (size_t)w * r->tile.n; k++)
            p[k] = c->init;
        r->column[r->ncolumn++] = (rig_column){ role, c->key, p, w, (size_t)w * r->tile.n * sizeof(double) };
    }
}

static void params_take(rig *r, feed *f, const fade_list *params)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < params->n; i++) {
        const fade_param *q = library_at(params, i);
        if (!(q->flags & FADE_PER_CELL))
            continue;
        double *p = take(f, r->tile.n * sizeof *p);
        if (!p)
            continue;
        r->param[k++] = p;
        for (uint32_t j = 0; j < r->tile.n; j++)
            p[j] = q->def;
        r->column[r->ncolumn++] = (rig_column){ "param", q->key, p, 1, r->tile.n * sizeof *p };
    }
}

static void *plain(rig *r, feed *f, const char *key, size_t item)
{
    void *p = take(f, r->tile.n * item);
    if (p)
        r->column[r->ncolumn++] = (rig_column){ "tile", key, p, 1, r->tile.n * item };
    return p;
}

static void fixed_take(rig *r, feed *f, const fade_desc *d, const fade_columns *c)
{
    params_take(r, f, &d->params);
    columns_take(r, f, &c->in, "in", r->in);
    columns_take(r, f, &c->state, "x", r->x);
    r->t = plain(r, f, "t", sizeof *r->t);
    r->dt = plain(r, f, "dt", sizeof *r->dt);
    r->id = plain(r, f, "id", sizeof *r->id);
    r->row = plain(r, f, "row", sizeof *r->row);
}

static void moving_take(rig *r, feed *f, const fade_columns *c, size_t scratch)
{
    columns_take(r, f, &c->state, "x1", r->x1);
    columns_take(r, f, &c->out, "out", r->out);
    r->tile.wish = plain(r, f, "wish", sizeof *r->tile.wish);
    r->tile.status = plain(r, f, "status", sizeof *r->tile.status);
    r->tile.scratch = take(f, scratch);
    if (r->tile.scratch)
        r->column[r->ncolumn++] = (rig_column){ "tile", "scratch", r->tile.scratch, 1, scratch };
}

static void *pages(size_t *bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    *bytes = (*bytes + page) / page * page;
    void *p = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static uint32_t count_params(const fade_list *params)
{
    uint32_t k = 0;
    for (uint32_t i = 0; i < params->n; i++)
        k += (((const fade_param *)library_at(params, i))->flags & FADE_PER_CELL) != 0;
    return k;
}

/* The arrays of column pointers; room for one more so that none is empty. */
static bool shelves(rig *r, const fade_columns *c)
{
    size_t all = (size_t)r->nparam + r->nin + 2 * (size_t)r->nx + r->nout;
    r->param = mem_zero(all + 5, sizeof(double *));
    r->column = mem_zero(all + 8, sizeof *r->column);
    if (!r->param || !r->column)
        return false;
    r->in = r->param + r->nparam + 1;
    r->x = r->in + c->in.n + 1;
    r->x1 = r->x + c->state.n + 1;
    r->out = r->x1 + c->state.n + 1;
    return true;
}

static void tile_set(rig *r)
{
    fade_tile *b = &r->tile;
    for (uint32_t i = 0; i < b->n; i++) {
        r->id[i] = i + 1;
        r->row[i] = 1;
        r->t[i] = 0.0;
        r->dt[i] = 1.0;
    }
    b->t = r->t;
    b->dt = r->dt;
    b->id = r->id;
    b->row = r->row;
    b->param = (const double *const *)r->param;
    b->in = (const double *const *)r->in;
    b->x = (const double *const *)r->x;
    b->x1 = r->x1;
    b->out = r->out;
}

int rig_open(const fade_desc *d, const fade_columns *c, uint32_t n, size_t scratch, rig **out, why *w)
{
    *out = NULL;
    if (n == 0 || n % 8)
        return fail(w, E_BUG, "a tile of %u lanes is not a multiple of 8", n);
    rig *r = mem_zero(1, sizeof *r);
    if (!r)
        return fail(w, E_NOMEM, "a tile of %u lanes", n);
    r->tile.size = sizeof r->tile;
    r->tile.n = r->tile.live = n;
    r->nparam = count_params(&d->params);
    r->nin = c->in.n;
    r->nx = c->state.n;
    r->nout = c->out.n;
    if (!shelves(r, c))
        goto lost;
    feed fixed = { 0 }, moving = { 0 };
    fixed_take(r, &fixed, d, c);
    moving_take(r, &moving, c, scratch);
    r->fixed_bytes = fixed.used;
    r->moving_bytes = moving.used;
    r->fixed = pages(&r->fixed_bytes);
    r->moving = pages(&r->moving_bytes);
    if (!r->fixed || !r->moving)
        goto lost;
    fixed_take(r, &(feed){ r->fixed, 0 }, d, c);
    moving_take(r, &(feed){ r->moving, 0 }, c, scratch);
    tile_set(r);
    *out = r;
    return E_OK;
lost:
    rig_close(r);
    return fail(w, E_NOMEM, "a tile of %u lanes", n);
}

void rig_close(rig *r)
{
    if (!r)
        return;
    if (r->fixed)
        munmap(r->fixed, r->fixed_bytes);
    if (r->moving)
        munmap(r->moving, r->moving_bytes);
    free(r->param);
    free(r->column);
    free(r);
}

int rig_guard(rig *r, bool on, why *w)
{
    if (mprotect(r->fixed, r->fixed_bytes, on ? PROT_READ : PROT_READ | PROT_WRITE))
        return fail(w, E_FAILED, "mprotect refuses %zu bytes", r->fixed_bytes);
    return E_OK;
}

/* The n columns `at` stand in r->column in this order. */
static void poison(double *const *at, uint32_t n, const rig *r)
{
    for (uint32_t k = 0, i = 0; k < r->ncolumn && i < n; k++)
        if (r->column[k].at == at[i]) {
            for (size_t j = 0; j < r->column[k].bytes / sizeof(double); j++)
                at[i][j] = NAN;
            i++;
        }
}

/* A write to a guarded page comes back here. */
static sigjmp_buf back;
static const void *volatile hit_address;

static void hit(int sig, siginfo_t *info, void *context)
{
    (void)sig;
    (void)context;
    hit_address = info->si_addr;
    siglongjmp(back, 1);
}

bool rig_try(rig *r, void (*call)(void *ctx), void *ctx, const void **address)
{
    struct sigaction mine = { .sa_sigaction = hit, .sa_flags = SA_SIGINFO | SA_NODEFER }, kept[2];
    sigaction(SIGSEGV, &mine, &kept[0]);
    sigaction(SIGBUS, &mine, &kept[1]);
    rig_guard(r, true, NULL);
    bool ended = sigsetjmp(back, 1) == 0;
    if (ended)
        call(ctx);
    rig_guard(r, false, NULL);
    sigaction(SIGSEGV, &kept[0], NULL);
    sigaction(SIGBUS, &kept[1], NULL);
    *address = ended ? NULL : hit_address;
    return ended;
}

void rig_ready(rig *r)
{
    fade_tile *b = &r->tile;
    for (uint32_t i = 0; i < b->n; i++) {
        b->status[i] = 0;
        b->wish[i] = INFINITY;
    }
    poison(r->x1, r->nx, r);
    poison(r->out, r->nout, r);
}

/* The bytes behind a column up to its canary's end still hold the pattern. */
static bool whole(const unsigned char *end)
{
    for (int i = 0; i < CANARY; i++)
        if (end[i] != PATTERN)
            return false;
    return true;
}

const rig_column *rig_overrun(const rig *r)
{
    for (uint32_t i = 0; i < r->ncolumn; i++) {
        const rig_column *c = &r->column[i];
        if (!whole((const unsigned char *)c->at + c->bytes))
            return c;
    }
    return NULL;
}

const rig_column *rig_where(const rig *r, const void *address)
{
    const rig_column *best = NULL;
    for (uint32_t i = 0; i < r->ncolumn; i++) {
        const rig_column *c = &r->column[i];
        if ((const char *)c->at <= (const char *)address && (!best || c->at > best->at))
            best = c;
    }
    uintptr_t p = (uintptr_t)address, lo = (uintptr_t)r->fixed, mo = (uintptr_t)r->moving;
    bool ours = p - lo < r->fixed_bytes || p - mo < r->moving_bytes;
    return ours ? best : NULL;
}
