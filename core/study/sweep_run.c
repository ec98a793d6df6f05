/* SPDX-License-Identifier: MIT
 * sweep_run.c - runs what a store does not hold yet, block by block, in this process or in workers.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/study/sweep_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Tells how far it is; `before` cases were there when it began. */
void sweep_count(const sweep_options *o, sweep_progress *p, uint64_t cases, uint64_t failed, int64_t began_ns,
                 uint64_t before)
{
    p->done += cases;
    p->failed += failed;
    double seconds = (double)(clock_monotonic_ns() - began_ns) / 1e9;
    p->rate = seconds > 0 ? (double)(p->done - before) / seconds : 0;
    p->left = p->rate > 0 ? (double)(p->cases - p->done) / p->rate : NAN;
    if (o->progress)
        o->progress(o->ctx, p);
}

static int due_add(sweep_due *d, const sweep_block *b, why *w)
{
    if (d->n == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 64;
        sweep_block *more = mem_grow(d->at, cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for %zu blocks", cap);
        d->at = more;
        d->cap = cap;
    }
    d->at[d->n++] = *b;
    return E_OK;
}

/* Runs of cases of this shard that are not done, cut to at most `most`. */
static int list_due(const sweep *s, const sweep_options *o, const uint8_t *done, uint64_t most, sweep_due *d, why *w)
{
    int rc = E_OK;
    for (uint64_t b = 0; b < s->nblock; b++) {
        const sweep_block *k = &s->block[b];
        if (o->shards && b % o->shards != o->shard - 1)
            continue;
        for (uint64_t at = k->first, end = k->first + k->count; at < end && !rc;) {
            uint64_t from = at;
            while (at < end && at - from < most && !done[sweep_case_at(s, at)])
                at++;
            if (at > from)
                rc = due_add(d, &(sweep_block){ k->index, k->group, from, at - from, 0 }, w);
            else
                at++;
        }
    }
    return rc;
}

/* Cases this shard has, and how many of them are done. */
static void count_shard(const sweep *s, const sweep_options *o, const uint8_t *done, sweep_progress *p)
{
    p->cases = p->done = 0;
    for (uint64_t b = 0; b < s->nblock; b++)
        for (uint64_t i = 0; (!o->shards || b % o->shards == o->shard - 1) && i < s->block[b].count; i++) {
            p->cases++;
            p->done += done[sweep_case_at(s, s->block[b].first + i)];
        }
}

static bool asked_to_stop(const sweep_options *o) { return o->stop && atomic_load(o->stop); }

typedef struct here { const sweep_options *o; const sweep_progress *p; uint64_t count, before; int64_t began_ns; } here;

/* The block at work, as far as it is. */
static void tick(void *ctx, double done)
{
    const here *h = ctx;
    sweep_progress p = *h->p;
    sweep_count(h->o, &p, (uint64_t)(done * (double)h->count), 0, h->began_ns, h->before);
}

static int run_here(const sweep *s, const sweep_options *o, sweep_store *store, const sweep_due *d, sweep_progress *p,
                    why *w)
{
    int rc = E_OK;
    int64_t began = clock_monotonic_ns();
    uint64_t before = p->done;
    here h = { .o = o, .p = p, .before = before, .began_ns = began };
    sweep_group g = { .tick = tick, .ctx = &h };
    for (size_t i = 0; i < d->n && !rc; i++) {
        uint64_t failed = 0;
        h.count = d->at[i].count;
        rc = sweep_block_run(s, &g, &d->at[i], o, store, &failed, w);
        if (!rc)
            sweep_count(o, p, d->at[i].count, failed, began, before);
        if (!rc && i + 1 < d->n && asked_to_stop(o))
            rc = E_CANCEL;
    }
    sweep_group_close(s, &g);
    return rc;
}

int sweep_run(sweep *s, const sweep_options *o, sweep_progress *out, why *w)
{
    sweep_store store = { 0 };
    sweep_due due = { 0 };
    uint64_t cases;
    *out = (sweep_progress){ .left = NAN };
    if (o->shards && (o->shard < 1 || o->shard > o->shards))
        return fail(w, E_USAGE, "shard %llu of %llu: the first number is from 1 to the second",
                    (unsigned long long)o->shard, (unsigned long long)o->shards);
    bool apart = o->jobs > 0 || o->timeout > 0 || s->timeout > 0 || s->isolate;
    uint8_t *done = mem_zero(s->n + 1, 1);
    int rc = done ? sweep_store_open(s, o->store, &store, w) : fail(w, E_NOMEM, "no memory for a sweep");
    if (!rc && o->again)
        rc = sweep_store_forget(&store, w);
    rc = rc ? rc : sweep_store_done(&store, done, &cases, &out->failed, w);
    if (!rc)
        count_shard(s, o, done, out);
    if (!rc)                                      /* a hang is found sooner in a short run of cases */
        rc = list_due(s, o, done, apart && (o->timeout > 0 || s->timeout > 0) ? 64 : s->most, &due, w);
    free(done);
    if (!rc)
        rc = apart && o->exe ? sweep_jobs(s, o, &store, &due, out, w) : run_here(s, o, &store, &due, out, w);
    sweep_store_close(&store);
    free(due.at);
    if (rc == E_CANCEL)
        fail(w, E_CANCEL, "stopped as asked after %llu of %llu cases; running it again goes on from here",
             (unsigned long long)out->done, (unsigned long long)out->cases);
    if (!rc && out->failed)
        rc = fail(w, E_PARTIAL, "%llu of %llu cases failed; each says why in its row", (unsigned long long)out->failed,
                  (unsigned long long)out->cases);
    return rc;
}
