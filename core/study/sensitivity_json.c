/* SPDX-License-Identifier: MIT
 * sensitivity_json.c - the numbers each method says of an input, and a study as JSON.
 */
#include "core/study/sensitivity_run.h"
#include <math.h>
#include <string.h>

static const char *const method_name[NSENS] = { "local", "morris", "sobol" };


/* % of outcome per % of input: what a range in logarithms gives at once. */
static double elasticity(const sensitivity_study *k, const sensitivity_result *r, size_t o, size_t j)
{
    const sensitivity_axis *a = &k->axis[j];
    double slope = r->at[o][j].slope / r->mean[o];
    return a->log ? slope / log(a->hi / a->lo) : slope / (a->hi - a->lo) * a->now;
}

#define MEASURE(name) \
    static double get_##name(const sensitivity_study *k, const sensitivity_result *r, size_t o, size_t j) \
    { \
        (void)k; \
        return r->at[o][j].name; \
    }
MEASURE(first)
MEASURE(first_half)
MEASURE(total)
MEASURE(total_half)
MEASURE(mu)
MEASURE(mu_star)
MEASURE(mu_star_half)
MEASURE(sigma)
MEASURE(slope)

enum { MEASURES = 4 };
static const sensitivity_measure measures[NSENS][MEASURES + 1] = {
    [SENS_LOCAL] = { { "elasticity", elasticity }, { "over_range", get_slope } },
    [SENS_MORRIS] = { { "mu_star", get_mu_star },
                      { "mu_star_half", get_mu_star_half },
                      { "mu", get_mu },
                      { "sigma", get_sigma } },
    [SENS_SOBOL] = { { "total", get_total },
                     { "total_half", get_total_half },
                     { "first", get_first },
                     { "first_half", get_first_half } },
};

const sensitivity_measure *sensitivity_measures(int method) { return measures[method]; }
const char *sensitivity_method(int method) { return method_name[method]; }

int sensitivity_method_of(const char *word)
{
    for (int i = 0; i < NSENS; i++)
        if (strcmp(word, method_name[i]) == 0)
            return i;
    return -1;
}

void sensitivity_json(const sensitivity_study *k, int method, const sensitivity_result *r, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "scenario", k->s->name);
    json_text(out, "method", sensitivity_method(method));
    json_whole(out, "points", (int64_t)r->points);
    json_whole(out, "seed", (int64_t)k->seed);
    json_open(out, "outcomes", '[');
    for (size_t o = 0; o < r->m; o++) {
        json_open(out, NULL, '{');
        json_text(out, "outcome", k->outcome[o].name);
        json_text(out, "unit", k->outcome[o].unit);
        json_number(out, "mean", r->mean[o]);
        json_number(out, "sd", r->sd[o]);
        json_whole(out, "left_out", (int64_t)r->lost[o]);
        json_text(out, "reason", *k->reason ? k->reason : NULL);
        json_open(out, "inputs", '[');
        for (size_t j = 0; j < r->d; j++) {
            const sensitivity_axis *a = &k->axis[j];
            json_open(out, NULL, '{');
            json_text(out, "key", a->key);
            json_text(out, "unit", a->unit);
            json_number(out, "from", a->lo);
            json_number(out, "to", a->hi);
            json_number(out, "now", a->now);
            json_bool(out, "log", a->log);
            for (size_t c = 0; measures[method][c].name; c++)
                json_number(out, measures[method][c].name, measures[method][c].of(k, r, o, j));
            json_close(out, '}');
        }
        json_close(out, ']');
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}
