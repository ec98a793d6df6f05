/* SPDX-License-Identifier: MIT
 * checker_fail.c - tests of failure: a bad lane, a refused step, no memory, no file.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/checker_inside.h"
#include "core/host/fault.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BAD = 3, MOST = 200 };

/* ---- lanes
 * ----------------------------------------------------------------------------------------------------------------- */

static bool lane_spoil(ride *a)
{
    bool any = false;
    for (uint32_t i = 0; i < a->s->cols.in.n; i++) {
        const fade_column *c = library_at(&a->s->cols.in, i);
        for (uint32_t j = 0; j < (c->width ? c->width : 1); j++)
            a->r->in[i][(size_t)j * 8 + BAD] = NAN;
        any = true;
    }
    for (uint32_t p = 0; p < a->r->nparam; p++) {
        a->r->param[p][BAD] = NAN;
        any = true;
    }
    return any;
}

static void lane_compare(trial *t, const ride *good, const ride *bad)
{
    for (uint32_t lane = 0; lane < 8; lane++) {
        if (lane == BAD)
            continue;
        for (uint32_t k = 0; k < good->r->nx + good->r->nout; k++) {
            bool state = k < good->r->nx;
            uint32_t i = state ? k : k - good->r->nx;
            const double *p = state ? good->r->x1[i] : good->r->out[i], *q = state ? bad->r->x1[i] : bad->r->out[i];
            const fade_column *c = library_at(state ? &good->s->cols.state : &good->s->cols.out, i);
            if (memcmp(p + lane, q + lane, sizeof *p) == 0)
                continue;
            trial_fail(t, "a bad cell in lane %d changes %s[%s] in lane %u", BAD, state ? "x1" : "out", c->key, lane);
            return;
        }
        if (good->r->tile.status[lane] != bad->r->tile.status[lane])
            trial_fail(t, "a bad cell in lane %d changes the status of lane %u", BAD, lane);
    }
}

void checker_fail_lane(trial *t)
{
    subject s;
    ride good = { 0 }, bad = { 0 };
    if (!subject_open(t, &s))
        return;
    if (ride_open(&s, s.model, 8, NULL, &good) && ride_open(&s, s.model, 8, NULL, &bad)) {
        ride_inputs(&good);
        ride_inputs(&bad);
        if (!lane_spoil(&bad))
            trial_skip(t, "it has neither inputs nor parameters per cell");
        else if (ride_call(&good, "step", s.vt->step) < 0)
            trial_fail(t, "step returns %s", trial_word(good.rc));
        else if (ride_call(&bad, "step", s.vt->step) < 0)
            trial_fail(t, "a bad cell in lane %d ends the whole model with %s: set its status instead", BAD,
                       trial_word(bad.rc));
        else
            lane_compare(t, &good, &bad);
    }
    ride_close(&good);
    ride_close(&bad);
    subject_close(&s);
}

void checker_fail_retry(trial *t)
{
    static const double dts[] = { 1e3, 1e6, 1e9 };
    subject s;
    ride a;
    if (!subject_open(t, &s))
        return;
    for (size_t k = 0; k < sizeof dts / sizeof dts[0] && t->status < CHECKER_FAIL; k++) {
        if (!ride_open(&s, s.model, 8, NULL, &a))
            break;
        ride_inputs(&a);
        for (int i = 0; i < 8; i++)
            a.r->dt[i] = dts[k];
        ride_call(&a, "step", s.vt->step);
        for (int i = 0; i < 8 && t->status < CHECKER_FAIL; i++) {
            double wish = a.r->tile.wish[i];
            int32_t st = a.r->tile.status[i];
            if (isnan(wish) || wish <= 0.0)
                trial_fail(t, "wish is %g after a step of %g", wish, dts[k]);
            else if (st == FADE_RETRY && !(wish < dts[k]))
                trial_fail(t, "RETRY at dt = %g leaves wish at %g: it must name a smaller dt", dts[k], wish);
            else if (st > FADE_RETRY || st < FADE_ERANGE)
                trial_fail(t, "status %d at dt = %g is no code of a lane", st, dts[k]);
        }
        ride_close(&a);
    }
    subject_close(&s);
}

/* ---- memory
 * ---------------------------------------------------------------------------------------------------------------- */

/* One way to make an object of each kind, and to release it. */
typedef struct maker {
    trial        *t;
    trial_host    host;
    subject       s;                                    /* models */
    subject_table table;
    char         *folder;                               /* outputs */
    fade_run      run;
    const void   *vt;
} maker;

static int32_t make_model(maker *m, void **out)
{
    if (!m->s.corrector)
        return m->s.vt->create(&m->s.host.host, &m->t->given, out);
    return m->s.corrector->train(&m->s.host.host, &m->t->given, &m->table.table, NULL, out);
}

static void drop_model(maker *m, void *p)
{
    subject_drop(&m->s, p);
}

static int32_t make_source(maker *m, void **out)
{
    return ((const fade_source_v1 *)m->vt)->open(&m->host.host, &m->t->given, NULL, out);
}

static void drop_source(maker *m, void *p)
{
    ((const fade_source_v1 *)m->vt)->close(p);
}

static int32_t make_output(maker *m, void **out)
{
    return ((const fade_output_v1 *)m->vt)->open(&m->host.host, &m->t->given, &m->run, out);
}

static void drop_output(maker *m, void *p)
{
    ((const fade_output_v1 *)m->vt)->close(p, 1, "a check");
}

static const struct way {
    const char *kind, *iface, *what;
    int32_t   (*make)(maker *, void **);
    void      (*drop)(maker *, void *);
} ways[] = {
    { "physics", NULL, "create", make_model, drop_model },
    { "corrector", NULL, "train", make_model, drop_model },
    { "source", "fade.source/1", "open", make_source, drop_source },
    { "output", "fade.output/1", "open", make_output, drop_output },
};

static bool maker_open(trial *t, const struct way *way, maker *m)
{
    *m = (maker){ .t = t };
    if (!way->iface)
        return subject_open(t, &m->s) && subject_table_make(&m->table, SUBJECT_ROWS);
    m->vt = library_iface(t->desc, way->iface);
    if (!m->vt || (!t->value && !trial_values(t)))
        return false;
    const fade_param *missing = trial_missing(t);
    if (missing)
        trial_skip(t, "needs \"%s\": put it into check.toml beside the plugin", missing->key);
    if (missing || !trial_host_open(t, &m->host))
        return false;
    m->folder = trial_folder(NULL);
    m->run = (fade_run){ .size = sizeof m->run,
                         .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                         .name = "check",
                         .scenario = "",
                         .made_by = "{}",
                         .folder = m->folder };
    return m->folder != NULL;
}

static void maker_close(maker *m)
{
    if (m->s.vt)
        subject_close(&m->s);
    if (m->table.cell)
        subject_table_free(&m->table);
    trial_host_close(&m->host);
    trial_folder_drop(m->folder);
}

/* Fails the k-th allocation; true when there was one. */
static bool starve(trial *t, const struct way *way, maker *m, long k)
{
    void *made = NULL;
    fault_arm(k);
    int32_t rc = way->make(m, &made);
    long count = fault_count(), live = fault_live();
    fault_arm(0);
    if (rc == FADE_OK) {
        way->drop(m, made);
        return count >= k;
    }
    if (rc != FADE_ENOMEM)
        trial_fail(t, "%s returns %s, not FADE_ENOMEM, when its allocation %ld fails", way->what, trial_word(rc), k);
    if (live > 0)
        trial_fail(t, "%s leaves %ld block%s behind when its allocation %ld fails", way->what, live,
                   live > 1 ? "s" : "", k);
    return count >= k;
}

void checker_fail_memory(trial *t)
{
    const struct way *way = NULL;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (strcmp(ways[i].kind, t->desc->kind) == 0)
            way = &ways[i];
    why w = { 0 };
    maker m;
    if (!way || !strchr(t->path, '/')) {
        trial_skip(t, "it is built in");
        return;
    }
    if (fault_open(t->path, &w))
        trial_skip(t, "%s", w.text);
    else if (maker_open(t, way, &m)) {
        for (long k = 1; k <= MOST && t->status < CHECKER_FAIL; k++)
            if (!starve(t, way, &m, k))
                break;
        maker_close(&m);
    } else {
        maker_close(&m);
    }
}

void checker_step_pure(trial *t)
{
    subject s;
    ride a;
    why w = { 0 };
    if (!strchr(t->path, '/') || fault_open(t->path, &w)) {
        trial_skip(t, "%s", w.text[0] ? w.text : "it is built in");
        return;
    }
    if (!subject_open(t, &s))
        return;
    if (ride_open(&s, s.model, 64, NULL, &a)) {
        fault_arm(0);
        ride_steps(&a, 4);
        if (fault_count() > 0)
            trial_fail(t, "step allocates memory (%ld times in 4 calls): use scratch() or enter()", fault_count());
        ride_close(&a);
    }
    subject_close(&s);
}
