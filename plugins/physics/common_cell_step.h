/* SPDX-License-Identifier: MIT
 * common_cell_step.h - a step of a cell's table: what is booked, how far each term comes, what is left of the cell.
 *
 * Only common_cell.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_STEP_H
#define FADE_PHYSICS_COMMON_CELL_STEP_H

/* A step is short loops over few lanes: all of it is compiled for each vector width, with its helpers inside.  No contraction: the
 * bits are the same. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define CELL_CLONES __attribute__((target_clones("avx2", "default"), flatten))
#else
#define CELL_CLONES
#endif

/* Scratch of a step, columns of n lanes. */
enum { S_C, S_CC, S_CD, S_LO, S_HI, S_EFC_DAY, S_DAYS, S_CYCLES, S_V, S_TMP, S_TMP2, S_W, S_Y = S_W + CELL_MOST, S_P = S_Y + CELL_MOST,
       S_WHEN = S_P + CELL_MOST, S_POWER = S_WHEN + CELL_MOST, S_EXPONENT = S_POWER + CELL_MOST, S_MADE = S_EXPONENT + CELL_MOST,
       S_ALL = S_MADE + 2 * CELL_MOST };

static double *cell_column(const fade_tile *b, int c)
{
    return (double *)b->scratch + (size_t)c * b->n;
}

static void *cell_behind(const fade_tile *b)
{
    return (double *)b->scratch + (size_t)S_ALL * b->n;
}

static const double *cell_number_at(const fade_tile *b, const cell_number *q)
{
    return q->param >= 0 ? b->param[q->param] : q->column;
}

/* a where it is known, else b; a NULL: b. */
static void cell_or(uint32_t n, const double *a, const double *b, double *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = a && a[i] == a[i] ? a[i] : b[i];
}

static void cell_around(uint32_t n, const double *a, const double *m, const double *depth, double half, double *to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = a && a[i] == a[i] ? a[i] : m[i] + half * depth[i];
}

static const double *cell_in(const cell *m, const fade_tile *b, int which)
{
    return m->in[which] >= 0 ? b->in[m->in[which]] : NULL;
}

/* How much time and throughput each lane books now. */
static void cell_clock(uint32_t n, const double *restrict dt, const double *restrict depth, const double *restrict duration,
                       const double *restrict factor, double *restrict days, double *restrict cycles)
{
    for (uint32_t i = 0; i < n; i++) {
        double t = duration[i] == duration[i] ? duration[i] : 0;
        days[i] = factor[i] * t / 86400;
        cycles[i] = factor[i] * (dt[i] * depth[i]);
    }
}

/* How many cycles a day that is. */
static void cell_pace(uint32_t n, const double *restrict dt, const double *restrict depth, const double *restrict over,
                      double *restrict efc_day)
{
    for (uint32_t i = 0; i < n; i++)
        efc_day[i] = over[i] > 0 ? dt[i] * depth[i] * 86400 / over[i] : 0;
}

static void cell_resolve(const cell *m, const fade_tile *b, const double **var)
{
    uint32_t n = b->n;
    const double *depth = cell_in(m, b, IN_DEPTH), *soc = cell_in(m, b, IN_SOC), *T = cell_in(m, b, IN_T);
    const double *c = cell_in(m, b, IN_C), *duration = cell_in(m, b, IN_DURATION), *span = cell_in(m, b, IN_SPAN);
    if (m->used >> V_C & 1)
        cell_or(n, cell_in(m, b, IN_C_MEAN), c, cell_column(b, S_C));
    if (m->used >> V_CC & 1)
        cell_or(n, cell_in(m, b, IN_CC), c, cell_column(b, S_CC));
    if (m->used >> V_CD & 1)
        cell_or(n, cell_in(m, b, IN_CD), c, cell_column(b, S_CD));
    if (m->used >> V_LO & 1)
        cell_around(n, cell_in(m, b, IN_LO), soc, depth, -0.5, cell_column(b, S_LO));
    if (m->used >> V_HI & 1)
        cell_around(n, cell_in(m, b, IN_HI), soc, depth, 0.5, cell_column(b, S_HI));
    cell_clock(n, b->dt, depth, duration, b->param[m->factor], cell_column(b, S_DAYS), cell_column(b, S_CYCLES));
    if (m->used >> V_EFC_DAY & 1)
        cell_pace(n, b->dt, depth, b->samples && span ? span : duration, cell_column(b, S_EFC_DAY));
    const double *own[V_OWN] = { soc, T, NULL, cell_column(b, S_V), depth, cell_column(b, S_C), cell_column(b, S_CC),
                                 cell_column(b, S_CD), cell_column(b, S_LO), cell_column(b, S_HI), soc, T,
                                 cell_column(b, S_EFC_DAY) };
    memcpy(var, own, sizeof own);
    for (uint32_t i = 0; i < m->nmean; i++)
        var[V_OWN + i] = m->mean_in[i] >= 0 ? b->in[m->mean_in[i]] : NULL;
    for (uint32_t i = V_OWN + m->nmean; i < m->first; i++)
        var[i] = NULL;
    memcpy(var + m->first, b->param, m->nparam * sizeof *var);
    if (m->curve && !b->samples)
        m->math->curve(n, m->curve, soc, cell_column(b, S_V));
}

/* The terms' columns, which the results of a program go to. */
static void cell_results(const cell *m, const cell_program *p, const fade_tile *b, double **y)
{
    for (uint32_t i = 0; i < p->n; i++)
        y[i] = NULL;
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const int at[] = { p->w[i], p->y[i], p->p[i], p->when[i] }, to[] = { S_W, S_Y, S_P, S_WHEN };
        for (int k = 0; k < 4; k++)
            if (at[k] >= 0)
                y[at[k]] = cell_column(b, to[k] + (int)i);
    }
}

static void cell_run(const cell *m, const cell_program *p, const fade_tile *b, const double *const *var)
{
    double *y[CELL_NAMES];
    cell_results(m, p, b, y);
    m->expr->eval(p->e, b->n, var, cell_behind(b), y);
}

/* One lane's means over the samples lent to it; of var eight values each, the first of them its own. */
static void cell_each_lane(const cell *m, const fade_tile *b, const double **var, uint32_t i, void *scratch)
{
    const fade_samples *s = b->samples[i];
    double made[2 * CELL_MOST][CELL_BLOCK] __attribute__((aligned(64)));
    double sum[2 * CELL_MOST] = { 0 };
    double *y[CELL_NAMES];
    for (uint32_t k = 0; k < m->each.n; k++)
        y[k] = NULL;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        int first = m->each.w[t] >= 0 ? m->each.w[t] : m->each.y[t];
        if (first >= 0)
            y[first] = made[t];
        if (m->each.p[t] >= 0)
            y[m->each.p[t]] = made[CELL_MOST + t];
    }
    for (uint32_t at = 0; at < s->n; at += CELL_BLOCK) {
        uint32_t n = s->n - at < CELL_BLOCK ? s->n - at : CELL_BLOCK;
        for (int v = 0; v < V_DEPTH; v++)
            var[v] = v < (int)m->law->duty->in.n ? s->in[v] + at : NULL;
        for (uint32_t v = 0; v < m->nmade; v++)
            var[V_OWN + m->nmean + v] = s->rate[m->made_at[v]] + at;
        m->expr->eval(m->each.e, n, var, scratch, y);
        uint32_t live = s->live - at < n ? s->live - at : n;
        for (uint32_t t = 0; t < m->law->nterm; t++) {
            for (uint32_t k = 0; (m->each.w[t] >= 0 || m->each.y[t] >= 0) && k < live; k++)
                sum[t] += s->weight[at + k] * made[t][k];
            for (uint32_t k = 0; m->each.p[t] >= 0 && k < live; k++)
                sum[CELL_MOST + t] += s->weight[at + k] * made[CELL_MOST + t][k];
        }
    }
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        if (m->each.w[t] >= 0)
            cell_column(b, S_W + (int)t)[i] = sum[t];
        if (m->each.y[t] >= 0) {
            cell_column(b, S_Y + (int)t)[i] = sum[t];
            cell_column(b, S_P + (int)t)[i] = sum[CELL_MOST + t];
        }
    }
}

/* The same of a lane among others. */
static void cell_each_of(const cell *m, const fade_tile *b, const double *const *lanes, uint32_t i)
{
    double one[CELL_NAMES][8] __attribute__((aligned(64)));
    const double *var[CELL_NAMES];
    memcpy(var, lanes, m->nvar * sizeof *var);
    for (uint32_t v = V_DEPTH; v < m->nvar && (b->live > 1 || b->n > 8); v++) {          /* a cell alone has eight lanes of each already */
        double x = lanes[v] ? lanes[v][i] : 0;
        for (int k = 0; k < 8; k++)
            one[v][k] = x;
        var[v] = one[v];
    }
    cell_each_lane(m, b, var, i, cell_behind(b));
}

static void cell_more(uint32_t n, double weight, const double *restrict x, double *restrict sum)
{
    for (uint32_t i = 0; i < n; i++)
        sum[i] += weight * x[i];
}

static void cell_sample(const cell *m, const fade_samples *s, uint32_t at, double one[V_DEPTH + CELL_RATES][8])
{
    for (uint32_t v = 0; v < m->law->duty->in.n && v < V_DEPTH; v++)
        for (int k = 0; k < 8; k++)
            one[v][k] = s->in[v][at];
    for (uint32_t v = 0; v < m->nmade; v++)
        for (int k = 0; k < 8; k++)
            one[V_DEPTH + v][k] = s->rate[m->made_at[v]][at];
}

/* The same for all lanes at once where they share their samples: one sample after the other, in the same order.  What has no
 * sample in it is made once. */
static void cell_each_sample(const cell *m, const fade_tile *b, const double *const *lanes)
{
    const fade_samples *s = b->samples[0];
    double one[V_DEPTH + CELL_RATES][8] __attribute__((aligned(64))) = { { 0 } };
    double *y[CELL_NAMES] = { 0 }, *sum[CELL_NAMES] = { 0 };
    const double *var[CELL_NAMES];
    memcpy(var, lanes, m->nvar * sizeof *var);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const int from[] = { m->across.w[t], m->across.y[t], m->across.p[t] }, to[] = { S_W, S_Y, S_P };
        for (int k = 0; k < 3; k++)
            if (from[k] >= 0) {
                y[from[k]] = cell_column(b, S_MADE + (k == 2 ? CELL_MOST : 0) + (int)t);
                sum[from[k]] = cell_column(b, to[k] + (int)t);
                memset(sum[from[k]], 0, b->n * sizeof **sum);
            }
    }
    for (uint32_t v = 0; v < V_DEPTH; v++)
        var[v] = one[v];
    for (uint32_t v = 0; v < m->nmade; v++)
        var[V_OWN + m->nmean + v] = one[V_DEPTH + v];
    cell_sample(m, s, 0, one);
    m->expr->eval(m->across.e, b->n, var, cell_behind(b), NULL);
    for (uint32_t at = 0; at < s->live; at++) {
        cell_sample(m, s, at, one);
        m->expr->eval(m->across.e, b->n, var, cell_behind(b), y);
        for (uint32_t k = 0; k < m->across.n; k++)
            if (y[k])
                cell_more(b->n, s->weight[at], y[k], sum[k]);
    }
}

/* Many lanes that share their samples? */
static int cell_share(const fade_tile *b)
{
    for (uint32_t i = 0; i < b->live; i++)
        if (!b->samples[i] || b->samples[i] != b->samples[0])
            return 0;
    return b->live >= 16;
}

/* True when some lane books cycles for a term that looks at each sample. */
static int cell_wants_each(const cell *m, const fade_tile *b)
{
    int any = 0;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        for (uint32_t i = 0; q->by == CELL_EFC && q->each && i < b->live; i++)
            any |= b->dt[i] > 0 && (!q->when || cell_column(b, S_WHEN + (int)t)[i] > 0);
    }
    return any;
}

/* Rates by what samples make of them. */
static void cell_shapes(const cell *m, const fade_tile *b)
{
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        double *w = cell_column(b, S_W + (int)t);
        for (uint32_t i = 0; m->law->term[t].shape && i < b->n; i++)
            w[i] *= b->in[m->shape_in[t]][i];
    }
}

/* Under a duty, what is booked at a break point: rates from the stress, shapes from the samples' means. */
static void cell_book(const cell *m, const fade_tile *b, const double *const *var)
{
    int any = 0;
    for (uint32_t i = 0; i < b->live; i++)
        any |= b->dt[i] > 0;
    if (!any)
        return;
    cell_run(m, &m->chunk, b, var);
    if (cell_wants_each(m, b) && cell_share(b))
        cell_each_sample(m, b, var);
    else if (cell_wants_each(m, b)) {
        for (uint32_t i = 0; i < b->live; i++)
            if (b->dt[i] > 0 && b->samples[i])
                cell_each_of(m, b, var, i);
        for (uint32_t t = 0; t < m->law->nterm; t++)
            for (int c = 0; c < 3 && m->law->term[t].each; c++)
                for (uint32_t i = b->live; i < b->n; i++)
                    cell_column(b, S_W + c * CELL_MOST + (int)t)[i] = cell_column(b, S_W + c * CELL_MOST + (int)t)[b->live - 1];
    }
    cell_shapes(m, b);
}

/* z + w dx where something is booked; a law's doubt (NaN) where nothing is booked is none. */
static void cell_forward(uint32_t n, const double *restrict z, const double *restrict w, const double *restrict x, double scale,
                         double *restrict z1)
{
    for (uint32_t i = 0; i < n; i++)
        z1[i] = x[i] > 0 ? z[i] + w[i] * x[i] / scale : z[i];
}

static void cell_gate(uint32_t n, const double *restrict x, const double *restrict when, double *restrict to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = when[i] > 0 ? x[i] : 0;
}

/* The integral of what ages by time: of the duty, or of a row's constant conditions. */
static void cell_time(const cell *m, const fade_tile *b, uint32_t t)
{
    const cell_term *q = &m->law->term[t];
    const double *factor = b->param[m->factor], *x = b->x[t];
    double *to = b->x1[t];
    if (!b->samples) {
        cell_forward(b->n, x, cell_column(b, S_W + (int)t), cell_column(b, S_DAYS), q->scale, to);
        return;
    }
    const double *all = b->in[m->time_in[t]];
    for (uint32_t i = 0; i < b->n; i++)
        to[i] = x[i] + factor[i] * all[i] / (86400 * q->scale);
}

static void cell_times(uint32_t n, const double *restrict a, double *restrict to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] *= a[i];
}

/* u^p as exp(p log u): a few units in the last place, at a fraction of pow's time. */
static void cell_raise(const cell *m, uint32_t n, const double *p, double *u)
{
    m->math->log(n, u, u);
    cell_times(n, p, u);
    m->math->exp(n, u, u);
}

static void cell_root(uint32_t n, double *u)
{
    for (uint32_t i = 0; i < n; i++)
        u[i] = sqrt(u[i]);
}

/* A term's state to its power, in place. */
static void cell_power(const cell *m, const fade_tile *b, uint32_t t, double *u)
{
    if (m->roots >> t & 1)
        cell_root(b->n, u);
    else
        cell_raise(m, b->n, cell_number_at(b, &m->p[t]), u);
}

/* Does any lane go on? */
static int cell_any(uint32_t n, const double *restrict x)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= x[i] > 0;
    return any != 0;
}

/* A sigmoid whose form changes: x is where the form at hand has the present y. */
static void cell_free(const cell *m, const fade_tile *b, uint32_t t, const double *x, double scale)
{
    uint32_t n = b->n;
    const double *Y = cell_column(b, S_Y + (int)t), *p = cell_column(b, S_P + (int)t), *k = cell_number_at(b, &m->k[t]), *y = b->x[t];
    double *u = cell_column(b, S_TMP), *q = cell_column(b, S_TMP2), *y1 = b->x1[t];
    if (!cell_any(n, x)) {
        memcpy(y1, y, n * sizeof *y1);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        double r = y[i] / Y[i];
        u[i] = r < 1 ? 2 * r / (1 - r) : 0;       /* 2 atanh(r) = log1p(2 r / (1 - r)) */
        q[i] = 1 / p[i];
    }
    m->math->log1p(n, u, u);
    m->math->pow(n, u, q, u);
    for (uint32_t i = 0; i < n; i++) {
        u[i] += k[i] * x[i] / scale;
        q[i] = p[i];
    }
    m->math->pow(n, u, q, u);
    for (uint32_t i = 0; i < n; i++)
        u[i] *= 0.5;
    m->math->tanh(n, u, u);
    for (uint32_t i = 0; i < n; i++)
        y1[i] = x[i] > 0 && y[i] < Y[i] ? Y[i] * u[i] : y[i];
}

/* Under a duty the means over the step of a free sigmoid by time. */
static void cell_free_means(const cell *m, const fade_tile *b, uint32_t t)
{
    const double *Y = b->in[m->time_in[t]], *p = b->in[m->time_p_in[t]], *duration = cell_in(m, b, IN_DURATION);
    for (uint32_t i = 0; i < b->n; i++) {
        cell_column(b, S_Y + (int)t)[i] = duration[i] > 0 ? Y[i] / duration[i] : 1;
        cell_column(b, S_P + (int)t)[i] = duration[i] > 0 ? p[i] / duration[i] : 1;
    }
}

static void cell_advance(const cell *m, const fade_tile *b)
{
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        const double *x = cell_column(b, q->by == CELL_DAYS ? S_DAYS : S_CYCLES);
        if (q->when) {
            cell_gate(b->n, x, cell_column(b, S_WHEN + (int)t), cell_column(b, S_WHEN + (int)t));
            x = cell_column(b, S_WHEN + (int)t);
        }
        if (q->form == CELL_FREE && q->by == CELL_DAYS && b->samples)
            cell_free_means(m, b, t);
        if (q->form == CELL_FREE)
            cell_free(m, b, t, x, q->scale);
        else if (q->by == CELL_DAYS)
            cell_time(m, b, t);
        else
            cell_forward(b->n, b->x[t], cell_column(b, S_W + (int)t), x, q->scale, b->x1[t]);
    }
}

/* ---- results ---------------------------------------------------------------------------------------------------------------- */

/* What pads a tile is a copy of the last live lane. */
static void cell_pad(double *x, uint32_t live, uint32_t n)
{
    for (uint32_t i = live; i < n; i++)
        x[i] = x[live - 1];
}

/* y of a term from z^p (or from its state, where it is no power), to its output. */
static void cell_value(const cell *m, const fade_tile *b, uint32_t t, const double *restrict z, const double *restrict from,
                       double *restrict y)
{
    uint32_t live = b->live;
    if (m->law->term[t].form != CELL_SIGMOID) {
        int power = m->law->term[t].form <= CELL_POWER_B;
        for (uint32_t i = 0; i < live; i++)
            y[i] = !power || z[i] > 0 ? from[i] : 0;              /* a falling power has no value yet at x = 0 */
        cell_pad(y, live, b->n);
        return;
    }
    for (uint32_t i = 0; i < live; i++)
        y[i] = 0.5 * from[i];
    cell_pad(y, live, b->n);
    m->math->tanh(b->n, y, y);
    cell_times(b->n, cell_number_at(b, &m->y[t]), y);
}

/* Is a term's state raised to a power that is no root? */
static int cell_is_raised(const cell *m, uint32_t t) { return m->law->term[t].form <= CELL_SIGMOID && !(m->roots >> t & 1); }

/* Does nobody look at a term now?  Inside a row of a duty only the loss is. */
static int cell_is_idle(const cell *m, const fade_tile *b, uint32_t t) { return b->only == 1 && !(m->counts >> t & 1); }

/* Every y.  Powers go all live lanes of all terms packed side by side. */
static void cell_values(const cell *m, const fade_tile *b, const double *const *x)
{
    uint32_t live = b->live, k = 0, first = (uint32_t)m->nout - m->law->nterm;
    double *z = cell_column(b, S_POWER), *p = cell_column(b, S_EXPONENT), *root = cell_column(b, S_TMP);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        if (!cell_is_raised(m, t) || cell_is_idle(m, b, t))
            continue;
        memcpy(z + k, x[t], live * sizeof *z);
        memcpy(p + k, cell_number_at(b, &m->p[t]), live * sizeof *p);
        k += live;
    }
    uint32_t packed = (k + 7) / 8 * 8;
    for (uint32_t i = k; i < packed; i++)
        z[i] = p[i] = 1;
    cell_raise(m, packed, p, z);
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const double *from = cell_is_raised(m, t) ? z : x[t];
        if (cell_is_idle(m, b, t))
            continue;
        if (m->roots >> t & 1) {
            memcpy(root, x[t], live * sizeof *root);
            cell_root(live, root);
            from = root;
        }
        cell_value(m, b, t, x[t], from, b->out[first + t]);
        z += cell_is_raised(m, t) ? live : 0;
    }
}

/* Loss and growth as sums of their terms, where the table has no formula for them. */
static void cell_sum(const cell *m, const fade_tile *b, uint32_t first, uint32_t live, double *loss, double *growth)
{
    int own_loss = m->out.own[0] >= 0, own_growth = !growth || m->out.own[1] >= 0;
    for (uint32_t i = 0; i < live && !own_loss; i++)
        loss[i] = 0;
    for (uint32_t i = 0; i < live && !own_growth; i++)
        growth[i] = 1;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        int to = m->law->term[t].to;
        if ((to == CELL_LOSS || to == CELL_GAIN) && !own_loss)
            cell_more(live, to == CELL_LOSS ? 1 : -1, b->out[first + t], loss);
        if (to == CELL_GROWTH && !own_growth)
            cell_more(live, 1, b->out[first + t], growth);
    }
}

/* Loss and growth as sums of their terms, or as the formulas of the table say. */
static void cell_show(const cell *m, const fade_tile *b, const double *const *x)
{
    uint32_t n = b->n, live = b->live, first = (uint32_t)m->nout - m->law->nterm;
    double *loss = b->out[0], *growth = m->resistance > 0 ? b->out[m->resistance] : NULL;
    cell_values(m, b, x);
    if (m->out.e) {
        const double *var[CELL_MOST + CELL_NAMES];
        double *y[2] = { 0 };
        memcpy(var, b->out + first, m->law->nterm * sizeof *var);
        memcpy(var + m->law->nterm, b->param, m->nparam * sizeof *var);
        if (m->out.own[0] >= 0)
            y[m->out.own[0]] = loss;
        if (m->out.own[1] >= 0)
            y[m->out.own[1]] = growth;
        m->expr->eval(m->out.e, n, var, cell_behind(b), y);
    }
    cell_sum(m, b, first, live, loss, growth);
    for (uint32_t i = 0; i < live; i++)
        loss[i] = loss[i] > 1 ? 1 : loss[i];
    cell_pad(loss, live, n);
    if (growth)
        cell_pad(growth, live, n);
}

CELL_CLONES static int32_t cell_step(const void *model, fade_tile *b)
{
    const cell *m = model;
    const double *var[CELL_NAMES];
    cell_resolve(m, b, var);
    if (b->samples)
        cell_book(m, b, var);
    else
        cell_run(m, &m->row, b, var);
    cell_advance(m, b);
    cell_show(m, b, (const double *const *)b->x1);
    return FADE_OK;
}

static int32_t cell_observe(const void *model, fade_tile *b)
{
    cell_show(model, b, b->x);
    return FADE_OK;
}

static int32_t cell_init(const void *model, fade_tile *b)
{
    const cell *m = model;
    for (uint32_t t = 0; t < m->law->nterm; t++) {
        const cell_term *q = &m->law->term[t];
        for (uint32_t i = 0; i < b->n; i++) {
            double y = q->first, p = m->p[t].param >= 0 || m->p[t].column ? cell_number_at(b, &m->p[t])[i] : 1;
            double Y = q->form == CELL_SIGMOID ? cell_number_at(b, &m->y[t])[i] : 1;
            double z = q->form == CELL_SIGMOID ? 2 * atanh(y / Y) : y;
            b->x1[t][i] = y == 0 || q->form > CELL_SIGMOID ? y : pow(z, 1 / p);
        }
    }
    return FADE_OK;
}

static size_t cell_scratch(const void *model, uint32_t n)
{
    const cell *m = model;
    fade_expr *e[CELL_PROGRAMS] = { m->rate.e, m->chunk.e, m->paced.e, m->each.e, m->across.e, m->row.e, m->out.e, m->left.e };
    size_t most = 0;
    for (int i = 0; i < CELL_PROGRAMS; i++) {
        size_t bytes = e[i] ? m->expr->scratch(e[i], n > CELL_BLOCK ? n : CELL_BLOCK) : 0;
        most = bytes > most ? bytes : most;
    }
    return (size_t)S_ALL * n * sizeof(double) + m->room_left + m->room_each + most;
}

/* Samples are lanes here: scratch is all for the program. */
static int32_t cell_rates(const void *model, fade_tile *b)
{
    const cell *m = model;
    const double *var[CELL_NAMES] = { 0 };
    double *y[CELL_NAMES] = { 0 };
    for (uint32_t i = 0; i < m->law->duty->in.n; i++)
        var[i] = b->in[i];
    for (uint32_t i = 0; i < m->nparam; i++)
        var[m->first + i] = b->param[i];
    if (m->curve) {
        m->math->curve(b->n, m->curve, b->in[0], b->scratch);
        var[V_V] = b->scratch;
    }
    for (uint32_t i = 0; i < m->law->duty->rate.n; i++)
        y[m->rate.own[i]] = b->out[i];
    m->expr->eval(m->rate.e, b->n, var, (double *)b->scratch + b->n, y);
    return FADE_OK;
}

#endif
