/* SPDX-License-Identifier: MIT
 * model_predict.c - rows of a source, what the law says of them, what a saved model adds, and the band.
 */
#include "core/study/model_predict.h"
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/scenario/toml.h"
#include "core/study/dataset_inside.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 16384, COLUMNS = 7 };

typedef struct work {
    const model_saved           *m;
    const model_opened          *open;
    const scenario              *s;
    const model_predict_options *o;
    scenario_corrector           sc;
    int64_t                      physics;
    model_predict_sums          *sums;
    double                      *mem;             /* COLUMNS of cap */
    double                      *told;            /* where it is explained: base, contributions, error of cap */
    size_t                      *row, cap, nextra;
    why                         *w;
} work;

/* ---- columns ---- */

static const struct {
    const char *key;
    size_t at;
    bool in;                                      /* in the unit of what is predicted */
} columns[MODEL_PREDICT_REALS] = {
    { "measured", offsetof(model_predicted, measured), true },
    { "physics", offsetof(model_predicted, physics), true },
    { "correction", offsetof(model_predicted, correction), true },
    { "total", offsetof(model_predicted, total), true },
    { "lower", offsetof(model_predicted, lower), true },
    { "upper", offsetof(model_predicted, upper), true },
    { "sigma", offsetof(model_predicted, sigma), true },
    { "distance", offsetof(model_predicted, distance), false },
};

static const fade_column *extra(const model_saved *m, size_t k)
{
    const plugin *p = NULL;
    return library_find_kind(m->plugin, "corrector", &p, NULL) ? NULL : predictor_extra(p->desc, k);
}

/* Outputs besides the correction, as scores. */
static size_t extras(const model_saved *m)
{
    size_t n = 0;
    while (n < PREDICTOR_EXTRAS && extra(m, n))
        n++;
    return n;
}

int model_predict_columns(const model_saved *m, const model_opened *open, bool told)
{
    int sampled = !explain_is_told(open->plugin->desc);
    return MODEL_PREDICT_REALS + (int)extras(m) + (told ? 1 + sampled + (int)m->nfeature : 0);
}

const double *model_predict_real(const model_predicted *r, int k)
{
    size_t at = (size_t)(k - MODEL_PREDICT_REALS);
    if (k < MODEL_PREDICT_REALS)
        return *(const double *const *)((const char *)r + columns[k].at);
    if (at < r->nextra)
        return r->extra[at];
    at -= r->nextra;
    return at == 0 ? r->base : at <= r->p ? r->contribution[at - 1] : r->error;
}

void model_predict_key(const model_saved *m, int k, char out[MODEL_PREDICT_NAME])
{
    size_t at = (size_t)(k - MODEL_PREDICT_REALS), scores = extras(m), told = at - scores;
    const char *key = k < MODEL_PREDICT_REALS ? columns[k].key
                      : at < scores           ? extra(m, at)->key
                      : told == 0             ? "base"
                      : told <= m->nfeature   ? m->feature[told - 1].key
                                              : "sampling_error";
    bool feature = k >= MODEL_PREDICT_REALS && at > scores && told <= m->nfeature;
    snprintf(out, MODEL_PREDICT_NAME, "%s%.100s", feature ? "contribution_" : "", key);
}

const char *model_predict_unit(const model_saved *m, int k)
{
    size_t at = (size_t)(k - MODEL_PREDICT_REALS);
    if (k < MODEL_PREDICT_REALS)
        return columns[k].in ? m->unit : "";
    return at < extras(m) ? extra(m, at)->unit : m->unit;
}

void model_predict_name(const model_saved *m, int k, char out[MODEL_PREDICT_NAME])
{
    char suffix[48] = "", key[MODEL_PREDICT_NAME];
    units_suffix(model_predict_unit(m, k), suffix);
    model_predict_key(m, k, key);
    snprintf(out, MODEL_PREDICT_NAME, "%.113s%s%.40s", key, *suffix ? "_" : "", suffix);
}

/* ---- the scenario ---- */

static void drop(tree_node *root, const char *key)
{
    tree_node *first = root->first;
    root->first = root->last = NULL;
    root->n = 0;
    for (tree_node *c = first, *next; c; c = next) {
        next = c->next;
        if (strcmp(c->key, key) != 0)
            tree_push(root, c);
    }
}

/* The key under which the source's table names its file. */
static const char *path_key(const tree_node *source, why *w)
{
    const tree_node *id = tree_get(source, "plugin");
    const plugin *p = NULL;
    if (!id || id->kind != TREE_TEXT || library_find_kind(id->text, "source", &p, w))
        return NULL;
    for (uint32_t i = 0; i < p->desc->params.n; i++) {
        const fade_param *param = library_at(&p->desc->params, i);
        if ((param->type == FADE_PATH || param->type == FADE_PATHS) && tree_get(source, param->key))
            return param->key;
    }
    fail(w, E_INPUT, "source %s takes no file: name a scenario instead of data", id->text);
    return NULL;
}

static int lay_data(const model_saved *m, tree *t, tree_node *root, const char *data, why *w)
{
    tree_node *source = tree_get(root, "source"), *node = tree_make(t, TREE_TEXT, "the data", 0, 0);
    const char *key = source ? path_key(source, w) : NULL;
    char *whole = realpath(data, NULL);
    int rc = !whole ? fail(w, E_INPUT, "cannot read %s: there is no such file", data)
        : !source   ? fail(w, E_INPUT, "the model %s does not say how its rows were read: name a scenario", m->folder)
        : !key      ? w->code
                    : E_OK;
    if (!rc && (!node || !(node->text = tree_text(t, whole))))
        rc = fail(w, E_NOMEM, "no memory for %s", data);
    rc = rc ? rc : tree_put(source, tree_text(t, key), node);
    free(whole);
    return rc;
}

int model_scenario(const model_saved *m, const char *data, const scenario_options *o, scenario **out, tree_problems *p,
                   why *w)
{
    static const char *const unneeded[] = { "corrector", "output", "evaluate", "sweep", "trace" };
    const char *file = *m->file ? m->file : m->folder;
    tree *t = tree_open();
    tree_node *read = NULL;
    *out = NULL;
    if (!t)
        return fail(w, E_NOMEM, "no memory for the scenario of the model %s", m->folder);
    int rc = *m->scenario ? toml_parse(t, file, m->scenario, strlen(m->scenario), p, &read) : E_INPUT;
    if (rc)
        fail(w, rc, "the model %s does not hold a scenario that can be read again: name one instead of data",
             m->folder);
    for (size_t i = 0; i < sizeof unneeded / sizeof *unneeded && !rc; i++)
        drop(read, unneeded[i]);
    rc = rc ? rc : lay_data(m, t, read, data, w);
    if (rc) {
        tree_close(t);
        return rc;
    }
    *tree_root(t) = *read;
    return scenario_from_tree(t, file, o, out, p, w);
}

/* ---- what is at work ---- */

static int bind_physics(work *k)
{
    const scenario *s = k->s;
    k->physics = -1;
    if (!k->m->physics)
        return E_OK;
    for (size_t i = 0; i < s->nphysics; i++)
        if (strcmp(s->physics[i].label, k->m->physics) == 0 || s->nphysics == 1)
            k->physics = (int64_t)i;
    if (k->physics < 0)
        return fail(k->w, E_INPUT, "the model %s corrects %s, and the scenario has no physics of that name",
                    k->m->folder, k->m->physics);
    const tree_node *list = tree_get(tree_root(s->tree), "physics");
    const tree_node *node = list && list->kind == TREE_ARRAY ? list->first : list;
    text now = { 0 };
    for (int64_t i = 0; i < k->physics && node; i++)
        node = node->next;
    if (node)
        tree_toml(node, &now);
    if (k->m->physics_table && strcmp(text_of(&now), k->m->physics_table) != 0)
        log_say(LOG_WARNING, NULL, "the model %s was trained beside %s with other parameters than the scenario's: it "
                "corrects another law's error", k->m->folder, k->m->physics);
    text_free(&now);
    return E_OK;
}

static int bind_corrector(work *k)
{
    const model_saved *m = k->m;
    const char **key = mem_zero(m->nfeature + 1, sizeof *key);
    if (!key)
        return fail(k->w, E_NOMEM, "no memory for %zu features", m->nfeature);
    for (size_t i = 0; i < m->nfeature; i++)
        key[i] = m->feature[i].key;
    k->sc = (scenario_corrector){ .part = { .plugin = k->open->plugin, .args = k->open->args, .label = m->plugin },
                                  .feature = key, .nfeature = m->nfeature, .pooled = m->pooled, .gate = m->gated };
    return E_OK;
}

/* ---- a piece ---- */

/* A feature in the unit it was learnt in. */
static int convert(work *k, dataset *d, learner *l, size_t i)
{
    const char *here = l->column[i].unit, *there = k->m->feature[i].unit;
    unit a, b;
    double scale, offset;
    if (strcmp(here, there) == 0)
        return E_OK;
    if (units_parse(here, &a, NULL) || units_parse(there, &b, NULL) || !units_convert(&a, &b, NAN, &scale, &offset))
        return fail(k->w, E_DOMAIN,
                    "feature %s is in %s here, the model %s learnt it in %s: no factor leads from one to the "
                    "other",
                    l->column[i].key, *here ? here : "no unit", k->m->folder, *there ? there : "no unit");
    size_t n = d->store->n;
    double *v = mem_zero(n + 1, sizeof *v);
    for (size_t j = 0; v && j < n; j++)
        v[j] = d->store->col[l->feature[i]][j] * scale + offset;
    int c =
        dataset_add(d, &(dataset_column){ .key = l->column[i].key, .unit = there, .doc = "In another unit." }, v, k->w);
    l->feature[i] = c;
    return c < 0 ? -c : E_OK;
}

static int bind_features(work *k, dataset *d, learner *l)
{
    int rc = E_OK;
    for (size_t i = 0; i < k->m->nfeature && !rc; i++)
        rc = convert(k, d, l, i);
    return rc;
}

static int cover(work *k, size_t n)
{
    if (n <= k->cap)
        return E_OK;
    free(k->mem);
    free(k->row);
    k->mem = mem_zero((COLUMNS + k->nextra) * n, sizeof *k->mem);
    free(k->told);
    k->row = mem_zero(n, sizeof *k->row);
    k->told = mem_zero(k->o->explain ? (k->m->nfeature + 2) * n : 1, sizeof *k->told);
    k->cap = k->mem && k->row && k->told ? n : 0;
    return k->cap ? E_OK : fail(k->w, E_NOMEM, "no memory to predict %zu rows", n);
}

/* ---- what features add ---- */

/* What rounding leaves (single precision, in trees) goes to the base; more than that is a plugin that is wrong. */
static int close_row(work *k, double correction, size_t i)
{
    size_t p = k->m->nfeature;
    double sum = 0, size = 0;
    for (size_t j = 0; j <= p; j++) {
        sum += k->told[j * k->cap + i];
        size += fabs(k->told[j * k->cap + i]);
    }
    if (!(fabs(correction - sum) <= 1e-5 * (size + fabs(correction))))
        return fail(k->w, E_PLUGIN, "plugin %s: base and contributions of a row come to %.10g, its correction is %.10g",
                    k->m->plugin, sum, correction);
    k->told[i] += correction - sum;
    return E_OK;
}

/* Shares weighed as the answer is.  A row that the model says nothing of is no feature's doing. */
static int weigh(work *k, const learner *l, const learnt *m, const explain *x, size_t from)
{
    const double *correction = k->mem + k->cap, *distance = k->mem + 4 * k->cap;
    size_t p = x->p;
    int rc = E_OK;
    for (size_t i = 0; i < x->n && !rc; i++) {
        size_t at = from + i;
        double weight = learner_weight(l, m, distance[at]);
        bool said = m->model && isfinite(x->share[p * x->n + i]);
        k->told[at] = said ? weight * x->share[p * x->n + i] : correction[at];
        for (size_t j = 0; j < p; j++)
            k->told[(j + 1) * k->cap + at] = said ? weight * x->share[j * x->n + i] : 0 * correction[at];
        k->told[(p + 1) * k->cap + at] = said && x->error ? weight * x->error[i] : NAN;
        rc = said ? close_row(k, correction[at], at) : E_OK;
    }
    return rc;
}

size_t model_explain_rows(const model_saved *m, size_t pairs)
{
    size_t most = (pairs ? pairs : MODEL_EXPLAIN_PAIRS) / 2;
    most = most ? most : 1;
    return m->nbackground < most ? m->nbackground : most;
}

/* Where there are fewer pairs, rows of the background that lie apart. */
static double *background(const work *k, size_t n)
{
    const model_saved *m = k->m;
    double *at = mem_zero(n * m->nfeature + 1, sizeof *at);
    for (size_t i = 0; at && i < n; i++)
        memcpy(at + i * m->nfeature, m->background + i * m->nbackground / n * m->nfeature, m->nfeature * sizeof *at);
    return at;
}

static int tell(work *k, learner *l, const learnt *m, size_t from, size_t n)
{
    size_t rows = model_explain_rows(k->m, k->o->pairs);
    double *behind = background(k, rows);
    explain_options o = { .background = behind, .nbackground = rows,
                          .pairs = k->o->pairs ? k->o->pairs : MODEL_EXPLAIN_PAIRS, .seed = k->s->seed };
    explain x = { 0 };
    int rc = behind ? explain_rows(l, m, k->row + from, n, &o, &x, k->w)
                    : fail(k->w, E_NOMEM, "no memory to explain %zu rows", n);
    rc = rc ? rc : weigh(k, l, m, &x, from);
    explain_free(&x);
    free(behind);
    return rc;
}

int model_predict_can(const model_saved *m, const model_opened *open, const model_predict_options *o, why *w)
{
    bool told = explain_is_told(open->plugin->desc);
    if (!o->explain)
        return o->pairs ? fail(w, E_USAGE, "permutations are for contributions of features: explain is not set") : E_OK;
    if (told && o->pairs)
        return fail(w, E_USAGE, "permutations: %s tells its contributions itself, no orders are sampled", m->plugin);
    return told || m->nbackground
               ? E_OK
               : fail(w, E_INPUT,
                      "the model %s was saved without rows of its training, which contributions of %s are told "
                      "against: train it again",
                      m->folder, m->plugin);
}

/* Rows of one cell by its model. */
static int cell(work *k, learner *l, uint32_t *last, engine_start *start, uint32_t c)
{
    const dataset *d = l->data;
    const model_part *p = model_part_of(k->m, d->name[c]);
    size_t from = d->first[c], n = d->first[c + 1] - from;
    learnt m = { .gate = 1, .stretch = 1, .reach = INFINITY, .last = last, .start = start, .nlast = d->ncell };
    k->sums->cells++;
    k->sums->alone += !p;
    if (p) {
        m.model = k->open->part[p - k->m->part];
        m.gate = p->gate;
        m.stretch = p->stretch;
        m.reach = p->reach;
        m.grow = p->grow;
        m.nband = p->nband < LEARNT_BANDS ? p->nband : LEARNT_BANDS;
        for (size_t i = 0; i < m.nband; i++) {
            m.horizon[i] = p->horizon[i];
            m.half[i] = p->half[i];
        }
        model_part_ahead(p, &m.ahead);
        m.ahead_stretch = p->ahead_stretch;
    }
    double *at[COLUMNS];
    for (int i = 0; i < COLUMNS; i++)
        at[i] = k->mem + (size_t)i * k->cap + from;
    learner_said said = { at[0], at[1], at[2], at[3], at[4], at[5], at[6] };
    for (size_t x = 0; x < k->nextra; x++)
        for (size_t i = 0; i < n; i++)
            k->mem[(COLUMNS + x) * k->cap + from + i] = NAN;
    l->extra = k->nextra ? k->mem + COLUMNS * k->cap + from : NULL;
    l->stride = k->cap;
    int rc = learner_predict(l, &m, k->row + from, n, &said, k->w);
    l->extra = NULL;
    return rc || !k->o->explain ? rc : tell(k, l, &m, from, n);
}

static void sum_up(work *k, const model_predicted *r)
{
    model_predict_sums *s = k->sums;
    s->rows += r->n;
    for (size_t i = 0; i < r->n; i++) {
        if (!isfinite(r->measured[i]) || !isfinite(r->total[i]))
            continue;
        double e = r->measured[i] - r->total[i], p = r->measured[i] - r->physics[i];
        s->known++;
        s->total += e * e;
        s->physics += p * p;
        s->banded += isfinite(r->lower[i]);
        s->inside += r->measured[i] >= r->lower[i] && r->measured[i] <= r->upper[i];
    }
}

static int hand_over(work *k, const dataset *d)
{
    const double *at = k->mem, *contribution[MODEL_FEATURES];
    model_predicted r = { .d = d, .n = d->n, .measured = d->col[d->target].v, .physics = at, .correction = at + k->cap,
                          .total = at + 2 * k->cap, .lower = at + 5 * k->cap, .upper = at + 6 * k->cap,
                          .sigma = at + 3 * k->cap, .distance = at + 4 * k->cap };
    if (k->o->explain) {
        r.p = k->m->nfeature;
        r.base = k->told;
        r.contribution = contribution;
        for (size_t j = 0; j < r.p; j++)
            contribution[j] = k->told + (j + 1) * k->cap;
        r.error = explain_is_told(k->open->plugin->desc) ? NULL : k->told + (r.p + 1) * k->cap;
    }
    r.nextra = k->nextra;
    for (size_t x = 0; x < k->nextra; x++) {
        r.extra[x] = k->mem + (COLUMNS + x) * k->cap;
        bool alarm = strcmp(extra(k->m, x)->key, "alarm") == 0;
        k->sums->scored |= alarm;
        for (size_t i = 0; alarm && i < r.n; i++)
            k->sums->alarms += r.extra[x][i] > 0;
    }
    sum_up(k, &r);
    return k->o->rows(k->o->ctx, &r, k->w);
}

static int piece(work *k, const replay *rows)
{
    dataset_options o = { .physics = k->physics, .target = k->m->target, .where = k->o->where, .lacks = k->m->unit,
                          .hooks = k->o->hooks, .stop = k->o->stop };
    dataset d = { 0 };
    learner l = { 0 };
    int rc = dataset_of_rows(k->s, &o, rows, &d, k->w);
    rc = rc ? rc : learner_open(&k->sc, &d, dataset_ask_of(k->m->ask), (uint64_t)k->m->seed, &l, k->w);
    rc = rc ? rc : bind_features(k, &d, &l);
    rc = rc ? rc : cover(k, d.n + 1);
    uint32_t *last = rc ? NULL : mem_zero(d.ncell + 1, sizeof *last);
    engine_start *start = rc ? NULL : mem_zero(d.ncell + 1, sizeof *start);
    if (!rc && (!last || !start))
        rc = fail(k->w, E_NOMEM, "no memory for %zu cells", d.ncell);
    for (size_t i = 0; i < d.n && !rc; i++)
        k->row[i] = i;
    for (uint32_t c = 0; c < d.ncell && !rc; c++) {
        start[c].first = NAN;
        for (size_t i = 0; i < k->m->ncell; i++) {
            const model_cell *seen = &k->m->cell[i];
            if (!model_counts_rows(k->m) && strcmp(seen->name, d.name[c]) == 0) {
                last[c] = (uint32_t)seen->last;
                start[c] = (engine_start){ seen->from, seen->to, seen->risen };
            }
        }
        rc = cell(k, &l, last, start, c);
    }
    rc = rc ? rc : hand_over(k, &d);
    free(last);
    free(start);
    learner_close(&l);
    if (d.store)
        dataset_free(&d);
    return rc;
}

int model_predict(const model_saved *m, const model_opened *open, const scenario *s, const model_predict_options *o,
                  model_predict_sums *sums, why *w)
{
    work k = { .m = m, .open = open, .s = s, .o = o, .sums = sums, .nextra = extras(m), .w = w };
    replay_batches *b = NULL;
    int rc = dataset_ask_of(m->ask) < 0
                 ? fail(w, E_INPUT, "the model %s is asked \"%.20s\", which this fade does not know", m->folder, m->ask)
                 : model_predict_can(m, open, o, w);
    rc = rc ? rc : bind_physics(&k);
    rc = rc ? rc : bind_corrector(&k);
    rc = rc ? rc : replay_batches_open(s, &b, w);
    for (replay *rows = NULL; !rc;) {
        rc = replay_batches_next(b, o->batch ? o->batch : BATCH, o->stop, &rows, w);
        if (rc || rows->n == 0)
            break;
        rc = piece(&k, rows);
    }
    if (!rc && sums->rows == 0 && !o->where)
        rc = fail(w, E_INPUT, "source %s has no rows", s->source.label);
    replay_batches_close(b);
    free((void *)(uintptr_t)k.sc.feature);
    free(k.mem);
    free(k.told);
    free(k.row);
    return rc;
}
