/* SPDX-License-Identifier: MIT
 * correct.c - a trained corrector at work: rows of one lane become lanes of a tile; and the training itself, handed to
 * study.
 */
#include "core/engine/discrepancy.h"
#include "core/engine/inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double BAND = 1.6448536269514722;    /* 90 % of a normal distribution lies within so many sigma */
enum { SEEN, STATE };                             /* a lane's numbers: rows seen, then its state */

/* Room for each lane's state, where the corrector keeps one. */
static int keep_states(const engine *e, engine_correction *k, size_t nstate, why *w)
{
    size_t each = STATE + nstate;
    k->lanes = k->nstate == nstate ? k->lanes : 0;
    if (nstate == 0 || (k->nstate == nstate && k->lanes >= e->nlane))
        return E_OK;
    double *all = mem_grow(k->state, e->nlane * each, sizeof *all);
    if (!all)
        return fail(w, E_NOMEM, "no memory for what a corrector keeps of %u cells", e->nlane);
    memset(all + k->lanes * each, 0, (e->nlane - k->lanes) * each * sizeof *all);
    k->state = all;
    k->nstate = nstate;
    k->lanes = e->nlane;
    return E_OK;
}

/* A corrector with state goes on where this lane's last row left it. */
static int run(const engine *e, predictor *p, engine_correction *k, const void *model, uint32_t lane_index, uint32_t n,
               why *w)
{
    uint64_t id = e->lane[lane_index].id;
    double *kept = NULL;
    if (p->nstate) {
        kept = k->state + lane_index * (STATE + p->nstate);
        int rc = kept[SEEN] == 0 ? predictor_begin(p, model, id, w) : E_OK;
        if (rc)
            return rc;
        if (kept[SEEN] != 0)
            memcpy(p->state, kept + STATE, p->nstate * sizeof *kept);
    }
    int rc = predictor_run(p, model, id, n, w);
    if (kept && !rc) {
        kept[SEEN] += n;
        memcpy(kept + STATE, p->state, p->nstate * sizeof *kept);
    }
    return rc;
}

/* Which of its models is for a lane: a saved one knows cells by name, one that was trained here lane by lane. */
static size_t model_of(const engine *e, corrector_use *u, const engine_correction *k, uint32_t lane_index)
{
    const char *cell = e->lane[lane_index].cell;
    size_t n = k->cell ? k->nmodel : 0;
    for (size_t i = 0; i < n; i++) {
        size_t at = (i + lane_index) % n;         /* most often the lanes stand in the order of the models */
        if (!k->cell[at] || strcmp(k->cell[at], cell) == 0)
            return at;
    }
    if (k->cell)
        object_warn_once(u->object, cell,
                         "cell %s has no model in the saved one, which has one for each cell it was trained on: the "
                         "physics stands alone; scope = \"pooled\" trains for cells never seen",
                         cell);
    return k->cell ? SIZE_MAX : k->nmodel == 1 ? 0 : lane_index;
}

typedef struct known_rows { uint64_t rows; engine_start start; bool ahead; } known_rows;

/* Rows of this lane that are known, and where they end.  A saved model says it: it knows nothing of this run's origin.
 */
static known_rows known_of(const engine *e, const engine_correction *k, uint32_t lane_index, size_t m)
{
    const lane *l = &e->lane[lane_index];
    for (size_t i = 0; i < k->nseen; i++) {
        const model_cell *c = &k->seen[(i + lane_index) % k->nseen];
        if (strcmp(c->name, l->cell) == 0)
            return (known_rows){ (uint64_t)c->last, { c->from, c->to, c->risen }, k->ahead && k->ahead[m].n };
    }
    bool here = !k->cell && e->passes && l->origin != UINT64_MAX;
    engine_start none = { NAN, NAN, 1 };
    return (known_rows){ here ? l->origin : 0, lane_index < k->nstart ? k->start[lane_index] : none, false };
}

static void widths(const engine_correction *k, size_t m, const known_rows *s, uint64_t index, double sigma,
                   double capacity, corrected *out)
{
    const engine_band *b = s->ahead ? &k->ahead[m] : &k->band[m];
    double ahead = index > s->rows ? (double)(index - s->rows) : 0, near = fmax(ahead, 1);
    double stretch = s->ahead ? k->ahead_stretch[m] : k->stretch[m];
    double own = b->n ? engine_band_half(b->horizon, b->half, b->n, b->grow, near) : BAND * sigma * stretch;
    engine_half h;
    engine_halves(own, &s->start, (double)s->rows, ahead, capacity, &h);
    *out = (corrected){ .down = h.down, .up = h.up, .known = h.known, .error = h.error };
}

/* A correction and its band for n records of one lane, and what the corrector says besides; 0 and NaN where no model
 * was trained for it. */
int correct_predict(engine *e, corrector_use *u, engine_correction *k, uint32_t lane_index, const tile *t,
                    const uint32_t *rec, uint32_t n, corrected *out, double *extra, why *w)
{
    size_t m = model_of(e, u, k, lane_index);
    for (uint32_t i = 0; i < n; i++)
        out[i] = (corrected){ 0, NAN, NAN, NAN, NAN };
    for (size_t i = 0; i < n * u->nextra; i++)
        extra[i] = NAN;
    if (m >= k->nmodel || !k->model[m])
        return E_OK;
    const known_rows known = known_of(e, k, lane_index, m);
    int rc = predictor_open(&u->tile, w);
    rc = rc || u->tile.out ? rc : predictor_begin(&u->tile, k->model[m], e->lane[lane_index].id, w);
    rc = rc ? rc : keep_states(e, k, u->tile.nstate, w);
    for (uint32_t at = 0; at < n && !rc; at += PREDICTOR_ROWS) {
        uint32_t some = n - at < PREDICTOR_ROWS ? n - at : PREDICTOR_ROWS;
        for (uint32_t i = 0; i < some; i++) {
            features_fill(u, t->rec + (size_t)rec[at + i] * e->ncolumn, &t->info[rec[at + i]], u->tile.in, i);
            u->tile.row[i] = t->info[rec[at + i]].index;
        }
        if ((rc = run(e, &u->tile, k, k->model[m], lane_index, some, w)))
            return rc;
        for (uint32_t i = 0; i < some; i++) {
            double v = u->tile.out[u->tile.mean][i], far = u->tile.distance >= 0 ? u->tile.out[u->tile.distance][i] : 0;
            double by = far > 0 && k->reach[m] < INFINITY ? far / k->reach[m] : 0;
            double mean = isfinite(v) ? v * k->gate[m] * exp(-by * by) : 0;
            const double *row = t->rec + (size_t)rec[at + i] * e->ncolumn;
            widths(k, m, &known, t->info[rec[at + i]].index,
                   u->tile.sigma >= 0 ? u->tile.out[u->tile.sigma][i] : NAN, row[e->col_capacity] + mean, &out[at + i]);
            out[at + i].mean = mean;
            for (size_t x = 0; x < u->nextra; x++)
                extra[(at + i) * u->nextra + x] = u->tile.extra[x] >= 0 ? u->tile.out[u->tile.extra[x]][i] : NAN;
        }
    }
    return rc;
}

static void say_trained(engine *e, size_t p, size_t c)
{
    const engine_correction *k = &e->correction[p * e->sc->ncorrector + c];
    size_t made = 0;
    double gate = 0;
    uint64_t rows = 0;
    for (size_t m = 0; m < k->nmodel; m++) {
        made += k->model[m] != NULL;
        gate += k->model[m] ? k->gate[m] : 0;
        rows += k->rows[m];
    }
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "variant", e->variant[p * e->nvariant + c]);
    json_whole(&j, "models", (int64_t)made);
    json_whole(&j, "rows", (int64_t)rows);
    json_number(&j, "gate_mean", made ? gate / (double)made : NAN);
    json_close(&j, '}');
    char say[256];
    snprintf(say, sizeof say, "%s: %zu model%s trained on %llu rows, mean gate %.2f", e->variant[p * e->nvariant + c],
             made, made == 1 ? "" : "s", (unsigned long long)rows, made ? gate / (double)made : 0.0);
    char *text_json = text_take(&j.out);
    sinks_event(e, 1, "trained", NULL, -1, text_json, say);
    free(text_json);
}

/* Mean over the models of a root mean square; NaN: none was tried. */
static double mean_square(const double *v, size_t n)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < n; i++)
        if (isfinite(v[i])) {
            sum += v[i] * v[i];
            known++;
        }
    return known ? sqrt(sum / (double)known) : NAN;
}

void correct_result(const engine *e, json *out)
{
    json_open(out, "training", '[');
    for (size_t at = 0; e->correction && at < e->nphysics * e->sc->ncorrector; at++) {
        const engine_correction *k = &e->correction[at];
        double gate = 0;
        size_t made = 0;
        for (size_t m = 0; m < k->nmodel; m++) {
            made += k->model[m] != NULL;
            gate += k->model[m] ? k->gate[m] : 0;
        }
        json_open(out, NULL, '{');
        json_text(out, "variant", e->variant[at / e->sc->ncorrector * e->nvariant + at % e->sc->ncorrector]);
        json_whole(out, "models", (int64_t)made);
        json_number(out, "gate", made ? gate / (double)made : NAN);
        json_number(out, "before", made ? mean_square(k->before, k->nmodel) : NAN);
        json_number(out, "after", made ? mean_square(k->after, k->nmodel) : NAN);
        json_close(out, '}');
    }
    json_close(out, ']');
}

/* Saved models, before anything runs. */
int correct_load(engine *e, why *w)
{
    const scenario *sc = e->sc;
    bool all = sc->ncorrector > 0;
    for (size_t c = 0; c < sc->ncorrector; c++) {
        corrector_use *u = &e->corrector[c];
        engine_training in = { &sc->corrector[c], u->object, u->vt, u->feature_column, e->nlane, NULL };
        all = all && sc->corrector[c].model;
        for (size_t p = 0; p < e->nphysics && sc->corrector[c].model && e->opt.study; p++) {
            int rc = e->opt.study->load(&in, &e->correction[p * sc->ncorrector + c], w);
            if (rc)
                return rc;
        }
    }
    e->trained = all;
    return E_OK;
}

int correct_train(engine *e, why *w)
{
    const scenario *sc = e->sc;
    uint64_t *id = mem_zero(e->nlane + 1, sizeof *id);
    int rc = id ? E_OK : fail(w, E_NOMEM, "no memory to train on %u lanes", (unsigned)e->nlane);
    for (size_t i = 0; i < e->nlane && id; i++)
        id[i] = e->lane[i].id;
    for (size_t at = 0; at < e->nphysics * sc->ncorrector && !rc; at++) {
        size_t p = at / sc->ncorrector, c = at % sc->ncorrector;
        corrector_use *u = &e->corrector[c];
        engine_training in = { &sc->corrector[c], u->object, u->vt, u->feature_column, e->nlane, id };
        if (sc->corrector[c].model)
            continue;
        rc = e->opt.study ? e->opt.study->train(&in, &e->table[at], &e->correction[at], w) : E_OK;
        if (!rc) {
            engine_table_free(&e->table[at]);
            say_trained(e, p, c);
        }
    }
    free(id);
    e->trained = !rc;
    return rc;
}

void correct_free(engine *e)
{
    const scenario *sc = e->sc;
    for (size_t at = 0; e->correction && e->corrector && e->table && at < e->nphysics * sc->ncorrector; at++) {
        engine_correction *k = &e->correction[at];
        const fade_model_v1 *m =
            e->corrector[at % sc->ncorrector].vt ? e->corrector[at % sc->ncorrector].vt->model : NULL;
        for (size_t i = 0; i < k->nmodel; i++)
            if (k->model[i] && m && m->destroy)
                m->destroy(k->model[i]);
        free(k->model);
        free(k->gate);
        free(k->stretch);
        free(k->reach);
        free(k->band);
        free((void *)(uintptr_t)k->ahead);
        free((void *)(uintptr_t)k->ahead_stretch);
        free(k->start);
        free(k->rows);
        free(k->before);
        free(k->after);
        free(k->state);
        free((void *)(uintptr_t)k->cell);
        engine_table_free(&e->table[at]);
    }
    free(e->correction);
    free(e->table);
    for (size_t c = 0; e->corrector && c < sc->ncorrector; c++)
        predictor_free(&e->corrector[c].tile);
    features_free(e);
}

int engine_correction_open(engine_correction *k, size_t n, why *w)
{
    k->model = mem_zero(n + 1, sizeof *k->model);
    k->gate = mem_zero(n + 1, sizeof *k->gate);
    k->stretch = mem_zero(n + 1, sizeof *k->stretch);
    k->reach = mem_zero(n + 1, sizeof *k->reach);
    k->band = mem_zero(n + 1, sizeof *k->band);
    k->rows = mem_zero(n + 1, sizeof *k->rows);
    k->before = mem_zero(n + 1, sizeof *k->before);
    k->after = mem_zero(n + 1, sizeof *k->after);
    if (!k->model || !k->gate || !k->stretch || !k->reach || !k->band || !k->rows || !k->before || !k->after)
        return fail(w, E_NOMEM, "no memory for %zu models", n);
    k->nmodel = n;
    return E_OK;
}

int engine_start_open(engine_correction *k, size_t nlane, why *w)
{
    k->start = mem_zero(nlane + 1, sizeof *k->start);
    if (!k->start)
        return fail(w, E_NOMEM, "no memory for the origins of %zu cells", nlane);
    k->nstart = nlane;
    for (size_t i = 0; i < nlane; i++)
        k->start[i] = (engine_start){ NAN, NAN, 1 };
    return E_OK;
}

double engine_band_half(const double *horizon, const double *half, size_t n, double grow, double h)
{
    size_t i = 0;
    if (n == 0)
        return NAN;
    while (i < n && horizon[i] < h)
        i++;
    if (i == 0)
        return half[0];
    if (i == n)
        return half[i - 1] * pow(h / horizon[i - 1], grow);
    double share = (h - horizon[i - 1]) / (horizon[i] - horizon[i - 1]);
    return half[i - 1] + share * (half[i] - half[i - 1]);
}

void engine_halves(double own, const engine_start *s, double known, double ahead, double capacity, engine_half *out)
{
    double down = 0, up = 0;
    if (s && known > 0 && ahead > 0 && !isnan(s->first)) {
        discrepancy_half(&discrepancy_shipped, s->first, s->last, capacity, ahead / known, &down, &up);
        up *= s->risen;
    }
    *out = (engine_half){ hypot(own, down), hypot(own, up), own / BAND, (down + up) / 2 / BAND };
}

void engine_table_free(engine_table *t)
{
    free(t->col);
    free(t->target);
    free(t->law);
    free(t->cell);
    free(t->row);
    *t = (engine_table){ .ncol = t->ncol };
}

int engine_table_add(engine_table *t, const double *row, double target, double law, uint32_t cell, uint32_t number)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 256, nc = t->ncol ? t->ncol : 1;
        double *col = mem_zero(cap * nc, sizeof *col);
        double *y = mem_grow(t->target, cap, sizeof *y);
        double *la = y ? mem_grow(t->law, cap, sizeof *la) : NULL;
        uint32_t *ce = la ? mem_grow(t->cell, cap, sizeof *ce) : NULL,
                 *ro = ce ? mem_grow(t->row, cap, sizeof *ro) : NULL;
        t->target = y ? y : t->target;
        t->law = la ? la : t->law;
        t->cell = ce ? ce : t->cell;
        t->row = ro ? ro : t->row;
        if (!col || !ro) {
            free(col);
            return E_NOMEM;
        }
        for (size_t c = 0; c < t->ncol && t->n; c++)
            memcpy(col + c * cap, t->col + c * t->cap, t->n * sizeof *col);
        free(t->col);
        t->col = col;
        t->cap = cap;
    }
    for (size_t c = 0; c < t->ncol; c++)
        t->col[c * t->cap + t->n] = row[c];
    t->target[t->n] = target;
    t->law[t->n] = law;
    t->cell[t->n] = cell;
    t->row[t->n++] = number;
    return E_OK;
}
