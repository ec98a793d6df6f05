/* SPDX-License-Identifier: MIT
 * fit_json.c - a fit, and how a law learnt row by row, as JSON.
 */
#include "core/study/fit_all.h"
#include <math.h>

static const char *const losses[] = { "linear", "soft_l1", "huber", "cauchy" };
static const char *const ended[] = { "iterations ran out", "gradient", "small step", "small gain", "no better point" };
static const char *const kinds[] = { "particle", "ensemble" };

static void value_json(const fit *f, const fit_result *r, size_t j, json *out)
{
    const fit_value *v = &r->at[j];
    json_open(out, NULL, '{');
    json_text(out, "key", f->param[j].key);
    json_text(out, "unit", f->param[j].of->unit);
    json_number(out, "value", v->value);
    json_number(out, "sd", v->sd);
    json_number(out, "lower", v->lower);
    json_number(out, "upper", v->upper);
    json_number(out, "bootstrap_lower", v->boot_lower);
    json_number(out, "bootstrap_upper", v->boot_upper);
    json_number(out, "profile_lower", v->profile_lower);
    json_number(out, "profile_upper", v->profile_upper);
    json_bool(out, "own", f->param[j].own);
    json_bool(out, "at_bound", v->at_bound);
    json_bool(out, "seen", !isinf(v->sd));
    if (!isnan(v->profile_lower)) {
        json_open(out, "profile", '[');
        for (size_t i = 0; i < FIT_PROFILE; i++) {
            json_open(out, NULL, '[');
            json_number(out, NULL, r->profile_x[j][i]);
            json_number(out, NULL, r->profile_d[j][i]);
            json_close(out, ']');
        }
        json_close(out, ']');
    }
    json_close(out, '}');
}

static void matrix(json *out, const char *key, const double *v, size_t rows, size_t n)
{
    json_open(out, key, '[');
    for (size_t i = 0; i < rows; i++) {
        json_open(out, NULL, '[');
        for (size_t j = 0; j < n; j++)
            json_number(out, NULL, v[i * n + j]);
        json_close(out, ']');
    }
    json_close(out, ']');
}

void fit_json(const fit *f, const fit_result *all, size_t n, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "physics", f->s->physics[f->physics].label);
    json_text(out, "target", f->o.target);
    json_text(out, "loss", losses[f->o.loss]);
    json_open(out, "fits", '[');
    for (size_t i = 0; i < n; i++) {
        const fit_result *r = &all[i];
        json_open(out, NULL, '{');
        json_text(out, "cell", r->cell);
        json_whole(out, "values", (int64_t)r->n);
        json_open(out, "parameters", '[');
        for (size_t j = 0; j < r->nparam; j++)
            value_json(f, r, j, out);
        json_close(out, ']');
        matrix(out, "correlation", r->correlation, r->nparam, r->nparam);
        matrix(out, "not_seen", r->flat, r->nflat, r->nparam);
        json_number(out, "condition", r->condition);
        json_number(out, "rmse", r->rmse);
        json_number(out, "rmse_before", r->before);
        json_number(out, "noise", r->noise);
        json_number(out, "durbin_watson", r->durbin_watson);
        json_whole(out, "later_values", (int64_t)r->nrest);
        json_number(out, "later_rmse", r->rest_rmse);
        json_number(out, "later_rmse_line", r->rest_line);
        json_whole(out, "starts", (int64_t)(f->o.starts ? f->o.starts : 1));
        json_whole(out, "starts_agree", (int64_t)r->starts_agree);
        json_whole(out, "evaluations", (int64_t)r->evaluations);
        json_text(out, "ended", ended[r->ended]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

/* ---- row by row ---- */

static void row_json(const fit *f, const filter_row *r, json *out)
{
    json_open(out, NULL, '{');
    json_whole(out, "cycle", r->cycle);
    json_number(out, "seen", r->seen);
    json_number(out, "forecast", r->forecast);
    json_number(out, "sd", r->sd);
    json_number(out, "effective", r->ess);
    json_open(out, "parameters", '[');
    for (size_t j = 0; j < f->nparam; j++) {
        json_open(out, NULL, '[');
        for (size_t q = 0; q < 3; q++)
            json_number(out, NULL, r->value[j][q]);
        json_close(out, ']');
    }
    json_close(out, ']');
    json_close(out, '}');
}

static void filter_json(const fit *f, const filter_options *o, const filter_course *all, size_t n, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "physics", f->s->physics[f->physics].label);
    json_text(out, "target", f->o.target);
    json_text(out, "sequential", kinds[o->kind]);
    json_open(out, "parameters", '[');
    for (size_t j = 0; j < f->nparam; j++)
        json_text(out, NULL, f->param[j].key);
    json_close(out, ']');
    json_open(out, "cells", '[');
    for (size_t i = 0; i < n; i++) {
        const filter_course *c = &all[i];
        json_open(out, NULL, '{');
        json_text(out, "cell", c->cell);
        json_whole(out, "values", (int64_t)c->known);
        json_number(out, "rmse_one_ahead", c->rmse);
        json_number(out, "rmse_persistence", c->persistence);
        json_number(out, "inside_90", c->inside);
        json_number(out, "log_evidence", c->evidence);
        json_number(out, "noise", c->noise);
        json_whole(out, "resampled", (int64_t)c->resampled);
        json_open(out, "rows", '[');
        for (size_t r = 0; r < c->n; r++)
            row_json(f, &c->row[r], out);
        json_close(out, ']');
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

void fit_all_json(const fit_all *k, json *out)
{
    if (k->sequential)
        filter_json(&k->fit, &k->filter, k->course, k->n, out);
    else
        fit_json(&k->fit, k->result, k->n, out);
}
