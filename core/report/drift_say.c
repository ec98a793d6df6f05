/* SPDX-License-Identifier: MIT
 * drift_say.c - what drifted, in words: columns in the order of how far they are off, then each cell's watch.
 */
#include "core/report/drift_say.h"
#include <math.h>
#include <stdio.h>

static void column_line(const drift_column *c, text *out)
{
    char q[24];
    snprintf(q, sizeof q, c->q < 1e-12 ? "<1e-12" : "%.2g", c->q);
    text_addf(out, "  %-26s %8.3f %9s %8.3f %11.5g %11.5g %-8s %+8.2f  %s\n", c->key, c->pair.ks, q, c->pair.psi,
              c->pair.mean, c->pair.new_mean, c->unit, c->pair.shift, c->drifted ? "drifted" : "");
}

static void cell_line(const drift_cell *c, text *out)
{
    text_addf(out, "  %-26s ", c->name);
    if (*c->refused)
        text_addf(out, "not watched: %s\n", c->refused);
    else if (!c->watch.alarm)
        text_addf(out, "no alarm in %zu rows (memory of the reference %.2f)\n", c->watch.seen, c->watch.memory);
    else
        text_addf(out, "ALARM at cycle %lld: it went %s by more than %.2g from about cycle %lld on\n",
                  (long long)c->alarm_cycle, c->watch.way > 0 ? "up" : "down", c->watch.slack * c->watch.sd,
                  (long long)c->began_cycle);
}

void drift_text(const drift_report *r, const drift_options *o, text *out)
{
    size_t drifted = 0, alarms = 0;
    text_addf(out, "%zu reference rows, %zu newer ones\n", r->reference, r->fresh);
    text_addf(out, "  %-26s %8s %9s %8s %11s %11s %-8s %8s\n", "", "KS", "q", "PSI", "mean", "new mean", "unit",
              "shift/sd");
    for (size_t i = 0; i < r->ncolumn; i++) {
        column_line(&r->column[i], out);
        drifted += r->column[i].drifted;
    }
    text_addf(out, "  drifted: %zu of %zu columns (false discovery rate %g, PSI above %g)\n", drifted, r->ncolumn,
              o->fdr, o->psi);
    if (!*r->watched)
        return;
    text_addf(out, "\n%s, watched row by row (Page-Hinkley, slack %g sd)\n", r->watched, o->slack);
    for (size_t i = 0; i < r->ncell; i++) {
        cell_line(&r->cell[i], out);
        alarms += r->cell[i].watch.alarm > 0;
    }
    text_addf(out, "  alarms: %zu of %zu cells; without any change %g of them would be expected\n", alarms, r->ncell,
              o->rate * (double)r->ncell);
    if (alarms)
        text_add(out, "  the law or the correction is no longer what it was: fit or train again\n");
}
