/* SPDX-License-Identifier: MIT
 * lesson_gate.c - the weight a correction earned where it could be tried: models of earlier rows predict the training
 * part's own later rows, from several origins; or models of some cells predict the others.
 *
 * weight * exp(-(distance / reach)^2) * mean is what is added.  Of a few reaches the one is taken that leaves the least
 * error, and with it w = sum(r m) / sum(m m), kept within 0..1 and lowered by its standard error over blocks of
 * neighbours; a correction that does not lower the error gets 0: it may help and may not hurt.  Where groups of cells
 * were held out, it is no more than the least of them could do with either, and the reach as short as will do.  What is
 * left then, by horizon, is the band.
 */
#include "core/base/mem.h"
#include "core/engine/discrepancy.h"
#include "core/study/lesson.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double ORIGIN[] = { 1.0 / 2, 2.0 / 3, 5.0 / 6 };       /* of each cell's rows */
static const double REACH[] = { 4, 2, 1, 0.5, 0.25 };                /* times the largest distance met in a trial */
static const double LEAST_GAIN = 0.98, BAND = 1.6448536269514722, LEVEL = 0.9;
enum {
    ORIGINS = sizeof ORIGIN / sizeof ORIGIN[0],
    REACHES = sizeof REACH / sizeof REACH[0],
    FOLDS = 5,
    BLOCK = 8,
    ONE_IN = 20
};
static const double NEAR = 1;                     /* nothing nearer is strange */
static const double USUAL_REACH = 4;              /* where no trial met a distance; plugins count standard deviations */

typedef struct trial {                            /* what models said of rows they had not seen */
    double   *mean, *sigma, *distance, *residual, *horizon;
    double *scale, *ahead; /* what errors above are told in (0: not known); rows ahead over rows known */
    uint32_t *block;                              /* neighbours of one cell and trial */
    uint32_t *run, *group; /* a cell and an origin; [nrun] its cell, in the end that one's group */
    size_t    n, cap, nblock, nrun, ngroup;
    double    memory;                             /* of neighbouring errors, 0..1 */
    bool      unseen;                             /* models of some groups on others */
} trial;

static void trial_free(trial *t)
{
    free(t->mean);
    free(t->sigma);
    free(t->distance);
    free(t->residual);
    free(t->horizon);
    free(t->scale);
    free(t->ahead);
    free(t->block);
    free(t->run);
    free(t->group);
}

static int trial_open(trial *t, size_t cap, why *w)
{
    size_t n = cap + 1;
    *t = (trial){ .cap = cap, .mean = mem_zero(n, sizeof(double)), .sigma = mem_zero(n, sizeof(double)),
                  .distance = mem_zero(n, sizeof(double)), .residual = mem_zero(n, sizeof(double)),
                  .horizon = mem_zero(n, sizeof(double)), .scale = mem_zero(n, sizeof(double)),
                  .ahead = mem_zero(n, sizeof(double)), .block = mem_zero(n, sizeof(uint32_t)),
                  .run = mem_zero(n, sizeof(uint32_t)), .group = mem_zero(n, sizeof(uint32_t)) };
    return t->mean && t->sigma && t->distance && t->residual && t->horizon && t->scale && t->ahead && t->block &&
                   t->run && t->group
               ? E_OK
               : fail(w, E_NOMEM, "no memory to try a correction on %zu rows", cap);
}

/* ---- what is learnt from, and what is tried ---- */

typedef struct cut {
    picked  known, later;
    double *horizon;                              /* [later] */
    size_t *first, *last;                         /* [later] the cell's first known row, its last; none: SIZE_MAX */
} cut;

static void cut_free(cut *c)
{
    free(c->known.at);
    free(c->later.at);
    free(c->horizon);
    free(c->first);
    free(c->last);
}

static int cut_open(cut *c, size_t n, why *w)
{
    *c = (cut){ { mem_zero(n + 1, sizeof(size_t)), 0 }, { mem_zero(n + 1, sizeof(size_t)), 0 },
                mem_zero(n + 1, sizeof(double)), mem_zero(n + 1, sizeof(size_t)), mem_zero(n + 1, sizeof(size_t)) };
    return c->known.at && c->later.at && c->horizon && c->first && c->last ? E_OK
                                                    : fail(w, E_NOMEM, "no memory to try a correction on %zu rows", n);
}

static size_t cell_end(const lesson *k, const picked *p, size_t i)
{
    size_t end = i;
    while (end < p->n && k->cell[p->at[end]] == k->cell[p->at[i]])
        end++;
    return end;
}

/* What errors above are told in at a row, by the capacity at the first row of its cell, at the last known one, and what
 * the law adds to that. */
static double scale_of(const lesson *k, size_t first, size_t last, size_t at)
{
    double down, up, from = k->law[last] + k->target[last];
    discrepancy_scale(k->law[first] + k->target[first], from, from + k->law[at] - k->law[last], &down, &up);
    return up;
}

/* Each cell's rows up to an origin, and those behind it. */
static void cut_at(const lesson *k, const picked *p, double origin, cut *c)
{
    c->known.n = c->later.n = 0;
    for (size_t i = 0, end; i < p->n; i = end) {
        end = cell_end(k, p, i);
        size_t to = i + (size_t)((double)(end - i) * origin);
        for (size_t j = i; j < to; j++)
            c->known.at[c->known.n++] = p->at[j];
        for (size_t j = to; j < end; j++) {
            c->horizon[c->later.n] = k->step || to == i ? 1 : (double)(k->row[p->at[j]] - k->row[p->at[to - 1]]);
            c->first[c->later.n] = to > i ? p->at[i] : SIZE_MAX;
            c->last[c->later.n] = to > i ? p->at[to - 1] : SIZE_MAX;
            c->later.at[c->later.n++] = p->at[j];
        }
    }
}

static uint32_t group_of(const lesson *k, uint32_t cell)
{
    return k->group ? k->group[cell] : cell;
}

/* The picked rows' groups, numbered as they come; fold[cell]. */
static size_t folds(const lesson *k, const picked *p, uint32_t *fold, size_t ncell)
{
    size_t n = 0;
    for (size_t c = 0; c < ncell; c++)
        fold[c] = UINT32_MAX;
    for (size_t i = 0; i < p->n; i++) {
        uint32_t c = k->cell[p->at[i]];
        if (fold[c] != UINT32_MAX)
            continue;
        for (size_t b = 0; b < ncell && fold[c] == UINT32_MAX; b++)
            if (fold[b] != UINT32_MAX && group_of(k, (uint32_t)b) == group_of(k, c))
                fold[c] = fold[b];
        if (fold[c] == UINT32_MAX)
            fold[c] = (uint32_t)n++;
    }
    return n;
}

static void cut_fold(const lesson *k, const picked *p, const uint32_t *fold, size_t nfold, size_t f, cut *c)
{
    c->known.n = c->later.n = 0;
    for (size_t i = 0; i < p->n; i++) {
        size_t at = p->at[i];
        if (fold[k->cell[at]] % nfold != f) {
            c->known.at[c->known.n++] = at;
            continue;
        }
        c->horizon[c->later.n] = k->step ? 1 : k->row[at];
        c->first[c->later.n] = c->last[c->later.n] = SIZE_MAX;
        c->later.at[c->later.n++] = at;
    }
}

/* A model of the one part, tried on the other: appended to t. */
static int try_on(lesson *k, const cut *c, trial *t)
{
    void *model = NULL;
    int rc = lesson_train(k, &c->known, &model);
    if (rc || !model)
        return rc;
    rc = lesson_predict(k, model, &c->later, t->mean + t->n, t->sigma + t->n, t->distance + t->n);
    lesson_drop(k, model);
    for (size_t i = 0; i < c->later.n && !rc; i++) {
        uint32_t cell = k->cell[c->later.at[i]];
        bool other = i == 0 || cell != k->cell[c->later.at[i - 1]];
        t->nblock += other || i % BLOCK == 0;
        if (other)
            t->group[t->nrun++] = cell;
        t->block[t->n] = (uint32_t)(t->nblock - 1);
        t->run[t->n] = (uint32_t)(t->nrun - 1);
        t->horizon[t->n] = c->horizon[i];
        bool told = k->law && c->first[i] != SIZE_MAX && k->row[c->last[i]] > 0;
        t->scale[t->n] = told ? scale_of(k, c->first[i], c->last[i], c->later.at[i]) : 0;
        t->ahead[t->n] = told ? c->horizon[i] / (double)k->row[c->last[i]] : 0;
        t->residual[t->n++] = k->target[c->later.at[i]];
    }
    return rc;
}

/* The same, of a target that the known part alone decides. */
static int try_cut(lesson *k, const cut *c, trial *t)
{
    if (c->known.n < LESSON_LEAST / 2 || c->later.n == 0)
        return E_OK;
    if (!k->anew)
        return try_on(k, c, t);
    const double *whole = k->target, *stands = k->law;
    double *target = mem_zero(2 * k->n + 1, sizeof *target), *law = target + k->n;
    int rc = target ? E_OK : fail(k->why, E_NOMEM, "no memory for %zu rows", k->n);
    rc = rc ? rc : k->anew(k->ctx, &c->known, target, k->why);
    for (size_t i = 0; stands && i < k->n && !rc; i++)
        law[i] = stands[i] + whole[i] - target[i];
    k->target = target;
    k->law = stands ? law : NULL;
    rc = rc ? rc : try_on(k, c, t);
    k->target = whole;
    k->law = stands;
    free(target);
    return rc;
}

static int try_ahead(lesson *k, const picked *p, trial *t, cut *c)
{
    int rc = trial_open(t, ORIGINS * p->n, k->why);
    for (int o = 0; o < ORIGINS && !rc; o++) {
        cut_at(k, p, ORIGIN[o], c);
        rc = try_cut(k, c, t);
    }
    return rc;
}

static int try_unseen(lesson *k, const picked *p, const uint32_t *fold, size_t n, trial *t, cut *c)
{
    int rc = trial_open(t, p->n, k->why);
    size_t parts = n < FOLDS ? n : FOLDS;
    t->unseen = true;
    for (size_t f = 0; f < parts && !rc; f++) {
        cut_fold(k, p, fold, parts, f, c);
        rc = try_cut(k, c, t);
    }
    for (size_t i = 0; i < t->nrun; i++)
        t->group[i] = fold[t->group[i]];
    t->ngroup = n;
    return rc;
}

/* ---- the weight ---- */

/* sum(r m) / sum(m m) less its standard error, from leaving out one block at a time. */
static double weight(const trial *t, double reach, double *rm, double *mm)
{
    double all_rm = 0, all_mm = 0, mean = 0, m2 = 0;
    memset(rm, 0, t->nblock * sizeof *rm);
    memset(mm, 0, t->nblock * sizeof *mm);
    for (size_t i = 0; i < t->n; i++) {
        double m = t->mean[i] * lesson_fading(t->distance[i], reach);
        rm[t->block[i]] += t->residual[i] * m;
        mm[t->block[i]] += m * m;
    }
    for (size_t b = 0; b < t->nblock; b++) {
        all_rm += rm[b];
        all_mm += mm[b];
    }
    if (!(all_mm > 0))
        return 0;
    for (size_t b = 0; b < t->nblock; b++) {
        double w = all_mm > mm[b] ? (all_rm - rm[b]) / (all_mm - mm[b]) : 0, by = w - mean;
        mean += by / (double)(b + 1);
        m2 += by * (w - mean);
    }
    double n = (double)t->nblock, se = n > 1 ? sqrt(m2 * (n - 1) / n) : 0;
    return fmin(1, fmax(0, all_rm / all_mm - se));
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of one cell held out: squares of what is left to correct, of the correction as it would be (faded) and near, and of
 * both. */
typedef struct tried { double rr, rm, mm, near; } tried;

/* The weight that would have been best, 1 at most.  A correction below a tenth of the residual tells nothing: whatever
 * its weight, it hurts by a tenth at most.  Where it is that small as it was faded, nothing is known: 0. */
static double best_of(const tried *c)
{
    double least = 0.01 * c->rr;
    return c->mm > least ? fmin(1, c->rm / c->mm) : c->near > least ? 0 : INFINITY;
}

static void try_row(const trial *t, size_t i, double reach, tried *c)
{
    double m = t->mean[i], f = lesson_fading(t->distance[i], reach), r = t->residual[i];
    c->rr += r * r;
    c->rm += r * f * m;
    c->mm += f * m * f * m;
    c->near += m * m;
}

/* The best weight of each group: that of its cell where it is least, over the cell's life or over the later half of it,
 * which is what forecasts are of. */
static size_t best_of_groups(const trial *t, double reach, double *best)
{
    size_t n = 0;
    for (size_t g = 0; g < t->ngroup; g++)
        best[g] = INFINITY;
    for (size_t i = 0, end; i < t->n; i = end) {
        tried later = { 0 }, life = { 0 };
        for (end = i; end < t->n && t->run[end] == t->run[i]; end++)
            try_row(t, end, reach, &life);
        for (size_t j = i + (end - i) / 2; j < end; j++)
            try_row(t, j, reach, &later);
        double *least = &best[t->group[t->run[i]]];
        *least = fmin(*least, fmin(best_of(&life), best_of(&later)));
    }
    for (size_t g = 0; g < t->ngroup; g++)
        if (best[g] < INFINITY)
            best[n++] = best[g];
    return n;
}

/* The weight that all but one in twenty of the groups could do with, and of fewer groups all: none of them is overshot
 * by more than what costs it 2 % of its gain.  One more group has to lie far beyond the worst to be hurt. */
static double weight_of_next(const trial *t, double reach, double *best)
{
    double over = 1 + sqrt(1 - LEAST_GAIN);
    size_t n = best_of_groups(t, reach, best), k = (n + 1) / ONE_IN;
    qsort(best, n, sizeof *best, by_value);
    return n ? over * fmax(0, best[k ? k - 1 : 0]) : 1;
}

static double left(const trial *t, double w, double reach)
{
    double sum = 0;
    for (size_t i = 0; i < t->n; i++)
        sum += pow(t->residual[i] - w * lesson_fading(t->distance[i], reach) * t->mean[i], 2);
    return sqrt(sum / (double)t->n);
}

/* The weight at one reach, and the error that it leaves. */
static double weight_at(const trial *t, double reach, double *room, double *after)
{
    double w = weight(t, reach, room, room + t->nblock);
    w = t->unseen ? fmin(w, weight_of_next(t, reach, room)) : w;
    *after = left(t, w, reach);
    return w;
}

/* The largest reach first.  Of equals the widest is taken; of cells never seen the shortest that is nearly as good:
 * nobody has tried what is farther away. */
static int weigh(const trial *t, learnt *out, why *w)
{
    double *room = mem_zero(2 * t->nblock + t->ngroup + 1, sizeof *room), far = 0, after;
    if (!room)
        return fail(w, E_NOMEM, "no memory to weigh a correction");
    for (size_t i = 0; i < t->n; i++)
        far = fmax(far, t->distance[i]);
    far = t->unseen ? fmax(far, NEAR) : far;
    out->before = left(t, 0, 1);
    double least = out->before;
    for (size_t r = 0; r < (far > 0 ? REACHES : 1); r++) {
        double reach = far > 0 ? REACH[r] * far : USUAL_REACH, g = weight_at(t, reach, room, &after);
        if (r == 0 || after < (t->unseen ? least / LEAST_GAIN : least * (1 - 1e-9))) {
            out->after = after;
            out->gate = g;
            out->reach = reach;
        }
        least = fmin(least, after);
    }
    if (!(out->after < LEAST_GAIN * out->before)) {
        out->gate = 0;
        out->after = out->before;
    }
    free(room);
    return E_OK;
}

/* ---- the band ---- */

static double error_at(const trial *t, const learnt *o, size_t i)
{
    return t->residual[i] - o->gate * lesson_fading(t->distance[i], o->reach) * t->mean[i];
}

/* How far an error tells the next one: errors in a row that are alike count as few. */
static double memory(const trial *t, const learnt *o)
{
    double both = 0, all = 0;
    for (size_t i = 1; i < t->n; i++) {
        double a = error_at(t, o, i - 1), b = error_at(t, o, i);
        if (t->block[i] != t->block[i - 1])
            continue;
        both += a * b;
        all += 0.5 * (a * a + b * b);
    }
    return all > 0 ? fmin(1, fmax(0, both / all)) : 0;
}

/* The value that a next one stays below with probability `level`, if it is like the n at hand, of which `count` are
 * worth counting; reorders.  Fewer than nine have none: Student's t of their root mean square stands for it. */
static double conformal(double *at, size_t n, double count, double level)
{
    static const double t95[] = { 6.314, 6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860 };
    enum { FEW = sizeof t95 / sizeof t95[0] };
    double sum = 0;
    if (n == 0)
        return NAN;
    for (size_t i = 0; i < n; i++)
        sum += at[i] * at[i] / (double)n;
    if (count < FEW)
        return t95[(size_t)count] * sqrt(sum);
    qsort(at, n, sizeof *at, by_value);
    size_t k = (size_t)ceil(level * (count + 1) / count * (double)n);
    return at[k > n ? n - 1 : k - 1];
}

/* Errors worth counting among n: (1 - memory) / (1 + memory) of them, and not fewer than there were runs. */
static double worth(const trial *t, size_t n)
{
    double runs = fmin((double)t->nrun, (double)n);
    return fmax(runs, (double)n * (1 - t->memory) / (1 + t->memory));
}

/* Horizons 1, 2, 3-4, 5-8, ..: too few errors in one and it joins the next. */
static void band(const trial *t, learnt *out, double *e)
{
    enum { LEAST = 20 };
    double widest = 0, low = 0, high = 1, most = 0;
    for (size_t i = 0; i < t->n; i++)
        most = fmax(most, t->horizon[i]);
    out->nband = 0;
    for (; low < most && out->nband < LEARNT_BANDS; high *= 2) {
        size_t n = 0, later = 0;
        double sum = 0;
        for (size_t i = 0; i < t->n; i++) {
            bool in = t->horizon[i] > low && t->horizon[i] <= high;
            later += t->horizon[i] > high;
            if (!in)
                continue;
            sum += t->horizon[i];
            e[n++] = fabs(error_at(t, out, i));
        }
        if (n == 0 || (n < LEAST && later > 0))
            continue;
        widest = fmax(widest, conformal(e, n, worth(t, n), LEVEL));
        out->horizon[out->nband] = sum / (double)n;
        out->half[out->nband++] = widest;
        low = high;
    }
}

/* The power of the horizon with which the band widened; a half where that cannot be seen. */
static double growth(const learnt *o)
{
    if (o->nband < 2 || !(o->half[0] > 0))
        return 0.5;
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
    for (size_t i = 0; i < o->nband; i++) {
        double x = log(o->horizon[i]), y = log(o->half[i]), dx = x - mx;
        n++;
        mx += dx / n;
        my += (y - my) / n;
        sxx += dx * (x - mx);
        sxy += dx * (y - my);
    }
    return sxx > 0 ? fmin(1, fmax(0, sxy / sxx)) : 0.5;
}

/* The factor on sigma that makes its 90 % band hold 90 % of the trial. */
static double stretch(const trial *t, const learnt *o, double *e)
{
    size_t n = 0;
    for (size_t i = 0; i < t->n; i++) {
        double z = fabs(error_at(t, o, i)) / t->sigma[i];
        if (isfinite(z))
            e[n++] = z;
    }
    return n ? fmax(1, conformal(e, n, worth(t, n), LEVEL) / BAND) : 1;
}

/* How the trials did above, beside other labs' cells. */
static double risen(const trial *t, const learnt *o)
{
    discrepancy_risen rows = { 0 }, origins = { 0 };
    double last = -INFINITY;
    for (size_t i = 0; i < t->n; i++) {
        if (i && t->run[i] != t->run[i - 1]) {
            discrepancy_risen_end(&rows, &origins);
            last = -INFINITY;
        }
        if (!(t->scale[i] > 0) || log(t->ahead[i]) - last < DISCREPANCY_THIN)
            continue;
        last = log(t->ahead[i]);
        discrepancy_risen_add(&rows, error_at(t, o, i), t->scale[i], t->ahead[i]);
    }
    discrepancy_risen_end(&rows, &origins);
    return discrepancy_risen_factor(&origins);
}

double lesson_half(const learnt *o, double h)
{
    return engine_band_half(o->horizon, o->half, o->nband, o->grow, h);
}

/* ---- all of it ---- */

static int judge(lesson *k, trial *t, learnt *out)
{
    double *e = mem_zero(t->n + 1, sizeof *e);
    int rc = e ? weigh(t, out, k->why) : fail(k->why, E_NOMEM, "no memory to weigh a correction");
    if (!rc) {
        if (!k->gate) {
            out->gate = 1;
            out->reach = INFINITY;
            out->after = left(t, 1, INFINITY);
        }
        t->memory = memory(t, out);
        out->stretch = stretch(t, out, e);
        band(t, out, e);
        out->grow = growth(out);
        out->trials = t->n;
        out->risen = risen(t, out);
    }
    free(e);
    return rc;
}

/* The band of cells that are learnt from, by the weight that cells held out have left. */
static int judge_ahead(lesson *k, const picked *p, cut *c, learnt *out)
{
    trial t = { 0 };
    learnt own = { .gate = out->gate, .reach = out->reach };
    int rc = try_ahead(k, p, &t, c);
    double *e = rc || !t.n ? NULL : mem_zero(t.n + 1, sizeof *e);
    if (e) {
        t.memory = memory(&t, &own);
        out->ahead_stretch = stretch(&t, &own, e);
        band(&t, &own, e);
        out->ahead = (engine_band){ .n = own.nband, .grow = growth(&own) };
        memcpy(out->ahead.horizon, own.horizon, sizeof own.horizon);
        memcpy(out->ahead.half, own.half, sizeof own.half);
        out->risen = risen(&t, &own);
    } else if (!rc && t.n) {
        rc = fail(k->why, E_NOMEM, "no memory to try a correction");
    }
    free(e);
    trial_free(&t);
    return rc;
}

int lesson_earn(lesson *k, const picked *p, learnt *out)
{
    cut c;
    trial t = { 0 };
    uint32_t ncell = p->n ? k->cell[p->at[p->n - 1]] + 1 : 0, *fold = mem_zero((size_t)ncell + 1, sizeof *fold);
    out->gate = out->stretch = out->risen = 1;
    out->reach = USUAL_REACH;
    out->before = out->after = NAN;
    out->grow = 0.5;
    out->nband = out->trials = out->ahead.n = 0;
    out->ahead_stretch = 1;
    int rc = cut_open(&c, p->n, k->why);
    if (!rc && !fold)
        rc = fail(k->why, E_NOMEM, "no memory to try a correction");
    size_t nfold = rc || !k->unseen ? 0 : folds(k, p, fold, ncell);
    rc = rc ? rc : nfold >= 3 ? try_unseen(k, p, fold, nfold, &t, &c) : try_ahead(k, p, &t, &c);
    if (!rc && t.n > 0)
        rc = judge(k, &t, out);
    if (!k->gate)
        out->reach = INFINITY;
    if (!rc && nfold >= 3 && k->ahead)
        rc = judge_ahead(k, p, &c, out);
    trial_free(&t);
    cut_free(&c);
    free(fold);
    return rc;
}
