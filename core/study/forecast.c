/* SPDX-License-Identifier: MIT
 * forecast.c - from a scenario to forecasts: each cell's rows, the rolling origins that calibrate, the origin that is
 * asked for.
 */
#include "core/study/forecast.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ORIGINS = 7, ORIGINS_PLACED = 13, FAR = 9, FEWEST_ROWS = 8, STARTS_ON = 2 };
#define FIRST_ORIGIN 0.25                         /* of the known rows */
#define LAST_ORIGIN  0.9
#define LAST_PLACED  1.75                         /* the same where whole records say where values lie */

typedef struct job {
    const scenario         *s;
    const forecast_options *o;                    /* `own`, once it is settled whose rows calibrate */
    forecast_options        own;
    forecast               *out;
    replay                  all;
    course                 *course;
    size_t                  ncourse;
    char                  (*usual)[160];          /* parameters nobody named */
    size_t                  nusual;
    scores                  scores;
    factors                 half, ninety;
    places                  places;               /* of other cells' whole records, where the law's error is known */
    double                  doubt, least;         /* least: no value of the target is below it */
    bool                    calibrated;           /* of the scores of all cells */
    size_t                  done, of;             /* cells from origins, for progress */
    why                    *w;
} job;

/* ---- what is fitted ---- */

static bool is_usual(const scenario_part *part, uint32_t index)
{
    const fade_param *p = library_at(&part->plugin->desc->params, index);
    return p->type == FADE_REAL && p->flags & FADE_PER_CELL && p->flags & (FADE_EXAMPLE | FADE_FITTED) &&
           !(p->flags & FADE_ADVANCED) && part->args->spread[index].kind != ARGS_BOUND;
}

/* Then the first value measured, which often is not the rule, need not be what its capacity starts from. */
static bool loses(const scenario_physics *p)
{
    for (size_t i = 0; i < p->n; i++) {
        const fade_list *out = &p->part[i].plugin->desc->columns.out;
        for (uint32_t c = 0; c < out->n; c++)
            if (strcmp(((const fade_column *)library_at(out, c))->key, "loss") == 0)
                return true;
    }
    return false;
}

static int find_usual(job *k)
{
    size_t ph = k->o->physics > 0 ? (size_t)k->o->physics : 0;
    if (k->o->nparam)
        return E_OK;
    if (ph >= k->s->nphysics)
        return fail(k->w, E_INPUT, "there is no [[physics]] to forecast with");
    k->usual = mem_zero(FIT_PARAMS, sizeof *k->usual);
    if (!k->usual)
        return fail(k->w, E_NOMEM, "no memory for a forecast");
    const scenario_physics *p = &k->s->physics[ph];
    for (size_t i = 0; i < p->n; i++)
        for (uint32_t j = 0; j < p->part[i].plugin->desc->params.n && k->nusual < FIT_PARAMS; j++) {
            if (!is_usual(&p->part[i], j))
                continue;
            const fade_param *of = library_at(&p->part[i].plugin->desc->params, j);
            char part[24] = "";
            if (p->n > 1)
                snprintf(part, sizeof part, "parts.%zu.", i + 1);
            char *said = k->usual[k->nusual++];
            int n = snprintf(said, sizeof *k->usual, "physics.%zu.%s%s", ph + 1, part, of->key);
            if (of->lo < of->hi && n > 0 && n < 100)      /* where the law was shown to hold */
                snprintf(said + n, sizeof *k->usual - (size_t)n, "=%.17g..%.17g", of->lo, of->hi);
        }
    const char *said = k->o->fit.target ? k->o->fit.target : k->s->evaluate.target, *target = said ? said : "capacity";
    bool free_start = strcmp(target, "capacity") == 0 && isnan(k->s->cell.initial_capacity) && loses(p);
    if (k->nusual && k->nusual < FIT_PARAMS && free_start)
        snprintf(k->usual[k->nusual++], sizeof *k->usual, "cell.initial_capacity");
    return k->nusual ? E_OK
                     : fail(k->w, E_INPUT, "%s marks no parameter as one to be fitted: name those that are", p->label);
}

/* A standard column that cannot be negative: no band needs to be. */
static double least_of(const job *k)
{
    const char *said = k->o->fit.target ? k->o->fit.target : k->s->evaluate.target;
    const fade_column *c = scenario_column(said ? said : "capacity");
    return c && c->min < c->max && c->min == 0 ? 0 : -INFINITY;
}

static int add_params(job *k, fit *f)
{
    int rc = E_OK;
    for (size_t i = 0; i < (k->o->nparam ? k->o->nparam : k->nusual) && !rc; i++)
        rc = fit_add(f, k->o->nparam ? k->o->param[i] : k->usual[i], k->w);
    return rc && k->o->draws ? why_prefix(k->w, "column %s of the draws", k->o->param[f->nparam]) : rc;
}

/* ---- rows ---- */

static size_t rows_of(const replay *r, size_t cell)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->cell[i] == cell;
    return n;
}

static void size_of(const job *k, size_t cell, size_t *known, size_t *n)
{
    const forecast_options *o = k->o;
    size_t all = rows_of(&k->all, cell);
    *known = o->fraction > 0                ? (size_t)floor(o->fraction * (double)all + 1e-9)
             : o->known && o->known < all ? o->known
                                          : all;
    size_t horizon = o->horizon     ? o->horizon
                     : o->until_eol ? FAR * *known
                     : all > *known ? all - *known
                                    : *known;
    *n = *known + horizon;
}

/* Of a capacity by [health]; of the first known value where that is the reference. */
static double eol_of(const job *k, const course *c)
{
    double reference = k->s->soh_reference == SOH_NOMINAL ? k->s->cell.nominal_capacity : k->s->cell.initial_capacity;
    if (!isnan(k->o->eol) || strcmp(c->f.o.target, "capacity") != 0)
        return k->o->eol;
    for (size_t i = 0; i < c->recorded && isnan(reference); i++)
        reference = c->seen[i];
    return k->s->health.eol * reference;
}

static void trim(course *k, size_t n)
{
    k->n = k->rows.n = k->f.rows.n = n;
}

/* ---- origins ---- */

static size_t fewest(const course *k)
{
    size_t least = 2 * k->f.nparam + 2;
    return least > FEWEST_ROWS ? least : FEWEST_ROWS;
}

static int known_values(const course *k, size_t known)
{
    size_t n = 0;
    for (size_t i = 0; i < known; i++)
        n += isfinite(k->seen[i]) != 0;
    return n >= fewest(k);
}

/* Cells that began at the same moment ran side by side and are no strangers to each other: the first one. */
static uint32_t group_of(const job *k, size_t cell)
{
    int64_t when = k->course[cell].rows.time[0];
    for (size_t c = 0; c < cell && when != INT64_MIN; c++)
        if (k->course[c].rows.time[0] == when)
            return (uint32_t)c;
    return (uint32_t)cell;
}

static int correct(job *k, view *v)
{
    return k->o->corrector < 0 ? E_OK : forecast_correct(k->s, k->o, k->course, v, k->ncourse, k->w);
}

/* A fit that fails early is no forecast to learn from. */
static void tick(job *k)
{
    if (k->o->progress)
        k->o->progress(k->o->ctx, ++k->done, k->of);
}

static bool is_grave(int rc) { return rc && rc != E_INPUT && rc != E_SOLVE; }

static bool is_placed(const job *k)
{
    return k->o->calibrate == FORECAST_OTHERS && forecast_error_is(k->o, k->out->target);
}

static size_t origins_of(const job *k)
{
    if (k->o->raw || k->o->draws)
        return 0;
    return k->o->origins ? k->o->origins : is_placed(k) ? ORIGINS_PLACED : ORIGINS;
}

/* All cells from the j-th origin; what comes of it is scored on rows up to the known ones. */
static int calibrate(job *k, size_t j, size_t of, view *v)
{
    bool others = k->o->calibrate == FORECAST_OTHERS;
    double last = is_placed(k) ? LAST_PLACED : others ? 1 : LAST_ORIGIN;
    double share = FIRST_ORIGIN + (of > 1 ? (last - FIRST_ORIGIN) * (double)j / (double)(of - 1) : 0.25);
    int rc = E_OK;
    for (size_t c = 0; c < k->ncourse && !is_grave(rc); c++) {
        tick(k);
        course *q = &k->course[c];
        size_t known = k->out->cell[c].known, some = (size_t)(share * (double)known);
        size_t end = others ? q->recorded : known;
        if (q->failed || some >= end || !known_values(q, some))
            continue;
        trim(q, end);
        q->f.o.starts = j ? STARTS_ON : k->o->fit.starts;
        rc = forecast_view_open(q, k->o, some, &v[c], k->w);
        if (rc)
            forecast_view_close(&v[c]);
        free(v[c].draw);                          /* its sum is there */
        v[c].draw = NULL;
    }
    rc = is_grave(rc) ? rc : correct(k, v);
    for (size_t c = 0; c < k->ncourse; c++) {
        if (v[c].n && !rc && !others)
            forecast_error_learn(&k->course[c], &v[c]);
        if (v[c].n && !rc)
            rc = forecast_scores_add(&k->scores, &k->course[c], &v[c], group_of(k, c), k->out->cell[c].known, k->w);
        forecast_view_close(&v[c]);
        trim(&k->course[c], k->out->cell[c].n);
    }
    return rc;
}

static void tell_rows(const job *k, const course *q, const view *v, forecast_cell *c)
{
    double plain = forecast_normal_half(0.5) / forecast_normal_half(0.9);
    for (size_t r = 0; r < c->n; r++) {
        double down, up, ahead = r < c->known ? 1 : (double)(r - c->known + 1), known = (double)c->known;
        double d5 = plain, u5 = plain, d9 = 1, u9 = 1;
        if (!k->o->raw) {
            forecast_factors_at(&k->half, ahead, known, &d5, &u5);
            forecast_factors_at(&k->ninety, ahead, known, &d9, &u9);
        }
        double s2 = (d9 + u9) * (d9 + u9) / 4, doubt = forecast_view_doubt(v, r), inside = v->wrong_inside ? s2 : 1;
        double over_d = v->wrong_inside ? 0 : v->wrong_down[r], over_u = v->wrong_inside ? 0 : v->wrong_up[r];
        forecast_view_half(v, r, &down, &up);
        c->cycle[r] = q->rows.cycle[r];
        c->time[r] = q->rows.time[r];
        c->seen[r] = q->seen[r];
        c->physics[r] = v->middle[r];
        c->correction[r] = v->correction[r];
        c->median[r] = v->middle[r] + v->correction[r];
        c->shift[r] = 0;
        c->lower50[r] = c->median[r] - hypot(fmin(d5, d9) * down, plain * over_d);
        c->upper50[r] = c->median[r] + hypot(fmin(u5, u9) * up, plain * over_u);
        c->lower90[r] = c->median[r] - hypot(d9 * down, over_d);
        c->upper90[r] = c->median[r] + hypot(u9 * up, over_u);
        c->lower50[r] = fmax(c->lower50[r], k->least);
        c->lower90[r] = fmax(c->lower90[r], k->least);
        c->stretch_down[r] = d9;
        c->stretch_up[r] = u9;
        c->var_physics[r] = s2 * v->spread[r] * v->spread[r];
        c->var_error[r] = s2 * doubt * doubt + inside * forecast_error_variance(v, r);
        c->var_corrector[r] = s2 * v->spread_c[r] * v->spread_c[r];
        c->var_noise[r] = s2 * v->noise * v->noise;
    }
}

/* The same by where other cells' values lay, which need not be about the law: the median moves, too. */
static void place_rows(const job *k, const view *v, forecast_cell *c)
{
    double q[PLACES], down, up;
    for (size_t r = c->known; r < c->n; r++) {
        double *at = c->place + r * PLACES, law = c->physics[r] + c->correction[r];
        forecast_places_at(&k->places, (double)(r - c->known + 1), (double)c->known, q);
        forecast_view_half(v, r, &down, &up);
        for (size_t i = 0; i < PLACES; i++)
            at[i] = fmax(q[i] * (q[i] < 0 ? down : up), k->least - law);
        double *to[] = { &c->lower90[r], &c->lower50[r], &c->median[r], &c->upper50[r], &c->upper90[r] };
        for (size_t i = 0; i < PLACES; i++)
            *to[i] = law + at[i];
        c->shift[r] = at[2];
        double sd = (c->upper90[r] - c->lower90[r]) / 2 / forecast_normal_half(0.9);
        double s2 = sd * sd / (c->var_physics[r] + c->var_error[r] + c->var_corrector[r] + c->var_noise[r]);
        c->var_physics[r] *= s2;
        c->var_error[r] *= s2;
        c->var_corrector[r] *= s2;
        c->var_noise[r] *= s2;
    }
}

static void tell_fit(const course *q, const view *v, forecast_cell *c)
{
    c->nparam = v->fit.nparam;
    memcpy(c->value, v->fit.at, sizeof c->value);
    c->rmse = v->fit.rmse;
    c->noise = v->noise;
    c->memory = v->memory;
    c->gate = v->gate;
    c->risen = discrepancy_risen_factor(&q->risen);
}

static int cell_room(forecast_cell *c, size_t samples, mem_arena *a)
{
    double **of[] = { &c->seen,       &c->physics,  &c->correction,    &c->median,     &c->lower50,
                      &c->upper50,    &c->lower90,  &c->upper90,       &c->var_physics, &c->var_corrector,
                      &c->var_noise,  &c->var_error, &c->stretch_down, &c->stretch_up,  &c->failed,
                      &c->shift };
    c->cycle = mem_arena_get(a, (c->n + 1) * sizeof *c->cycle);
    c->time = mem_arena_get(a, (c->n + 1) * sizeof *c->time);
    c->life = mem_arena_get(a, (samples + 1) * sizeof *c->life);
    c->place = mem_arena_get(a, (c->n + 1) * PLACES * sizeof *c->place);
    bool good = c->cycle && c->time && c->life && c->place;
    for (size_t i = 0; i < sizeof of / sizeof *of; i++)
        good &= (*of[i] = mem_arena_get(a, (c->n + 1) * sizeof **of[i])) != NULL;
    return good ? E_OK : E_NOMEM;
}

/* Rows behind nine tenths of the ends are left out. */
static void cut(forecast_cell *c)
{
    for (size_t r = c->known; r < c->n; r++)
        if (c->failed[r] >= 0.9) {
            c->n = r + 1;
            return;
        }
}

static int refuse(job *k, size_t c)
{
    k->course[c].failed = true;
    k->out->cell[c].refused = mem_arena_text(k->out->arena, k->w->text);
    return E_OK;
}

/* Cells that tell of this one: of another group, each group once. */
static size_t others_of(const job *k, size_t cell)
{
    size_t n = 0;
    for (size_t c = 0; c < k->ncourse; c++)
        n += group_of(k, c) == c && group_of(k, cell) != c && !k->course[c].failed;
    return n;
}

/* Whose rows calibrate, now that it is known how many cells there are. */
static void settle(job *k)
{
    size_t fewest_others = SIZE_MAX;
    for (size_t c = 0; c < k->ncourse; c++)
        fewest_others = others_of(k, c) < fewest_others ? others_of(k, c) : fewest_others;
    bool enough = fewest_others >= FORECAST_OTHERS_LEAST && forecast_error_is(k->o, k->out->target);
    if (k->o->calibrate == FORECAST_AUTO)
        k->own.calibrate = enough ? FORECAST_OTHERS : FORECAST_KNOWN;
    k->out->calibrate = k->own.calibrate;
}

static void weigh_scores(job *k, size_t cell, const view *v)
{
    int64_t but = k->o->calibrate == FORECAST_OTHERS ? (int64_t)group_of(k, cell) : -1;
    if (k->calibrated)
        return;
    k->doubt = forecast_scores_doubt(&k->scores, but);
    forecast_scores_curve(&k->scores, 0.5, k->doubt, but, &k->half);
    forecast_scores_curve(&k->scores, 0.9, k->doubt, but, &k->ninety);
    k->calibrated = but < 0;
    if (is_placed(k))
        forecast_scores_places(&k->scores, k->doubt, but, others_of(k, cell), forecast_view_lost(v),
                               &k->places);
}

static int open_last(job *k, size_t at, view *v)
{
    course *q = &k->course[at];
    forecast_cell *c = &k->out->cell[at];
    q->f.o.starts = k->o->fit.starts;
    int rc = cell_room(c, k->o->samples ? k->o->samples : 200, k->out->arena);
    if (rc)
        return fail(k->w, rc, "no memory for the %zu rows of a forecast", c->n);
    rc = forecast_view_open(q, k->o, c->known, v, k->w);
    if (rc)
        forecast_view_close(v);
    else
        forecast_error_rise(q, v);
    return rc && !is_grave(rc) ? refuse(k, at) : rc;
}

static int tell_last(job *k, size_t at, view *v)
{
    forecast_cell *c = &k->out->cell[at];
    weigh_scores(k, at, v);
    v->doubt = k->doubt;
    tell_rows(k, &k->course[at], v, c);
    if (is_placed(k))
        place_rows(k, v, c);
    else
        c->place = NULL;
    tell_fit(&k->course[at], v, c);
    int rc = forecast_life_draw(v, k->o, k->s->health.hold, c, k->w);
    if (!rc && k->o->until_eol && !isnan(c->eol))
        cut(c);
    return rc;
}

/* From the origin that is asked for: cell by cell, but all at once where a corrector learns from all. */
static int last_origin(job *k, view *v)
{
    int rc = E_OK;
    for (size_t c = 0; c < k->ncourse && !rc; c++) {
        tick(k);
        rc = k->course[c].failed ? E_OK : open_last(k, c, &v[c]);
        if (!rc && v[c].n && k->o->corrector < 0)
            rc = tell_last(k, c, &v[c]);
        if (k->o->corrector < 0)
            forecast_view_close(&v[c]);
    }
    rc = rc ? rc : correct(k, v);
    for (size_t c = 0; c < k->ncourse; c++) {
        if (!rc && v[c].n)
            rc = tell_last(k, c, &v[c]);
        forecast_view_close(&v[c]);
    }
    return rc;
}

/* ---- all of it ---- */

static int open_cells(job *k)
{
    forecast *out = k->out;
    k->course = mem_zero(k->all.ncell, sizeof *k->course);
    out->cell = mem_zero(k->all.ncell, sizeof *out->cell);
    out->arena = mem_arena_open();
    if (!k->course || !out->cell || !out->arena)
        return fail(k->w, E_NOMEM, "no memory for the forecasts of %zu cells", k->all.ncell);
    out->ncell = k->all.ncell;
    for (size_t i = 0; i < k->all.ncell; i++) {
        forecast_cell *c = &out->cell[i];
        course *q = &k->course[i];
        size_of(k, i, &c->known, &c->n);
        k->ncourse = i + 1;
        c->name = mem_arena_text(out->arena, k->all.name[i]);
        c->gate = NAN;
        int rc = forecast_course_open(k->s, k->o, &k->all, i, c->n, q, k->w);
        rc = rc ? rc : add_params(k, &q->f);
        if (rc)
            return rc;
        c->recorded = q->recorded;
        c->eol = eol_of(k, q);
        q->f.o.fraction = 1;
        q->f.o.bootstrap = 0;
        q->f.o.profile = false;
        if (!known_values(q, c->known)) {
            fail(k->w, E_INPUT, "%s: %zu rows up to the origin are too few for %zu parameters, which take %zu values",
                 c->name, c->known, q->f.nparam, fewest(q));
            refuse(k, i);
        }
        out->nparam = q->f.nparam;
        memcpy(out->param, q->f.param, sizeof out->param);
        out->target = q->f.o.target;
        out->unit = k->all.column[q->target].unit;
        out->physics = k->s->physics[q->f.physics].label;
    }
    out->unit = mem_arena_text(out->arena, out->unit);
    return E_OK;
}

int forecast_run(const scenario *s, const forecast_options *o, forecast *out, why *w)
{
    job *k = mem_zero(1, sizeof *k);
    if (!k)
        return fail(w, E_NOMEM, "no memory for a forecast");
    *k = (job){ .s = s, .own = *o, .out = out, .w = w };
    k->o = &k->own;
    *out = (forecast){ .given = o->draws != NULL };
    k->least = least_of(k);
    size_t origins = 0, served = 0;
    int rc = find_usual(k);
    rc = rc ? rc : replay_read(s, o->fit.stop, &k->all, w);
    rc = rc ? rc : open_cells(k);
    if (!rc)
        settle(k);
    view *v = mem_zero(k->ncourse + 1, sizeof *v);
    origins = rc ? 0 : origins_of(k);
    k->of = (origins + 1) * k->ncourse;
    rc = rc ? rc : v ? E_OK : fail(w, E_NOMEM, "no memory for the forecasts of %zu cells", k->ncourse);
    for (size_t j = 0; j < origins && !rc; j++)
        rc = calibrate(k, j, origins, v);
    out->scores = k->scores.n < SCORES_LEAST ? 0 : k->scores.n;
    out->corrector = o->corrector >= 0 ? s->corrector[o->corrector].part.label : NULL;
    rc = rc ? rc : last_origin(k, v);
    for (size_t c = 0; c < k->ncourse && !rc; c++)
        served += !k->course[c].failed;
    free(v);
    if (!rc && served == 0)
        rc = fail(w, E_INPUT, "%s", out->cell[0].refused);
    for (size_t c = 0; c < k->ncourse; c++)
        forecast_course_close(&k->course[c]);
    free(k->course);
    free(k->usual);
    free(k->scores.at);
    replay_free(&k->all);
    free(k);
    return rc;
}

void forecast_free(forecast *f)
{
    mem_arena_close(f->arena);
    free(f->cell);
    *f = (forecast){ 0 };
}
