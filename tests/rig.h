/* SPDX-License-Identifier: MIT
 * rig.h - one plugin in the hand of a test: loaded from $FADE_BUILD/plugins, configured by key, driven tile by tile.
 */
#ifndef FADE_TESTS_RIG_H
#define FADE_TESTS_RIG_H
#include "core/base/expr.h"
#include "core/base/random.h"
#include "core/base/vmath.h"
#include "core/fade_plugin.h"
#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RIG_MAX = 256 }; /* columns or parameters of one kind */

typedef struct rig {
    fade_host host;
    const fade_desc *desc;
    const fade_model_v1 *model;
    const fade_corrector_v1 *corrector;
    fade_value value[RIG_MAX];
    fade_args args;
    fade_columns columns;
    void *object;
    fade_tile tile;
    double *param[RIG_MAX], *in[RIG_MAX], *x[RIG_MAX], *x1[RIG_MAX], *out[RIG_MAX], *t, *dt;
    uint64_t *id;
    int said;           /* reports at level 2 or 3 */
    int32_t code, lane; /* of the last one */
    uint64_t seed;      /* of fade.rng/1; streams as the plugin numbers them */
    char text[512];
} rig;

static inline void rig_report(const fade_host *h, const fade_report *r)
{
    rig *g = (rig *)h->ctx;
    if (r->level < 2)
        return;
    g->said++;
    g->code = r->code;
    g->lane = r->lane;
    snprintf(g->text, sizeof g->text, "%s", r->text);
}

static inline void rig_uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    random_uniform_n(((const rig *)h->ctx)->seed, n, id, row, stream, u);
}

static inline void rig_normal(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *z)
{
    random_normal_n(((const rig *)h->ctx)->seed, n, id, row, stream, z);
}

static inline const void *rig_iface(const fade_host *h, const char *id)
{
    static const fade_rng_v1 rng = { sizeof rng, rig_uniform, rig_normal };
    (void)h;
    if (strcmp(id, "fade.rng/1") == 0)
        return &rng;
    if (strcmp(id, "fade.expr/1") == 0)
        return expr_table();
    return strcmp(id, "fade.math/1") == 0 ? vmath_table() : NULL;
}

static inline void rig_die(const char *what, const char *name)
{
    fprintf(stderr, "rig: %s: %s\n", what, name);
    exit(99);
}

/* Loads the plugin with every parameter at its default.  The library stays: it may hold threads. */
static inline rig *rig_open(const char *name)
{
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build", name);
    void *lib = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!lib)
        rig_die(path, dlerror());
    const fade_library *l = (const fade_library *)dlsym(lib, "fade_library_v1");
    rig *g = (rig *)calloc(1, sizeof *g);
    if (!l || !g)
        rig_die("no library", name);
    g->host =
        (fade_host){ .size = sizeof g->host, .abi = FADE_ABI_NOW, .ctx = g, .report = rig_report, .iface = rig_iface };
    g->desc = l->plugins[0];
    g->corrector = (const fade_corrector_v1 *)g->desc->iface(g->desc, "fade.corrector/1");
    g->model = g->corrector ? g->corrector->model : (const fade_model_v1 *)g->desc->iface(g->desc, "fade.model/1");
    g->columns = g->desc->columns;
    g->args = (fade_args){ sizeof g->args, g->desc->params.n, g->value, g->desc };
    const fade_param *p = (const fade_param *)g->desc->params.at;
    for (uint32_t i = 0; i < g->desc->params.n; i++) {
        g->value[i].real = p[i].def;
        g->value[i].text = p[i].text;
    }
    return g;
}

static inline uint32_t rig_param_index(const rig *g, const char *key)
{
    const fade_param *p = (const fade_param *)g->desc->params.at;
    for (uint32_t i = 0; i < g->desc->params.n; i++)
        if (strcmp(p[i].key, key) == 0)
            return i;
    rig_die("no parameter", key);
    return 0;
}

static inline fade_value *rig_value(rig *g, const char *key) /* before rig_make */
{
    return &g->value[rig_param_index(g, key)];
}

static inline double *rig_column(double *const *col, const fade_list *list, const char *key)
{
    const fade_column *c = (const fade_column *)list->at;
    for (uint32_t i = 0; i < list->n; i++)
        if (strcmp(c[i].key, key) == 0)
            return col[i];
    rig_die("no column", key);
    return NULL;
}

static inline double *rig_in(rig *g, const char *key)
{
    return rig_column(g->in, &g->columns.in, key);
}
static inline double *rig_x(rig *g, const char *key)
{
    return rig_column(g->x, &g->columns.state, key);
}
static inline double *rig_out(rig *g, const char *key)
{
    return rig_column(g->out, &g->columns.out, key);
}

static inline double *rig_param(rig *g, const char *key) /* the per-cell column, after rig_make */
{
    const fade_param *p = (const fade_param *)g->desc->params.at;
    uint32_t at = rig_param_index(g, key), k = 0;
    for (uint32_t i = 0; i < at; i++)
        k += (p[i].flags & FADE_PER_CELL) != 0;
    return g->param[k];
}

static inline void rig_fill(double *col, uint32_t n, double v)
{
    for (uint32_t i = 0; i < n; i++)
        col[i] = v;
}

static inline double *rig_doubles(uint32_t n, double v)
{
    double *p = (double *)aligned_alloc(64, (n * sizeof(double) + 63) / 64 * 64);
    if (!p)
        rig_die("memory", "column");
    rig_fill(p, n, v);
    return p;
}

static inline void rig_columns(const fade_list *list, uint32_t n, double **col)
{
    const fade_column *c = (const fade_column *)list->at;
    for (uint32_t i = 0; i < list->n; i++)
        col[i] = rig_doubles(n * (c[i].width ? c[i].width : 1), c[i].init);
}

/* Runs one of the model's functions with status and wish reset.  Returns what it returned. */
static inline int32_t rig_call(rig *g, int32_t (*f)(const void *, fade_tile *))
{
    memset(g->tile.status, 0, g->tile.n * sizeof *g->tile.status);
    rig_fill(g->tile.wish, g->tile.n, INFINITY);
    return f(g->object, &g->tile);
}

static inline uint32_t rig_width(const fade_list *list, uint32_t i)
{
    uint32_t w = ((const fade_column *)list->at)[i].width;
    return w ? w : 1;
}

/* The step is taken where the host would take it. */
static inline void rig_take(rig *g)
{
    uint32_t n = g->tile.n;
    for (uint32_t k = 0; k < g->columns.state.n; k++)
        for (uint32_t j = 0; j < rig_width(&g->columns.state, k); j++)
            for (uint32_t i = 0; i < n; i++)
                if (g->dt[i] != 0 && g->tile.status[i] == 0)
                    g->x[k][j * n + i] = g->x1[k][j * n + i];
    for (uint32_t i = 0; i < n; i++)
        if (g->tile.status[i] == 0)
            g->t[i] += g->dt[i];
}

/* Columns for n lanes; `object` made by training, or NULL: create.  Then init.  Inputs start at their column's init. */
static inline int32_t rig_make(rig *g, uint32_t n, void *object)
{
    int32_t rc = 0;
    g->object = object;
    if (!object && g->model->create)
        rc = g->model->create(&g->host, &g->args, &g->object);
    if (rc)
        return rc;
    if (g->model->columns)
        g->model->columns(g->object, &g->columns);
    const fade_param *p = (const fade_param *)g->desc->params.at;
    for (uint32_t i = 0, k = 0; i < g->desc->params.n; i++)
        if (p[i].flags & FADE_PER_CELL)
            g->param[k++] = rig_doubles(n, g->value[i].real);
    rig_columns(&g->columns.in, n, g->in);
    rig_columns(&g->columns.state, n, g->x);
    rig_columns(&g->columns.state, n, g->x1);
    rig_columns(&g->columns.out, n, g->out);
    g->t = rig_doubles(n, 0);
    g->dt = rig_doubles(n, 1);
    g->id = (uint64_t *)calloc(n, sizeof *g->id);
    size_t bytes = g->model->scratch ? g->model->scratch(g->object, n) : 0;
    g->tile = (fade_tile){ .size = sizeof g->tile,
                           .n = n,
                           .live = n,
                           .id = g->id,
                           .row = g->id,
                           .t = g->t,
                           .dt = g->dt,
                           .param = (const double *const *)g->param,
                           .in = (const double *const *)g->in,
                           .x = (const double *const *)g->x,
                           .x1 = g->x1,
                           .out = g->out,
                           .wish = rig_doubles(n, INFINITY),
                           .status = (int32_t *)calloc(n, sizeof(int32_t)),
                           .scratch = rig_doubles((uint32_t)(bytes / sizeof(double)) + 8, NAN) };
    if (g->model->init && (rc = rig_call(g, g->model->init)) == 0)
        rig_take(g);
    rig_fill(g->t, n, 0);
    return rc;
}

static inline int32_t rig_step(rig *g)
{
    int32_t rc = rig_call(g, g->model->step);
    if (rc == 0)
        rig_take(g);
    return rc;
}

/* One of a duty's functions over n lanes: columns `in` to columns `out`, with the rig's parameters and scratch (n at most its lanes). */
static inline int32_t rig_duty(rig *g, int32_t (*f)(const void *, fade_tile *), uint32_t n, const double *const *in, double *const *out)
{
    fade_tile b = g->tile;
    b.n = b.live = n;
    b.in = in;
    b.out = out;
    return f(g->object, &b);
}

/* From now on a duty drives the model, which lends no samples. */
static inline void rig_under_duty(rig *g)
{
    static const fade_samples *const none[RIG_MAX];
    g->tile.samples = none;
}

static inline void rig_close(rig *g)
{
    if (g->object)
        g->model->destroy(g->object);
    for (int i = 0; i < RIG_MAX; i++) {
        free(g->param[i]);
        free(g->in[i]);
        free(g->x[i]);
        free(g->x1[i]);
        free(g->out[i]);
    }
    free(g->t);
    free(g->dt);
    free(g->id);
    free(g->tile.wish);
    free(g->tile.status);
    free(g->tile.scratch);
    free(g);
}

/* |a - b| <= tol * max(|b|, 1e-300). */
static inline int rig_near(double a, double b, double tol)
{
    int ok = fabs(a - b) <= tol * fmax(fabs(b), 1e-300);
    if (!ok)
        fprintf(stderr, "%.17g is not %.17g within %g\n", a, b, tol);
    return ok;
}
#endif
