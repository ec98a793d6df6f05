/* SPDX-License-Identifier: MIT
 * fit_all.c - which cells are fitted how, and the sets of likely values that come of it.
 */
#include "core/study/fit_all.h"
#include "core/base/mem.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DRAWS = 1000 };                            /* of a covariance */

const char *fit_all_refuses(const fit_all *k)
{
    bool alone = k->pooled || k->cell || k->o.profile || k->o.bootstrap || k->sequential;
    if (k->own && alone)
        return "own fits all cells at once: not with pooled, cell, sequential, profile or bootstrap";
    return k->sequential && k->pooled ? "sequential learns each cell by itself, not pooled" : NULL;
}

static void sample(void *ctx, const char *cell, const double *x)
{
    fit_all *k = ctx;
    fit_draws_row(&k->fit, cell, x, &k->draws);
    k->ndraws++;
}

/* Where neither a bootstrap nor a filter gives samples: of the normal distribution of the covariance. */
static int draw(fit_all *k, const fit_result *r, why *w)
{
    if (!k->draw || k->o.bootstrap)
        return E_OK;
    double *x = mem_zero(DRAWS * k->fit.nparam + 1, sizeof *x);
    int rc = x ? fit_draws_normal(&k->fit, r, DRAWS, k->o.seed, x, w) : fail(w, E_NOMEM, "no memory for draws");
    for (size_t i = 0; i < DRAWS && !rc; i++)
        sample(k, r->cell, x + i * k->fit.nparam);
    free(x);
    return rc;
}

bool fit_all_narrow(const fit_all *k, size_t i)
{
    return k->draw && !k->o.bootstrap && !k->sequential && k->result[i].durbin_watson < 1;
}

static int follow(fit_all *k, int64_t cell, why *w)
{
    filter_course *more = mem_grow(k->course, k->n + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for the result of a fit");
    k->course = more;
    int rc = filter_law(&k->fit, cell, &k->filter, &k->course[k->n], w);
    if (rc)
        filter_course_free(&k->course[k->n]);
    k->n += rc == E_OK;
    return rc;
}

static int one(fit_all *k, int64_t cell, why *w)
{
    if (k->sequential)
        return follow(k, cell, w);
    fit_result *more = mem_grow(k->result, k->n + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for the result of a fit");
    k->result = more;
    int rc = fit_run(&k->fit, cell, &k->result[k->n], w);
    rc = rc ? rc : draw(k, &k->result[k->n], w);
    k->n += rc == E_OK;
    return rc;
}

/* All cells at once: what `own` names is each cell's own, the rest is shared. */
static int joint(fit_all *k, why *w)
{
    const char *said = k->own;
    char name[80];
    int rc = E_OK;
    for (size_t n; *said && !rc; said += n + (said[n] == ',')) {
        n = strcspn(said, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 79 ? n : 79), said);
        rc = fit_own(&k->fit, name, w);
    }
    k->result = mem_zero(k->fit.rows.ncell, sizeof *k->result);
    if (!rc && !k->result)
        rc = fail(w, E_NOMEM, "no memory for the results of a fit");
    rc = rc ? rc : fit_joint(&k->fit, k->result, w);
    k->n = rc ? 0 : k->fit.rows.ncell;
    for (size_t i = 0; i < k->n && !rc; i++)
        rc = draw(k, &k->result[i], w);
    return rc;
}

/* Each cell by itself, the one that is named, or all with one set of values. */
static int cells(fit_all *k, why *w)
{
    const char *name = k->cell;
    const replay *r = &k->fit.rows;
    if (k->own)
        return joint(k, w);
    if (k->pooled)
        return one(k, r->ncell == 1 ? 0 : -1, w);
    for (size_t i = 0; i < r->ncell; i++) {
        int rc = name && strcmp(name, r->name[i]) ? E_OK : one(k, (int64_t)i, w);
        if (rc)
            return rc;
    }
    if (k->n)
        return E_OK;
    const char *near = text_nearest(name, (const char *const *)r->name, r->ncell);
    return fail(w, E_INPUT, "the source has no cell %s%s%s%s", name, near ? ", did you mean " : "", near ? near : "",
                near ? "?" : "");
}

int fit_all_run(const scenario *s, fit_all *k, const char *const *param, size_t nparam, why *w)
{
    int rc = fit_open(s, &k->o, &k->fit, w);
    for (size_t i = 0; i < nparam && !rc; i++)
        rc = fit_add(&k->fit, param[i], w);
    if (!rc && k->draw) {
        k->fit.o.sample = sample;
        k->fit.o.sample_ctx = k;
        fit_draws_head(&k->fit, &k->draws);
    }
    rc = rc ? rc : cells(k, w);
    return rc || !k->draws.failed ? rc : fail(w, E_NOMEM, "no memory for the draws of a fit");
}

void fit_all_close(fit_all *k)
{
    for (size_t i = 0; k->course && i < k->n; i++)
        filter_course_free(&k->course[i]);
    text_free(&k->draws);
    free(k->course);
    free(k->result);
    fit_close(&k->fit);
}
