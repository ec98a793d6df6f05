/* SPDX-License-Identifier: MIT
 * filter_say.c - how a law learnt row by row, in words.
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
