/* SPDX-License-Identifier: MIT
 * drift_json.c - what drifted, as JSON.
 */
#include "core/study/drift_run.h"
#include <math.h>

static void column_json(const drift_column *c, json *out)
{
    const drift_pair *p = &c->pair;
    json_open(out, NULL, '{');
    json_text(out, "column", c->key);
    json_text(out, "unit", c->unit);
    json_whole(out, "reference", (int64_t)p->n);
    json_whole(out, "newer", (int64_t)p->m);
    json_number(out, "ks", p->ks);
    json_number(out, "p", p->p);
    json_number(out, "q", c->q);
    json_number(out, "psi", p->psi);
    json_number(out, "psi_chance", p->psi_chance);
    json_number(out, "mean", p->mean);
    json_number(out, "sd", p->sd);
    json_number(out, "new_mean", p->new_mean);
    json_number(out, "new_sd", p->new_sd);
    json_number(out, "shift", isfinite(p->shift) ? p->shift : NAN);
    json_bool(out, "drifted", c->drifted);
    json_close(out, '}');
}

static void cell_json(const drift_cell *c, json *out)
{
    const drift_watch *w = &c->watch;
    json_open(out, NULL, '{');
    json_text(out, "cell", c->name);
    json_text(out, "refused", *c->refused ? c->refused : NULL);
    json_bool(out, "alarm", w->alarm > 0);
    json_number(out, "alarm_cycle", w->alarm ? (double)c->alarm_cycle : NAN);
    json_number(out, "began_cycle", w->alarm ? (double)c->began_cycle : NAN);
    json_text(out, "way", w->way > 0 ? "up" : w->way < 0 ? "down" : NULL);
    json_number(out, "mean", w->mean);
    json_number(out, "sd", w->sd);
    json_number(out, "memory", w->memory);
    json_number(out, "threshold", w->threshold);
    json_number(out, "false_alarm_rate", w->rate);
    json_whole(out, "rows", (int64_t)w->seen);
    json_close(out, '}');
}

void drift_json(const drift_report *r, const drift_options *o, json *out)
{
    json_open(out, NULL, '{');
    json_bool(out, "drifted", r->drifted);
    json_whole(out, "reference_rows", (int64_t)r->reference);
    json_whole(out, "newer_rows", (int64_t)r->fresh);
    json_number(out, "false_discovery_rate", o->fdr);
    json_number(out, "psi_bound", o->psi);
    json_open(out, "columns", '[');
    for (size_t i = 0; i < r->ncolumn; i++)
        column_json(&r->column[i], out);
    json_close(out, ']');
    json_text(out, "watched", *r->watched ? r->watched : NULL);
    json_open(out, "cells", '[');
    for (size_t i = 0; i < r->ncell; i++)
        cell_json(&r->cell[i], out);
    json_close(out, ']');
    json_close(out, '}');
}
