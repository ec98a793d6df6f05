/* SPDX-License-Identifier: MIT
 * compare_harvest.c - a finished run becomes models: its scores as the run tells them, lives, the fade's parts, time.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const compare_naive[COMPARE_NAIVE] = { "persistence", "drift", "line" };
enum { PHYSICS = -1, HYBRID = -2 };               /* whose end of life; 0..: a naive one */

typedef struct harvest {
    const compare_entry *e;
    json_t              *result, *scores;
    compare_model       *at;
    size_t               n;
    why                 *w;
} harvest;

void compare_model_free(compare_model *m)
{
    for (size_t i = 0; i < m->nloss; i++) {
        free(m->loss[i].key);
        free(m->loss[i].unit);
    }
    free(m->loss);
    compare_ranges_free(m);
    free(m->scenario);
    free(m->variant);
    free(m->model);
    free(m->without);
    free(m->refused);
    *m = (compare_model){ 0 };
}

int compare_push(compare_model **at, size_t *n, compare_model *m, why *w)
{
    compare_model *more = mem_grow(*at, *n + 1, sizeof *more);
    if (!more || !m->scenario || !m->variant || !m->model) {
        *at = more ? more : *at;
        compare_model_free(m);
        return fail(w, E_NOMEM, "no memory for what is compared");
    }
    *at = more;
    more[(*n)++] = *m;
    *m = (compare_model){ 0 };
    return E_OK;
}

static compare_model blank(const compare_entry *e, const char *variant, const char *model)
{
    compare_model m = { .scenario = mem_dup(e->file), .variant = mem_dup(variant), .model = mem_dup(model) };
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        const double unknown = NAN;
        memcpy((char *)&m + compare_numbers[i].at, &unknown, sizeof unknown);
        if (compare_numbers[i].least)
            memcpy((char *)&m + compare_numbers[i].least, &unknown, sizeof unknown);
    }
    for (size_t i = 0; i < COMPARE_RANKS; i++)
        m.rank[i] = NAN;
    m.rank_mean = m.eol_observed = m.eol_observed_least = NAN;
    return m;
}

/* ---- scores ---- */

static void score(const harvest *h, const char *variant, const char *model, compare_model *m)
{
    static const char *const keys[] = { "rmse", "mae", "mape", "r2", "max_error", "bias" };
    double *const to[] = { &m->rmse, &m->mae, &m->mape, &m->r2, &m->max_error, &m->bias };
    size_t i;
    json_t *one;
    json_array_foreach(h->scores, i, one)
    {
        const char *v = json_string_value(json_object_get(one, "variant")),
                   *k = json_string_value(json_object_get(one, "model"));
        if (!v || !k || strcmp(v, variant) != 0 || strcmp(k, model) != 0)
            continue;
        m->n = (uint64_t)json_integer_value(json_object_get(one, "n"));
        for (size_t f = 0; f < sizeof keys / sizeof *keys; f++) {
            json_t *number = json_object_get(one, keys[f]);
            *to[f] = json_is_number(number) ? json_number_value(number) : NAN;
        }
        return;
    }
}

/* ---- lives ---- */

typedef struct ends {                             /* of one model or of what was measured, over cells */
    size_t cells, reached, both;
    double sum, off, bias;
    bool bound; /* `off` is one from below: somewhere an end is not reached; 0 where neither is */
} ends;

typedef struct end { bool reached; double cycle; } end;      /* cycle: of the end, else the last one */

static end end_of(const crossing *c, int64_t last)
{
    return (end){ c->reached, (double)(c->reached ? c->cycle : last) };
}

static void ends_add(ends *s, end e)
{
    s->cells++;
    s->reached += e.reached;
    s->sum += e.cycle;
}

static void ends_compare(ends *s, end predicted, end observed)
{
    s->both++;
    s->off += fabs(predicted.cycle - observed.cycle);
    s->bias += predicted.cycle - observed.cycle;
    s->bound = s->bound || !predicted.reached || !observed.reached;
}

/* How lane i ends as `who` says; false: there is nothing to forecast. */
static bool lane_end(const harvest *h, size_t i, size_t p, size_t c, int who, end *predicted, end *observed)
{
    const follow *f = &h->e->follow;
    const follow_lane *l = &f->lane[i];
    const follow_model *m = &f->model[(i * f->sc->nphysics + p) * f->nvariant + c];
    engine_life life;
    engine_life_at(h->e->engine, i * f->sc->nphysics + p, &life);
    *observed = end_of(&l->observed, l->last_cycle);
    if (who == PHYSICS)
        *predicted = (end){ life.eol_cycle > 0, (double)(life.eol_cycle   ? life.eol_cycle
                                                         : life.end_cycle ? life.end_cycle
                                                                          : (uint64_t)m->last_cycle) };
    else
        *predicted = who == HYBRID ? end_of(&m->hybrid, m->last_cycle) : end_of(&l->naive[who], l->last_cycle);
    return m->rows > 0 && !(f->sc->evaluate.on && observed->reached && l->observed.cycle <= l->origin_cycle);
}

static size_t lanes(const harvest *h)
{
    size_t n = engine_lives(h->e->engine) / h->e->sc->nphysics;
    return n < h->e->follow.cap ? n : h->e->follow.cap;
}

/* The mean end of life in years, where the rows of every cell say how long they are. */
static void live_years(const harvest *h, size_t p, compare_model *m)
{
    double sum = 0;
    size_t n = lanes(h), reached = 0, nphysics = h->e->follow.sc->nphysics;
    for (size_t i = 0; i < n; i++) {
        engine_life life;
        engine_life_at(h->e->engine, i * nphysics + p, &life);
        if (!(life.seconds > 0))
            return;
        reached += !isnan(life.eol_seconds);
        sum += isnan(life.eol_seconds) ? life.seconds : life.eol_seconds;
    }
    if (n)
        *(reached == n ? &m->eol_years : &m->eol_years_least) = sum / (double)n / (365 * 86400.0);
}

static void live(const harvest *h, size_t p, size_t c, int who, compare_model *m)
{
    ends predicted = { 0 }, seen = { 0 };
    end a, b;
    for (size_t i = 0; i < lanes(h); i++) {
        if (!lane_end(h, i, p, c, who, &a, &b))
            continue;
        ends_add(&predicted, a);
        if (!h->e->follow.lane[i].measured)
            continue;
        ends_add(&seen, b);
        ends_compare(&predicted, a, b);
    }
    if (who == PHYSICS)
        live_years(h, p, m);
    m->cells = predicted.cells;
    m->reached = predicted.reached;
    *(predicted.reached == predicted.cells ? &m->eol : &m->eol_least) = predicted.sum / (double)predicted.cells;
    *(seen.reached == seen.cells ? &m->eol_observed : &m->eol_observed_least) = seen.sum / (double)seen.cells;
    *(predicted.bound ? &m->eol_error_least : &m->eol_error) = predicted.off / (double)predicted.both;
    m->eol_bias = predicted.bound ? NAN : predicted.bias / (double)predicted.both;
}

static double last_capacity(const harvest *h, size_t p, size_t c, int who)
{
    const follow *f = &h->e->follow;
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < lanes(h); i++) {
        const follow_model *m = &f->model[(i * f->sc->nphysics + p) * f->nvariant + c];
        engine_life life;
        engine_life_at(h->e->engine, i * f->sc->nphysics + p, &life);
        double v = who == HYBRID ? m->capacity : life.capacity;
        if (!m->rows || isnan(v))
            continue;
        sum += v;
        n++;
    }
    return sum / (double)n;
}

/* The fade's parts at each cell's last row; those the law does not have are left out. */
static int split(const harvest *h, size_t p, compare_model *m)
{
    const follow *f = &h->e->follow;
    m->loss = mem_zero(f->nloss + 1, sizeof *m->loss);
    if (!m->loss)
        return fail(h->w, E_NOMEM, "no memory for what is compared");
    for (size_t k = 0; k < f->nloss; k++) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < lanes(h); i++) {
            double v = f->share[(i * f->sc->nphysics + p) * f->nloss + k];
            if (!f->lane[i].rows || isnan(v))
                continue;
            sum += v;
            n++;
        }
        if (!n)
            continue;
        compare_loss *l = &m->loss[m->nloss++];
        *l = (compare_loss){ mem_dup(f->loss_key[k]), mem_dup(f->loss_unit[k]), sum / (double)n };
        if (!l->key || !l->unit)
            return fail(h->w, E_NOMEM, "no memory for what is compared");
    }
    return E_OK;
}

/* ---- models ---- */

static int add(harvest *h, size_t p, size_t c, int who)
{
    const follow *f = &h->e->follow;
    const char *label = f->sc->physics[p].label, *variant = compare_follow_variant(f, p, c);
    compare_model m = blank(h->e, who == HYBRID ? variant : who == PHYSICS ? label : "naive",
                            who == HYBRID ? "hybrid" : who == PHYSICS ? "physics" : compare_naive[who]);
    score(h, who >= 0 ? "naive" : variant, m.model ? m.model : "", &m);
    live(h, p, c, who, &m);
    if (who < 0) {
        m.capacity = last_capacity(h, p, c, who);
        m.seconds = engine_seconds(h->e->engine, p);
    }
    if (who < 0 && (split(h, p, &m) || compare_ranges_take(h->e->engine, p, &m, h->w))) {
        compare_model_free(&m);
        return E_NOMEM;
    }
    return compare_push(&h->at, &h->n, &m, h->w);
}

static int add_all(harvest *h, bool naive)
{
    const scenario *sc = h->e->sc;
    int rc = E_OK;
    for (size_t p = 0; p < sc->nphysics && !rc; p++) {
        rc = add(h, p, 0, PHYSICS);
        for (size_t c = 0; c < sc->ncorrector && !rc; c++)
            rc = add(h, p, c, HYBRID);
    }
    for (int k = 0; k < COMPARE_NAIVE && naive && !rc; k++)
        rc = add(h, 0, 0, k);
    return rc;
}

int compare_harvest(const compare_entry *e, compare_model **out, size_t *n, bool naive, why *w)
{
    harvest h = { .e = e, .w = w };
    json j = { 0 };
    engine_result(e->engine, &j);
    char *told = text_take(&j.out);
    h.result = told ? json_loads(told, 0, NULL) : NULL;
    h.scores = json_object_get(h.result, "scores");
    free(told);
    int rc = h.result ? add_all(&h, naive) : fail(w, E_NOMEM, "no memory for what is compared");
    json_decref(h.result);
    if (rc) {
        for (size_t i = 0; i < h.n; i++)
            compare_model_free(&h.at[i]);
        free(h.at);
        h.at = NULL;
        h.n = 0;
    }
    *out = h.at;
    *n = h.n;
    return rc;
}
