/* SPDX-License-Identifier: MIT
 * common_cell_steps.h - the steps of one cell under a duty in one call.  What does not wait for the step before is made of all of them
 * at once; what waits are rates that go with the health, a sum per term, and the powers that make the loss, which is the health of the
 * next step.
 *
 * Where terms are sums, the health of all steps is taken as known, first as that of the first, and all steps are made of it at once: that
 * tells the health of each again.  Each time the first steps are right and the others nearer by three digits or more; when no bit moves,
 * each step began where the one before it ended.  That takes four or five times.  Free sigmoids and rates that are made of each sample go
 * one step behind the other, by single values: what counts there is how soon one is known.
 *
 * Only common_cell.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_STEPS_H
#define FADE_PHYSICS_COMMON_CELL_STEPS_H

typedef struct cell_going {                       /* a term on its way */
    int           waits;                          /* for the step before; else z and y of all steps are known */
    uint32_t      t;
    double        z, p, Y, sign;                  /* sign: in the loss, 0 where that is not made of it */
    const double *w, *shape, *when, *known;       /* of each step; NULL: none */
} cell_going;

typedef struct cell_walk {
    cell_going    of[CELL_MOST];
    double       *rate[3];                        /* columns of what the health is a factor of */
    int           nrate;
    double        y[CELL_MOST][8] __attribute__((aligned(64)));         /* as the formula of the loss reads it */
    const double *left_var[CELL_MOST + CELL_NAMES];
    const double *var[CELL_NAMES];                /* columns of the steps */
    double       *to[CELL_NAMES];                 /* of the formulas that go with the health */
    void         *left, *each, *paced;            /* scratch of each */
} cell_walk;

/* Of what goes with time: z and y behind each step. */
static void cell_foresee(const cell *m, const fade_tile *b, cell_going *g)
{
    const cell_term *q = &m->law->term[g->t];
    const double *factor = b->param[m->factor], *all = b->in[m->time_in[g->t]];
    double *z = cell_column(b, S_W + (int)g->t), *u = cell_column(b, S_POWER), *y = cell_column(b, S_MADE + (int)g->t), now = g->z;
    for (uint32_t i = 0; i < b->live; i++)
        z[i] = now += factor[i] * all[i] / (86400 * q->scale);
    cell_pad(z, b->live, b->n);
    g->z = now;
    g->known = y;
    if (g->sign == 0)
        return;
    memcpy(u, z, b->n * sizeof *u);
    if (q->form <= CELL_SIGMOID)
        cell_power(m, b, g->t, u);
    cell_value(m, b, g->t, z, u, y);
}

static void cell_begin_term(const cell *m, const fade_tile *b, uint32_t t, cell_going *g)
{
    const cell_term *q = &m->law->term[t];
    *g = (cell_going){ .t = t, .waits = q->by == CELL_EFC || q->form == CELL_FREE, .z = b->x[t][0], .p = 1, .Y = 1 };
    g->p = q->form <= CELL_SIGMOID ? cell_number_at(b, &m->p[t])[0] : 1;
    g->Y = q->form == CELL_SIGMOID ? cell_number_at(b, &m->y[t])[0] : 1;
    g->sign = m->counts >> t & 1 ? (q->to == CELL_LOSS ? 1 : -1) : 0;
    g->w = cell_column(b, S_W + (int)t);
    g->shape = q->shape ? b->in[m->shape_in[t]] : NULL;
    g->when = q->when ? cell_column(b, S_WHEN + (int)t) : NULL;
    if (!g->waits)
        cell_foresee(m, b, g);
    else if (q->by == CELL_DAYS)
        cell_free_means(m, b, t);
}

/* Must steps go one behind the other? */
static int cell_walks(const cell *m, const fade_tile *b)
{
    return m->frees || m->looks || b->live > CELL_BLOCK;
}

/* What is made of all steps at once, and what stays while they go. */
static void cell_begin_walk(const cell *m, const fade_tile *b, cell_walk *k)
{
    static const struct { int var, column; } rates[] = { { V_C, S_C }, { V_CC, S_CC }, { V_CD, S_CD } };
    cell_resolve(m, b, k->var);
    k->left = cell_behind(b);
    k->each = (char *)k->left + m->room_left;
    k->paced = (char *)k->each + m->room_each;
    k->nrate = 0;
    for (int i = 0; i < 3; i++)
        if (m->used >> rates[i].var & 1)
            k->rate[k->nrate++] = cell_column(b, rates[i].column);
    cell_results(m, &m->paced, b, k->to);
    if (m->paced.e)
        m->expr->eval(m->paced.e, b->n, k->var, k->paced, NULL);
    if (m->paced.e && !m->paces)
        m->expr->eval(m->paced.e, b->n, k->var, k->paced, k->to);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        cell_begin_term(m, b, t, &k->of[t]);
        k->left_var[t] = k->y[t];
    }
    if (!m->left.e)
        return;
    memset(k->y, 0, sizeof k->y);
    memcpy(k->left_var + m->law->nterm, b->param, m->nparam * sizeof *k->left_var);
    m->expr->eval(m->left.e, cell_walks(m, b) ? 8 : b->n, k->left_var, k->left, NULL);
}

/* ---- one step ---- */

/* Rates by what samples make of them, where cycles are booked for such a term. */
static void cell_look_at_samples(const cell *m, const fade_tile *b, const cell_walk *k, uint32_t j)
{
    const double *var[CELL_NAMES];
    int any = 0;
    for (uint32_t t = 0; t < m->law->nterm; t++)
        any |= m->law->term[t].each && (!k->of[t].when || k->of[t].when[j] > 0);
    if (!any || !b->samples[j])
        return;
    memcpy(var, k->var, m->nvar * sizeof *var);
    for (uint32_t v = V_DEPTH; v < V_OWN + m->nmean; v++)
        var[v] = var[v] ? var[v] + j : NULL;
    cell_each_lane(m, b, var, j, k->each);
}

/* Rates of step j of a cell of that health, which books dt. */
static void cell_now(const cell *m, const fade_tile *b, const cell_walk *k, uint32_t j, double health, double dt)
{
    for (int i = 0; i < k->nrate; i++)
        k->rate[i][j] *= health;
    if (m->used >> V_EFC_DAY & 1) {
        const double *over = cell_in(m, b, IN_SPAN);
        cell_pace(1, &dt, k->var[V_DEPTH] + j, (over ? over : cell_in(m, b, IN_DURATION)) + j, cell_column(b, S_EFC_DAY) + j);
    }
    if (m->paces)
        m->expr->lane(m->paced.e, b->n, j, k->paced, k->to);
    if (m->looks)
        cell_look_at_samples(m, b, k, j);
}

/* A sigmoid whose form changes, as cell_free has it. */
static double cell_go_free(const cell *m, const fade_tile *b, uint32_t t, uint32_t j, double x, double y)
{
    double Y = cell_column(b, S_Y + (int)t)[j], p = cell_column(b, S_P + (int)t)[j], r = y / Y;
    if (!(x > 0 && y < Y))
        return y;
    double u = m->math->pow1(m->math->log1p1(r < 1 ? 2 * r / (1 - r) : 0), 1 / p);
    u += cell_number_at(b, &m->k[t])[0] * x / m->law->term[t].scale;
    return Y * m->math->tanh1(0.5 * m->math->pow1(u, p));
}

/* How far each term is behind step j, which books so many cycles. */
static void cell_go(const cell *m, const fade_tile *b, uint32_t j, double cycles, cell_walk *k)
{
    for (cell_going *g = k->of; g < k->of + m->law->nterm; g++) {
        const cell_term *q = &m->law->term[g->t];
        double x = g->when && !(g->when[j] > 0) ? 0 : cycles;
        if (!g->waits)
            continue;
        if (q->form == CELL_FREE)
            g->z = cell_go_free(m, b, g->t, j, q->by == CELL_DAYS ? cell_column(b, S_DAYS)[j] : x, g->z);
        else if (x > 0)
            g->z += (g->shape ? g->w[j] * g->shape[j] : g->w[j]) * x / q->scale;
    }
}

/* y of a term, as cell_show has it. */
static double cell_y(const cell *m, const cell_going *g)
{
    int form = m->law->term[g->t].form;
    if (form > CELL_SIGMOID)
        return g->z;
    double u = m->roots >> g->t & 1 ? sqrt(g->z) : m->math->exp1(m->math->log1(g->z) * g->p);
    return form == CELL_SIGMOID ? m->math->tanh1(0.5 * u) * g->Y : g->z > 0 ? u : 0;
}

/* The loss behind step j, as cell_show has it. */
static double cell_lost(const cell *m, cell_walk *k, uint32_t j)
{
    double loss = 0, *to = &loss;
    for (cell_going *g = k->of; g < k->of + m->law->nterm; g++) {
        if (g->sign == 0)
            continue;
        double y = g->waits ? cell_y(m, g) : g->known[j];
        loss += g->sign * y;
        k->y[g->t][0] = y;
    }
    if (m->left.e)
        m->expr->lane(m->left.e, 8, 0, k->left, &to);
    return loss > 1 ? 1 : loss;
}

/* States and results behind the last step, to the eight lanes of the cell. */
static void cell_arrive(const cell *m, fade_tile *b, const cell_walk *k)
{
    fade_tile one = *b;
    one.n = 8;
    one.live = 1;
    for (uint32_t t = 0; t < m->law->nterm; t++)
        for (int i = 0; i < 8; i++)
            b->x1[t][i] = k->of[t].z;
    cell_show(m, &one, (const double *const *)b->x1);
}

/* Are the inputs that the formulas' rates come from such as the health is a factor of? */
static int cell_rates_are_scaled(const cell *m, const fade_steps *s)
{
    static const int rates[] = { IN_C, IN_CC, IN_CD, IN_C_MEAN };
    for (int i = 0; i < 4; i++)
        if (m->in[rates[i]] >= 0 && !s->scaled[m->in[rates[i]]])
            return 0;
    return 1;
}

/* ---- all steps at once ---- */

typedef struct cell_sweep {                       /* of each step; health before it, losses behind it */
    double health[CELL_BLOCK + 8], dt[CELL_BLOCK], cycles[CELL_BLOCK], loss[CELL_BLOCK], was[CELL_BLOCK];
    double moved[CELL_BLOCK], lean[CELL_BLOCK];
    double rate[3][CELL_BLOCK];                   /* with the health left out */
} cell_sweep;

static void cell_scaled(uint32_t n, const double *restrict a, const double *restrict health, double *restrict to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = health[i] * a[i];
}

/* What each step adds of a term. */
static void cell_adds(uint32_t n, const double *restrict w, const double *restrict shape, const double *restrict x, double scale,
                      double *restrict to)
{
    if (shape)
        for (uint32_t i = 0; i < n; i++)
            to[i] = x[i] > 0 ? (w[i] * shape[i]) * x[i] / scale : 0;
    else
        for (uint32_t i = 0; i < n; i++)
            to[i] = x[i] > 0 ? w[i] * x[i] / scale : 0;
}

/* z and y of a term behind each step. */
static void cell_sweep_term(const cell *m, const fade_tile *b, cell_going *g, const double *x)
{
    const cell_term *q = &m->law->term[g->t];
    double *z = cell_column(b, S_Y + (int)g->t), *u = cell_column(b, S_POWER), *y = cell_column(b, S_MADE + (int)g->t), now = b->x[g->t][0];
    double *gated = cell_column(b, S_TMP), *was = cell_column(b, S_EXPONENT);
    if (g->when) {
        cell_gate(b->n, x, g->when, gated);
        x = gated;
    }
    cell_adds(b->n, g->w, g->shape, x, q->scale, u);
    memcpy(was, z, b->live * sizeof *z);
    for (uint32_t i = 0; i < b->live; i++)
        z[i] = now += u[i];
    g->z = now;
    if (g->sign == 0 || (g->known && memcmp(was, z, b->live * sizeof *z) == 0))
        return;
    cell_pad(z, b->live, b->n);
    memcpy(u, z, b->n * sizeof *u);
    if (q->form <= CELL_SIGMOID)
        cell_power(m, b, g->t, u);
    cell_value(m, b, g->t, z, u, y);
    g->known = y;
}

/* The loss behind each step, as cell_show has it. */
static void cell_sweep_loss(const cell *m, const fade_tile *b, cell_walk *k, double *loss)
{
    if (m->left.e) {
        for (uint32_t t = 0; t < m->law->nterm; t++)
            k->left_var[t] = k->of[t].known;
        m->expr->eval(m->left.e, b->n, k->left_var, k->left, &loss);
    } else
        for (uint32_t i = 0; i < b->n; i++)
            loss[i] = 0;
    for (cell_going *g = k->of; !m->left.e && g < k->of + m->law->nterm; g++)
        if (g->sign != 0)
            cell_more(b->n, g->sign, g->known, loss);
    for (uint32_t i = 0; i < b->n; i++)
        loss[i] = loss[i] > 1 ? 1 : loss[i];
}

/* From the health of each step the loss behind each. */
static void cell_sweep_once(const cell *m, const fade_tile *b, cell_walk *k, cell_sweep *w)
{
    const double *depth = k->var[V_DEPTH], *over = cell_in(m, b, IN_SPAN), *duration = cell_in(m, b, IN_DURATION);
    for (int i = 0; i < k->nrate; i++)
        cell_scaled(b->n, w->rate[i], w->health, k->rate[i]);
    cell_scaled(b->n, b->dt, w->health, w->dt);
    cell_clock(b->n, w->dt, depth, duration, b->param[m->factor], cell_column(b, S_DAYS), w->cycles);
    if (m->used >> V_EFC_DAY & 1)
        cell_pace(b->n, w->dt, depth, over ? over : duration, cell_column(b, S_EFC_DAY));
    if (m->paces)
        m->expr->eval(m->paced.e, b->n, k->var, k->paced, k->to);
    for (cell_going *g = k->of; g < k->of + m->law->nterm; g++)
        if (g->waits)
            cell_sweep_term(m, b, g, w->cycles);
    cell_sweep_loss(m, b, k, w->loss);
}

/* The health before each step and behind the last, by the losses; a step that ends no stretch leaves it as it was. */
static void cell_healths(const fade_tile *b, const fade_steps *s, const double *loss, double *health)
{
    health[0] = s->health[0];
    s->left_all(s, b->live, loss, health + 1);
    for (uint32_t j = 0; j < b->live; j++)
        health[j + 1] = s->ends[j] ? health[j + 1] : health[j];
}

/* How far each loss is from that of the first step's beginning, which all were taken to have: by the slope of health over loss. */
static void cell_first(uint32_t live, const double *health, cell_sweep *w)
{
    double slope = (health[live] - health[1]) / (w->loss[live - 1] - w->loss[0]);
    slope = slope < 0 ? slope : -1;
    for (uint32_t j = 0; j < live; j++)
        w->moved[j] = (health[j + 1] - health[0]) / slope;
}

/* How much each loss moves when those before it do, from two sweeps: by `moved` in the first. */
static void cell_learn(uint32_t live, cell_sweep *w)
{
    double all = 0;
    w->lean[0] = 0;
    for (uint32_t j = 1; j < live; j++) {
        all += w->moved[j - 1];
        double by = (w->loss[j] - w->was[j]) / all;
        w->lean[j] = by - by == 0 ? by : 0;
    }
}

/* What the next sweep would come to, put into the place of the loss: only a guess, but for lanes that did not move, which stay. */
static void cell_lean(uint32_t live, cell_sweep *w)
{
    double all = 0;
    for (uint32_t j = 0; j < live; j++) {
        w->loss[j] += w->lean[j] * all;
        all += w->loss[j] - w->was[j];
    }
}

static void cell_sweep_all(const cell *m, const fade_tile *b, const fade_steps *s, cell_walk *k)
{
    cell_sweep w;
    double next[CELL_BLOCK + 8];
    const uint32_t live = b->live;
    for (int i = 0; i < k->nrate; i++)
        memcpy(w.rate[i], k->rate[i], b->n * sizeof w.rate[i][0]);
    for (uint32_t j = 0; j < b->n; j++)
        w.health[j] = s->health[0];
    for (uint32_t sweep = 0; sweep <= live; sweep++) {
        cell_sweep_once(m, b, k, &w);
        cell_healths(b, s, w.loss, next);
        if (memcmp(w.health, next, live * sizeof *next) == 0)
            break;
        if (sweep == 0)
            cell_first(live, next, &w);
        if (sweep == 1)
            cell_learn(live, &w);
        if (sweep > 0) {
            cell_lean(live, &w);
            cell_healths(b, s, w.loss, next);
        }
        memcpy(w.was, w.loss, live * sizeof *next);
        memcpy(w.health, next, live * sizeof *next);
    }
    memcpy(s->health, next, (live + 1) * sizeof *next);
}

/* One behind the other. */
static void cell_walk_all(const cell *m, const fade_tile *b, const fade_steps *s, cell_walk *k)
{
    const double *depth = k->var[V_DEPTH], factor = b->param[m->factor][0];
    for (uint32_t j = 0; j < b->live; j++) {
        double dt = s->health[j] * b->dt[j];
        if (dt > 0)
            cell_now(m, b, k, j, s->health[j], dt);
        cell_go(m, b, j, factor * (dt * depth[j]), k);
        s->health[j + 1] = s->ends[j] ? s->left(s, cell_lost(m, k, j)) : s->health[j];
    }
}

CELL_CLONES static int32_t cell_steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const cell *m = model;
    cell_walk k;
    if (!FADE_HAS(s, left_all) || s->output != 0 || ((m->used & CELL_PACES) && !cell_rates_are_scaled(m, s)))       /* what is left goes by the loss here */
        return FADE_ERANGE;
    cell_begin_walk(m, b, &k);
    if (cell_walks(m, b))
        cell_walk_all(m, b, s, &k);
    else
        cell_sweep_all(m, b, s, &k);
    cell_arrive(m, b, &k);
    return FADE_OK;
}

#endif
