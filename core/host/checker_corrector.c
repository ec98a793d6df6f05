/* SPDX-License-Identifier: MIT
 * checker_corrector.c - tests of correctors: trained on planted data, saved, loaded, and fed what no file should hold.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/host/checker_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CUTS = 48, FLIPS = 64, NOISES = 16, MOST_BYTES = 1 << 28 };

/* A stream in memory. */
typedef struct bytes {
    unsigned char *at;
    size_t         n, cap, read;
} bytes;

static int32_t bytes_read(void *ctx, void *to, size_t n)
{
    bytes *b = ctx;
    if (n > b->n - b->read)
        return FADE_EIO;
    memcpy(to, b->at + b->read, n);
    b->read += n;
    return FADE_OK;
}

static int32_t bytes_write(void *ctx, const void *from, size_t n)
{
    bytes *b = ctx;
    if (n > MOST_BYTES - b->n)
        return FADE_EIO;
    if (b->n + n > b->cap) {
        size_t cap = 2 * (b->n + n);
        unsigned char *more = mem_grow(b->at, cap, 1);
        if (!more)
            return FADE_EIO;
        b->at = more;
        b->cap = cap;
    }
    memcpy(b->at + b->n, from, n);
    b->n += n;
    return FADE_OK;
}

static int32_t save(subject *s, const void *model, bytes *b)
{
    fade_stream f = { sizeof f, b, bytes_read, bytes_write };
    return s->corrector->save(model, &f);
}

static int32_t load(subject *s, bytes *b, void **model)
{
    fade_stream f = { sizeof f, b, bytes_read, bytes_write };
    *model = NULL;
    b->read = 0;
    s->host.text[0] = '\0';
    return s->corrector->load(&s->host.host, &s->t->given, &f, model);
}

static int out_index(const subject *s, const char *key)
{
    for (uint32_t i = 0; i < s->cols.out.n; i++)
        if (strcmp(((const fade_column *)library_at(&s->cols.out, i))->key, key) == 0)
            return (int)i;
    return -1;
}

/* Predicts the table's rows, each cell a lane, in order: mean, sigma, distance per row.  false: said. */
static bool predict(subject *s, void *model, const subject_table *table, double *out)
{
    static const char *const keys[] = { "mean", "sigma", "distance" };
    uint64_t half = (table->table.n + 1) / 2;
    ride a;
    if (!ride_open(s, model, 8, NULL, &a))
        return false;
    for (uint64_t row = 0; row < half; row++) {
        ride_inputs(&a);
        for (uint32_t i = 0; i < a.r->nin && i < SUBJECT_FEATURES; i++)
            for (uint32_t lane = 0; lane < 8; lane++) {
                uint64_t at = row + (lane & 1) * half;
                a.r->in[i][lane] = table->col[i][at < table->table.n ? at : row];
            }
        if (ride_call(&a, "step", s->vt->step) < 0) {
            trial_fail(s->t, "step returns %s: %s", trial_word(a.rc), s->host.text);
            ride_close(&a);
            return false;
        }
        for (uint32_t i = 0; i < s->cols.state.n; i++) {
            const fade_column *c = library_at(&s->cols.state, i);
            memcpy(a.r->x[i], a.r->x1[i], 8 * (size_t)(c->width ? c->width : 1) * sizeof(double));
        }
        for (int k = 0; k < 3; k++)
            for (uint64_t lane = 0; lane < 2 && row + lane * half < table->table.n; lane++) {
                int o = out_index(s, keys[k]);
                out[(uint64_t)k * table->table.n + row + lane * half] = o < 0 ? NAN : a.r->out[o][lane];
            }
        a.row++;
    }
    ride_close(&a);
    return true;
}

typedef struct stage {
    subject       s;
    subject_table table;
    double       *out, *again;                          /* 3 * SUBJECT_ROWS */
} stage;

static bool stage_open(trial *t, stage *g)
{
    *g = (stage){ 0 };
    if (!subject_open(t, &g->s))
        return false;
    g->out = mem_columns(3 * SUBJECT_ROWS);
    g->again = mem_columns(3 * SUBJECT_ROWS);
    if (!g->out || !g->again || !subject_table_make(&g->table, SUBJECT_ROWS)) {
        trial_fail(t, "no memory for a table");
        return false;
    }
    return true;
}

static void stage_close(stage *g)
{
    if (g->table.cell)
        subject_table_free(&g->table);
    free(g->out);
    free(g->again);
    subject_close(&g->s);
}

static void spread_look(trial *t, const stage *g, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        double sigma = g->out[n + i], distance = g->out[2 * n + i];
        if (!(sigma >= 0.0) || !isfinite(sigma))
            trial_fail(t, "sigma of row %llu is %g", (unsigned long long)i, sigma);
        else if (!(distance >= 0.0))
            trial_fail(t, "distance of row %llu is %g", (unsigned long long)i, distance);
        else
            continue;
        return;
    }
}

void checker_corrector_learns(trial *t)
{
    stage g;
    const uint64_t n = SUBJECT_ROWS;
    if (!stage_open(t, &g)) {
        stage_close(&g);
        return;
    }
    if (out_index(&g.s, "mean") < 0 || out_index(&g.s, "sigma") < 0 || out_index(&g.s, "distance") < 0)
        trial_fail(t, "its outputs are not mean, sigma and distance");
    else if (predict(&g.s, g.s.model, &g.table, g.out)) {
        double mean = 0.0, left = 0.0, plain = 0.0;
        for (uint64_t i = 0; i < n; i++)
            mean += g.table.target[i] / (double)n;
        for (uint64_t i = 0; i < n; i++) {
            left += pow(g.out[i] - g.table.target[i], 2);
            plain += pow(mean - g.table.target[i], 2);
        }
        bool scores = out_index(&g.s, "score") >= 0;    /* what scores rows need not correct them */
        if (!scores && !(left < 0.81 * plain))
            trial_fail(t, "its error on what it was trained on is %.3g, the plain mean's %.3g", sqrt(left / (double)n),
                       sqrt(plain / (double)n));
        spread_look(t, &g, n);
    }
    stage_close(&g);
}

/* Training twice and saving twice give the same bytes. */
static void same_bytes(trial *t, stage *g, const bytes *first)
{
    bytes twice = { 0 }, retrained = { 0 };
    void *other;
    if (save(&g->s, g->s.model, &twice) == FADE_OK &&
        (twice.n != first->n || memcmp(twice.at, first->at, first->n) != 0))
        trial_fail(t, "one model saved twice gives other bytes");
    if (subject_make(&g->s, &other) == FADE_OK) {
        if (save(&g->s, other, &retrained) == FADE_OK &&
            (retrained.n != first->n || memcmp(retrained.at, first->at, first->n) != 0))
            trial_fail(t, "trained twice on one table, what it saves differs");
        subject_drop(&g->s, other);
    }
    free(twice.at);
    free(retrained.at);
}

void checker_corrector_saves(trial *t)
{
    stage g;
    bytes b = { 0 };
    void *loaded = NULL;
    const uint64_t n = SUBJECT_ROWS;
    if (!stage_open(t, &g)) {
        stage_close(&g);
        return;
    }
    int32_t rc = save(&g.s, g.s.model, &b);
    if (rc) {
        trial_fail(t, "save returns %s", trial_word(rc));
    } else {
        same_bytes(t, &g, &b);
        rc = load(&g.s, &b, &loaded);
        if (rc)
            trial_fail(t, "load returns %s for what save wrote: %s", trial_word(rc), g.s.host.text);
        else if (b.read != b.n)
            trial_fail(t, "load reads %zu of the %zu bytes that save wrote", b.read, b.n);
    }
    if (loaded && predict(&g.s, g.s.model, &g.table, g.out) && predict(&g.s, loaded, &g.table, g.again))
        for (uint64_t i = 0; i < 3 * n && t->status < CHECKER_FAIL; i++)
            if (memcmp(&g.out[i], &g.again[i], sizeof(double)) != 0)
                trial_fail(t, "loaded, it predicts %.17g where the saved one gives %.17g (row %llu)", g.again[i],
                           g.out[i], (unsigned long long)(i % n));
    subject_drop(&g.s, loaded);
    free(b.at);
    stage_close(&g);
}

/* What loads in spite of all must step without crashing. */
static void load_try(stage *g, bytes *b, bool must_fail, const char *what)
{
    void *model;
    int32_t rc = load(&g->s, b, &model);
    if (rc) {
        trial_refusal(g->s.t, &g->s.host, rc, what);
        return;
    }
    if (must_fail)
        trial_fail(g->s.t, "%s is loaded without a word", what);
    void *mine = g->s.model;
    fade_columns cols = g->s.cols;
    int status = g->s.t->status;
    size_t said = g->s.t->said.n;
    ride a;
    g->s.model = model;
    if (subject_columns(&g->s) && ride_open(&g->s, model, 8, NULL, &a)) {
        ride_step(&a);
        ride_close(&a);
    }
    if (!must_fail) {                                   /* a damaged number is not a damaged file: only crashes count */
        g->s.t->status = status;
        g->s.t->said.n = said;
        if (g->s.t->said.at)
            g->s.t->said.at[said] = '\0';
    }
    g->s.model = mine;
    g->s.cols = cols;
    subject_drop(&g->s, model);
}

static void damage(trial *t, stage *g, const bytes *whole)
{
    char what[64];
    for (uint64_t k = 0; k < CUTS && t->status < CHECKER_FAIL; k++) {
        bytes cut = { whole->at, k < 16 ? (size_t)k : (size_t)(trial_draw(t->opt->seed, k, 0, 21) * (double)whole->n),
                      0, 0 };
        snprintf(what, sizeof what, "a file cut off after %zu of %zu bytes", cut.n, whole->n);
        if (cut.n < whole->n)
            load_try(g, &cut, true, what);
    }
    unsigned char *at = malloc(whole->n + 4096);
    for (uint64_t k = 0; at && k < FLIPS && t->status < CHECKER_FAIL; k++) {
        memcpy(at, whole->at, whole->n);
        size_t i =
            (size_t)(trial_draw(t->opt->seed, k, 1, 22) * (double)(k < FLIPS / 2 && whole->n > 64 ? 64 : whole->n));
        at[i] ^= (unsigned char)(1u << (k % 8));
        load_try(g, &(bytes){ at, whole->n, 0, 0 }, false, "a file with one bit changed");
    }
    for (uint64_t k = 0; at && k < NOISES && t->status < CHECKER_FAIL; k++) {
        for (size_t i = 0; i < 4096; i++)
            at[i] = (unsigned char)(256.0 * trial_draw(t->opt->seed, k, i, 23));
        load_try(g, &(bytes){ at, 4096, 0, 0 }, true, "noise");
    }
    free(at);
}

void checker_corrector_garbage(trial *t)
{
    stage g;
    bytes b = { 0 };
    if (stage_open(t, &g)) {
        int32_t rc = save(&g.s, g.s.model, &b);
        if (rc || b.n == 0)
            trial_fail(t, "save returns %s and writes %zu bytes", trial_word(rc), b.n);
        else
            damage(t, &g, &b);
    }
    free(b.at);
    stage_close(&g);
}

/* ---- tables
 * ---------------------------------------------------------------------------------------------------------------- */

static void spoil_none(subject_table *s, double *w)
{
    (void)s;
    (void)w;
}

static void spoil_constant(subject_table *s, double *w)
{
    (void)w;
    for (uint64_t i = 0; i < s->table.n; i++) {
        for (int k = 0; k < SUBJECT_FEATURES; k++)
            s->col[k][i] = 1.0;
        s->target[i] = 0.05;
    }
}

static void spoil_holes(subject_table *s, double *w)
{
    (void)w;
    for (uint64_t i = 0; i < s->table.n; i++)
        s->col[i % SUBJECT_FEATURES][i] = NAN;
}

static void spoil_empty(subject_table *s, double *w)
{
    (void)w;
    for (uint64_t i = 0; i < s->table.n; i++)
        for (int k = 0; k < SUBJECT_FEATURES; k++)
            s->col[k][i] = NAN;
}

static void spoil_weight(subject_table *s, double *w)
{
    for (uint64_t i = 0; i < s->table.n; i++)
        w[i] = i % 3 ? 1.0 : 0.0;
    s->table.weight = w;
}

static void spoil_huge(subject_table *s, double *w)
{
    (void)w;
    for (uint64_t i = 0; i < s->table.n; i++)
        s->col[0][i] *= 1e150;
}

static const struct spoil {
    const char *what;
    uint64_t    n;
    void      (*make)(subject_table *, double *weight);
} spoils[] = {
    { "a table without rows", 0, spoil_none },
    { "a table of one row", 1, spoil_none },
    { "a table of two rows", 2, spoil_none },
    { "a table in which nothing varies", 40, spoil_constant },
    { "a table with a hole in every row", 40, spoil_holes },
    { "a table whose features are all unknown", 40, spoil_empty },
    { "a table with weights, some 0", 40, spoil_weight },
    { "a table with a feature of 1e150", 40, spoil_huge },
};

static void table_try(trial *t, subject *s, const struct spoil *sp)
{
    subject_table table;
    double *weight = mem_columns(sp->n + 1);
    void *model = NULL;
    if (!weight || !subject_table_make(&table, sp->n)) {
        free(weight);
        return;
    }
    sp->make(&table, weight);
    s->host.text[0] = '\0';
    int32_t rc = s->corrector->train(&s->host.host, &t->given, &table.table, NULL, &model);
    if (rc)
        trial_refusal(t, &s->host, rc, sp->what);
    else {
        ride a;
        if (ride_open(s, model, 8, NULL, &a)) {
            int mean = out_index(s, "mean");
            bool ok = ride_step(&a);
            if (!ok)
                trial_fail(t, "trained on %s, step returns %s", sp->what, trial_word(a.rc));
            else if (a.r->tile.status[0] == 0 && mean >= 0 && !isfinite(a.r->out[mean][0]))
                trial_fail(t, "trained on %s, it predicts %g", sp->what, a.r->out[mean][0]);
            ride_close(&a);
        }
        subject_drop(s, model);
    }
    subject_table_free(&table);
    free(weight);
}

void checker_corrector_tables(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    for (size_t k = 0; k < sizeof spoils / sizeof spoils[0]; k++)
        table_try(t, &s, &spoils[k]);
    subject_close(&s);
}

void checker_corrector_cancel(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    void *model = NULL;
    s.host.calls = 0;
    s.host.cancel_at = 1;
    int64_t t0 = clock_monotonic_ns();
    int32_t rc = subject_make(&s, &model);
    double seconds = 1e-9 * (double)(clock_monotonic_ns() - t0);
    if (s.host.calls && rc != FADE_ECANCEL)
        trial_fail(t, "progress() said stop, train returns %s", trial_word(rc));
    else if (!s.host.calls && seconds > 1.0)
        trial_fail(t, "trains for %.1f s without calling progress()", seconds);
    if (rc == FADE_OK)
        subject_drop(&s, model);
    subject_close(&s);
}
