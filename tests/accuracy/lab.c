/* SPDX-License-Identifier: MIT
 * lab.c - a data set opened with its learners; forecasts behind an origin; what was chosen elsewhere.
 */
#include "core/base/file.h"
#include "tests/accuracy/accuracy.h"
#include "tests/data.h"
#include <unistd.h>

void lab_stop(const char *what, const why *w)
{
    fprintf(stderr, "accuracy: %s: %s\n", what, w->text);
    exit(1);
}

const char *lab_data(const char *file)
{
    const char *path = data_file(file);
    if (!path)
        exit(1);
    return path;
}

static void read_rows(lab *l, const char *where, int64_t physics, int ask)
{
    why w = { 0 };
    if (dataset_read(l->s, &(dataset_options){ .physics = physics, .where = where }, &l->d, &w))
        lab_stop("reading", &w);
    l->nk = l->s->ncorrector;
    for (size_t k = 0; k < l->nk; k++)
        if (learner_open(&l->s->corrector[k], &l->d, ask, 42, &l->k[k], &w))
            lab_stop("a corrector", &w);
    l->ncell = l->d.ncell;
    for (size_t c = 0; c < l->ncell; c++) {
        size_t first = l->d.first[c], end = l->d.first[c + 1];
        l->row[c] = mem_zero(end - first + 1, sizeof **l->row);
        for (size_t i = first; i < end; i++)
            if (isfinite(lab_target(l, i)))
                l->row[c][l->known[c]++] = i;
    }
}

void lab_group(lab *l, const char *groups)
{
    why w = { 0 };
    size_t apart = 0;
    if (groups && dataset_group(&l->d, groups, &w))
        lab_stop("groups", &w);
    for (size_t c = 0; c < l->ncell; c++) {
        l->group[c] = 0;
        while (strcmp(l->d.group[l->group[c]], l->d.group[c]) != 0)
            l->group[c]++;
        apart += l->group[c] != l->group[0];
    }
    memcpy(l->kin, l->group, sizeof l->kin);
    for (size_t c = 0; c < l->ncell && !apart; c++) /* one group: each cell by itself */
        l->group[c] = (int)c;
}

void lab_kin(lab *l)
{
    for (size_t c = 0; c < l->ncell; c++) {
        const char *end = strrchr(l->d.name[c], '-');
        size_t n = end ? (size_t)(end - l->d.name[c]) : 0, o = 0;
        for (; o < c; o++) {
            const char *other = strrchr(l->d.name[o], '-');
            if ((other ? (size_t)(other - l->d.name[o]) : 0) == n && memcmp(l->d.name[o], l->d.name[c], n) == 0)
                break;
        }
        l->kin[c] = (int)o;
    }
}

void lab_open(lab *l, const char *toml, const char *where, int64_t physics, int ask)
{
    char path[128];
    why w = { 0 };
    tree_problems p = { 0 };
    *l = (lab){ .folder = "/tmp/fade-accuracy-XXXXXX" };
    if (!mkdtemp(l->folder))
        lab_stop("no folder", &w);
    snprintf(path, sizeof path, "%s/lab.toml", l->folder);
    int rc = file_write(path, toml, strlen(toml), &w);
    rc = rc ? rc : scenario_open(path, &(scenario_options){ 0 }, &l->s, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        fprintf(stderr, "%s\n", p.at[i].text);
    if (rc || l->s->ncorrector > LAB_MENU)
        lab_stop("a scenario", &w);
    unlink(path);
    rmdir(l->folder);
    tree_problems_free(&p);
    read_rows(l, where, physics, ask);
    if (l->ncell > LAB_CELLS)
        lab_stop("too many cells", &w);
    lab_group(l, NULL);
}

static void forget(lab *l)
{
    if (l->last.model)
        l->k[l->last.k].vt->model->destroy(l->last.model);
    free(l->last.row);
    l->last.model = NULL;
    l->last.row = NULL;
}

void lab_close(lab *l)
{
    forget(l);
    for (size_t k = 0; k < l->nk; k++)
        learner_close(&l->k[k]);
    for (size_t c = 0; c < l->ncell; c++)
        free(l->row[c]);
    dataset_free(&l->d);
    scenario_close(l->s);
}

double lab_target(const lab *l, size_t row)
{
    return l->d.col[l->d.target].v[row];
}

size_t lab_origin(const lab *l, size_t cell, double fraction)
{
    return (size_t)((double)l->known[cell] * fraction + 1e-9);
}

double lab_rmse(const lab *l, size_t cell, size_t m, size_t to, const double *says)
{
    metrics e = { 0 };
    for (size_t i = m; i < to; i++)
        metrics_add(&e, lab_target(l, l->row[cell][i]), says[i - m]);
    return metrics_rmse(&e);
}

/* The rows that are known where a cell's first m are: its own, and those of its kin where they count. */
static size_t known_rows(const lab *l, size_t k, size_t cell, size_t m, size_t *row)
{
    int64_t now = l->d.time[l->row[cell][m - 1]]; /* unknown is before all */
    size_t n = 0;
    for (size_t c = 0; c < l->ncell; c++) {
        if (c != cell && (!l->k[k].sc->pooled || l->kin[c] != l->kin[cell]))
            continue;
        size_t most = c == cell ? m : lab_origin(l, c, (double)m / (double)l->known[cell]);
        for (size_t i = 0; i < most && (c == cell || l->d.time[l->row[c][i]] <= now); i++)
            row[n++] = l->row[c][i];
    }
    return n;
}

/* Rows as the last time: the model of the last time. */
static const void *model_of(lab *l, lesson *one, size_t k, size_t *row, size_t n)
{
    if (l->last.row && l->last.k == k && l->last.n == n && memcmp(l->last.row, row, n * sizeof *row) == 0) {
        free(row);
        return l->last.model;
    }
    forget(l);
    l->last.k = k;
    l->last.row = row;
    l->last.n = n;
    if (lesson_train(one, &(picked){ row, n }, &l->last.model))
        lab_stop("a model", one->why);
    return l->last.model;
}

double lab_ahead(lab *l, size_t k, size_t cell, size_t m, size_t to, double *says)
{
    learner *r = &l->k[k];
    dataset *d = &l->d;
    why w = { 0 };
    size_t n = to - m, *row = mem_zero(d->n + 1, sizeof *row);
    const double *col[64];
    double *mem = mem_zero(4 * n + d->n + 1, sizeof *mem), *target = mem + 4 * n, rmse = NAN;
    for (size_t f = 0; f < r->nfeature; f++)
        col[f] = d->col[r->feature[f]].v;
    for (size_t i = 0; i < d->n; i++)
        target[i] = lab_target(l, i) - (d->physics >= 0 ? d->col[d->physics].v[i] : 0);
    lesson one = { .sc = r->sc,
                   .object = r->object,
                   .vt = r->vt,
                   .column = r->column,
                   .ncol = r->nfeature,
                   .n = d->n,
                   .col = col,
                   .target = target,
                   .cell = d->cell,
                   .row = d->row,
                   .tile = r->tile,
                   .why = &w };
    const void *model = model_of(l, &one, k, row, known_rows(l, k, cell, m, row));
    if (model && lesson_predict(&one, model, &(picked){ l->row[cell] + m, n }, mem, mem + n, mem + 2 * n))
        lab_stop("a model", &w);
    r->tile = one.tile;
    if (model) {
        for (size_t i = 0; i < n; i++)
            mem[i] += d->physics >= 0 ? d->col[d->physics].v[l->row[cell][m + i]] : 0;
        rmse = lab_rmse(l, cell, m, to, mem);
        if (says)
            memcpy(says, mem, n * sizeof *says);
    }
    free(mem);
    return rmse;
}

double lab_naive(const lab *l, size_t cell, size_t m, size_t to, int which)
{
    baseline b = { 0 };
    metrics e = { 0 };
    for (size_t i = 0; i < to; i++) {
        size_t row = l->row[cell][i];
        double x = (double)l->d.cycle[row], y = lab_target(l, row);
        if (i < m)
            baseline_add(&b, x, y);
        else
            metrics_add(&e, y,
                        which == NAIVE_LAST    ? baseline_persistence(&b)
                        : which == NAIVE_DRIFT ? baseline_drift(&b, x)
                                               : baseline_line(&b, x));
    }
    return metrics_rmse(&e);
}

void lab_choose(const lab *l, const double *score, size_t nk, size_t *chosen)
{
    for (size_t c = 0; c < l->ncell; c++) {
        double least = INFINITY;
        for (size_t k = 0; k < nk; k++) {
            double sum = 0;
            for (size_t o = 0; o < l->ncell; o++)
                sum += l->group[o] != l->group[c] ? score[k * l->ncell + o] : 0;
            if (sum < least) {
                least = sum;
                chosen[c] = k;
            }
        }
    }
}

void lab_best(const lab *l, const double *score, size_t nk, size_t c, size_t best[LAB_BEST])
{
    bool taken[LAB_MENU] = { false };
    for (int b = 0; b < LAB_BEST; b++) {
        double least = INFINITY;
        best[b] = 0;
        for (size_t k = 0; k < nk; k++) {
            double sum = 0;
            for (size_t o = 0; o < l->ncell; o++)
                sum += l->group[o] != l->group[c] ? score[k * l->ncell + o] : 0;
            if (!taken[k] && sum < least) {
                least = sum;
                best[b] = k;
            }
        }
        taken[best[b]] = true;
    }
}

static int missed;

void sheet(const char *what, double got, double asked, const char *in)
{
    bool met = got <= asked;
    missed += !met;
    printf("  %-58s %7.4f %s (asked %.4g: %s)\n", what, got, in, asked, met ? "met" : "MISSED");
}

int sheet_end(void)
{
    printf("\n%d of what was asked is missed\n", missed);
    return 0;
}
