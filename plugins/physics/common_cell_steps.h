/* SPDX-License-Identifier: MIT
 * common_cell_steps.h - the steps of one cell under a duty, one behind the other: rates are made of all of them at once; what is left of
 * a step is a sum per term, and the powers that make the loss, which is the health of the next one.
 *
 * Only common_cell.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_STEPS_H
#define FADE_PHYSICS_COMMON_CELL_STEPS_H

typedef struct cell_walk {                        /* terms are lanes here */
    double z[CELL_MOST], p[CELL_MOST], u[CELL_MOST], v[CELL_MOST] __attribute__((aligned(64)));
    double y[CELL_MOST][8] __attribute__((aligned(64)));         /* of each term, as the formula of the loss reads it */
    double loss[8] __attribute__((aligned(64)));
    const double *var[CELL_MOST + CELL_NAMES];    /* of that formula */
} cell_walk;

static void cell_begin_walk(const cell *m, const fade_tile *b, cell_walk *k)
{
    for (uint32_t t = 0; t < CELL_MOST; t++)
        k->z[t] = k->p[t] = 1;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        k->z[t] = b->x[t][0];
        k->p[t] = m->law->term[t].form <= CELL_SIGMOID ? cell_number_at(b, &m->p[t])[0] : 1;
        k->var[t] = k->y[t];
    }
    memset(k->y, 0, sizeof k->y);
    memcpy(k->var + m->law->nterm, b->param, m->nparam * sizeof *k->var);
}

/* What each step adds of what goes with time; rates of what goes with cycles, where they ask nothing of the cell's health. */
static void cell_foresee(const cell *m, const fade_tile *b, const double *const *var)
{
    const double *factor = b->param[m->factor];
    if (!m->serial) {
        cell_run(m, &m->chunk, b, var);
        cell_shapes(m, b);
    }
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        double *w = cell_column(b, S_W + (int)t);
        if (q->by == CELL_DAYS && q->form == CELL_FREE)
            cell_free_means(m, b, t);
        for (uint32_t i = 0; q->by == CELL_DAYS && q->form != CELL_FREE && i < b->n; i++)
            w[i] = factor[i] * b->in[m->time_in[t]][i] / (86400 * q->scale);
    }
}

/* ---- rates that go with the health ---- */

typedef struct cell_now {                         /* one step as the eight lanes of its cell */
    fade_tile     tile;
    const double *var[CELL_NAMES];
    double        value[V_OWN][8] __attribute__((aligned(64)));
    double        dt[8] __attribute__((aligned(64)));
    const fade_samples *lent[8];
} cell_now;

static void cell_begin_now(const cell *m, const fade_tile *b, const double *const *var, cell_now *k)
{
    k->tile = *b;
    k->tile.n = 8;
    k->tile.live = 1;
    k->tile.dt = k->dt;
    k->tile.samples = k->lent;
    k->tile.scratch = cell_behind(b);
    memcpy(k->var, var, m->nvar * sizeof *k->var);
    for (uint32_t v = V_DEPTH; v < V_OWN; v++)
        k->var[v] = k->value[v];
}

static void cell_fill(double *to, double x)
{
    for (int i = 0; i < 8; i++)
        to[i] = x;
}

/* Step j of a cell of that health, which books dt: its rates, beside those of the steps that need none of it. */
static void cell_now_rates(const cell *m, const fade_tile *b, const double *const *var, cell_now *k, uint32_t j, double health,
                           double dt)
{
    const double *over = cell_in(m, b, IN_SPAN), *depth = cell_in(m, b, IN_DEPTH);
    over = over ? over : cell_in(m, b, IN_DURATION);
    for (uint32_t v = V_DEPTH; v < V_OWN; v++)
        if (m->used >> v & 1)
            cell_fill(k->value[v], v >= V_C && v <= V_CD ? health * var[v][j] : var[v][j]);
    if (m->used >> V_EFC_DAY & 1)
        cell_fill(k->value[V_EFC_DAY], over[j] > 0 ? dt * depth[j] * 86400 / over[j] : 0);
    for (uint32_t i = 0; i < m->nmean; i++)
        k->var[V_OWN + i] = var[V_OWN + i] ? var[V_OWN + i] + j : NULL;
    cell_fill(k->dt, dt);
    k->lent[0] = b->samples[j];
    if (m->chunk.e)
        cell_run(m, &m->chunk, &k->tile, k->var);
    if (k->lent[0] && cell_wants_each(m, &k->tile))
        cell_each_lane(m, &k->tile, k->var, 0);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        if (m->law->term[t].by != CELL_EFC)
            continue;
        double shape = m->law->term[t].shape ? b->in[m->shape_in[t]][j] : 1;
        cell_column(b, S_W + (int)t)[j] = cell_column(&k->tile, S_W + (int)t)[0] * shape;
        cell_column(b, S_Y + (int)t)[j] = cell_column(&k->tile, S_Y + (int)t)[0];
        cell_column(b, S_P + (int)t)[j] = cell_column(&k->tile, S_P + (int)t)[0];
        cell_column(b, S_WHEN + (int)t)[j] = cell_column(&k->tile, S_WHEN + (int)t)[0];
    }
}

/* ---- one step ---- */

/* Sigmoids whose form changes, as cell_free has them. */
static void cell_go_free(const cell *m, const fade_tile *b, uint32_t j, const double *add, cell_walk *k)
{
    double q[CELL_MOST] __attribute__((aligned(64))), p[CELL_MOST] __attribute__((aligned(64))), Y[CELL_MOST];
    for (uint32_t t = 0; t < CELL_MOST; t++) {
        int is = m->frees >> t & 1 && add[t] > 0;
        Y[t] = is ? cell_column(b, S_Y + (int)t)[j] : 1;
        p[t] = is ? cell_column(b, S_P + (int)t)[j] : 1;
        double r = is ? k->z[t] / Y[t] : 0.5;
        k->u[t] = r < 1 ? 2 * r / (1 - r) : 0;
        q[t] = 1 / p[t];
    }
    m->math->log1p(CELL_MOST, k->u, k->u);
    m->math->pow(CELL_MOST, k->u, q, k->u);
    for (uint32_t t = 0; t < CELL_MOST; t++)
        if (m->frees >> t & 1)
            k->u[t] += cell_number_at(b, &m->k[t])[0] * add[t] / m->law->term[t].scale;
    m->math->pow(CELL_MOST, k->u, p, k->u);
    for (uint32_t t = 0; t < CELL_MOST; t++)
        k->u[t] *= 0.5;
    m->math->tanh(CELL_MOST, k->u, k->u);
    for (uint32_t t = 0; t < CELL_MOST; t++)
        if (m->frees >> t & 1)
            k->z[t] = add[t] > 0 && k->z[t] < Y[t] ? Y[t] * k->u[t] : k->z[t];
}

/* How far each term is behind step j, which books so many cycles. */
static void cell_go(const cell *m, const fade_tile *b, uint32_t j, double cycles, cell_walk *k)
{
    double add[CELL_MOST] = { 0 };
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        double w = cell_column(b, S_W + (int)t)[j], x = q->when && !(cell_column(b, S_WHEN + (int)t)[j] > 0) ? 0 : cycles;
        if (q->form == CELL_FREE)
            add[t] = q->by == CELL_DAYS ? cell_column(b, S_DAYS)[j] : x;
        else if (q->by == CELL_DAYS)
            k->z[t] += w;
        else if (x > 0)
            k->z[t] += w * x / q->scale;
    }
    if (m->frees)
        cell_go_free(m, b, j, add, k);
}

/* y of the terms that make the loss, and the loss: as cell_show has them. */
static double cell_lost(const cell *m, const fade_tile *b, cell_walk *k)
{
    for (uint32_t t = 0; t < CELL_MOST; t++)
        k->u[t] = m->powers >> t & 1 ? k->z[t] : 1;
    cell_raise(m, CELL_MOST, k->p, k->u);
    if (m->sigmoids) {
        for (uint32_t t = 0; t < CELL_MOST; t++)
            k->v[t] = m->sigmoids >> t & 1 ? 0.5 * k->u[t] : 0;
        m->math->tanh(CELL_MOST, k->v, k->v);
    }
    double loss = 0;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        if (!(m->counts >> t & 1))
            continue;
        double y = q->form == CELL_SIGMOID     ? k->v[t] * cell_number_at(b, &m->y[t])[0]
                   : q->form > CELL_SIGMOID    ? k->z[t]
                   : k->z[t] > 0               ? k->u[t]
                                               : 0;
        if (!m->left.e)
            loss += q->to == CELL_LOSS ? y : -y;
        for (int i = 0; m->left.e && i < 8; i++)
            k->y[t][i] = y;
    }
    if (m->left.e) {
        double *to = k->loss;
        m->expr->eval(m->left.e, 8, k->var, cell_behind(b), &to);
        loss = k->loss[0];
    }
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
            b->x1[t][i] = k->z[t];
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

CELL_CLONES static int32_t cell_steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const cell *m = model;
    const double *var[CELL_NAMES], *depth = cell_in(m, b, IN_DEPTH);
    double factor = b->param[m->factor][0];
    cell_walk k;
    cell_now now;
    if (s->output != 0 || !m->walks || (m->serial && !cell_rates_are_scaled(m, s)))       /* what is left goes by the loss here */
        return FADE_ERANGE;
    cell_resolve(m, b, var);
    cell_begin_walk(m, b, &k);
    cell_foresee(m, b, var);
    if (m->serial)
        cell_begin_now(m, b, var, &now);
    for (uint32_t j = 0; j < b->live; j++) {
        double dt = s->health[j] * b->dt[j];
        if (m->serial && dt > 0)
            cell_now_rates(m, b, var, &now, j, s->health[j], dt);
        cell_go(m, b, j, factor * (dt * depth[j]), &k);
        s->health[j + 1] = s->ends[j] ? s->left(s, cell_lost(m, b, &k)) : s->health[j];
    }
    cell_arrive(m, b, &k);
    return FADE_OK;
}

#endif
