/* SPDX-License-Identifier: MIT
 * emit.c - a finished chunk leaves: tile by tile, lane by lane, row by row; corrected, taken down for training, scored,
 * handed to the outputs.  One thread, in an order fixed by the plan.
 */
#include "core/engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_MOST = 16384 + 1024 };                 /* records of one lane in one chunk, per physics */

typedef struct lane_rows {                        /* one lane's records of one physics, in order */
    uint32_t  *rec, n;
    corrected *out;
    double    *extra;                             /* the corrector's nextra for each */
} lane_rows;

static int64_t by_human(const engine *e, int column, const double *row, double *v)
{
    *v = column >= 0 && (size_t)column < e->nrecord_source ? row[column] : NAN;
    return !isnan(*v);
}

static int take_down(engine *e, size_t at, corrector_use *u, const double *row, const struct recinfo *info,
                     double target, why *w)
{
    double value[256];
    double *in[256];
    size_t n = u->nfeature < 256 ? u->nfeature : 256;
    for (size_t f = 0; f < n; f++)
        in[f] = &value[f];
    features_fill(u, row, info, in, 0);
    e->table[at].ncol = n;
    if (engine_table_add(&e->table[at], value, target - row[e->col_capacity], row[e->col_capacity], info->lane,
                         (uint32_t)info->index))
        return fail(w, E_NOMEM, "no memory for the training table");
    return E_OK;
}

static int score_row(engine *e, size_t variant, const double *row, const struct recinfo *info, why *w)
{
    const lane *l = &e->lane[info->lane];
    engine_scored s = { .lane = info->lane, .variant = variant, .index = info->index, .known = info->index <= l->origin,
                        .physics = row[e->col_capacity], .hybrid = NAN, .lower = NAN, .upper = NAN };
    if (!by_human(e, s.known ? e->target_col : e->truth_col, row, &s.target))
        return E_OK;
    if (e->col_correction >= 0) {
        s.hybrid = row[e->col_correction + 1];
        s.lower = row[e->col_correction + 2];
        s.upper = row[e->col_correction + 3];
    }
    return e->opt.study->score_row(e->score, &s, w);
}

static void correct_row(const engine *e, double *row, const corrected *v)
{
    if (e->col_correction < 0)
        return;
    double *c = row + e->col_correction;
    c[0] = v->mean;
    c[1] = row[e->col_capacity] + v->mean;
    c[2] = v->down > c[1] && c[1] > 0 ? 0 : c[1] - v->down;       /* no capacity is below 0 */
    c[3] = c[1] + v->up;
    c[4] = v->known;
    c[5] = v->error;
}

/* What the other correctors of this physics say stays unknown in this one's row. */
static void extra_row(const engine *e, double *row, size_t c, const double *extra)
{
    for (size_t k = 0; k < e->nextra; k++)
        row[(size_t)e->col_extra + k] = NAN;
    for (size_t x = 0; c < e->sc->ncorrector && x < e->corrector[c].nextra; x++)
        row[e->corrector[c].extra[x]] = extra[x];
}

static int emit_record(engine *e, const tile *t, const lane_rows *r, uint32_t at, size_t c, why *w)
{
    uint32_t rec = r->rec[at];
    double *row = t->rec + (size_t)rec * e->ncolumn;
    const struct recinfo *info = &t->info[rec];
    size_t variant = info->physics * e->nvariant + c;
    const lane *l = &e->lane[info->lane];
    double target;
    int rc = E_OK;
    correct_row(e, row, &r->out[at]);
    if (e->nextra)
        extra_row(e, row, c, r->extra + at * (c < e->sc->ncorrector ? e->corrector[c].nextra : 0));
    bool learns = c < e->sc->ncorrector && !e->trained && !e->sc->corrector[c].model;
    if (learns && info->index <= l->origin && by_human(e, e->target_col, row, &target))
        rc = take_down(e, info->physics * e->sc->ncorrector + c, &e->corrector[c], row, info, target, w);
    if (!rc && e->score)
        rc = score_row(e, variant, row, info, w);
    return rc ? rc : sinks_row(e, row, l, info, e->variant[variant], w);
}

static void lane_end(engine *e, uint32_t index, size_t p)
{
    lane_physics *lp = &e->lp[(size_t)index * e->nphysics + p];
    if (!lp->over || lp->told)
        return;
    lp->told = true;
    e->failed += lp->over == OVER_FAILED;
    e->ended++;
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "physics", e->physics[p].sp->label);
    json_text(&j, "reason", lp->reason);
    json_bool(&j, "failed", lp->over == OVER_FAILED);
    json_whole(&j, "cycle", (int64_t)lp->over_cycle);
    json_close(&j, '}');
    char *object_text = text_take(&j.out);
    char say[512];
    snprintf(say, sizeof say, "%s %s at cycle %llu: %s", e->physics[p].sp->label,
             lp->over == OVER_FAILED ? "failed" : "ended", (unsigned long long)lp->over_cycle,
             lp->reason ? lp->reason : "");
    sinks_event(e, lp->over == OVER_FAILED ? 3 : 1, "lane-end", &e->lane[index], (int64_t)lp->over_cycle, object_text,
                say);
    free(object_text);
}

/* The records of physics p in lane i of the tile. */
static uint32_t collect(const tile *t, uint32_t i, size_t p, uint32_t *rec)
{
    uint32_t n = 0;
    for (uint32_t at = t->first_of[i]; at; at = t->info[at - 1].next)
        if (t->info[at - 1].physics == p)
            rec[n++] = at - 1;
    return n;
}

static int predict(engine *e, const tile *t, size_t p, size_t c, uint32_t lane_index, lane_rows *r, why *w)
{
    for (uint32_t i = 0; i < r->n; i++)
        r->out[i] = (corrected){ 0, NAN, NAN, NAN, NAN };
    for (size_t i = 0; i < r->n * e->nextra; i++)
        r->extra[i] = NAN;
    if (c >= e->sc->ncorrector || (!e->trained && !e->sc->corrector[c].model))
        return E_OK;
    return correct_predict(e, &e->corrector[c], &e->correction[p * e->sc->ncorrector + c], lane_index, t, r->rec, r->n,
                           r->out, r->extra, w);
}

/* Rows of a lane go out row by row, the variants of a row together. */
static int emit_lane(engine *e, tile *t, uint32_t i, lane_rows *r, why *w)
{
    size_t np = e->nphysics, nv = e->nvariant, most = 0;
    uint32_t lane_index = t->first + i;
    int rc = E_OK;
    for (size_t p = 0; p < np; p++)
        for (size_t c = 0; c < nv && !rc; c++) {
            lane_rows *one = &r[p * nv + c];
            one->n = collect(t, i, p, one->rec);
            most = one->n > most ? one->n : most;
            rc = predict(e, t, p, c, lane_index, one, w);
        }
    uint32_t at[64] = { 0 };
    for (size_t done = 0; !rc && done < RUN_MOST * np;) {
        uint64_t next = UINT64_MAX;
        for (size_t p = 0; p < np; p++)
            if (at[p] < r[p * nv].n && t->info[r[p * nv].rec[at[p]]].index < next)
                next = t->info[r[p * nv].rec[at[p]]].index;
        if (next == UINT64_MAX)
            break;
        for (size_t p = 0; p < np && !rc; p++) {
            if (at[p] >= r[p * nv].n || t->info[r[p * nv].rec[at[p]]].index != next)
                continue;
            for (size_t c = 0; c < nv && !rc; c++)
                rc = emit_record(e, t, &r[p * nv + c], at[p], c, w);
            at[p]++;
            done++;
        }
    }
    if (!rc)
        rc = trace_emit(e, t, i, w);
    if (!rc && t->nmark)
        hook_marks(e, t, lane_index);
    for (size_t p = 0; p < np && !rc; p++)
        lane_end(e, lane_index, p);
    return rc;
}

static void rows_free(lane_rows *r, size_t n)
{
    for (size_t i = 0; r && i < n; i++) {
        free(r[i].rec);
        free(r[i].out);
        free(r[i].extra);
    }
    free(r);
}

static lane_rows *rows_open(const engine *e, size_t n)
{
    lane_rows *r = mem_zero(n, sizeof *r);
    size_t most = e->chunk.rows > e->chunk_rows ? e->chunk.rows : e->chunk_rows;
    for (size_t i = 0; r && i < n; i++) {
        r[i].rec = mem_zero(most + 1, sizeof *r[i].rec);
        r[i].out = mem_zero(most + 1, sizeof *r[i].out);
        r[i].extra = mem_zero((most + 1) * (e->nextra + 1), sizeof *r[i].extra);
        if (!r[i].rec || !r[i].out || !r[i].extra) {
            rows_free(r, n);
            return NULL;
        }
    }
    return r;
}

int emit_chunk(engine *e, why *w)
{
    size_t n = e->nphysics * e->nvariant;
    lane_rows *r = rows_open(e, n);
    if (!r)
        return fail(w, E_NOMEM, "no memory for the rows of a chunk");
    int rc = E_OK;
    for (uint32_t k = 0; k < e->ntile && !rc; k++) {
        tile *t = &e->tile[k];
        for (uint32_t i = 0; i < t->live && !rc; i++)
            rc = emit_lane(e, t, i, r, w);
        trace_empty(e, t);
        if (!rc && t->why.code)
            rc = fail(w, t->why.code, "%s", t->why.text);
    }
    rows_free(r, n);
    return rc ? rc : sinks_rows(e, w);
}

void emit_free(engine *e)
{
    correct_free(e);
    if (e->score && e->opt.study)
        e->opt.study->score_close(e->score);
    record_free(e);
}
