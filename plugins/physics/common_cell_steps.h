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

/* What each step adds of what goes with time; rates of what goes with cycles. */
static void cell_foresee(const cell *m, const fade_tile *b, const double *const *var)
{
    const double *factor = b->param[m->factor];
    cell_run(m, &m->chunk, b, var);
    cell_shapes(m, b);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        double *w = cell_column(b, S_W + (int)t);
        for (uint32_t i = 0; m->law->term[t].by == CELL_DAYS && i < b->n; i++)
            w[i] = factor[i] * b->in[m->time_in[t]][i] / (86400 * m->law->term[t].scale);
    }
}

/* How far each term is behind step j, which books so many cycles. */
static void cell_go(const cell *m, const fade_tile *b, uint32_t j, double cycles, double *z)
{
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        double w = cell_column(b, S_W + (int)t)[j], x = q->when && !(cell_column(b, S_WHEN + (int)t)[j] > 0) ? 0 : cycles;
        if (q->by == CELL_DAYS)
            z[t] += w;
        else if (x > 0)
            z[t] += w * x / q->scale;
    }
}

/* y of the terms that make the loss, and the loss: as cell_show has them. */
static double cell_lost(const cell *m, const fade_tile *b, cell_walk *k)
{
    for (uint32_t t = 0; t < CELL_MOST; t++)
        k->u[t] = m->powers >> t & 1 ? k->z[t] : 1;
    m->math->log(CELL_MOST, k->u, k->u);
    cell_times(CELL_MOST, k->p, k->u);
    m->math->exp(CELL_MOST, k->u, k->u);
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

CELL_CLONES static int32_t cell_steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const cell *m = model;
    const double *var[CELL_NAMES], *depth = cell_in(m, b, IN_DEPTH);
    double factor = b->param[m->factor][0];
    cell_walk k;
    if (s->output != 0 || !m->walks)              /* what is left goes by the loss here */
        return FADE_ERANGE;
    cell_resolve(m, b, var);
    cell_begin_walk(m, b, &k);
    cell_foresee(m, b, var);
    for (uint32_t j = 0; j < b->live; j++) {
        double dt = s->health[j] * b->dt[j];
        cell_go(m, b, j, factor * (dt * depth[j]), k.z);
        s->health[j + 1] = s->ends[j] ? s->left(s, cell_lost(m, b, &k)) : s->health[j];
    }
    cell_arrive(m, b, &k);
    return FADE_OK;
}

#endif
