/* SPDX-License-Identifier: MIT
 * run.c - the scheduler: read a chunk, step its tiles on all workers, let it leave, reach a consistent point; again.
 */
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

/* ---- workers ---- */

typedef struct pool {
    engine        *e;
    pthread_t      thread[256];
    int            n;
    pthread_mutex_t lock;
    pthread_cond_t  go, done;
    unsigned       turn;
    int            busy;
    bool           quit;
    atomic_uint    next;
} pool;

static void work(pool *p, worker *k)
{
    for (unsigned i = atomic_fetch_add(&p->next, 1); i < p->e->ntile; i = atomic_fetch_add(&p->next, 1))
        step_tile(p->e, k, &p->e->tile[i]);
}

typedef struct seat { pool *p; worker *k; } seat;

static void *thread_main(void *at)
{
    seat s = *(seat *)at;
    free(at);
    unsigned turn = 0;
    pthread_mutex_lock(&s.p->lock);
    for (;;) {
        while (s.p->turn == turn && !s.p->quit)
            pthread_cond_wait(&s.p->go, &s.p->lock);
        if (s.p->quit)
            break;
        turn = s.p->turn;
        pthread_mutex_unlock(&s.p->lock);
        work(s.p, s.k);
        pthread_mutex_lock(&s.p->lock);
        if (--s.p->busy == 0)
            pthread_cond_signal(&s.p->done);
    }
    pthread_mutex_unlock(&s.p->lock);
    return NULL;
}

/* The main thread is worker 0; the others wait in thread_main. */
static void pool_open(pool *p, engine *e)
{
    *p = (pool){ .e = e };
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->go, NULL);
    pthread_cond_init(&p->done, NULL);
    for (int i = 1; i < e->nworker && p->n < 256; i++) {
        seat *s = malloc(sizeof *s);
        if (!s)
            break;
        *s = (seat){ p, &e->worker[i] };
        if (pthread_create(&p->thread[p->n], NULL, thread_main, s)) {
            free(s);
            break;
        }
        p->n++;
    }
}

static void pool_run(pool *p)
{
    atomic_store(&p->next, 0);
    pthread_mutex_lock(&p->lock);
    p->turn++;
    p->busy = p->n;
    pthread_cond_broadcast(&p->go);
    pthread_mutex_unlock(&p->lock);
    work(p, &p->e->worker[0]);
    pthread_mutex_lock(&p->lock);
    while (p->busy)
        pthread_cond_wait(&p->done, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

static void pool_close(pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->quit = true;
    pthread_cond_broadcast(&p->go);
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < p->n; i++)
        pthread_join(p->thread[i], NULL);
    pthread_cond_destroy(&p->go);
    pthread_cond_destroy(&p->done);
    pthread_mutex_destroy(&p->lock);
}

/* ---- progress ---- */

static uint64_t rows_in_all(const engine *e)
{
    uint64_t n = 0;
    if (!e->finite)
        return 0;
    for (uint32_t i = 0; i < e->nlane; i++)
        n += e->cycles ? e->cycles : e->lane[i].total;
    return n;
}

static void progress(engine *e, const char *doing, bool always)
{
    int64_t now = clock_monotonic_ns();
    if (!always && now - e->progress_ns < 100000000)
        return;
    e->progress_ns = now;
    double seconds = (double)(now - e->started_ns) / 1e9;
    uint64_t all = rows_in_all(e), run = e->rows_done - e->rows_resumed;
    engine_progress p = {
        .rows = e->rows_done, .lanes = e->nlane, .ended = e->ended / (e->nphysics ? e->nphysics : 1), .doing = doing
    };
    p.done = all ? fmin(1, (double)e->rows_done / (double)all) : NAN;
    p.rate = seconds > 0 ? (double)run / seconds : 0;
    p.left = all && p.rate > 0 ? (double)(all - (e->rows_done < all ? e->rows_done : all)) / p.rate : NAN;
    if (e->opt.progress)
        e->opt.progress(e->opt.ctx, &p);
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_number(&j, "done", p.done);
    json_whole(&j, "rows", (int64_t)p.rows);
    json_whole(&j, "lanes", (int64_t)p.lanes);
    json_whole(&j, "ended", (int64_t)p.ended);
    json_number(&j, "rate", p.rate);
    json_number(&j, "left", p.left);
    json_text(&j, "doing", doing);
    json_close(&j, '}');
    char *say = text_take(&j.out);
    sinks_event(e, 0, "progress", NULL, -1, say, doing);
    free(say);
}

/* ---- the run ---- */

/* All so far on disk, then the snapshot, then the source hears of it. */
static int consistent(engine *e, bool now, why *w)
{
    int64_t t = clock_monotonic_ns();
    bool due = e->sc->snapshot > 0 && (double)(t - e->snapshot_ns) / 1e9 >= e->sc->snapshot;
    if (!now && !due && !e->live)
        return E_OK;
    int rc = sinks_flush(e, w);
    if (!rc && e->opt.folder && (now || due))
        rc = snapshot_write(e, w);
    if (!rc && e->source_vt->commit && e->source) {
        int32_t s = e->source_vt->commit(e->source, e->position);
        rc = s < 0 ? object_why(e->source_object, s, "commit", w) : E_OK;
    }
    e->snapshot_ns = t;
    return rc;
}

static bool asked_to_stop(const engine *e) { return e->opt.stop && atomic_load(e->opt.stop); }

static bool all_over(const engine *e)
{
    for (size_t i = 0; i < (size_t)e->nlane * e->nphysics; i++)
        if (!e->lp[i].over)
            return false;
    return e->nlane > 0;
}

static int one_chunk(engine *e, pool *p, bool *more, why *w)
{
    int rc = feed_chunk(e, more, w);
    if (rc || (rc = tiles_cover(e, w)) || !*more)
        return rc;
    uint64_t before = 0, after = 0;
    for (uint32_t i = 0; i < e->nlane; i++)
        before += e->lane[i].done;
    pool_run(p);
    for (uint32_t i = 0; i < e->nlane; i++)
        after += e->lane[i].done;
    e->rows_done += after - before;
    rc = emit_chunk(e, w);
    if (!rc)
        progress(e, "run", false);
    return rc ? rc : consistent(e, false, w);
}

static int one_pass(engine *e, pool *p, why *w)
{
    for (bool more = true; more && !all_over(e);) {
        int rc = one_chunk(e, p, &more, w);
        if (rc)
            return rc;
        if (more && asked_to_stop(e)) {
            rc = consistent(e, true, w);
            return rc ? rc : fail(w, E_CANCEL, "stopped as asked");
        }
    }
    return E_OK;
}

static int turn_to_second(engine *e, why *w)
{
    progress(e, "train", true);
    int rc = correct_train(e, w);
    if (rc)
        return rc;
    e->second = true;
    for (uint32_t i = 0; i < e->nlane; i++)
        e->lane[i].seen = 0;
    e->position[0] = '\0';
    return (rc = open_restart(e, NULL, w)) ? rc : consistent(e, true, w);
}

static int passes(engine *e, pool *p, why *w)
{
    int rc = E_OK;
    if (e->passes && !e->second)
        rc = (rc = one_pass(e, p, w)) ? rc : turn_to_second(e, w);
    return rc ? rc : one_pass(e, p, w);
}

static void said_score(void *ctx, const char *json_text, const char *say)
{
    sinks_event(ctx, 1, "score", NULL, -1, json_text, say);
}

static void end_scores(engine *e)
{
    json j = { 0 };
    if (!e->score)
        return;
    e->opt.study->score_end(e->score, said_score, e, &j);
    e->scores = text_take(&j.out);
}

static int start(engine *e, why *w)
{
    int rc = E_OK;
    e->made_by = e->opt.folder || e->opt.tap ? result_made_by(e) : NULL;          /* who asks later gets it then */
    e->started_ns = e->snapshot_ns = clock_monotonic_ns();
    if (e->opt.study && e->sc->evaluate.on &&
        (rc = e->opt.study->score_open(e->variant, e->nphysics * e->nvariant, &e->score, w)))
        return rc;
    if (e->opt.resume && (rc = snapshot_read(e, w)))
        return rc;
    e->rows_resumed = e->rows_done;
    rc = e->opt.resume ? E_OK : hook_start(e, w);
    return rc ? rc : sinks_open(e, w);
}

int engine_run(engine *e, why *w)
{
    pool p;
    int rc = start(e, w);
    pool_open(&p, e);
    if (!rc)
        rc = passes(e, &p, w);
    pool_close(&p);
    if (!rc) {
        end_scores(e);
        progress(e, "done", true);
        rc = consistent(e, true, w);
    }
    if (!rc && e->failed)
        rc = fail(w, E_PARTIAL, "%llu of %llu lanes ended by failure; their finished rows are kept",
                  (unsigned long long)e->failed, (unsigned long long)e->nlane * e->nphysics);
    e->elapsed_ns = clock_monotonic_ns() - e->started_ns;
    why last = { 0 };
    if (hook_end(e, rc, &last) && !rc) {
        rc = last.code;
        *w = last;
    }
    int closed = sinks_close(e, rc, w);
    e->outcome = rc ? rc : closed;
    return e->outcome;
}
