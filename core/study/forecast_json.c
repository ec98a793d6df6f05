/* SPDX-License-Identifier: MIT
 * forecast_json.c - how a forecast did on what was measured behind its origin, and all of it as JSON.
 */
#include "core/study/baseline.h"
#include "core/study/forecast.h"
#include "core/study/metrics_band.h"
#include <math.h>

forecast_score forecast_scored(const forecast_cell *c)
{
    forecast_score s = { .pit = forecast_pit(c) };
    static const double level[] = { 0.05, 0.25, 0.5, 0.75, 0.95 };
    double square = 0, last = 0, line = 0;
    baseline b = { 0 };
    for (size_t r = 0; r < c->known; r++)
        baseline_add(&b, (double)r, c->seen[r]);
    for (size_t r = c->known; r < c->n; r++) {
        double y = c->seen[r];
        const double q[] = { c->lower90[r], c->lower50[r], c->median[r], c->upper50[r], c->upper90[r] };
        if (!isfinite(y))
            continue;
        s.n++;
        square += pow(y - c->median[r], 2);
        last += pow(y - baseline_persistence(&b), 2);
        line += pow(y - baseline_line(&b, (double)r), 2);
        s.picp50 += y >= c->lower50[r] && y <= c->upper50[r];
        s.picp90 += y >= c->lower90[r] && y <= c->upper90[r];
        s.mpiw += c->upper90[r] - c->lower90[r];
        s.crps += metrics_crps_quantiles(y, level, q, 5);
    }
    double n = s.n ? (double)s.n : NAN;
    s.rmse = sqrt(square / n);
    s.persistence = sqrt(last / n);
    s.line = sqrt(line / n);
    s.picp50 /= n;
    s.picp90 /= n;
    s.mpiw /= n;
    s.crps /= n;
    return s;
}

static void life_json(const forecast_cell *c, const forecast_say *o, json *out)
{
    json_open(out, "end_of_life", '{');
    json_number(out, "threshold", c->eol);
    json_number(out, "reached", c->reached);
    json_number(out, "at_least_rows", !isnan(c->eol) && c->reached < 1 ? c->least : NAN);
    json_open(out, "percentiles", '[');
    for (size_t i = 0; i < FORECAST_SHARES; i++) {
        json_open(out, NULL, '{');
        json_number(out, "share", forecast_share[i]);
        json_number(out, "rul_rows", c->rul[i]);
        json_number(out, "cycle", c->eol_cycle[i]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_open(out, "within", '[');
    for (size_t i = 0; i < o->nwithin; i++) {
        json_open(out, NULL, '{');
        json_whole(out, "rows", (int64_t)o->within[i]);
        json_number(out, "probability", forecast_failed_by(c, o->within[i]));
        json_close(out, '}');
    }
    json_close(out, ']');
    json_number(out, "measured_rul_rows", c->seen_life);
    json_number(out, "pit", forecast_pit(c));
    json_close(out, '}');
}

static void score_json(const forecast_cell *c, json *out)
{
    forecast_score s = forecast_scored(c);
    json_open(out, "scores", '{');
    json_whole(out, "values", (int64_t)s.n);
    json_number(out, "rmse", s.rmse);
    json_number(out, "rmse_persistence", s.persistence);
    json_number(out, "rmse_line", s.line);
    json_number(out, "picp_50", s.picp50);
    json_number(out, "picp_90", s.picp90);
    json_number(out, "mpiw_90", s.mpiw);
    json_number(out, "crps", s.crps);
    json_close(out, '}');
}

static void row_json(const forecast_cell *c, size_t r, json *out)
{
    json_open(out, NULL, '{');
    json_whole(out, "cycle", c->cycle[r]);
    json_number(out, "measured", c->seen[r]);
    json_number(out, "physics", c->physics[r]);
    json_number(out, "correction", c->correction[r]);
    json_number(out, "shift", c->shift[r]);
    json_number(out, "median", c->median[r]);
    json_number(out, "lower_50", c->lower50[r]);
    json_number(out, "upper_50", c->upper50[r]);
    json_number(out, "lower_90", c->lower90[r]);
    json_number(out, "upper_90", c->upper90[r]);
    json_number(out, "variance_physics", c->var_physics[r]);
    json_number(out, "variance_error", c->var_error[r]);
    json_number(out, "variance_corrector", c->var_corrector[r]);
    json_number(out, "variance_noise", c->var_noise[r]);
    json_number(out, "failed", c->failed[r]);
    json_close(out, '}');
}

static void cell_json(const forecast *f, const forecast_say *o, const forecast_cell *c, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "cell", c->name);
    json_text(out, "refused", c->refused);
    if (!c->refused) {
        json_whole(out, "known", (int64_t)c->known);
        json_whole(out, "horizon", (int64_t)(c->n - c->known));
        json_number(out, "noise", c->noise);
        json_number(out, "memory", c->memory);
        json_number(out, "gate", c->gate);
        json_number(out, "risen", c->risen);
        json_open(out, "parameters", '[');
        for (size_t j = 0; j < c->nparam; j++) {
            json_open(out, NULL, '{');
            json_text(out, "key", f->param[j].key);
            json_number(out, "value", c->value[j].value);
            json_number(out, "sd", c->value[j].sd);
            json_close(out, '}');
        }
        json_close(out, ']');
        life_json(c, o, out);
        score_json(c, out);
        json_open(out, "rows", '[');
        for (size_t r = c->known; r < c->n; r++)
            row_json(c, r, out);
        json_close(out, ']');
    }
    json_close(out, '}');
}

/* Where measured ends lie in their distributions, over cells; null where none is known. */
static void pits_json(const forecast *f, json *out)
{
    forecast_pits p;
    bool good = forecast_pits_of(f, &p, NULL) == E_OK && p.ended + p.censored > 0;
    json_open(out, "end_of_life_pit", '{');
    json_whole(out, "ended", (int64_t)p.ended);
    json_whole(out, "not_yet", (int64_t)p.censored);
    json_whole(out, "before_origin", (int64_t)p.before);
    json_open(out, "tenths", '[');
    for (size_t b = 0; good && b < PIT_BINS; b++)
        json_number(out, NULL, p.pit.bin[b]);
    json_close(out, ']');
    json_number(out, "ks", good ? p.pit.ks : NAN);
    json_number(out, "ks_p", good ? p.pit.ks_p : NAN);
    json_close(out, '}');
}

void forecast_json(const forecast *f, const forecast_say *o, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "physics", f->physics);
    json_text(out, "corrector", f->corrector);
    json_text(out, "target", f->target);
    json_text(out, "unit", f->unit);
    json_whole(out, "calibrated_on", (int64_t)f->scores);
    json_text(out, "calibrated_by", !f->scores ? NULL : f->calibrate == FORECAST_OTHERS ? "others" : "known");
    json_open(out, "cells", '[');
    for (size_t i = 0; i < f->ncell; i++)
        cell_json(f, o, &f->cell[i], out);
    json_close(out, ']');
    pits_json(f, out);
    json_close(out, '}');
}
