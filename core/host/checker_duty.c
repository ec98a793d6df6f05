/* SPDX-License-Identifier: MIT
 * checker_duty.c - tests of laws that see inside rows (fade.duty/1): their lists, what rates() and cycles() may do, and
 * steps under samples.
 */
#include "core/base/mem.h"
#include "core/host/checker_inside.h"
#include "core/host/duty_iface.h"
#include "core/host/fault.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CASES = 64, WIDE = 1024, LIVE = 5 };

static const fade_column *find(const fade_list *l, const char *key)
{
    for (uint32_t i = 0; i < l->n; i++)
        if (strcmp(((const fade_column *)library_at(l, i))->key, key) == 0)
            return library_at(l, i);
    return NULL;
}

static const fade_column *find_behind(const fade_list *l, const char *before, const char *key)
{
    char name[128];
    snprintf(name, sizeof name, "%s%.100s", before, key);
    return find(l, name);
}

/* The law's inside.  false: it is wrong, which duty-lists says. */
static bool inside_of(trial *t, const fade_duty_v1 **out)
{
    why w = { 0 };
    if (duty_iface_get(t->desc, out, &w))
        trial_skip(t, "its lists are wrong: see duty-lists");
    return *out != NULL;
}

/* ---- lists ---- */

static void input_optional(trial *t, const fade_column *in)
{
    if (in && !(in->flags & FADE_OPTIONAL))
        trial_fail(t, "input %s comes from samples alone: declare it FADE_OPTIONAL, rows do not have it", in->key);
}

/* What rates() or cycles() makes must arrive somewhere: as KEY, or as `other` KEY; rates with samples that are lent. */
static void made_is_heard(trial *t, const fade_list *made, const fade_list *in, const char *name, const char *other)
{
    for (uint32_t i = 0; i < made->n; i++) {
        const char *key = ((const fade_column *)library_at(made, i))->key;
        const fade_column *sum = find(in, key), *also = find_behind(in, other, key);
        bool lost = !sum && (!also || strcmp(name, "cycle") == 0);
        if (lost && also)
            trial_fail(t, "%s %s is no input: what closes is lost, only open_%s is heard", name, key, key);
        else if (lost)
            trial_fail(t, "%s %s is no input of the law, neither %s nor %s%s", name, key, key, other, key);
        input_optional(t, sum);
        input_optional(t, also);
    }
}

void checker_duty_lists(trial *t)
{
    const fade_duty_v1 *v;
    why w = { 0 };
    subject s;
    if (duty_iface_get(t->desc, &v, &w))
        trial_fail(t, "%s", w.text);
    if (!v || !subject_open(t, &s))
        return;
    if (!(v->flags & FADE_LENT_SAMPLES))
        made_is_heard(t, &v->rate, &s.cols.in, "rate", "mean_");
    made_is_heard(t, &v->cycle, &s.cols.in, "cycle", "open_");
    if ((v->flags & FADE_LENT_SAMPLES || v->rate.n) && !v->in.n)
        trial_warn(t, "it asks for samples and reads nothing of them (fade_duty_v1.in is empty)");
    if (v->break_time == 0 && v->break_efc == 0)
        trial_note(t, "it books cycles at the ends of rows: how long a row is changes what it says");
    subject_close(&s);
}

/* ---- rates() and cycles() ---- */

typedef struct probe {
    subject     *s;
    const char  *what;                            /* "rates", "cycles" */
    int32_t    (*f)(const void *, fade_tile *);
    fade_columns cols;                            /* in and out of it */
    void        *worker;
    rig         *r;
    int32_t      rc;
} probe;

/* Where temperature may lie: as the law's own input says, else where batteries live. */
static void temperatures(const subject *s, double *lo, double *hi)
{
    const fade_column *c = find(&s->cols.in, "temperature_mean");
    *lo = 253.15;
    *hi = 333.15;
    if (c && c->lo < c->hi && strcmp(c->unit, "K") == 0) {
        *lo = c->lo;
        *hi = c->hi;
    }
}

/* Of case k column `key` of a sample or a rainflow cycle: the ends of each range first. */
static double value_of(const probe *p, const char *key, uint32_t k, uint32_t which)
{
    double u = k < 4 ? (double)((k >> (which & 1)) & 1) : trial_draw(p->s->t->opt->seed, k, which, 11), lo, hi;
    temperatures(p->s, &lo, &hi);
    const struct { const char *key; double lo, hi;
    } ranges[] = {
        { "soc", 0, 1 },
        { "temperature", lo, hi },
        { "anode_potential", 0.05, 0.7 },
        { "c_rate", -2, 2 },
        { "time", 0, 3e8 },
        { "depth", 1e-4, 1 },
        { "soc_mean", 0, 1 },
        { "temperature_mean", lo, hi },
        { "duration", 1, 1e7 },
    };
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (strcmp(ranges[i].key, key) == 0)
            return ranges[i].lo + u * (ranges[i].hi - ranges[i].lo);
    return u;
}

static void probe_close(probe *p)
{
    if (p->worker && p->s->vt->leave)
        p->s->vt->leave(p->worker);
    rig_close(p->r);
    *p = (probe){ 0 };
}

/* n samples, or cycles, with the cases of[] (NULL: 0..n-1); every one has the same parameters, as the host gives them.
 */
static bool probe_open(subject *s, const fade_duty_v1 *v, bool cycles, uint32_t n, const uint32_t *of, probe *p)
{
    why w = { 0 };
    *p = (probe){ .s = s, .what = cycles ? "cycles" : "rates", .f = cycles ? v->cycles : v->rates };
    p->cols.in = cycles ? (fade_list){ duty_iface_cycle_in, 4, sizeof(fade_column) } : v->in;
    p->cols.out = cycles ? v->cycle : v->rate;
    size_t scratch = s->vt->scratch ? s->vt->scratch(s->model, n) : 0;
    int32_t rc = s->vt->enter ? s->vt->enter(s->model, n, &p->worker) : FADE_OK;
    if (rc)
        trial_refusal(s->t, &s->host, rc, "enter");
    else if (rig_open(s->t->desc, &p->cols, n, scratch, &p->r, &w))
        trial_fail(s->t, "no memory for %u samples: %s", n, w.text);
    if (!p->r) {
        probe_close(p);
        return false;
    }
    uint32_t k = 0;
    for (uint32_t i = 0; i < s->t->desc->params.n; i++) {
        const fade_param *q = library_at(&s->t->desc->params, i);
        for (uint32_t lane = 0; q->flags & FADE_PER_CELL && lane < n; lane++)
            p->r->param[k][lane] = s->t->value[i].real;
        k += (q->flags & FADE_PER_CELL) != 0;
    }
    for (uint32_t c = 0; c < p->cols.in.n; c++)
        for (uint32_t lane = 0; lane < n; lane++)
            p->r->in[c][lane] =
                value_of(p, ((const fade_column *)library_at(&p->cols.in, c))->key, of ? of[lane] : lane, c);
    fade_tile host = { .size = sizeof host,
                       .n = n,
                       .live = n,
                       .param = p->r->tile.param,
                       .in = p->r->tile.in,
                       .out = p->r->out,
                       .status = p->r->tile.status,
                       .scratch = p->r->tile.scratch,
                       .worker = p->worker };
    p->r->tile = host;                            /* nothing else is set */
    return true;
}

static void probe_f(void *ctx)
{
    probe *p = ctx;
    fade_tile *b = &p->r->tile;
    for (uint32_t i = 0; i < b->n; i++)
        b->status[i] = 0;
    for (uint32_t c = 0; c < p->cols.out.n; c++)
        for (uint32_t i = 0; i < b->n; i++)
            p->r->out[c][i] = NAN;
    p->rc = p->f(p->s->model, b);
}

/* Called with what it may only read protected.  false: said. */
static bool probe_call(probe *p)
{
    trial *t = p->s->t;
    const void *address;
    const rig_column *c = NULL;
    if (!rig_try(p->r, probe_f, p, &address)) {
        c = rig_where(p->r, address);
        if (c)
            trial_fail(t, "%s writes to %s[%s], which it may only read", p->what, c->role, c->key);
        else
            trial_fail(
                t,
                "%s reaches for memory that is not its own (%p): of its tile n, live, in, param, out, status, scratch "
                "and worker are set",
                p->what, address);
    } else if ((c = rig_overrun(p->r)))
        trial_fail(t, "%s writes behind the end of %s[%s]", p->what, c->role, c->key);
    else if (p->rc < 0)
        trial_fail(t, "%s returns %s%s%s", p->what, trial_word(p->rc), *p->s->host.text ? ": " : " without a sentence",
                   p->s->host.text);
    else
        return true;
    return false;
}

/* Numbers for every sample; one it refuses by its status is a warning: the run ends there. */
static bool numbers(const probe *p)
{
    for (uint32_t i = 0; i < p->r->tile.live; i++)
        for (uint32_t k = 0; k < p->cols.out.n; k++) {
            const char *key = ((const fade_column *)library_at(&p->cols.out, k))->key;
            char at[300] = "";
            size_t n = 0;
            for (uint32_t c = 0; c < p->cols.in.n && n < 250; c++)
                n += (size_t)snprintf(at + n, sizeof at - n, "%s%.30s %g", c ? ", " : "",
                                      ((const fade_column *)library_at(&p->cols.in, c))->key, p->r->in[c][i]);
            if (p->r->tile.status[i] < 0) {
                trial_warn(p->s->t, "%s refuses (%s) %s: a run ends there", p->what, trial_word(p->r->tile.status[i]),
                           at);
                return false;
            }
            if (!isfinite(p->r->out[k][i])) {
                trial_fail(p->s->t, "%s makes %s %g of %s", p->what, key, p->r->out[k][i], at);
                return false;
            }
        }
    return true;
}

/* Lane i of a is lane j of b. */
static bool same(const probe *a, uint32_t i, const probe *b, uint32_t j, const char *how)
{
    for (uint32_t k = 0; k < a->cols.out.n; k++) {
        double u = a->r->out[k][i], v = b->r->out[k][j];
        if (memcmp(&u, &v, sizeof u) == 0)
            continue;
        trial_fail(a->s->t, "%s of the same sample differs %s: %s is %.17g against %.17g", a->what, how,
                   ((const fade_column *)library_at(&a->cols.out, k))->key, u, v);
        return false;
    }
    return true;
}

/* Another tile gives the same bits for the same cases. */
static bool agrees(subject *s, const fade_duty_v1 *v, const probe *first, uint32_t n, const uint32_t *of,
                   const char *how)
{
    probe p;
    bool ok = probe_open(s, v, first->what[0] == 'c', n, of, &p);
    ok = ok && probe_call(&p);
    for (uint32_t i = 0; ok && i < n; i++)
        if ((of ? of[i] : i) < CASES)
            ok = same(&p, i, first, of ? of[i] : i, how);
    if (p.r)
        probe_close(&p);
    return ok;
}

/* A parameter that is FADE_STEP_ONLY is unknown where lanes differ, what is FADE_OPTIONAL of a sample always; what pads
 * a tile is anything. */
static bool unread(subject *s, const fade_duty_v1 *v, const probe *first)
{
    probe p;
    bool ok = probe_open(s, v, first->what[0] == 'c', 8, NULL, &p);
    if (!ok)
        return false;
    for (uint32_t i = 0, k = 0; i < s->t->desc->params.n; i++) {
        const fade_param *q = library_at(&s->t->desc->params, i);
        for (uint32_t lane = 0; q->flags & FADE_STEP_ONLY && lane < 8; lane++)
            p.r->param[k][lane] = NAN;
        k += (q->flags & FADE_PER_CELL) != 0;
    }
    ok = probe_call(&p);
    for (uint32_t i = 0; ok && i < 8; i++)
        ok = same(&p, i, first, i, "when parameters that are FADE_STEP_ONLY are unknown");
    for (uint32_t c = 0; c < p.cols.in.n; c++)
        for (uint32_t i = 0; ((const fade_column *)library_at(&p.cols.in, c))->flags & FADE_OPTIONAL && i < 8; i++)
            p.r->in[c][i] = NAN;
    ok = ok && probe_call(&p);
    for (uint32_t i = 0; ok && i < 8; i++)
        ok = same(&p, i, first, i, "when what is FADE_OPTIONAL of a sample is unknown");
    for (uint32_t c = 0; c < p.cols.in.n; c++)
        for (uint32_t i = LIVE; i < 8; i++)
            p.r->in[c][i] = NAN;
    p.r->tile.live = LIVE;
    ok = ok && probe_call(&p);
    for (uint32_t i = 0; ok && i < LIVE; i++)
        ok = same(&p, i, first, i, "with garbage in the padding");
    probe_close(&p);
    return ok;
}

static void allocates(trial *t, probe *p)
{
    why w = { 0 };
    if (!strchr(t->path, '/') || fault_open(t->path, &w))
        return;
    fault_arm(0);
    probe_f(p);
    if (fault_count() > 0)
        trial_fail(t, "%s allocates memory (%ld times): use scratch() or enter()", p->what, fault_count());
}

static void function_check(subject *s, const fade_duty_v1 *v, bool cycles)
{
    uint32_t mixed[CASES];
    probe p;
    for (uint32_t i = 0; i < CASES; i++)
        mixed[i] = (i * 37 + 11) % CASES;                 /* no common factor */
    if (!probe_open(s, v, cycles, CASES, NULL, &p))
        return;
    if (probe_call(&p) && numbers(&p)) {
        bool ok = agrees(s, v, &p, CASES, NULL, "from call to call");
        ok = ok && agrees(s, v, &p, 8, NULL, "by how many lie in a tile");
        ok = ok && agrees(s, v, &p, WIDE, NULL, "by how many lie in a tile");
        ok = ok && agrees(s, v, &p, CASES, mixed, "by where it lies");
        ok = ok && unread(s, v, &p);
        if (ok)
            allocates(s->t, &p);
    }
    probe_close(&p);
}

void checker_duty_rates(trial *t)
{
    const fade_duty_v1 *v;
    subject s;
    if (!inside_of(t, &v) || !subject_open(t, &s))
        return;
    if (v->rates)
        function_check(&s, v, false);
    if (v->cycles && t->status < CHECKER_WARN)
        function_check(&s, v, true);
    if (!v->rates && !v->cycles)
        trial_note(t, "it has neither rates() nor cycles()");
    subject_close(&s);
}

/* ---- steps ---- */

enum { SAMPLES = 16, LANES = 8, CHECKER_COLUMNS = 256 };

static uint32_t wide(const fade_column *c) { return c->width ? c->width : 1; }

typedef struct book {                             /* what a step of the host would be given */
    double dt, time;                              /* of what is booked, of the seconds that pass: how much; 0: none */
    double stress;                                /* of what only cycles go by: times this */
} book;

typedef struct lent {
    fade_samples         set;
    const fade_samples  *of[LANES];
    double               weight[SAMPLES];
    const double        *at[2 * DUTY_MOST_IN];
} lent;

/* Inputs that tell of cycles alone. */
static bool of_cycles(const char *key)
{
    static const char *const keys[] = { "depth",  "c_rate", "c_rate_mean", "c_rate_charge", "c_rate_discharge",
                                        "soc_min", "soc_max", "efc" };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

/* The mean over the probe's cases; every lane gets the same. */
static double mean_of(const probe *p, const char *key)
{
    double sum = 0;
    for (uint32_t k = 0; p->r && k < p->cols.out.n; k++)
        for (uint32_t i = 0; i < SAMPLES && strcmp(((const fade_column *)library_at(&p->cols.out, k))->key, key) == 0;
             i++)
            sum += p->r->out[k][i] / SAMPLES;
    return sum;
}

static const char *behind(const char *key, const char *before)
{
    return text_starts(key, before) ? key + strlen(before) : key;
}

/* One input of a lane; NaN is what the host leaves it. */
static double input_of(const fade_duty_v1 *v, const probe *rate, const probe *cycle, const char *key, double now,
                       book b)
{
    const double day = 86400;
    if (find(&v->rate, key))
        return mean_of(rate, key) * day * b.time;
    if (find(&v->rate, behind(key, "mean_")))
        return b.dt > 0 ? mean_of(rate, behind(key, "mean_")) : (double)NAN;
    if (find(&v->cycle, key))
        return mean_of(cycle, key) * b.dt;
    if (find(&v->cycle, behind(key, "open_")))
        return mean_of(cycle, behind(key, "open_"));
    if (strcmp(key, "duration") == 0)
        return day * b.time;
    if (strcmp(key, "span") == 0)
        return day * (b.dt > 0 ? b.dt : 1);
    return of_cycles(key) ? now * b.stress : now;
}

static void step_inputs(ride *a, const fade_duty_v1 *v, const probe *rate, const probe *cycle, book b)
{
    double depth[LANES];
    const fade_list *in = &a->s->cols.in;
    ride_inputs(a);
    for (uint32_t i = 0; i < in->n; i++)
        for (uint32_t lane = 0; lane < LANES; lane++) {
            const char *key = ((const fade_column *)library_at(in, i))->key;
            double *at = &a->r->in[i][lane];
            *at = input_of(v, rate, cycle, key, *at, b);
            if (strcmp(key, "depth") == 0)
                depth[lane] = *at;
        }
    for (uint32_t lane = 0; lane < LANES; lane++)
        a->r->dt[lane] = b.dt;
    for (uint32_t i = 0; i < in->n; i++)
        for (uint32_t lane = 0; lane < LANES && find(in, "depth"); lane++)
            if (strcmp(((const fade_column *)library_at(in, i))->key, "efc") == 0)
                a->r->in[i][lane] = depth[lane] * (b.dt > 0 ? b.dt : 1);
}

static void lend(ride *a, const fade_duty_v1 *v, const probe *rate, lent *l, bool booked)
{
    *l = (lent){ .set = { .size = sizeof l->set, .n = SAMPLES, .live = SAMPLES, .weight = l->weight, .in = l->at,
                          .rate = l->at + v->in.n } };
    for (uint32_t i = 0; i < SAMPLES; i++)
        l->weight[i] = 1.0 / SAMPLES;
    for (uint32_t k = 0; rate->r && k < v->in.n; k++)
        l->at[k] = rate->r->in[k];
    for (uint32_t k = 0; rate->r && k < v->rate.n; k++)
        l->at[v->in.n + k] = rate->r->out[k];
    bool wants = v->flags & FADE_LENT_SAMPLES && booked && rate->r;
    for (uint32_t i = 0; i < LANES; i++)
        l->of[i] = wants ? &l->set : NULL;
    a->r->tile.samples = l->of;
}

/* One step as the host takes it under a duty; false: refused, nothing can be said. */
static bool step_of(ride *a, const fade_duty_v1 *v, const probe *rate, const probe *cycle, book b)
{
    lent l;
    step_inputs(a, v, rate, cycle, b);
    lend(a, v, rate, &l, b.dt > 0);
    bool ok = ride_call(a, "step", a->s->vt->step) == FADE_OK;
    a->r->tile.samples = NULL;
    for (uint32_t lane = 0; lane < LANES; lane++)
        ok = ok && a->r->tile.status[lane] == 0;
    for (uint32_t i = 0; ok && i < a->s->cols.state.n; i++) {
        const fade_column *c = library_at(&a->s->cols.state, i);
        memcpy(a->r->x[i], a->r->x1[i], LANES * (size_t)wide(c) * sizeof(double));
    }
    a->row++;
    return ok;
}

typedef struct steps {                            /* two tiles that began alike, and where they began */
    ride  a, b, before;
    probe rate, cycle;
    const fade_duty_v1 *v;
} steps;

static bool pair(steps *k, book a, book b)
{
    return step_of(&k->a, k->v, &k->rate, &k->cycle, a) && step_of(&k->b, k->v, &k->rate, &k->cycle, b);
}

static bool alike(steps *k, double tolerance, const char *what)
{
    const fade_list *state = &k->a.s->cols.state;
    for (uint32_t i = 0; i < state->n; i++) {
        const fade_column *c = library_at(state, i);
        for (uint32_t j = 0; j < LANES * wide(c); j++) {
            double a = k->a.r->x[i][j], b = k->b.r->x[i][j], was = k->before.r->x[i][j];
            if (fabs(a - b) <= tolerance * fabs(b - was) + 1e-12 * fabs(b))
                continue;
            trial_fail(k->a.s->t, "%s: x[%s] is %.12g against %.12g", what, c->key, a, b);
            return false;
        }
    }
    return true;
}

/* All three stand where `from` does. */
static void together(steps *k, const ride *from)
{
    ride *to[] = { &k->a, &k->b, &k->before };
    for (int r = 0; r < 3; r++)
        for (uint32_t i = 0; to[r] != from && i < from->s->cols.state.n; i++) {
            const fade_column *c = library_at(&from->s->cols.state, i);
            memcpy(to[r]->r->x[i], from->r->x[i], LANES * (size_t)wide(c) * sizeof(double));
        }
}

/* Asked for one output alone, as a step inside a row is, it says the same of that one and goes as far. */
static bool one_output(steps *k)
{
    static const book both = { 1, 1, 1 };
    const fade_list *out = &k->a.s->cols.out;
    bool ok = true;
    for (uint32_t i = 0; ok && i < out->n; i++) {
        const fade_column *c = library_at(out, i);
        together(k, &k->before);
        k->a.r->tile.only = i + 1;
        ok = pair(k, both, both);
        k->a.r->tile.only = 0;
        ok = ok && alike(k, 0, "asked for one output alone (only) it steps otherwise");
        if (ok && memcmp(k->a.r->out[i], k->b.r->out[i], LANES * wide(c) * sizeof(double)) != 0) {
            trial_fail(k->a.s->t, "out[%s] is %.12g where it alone is asked for (only), else %.12g", c->key,
                       k->a.r->out[i][0], k->b.r->out[i][0]);
            ok = false;
        }
    }
    return ok;
}

/* Two steps of a half are one; where nothing passes and nothing is booked nothing moves; between break points cycles
 * stand. */
static bool compare(steps *k)
{
    static const book none = { 0, 0, 1 }, time = { 0, 1, 1 }, half_time = { 0, .5, 1 }, other = { 0, 1, .6 };
    static const book cycles = { 1, 0, 1 }, half_cycles = { .5, 0, 1 };
    bool ok = step_of(&k->a, k->v, &k->rate, &k->cycle, none);
    ok = ok && alike(k, 0, "a step without time and cycles moves the state");
    together(k, &k->before);
    ok = ok && pair(k, time, other);
    ok = ok &&
         alike(k, 0, "between break points (dt = 0) the state follows depth, C-rates or efc of what was booked before");
    together(k, &k->before);
    ok = ok && pair(k, time, half_time) && step_of(&k->b, k->v, &k->rate, &k->cycle, half_time);
    ok = ok && alike(k, 1e-6, "a step of a day and two of half a day differ");
    together(k, &k->before);
    ok = ok && pair(k, cycles, half_cycles) && step_of(&k->b, k->v, &k->rate, &k->cycle, half_cycles);
    ok = ok && alike(k, 1e-6, "cycles booked at once and by halves differ");
    return ok && one_output(k);
}

/* ---- steps of a row at once ---- */

typedef struct at_once {
    fade_steps of;                                /* first: left() gets this */
    bool       loss;                              /* else the output is a capacity, */
    double     c0;                                /* .. this at first */
    uint32_t   output;
    uint8_t    scaled[CHECKER_COLUMNS], ends[LANES];
    double     health[LANES + 1];
} at_once;

static double left(const fade_steps *s, double v)
{
    const at_once *m = (const at_once *)s;
    double h = m->loss ? 1 - v : v / m->c0;
    return h > 0.01 ? fmin(h, 10) : 0.01;
}

static void left_all(const fade_steps *s, uint32_t n, const double *v, double *health)
{
    for (uint32_t i = 0; i < n; i++)
        health[i] = left(s, v[i]);
}

/* What says how much is left; false: nothing does, or there are more inputs than there is room for. */
static bool at_once_open(const steps *k, at_once *m)
{
    const fade_columns *cols = &k->a.s->cols;
    bool has = false;
    *m = (at_once){ .of = { .size = sizeof m->of, .left = left, .left_all = left_all } };
    for (uint32_t i = 0; i < cols->out.n && !has; i++) {
        const char *key = ((const fade_column *)library_at(&cols->out, i))->key;
        m->loss = strcmp(key, "loss") == 0;
        has = m->loss || strcmp(key, "capacity") == 0;
        m->output = i;
    }
    for (uint32_t i = 0; i < cols->in.n && i < CHECKER_COLUMNS; i++) {
        const char *key = ((const fade_column *)library_at(&cols->in, i))->key;
        m->scaled[i] = text_starts(key, "c_rate") || strcmp(key, "efc") == 0;
    }
    m->of.scaled = m->scaled;
    m->of.ends = m->ends;
    m->of.health = m->health;
    m->of.output = m->output;
    m->health[0] = 0.9;
    return has && cols->in.n <= CHECKER_COLUMNS;
}

/* Break points with more and more stress, and two stretches of time between them. */
static book book_of(uint32_t j) { return (book){ j % 3 == 1 ? 0 : 1, 1, 1 - 0.05 * j }; }

/* All lanes of a ride are its first one. */
static void one_cell(ride *a)
{
    const fade_list *state = &a->s->cols.state;
    for (uint32_t i = 0; i < a->r->nparam; i++)
        for (uint32_t lane = 1; lane < LANES; lane++)
            a->r->param[i][lane] = a->r->param[i][0];
    for (uint32_t i = 0; i < state->n; i++)
        for (uint32_t j = 0; j < LANES * wide(library_at(state, i)); j++)
            a->r->x[i][j] = a->r->x[i][j / LANES * LANES];
}

/* Lane j of `to` gets what the first lane of `from` has for step j, with all its capacity. */
static void lay_steps(const steps *k, ride *to, ride *from, at_once *m)
{
    for (uint32_t j = 0; j < LANES; j++) {
        step_inputs(from, k->v, &k->rate, &k->cycle, book_of(j));
        m->ends[j] = from->r->dt[0] > 0;
        to->r->dt[j] = from->r->dt[0];
        for (uint32_t i = 0; i < to->s->cols.in.n; i++)
            to->r->in[i][j] = from->r->in[i][0];
        to->r->t[j] = from->r->t[0];
        to->r->id[j] = from->r->id[0];
        to->r->row[j] = from->r->row[0];
    }
}

/* Step j of `a` by step(), in all lanes, of the health that is left by then. */
static bool step_alone(const steps *k, ride *one, const ride *all, uint32_t j, at_once *m)
{
    lent l;
    for (uint32_t lane = 0; lane < LANES; lane++) {
        for (uint32_t i = 0; i < one->s->cols.in.n; i++)
            one->r->in[i][lane] = all->r->in[i][j] * (m->scaled[i] ? m->health[j] : 1);
        one->r->dt[lane] = all->r->dt[j] * m->health[j];
        one->r->t[lane] = all->r->t[j];
        one->r->row[lane] = all->r->row[j];
        one->r->id[lane] = all->r->id[j];
    }
    lend(one, k->v, &k->rate, &l, m->ends[j]);
    bool ok = ride_call(one, "step", one->s->vt->step) == FADE_OK && one->r->tile.status[0] == 0;
    one->r->tile.samples = NULL;
    for (uint32_t i = 0; ok && i < one->s->cols.state.n; i++) {
        const fade_column *c = library_at(&one->s->cols.state, i);
        memcpy(one->r->x[i], one->r->x1[i], LANES * (size_t)wide(c) * sizeof(double));
    }
    m->health[j + 1] = m->ends[j] ? left(&m->of, one->r->out[m->output][0]) : m->health[j];
    return ok;
}

static void lists_alike(trial *t, const fade_list *l, double *const *a, double *const *b, const char *role)
{
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        for (uint32_t j = 0; j < wide(c); j++)
            if (memcmp(&a[i][j * LANES], &b[i][j * LANES], sizeof(double)) != 0) {
                trial_fail(t, "%s[%s] is %.17g behind %u steps at once, %.17g behind one and one", role, c->key,
                           a[i][j * LANES], LANES, b[i][j * LANES]);
                return;
            }
    }
}

/* The steps of `a` at once, of `b` one behind the other. */
static void rows_alike(steps *k)
{
    trial *t = k->a.s->t;
    fade_tile *b = &k->a.r->tile;
    at_once m, alone;
    lent l;
    if (!at_once_open(k, &m)) {
        trial_note(t, "no output says how much is left");
        return;
    }
    one_cell(&k->a);
    together(k, &k->a);
    one_cell(&k->b);
    lay_steps(k, &k->a, &k->b, &m);
    alone = m;
    alone.c0 = m.c0 = 1;
    lend(&k->a, k->v, &k->rate, &l, true);
    for (uint32_t j = 0; j < LANES; j++)
        l.of[j] = k->v->flags & FADE_LENT_TO_STEPS && m.ends[j] ? l.of[j] : NULL;
    rig_ready(k->a.r);
    b->worker = k->a.worker;
    int32_t rc = k->v->steps(k->a.model, b, &m.of);
    const rig_column *over = rig_overrun(k->a.r);
    b->samples = NULL;
    if (over)
        trial_fail(t, "steps writes behind the end of %s[%s]", over->role, over->key);
    if (rc < 0) {
        trial_note(t, "steps() refuses (%s): step() is asked", trial_word(rc));
        return;
    }
    bool ok = !over;
    for (uint32_t j = 0; j < LANES && ok; j++)
        ok = step_alone(k, &k->b, &k->a, j, &alone);
    for (uint32_t j = 1; j <= LANES && ok; j++)
        if (memcmp(&m.health[j], &alone.health[j], sizeof(double)) != 0) {
            trial_fail(t, "the health behind step %u is %.17g at once, %.17g one behind the other", j, m.health[j],
                       alone.health[j]);
            return;
        }
    if (!ok)
        return;
    lists_alike(t, &k->a.s->cols.state, k->a.r->x1, k->b.r->x1, "x1");
    lists_alike(t, &k->a.s->cols.out, k->a.r->out, k->b.r->out, "out");
}

/* A law that has begun, as three tiles; false: said, or nothing to say. */
static bool steps_open(subject *s, steps *k)
{
    static const book both = { 1, 1, 1 };
    bool ok = (!k->v->in.n || !k->v->rates ||
               (probe_open(s, k->v, false, SAMPLES, NULL, &k->rate) && probe_call(&k->rate))) &&
              (!k->v->cycles || (probe_open(s, k->v, true, SAMPLES, NULL, &k->cycle) && probe_call(&k->cycle)));
    ok = ok && ride_open(s, s->model, LANES, NULL, &k->a) && ride_open(s, s->model, LANES, NULL, &k->b) &&
         ride_open(s, s->model, LANES, NULL, &k->before);
    k->a.still = k->b.still = k->before.still = true;
    for (int i = 0; ok && i < 5; i++)
        ok = step_of(&k->a, k->v, &k->rate, &k->cycle, both);
    return ok;
}

static void steps_close(steps *k)
{
    ride_close(&k->a);
    ride_close(&k->b);
    ride_close(&k->before);
    if (k->rate.r)
        probe_close(&k->rate);
    if (k->cycle.r)
        probe_close(&k->cycle);
}

void checker_duty_steps(trial *t)
{
    steps k = { 0 };
    subject s;
    if (!inside_of(t, &k.v) || !subject_open(t, &s))
        return;
    bool ok = steps_open(&s, &k);
    if (ok) {
        together(&k, &k.a);
        ok = compare(&k);
    }
    if (!ok && t->status < CHECKER_WARN)
        trial_note(t, "steps under samples are not taken with these inputs");
    steps_close(&k);
    subject_close(&s);
}

void checker_duty_rows(trial *t)
{
    steps k = { 0 };
    subject s;
    if (!inside_of(t, &k.v))
        return;
    if (!FADE_HAS(k.v, steps) || !k.v->steps) {
        trial_note(t, "it has no steps()");
        return;
    }
    if (!subject_open(t, &s))
        return;
    if (steps_open(&s, &k))
        rows_alike(&k);
    else if (t->status < CHECKER_WARN)
        trial_note(t, "steps under samples are not taken with these inputs");
    steps_close(&k);
    subject_close(&s);
}
