/* SPDX-License-Identifier: MIT
 * result.c - what a run says of itself: the plan before, provenance, and the result after.
 */
#include "core/base/vmath.h"
#include "core/engine/inside.h"
#include "core/version.h"
#include <stdlib.h>
#include <string.h>

static void plugin_json(json *j, const plugin *p)
{
    json_open(j, NULL, '{');
    json_text(j, "id", p->desc->id);
    json_text(j, "kind", p->desc->kind);
    json_text(j, "version", p->desc->version);
    json_text(j, "path", p->path);
    json_text(j, "sha256", p->sha256);
    json_close(j, '}');
}

static void plugins_json(json *j, const scenario *sc)
{
    json_open(j, "plugins", '[');
    plugin_json(j, sc->source.plugin);
    for (size_t i = 0; i < sc->nphysics; i++)
        for (size_t k = 0; k < sc->physics[i].n; k++)
            plugin_json(j, sc->physics[i].part[k].plugin);
    for (size_t i = 0; i < sc->ncorrector; i++)
        plugin_json(j, sc->corrector[i].part.plugin);
    for (size_t i = 0; i < sc->noutput; i++)
        plugin_json(j, sc->output[i].part.plugin);
    json_close(j, ']');
}

char *result_made_by(const engine *e)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "fade", FADE_VERSION);
    json_whole(&j, "abi_major", FADE_ABI_NOW >> 16);
    json_whole(&j, "abi_minor", FADE_ABI_NOW & 0xffff);
    json_text(&j, "compiler", __VERSION__);
    json_text(&j, "isa", vmath_isa());
    json_whole(&j, "seed", (int64_t)e->sc->seed);
    plugins_json(&j, e->sc);
    json_close(&j, '}');
    return text_take(&j.out);
}

void engine_plan(const engine *e, text *out)
{
    const scenario *sc = e->sc;
    text_addf(out, "%s\n", sc->name);
    text_addf(out, "  source     %s, %u cell%s%s\n", sc->source.label, e->nlane, e->nlane == 1 ? "" : "s",
              e->nlane ? "" : " (found as it is read)");
    size_t at = 0;
    for (size_t p = 0; p < e->nphysics; p++)
        for (size_t k = 0; k < e->physics[p].n; k++, at++) {
            const part *q = &e->physics[p].part[k];
            text_addf(out, "  physics    %s, per %s:", q->sp->label, q->per_cycle ? "cycle" : "second");
            for (uint32_t i = 0; i < q->cols.in.n; i++) {
                const fade_column *c = library_at(&q->cols.in, i);
                bool driven = !q->per_cycle && ((int)i == q->control || (int)i == q->demand);
                text_addf(out, "%s %s from %s", i ? "," : "", c->key,
                          driven                   ? "the protocol"
                          : duty_gives(e, at, i)   ? "samples"
                          : q->in[i].from < 0      ? "nobody (optional)"
                                                   : e->physics[p].pool.at[q->in[i].from].owner);
            }
            text_add(out, "\n");
        }
    duty_plan(e, out);
    protocol_plan_say(&sc->protocol, out);
    for (size_t p = 0; p < e->nphysics; p++)
        combine_plan(&e->physics[p], out);
    for (size_t c = 0; c < sc->ncorrector; c++) {
        text_addf(out, "  corrector  %s on", sc->corrector[c].part.label);
        for (size_t f = 0; f < e->corrector[c].nfeature; f++)
            text_addf(out, "%s %s", f ? "," : "", e->corrector[c].feature_column[f].key);
        text_add(out, "\n");
    }
    const split_spec *known = &sc->evaluate.split;
    if (sc->evaluate.on)
        text_addf(out, "  evaluate   %s: the first %g%s of each cell's rows are known, the rest is forecast\n",
                  e->source_column[e->target_col].key, known->rows ? (double)known->rows : known->fraction * 100,
                  known->rows ? "" : " %");
    if (e->cycles)
        text_addf(out, "  rows       %llu a cell\n", (unsigned long long)e->cycles);
    text_addf(out, "  work       tiles of %u lanes, chunks of %llu rows, %d thread%s\n", e->width,
              (unsigned long long)e->chunk_rows, e->nworker, e->nworker == 1 ? "" : "s");
    for (size_t o = 0; o < sc->noutput; o++)
        text_addf(out, "  output     %s\n", sc->output[o].part.label);
}

static void lane_json(const engine *e, json *j, uint32_t i, size_t p)
{
    const lane_physics *lp = &e->lp[(size_t)i * e->nphysics + p];
    json_open(j, NULL, '{');
    json_text(j, "cell", e->lane[i].cell);
    json_text(j, "physics", e->physics[p].sp->label);
    json_whole(j, "rows", (int64_t)e->lane[i].done);
    json_number(j, "first_capacity_ah", lp->first);
    json_number(j, "capacity_ah", lp->capacity);
    if (lp->eol_cycle)
        json_whole(j, "end_of_life_cycle", (int64_t)lp->eol_cycle);
    else
        json_raw(j, "end_of_life_cycle", "null");
    json_text(j, "end", lp->over == OVER_FAILED ? "failed" : lp->over == OVER_STOP ? "stop" : "rows");
    if (lp->over) {
        json_text(j, "reason", lp->reason);
        json_whole(j, "end_cycle", (int64_t)lp->over_cycle);
    }
    json_close(j, '}');
}

void engine_result(const engine *e, json *out)
{
    enum { LISTED = 1000 };
    json_open(out, NULL, '{');
    json_text(out, "run", e->run_id);
    json_text(out, "name", e->sc->name);
    json_text(out, "outcome", why_word(e->outcome));
    json_whole(out, "cells", e->nlane);
    json_whole(out, "rows", (int64_t)e->rows_done);
    json_whole(out, "failed", (int64_t)e->failed);
    json_number(out, "seconds", (double)e->elapsed_ns / 1e9);
    json_text(out, "folder", e->opt.folder);
    json_open(out, "lanes", '[');
    for (uint32_t i = 0; i < e->nlane && i < LISTED; i++)
        for (size_t p = 0; p < e->nphysics; p++)
            lane_json(e, out, i, p);
    json_close(out, ']');
    json_open(out, "physics", '[');
    for (size_t p = 0; p < e->nphysics; p++) {
        json_open(out, NULL, '{');
        json_text(out, "physics", e->physics[p].sp->label);
        json_number(out, "seconds", engine_seconds(e, p));
        json_close(out, '}');
    }
    json_close(out, ']');
    json_bool(out, "lanes_cut", e->nlane > LISTED);
    json_raw(out, "scores", e->scores && e->scores[0] ? e->scores : "[]");
    if (e->sc->ncorrector)
        correct_result(e, out);
    char *made_by = e->made_by ? NULL : result_made_by(e);
    json_raw(out, "made_by", e->made_by ? e->made_by : made_by ? made_by : "null");
    free(made_by);
    json_close(out, '}');
}
