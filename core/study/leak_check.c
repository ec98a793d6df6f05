/* SPDX-License-Identifier: MIT
 * leak_check.c - the controls of a training: a permutation test, and models of shuffled targets; and what is said of
 * all.
 *
 * A part is held out (a group of cells, else each cell's last third).  Skill there is 1 - RMSE / RMSE of the training
 * rows' mean.  Shuffling the features' rows breaks what ties them to the target: the share of shuffles as skilful is p.
 * A model of shuffled targets that has skill has it from somewhere else.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/leak.h"
#include "core/study/learner_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PERMUTATIONS = 199, SHUFFLES = 5, LEAST_HELD = 8 };
enum { STREAM_PERMUTE = 900, STREAM_SHUFFLE = 901 };
static const double KNOWN = 2.0 / 3, SUSPICIOUS = 0.1, ERRORS = 2;

typedef struct control {
    lesson  l;
    picked  known, held;
    double *mean, *sigma, *distance, *target;     /* of the held rows; a copy of the lesson's targets to shuffle */
    size_t *order;
} control;

static void control_free(control *c)
{
    free(c->known.at);
    free(c->held.at);
    free(c->mean);
    free(c->sigma);
    free(c->distance);
    free(c->target);
    free(c->order);
}

static int control_open(control *c, const learner_rows *r, size_t ndata, why *w)
{
    size_t n = r->pick.n + 1;
    c->known.at = mem_zero(n, sizeof(size_t));
    c->held.at = mem_zero(n, sizeof(size_t));
    c->mean = mem_zero(n, sizeof(double));
    c->sigma = mem_zero(n, sizeof(double));
    c->distance = mem_zero(n, sizeof(double));
    c->target = mem_zero(ndata + 1, sizeof(double));
    c->order = mem_zero(n, sizeof(size_t));
    if (!c->known.at || !c->held.at || !c->mean || !c->sigma || !c->distance || !c->target || !c->order)
        return fail(w, E_NOMEM, "no memory to check a training of %zu rows", r->pick.n);
    memcpy(c->target, r->target, ndata * sizeof *c->target);
    return E_OK;
}

/* Every third group of cells is held out; false: there are fewer than three. */
static bool hold_groups(control *c, const picked *p)
{
    const lesson *l = &c->l;
    size_t n = 0, at = 0;                         /* c->order: the groups as they come */
    for (size_t i = 0; i < p->n; i++) {
        size_t lead = l->group[l->cell[p->at[i]]];
        if (i == 0 || l->cell[p->at[i]] != l->cell[p->at[i - 1]])
            for (at = 0; at < n && c->order[at] != lead;)
                at++;
        if (at == n)
            c->order[n++] = lead;
        picked *to = at % 3 == 2 ? &c->held : &c->known;
        to->at[to->n++] = p->at[i];
    }
    return n >= 3;
}

static void hold_last(control *c, const picked *p)
{
    const lesson *l = &c->l;
    c->known.n = c->held.n = 0;
    for (size_t i = 0, end; i < p->n; i = end) {
        for (end = i; end < p->n && l->cell[p->at[end]] == l->cell[p->at[i]]; end++)
            ;
        size_t to = i + (size_t)((double)(end - i) * KNOWN);
        for (size_t j = i; j < end; j++) {
            picked *where = j < to ? &c->known : &c->held;
            where->at[where->n++] = p->at[j];
        }
    }
}

static void shuffle(size_t *at, size_t n, uint64_t seed, uint64_t draw, uint64_t stream)
{
    for (size_t i = n; i > 1; i--) {
        size_t j = (size_t)(random_uniform(seed, draw, i, stream) * (double)i), keep = at[i - 1];
        at[i - 1] = at[j];
        at[j] = keep;
    }
}

/* Of predictions taken in an order; the targets are the true ones. */
static double skill(const control *c, const double *truth, const size_t *order)
{
    double base = 0, model = 0, centre = 0;
    for (size_t i = 0; i < c->known.n; i++)
        centre += truth[c->known.at[i]] / (double)c->known.n;
    for (size_t i = 0; i < c->held.n; i++) {
        double y = truth[c->held.at[i]];
        base += (y - centre) * (y - centre);
        model += pow(y - c->mean[order ? order[i] : i], 2);
    }
    return base > 0 ? 1 - sqrt(model / base) : NAN;
}

static int predict(control *c, bool *made)
{
    void *model;
    int rc = lesson_train(&c->l, &c->known, &model);
    *made = !rc && model;
    if (*made)
        rc = lesson_predict(&c->l, model, &c->held, c->mean, c->sigma, c->distance);
    lesson_drop(&c->l, model);
    return rc;
}

static void permute(control *c, const double *truth, const leak_options *o, leak_report *out)
{
    size_t draws = o->permutations ? o->permutations : PERMUTATIONS, as_good = 0;
    for (size_t k = 0; k < draws; k++) {
        for (size_t i = 0; i < c->held.n; i++)
            c->order[i] = i;
        shuffle(c->order, c->held.n, o->seed, k, STREAM_PERMUTE);
        as_good += skill(c, truth, c->order) >= out->skill;
    }
    out->p = (double)(as_good + 1) / (double)(draws + 1);
}

/* The known rows' targets among themselves. */
/* One lucky shuffle is none: where the held rows lie to one side of the mean, a line of noise is skilful every other
 * time. */
void leak_shuffles(const double *skill, size_t n, leak_report *out)
{
    double sum = 0, square = 0, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        sum += skill[i];
        square += skill[i] * skill[i];
        most = fmax(most, skill[i]);
    }
    double mean = n ? sum / (double)n : NAN;
    double error = n > 1 ? sqrt(fmax(square / (double)n - mean * mean, 0) / (double)(n - 1)) : 0;
    out->shuffled = mean;
    out->shuffled_worst = n ? most : NAN;
    out->suspicious = n && most > SUSPICIOUS && mean > ERRORS * error && mean > SUSPICIOUS / 2;
}

static int shuffled(control *c, const double *truth, const leak_options *o, leak_report *out, why *w)
{
    size_t draws = o->shuffles ? o->shuffles : SHUFFLES, n = 0;
    double *s = mem_zero(draws, sizeof *s);
    int rc = s ? E_OK : fail(w, E_NOMEM, "no memory for %zu shuffles", draws);
    c->l.target = c->target;
    for (size_t k = 0; k < draws && !rc; k++) {
        bool made;
        for (size_t i = 0; i < c->known.n; i++)
            c->order[i] = c->known.at[i];
        shuffle(c->order, c->known.n, o->seed, k, STREAM_SHUFFLE);
        for (size_t i = 0; i < c->known.n; i++)
            c->target[c->known.at[i]] = truth[c->order[i]];
        rc = predict(c, &made);
        s[n] = made ? skill(c, truth, NULL) : NAN;
        n += isfinite(s[n]);
    }
    leak_shuffles(s, n, out);
    free(s);
    return rc;
}

static int controls(learner *k, const learner_rows *r, const leak_options *o, leak_report *out, why *w)
{
    control c = { .l = learner_lesson(k, r, w) };
    bool made = false;
    int rc = control_open(&c, r, k->data->n, w);
    if (!rc && !(k->unseen && hold_groups(&c, &r->pick)))
        hold_last(&c, &r->pick);
    if (!rc && c.known.n >= LESSON_LEAST && c.held.n >= LEAST_HELD)
        rc = predict(&c, &made);
    if (!rc && made) {
        out->rows = c.held.n;
        out->skill = skill(&c, r->target, NULL);
        permute(&c, r->target, o, out);
        rc = shuffled(&c, r->target, o, out, w);
    }
    k->tile = c.l.tile;
    control_free(&c);
    return rc;
}

int leak_check(learner *k, const size_t *row, size_t n, const leak_options *o, leak_report *out, why *w)
{
    learner_rows r;
    *out = (leak_report){ .skill = NAN, .p = NAN, .shuffled = NAN, .shuffled_worst = NAN,
                          .ruler = mem_zero(k->nfeature + 1, sizeof *out->ruler) };
    int rc = learner_rows_open(k, row, n, &r, w);
    if (!rc && !out->ruler)
        rc = fail(w, E_NOMEM, "no memory to check %zu features", k->nfeature);
    for (size_t f = 0; f < k->nfeature && !rc; f++)
        if (!(rc = leak_rule(k->data, k->feature[f], r.pick.at, r.pick.n, o, &out->ruler[f], w)))
            out->nruler++;
    rc = rc ? rc : controls(k, &r, o, out, w);
    learner_rows_free(&r);
    return rc;
}

/* ---- in words ---- */

static const char *const verdicts[] = { "", "note", "leak", "allowed" };
static const char *const kinds[] = { "line", "parabola", "order" };

void leak_text(const leak_report *r, const dataset *d, text *out)
{
    bool any = false;
    for (size_t i = 0; i < r->nruler; i++) {
        const leak_ruler *k = &r->ruler[i];
        if (k->verdict == RULER_NO)
            continue;
        any = true;
        text_addf(out, "ruler: %s alone tells %s (%s, R2 %.5f, RMSE %.3g %s)%s\n", d->col[k->column].key,
                  d->col[d->target].key, kinds[k->kind], k->r2, k->error, d->col[d->target].unit,
                  k->verdict == RULER_NOTE      ? "; it cannot leak, but then a fine score says little"
                      : k->verdict == RULER_LEAK ? ": it holds the answer"
                                                 : "; allowed");
    }
    if (!any)
        text_addf(out, "ruler: none of %zu features alone tells %s\n", r->nruler, d->col[d->target].key);
    if (!r->rows) {
        text_add(out, "permutation, shuffled labels: too few rows to hold any out\n");
        return;
    }
    text_addf(out, "permutation: skill %.3f over the mean on %zu rows held out, p = %.3f%s\n", r->skill, r->rows, r->p,
              r->p > 0.05 ? ": no better than chance" : "");
    text_addf(out, "shuffled labels: skill %.3f, at most %.3f%s\n", r->shuffled, r->shuffled_worst,
              r->suspicious ? ": something else than the labels gives the answer away" : "");
}

void leak_json(const leak_report *r, const dataset *d, const char *key, json *out)
{
    json_open(out, key, '{');
    json_open(out, "ruler", '[');
    for (size_t i = 0; i < r->nruler; i++) {
        const leak_ruler *k = &r->ruler[i];
        json_open(out, NULL, '{');
        json_text(out, "feature", d->col[k->column].key);
        json_text(out, "moment", dataset_when_word(d->col[k->column].when));
        json_whole(out, "lag", d->col[k->column].lag);
        json_text(out, "fit", kinds[k->kind]);
        json_number(out, "r2", k->r2);
        json_number(out, "rmse", k->error);
        json_text(out, "verdict", verdicts[k->verdict]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_whole(out, "rows_held_out", (int64_t)r->rows);
    json_number(out, "skill", r->skill);
    json_number(out, "p", r->p);
    json_number(out, "shuffled_skill", r->shuffled);
    json_number(out, "shuffled_skill_most", r->shuffled_worst);
    json_bool(out, "suspicious", r->suspicious);
    json_close(out, '}');
}
