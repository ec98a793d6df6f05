/* SPDX-License-Identifier: MIT
 * filter_say.c - how a law learnt row by row, in words and as JSON.
 */
#include "core/report/fit_say.h"
#include <math.h>

enum { LINES = 12 };                              /* rows of a table for people */
static const char *const kinds[] = { "particle", "ensemble" };

static void line(const fit *f, const filter_row *r, text *out)
{
    text_addf(out, "  %8lld  %10.5g  %10.5g  %9.3g", (long long)r->cycle, r->seen, r->forecast, r->sd);
    for (size_t j = 0; j < f->nparam; j++)
        text_addf(out, "  %10.4g (%.4g .. %.4g)", r->value[j][1], r->value[j][0], r->value[j][2]);
    text_addc(out, '\n');
}

void filter_text(const fit *f, const filter_options *o, const filter_course *all, size_t n, text *out)
{
    for (size_t i = 0; i < n; i++) {
        const filter_course *c = &all[i];
        text_addf(out, "%s%s of %s, %zu values of %s as they came, by %s\n", i ? "\n" : "",
                  f->s->physics[f->physics].label, c->cell, c->known, f->o.target, kinds[o->kind]);
        text_add(out, "     cycle        seen    foretold         sd");
        for (size_t j = 0; j < f->nparam; j++)
            text_addf(out, "  %10s (5 .. 95 %%)", f->param[j].name);
        text_addc(out, '\n');
        for (size_t k = 1; k <= LINES && c->n; k++) {
            size_t row = k * c->n / LINES;
            if (row > (k - 1) * c->n / LINES)
                line(f, &c->row[row - 1], out);
        }
        text_addf(out, "  one row ahead: rmse %.4g, persistence %.4g; 90 %% bands held %.3f\n", c->rmse, c->persistence,
                  c->inside);
        text_addf(out, "  log evidence %.2f; noise %.4g; resampled %zu times, the law run %zu times\n", c->evidence,
                  c->noise, c->resampled, c->runs);
    }
}

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

void filter_json(const fit *f, const filter_options *o, const filter_course *all, size_t n, json *out)
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
