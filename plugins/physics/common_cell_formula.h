/* SPDX-License-Identifier: MIT
 * common_cell_formula.h - the formulas of a cell's table compiled: of samples, of what is booked, of a row, of results.
 *
 * Only common_cell.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_FORMULA_H
#define FADE_PHYSICS_COMMON_CELL_FORMULA_H

typedef struct cell_list {
    const char *name[CELL_NAMES], *text[CELL_NAMES];
    uint8_t     wanted[CELL_NAMES];
    char        made[CELL_NAMES][CELL_TEXT], named[CELL_NAMES][24];
    uint32_t    n, used;                          /* used: bit v where a formula names variable v */
    int         full;
} cell_list;

/* Does a formula speak of this variable? */
static int cell_names_it(const char *text, const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    size_t n = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !strchr(letters, at[-1])) && !(at[n] && strchr(letters, at[n])))
            return 1;
    return 0;
}

/* A formula for others to name, or (name NULL) a result; where it stands. */
static int cell_add(cell_list *l, const char *name, const char *text)
{
    for (uint32_t v = 0; v < V_OWN; v++)
        l->used |= (uint32_t)cell_names_it(text, cell_names[v]) << v;
    if (l->n == CELL_NAMES || strlen(text) >= CELL_TEXT)
        return l->full = -1;
    snprintf(l->made[l->n], CELL_TEXT, "%s", text);
    snprintf(l->named[l->n], sizeof l->named[0], name ? "%s" : "result_%s%u", name ? name : "", l->n);
    l->name[l->n] = l->named[l->n];
    l->text[l->n] = l->made[l->n];
    l->wanted[l->n] = !name;
    return (int)l->n++;
}

/* An exponent that is the number 0.5: roots and squares are cheaper than powers. */
static int cell_is_half(const char *p) { return p && strcmp(p, "0.5") == 0; }

/* What is added up of a term: k^(1/p) of a power, k of the others; `shape` may be NULL.  Products of powers and exponentials fold
 * into one exponential; `sum`: k is none, or there are few of them, and goes by exp(log k times 1/p), which costs half of a power
 * (but for p = 1/2: that is a square). */
static int cell_additive(cell_list *l, const cell_term *t, const char *k, const char *shape, int sum)
{
    char product[CELL_TEXT], text[CELL_TEXT + 64];
    int n = snprintf(product, sizeof product, shape ? "(%s)*(%s)" : "(%s)", k, shape ? shape : "");
    if (n >= CELL_TEXT)
        return l->full = -1;
    if (t->form != CELL_POWER)
        return cell_add(l, NULL, product);
    sum = (sum || strstr(product, " + ") || strstr(product, " - ")) && !cell_is_half(t->p);
    snprintf(text, sizeof text, sum ? "exp(log(%s)*(1/(%s)))" : "(%s)^(1/(%s))", product, t->p);
    return cell_add(l, NULL, text);
}

static void cell_clear(cell_program *p)
{
    for (int i = 0; i < CELL_MOST; i++)
        p->w[i] = p->y[i] = p->p[i] = p->when[i] = -1;
    for (int i = 0; i < CELL_RATES; i++)
        p->own[i] = -1;
}

static void cell_free_term(cell_list *l, cell_program *p, const cell_term *t, uint32_t i)
{
    p->y[i] = cell_add(l, NULL, t->y);
    p->p[i] = cell_add(l, NULL, t->p);
}

/* bit v of can: variable v may be named; of same: it is one value for all lanes; of held: it stays for many calls. */
static int32_t cell_compile(const cell *m, cell_program *p, const cell_list *l, uint64_t can, uint64_t same, uint64_t held)
{
    char hidden[CELL_NAMES][40];
    const char *name[CELL_NAMES];
    uint8_t is[CELL_NAMES];
    for (uint32_t v = 0; v < m->nvar; v++) {
        snprintf(hidden[v], sizeof hidden[v], "_%s", m->name[v]);
        name[v] = can >> v & 1 ? m->name[v] : hidden[v];
        is[v] = (uint8_t)((same >> v & 1) | (held >> v & 1) << 1);
    }
    if (l->full) {
        fade_say(m->host, 3, FADE_EBUG, -1, "a formula is too long, or there are too many");
        return FADE_EBUG;
    }
    p->n = l->n;
    return m->expr->compile(m->host, l->n, l->name, l->text, l->wanted, m->nvar, name, is, &p->e);
}

/* Of each sample: what ages by time, shapes and means, in the order of the duty's `rate`. */
static int32_t cell_compile_rate(cell *m, cell_list *l, uint64_t params)
{
    const fade_list *rate = &m->law->duty->rate;
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const cell_term *t = &m->law->term[i];
        int at = cell_find(rate, "", t->key, ""), at_p = cell_find(rate, "", t->key, "_p");
        if (at >= 0 && t->by == CELL_EFC)
            m->rate.own[at] = cell_additive(l, t, t->shape, NULL, 0);
        else if (at >= 0 && t->form == CELL_FREE)
            m->rate.own[at] = cell_add(l, NULL, t->y);
        else if (at >= 0)
            m->rate.own[at] = cell_additive(l, t, t->k, NULL, 0);
        if (at_p >= 0)
            m->rate.own[at_p] = cell_add(l, NULL, t->p);
    }
    for (const cell_let *t = m->law->mean; t && t->name; t++)
        m->rate.own[cell_find(rate, "", t->name, "")] = cell_add(l, NULL, t->text);
    for (uint32_t i = 0; i < m->nmade; i++)
        m->rate.own[m->made_at[i]] = cell_add(l, NULL, m->law->made[i].text);
    return cell_compile(m, &m->rate, l, params | 15, params, 0);
}

/* What is booked and goes with the cell's health, where C-rates and throughput do. */
#define CELL_PACES ((uint64_t)1 << V_C | (uint64_t)1 << V_CC | (uint64_t)1 << V_CD | (uint64_t)1 << V_EFC_DAY)

/* Of what is booked at a break point; `each`: of its samples. */
static int32_t cell_compile_booked(cell *m, cell_program *p, cell_list *l, int each)
{
    uint64_t all = ((uint64_t)1 << m->nvar) - 1, made = (((uint64_t)1 << m->nmade) - 1) << (V_OWN + m->nmean), samples = 15 | made;
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const cell_term *t = &m->law->term[i];
        if (t->by != CELL_EFC)
            continue;
        if (t->when && !each)
            p->when[i] = cell_add(l, NULL, t->when);
        if (t->each != each)
            continue;
        if (t->form == CELL_FREE)
            cell_free_term(l, p, t, i);
        else
            p->w[i] = cell_additive(l, t, t->k, NULL, 1);
    }
    if (!each) {
        m->paced = *p;
        int32_t rc = cell_compile(m, p, l, all & ~samples, 0, 0);
        return rc ? rc : cell_compile(m, &m->paced, l, all & ~samples, 0, all & ~samples & ~CELL_PACES);
    }
    m->across = *p;
    int32_t rc = cell_compile(m, p, l, all, all & ~samples, 0);
    return rc ? rc : cell_compile(m, &m->across, l, all, samples, all & ~samples);
}

/* Of a row, which is one stretch of constant conditions and its alike cycles. */
static int32_t cell_compile_row(cell *m, cell_list *l)
{
    uint64_t all = ((uint64_t)1 << m->nvar) - 1, means = (((uint64_t)1 << (m->nmean + m->nmade)) - 1) << V_OWN;
    for (const cell_let *t = m->law->mean; t && t->name; t++)
        cell_add(l, t->name, t->text);
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const cell_term *t = &m->law->term[i];
        if (t->when)
            m->row.when[i] = cell_add(l, NULL, t->when);
        if (t->form == CELL_FREE)
            cell_free_term(l, &m->row, t, i);
        else
            m->row.w[i] = cell_additive(l, t, t->k, t->shape, 1);
    }
    return cell_compile(m, &m->row, l, all & ~means & ~((uint64_t)1 << V_UA), 0, 0);
}

/* Does a formula speak of what goes with the cell's health? */
static int cell_names_pace(const char *text)
{
    int named = 0;
    for (int v = 0; v < V_OWN && text; v++)
        named |= (int)(CELL_PACES >> v & 1) && cell_names_it(text, cell_names[v]);
    return named;
}

/* Which terms the loss is made of, and what the steps of a cell wait for. */
static void cell_look(cell *m)
{
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const cell_term *t = &m->law->term[i];
        m->counts |= (m->law->loss ? (uint32_t)cell_names_it(m->law->loss, t->key) : t->to == CELL_LOSS || t->to == CELL_GAIN) << i;
        m->looks |= t->each;
        m->roots |= (uint32_t)(t->form <= CELL_SIGMOID && cell_is_half(t->p)) << i;
        m->frees |= t->form == CELL_FREE;
        if (t->by != CELL_EFC)
            continue;
        m->paces |= cell_names_pace(t->when);
        if (!t->each)
            m->paces |= cell_names_pace(t->k) || cell_names_pace(t->p) || cell_names_pace(t->y);
    }
}

/* In whole lines. */
static size_t cell_room(const cell *m, const fade_expr *e, uint32_t n)
{
    return e ? (m->expr->scratch(e, n) + 63) / 64 * 64 : 0;
}

/* Of the terms' y: loss and resistance; held: parameters stay for many calls. */
static int32_t cell_compile_out(cell *m, cell_program *p, cell_list *l, const char *loss, const char *resistance, int held)
{
    if (loss)
        p->own[0] = cell_add(l, NULL, loss);
    if (resistance)
        p->own[1] = cell_add(l, NULL, resistance);
    if (!l->n)
        return FADE_OK;
    const char *name[CELL_MOST + CELL_NAMES];
    uint8_t same[CELL_MOST + CELL_NAMES] = { 0 };
    for (uint32_t i = 0; i < m->law->nterm; i++)
        name[i] = m->law->term[i].key;
    for (uint32_t i = 0; i < m->nparam; i++) {
        name[m->law->nterm + i] = m->name[m->first + i];
        same[m->law->nterm + i] = held ? 2 : 0;
    }
    p->n = l->n;
    return m->expr->compile(m->host, l->n, l->name, l->text, l->wanted, m->law->nterm + m->nparam, name, same, &p->e);
}

/* `made`: what is made of samples is there; else it has formulas. */
static void cell_begin_list(const cell *m, cell_list *l, int anode, int made)
{
    l->n = 0;
    l->full = 0;
    if (anode) {
        cell_add(l, "lithiation", CELL_LITHIATION);
        cell_add(l, "Ua", CELL_ANODE("lithiation"));
    }
    for (const cell_let *t = m->law->let; t && t->name; t++)
        cell_add(l, t->name, t->text);
    for (uint32_t i = 0; i < m->nmade && !made; i++)
        cell_add(l, m->law->made[i].name, m->law->made[i].text);
}

static int32_t cell_compile_all(cell *m)
{
    cell_list *l = calloc(1, sizeof *l);
    if (!l)
        return FADE_ENOMEM;
    uint64_t params = (((uint64_t)1 << m->nparam) - 1) << m->first;
    cell_program *all[CELL_PROGRAMS] = { &m->rate, &m->chunk, &m->paced, &m->each, &m->across, &m->row, &m->out, &m->left };
    for (int i = 0; i < CELL_PROGRAMS; i++)
        cell_clear(all[i]);
    cell_begin_list(m, l, 0, 0);
    int32_t rc = cell_compile_rate(m, l, params);
    l->n = 0;                                     /* what is booked has no samples to speak of */
    rc = rc ? rc : cell_compile_booked(m, &m->chunk, l, 0);
    cell_begin_list(m, l, 0, 1);
    rc = rc ? rc : cell_compile_booked(m, &m->each, l, 1);
    cell_begin_list(m, l, 1, 0);
    rc = rc ? rc : cell_compile_row(m, l);
    l->n = 0;
    rc = rc ? rc : cell_compile_out(m, &m->out, l, m->law->loss, m->law->resistance, 0);
    l->n = 0;
    rc = rc ? rc : cell_compile_out(m, &m->left, l, m->law->loss, NULL, 1);
    cell_look(m);
    m->room_left = cell_room(m, m->left.e, CELL_BLOCK);
    m->room_each = cell_room(m, m->each.e, CELL_BLOCK);
    m->used = l->used;
    free(l);
    return rc;
}

/* ---- opening ---------------------------------------------------------------------------------------------------------------- */

static int32_t cell_take_number(cell *m, const fade_args *a, const char *text, cell_number *out)
{
    uint32_t at = 0;
    *out = (cell_number){ -1, NULL };
    if (!text)
        return FADE_OK;
    for (uint32_t i = 0; i < a->desc->params.n; i++) {
        const fade_param *p = (const fade_param *)((const char *)a->desc->params.at + (size_t)i * a->desc->params.stride);
        if (!(p->flags & FADE_PER_CELL))
            continue;
        if (strcmp(p->key, text) == 0)
            out->param = (int)at;
        at++;
    }
    char *end;
    double v = strtod(text, &end);
    if (out->param >= 0)
        return FADE_OK;
    if (*end || end == text) {
        fade_say(m->host, 3, FADE_EBUG, -1, "an exponent, an asymptote or a free sigmoid's k is neither a parameter nor a number");
        return FADE_EBUG;
    }
    out->column = malloc(CELL_LANES * sizeof *out->column);
    for (int i = 0; out->column && i < CELL_LANES; i++)
        out->column[i] = v;
    return out->column ? FADE_OK : FADE_ENOMEM;
}

static void cell_names_of(cell *m, const fade_args *a)
{
    for (; m->nvar < V_OWN; m->nvar++)
        m->name[m->nvar] = cell_names[m->nvar];
    for (const cell_let *t = m->law->mean; t && t->name; t++, m->nmean++)
        m->name[m->nvar++] = t->name;
    for (const cell_let *t = m->law->made; t && t->name; t++, m->nmade++) {
        m->made_at[m->nmade] = cell_find(&m->law->duty->rate, "", t->name, "");
        m->name[m->nvar++] = t->name;
    }
    m->first = m->nvar;
    for (uint32_t i = 0; i < a->desc->params.n; i++) {
        const fade_param *p = (const fade_param *)((const char *)a->desc->params.at + (size_t)i * a->desc->params.stride);
        if (m->law->curve && strcmp(p->key, m->law->curve) == 0)
            m->curve = &a->at[i];
        if (!(p->flags & FADE_PER_CELL))
            continue;
        if (strcmp(p->key, "ageing_factor") == 0)
            m->factor = (int)m->nparam;
        m->name[m->nvar++] = p->key;
        m->nparam++;
    }
}

static void cell_inputs_of(cell *m, const fade_args *a)
{
    const fade_list *in = &a->desc->columns.in;
    for (int i = 0; i < IN_GIVEN; i++)
        m->in[i] = cell_find(in, "", cell_inputs[i], "");
    for (uint32_t i = 0; i < m->law->nterm; i++) {
        const char *key = m->law->term[i].key;
        m->time_in[i] = cell_find(in, "", key, "");
        m->time_p_in[i] = cell_find(in, "", key, "_p");
        m->shape_in[i] = cell_find(in, "mean_", key, "");
    }
    int i = 0;
    for (const cell_let *t = m->law->mean; t && t->name; t++)
        m->mean_in[i++] = cell_find(in, "mean_", t->name, "");
}

static void cell_destroy(void *model)
{
    cell *m = model;
    fade_expr *e[CELL_PROGRAMS] = { m->rate.e, m->chunk.e, m->paced.e, m->each.e, m->across.e, m->row.e, m->out.e, m->left.e };
    for (int i = 0; i < CELL_PROGRAMS && m->expr; i++)
        m->expr->close(e[i]);
    for (int i = 0; i < CELL_MOST; i++) {
        free(m->k[i].column);
        free(m->p[i].column);
        free(m->y[i].column);
    }
    free(m);
}

static int32_t cell_open(const fade_host *host, const fade_args *a, cell *m)
{
    m->math = host->iface(host, "fade.math/1");
    m->expr = host->iface(host, "fade.expr/1");
    if (!m->math || !m->expr) {
        fade_say(host, 3, FADE_EBUG, -1, "this law needs the host's fade.math/1 and fade.expr/1");
        return FADE_EBUG;
    }
    cell_names_of(m, a);
    cell_inputs_of(m, a);
    m->nout = (int)a->desc->columns.out.n;
    m->resistance = cell_find(&a->desc->columns.out, "", "resistance_ratio", "");
    int32_t rc = FADE_OK;
    for (uint32_t i = 0; i < m->law->nterm && !rc; i++) {
        const cell_term *t = &m->law->term[i];
        rc = cell_take_number(m, a, t->form == CELL_FREE ? t->k : NULL, &m->k[i]);
        rc = rc || t->form == CELL_FREE || t->form == CELL_LINEAR ? rc : cell_take_number(m, a, t->p, &m->p[i]);
        rc = rc || t->form != CELL_SIGMOID ? rc : cell_take_number(m, a, t->y, &m->y[i]);
    }
    return rc ? rc : cell_compile_all(m);
}

static int32_t cell_create(const fade_host *host, const fade_args *a, void **model)
{
    cell *m = calloc(1, sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for an ageing law");
        return FADE_ENOMEM;
    }
    m->host = host;
    m->law = a->desc->own;
    int32_t rc = cell_open(host, a, m);
    if (rc) {
        cell_destroy(m);
        return rc;
    }
    *model = m;
    return FADE_OK;
}

#endif
