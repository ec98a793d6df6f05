/* SPDX-License-Identifier: MIT
 * ranges.c - how far inputs went from where a law was shown to hold (lo..hi of its columns): each worker counts what
 * it met outside, added up when asked.
 */
#include "core/engine/inside.h"
#include <stdlib.h>
#include <string.h>

int ranges_worker(const engine *e, worker *k, why *w)
{
    k->range = mem_zero(e->nparts + 1, sizeof *k->range);
    k->stepped = mem_zero(e->nparts + 1, sizeof *k->stepped);
    size_t at = 0;
    for (size_t p = 0; k->range && k->stepped && p < e->nphysics; p++)
        for (size_t j = 0; j < e->physics[p].n; j++, at++) {
            const part *q = &e->physics[p].part[j];
            if (!(k->range[at] = mem_zero(q->cols.in.n + 1, sizeof **k->range)))
                return fail(w, E_NOMEM, "no memory for the ranges of %s", q->desc->id);
            for (uint32_t c = 0; c < q->cols.in.n; c++)
                k->range[at][c].stretches = duty_holds(e, at, c);
        }
    return k->range && k->stepped ? E_OK : fail(w, E_NOMEM, "no memory for a worker");
}

void ranges_worker_close(const engine *e, worker *k)
{
    for (size_t at = 0; k->range && at < e->nparts; at++)
        free(k->range[at]);
    free(k->range);
    free(k->stepped);
}

bool ranges_meet(input_range *r, double v)
{
    r->least = r->rows ? fmin(r->least, v) : v;
    r->most = r->rows ? fmax(r->most, v) : v;
    return r->rows++ == 0;
}

/* What all workers met of one input. */
static input_range sum(const engine *e, size_t at, uint32_t c, uint64_t *stepped)
{
    input_range all = { 0 };
    *stepped = 0;
    for (int i = 0; i < e->nworker; i++) {
        const worker *k = &e->worker[i];
        const input_range *r = &k->range[at][c];
        all.stretches = r->stretches;
        *stepped += r->stretches ? r->looked : k->stepped[at];
        if (!r->rows)
            continue;
        all.least = all.rows ? fmin(all.least, r->least) : r->least;
        all.most = all.rows ? fmax(all.most, r->most) : r->most;
        all.rows += r->rows;
    }
    return all;
}

/* In the unit people read. */
static void speak(engine_range *r, const char *from)
{
    double v[] = { r->lo, r->hi, r->least, r->most };
    const char *human = units_human_values(from, v, sizeof v / sizeof *v);
    r->unit = *human ? human : from;
    r->lo = v[0];
    r->hi = v[1];
    r->least = v[2];
    r->most = v[3];
}

size_t engine_ranges(const engine *e, size_t physics_index, engine_range *out, size_t most)
{
    size_t n = 0, at = 0;
    for (size_t p = 0; p < physics_index; p++)
        at += e->physics[p].n;
    for (size_t j = 0; j < e->physics[physics_index].n; j++, at++) {
        const part *q = &e->physics[physics_index].part[j];
        for (uint32_t c = 0; c < q->cols.in.n; c++) {
            const fade_column *fc = library_at(&q->cols.in, c);
            if (!(fc->lo < fc->hi) || q->in[c].from < 0)
                continue;
            engine_range r = { .part = q->sp->label, .column = fc->key, .lo = fc->lo, .hi = fc->hi };
            input_range seen = sum(e, at, c, &r.stepped);
            r.rows = seen.rows;
            r.stretches = seen.stretches;
            r.least = seen.rows ? seen.least : NAN;
            r.most = seen.rows ? seen.most : NAN;
            speak(&r, fc->unit);
            if (n < most)
                out[n] = r;
            n++;
        }
    }
    return n;
}
