/* SPDX-License-Identifier: MIT
 * sensitivity_say.c - a study of sensitivity in words: inputs in the order of what they do, numbers and bars.
 */
#include "core/report/sensitivity_say.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BAR = 30 };
static void order_by(const sensitivity_study *k, int method, const sensitivity_result *r, size_t o, size_t *order)
{
    const sensitivity_measure *m = sensitivity_measures(method);
    for (size_t j = 0; j < r->d; j++) {
        double v = fabs(m->of(k, r, o, j));
        size_t at = j;
        for (; at && !(fabs(m->of(k, r, o, order[at - 1])) >= v) && !isnan(v); at--)
            order[at] = order[at - 1];
        order[at] = j;
    }
}

static const char *word_of(const char *said) { return *said ? said : "1"; }

static void bar(double part, text *out)
{
    size_t n = isfinite(part) ? (size_t)lround(fmin(1, fmax(0, part)) * BAR) : 0;
    for (size_t i = 0; i < n; i++)
        text_add(out, "█");
}

static void one_outcome(const sensitivity_study *k, int method, const sensitivity_result *r, size_t o, text *out)
{
    size_t order[SENS_AXES] = { 0 };
    const sensitivity_measure *m = sensitivity_measures(method);
    double most = 0, sum = 0;
    order_by(k, method, r, o, order);
    for (size_t j = 0; j < r->d; j++) {
        most = fmax(most, fabs(m[0].of(k, r, o, j)));
        sum += r->at[o][j].first;
    }
    text_addf(out, "%s", k->outcome[o].name);
    if (*k->outcome[o].unit)
        text_addf(out, ", %s", k->outcome[o].unit);
    text_addf(out, method == SENS_LOCAL ? ": %.6g here\n" : ": mean %.6g, standard deviation %.3g\n", r->mean[o],
              r->sd[o]);
    text_addf(out, "  %-34s", "");
    for (size_t c = 0; m[c].name; c++)
        text_addf(out, " %12s", m[c].name);
    text_addc(out, '\n');
    for (size_t i = 0; i < r->d; i++) {
        text_addf(out, "  %-34s", k->axis[order[i]].key);
        for (size_t c = 0; m[c].name; c++)
            text_addf(out, " %12.4g", m[c].of(k, r, o, order[i]));
        text_add(out, "  ");
        bar(fabs(m[0].of(k, r, o, order[i])) / (method == SENS_SOBOL ? 1 : most), out);
        text_addc(out, '\n');
    }
    if (method == SENS_SOBOL && isfinite(sum))
        text_addf(out, "  first orders add to %.3f: the rest of 1 is what inputs do together\n", sum);
    if (r->lost[o])
        text_addf(out, "  %zu of %zu %s left out: no %s there%s\n", r->lost[o], method == SENS_LOCAL ? r->d : r->base,
                  method == SENS_LOCAL ? "inputs" : method == SENS_MORRIS ? "walks" : "samples", k->outcome[o].name,
                  k->outcome[o].kind == SENS_EOL ? " within the run (more [run] cycles would help)" : "");
    if (r->lost[o] && *k->reason)
        text_addf(out, "  the first that failed: %s\n", k->reason);
}

void sensitivity_text(const sensitivity_study *k, int method, const sensitivity_result *r, text *out)
{
    text_addf(out, "%s, %s: %zu points\n", k->s->name, sensitivity_method(method), r->points);
    for (size_t j = 0; j < r->d; j++) {
        const sensitivity_axis *a = &k->axis[j];
        text_addf(out, "  %-34s %.6g .. %.6g %s%s", a->key, a->lo, a->hi, word_of(a->unit),
                  a->log ? ", as its logarithm" : "");
        text_addf(out, isfinite(a->now) ? "; now %.6g\n" : "\n", a->now);
    }
    for (size_t o = 0; o < r->m; o++) {
        text_addc(out, '\n');
        one_outcome(k, method, r, o, out);
    }
}

void sensitivity_csv(const sensitivity_study *k, int method, const sensitivity_result *r, text *out)
{
    const sensitivity_measure *m = sensitivity_measures(method);
    text_add(out, "outcome,input,from,to");
    for (size_t c = 0; m[c].name; c++)
        text_addf(out, ",%s", m[c].name);
    text_addc(out, '\n');
    for (size_t o = 0; o < r->m; o++)
        for (size_t j = 0; j < r->d; j++) {
            text_addf(out, "%s,%s,", k->outcome[o].name, k->axis[j].key);
            text_add_number(out, k->axis[j].lo);
            text_addc(out, ',');
            text_add_number(out, k->axis[j].hi);
            for (size_t c = 0; m[c].name; c++) {
                double v = m[c].of(k, r, o, j);
                text_addc(out, ',');
                if (isfinite(v))
                    text_add_number(out, v);
            }
            text_addc(out, '\n');
        }
}
