/* SPDX-License-Identifier: MIT
 * duty.c - a source whose samples are a duty: which laws see inside its rows, and its samples into chunks of rows.
 */
#include "core/engine/duty.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RULES = 64 };

#define STRESS(name, key, unit, scaled, doc) { #key, unit, doc, 0, 0, 0, 0, 0, 1, FADE_PLANNED },
static const fade_column columns[DUTY_COLUMNS_N] = {
    DUTY_STRESS(STRESS)
    { "count", "", "Cycles as deep as the row's depth that its throughput comes to.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "duration", "s", "Calendar time of the row.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "rest", "s", "Time without load in the row.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
};
#undef STRESS

static const int column_of[DUTY_READS_N] = { /* of a window */
    [DUTY_READS_SOC] = S_SOC,      [DUTY_READS_TEMPERATURE] = S_T, [DUTY_READS_ANODE] = S_ANODE,
    [DUTY_READS_C_RATE] = S_RATE, [DUTY_READS_TIME] = S_TIME,
};

size_t duty_columns(const fade_column **out)
{
    *out = columns;
    return DUTY_COLUMNS_N;
}

part *duty_part(const engine *e, size_t at)
{
    for (size_t p = 0; p < e->nphysics; at -= e->physics[p++].n)
        if (at < e->physics[p].n)
            return &e->physics[p].part[at];
    return NULL;
}

/* ---- laws ---- */

static int key_in(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return (int)i;
    return -1;
}

static int stress_of(const char *key)
{
    for (int i = 0; i < DUTY_N; i++)
        if (strcmp(columns[i].key, key) == 0)
            return i;
    return -1;
}

static bool adds_up(const struct duty_fill *f)
{
    return f->what == FILL_RATE || f->what == FILL_CYCLE || (f->what == FILL_STRESS && (f->index == DUTY_EFC ||
                                                                                       f->index == DUTY_SPAN));
}

static int bind_fill(duty_use *u, part *q, why *w)
{
    u->fill = mem_zero(q->cols.in.n + 1, sizeof *u->fill);
    if (!u->fill)
        return fail(w, E_NOMEM, "no memory for the inputs of %s", q->desc->id);
    for (uint32_t i = 0; i < q->cols.in.n; i++) {
        const char *key = ((const fade_column *)library_at(&q->cols.in, i))->key;
        const int found[] = { stress_of(key), strcmp(key, "duration") == 0 ? 0 : -1, key_in(&u->vt->rate, key),
                              text_starts(key, "mean_") ? key_in(&u->vt->rate, key + 5) : -1,
                              key_in(&u->vt->cycle, key),
                              text_starts(key, "open_") ? key_in(&u->vt->cycle, key + 5) : -1 };
        for (int what = 0; what <= FILL_OPEN; what++)
            if (found[what] >= 0) {
                u->fill[u->nfill++] = (struct duty_fill){ (int)i, what, found[what] };
                if (adds_up(&u->fill[u->nfill - 1]))
                    q->sum[q->nsum++] = i;
                break;
            }
    }
    return E_OK;
}

static int bind_in(duty *d, duty_use *u, const part *q, why *w)
{
    if (!(u->in = mem_zero(u->vt->in.n + 1, sizeof *u->in)))
        return fail(w, E_NOMEM, "no memory for the samples of %s", q->desc->id);
    for (uint32_t i = 0; i < u->vt->in.n; i++) {
        u->in[i] = column_of[duty_iface_read(library_at(&u->vt->in, i))];
        d->anode |= u->in[i] == S_ANODE;
        d->rate |= u->in[i] == S_RATE;
        d->time |= u->in[i] == S_TIME && !duty_unread(u, i);
    }
    return E_OK;
}

static size_t rule_of(duty *d, const fade_duty_v1 *vt)
{
    const scenario *sc = d->e->sc;
    duty_rule r = { .time = vt->break_time, .efc = vt->break_efc, .activation = vt->activation,
                    .rain = vt->cycle.n > 0 };
    if (!isnan(sc->duty.break_time) || !isnan(sc->duty.break_efc)) {
        r.time = isnan(sc->duty.break_time) ? 0 : sc->duty.break_time;
        r.efc = isnan(sc->duty.break_efc) ? 0 : sc->duty.break_efc;
    }
    for (size_t i = 0; i < d->nrule; i++)
        if (d->rule[i].time == r.time && d->rule[i].efc == r.efc && d->rule[i].activation == r.activation) {
            d->rule[i].rain |= r.rain;
            return i;
        }
    r.weight = r.activation > 0 ? d->ncol++ : 0;
    d->rule[d->nrule] = r;
    return d->nrule++;
}

/* Lanes that differ in what rates() or cycles() reads, or in the duty itself, make their own. */
static bool makes_own(const duty *d, const duty_use *u, const part *q)
{
    bool own = d->e->sc->duty.keep == DUTY_ENERGY;
    for (uint32_t k = 0; k < q->nparam; k++) {
        const fade_param *fp = library_at(&q->desc->params, q->param[k]);
        own |= q->varies[k] && !(fp->flags & FADE_STEP_ONLY);
    }
    return (own && (u->nrate || u->ncycle)) ||
           (d->e->sc->duty.keep == DUTY_ENERGY && u->vt->flags & FADE_LENT_SAMPLES);
}

static int open_shared(duty_use *u, const part *q, why *w)
{
    size_t bytes = q->vt->scratch ? q->vt->scratch(q->model, DUTY_BATCH) : 0;
    u->in_buf = mem_columns((u->vt->in.n + 1) * DUTY_BATCH);
    u->out_buf = mem_columns((u->nrate + 1) * DUTY_BATCH);
    u->scratch = mem_columns(bytes / sizeof(double) + 8);
    u->unknown = mem_columns(DUTY_BATCH);
    u->param_at = mem_zero(q->nparam + 1, sizeof *u->param_at);
    if (!u->in_buf || !u->out_buf || !u->scratch || !u->unknown || !u->param_at)
        return fail(w, E_NOMEM, "no memory for the samples of %s", q->desc->id);
    for (size_t i = 0; i < DUTY_BATCH; i++)
        u->unknown[i] = NAN;
    for (uint32_t k = 0; k < q->nparam; k++)
        u->param_at[k] = q->varies[k] ? u->unknown : q->uniform[k];
    return E_OK;
}

static int bind_use(duty *d, size_t at, why *w)
{
    part *q = duty_part(d->e, at);
    const fade_duty_v1 *vt = NULL;
    d->use_of[at] = -1;
    int rc = q->per_cycle ? duty_iface_get(q->desc, &vt, w) : E_OK;
    if (rc || !vt)
        return rc;
    duty_use *u = &d->use[d->nuse];
    d->use_of[at] = (int)d->nuse++;
    *u = (duty_use){ .vt = vt, .part = at, .nrate = vt->rate.n, .ncycle = vt->cycle.n };
    rc = bind_in(d, u, q, w);
    rc = rc ? rc : bind_fill(u, q, w);
    rc = rc ? rc : duty_holds_open(u, q, w);
    if (rc)
        return rc;
    u->rule = rule_of(d, vt);
    duty_rule *r = &d->rule[u->rule];
    u->value = r->nvalue;
    r->nvalue += VALUE_WIDTH(u);
    for (size_t f = 0; f < u->nfill; f++)
        r->open |= u->fill[f].what == FILL_OPEN;
    u->own = makes_own(d, u, q);
    d->lends |= u->own || vt->flags & FADE_LENT_SAMPLES;
    u->rate = d->ncol;
    d->ncol += u->own ? 0 : u->nrate;
    return open_shared(u, q, w);
}

/* Behind bind_physics: the laws are there, no worker is yet. */
int duty_bind(engine *e, why *w)
{
    duty *d = e->duty;
    int rc = E_OK;
    if (!d)
        return E_OK;
    d->rule = mem_zero(e->nparts + 1, sizeof *d->rule);
    d->use = mem_zero(e->nparts + 1, sizeof *d->use);
    d->use_of = mem_zero(e->nparts + 1, sizeof *d->use_of);
    if (!d->rule || !d->use || !d->use_of)
        return fail(w, E_NOMEM, "no memory for a duty");
    d->ncol = S_FIXED;
    for (size_t at = 0; at < e->nparts && !rc; at++)
        rc = bind_use(d, at, w);
    if (!rc && d->nrule > MOST_RULES)
        rc = fail(w, E_INPUT, "the laws of this run book cycles by more than %d different rules", MOST_RULES);
    return rc;
}

bool duty_gives(const engine *e, size_t at, uint32_t input)
{
    const duty_use *u = e->duty && e->duty->use_of[at] >= 0 ? &e->duty->use[e->duty->use_of[at]] : NULL;
    for (size_t f = 0; u && f < u->nfill; f++)
        if (u->fill[f].input == (int)input)
            return true;
    return false;
}

/* "30 days", "1 day", "900 s" */
static void add_span(double seconds, text *out)
{
    static const struct {
        double per;
        const char *word;
    } units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" } };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        double n = seconds / units[i].per;
        if (n >= 1 && fabs(n - round(n)) < 1e-9 * n) {
            text_addf(out, "%.0f %s%s", n, units[i].word, n < 1.5 ? "" : "s");
            return;
        }
    }
    text_addf(out, "%g s", seconds);
}

/* How often each law books the cycles of its samples. */
void duty_plan(const engine *e, text *out)
{
    if (!e->duty)
        return;
    text_add(out, "  duty       rows of ");
    add_span(e->duty->row, out);
    text_addf(out, ", cells keep their %s\n",
              e->sc->duty.keep == DUTY_ENERGY ? "energy" : "swings of the state of charge");
    for (size_t i = 0; i < e->duty->nuse; i++) {
        const duty_use *u = &e->duty->use[i];
        const duty_rule *r = &e->duty->rule[u->rule];
        text_addf(out, "  inside     %s books cycles", duty_part(e, u->part)->sp->label);
        if (r->time > 0) {
            text_add(out, " after ");
            add_span(r->time, out);
        }
        if (r->efc > 0)
            text_addf(out, "%s past %g equivalent full cycles", r->time > 0 ? " or" : "", r->efc);
        text_addf(out, "%s%s\n", r->time > 0 || r->efc > 0 ? "" : " at the ends of rows",
                  u->own ? ", each cell for itself" : "");
    }
}

int duty_open(engine *e, why *w)
{
    duty *d = e->duty = mem_zero(1, sizeof *d);
    if (!d)
        return fail(w, E_NOMEM, "no memory for a duty");
    d->e = e;
    d->row = e->sc->duty.row;
    d->length.at = -1;
    return E_OK;
}

/* ---- streams ---- */

static int add_stream(duty *d, uint32_t *which, why *w)
{
    if (d->nstream == d->capstream) {
        size_t cap = d->capstream ? d->capstream * 2 : 4;
        duty_stream **more = mem_grow(d->stream, cap, sizeof *more);
        if (!more)
            return fail(w, E_NOMEM, "no memory for %zu series of samples", cap);
        d->stream = more;
        d->capstream = cap;
    }
    duty_stream *s = mem_zero(1, sizeof *s);
    if (!s)
        return fail(w, E_NOMEM, "no memory for a series of samples");
    *which = (uint32_t)d->nstream;
    d->stream[d->nstream++] = s;
    s->col = mem_zero(d->ncol, sizeof *s->col);
    s->at = mem_zero(d->nrule + 1, sizeof *s->at);
    s->value = mem_zero(d->nuse + 1, sizeof *s->value);
    return s->col && s->at && s->value ? E_OK : fail(w, E_NOMEM, "no memory for a series of samples");
}

static int cell_room(duty *d, why *w)
{
    uint32_t had = d->capcell;
    if (d->e->ncell <= had)
        return E_OK;
    uint32_t *more = mem_grow(d->stream_of, d->e->capcell, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for %u cells", d->e->ncell);
    d->stream_of = more;
    d->capcell = d->e->capcell;
    for (uint32_t i = had; i < d->capcell; i++)
        more[i] = UINT32_MAX;
    return E_OK;
}

int duty_stream_of(duty *d, const char *cell_name, uint32_t *which, why *w)
{
    uint32_t first, c;
    int rc;
    if (d->any && d->shared != !cell_name)
        return fail(w, E_PLUGIN, "source %s gives samples of one cell beside samples of all", d->e->sc->source.label);
    d->any = true;
    d->shared = !cell_name;
    if (d->shared) {
        *which = 0;
        return d->nstream ? E_OK : add_stream(d, which, w);
    }
    if ((rc = lanes_find(d->e, cell_name, &first, w)) || (rc = cell_room(d, w)))
        return rc;
    c = first / d->e->points;
    if (d->stream_of[c] == UINT32_MAX)
        rc = add_stream(d, &d->stream_of[c], w);
    *which = d->stream_of[c];
    return rc;
}

duty_stream *duty_of_lane(const duty *d, uint32_t lane_index)
{
    uint32_t c = lane_index / d->e->points, which = d->shared ? 0 : c < d->capcell ? d->stream_of[c] : UINT32_MAX;
    return which < d->nstream ? d->stream[which] : NULL;
}

static void free_stream(const duty *d, duty_stream *s)
{
    for (size_t c = 0; s->col && c < d->ncol; c++)
        free(s->col[c]);
    for (size_t r = 0; s->at && r < d->nrule; r++) {
        free(s->at[r].step);
        free(s->at[r].account);
        free(s->at[r].fresh);
        free(s->at[r].event);
    }
    for (size_t i = 0; i < d->nuse; i++)
        free(s->value ? s->value[i] : NULL);
    free(s->col);
    free(s->at);
    free(s->value);
    free(s->made);
    free(s->row);
    free(s->row_step);
    duty_past_free(s->past);
    duty_again_free(d, s->again);
    free(s);
}

void duty_forget_streams(duty *d)
{
    for (size_t i = 0; i < d->nstream; i++)
        free_stream(d, d->stream[i]);
    d->nstream = 0;
    for (uint32_t i = 0; i < d->capcell; i++)
        d->stream_of[i] = UINT32_MAX;
}

void duty_close(duty *d)
{
    if (!d)
        return;
    duty_forget_streams(d);
    for (size_t i = 0; i < d->nuse; i++) {
        duty_use *u = &d->use[i];
        free(u->in);
        free(u->fill);
        free(u->held);
        free(u->in_buf);
        free(u->out_buf);
        free(u->scratch);
        free(u->unknown);
        free(u->param_at);
    }
    free(d->use);
    free(d->use_of);
    free(d->rule);
    free(d->stream);
    free(d->stream_of);
    free(d->memo);
    free(d->buf);
    free(d);
}
