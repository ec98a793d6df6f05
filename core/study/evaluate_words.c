/* SPDX-License-Identifier: MIT
 * evaluate_words.c - what a score sheet comes to, in plain words.
 *
 * A model is measured against the best of the naive forecasts, chosen in hindsight; it is better only where the whole
 * 95 % interval of its skill lies above 0 and the gain is 1 % at least.
 */
#include "core/base/mem.h"
#include "core/study/evaluate.h"

#include <math.h>
#include <stdlib.h>

static const double MATTERS = 0.01;               /* a smaller gain is not worth a model */

static void cells(const evaluate *e, const evaluate_duel *d, text *out)
{
    const char *against = e->model[evaluate_usual(e)].name;
    if (d->cells > 1)
        text_addf(out, "better than %s on %zu of %zu cells", against, d->better, d->cells);
    else
        text_addf(out, "%s than %s on the one cell there is", d->better ? "better" : "no better", against);
}

/* A corrector may help and may not hurt: its worst cell beside the law alone. */
static int beside_physics(const evaluate *e, size_t m, text *out, why *w)
{
    evaluate_duel d;
    if (e->model[m].kind != EVALUATE_LEARNT || e->o.physics < 0)
        return E_OK;
    int rc = evaluate_compare(e, m, 0, &d, w);
    if (rc || d.cells == 0)
        return rc;
    text_addf(out, "; than its own physics on %zu of %zu", d.better, d.cells);
    if (d.worst > 1)
        text_addf(out, ", at worst %.3g times its error", d.worst);
    return E_OK;
}

static void verdict(const evaluate *e, const evaluate_scores *s, text *out)
{
    const char *best = e->model[e->rival].name;
    double skill = s->skill[e->rival - e->naive];
    if (!(skill >= MATTERS))
        text_addf(out, "no better than %s, the best of the naive forecasts (skill %.3f); ", best, skill);
    else if (isnan(s->skill_lower))
        text_addf(out,
                  "no better than %s, the best of the naive forecasts, as far as so few rows can tell (skill %.2f); ",
                  best, skill);
    else if (!(s->skill_lower > 0))
        text_addf(out, "no better than %s, the best of the naive forecasts, as far as these rows can tell (skill %.2f, "
                       "95 %%: %.2f .. %.2f); ", best, skill, s->skill_lower, s->skill_upper);
    else
        text_addf(out, "error smaller than that of %s, the best of the naive forecasts, by %.0f %% (95 %%: %.0f .. "
                       "%.0f %%); ", best, 100 * skill, 100 * s->skill_lower, 100 * s->skill_upper);
}

static int one(const evaluate *e, size_t m, const size_t *at, size_t n, text *out, why *w)
{
    evaluate_scores s;
    evaluate_duel d;
    int rc = evaluate_score(e, m, at, n, true, &s, w);
    rc = rc ? rc : evaluate_compare(e, m, evaluate_usual(e), &d, w);
    if (rc)
        return rc;
    text_addf(out, "%s: ", e->model[m].name);
    if (s.n == 0 || isnan(s.skill[e->rival - e->naive])) {
        text_add(out, "said nothing that can be compared.\n");
        return E_OK;
    }
    verdict(e, &s, out);
    cells(e, &d, out);
    rc = beside_physics(e, m, out, w);
    if (s.chance.n)
        text_addf(out, "; AUC %.3g at a base rate of %.3g", s.chance.auc, s.chance.base_rate);
    text_add(out, ".\n");
    return rc;
}

int evaluate_words(const evaluate *e, text *out, why *w)
{
    size_t *at = mem_zero(e->n + 1, sizeof *at);
    int rc = at ? E_OK : fail(w, E_NOMEM, "no memory to say what came of %zu rows", e->n);
    size_t n = at ? evaluate_pick(e, -1, 0, INFINITY, at) : 0;
    for (size_t m = 0; m < e->naive && !rc; m++)
        rc = one(e, m, at, n, out, w);
    free(at);
    return rc;
}
