/* SPDX-License-Identifier: MIT
 * forecast_life.c - when a cell's life ends, and how sure that is: paths of what would be measured, each until it
 * stays below.
 *
 * A path is one draw of the law, of how wrong the law is, here and elsewhere, of the corrector, and noise with the
 * memory that what the fit left has; widened as the band is. A path that does not end within the rows says "at least",
 * never the last row.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdlib.h>

enum { STREAM_NOISE = 23, STREAM_CORRECTOR = 24, STREAM_DOUBT = 25, STREAM_ERROR = 26 };

#define Z95 1.6448536269514722                    /* standard normal, 95 % */
#define GOLDEN 0.6180339887498949                 /* multiples of it lie evenly between whole numbers, however many */

const double forecast_share[FORECAST_SHARES] = { 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95 };

/* First of `hold` rows in a row below the end of life, as a number from 1 behind `from`; INFINITY. */
static double ends(const double *y, size_t from, size_t n, double eol, uint64_t hold)
{
    uint64_t below = 0;
    for (size_t r = from; r < n; r++) {
        if (isnan(y[r]))
            continue;
        below = y[r] < eol ? below + 1 : 0;
        if (below == (hold ? hold : 1))
            return (double)(r - from + 2) - (double)below;
    }
    return INFINITY;
}

/* From standard normal scores of what the forecast's own parts say to where such values lay. */
static double placed(const double *at, double z)
{
    static const double score[PLACES] = { -Z95, -0.6744897501960817, 0, 0.6744897501960817, Z95 };
    size_t i = 0;
    while (i + 2 < PLACES && z > score[i + 1])
        i++;
    return at[i] + (z - score[i]) / (score[i + 1] - score[i]) * (at[i + 1] - at[i]);
}

static void walk(const view *v, const forecast_options *o, const forecast_cell *c, size_t s, double *y)
{
    uint64_t cell = text_hash(c->name) ^ v->known;
    double z = random_normal(o->fit.seed, cell, s, STREAM_CORRECTOR);
    double wrong = random_normal(o->fit.seed, cell, s, STREAM_DOUBT);
    double even = GOLDEN * (double)s + random_uniform(o->fit.seed, cell, 0, STREAM_ERROR);
    double error = random_quantile(fmax(even - floor(even), 1e-9)) / Z95;
    double memory = v->memory, noise = 0;
    for (size_t r = v->known; r < v->n; r++) {
        double fresh = random_normal(o->fit.seed, cell, s * (v->n + 1) + r, STREAM_NOISE);
        noise = r == v->known ? fresh : memory * noise + sqrt(1 - memory * memory) * fresh;
        double off = v->draw[s * v->n + r] - v->middle[r] + z * v->spread_c[r] + wrong * forecast_view_doubt(v, r) +
                     v->noise * noise;
        double miss = error * (error < 0 ? v->wrong_down[r] : v->wrong_up[r]), over = v->wrong_inside ? 0 : miss;
        off += miss - over;
        if (c->place) {
            double down, up;
            forecast_view_half(v, r, &down, &up);
            y[r] = v->middle[r] + v->correction[r] + placed(c->place + r * PLACES, Z95 * off / (off < 0 ? down : up));
            continue;
        }
        y[r] = v->middle[r] + v->correction[r] + (off < 0 ? c->stretch_down[r] : c->stretch_up[r]) * off + over;
    }
}

static void percentiles(forecast_cell *c)
{
    for (size_t i = 0; i < FORECAST_SHARES; i++) {
        size_t at = (size_t)ceil(forecast_share[i] * (double)c->nlife) - 1;
        double rows = c->life[at];
        c->rul[i] = isfinite(rows) ? rows : NAN;
        c->eol_cycle[i] = isfinite(rows) && rows > 0 ? (double)c->cycle[c->known + (size_t)rows - 1] : NAN;
    }
}

int forecast_life_draw(const view *v, const forecast_options *o, uint64_t hold, forecast_cell *c, why *w)
{
    double *y = mem_zero(v->n + 1, sizeof *y), before = isnan(c->eol) ? NAN : ends(c->seen, 0, c->known, c->eol, hold);
    c->seen_life = NAN;
    c->least = (double)(c->n - c->known);
    c->reached = NAN;
    for (size_t i = 0; i < FORECAST_SHARES; i++)
        c->rul[i] = c->eol_cycle[i] = NAN;
    for (size_t r = 0; r < c->n; r++)
        c->failed[r] = isnan(c->eol) ? NAN : 0;
    if (isnan(c->eol) || !y) {
        free(y);
        return y ? E_OK : fail(w, E_NOMEM, "no memory for a forecast");
    }
    for (size_t s = 0; s < v->samples; s++) {
        walk(v, o, c, s, y);
        c->life[s] = isfinite(before) ? 0 : ends(y, c->known, c->n, c->eol, hold);
    }
    c->nlife = v->samples;
    qsort(c->life, c->nlife, sizeof *c->life, forecast_order);
    percentiles(c);
    size_t done = 0;
    for (size_t r = c->known; r < c->n; r++) {
        while (done < c->nlife && c->life[done] <= (double)(r - c->known + 1))
            done++;
        c->failed[r] = (double)done / (double)c->nlife;
    }
    for (c->reached = 0, done = 0; done < c->nlife; done++)
        c->reached += isfinite(c->life[done]) ? 1 / (double)c->nlife : 0;
    double measured = isfinite(before) ? INFINITY : ends(c->seen, c->known, c->n, c->eol, hold);
    c->seen_life = isfinite(measured) ? measured : NAN;
    free(y);
    return E_OK;
}

double forecast_failed_by(const forecast_cell *c, size_t rows)
{
    size_t done = 0;
    if (isnan(c->eol) || c->nlife == 0 || c->known + rows > c->n)
        return NAN;
    while (done < c->nlife && c->life[done] <= (double)rows)
        done++;
    return (double)done / (double)c->nlife;
}

double forecast_pit(const forecast_cell *c)
{
    size_t below = 0, upto = 0;
    if (isnan(c->seen_life) || c->nlife == 0)
        return NAN;
    for (size_t i = 0; i < c->nlife; i++) {
        below += c->life[i] < c->seen_life;
        upto += c->life[i] <= c->seen_life;
    }
    return 0.5 * (double)(below + upto) / (double)c->nlife;
}

/* Share of the samples that end before `rows`, and up to it. */
static void share_at(const forecast_cell *c, double rows, double *below, double *upto)
{
    *below = *upto = 0;
    for (size_t i = 0; i < c->nlife; i++) {
        *below += c->life[i] < rows ? 1 / (double)c->nlife : 0;
        *upto += c->life[i] <= rows ? 1 / (double)c->nlife : 0;
    }
}

void forecast_pits_add(const forecast_cell *c, double *from, double *to, forecast_pits *out)
{
    size_t at = out->ended + out->censored, last = 0;
    double unused;
    if (c->refused || isnan(c->eol) || c->nlife == 0)
        return;
    for (size_t r = c->known; r < c->n; r++)
        last = isfinite(c->seen[r]) ? r - c->known + 1 : last;
    if (c->life[c->nlife - 1] <= 0) {
        out->before++;
    } else if (isfinite(c->seen_life)) {
        share_at(c, c->seen_life, &from[at], &to[at]);
        out->ended++;
    } else if (last > 0) {                        /* measured, and no end seen */
        share_at(c, (double)last, &unused, &from[at]);
        to[at] = 1;
        out->censored++;
    }
}

int forecast_pits_of(const forecast *f, forecast_pits *out, why *w)
{
    double *at = mem_zero(2 * f->ncell + 1, sizeof *at);
    *out = (forecast_pits){ 0 };
    if (!at)
        return fail(w, E_NOMEM, "no memory to score %zu lives", f->ncell);
    for (size_t i = 0; i < f->ncell; i++)
        forecast_pits_add(&f->cell[i], at, at + f->ncell, out);
    metrics_pit_between(at, at + f->ncell, out->ended + out->censored, &out->pit);
    free(at);
    return E_OK;
}
