/* SPDX-License-Identifier: MIT
 * trace_bind.c - the plan of the samples: which outputs of the cell models are recorded, and what a sample's columns
 * are.
 */
#include "core/engine/trace.h"
#include "core/base/vmath.h"
#include <stdlib.h>
#include <string.h>

static const char *const usual[] = { "temperature", "soc" };

static const fade_column front[SAMPLE_FRONT] = {
    [SAMPLE_TEST_TIME] = { .key = "test_time", .unit = "s", .doc = "Time under test since the first cycle." },
    [SAMPLE_CYCLE_TIME] = { .key = "cycle_time", .unit = "s", .doc = "Time since the cycle began." },
    [SAMPLE_STEP_TIME] = { .key = "step_time", .unit = "s", .doc = "Time since the step of the protocol began." },
    [SAMPLE_STEP_COUNT] = { .key = "step_count", .unit = "", .doc = "Steps of the protocol so far; never set back." },
    [SAMPLE_STEP_INDEX] = { .key = "step_index", .unit = "", .doc = "Number of the step in the protocol, from 1." },
    [SAMPLE_STEP_TYPE] = { .key = "step_type",
                           .unit = "",
                           .doc = "0 rest, 1 and 2 current in charge and discharge, 3 and 4 voltage, 5 and 6 power, 7 "
                                  "resistance." },
};
static const fade_column back[TRACE_SUMS] = {
    { .key = "charging_capacity", .unit = "Ah", .doc = "Charge put in since the first cycle." },
    { .key = "discharging_capacity", .unit = "Ah", .doc = "Charge drawn since the first cycle." },
    { .key = "charging_energy", .unit = "Wh", .doc = "Energy put in since the first cycle." },
    { .key = "discharging_energy", .unit = "Wh", .doc = "Energy drawn since the first cycle." },
};

static const part *cell_of(const physics *ph)
{
    for (size_t j = 0; j < ph->n; j++)
        if (!ph->part[j].per_cycle)
            return &ph->part[j];
    return NULL;
}

static int output_of(const part *q, const char *key)
{
    for (uint32_t i = 0; q && i < q->cols.out.n; i++)
        if (strcmp(((const fade_column *)library_at(&q->cols.out, i))->key, key) == 0)
            return (int)i;
    return -1;
}

/* Adds a signal that some cell model puts out; NULL, or the reason it cannot be one. */
static const char *add_signal(engine *e, const char *key)
{
    trace *r = e->trace;
    const fade_column *c = NULL;
    for (size_t s = 0; s < r->nsignal; s++)
        if (strcmp(r->key[s], key) == 0)
            return NULL;
    if (r->nsignal == TRACE_SIGNALS)
        return "there is no room for more columns";
    for (size_t p = 0; p < e->nphysics; p++) {
        const part *q = cell_of(&e->physics[p]);
        int at = r->out[p][r->nsignal] = output_of(q, key);
        if (at >= 0 && !c)
            c = library_at(&q->cols.out, (uint32_t)at);
    }
    if (!c)
        return "no cell model puts it out";
    if (c->width > 1)
        return "it has several values a cell";
    if (c->flags & FADE_TOTAL)
        return "it is the sum over a step, not a value at a moment";
    unit from, to;
    const char *human = units_human(c->unit);
    r->scale[r->nsignal] = 1;
    if (units_parse(c->unit, &from, NULL) || units_parse(human, &to, NULL) ||
        !units_convert(&from, &to, NAN, &r->scale[r->nsignal], &r->offset[r->nsignal]))
        human = c->unit;
    r->column[SAMPLE_FRONT + r->nsignal] = *c;
    r->column[SAMPLE_FRONT + r->nsignal].unit = human;
    r->key[r->nsignal++] = c->key;
    return NULL;
}

static void unknown(engine *e, const char *key, const char *reason, tree_problems *p)
{
    const char *words[256];
    size_t n = 0;
    for (size_t i = 0; i < e->nphysics; i++) {
        const part *q = cell_of(&e->physics[i]);
        for (uint32_t o = 0; q && o < q->cols.out.n && n < 256; o++)
            words[n++] = ((const fade_column *)library_at(&q->cols.out, o))->key;
    }
    const char *near = text_nearest(key, words, n);
    if (near && strcmp(near, key) == 0)
        near = NULL;
    tree_complain(p, e->sc->trace.column_node, E_INPUT, "[trace] columns: %s cannot be sampled: %s%s%s%s", key, reason,
                  near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static void add_signals(engine *e, tree_problems *p)
{
    const char *const *key = e->sc->trace.ncolumn ? e->sc->trace.column : usual;
    size_t n = e->sc->trace.ncolumn ? e->sc->trace.ncolumn : sizeof usual / sizeof *usual;
    add_signal(e, "voltage");
    add_signal(e, "current");
    for (size_t i = 0; i < n; i++) {
        const char *no = add_signal(e, key[i]);
        if (no && e->sc->trace.ncolumn)
            unknown(e, key[i], no, p);
    }
}

static const trace_between *between(void)
{
#ifdef __x86_64__
    if (strcmp(vmath_isa(), "avx512") == 0)
        return &trace_avx512_between;
    if (strcmp(vmath_isa(), "avx2") == 0)
        return &trace_avx2_between;
#endif
    return &trace_sse2_between;
}

/* Does anybody take samples? */
static bool taken(const engine *e) { return e->opt.folder || (e->opt.tap && e->opt.tap->samples); }

int trace_bind(engine *e, tree_problems *p, why *w)
{
    trace *r = e->trace = mem_zero(1, sizeof *r);
    if (!r || !(r->out = mem_zero(e->nphysics + 1, sizeof *r->out)))
        return fail(w, E_NOMEM, "no memory for samples");
    r->point = 1;
    if (!e->sc->trace.on)
        return E_OK;
    bool cell = false;
    for (size_t i = 0; i < e->nphysics; i++)
        cell |= e->physics[i].cell;
    if (!cell)
        return tree_complain(p, e->sc->trace.node, E_INPUT,
                             "[trace] keeps samples of a cell model under a protocol; no physics here has one"),
               E_OK;
    size_t most = SAMPLE_FRONT + TRACE_SIGNALS + TRACE_SUMS;
    r->column = mem_zero(most, sizeof *r->column);
    r->col = mem_zero(most, sizeof *r->col);
    if (!r->column || !r->col)
        return fail(w, E_NOMEM, "no memory for samples");
    memcpy(r->column, front, sizeof front);
    add_signals(e, p);
    memcpy(r->column + SAMPLE_FRONT + r->nsignal, back, sizeof back);
    r->ncolumn = SAMPLE_FRONT + r->nsignal + TRACE_SUMS;
    for (size_t c = 0; c < r->ncolumn; c++)
        r->column[c].width = 1;
    r->row = mem_columns(r->ncolumn * TRACE_ROW);
    r->point = 1 + r->nsignal;
    r->data = mem_columns(TRACE_PAGE + TRACE_WIDTH);
    r->between = between();
    if (!r->row || !r->data)
        return fail(w, E_NOMEM, "no memory for samples");
    for (size_t c = 0; c < r->ncolumn; c++)
        r->col[c] = r->row + c * TRACE_ROW;
    r->period = e->sc->trace.period;
    e->sampled = taken(e);
    return E_OK;
}

size_t trace_columns(const engine *e, const fade_column **out)
{
    *out = e->trace->column;
    return e->sampled ? e->trace->ncolumn : 0;
}

size_t engine_sample_columns(const engine *e, const fade_column **out) { return trace_columns(e, out); }

void trace_free(engine *e)
{
    trace *r = e->trace;
    if (!r)
        return;
    free(r->out);
    free(r->column);
    free(r->col);
    free(r->row);
    free(r->data);
    free(r);
}
