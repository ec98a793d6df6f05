/* SPDX-License-Identifier: MIT
 * score.c - every variant against what was measured past the origin, beside the naive forecasts of the same cells.
 */
#include "core/base/mem.h"
#include "core/study/baseline.h"
#include "core/study/metrics.h"
#include "core/study/study.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAIVE_PERSISTENCE, NAIVE_DRIFT, NAIVE_LINE, NNAIVE };
static const char *const naive_name[] = { "persistence", "drift", "line" };

typedef struct band { uint64_t n, inside; double width; } band;

typedef struct score {
    const char *const *variant;                   /* lent by the engine */
    size_t             nvariant;
    metrics           *physics, *hybrid;          /* per variant */
    band              *band;
    metrics            naive[NNAIVE];
    baseline          *cell;                      /* per lane */
    size_t             ncell;
} score;

int score_open(const char *const *variant, size_t nvariant, void **out, why *w)
{
    score *s = mem_zero(1, sizeof *s);
    *out = s;
    if (!s)
        return fail(w, E_NOMEM, "no memory for scores");
    *s = (score){ .variant = variant, .nvariant = nvariant, .physics = mem_zero(nvariant, sizeof *s->physics),
                  .hybrid = mem_zero(nvariant, sizeof *s->hybrid), .band = mem_zero(nvariant, sizeof *s->band) };
    return s->physics && s->hybrid && s->band ? E_OK : fail(w, E_NOMEM, "no memory for scores");
}

void score_close(void *at)
{
    score *s = at;
    if (!s)
        return;
    free(s->physics);
    free(s->hybrid);
    free(s->band);
    free(s->cell);
    free(s);
}

static int cover(score *s, uint32_t lane, why *w)
{
    if (lane < s->ncell)
        return E_OK;
    size_t n = (size_t)lane * 2 + 16;
    baseline *more = mem_grow(s->cell, n, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory to score %u cells", lane + 1);
    memset(more + s->ncell, 0, (n - s->ncell) * sizeof *more);
    s->cell = more;
    s->ncell = n;
    return E_OK;
}

int score_row(void *at, const engine_scored *r, why *w)
{
    score *s = at;
    int rc = cover(s, r->lane, w);
    if (rc)
        return rc;
    baseline *b = &s->cell[r->lane];
    if (r->known) {
        if (r->variant == 0)
            baseline_add(b, (double)r->index, r->target);
        return E_OK;
    }
    metrics_add(&s->physics[r->variant], r->target, r->physics);
    if (!isnan(r->hybrid))
        metrics_add(&s->hybrid[r->variant], r->target, r->hybrid);
    if (!isnan(r->lower)) {
        band *k = &s->band[r->variant];
        k->n++;
        k->inside += r->target >= r->lower && r->target <= r->upper;
        k->width += r->upper - r->lower;
    }
    if (r->variant != 0)
        return E_OK;
    metrics_add(&s->naive[NAIVE_PERSISTENCE], r->target, baseline_persistence(b));
    metrics_add(&s->naive[NAIVE_DRIFT], r->target, baseline_drift(b, (double)r->index));
    metrics_add(&s->naive[NAIVE_LINE], r->target, baseline_line(b, (double)r->index));
    return E_OK;
}

/* ---- what came out ---- */

typedef struct told {
    void (*said)(void *ctx, const char *json_text, const char *text);
    void  *ctx;
    json  *out;
} told;

static void tell(const told *t, const char *variant, const char *model, const metrics *m, const band *b)
{
    json j = { 0 };
    if (m->n == 0)
        return;
    json_open(&j, NULL, '{');
    json_text(&j, "variant", variant);
    json_text(&j, "model", model);
    json_whole(&j, "n", (int64_t)m->n);
    json_number(&j, "rmse", metrics_rmse(m));
    json_number(&j, "mae", metrics_mae(m));
    json_number(&j, "mape", metrics_mape(m));
    json_number(&j, "smape", metrics_smape(m));
    json_number(&j, "r2", metrics_r2(m));
    json_number(&j, "max_error", metrics_worst(m));
    json_number(&j, "bias", metrics_bias(m));
    json_number(&j, "sd", metrics_sd(m));
    if (b && b->n) {
        json_number(&j, "picp", (double)b->inside / (double)b->n);
        json_number(&j, "mpiw", b->width / (double)b->n);
    }
    json_text(&j, "unit", "Ah");
    json_close(&j, '}');
    char *object_text = text_take(&j.out), say[256];
    snprintf(say, sizeof say, "%s %s: RMSE %.4g Ah over %llu rows", variant, model, metrics_rmse(m),
             (unsigned long long)m->n);
    if (object_text) {
        json_raw(t->out, NULL, object_text);
        t->said(t->ctx, object_text, say);
    }
    free(object_text);
}

void score_end(void *at, void (*said)(void *ctx, const char *json_text, const char *text), void *ctx, json *out)
{
    const score *s = at;
    told t = { said, ctx, out };
    json_open(out, NULL, '[');
    for (size_t v = 0; v < s->nvariant; v++) {
        tell(&t, s->variant[v], "physics", &s->physics[v], NULL);
        tell(&t, s->variant[v], "hybrid", &s->hybrid[v], &s->band[v]);
    }
    for (int k = 0; k < NNAIVE; k++)
        tell(&t, "naive", naive_name[k], &s->naive[k], NULL);
    json_close(out, ']');
}

/* ---- snapshots: plain data, written as it lies ---- */

int score_save(const void *at, const fade_stream *to)
{
    const score *s = at;
    uint64_t head[2] = { s->nvariant, s->ncell };
    int32_t rc = to->write(to->ctx, head, sizeof head);
    rc = rc ? rc : to->write(to->ctx, s->physics, s->nvariant * sizeof *s->physics);
    rc = rc ? rc : to->write(to->ctx, s->hybrid, s->nvariant * sizeof *s->hybrid);
    rc = rc ? rc : to->write(to->ctx, s->band, s->nvariant * sizeof *s->band);
    rc = rc ? rc : to->write(to->ctx, s->naive, sizeof s->naive);
    return rc ? rc : s->ncell ? to->write(to->ctx, s->cell, s->ncell * sizeof *s->cell) : 0;
}

int score_load(void *at, const fade_stream *from)
{
    score *s = at;
    uint64_t head[2];
    if (from->read(from->ctx, head, sizeof head) < 0 || head[0] != s->nvariant || head[1] > UINT32_MAX)
        return FADE_EINVAL;
    if (head[1] && cover(s, (uint32_t)(head[1] - 1), NULL))
        return FADE_ENOMEM;
    int32_t rc = from->read(from->ctx, s->physics, s->nvariant * sizeof *s->physics);
    rc = rc ? rc : from->read(from->ctx, s->hybrid, s->nvariant * sizeof *s->hybrid);
    rc = rc ? rc : from->read(from->ctx, s->band, s->nvariant * sizeof *s->band);
    rc = rc ? rc : from->read(from->ctx, s->naive, sizeof s->naive);
    return rc ? rc : head[1] ? from->read(from->ctx, s->cell, head[1] * sizeof *s->cell) : 0;
}
