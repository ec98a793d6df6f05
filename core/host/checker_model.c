/* SPDX-License-Identifier: MIT
 * checker_model.c - tests of models, physics and trained correctors alike: parameters, state, tiles, threads.
 */
#include "core/host/checker_inside.h"
#include "core/host/descriptor.h"
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 6, HALF = 10, SETS = 50, THREADS = 8, WIDE = 1024 };

/* ---- create and parameters
 * ------------------------------------------------------------------------------------------------- */

void checker_create(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    fade_desc now = *t->desc;                           /* what columns() says must be as sound as a table */
    now.columns = s.cols;
    why w = { 0 };
    if (s.vt->columns && descriptor_check(&now, &w))
        trial_fail(t, "its columns: %s", w.text);
    void *second;
    int32_t rc = subject_make(&s, &second);
    if (rc)
        trial_fail(t, "works once but not twice: the second time it returns %s", trial_word(rc));
    else if (second == s.model)
        trial_fail(t, "gives the same model twice");
    else
        subject_drop(&s, second);
    subject_close(&s);
}

static const char defaults[] = "with its defaults";

/* A value of a column that a step left: no NaN, and within min..max; far from the defaults a broken bound is only a
 * warning, for the engine ends such a lane with a sentence. */
static bool sound(const fade_column *c, double v, const char *role, trial *t, const char *when)
{
    bool out = c->min < c->max && (v < c->min || v > c->max);
    if (isnan(v))
        trial_fail(t, "%s: %s[%s] is NaN", when, role, c->key);
    else if (out)
        (when == defaults ? trial_fail : trial_warn)(
            t, "%s: %s[%s] is %g, outside its own %g..%g: the lane's status should be FADE_ERANGE", when, role, c->key,
            v, c->min, c->max);
    return !isnan(v) && !out;
}

static bool list_sound(const fade_list *l, double *const *at, const ride *a, uint32_t lane, const char *role,
                       const char *when)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        for (uint32_t j = 0; j < (c->width ? c->width : 1); j++)
            if (!sound(c, at[i][(size_t)j * a->r->tile.n + lane], role, a->s->t, when))
                return false;
    }
    return true;
}

/* Three rows of eight lanes; what stands must be numbers.  false: said. */
static bool rows_sound(subject *s, void *model, const char *when)
{
    ride a;
    if (!ride_open(s, model, 8, NULL, &a))
        return false;
    bool ok = true;
    for (int row = 0; ok && row < 3; row++) {
        ok = ride_step(&a);
        if (!ok)
            trial_fail(s->t, "%s: step returns %s: %s", when, trial_word(a.rc), s->host.text);
        for (uint32_t i = 0; ok && i < 8; i++)
            if (a.r->tile.status[i] == 0)
                ok = list_sound(&s->cols.state, a.r->x1, &a, i, "x1", when) &&
                     list_sound(&s->cols.out, a.r->out, &a, i, "out", when);
    }
    ride_close(&a);
    return ok;
}

/* The values as they stand now: a model, or a sentence why not.  -1: said, 0: refused, 1: sound. */
static int values_try(subject *s, const char *when)
{
    void *model;
    s->host.text[0] = '\0';
    int32_t rc = subject_make(s, &model);
    if (rc) {
        trial_refusal(s->t, &s->host, rc, when);
        return 0;
    }
    fade_columns kept = s->cols;
    void *first = s->model;
    s->model = model;
    bool ok = subject_columns(s) && rows_sound(s, model, when);
    s->model = first;
    s->cols = kept;
    subject_drop(s, model);
    return ok ? 1 : -1;
}

static bool numeric(const fade_param *p)
{
    return (p->type == FADE_REAL || p->type == FADE_INT || p->type == FADE_BOOL) && !(p->flags & FADE_DEPRECATED);
}

static uint32_t choices(const fade_param *p)
{
    uint32_t n = p->type == FADE_CHOICE && p->text && *p->text;
    for (const char *q = p->text; n && *q; q++)
        n += *q == '|';
    return n;
}

/* Word k of "a|b|c" into room that lives as long as the trial. */
static void choose(trial *t, uint32_t i, const fade_param *p, uint32_t k)
{
    const char *at = p->text;
    for (uint32_t j = 0; j < k; j++)
        at += strcspn(at, "|") + 1;
    char word[96];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(at, "|"), at);
    t->value[i].real = k;
    t->value[i].text = tree_text(t->tree, word);
}

static void bounds_try(trial *t, subject *s, uint32_t i, const fade_param *p)
{
    static const char *const at[] = { "least", "greatest" };
    fade_value kept = t->value[i];
    char when[160];
    for (int k = 0; k < 2 && numeric(p); k++) {
        t->value[i].real = trial_param_value(p, k);
        snprintf(when, sizeof when, "with %.60s = %g (its %s)", p->key, t->value[i].real, at[k]);
        values_try(s, when);
    }
    for (uint32_t k = 0; k < choices(p); k++) {
        choose(t, i, p, k);
        snprintf(when, sizeof when, "with %.60s = \"%.60s\"", p->key, t->value[i].text ? t->value[i].text : "");
        values_try(s, when);
    }
    t->value[i] = kept;
}

void checker_param_bounds(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    values_try(&s, defaults);
    for (uint32_t i = 0; i < t->desc->params.n && t->status < CHECKER_WARN; i++)
        bounds_try(t, &s, i, library_at(&t->desc->params, i));
    subject_close(&s);
}

void checker_param_random(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    int worked = 0;
    for (uint64_t set = 1; set <= SETS && t->status < CHECKER_WARN; set++) {
        for (uint32_t i = 0; i < t->desc->params.n; i++) {
            const fade_param *p = library_at(&t->desc->params, i);
            double u = trial_draw(t->opt->seed, set, i, 7);
            if (numeric(p))
                t->value[i].real = trial_param_value(p, u);
            else if (choices(p))
                choose(t, i, p, (uint32_t)(u * choices(p)));
        }
        char when[64];
        snprintf(when, sizeof when, "with random set %llu of seed %llu", (unsigned long long)set,
                 (unsigned long long)t->opt->seed);
        worked += values_try(&s, when) == 1;
    }
    if (!worked && t->status < CHECKER_FAIL)
        trial_note(t, "refuses every random set within its bounds, e.g.: %s", s.host.text);
    subject_close(&s);
}

/* What drives a cell is written by whoever drives it: one of these, not none. */
static bool drives(const fade_column *c)
{
    return strcmp(c->key, "control") == 0 || strcmp(c->key, "demand") == 0 || strcmp(c->key, "current") == 0;
}

/* One optional input (or all: which == n) is unknown; the state stays a number, and so do loss and capacity. */
static void without(subject *s, uint32_t which)
{
    ride a;
    if (!ride_open(s, s->model, 8, NULL, &a))
        return;
    for (int row = 0; row < 3; row++) {
        ride_inputs(&a);
        for (uint32_t i = 0; i < s->cols.in.n; i++) {
            const fade_column *c = library_at(&s->cols.in, i);
            bool gone = c->flags & FADE_OPTIONAL && (which == i || which == s->cols.in.n) && !drives(c);
            for (size_t k = 0; gone && k < 8 * (size_t)(c->width ? c->width : 1); k++)
                a.r->in[i][k] = NAN;
        }
        if (ride_call(&a, "step", s->vt->step) < 0)
            trial_fail(s->t, "step returns %s when an optional input is NaN", trial_word(a.rc));
        list_sound(&s->cols.state, a.r->x1, &a, 0, "x1", "without an optional input");
        for (uint32_t i = 0; i < s->cols.out.n; i++) {
            const fade_column *c = library_at(&s->cols.out, i);
            if (strcmp(c->key, "loss") == 0 || strcmp(c->key, "capacity") == 0)
                sound(c, a.r->out[i][0], "out", s->t, "without an optional input");
        }
        a.row++;
    }
    ride_close(&a);
}

void checker_optional(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    for (uint32_t i = 0; i <= s.cols.in.n && t->status < CHECKER_FAIL; i++)
        if (i == s.cols.in.n || ((const fade_column *)library_at(&s.cols.in, i))->flags & FADE_OPTIONAL)
            without(&s, i);
    subject_close(&s);
}

/* ---- state
 * ----------------------------------------------------------------------------------------------------------------- */

static void state_copy(const ride *from, ride *to)
{
    for (uint32_t i = 0; i < from->s->cols.state.n; i++) {
        const fade_column *c = library_at(&from->s->cols.state, i);
        memcpy(to->r->x[i], from->r->x[i], (size_t)(c->width ? c->width : 1) * from->r->tile.n * sizeof(double));
    }
    memcpy(to->scale, from->scale, from->r->tile.n * sizeof(double));
    memcpy(to->hash, from->hash, from->r->tile.n * sizeof *to->hash);
    to->row = from->row;
}

static void rides_compare(trial *t, const ride *a, const ride *b, uint32_t n, const char *what)
{
    char said[160];
    for (uint32_t i = 0; i < n; i++)
        if (!ride_same(a, i, b, i, said)) {
            trial_fail(t, "%s: lane %u, %s", what, i, said);
            return;
        }
}

void checker_state_restore(trial *t)
{
    subject s;
    if (!subject_open(t, &s))
        return;
    ride whole = { 0 }, part = { 0 }, rest = { 0 };
    void *other = NULL;
    bool ok = ride_open(&s, s.model, 8, NULL, &whole) && ride_steps(&whole, 2 * HALF);
    ok = ok && ride_open(&s, s.model, 8, NULL, &part) && ride_steps(&part, HALF);
    if (ok && subject_make(&s, &other) == FADE_OK && ride_open(&s, other, 8, NULL, &rest)) {
        state_copy(&part, &rest);
        ride_refresh(&rest);
        if (ride_steps(&rest, HALF))
            rides_compare(t, &whole, &rest, 8, "a new object that got the state columns goes another way");
    }
    ride_close(&whole);
    ride_close(&part);
    ride_close(&rest);
    subject_drop(&s, other);
    subject_close(&s);
}

void checker_process(trial *t)
{
    subject s;
    ride a;
    if (!subject_open(t, &s))
        return;
    if (ride_open(&s, s.model, 8, NULL, &a)) {
        uint64_t all = 0;
        if (ride_steps(&a, 2 * HALF))
            all = trial_hash(0, a.hash, 8 * sizeof *a.hash);
        trial_note(t, "bits %016llx", (unsigned long long)all);
        ride_close(&a);
    }
    subject_close(&s);
}

/* ---- tiles
 * ----------------------------------------------------------------------------------------------------------------- */

void checker_tile_size(trial *t)
{
    static const uint32_t size[] = { 8, 64 }, start[] = { 0, 56, 504, 960 };
    subject s;
    ride wide;
    if (!subject_open(t, &s))
        return;
    uint32_t of[64];
    char said[160];
    if (ride_open(&s, s.model, WIDE, NULL, &wide)) {
        bool ok = ride_steps(&wide, STEPS);
        for (uint32_t k = 0; ok && k < 8; k++) {
            uint32_t n = size[k / 4], at = start[k % 4];
            for (uint32_t i = 0; i < n; i++)
                of[i] = at + i;
            ride a;
            ok = ride_open(&s, s.model, n, of, &a) && ride_steps(&a, STEPS);
            for (uint32_t i = 0; ok && i < n; i++)
                if (!ride_same(&a, i, &wide, at + i, said)) {
                    trial_fail(t, "a tile of %u and one of %d differ for the same cell: %s", n, WIDE, said);
                    ok = false;
                }
            ride_close(&a);
        }
        ride_close(&wide);
    }
    subject_close(&s);
}

void checker_tile_lanes(trial *t)
{
    subject s;
    ride a = { 0 }, b = { 0 };
    if (!subject_open(t, &s))
        return;
    uint32_t of[64];
    char said[160];
    for (uint32_t i = 0; i < 64; i++)
        of[i] = (i * 37 + 11) % 64;                     /* 37 and 64 have no common factor */
    bool ok = ride_open(&s, s.model, 64, NULL, &a) && ride_steps(&a, STEPS) && ride_open(&s, s.model, 64, of, &b) &&
              ride_steps(&b, STEPS);
    for (uint32_t i = 0; ok && i < 64; i++)
        if (!ride_same(&b, i, &a, of[i], said)) {
            trial_fail(t, "a cell in lane %u and in lane %u: %s", i, of[i], said);
            ok = false;
        }
    ride_close(&a);
    ride_close(&b);
    subject_close(&s);
}

static void poison(ride *a, double *const *at, const fade_list *l, uint32_t from)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        for (uint32_t j = 0; j < (c->width ? c->width : 1); j++)
            for (uint32_t lane = from; lane < a->r->tile.n; lane++)
                at[i][(size_t)j * a->r->tile.n + lane] = NAN;
    }
}

static bool steps_poisoned(ride *a, uint32_t live)
{
    a->r->tile.live = live;
    for (int k = 0; k < STEPS; k++) {
        ride_inputs(a);
        poison(a, a->r->in, &a->s->cols.in, live);
        poison(a, a->r->x, &a->s->cols.state, live);
        for (uint32_t p = 0; p < a->r->nparam; p++)
            for (uint32_t lane = live; lane < a->r->tile.n; lane++)
                a->r->param[p][lane] = NAN;
        if (ride_call(a, "step", a->s->vt->step) < 0) {
            trial_fail(a->s->t, "garbage in the padding (lanes %u..%u) ends the model with %s", live, a->r->tile.n - 1,
                       trial_word(a->rc));
            return false;
        }
        a->hash[0] = trial_hash(a->hash[0], a->r->tile.status, live * sizeof(int32_t));
        for (uint32_t i = 0; i < a->s->cols.state.n; i++)
            memcpy(a->r->x[i], a->r->x1[i], live * sizeof(double));
        a->row++;
    }
    return true;
}

void checker_tile_padding(trial *t)
{
    enum { LIVE = 5 };
    subject s;
    ride a = { 0 }, b = { 0 };
    if (!subject_open(t, &s))
        return;
    bool ok = ride_open(&s, s.model, 8, NULL, &a) && ride_open(&s, s.model, 8, NULL, &b);
    if (ok && steps_poisoned(&a, LIVE) && steps_poisoned(&b, 8)) {
        for (uint32_t k = 0; k < s.cols.out.n; k++)
            if (memcmp(a.r->out[k], b.r->out[k], LIVE * sizeof(double)) != 0)
                trial_fail(t, "garbage in the padding leaks into out[%s]",
                           ((const fade_column *)library_at(&s.cols.out, k))->key);
        for (uint32_t k = 0; k < s.cols.state.n; k++)
            if (memcmp(a.r->x1[k], b.r->x1[k], LIVE * sizeof(double)) != 0)
                trial_fail(t, "garbage in the padding leaks into x1[%s]",
                           ((const fade_column *)library_at(&s.cols.state, k))->key);
    }
    ride_close(&a);
    ride_close(&b);
    subject_close(&s);
}

typedef struct guarded_call {
    ride       *a;
    const char *what;
    int32_t   (*f)(const void *, fade_tile *);
} guarded_call;

static void call_it(void *ctx)
{
    guarded_call *k = ctx;
    ride_call(k->a, k->what, k->f);
}

static void guarded(ride *a, const char *what, int32_t (*f)(const void *, fade_tile *))
{
    guarded_call k = { a, what, f };
    const void *address;
    if (!f)
        return;
    ride_inputs(a);
    if (rig_try(a->r, call_it, &k, &address))
        return;
    const rig_column *c = rig_where(a->r, address);
    if (c)
        trial_fail(a->s->t, "%s writes to %s[%s], which it may only read", what, c->role, c->key);
    else
        trial_fail(a->s->t, "%s reaches for memory that is not its own (%p)", what, address);
}

void checker_tile_const(trial *t)
{
    subject s;
    ride a;
    if (!subject_open(t, &s))
        return;
    if (ride_open(&s, s.model, 64, NULL, &a)) {
        guarded(&a, "init", s.vt->init);
        guarded(&a, "refresh", s.vt->refresh);
        guarded(&a, "step", s.vt->step);
        guarded(&a, "observe", s.vt->observe);
        ride_close(&a);
    }
    subject_close(&s);
}

/* ---- threads
 * --------------------------------------------------------------------------------------------------------------- */

typedef struct crew {
    ride a;
    bool ok;
} crew;

static void *crew_work(void *ctx)
{
    crew *c = ctx;
    c->ok = true;
    for (int k = 0; k < 40 && c->ok; k++)
        c->ok = ride_step(&c->a);
    return NULL;
}

/* Eight tiles of 64; together: at once, else one after the other. */
static bool crew_run(subject *s, crew c[THREADS], bool together)
{
    uint32_t of[64];
    pthread_t thread[THREADS];
    for (uint32_t k = 0; k < THREADS; k++) {
        for (uint32_t i = 0; i < 64; i++)
            of[i] = 64 * k + i;
        if (!ride_open(s, s->model, 64, of, &c[k].a))
            return false;
    }
    int started = 0;
    for (; together && started < THREADS; started++)
        if (pthread_create(&thread[started], NULL, crew_work, &c[started]))
            break;
    for (int k = started; k < THREADS; k++)
        crew_work(&c[k]);
    for (int k = 0; k < started; k++)
        pthread_join(thread[k], NULL);
    return true;
}

void checker_threads(trial *t)
{
    subject s;
    crew alone[THREADS] = { 0 }, crowd[THREADS] = { 0 };
    if (!subject_open(t, &s))
        return;
    if (crew_run(&s, alone, false) && crew_run(&s, crowd, true))
        for (int k = 0; k < THREADS && t->status < CHECKER_FAIL; k++)
            rides_compare(t, &alone[k].a, &crowd[k].a, 64, "eight threads on one model give other bits than one");
    for (int k = 0; k < THREADS; k++) {
        ride_close(&alone[k].a);
        ride_close(&crowd[k].a);
    }
    subject_close(&s);
}
