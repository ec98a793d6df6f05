/* SPDX-License-Identifier: MIT
 * forecast_say.c - a forecast in words and as rows of CSV.
 */
#include "core/report/forecast_say.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the terminal ---- */

static void rows_word(const forecast_cell *c, double v, char out[40])
{
    if (isnan(v))
        snprintf(out, 40, "over %.0f", c->least);
    else
        snprintf(out, 40, "%.0f", v);
}

static void life_text(const forecast_cell *c, const char *in, text *out)
{
    char word[40];
    if (isnan(c->eol))
        return;
    if (c->nlife && c->life[c->nlife - 1] <= 0) {
        text_addf(out, "  end of life (%.4g%s%s): behind it at the origin\n", c->eol, *in ? " " : "", in);
        return;
    }
    text_addf(out, "  rows left to the end of life (%.4g%s%s):", c->eol, *in ? " " : "", in);
    for (size_t i = 0; i < FORECAST_SHARES; i++) {
        rows_word(c, c->rul[i], word);
        text_addf(out, "%s %g %%: %s", i ? "," : "", 100 * forecast_share[i], word);
    }
    text_addf(out, "\n  it ends within %.0f rows with probability %.2f", c->least, c->reached);
    if (!isnan(c->eol_cycle[3]))
        text_addf(out, "; half of the samples at cycle %.0f", c->eol_cycle[3]);
    if (c->reached < 1)
        text_addf(out, "; the others last at least %.0f rows", c->least);
    text_addc(out, '\n');
}

static void part_text(const forecast_cell *c, const char *in, text *out)
{
    size_t r = c->n - 1;
    double all = c->var_physics[r] + c->var_error[r] + c->var_corrector[r] + c->var_noise[r];
    text_addf(out, "  cycle %lld: %.4g %s, 50 %%: %.4g .. %.4g, 90 %%: %.4g .. %.4g", (long long)c->cycle[r],
              c->median[r], in, c->lower50[r], c->upper50[r], c->lower90[r], c->upper90[r]);
    text_addf(out, "; of the variance %.0f %% law, %.0f %% error, %.0f %% corrector, %.0f %% noise\n",
              100 * c->var_physics[r] / all, 100 * c->var_error[r] / all, 100 * c->var_corrector[r] / all,
              100 * c->var_noise[r] / all);
}

static void score_text(const forecast_cell *c, const char *in, text *out)
{
    forecast_score s = forecast_scored(c);
    if (s.n == 0)
        return;
    text_addf(out, "  of %zu values measured behind it: rmse %.4g %s (persistence %.4g, a straight line %.4g)\n", s.n,
              s.rmse, in, s.persistence, s.line);
    text_addf(out, "  bands: PICP 90 %%: %.3f, 50 %%: %.3f; MPIW %.4g, CRPS %.4g %s", s.picp90, s.picp50, s.mpiw,
              s.crps, in);
    if (!isnan(s.pit))
        text_addf(out, "; measured end after %.0f rows, PIT %.2f", c->seen_life, s.pit);
    text_addc(out, '\n');
}

static void cell_text(const forecast *f, const forecast_say *o, const forecast_cell *c, text *out)
{
    if (c->refused) {
        text_addf(out, "%s: no forecast: %s\n", c->name, c->refused);
        return;
    }
    text_addf(out, "%s: %zu rows known, %zu forecast with %s", c->name, c->known, c->n - c->known, f->physics);
    if (f->corrector)
        text_addf(out, " and %s (gate %.2f)", f->corrector, c->gate);
    text_addf(out, "; rmse of the known ones %.4g %s\n ", c->rmse, f->unit);
    for (size_t j = 0; j < c->nparam; j++)
        text_addf(out, " %s %.5g%s%s", f->param[j].name, c->value[j].value, c->value[j].at_bound ? " (a bound)" : "",
                  j + 1 < c->nparam ? "," : "\n");
    part_text(c, f->unit, out);
    life_text(c, f->unit, out);
    for (size_t i = 0; i < o->nwithin && !isnan(c->eol); i++) {
        double p = forecast_failed_by(c, o->within[i]);
        if (isnan(p))
            text_addf(out, "  within %zu rows: not simulated that far (%.0f)\n", o->within[i], c->least);
        else
            text_addf(out, "  within %zu rows: probability %.3f\n", o->within[i], p);
    }
    score_text(c, f->unit, out);
}

/* Where measured ends lie in their distributions, over cells: one alone tells nothing. */
static void pits_text(const forecast *f, text *out)
{
    forecast_pits p;
    if (forecast_pits_of(f, &p, NULL) || p.ended + p.censored < 2 || p.ended == 0)
        return;
    text_addf(out, "\nmeasured ends of life in their distributions (PIT): %zu ended, %zu not yet%s; in fifths", p.ended,
              p.censored, p.censored ? " (spread over what is left of theirs)" : "");
    for (int b = 0; b < PIT_BINS; b += 2)
        text_addf(out, "%s %.1f", b ? "," : "", p.pit.bin[b] + p.pit.bin[b + 1]);
    text_addf(out, "; distance from even %.2f (p %.2g)\n", p.pit.ks, p.pit.ks_p);
}

void forecast_text(const forecast *f, const forecast_say *o, text *out)
{
    for (size_t i = 0; i < f->ncell; i++) {
        if (i)
            text_addc(out, '\n');
        cell_text(f, o, &f->cell[i], out);
    }
    if (f->given)
        text_add(out,
                 "\nparameters as given: the bands are as these, the corrector, the error of laws and the noise say\n");
    else if (f->scores == 0)
        text_add(out, "\nno earlier origin had rows enough: the bands are as the law, the corrector and the noise say, "
                      "not calibrated\n");
    else
        text_addf(out, "\nbands calibrated on %zu values behind earlier origins%s\n", f->scores,
                  f->calibrate == FORECAST_OTHERS ? " of other cells' whole records" : "");
    pits_text(f, out);
}

/* ---- CSV ---- */

void forecast_csv(const forecast *f, text *out)
{
    text_add(out, "cell,cycle,known,measured,physics,correction,shift,median,lower_50,upper_50,lower_90,upper_90,"
                  "variance_physics,variance_error,variance_corrector,variance_noise,failed\n");
    for (size_t i = 0; i < f->ncell; i++) {
        const forecast_cell *c = &f->cell[i];
        for (size_t r = 0; r < c->n && !c->refused; r++) {
            const double v[] = { c->seen[r],      c->physics[r],     c->correction[r], c->shift[r],
                                 c->median[r],    c->lower50[r],     c->upper50[r],    c->lower90[r],
                                 c->upper90[r],   c->var_physics[r], c->var_error[r],  c->var_corrector[r],
                                 c->var_noise[r], c->failed[r] };
            text_addf(out, "%s,%lld,%d", c->name, (long long)c->cycle[r], r < c->known);
            for (size_t k = 0; k < sizeof v / sizeof *v; k++) {
                char word[32];
                text_addc(out, ',');
                text_addn(out, word, text_number(v[k], word));
            }
            text_addc(out, '\n');
        }
    }
}
