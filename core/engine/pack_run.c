/* SPDX-License-Identifier: MIT
 * pack_run.c - how the current of a pack is shared: cells in parallel have one voltage, groups in series one current.
 *
 * Each cell is asked for its voltage under a current; near it V = a - R I, R by a secant of the last two answers.  What
 * the lines of the cells say of the pack is closed: I of a cell from its group's voltage, that from the pack's current,
 * and this from what is held.  Every pack goes on until its own lines meet; one that has them keeps its currents, so
 * that no pack depends on those beside it.  Under a current, without parallel cells, the first answer is it.
 *
 * A step holds for each cell the mean of its current now and at the end, and the end is where all must meet: second
 * order, and what a tester adds up by trapezoids is the charge of the cells.
 */
#include "core/engine/pack.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ROUNDS = 60, EASY_ROUNDS = 12 };
static const double CLOSE = 1e-9, NEAR = 1e-6;    /* V: how well voltages of a group must agree; after EASY_ROUNDS */
static const double SLIDE = 2e-3;                 /* V: what currents may change by in a step, times -dV/dI */

/* ---- reports ----------------------------------------------------------------------------------------------------- */

/* The pack at work on this thread: a cell's complaint belongs to its pack, and counts only if the pack gives up. */
static _Thread_local struct { const pack *p; uint32_t n; char *said; } here;

void pack_report(const fade_host *h, const fade_report *r)
{
    const pack *p = (const pack *)(const void *)h;
    if (r->lane < 0 || here.p != p) {
        p->real->report(p->real, r);
        return;
    }
    char say[PACK_SAID];
    uint32_t c = (uint32_t)r->lane / here.n, i = (uint32_t)r->lane % here.n;
    snprintf(say, sizeof say, "cell s%up%u: %s", c / p->parallel + 1, c % p->parallel + 1, r->text);
    fade_report mine = *r;
    mine.lane = (int32_t)i;
    mine.text = say;
    if (r->level < 3)
        p->real->report(p->real, &mine);
    else if (here.said && !here.said[(size_t)i * PACK_SAID])
        memcpy(here.said + (size_t)i * PACK_SAID, say, sizeof say);
}

static void give_up(const pack *p, pack_desk *d, fade_tile *b, uint32_t i, int32_t code)
{
    const char *say = d->said + (size_t)i * PACK_SAID;
    fade_report r = { .level = 3, .code = code, .file = __FILE__, .line = __LINE__, .lane = (int32_t)i };
    r.text = *say ? say : "the cells of the pack find no currents that meet what is held";
    b->status[i] = code;
    p->real->report(p->real, &r);
}

/* ---- the desk ---------------------------------------------------------------------------------------------------- */

size_t pack_scratch(const void *model, uint32_t n)
{
    const pack *p = model;
    size_t N = (size_t)p->cells * n, columns = p->cell.in.n + p->q->nparam + 2 * p->wout + 10;
    size_t pointers = 2 * (p->cell.in.n + p->q->nparam + 2 * p->nout + 8) * sizeof(void *);
    size_t inner = p->vt->scratch ? p->vt->scratch(p->model, (uint32_t)N) : 0;
    size_t lanes = (columns + 4) * N * 8, packs = (size_t)n * (2 * p->series * 8 + PACK_SAID + 24);
    return lanes + packs + pointers + inner + 2048;
}

static void *cut(char **at, size_t bytes)
{
    void *here_ = *at;
    *at += (bytes + 63) / 64 * 64;
    return here_;
}

static void lay_desk(const pack *p, const fade_tile *b, pack_desk *d)
{
    char *at = b->scratch;
    uint32_t n = b->n, nparam = p->q->nparam;
    size_t N = (size_t)p->cells * n, bytes = N * sizeof(double);
    double **own[] = { &d->I, &d->V, &d->I0, &d->V0, &d->R, &d->start, &d->dt, &d->t, &d->wish };
    d->in = cut(&at, (p->cell.in.n + 1) * sizeof *d->in);
    d->out = cut(&at, (p->nout + 1) * sizeof *d->out);
    d->end = cut(&at, (p->nout + 1) * sizeof *d->end);
    d->param = cut(&at, (nparam + 1) * sizeof *d->param);
    for (uint32_t k = 0; k < p->cell.in.n; k++)
        d->in[k] = cut(&at, bytes);
    for (uint32_t k = 0; k < p->nout; k++) {
        const fade_column *c = library_at(&p->cell.out, k);
        d->out[k] = cut(&at, bytes * (c->width ? c->width : 1));
        d->end[k] = cut(&at, bytes * (c->width ? c->width : 1));
    }
    for (uint32_t k = 0; k < nparam; k++)
        d->param[k] = p->spread[k] < 0 ? cut(&at, bytes) : NULL;
    for (size_t k = 0; k < sizeof own / sizeof *own; k++)
        *own[k] = cut(&at, bytes);
    d->id = cut(&at, N * sizeof *d->id);
    d->row = cut(&at, N * sizeof *d->row);
    d->status = cut(&at, N * sizeof *d->status);
    d->kept = cut(&at, N * sizeof *d->kept);
    d->a = cut(&at, (size_t)p->series * n * sizeof(double));
    d->b = cut(&at, (size_t)p->series * n * sizeof(double));
    d->verdict = cut(&at, n * sizeof *d->verdict);
    d->busy = cut(&at, n);
    d->alone = cut(&at, n);
    d->said = cut(&at, (size_t)n * PACK_SAID);
    d->cell = (fade_tile){ .size = sizeof d->cell, .n = (uint32_t)N, .live = (uint32_t)N, .id = d->id, .row = d->row,
                           .t = d->t, .dt = d->dt, .param = d->param, .in = (const double *const *)d->in, .x = b->x,
                           .x1 = b->x1, .out = d->out, .wish = d->wish, .status = d->status, .scratch = at,
                           .worker = b->worker };
}

static uint64_t cell_id(uint64_t id, uint32_t c) { return (id + c + 1) * 0x9e3779b97f4a7c15u ^ id >> 17; }

/* What the cells are told of the pack.  `spread`: the columns that hold each cell's own values. */
static void open_desk(const pack *p, const fade_tile *b, pack_desk *d, double *const *spread, bool still)
{
    uint32_t n = b->n, nparam = p->q->nparam;
    lay_desk(p, b, d);
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t to = (size_t)c * n;
        for (uint32_t k = 0; k < p->cell.in.n; k++)
            memcpy(d->in[k] + to, b->in[k], n * sizeof(double));
        for (uint32_t k = 0; k < nparam; k++)
            for (uint32_t i = 0; p->spread[k] < 0 && i < n; i++)
                ((double *)(uintptr_t)d->param[k])[to + i] = b->param[k][i] * p->down[k];
        for (uint32_t i = 0; i < n; i++) {
            d->dt[to + i] = still ? 0 : b->dt[i];
            d->t[to + i] = b->t[i];
            d->id[to + i] = cell_id(b->id[i], c);
            d->row[to + i] = b->row[i];
        }
    }
    for (uint32_t k = 0; k < nparam; k++)
        if (p->spread[k] >= 0)
            d->param[k] = spread[p->spread[k]];
    memset(d->said, 0, (size_t)n * PACK_SAID);
    memset(d->verdict, 0, n * sizeof *d->verdict);
}

static int32_t call(const pack *p, pack_desk *d, int32_t (*f)(const void *, fade_tile *), double *const *out)
{
    memset(d->status, 0, d->cell.n * sizeof *d->status);
    here.p = p;
    here.n = d->cell.n / p->cells;
    here.said = d->said;
    d->cell.out = out;
    int32_t rc = f(p->model, &d->cell);
    here.p = NULL;
    return rc;
}

/* What the cells say at t, under their currents. */
static int32_t ask_now(const pack *p, fade_tile *b, pack_desk *d)
{
    (void)b;
    memcpy(d->in[p->demand], d->I, d->cell.n * sizeof(double));
    return call(p, d, p->vt->observe, d->end);
}

/* What they say at t + dt, under the currents there, when those between hold till then. */
static int32_t ask_then(const pack *p, fade_tile *b, pack_desk *d)
{
    size_t N = d->cell.n;
    bool all_alone = true;
    for (size_t l = 0; l < N; l++) {
        d->wish[l] = INFINITY;
        d->in[p->demand][l] = d->alone[l % b->n] ? d->I[l] : (d->start[l] + d->I[l]) / 2;
        all_alone = all_alone && d->alone[l % b->n];
    }
    int32_t rc = call(p, d, p->vt->step, d->out);
    if (rc < 0 || all_alone)
        return rc;
    memcpy(d->kept, d->status, N * sizeof *d->kept);
    memcpy(d->in[p->demand], d->I, N * sizeof(double));
    d->cell.x = (const double *const *)b->x1;
    rc = call(p, d, p->vt->observe, d->end);
    d->cell.x = b->x;
    for (size_t l = 0; l < N; l++)
        if (d->alone[l % b->n] || d->kept[l] != FADE_OK)
            d->status[l] = d->kept[l];
    return rc;
}

/* ---- currents ---------------------------------------------------------------------------------------------------- */

/* The pack's current, of which V = A - B I, under what is held; false: there is none. */
static bool meet(const fade_tile *b, const pack *p, uint32_t i, double A, double B, double *I)
{
    double demand = b->in[p->demand][i], root = A * A - 4 * B * demand;
    switch ((int)b->in[p->control][i]) {
    case FADE_BY_CURRENT: *I = demand; return true;
    case FADE_BY_VOLTAGE: *I = (A - demand) / B; return true;
    case FADE_BY_POWER: *I = 2 * demand / (A + sqrt(root > 0 ? root : 0)); return root >= 0;
    default: *I = A / (B + demand); return demand >= 0;
    }
}

/* A first guess: the last currents, shifted by what the pack's must change, by what the lines of the last step say. */
static void guess(const pack *p, const fade_tile *b, pack_desk *d, uint32_t i)
{
    uint32_t n = b->n;
    const double *last = b->x[p->nstate + PACK_CURRENT], *slope = b->x[p->nstate + PACK_SLOPE];
    for (uint32_t g = 0; g < p->series; g++) {
        double sum = 0, per = 0;
        bool known = true;
        for (uint32_t j = 0; j < p->parallel; j++) {
            size_t l = (size_t)(g * p->parallel + j) * n + i;
            sum += last[l];
            known = known && slope[l] > 0;
            per += known ? 1 / slope[l] : 0;
        }
        double want = (int)b->in[p->control][i] == FADE_BY_CURRENT ? b->in[p->demand][i] : sum;
        for (uint32_t j = 0; j < p->parallel; j++) {
            size_t l = (size_t)(g * p->parallel + j) * n + i;
            d->R[l] = known ? slope[l] : 0;
            d->I[l] = known ? last[l] + (want - sum) / (slope[l] * per) : want / p->parallel;
        }
    }
}

/* -dV/dI of each cell by what the last two answers say; 0: only one answer is there. */
static bool slopes(const pack *p, const pack_desk *d, uint32_t i, uint32_t n)
{
    bool known = true;
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        double by = d->I[l] - d->I0[l], R = -(d->V[l] - d->V0[l]) / by, was = d->R[l];
        bool tells = fabs(by) > 1e-7 * (1 + fabs(d->I[l])) && R > 0 && isfinite(R);
        if (tells && was > 0)
            R = fmin(10 * was, fmax(0.1 * was, R));
        d->R[l] = tells ? R : was;
        known = known && d->R[l] > 0;
    }
    return known;
}

/* Lines of groups, and the pack's A and B. */
static void groups(const pack *p, const pack_desk *d, uint32_t i, uint32_t n, double *A, double *B)
{
    *A = *B = 0;
    for (uint32_t g = 0; g < p->series; g++) {
        double per = 0, sum = 0;
        for (uint32_t j = 0; j < p->parallel; j++) {
            size_t l = (size_t)(g * p->parallel + j) * n + i;
            per += 1 / d->R[l];
            sum += (d->V[l] + d->R[l] * d->I[l]) / d->R[l];
        }
        d->b[g * n + i] = 1 / per;
        d->a[g * n + i] = sum / per;
        *A += d->a[g * n + i];
        *B += d->b[g * n + i];
    }
}

/* Moves the currents to where the lines meet; returns by how many volts the largest move is, < 0: they do not. */
static double shift(const pack *p, const fade_tile *b, pack_desk *d, uint32_t i, double most)
{
    uint32_t n = b->n;
    double A, B, I, far = 0, off[2] = { 0, 0 };
    groups(p, d, i, n, &A, &B);
    if (!meet(b, p, i, A, B, &I) || !isfinite(I))
        return -1;
    for (int turn = 0; turn < 2; turn++)          /* look first: a pack that is there keeps what its cells were asked */
        for (uint32_t c = 0; c < p->cells && (turn == 0 || far > most); c++) {
            size_t l = (size_t)c * n + i;
            uint32_t g = c / p->parallel;
            double V = d->a[g * n + i] - d->b[g * n + i] * I, to = d->I[l] + (d->V[l] - V) / d->R[l];
            off[0] = fabs(d->V[l] - V);
            if (turn == 0)
                far = off[0] > far ? off[0] : far;
            else {
                d->I0[l] = d->I[l];
                d->V0[l] = d->V[l];
                d->I[l] = to;
            }
        }
    return far;
}

/* No slope is known yet: ask again a little beside. */
static void probe(const pack *p, pack_desk *d, uint32_t i, uint32_t n)
{
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        d->I0[l] = d->I[l];
        d->V0[l] = d->V[l];
        d->I[l] += 1e-3 * (1 + fabs(d->I[l]));
    }
}

static bool cells_sound(const pack *p, pack_desk *d, uint32_t i, uint32_t n, bool now)
{
    const double *said = (d->alone[i] && !now ? d->out : d->end)[p->voltage];
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        double V = said[l];
        if (d->status[l] != FADE_OK && d->verdict[i] >= 0)
            d->verdict[i] = d->status[l] < 0 ? d->status[l] : FADE_RETRY;
        else if (d->status[l] == FADE_OK && !isfinite(V) && d->verdict[i] >= 0)
            d->verdict[i] = FADE_ESOLVE;
        d->V[l] = V - p->connection * d->I[l];
    }
    return d->verdict[i] == FADE_OK;
}

/* What the answers of a round mean for pack i; true: it goes on. */
static bool again(const pack *p, const fade_tile *b, pack_desk *d, uint32_t i, int round, bool now)
{
    uint32_t n = b->n;
    if (!cells_sound(p, d, i, n, now) || d->alone[i])
        return false;
    bool first = isnan(d->I0[i]);
    if (first)
        for (uint32_t c = 0; c < p->cells; c++)
            d->I0[(size_t)c * n + i] = d->I[(size_t)c * n + i];        /* tells nothing yet */
    if (!slopes(p, d, i, n)) {
        probe(p, d, i, n);
        return true;
    }
    double most = round < EASY_ROUNDS ? CLOSE : NEAR, far = shift(p, b, d, i, most);
    if (far < 0)
        d->verdict[i] = FADE_ESOLVE;
    return far > most;
}

/* Finds every pack's currents, now or at the end of the step, from those in d->I on. */
static int32_t share(const pack *p, fade_tile *b, pack_desk *d, bool now)
{
    uint32_t busy = b->n;
    int32_t rc = FADE_OK;
    for (uint32_t i = 0; i < b->n; i++) {
        d->busy[i] = 1;
        d->I0[i] = NAN;
    }
    for (int round = 0; rc >= 0 && busy && round < MOST_ROUNDS; round++) {
        rc = now ? ask_now(p, b, d) : ask_then(p, b, d);
        busy = 0;
        for (uint32_t i = 0; i < b->n; i++) {
            d->busy[i] = d->busy[i] && again(p, b, d, i, round, now);
            busy += d->busy[i];
        }
    }
    for (uint32_t i = 0; busy && i < b->n; i++)
        if (d->busy[i])
            d->verdict[i] = FADE_ESOLVE;
    return rc;
}

/* ---- a step of packs --------------------------------------------------------------------------------------------- */

/* The dt the cells would take next, and in which the currents do not change by too much. */
static void wish(const pack *p, const pack_desk *d, fade_tile *b, uint32_t i)
{
    uint32_t n = b->n;
    double far = 0;
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        far = fmax(far, fabs(d->I[l] - d->start[l]) * d->R[l]);
        b->wish[i] = fmin(b->wish[i], d->wish[l]);
    }
    if (far > 0 && !d->alone[i])
        b->wish[i] = fmin(b->wish[i], b->dt[i] * fmax(0.2, SLIDE / far));
}

static void keep(const pack *p, const pack_desk *d, fade_tile *b, uint32_t i)
{
    uint32_t n = b->n;
    const double *const *x = b->x + p->nstate, *V = (d->alone[i] ? d->out : d->end)[p->voltage];
    double *const *x1 = b->x1 + p->nstate;
    bool same = x[PACK_ROW][i] == (double)b->row[i];
    for (uint32_t c = 0; c < p->cells; c++) {
        size_t l = (size_t)c * n + i;
        x1[PACK_CURRENT][l] = d->I[l];
        x1[PACK_SLOPE][l] = d->R[l];
        x1[PACK_LOW][l] = same ? fmin(x[PACK_LOW][l], V[l]) : V[l];
    }
    x1[PACK_ROW][i] = (double)b->row[i];
}

static void keep_spread(const pack *p, fade_tile *b)
{
    for (uint32_t k = 0; k < p->q->nparam; k++)
        if (p->spread[k] >= 0)
            memcpy(b->x1[p->spread[k]], b->x[p->spread[k]], (size_t)p->cells * b->n * sizeof(double));
}

static double *const *spread_of(const fade_tile *b) { return (double *const *)(uintptr_t)b->x; }

/* Where every pack stands: its currents now. */
static int32_t begin(const pack *p, fade_tile *b, pack_desk *d, bool still)
{
    bool known = true;
    open_desk(p, b, d, spread_of(b), still);
    for (size_t l = 0; l < d->cell.n; l++)
        d->in[p->control][l] = FADE_BY_CURRENT;
    for (uint32_t i = 0; i < b->n; i++) {
        d->alone[i] = p->parallel == 1 && (int)b->in[p->control][i] == FADE_BY_CURRENT;
        known = known && d->alone[i];
        guess(p, b, d, i);
    }
    int32_t rc = known && !still ? FADE_OK : share(p, b, d, true);
    memcpy(d->start, d->I, d->cell.n * sizeof(double));
    return rc;
}

int32_t pack_step(const void *model, fade_tile *b)
{
    const pack *p = model;
    pack_desk d;
    int32_t rc = begin(p, b, &d, false);
    for (uint32_t i = 0; i < b->n; i++)
        d.verdict[i] = d.alone[i] ? FADE_OK : d.verdict[i];        /* its step will say */
    rc = rc < 0 ? rc : share(p, b, &d, false);
    if (rc < 0)
        return rc;
    keep_spread(p, b);
    for (uint32_t i = 0; i < b->live; i++) {
        /* A cell's no may be of a guess too far. */
        bool shorter = d.verdict[i] != FADE_OK && b->dt[i] > (d.verdict[i] == FADE_RETRY ? 1e-6 : 1);
        if (shorter) {
            b->status[i] = FADE_RETRY;
            b->wish[i] = b->dt[i] / 4;
        } else if (d.verdict[i] != FADE_OK)
            give_up(p, &d, b, i, d.verdict[i] < 0 ? d.verdict[i] : FADE_ESOLVE);
        else {
            wish(p, &d, b, i);
            pack_show(p, &d, b, i, d.alone[i]);
        }
    }
    for (uint32_t i = 0; i < b->n; i++)           /* those behind `live` too: they go on as copies */
        keep(p, &d, b, i);
    return FADE_OK;
}

int32_t pack_observe(const void *model, fade_tile *b)
{
    const pack *p = model;
    pack_desk d;
    int32_t rc = begin(p, b, &d, true);
    for (uint32_t i = 0; rc >= 0 && i < b->live; i++)
        if (d.verdict[i] != FADE_OK)
            give_up(p, &d, b, i, d.verdict[i] < 0 ? d.verdict[i] : FADE_ESOLVE);
        else
            pack_show(p, &d, b, i, false);
    return rc;
}

/* Each cell's values of what is spread: its number in the plan is its pack's and its place there. */
static void draw(const pack *p, fade_tile *b)
{
    for (uint32_t k = 0; k < p->q->nparam; k++) {
        if (p->spread[k] < 0)
            continue;
        for (uint32_t c = 0; c < p->cells; c++)
            for (uint32_t i = 0; i < b->n; i++)
                b->x1[p->spread[k]][(size_t)c * b->n + i] =
                    p->q->axis[k] ? b->param[k][i]
                                  : args_lane(p->q->sp->args, p->q->param[k], p->seed, cell_id(b->id[i], c), c);
    }
}

int32_t pack_init(const void *model, fade_tile *b)
{
    const pack *p = model;
    pack_desk d;
    draw(p, b);
    open_desk(p, b, &d, b->x1, true);
    for (uint32_t k = 0; k < p->nstate; k++) {
        const fade_column *c = library_at(&p->cell.state, k);
        for (size_t l = 0; l < (size_t)d.cell.n * (c->width ? c->width : 1); l++)
            b->x1[k][l] = c->init;
    }
    for (uint32_t k = PACK_CURRENT; k < PACK_N; k++)
        memset(b->x1[p->nstate + k], 0, (size_t)p->state[p->nstate + k].width * b->n * sizeof(double));
    memset(d.in[p->control], 0, d.cell.n * sizeof(double));       /* at rest */
    memset(d.in[p->demand], 0, d.cell.n * sizeof(double));
    int32_t rc = p->vt->init ? call(p, &d, p->vt->init, d.out) : FADE_OK;
    for (uint32_t i = 0; rc >= 0 && i < b->live; i++)
        for (uint32_t c = 0; c < p->cells; c++)
            if (d.status[(size_t)c * b->n + i] < 0 && b->status[i] == 0)
                give_up(p, &d, b, i, d.status[(size_t)c * b->n + i]);
    return rc;
}
