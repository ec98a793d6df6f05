/* SPDX-License-Identifier: MIT
 * common_cell_table.h - a cell's tables held to what its steps rely on: a sentence for what is missing, before anything is stepped.
 *
 * Only common_cell.h includes it.
 */
#ifndef FADE_PHYSICS_COMMON_CELL_TABLE_H
#define FADE_PHYSICS_COMMON_CELL_TABLE_H
#include <stdarg.h>

typedef struct cell_check {
    const fade_host *host;
    const fade_desc *desc;
    const cell_law  *law;
} cell_check;

__attribute__((format(printf, 2, 3))) static int cell_wrong(const cell_check *c, const char *format, ...)
{
    char said[300];
    va_list args;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    fade_say(c->host, 3, FADE_EBUG, -1, said);
    return 1;
}

static int cell_has(const fade_list *l, const char *before, const char *key, const char *behind)
{
    return cell_find(l, before, key, behind) >= 0;
}

static const char *cell_key(const fade_list *l, uint32_t i)
{
    return i < l->n ? *(const char *const *)((const char *)l->at + (size_t)i * l->stride) : "";
}

/* Does any formula of the law name this variable? */
static int cell_speaks_of(const cell_law *law, const char *name)
{
    int any = 0;
    for (uint32_t i = 0; i < law->nterm; i++) {
        const cell_term *t = &law->term[i];
        const char *const text[] = { t->k, t->form == CELL_FREE ? t->p : NULL, t->form == CELL_FREE ? t->y : NULL, t->shape, t->when };
        for (int k = 0; k < 5; k++)
            any |= text[k] && cell_names_it(text[k], name);
    }
    const cell_let *const more[] = { law->let, law->mean, law->made };
    for (int k = 0; k < 3; k++)
        for (const cell_let *t = more[k]; t && t->name; t++)
            any |= cell_names_it(t->text, name);
    return any;
}

static int cell_check_term(const cell_check *c, uint32_t i)
{
    const cell_term *t = &c->law->term[i];
    const fade_list *in = &c->desc->columns.in, *rate = &c->law->duty->rate;
    int days = t->by == CELL_DAYS, p = t->form != CELL_LINEAR, y = t->form == CELL_SIGMOID || t->form == CELL_FREE;
    if (!t->key || !t->k || (p && !t->p) || (y && !t->y) || !(t->scale > 0))
        return cell_wrong(c, "term %u has no key, k%s%s, or scale above 0", i + 1, p ? ", p" : "", y ? ", y" : "");
    if (strcmp(cell_key(&c->desc->columns.state, i), t->key) != 0)
        return cell_wrong(c, "state %u is not that of term %s: CELL_STATE(\"%s\")", i + 1, t->key, t->key);
    if ((days || t->shape) && !cell_has(rate, "", t->key, ""))
        return cell_wrong(c, "%s is made of samples and is not in `rate`: CELL_RATE(\"%s\")", t->key, t->key);
    if (days && !cell_has(in, "", t->key, ""))
        return cell_wrong(c, "%s goes with time and is not in `in`: CELL_TIME(\"%s\")", t->key, t->key);
    if (days && t->form == CELL_FREE && (!cell_has(rate, "", t->key, "_p") || !cell_has(in, "", t->key, "_p")))
        return cell_wrong(c, "p of %s changes: CELL_RATE and CELL_TIME(\"%s_p\")", t->key, t->key);
    if (t->shape && !cell_has(in, "mean_", t->key, ""))
        return cell_wrong(c, "%s has a shape and is not in `in`: CELL_MEAN(\"%s\")", t->key, t->key);
    if (t->each && !(c->law->duty->flags & FADE_LENT_SAMPLES))
        return cell_wrong(c, "%s looks at each sample: CELL_DUTY(FADE_LENT_SAMPLES)", t->key);
    return 0;
}

static int cell_check_inputs(const cell_check *c)
{
    static const struct { const char *key, *of; } asks[] = {
        { "depth", NULL },  { "soc_mean", NULL }, { "temperature_mean", NULL }, { "duration", NULL },
        { "c_rate", "C" },  { "c_rate", "Cc" },   { "c_rate", "Cd" },           { "span", "efc_day" },
    };
    const fade_list *reads = &c->law->duty->in;
    for (size_t i = 0; i < sizeof asks / sizeof asks[0]; i++)
        if (!cell_has(&c->desc->columns.in, "", asks[i].key, "") && (!asks[i].of || cell_speaks_of(c->law, asks[i].of)))
            return cell_wrong(c, "%s is not in `in`%s%s", asks[i].key, asks[i].of ? "; formulas name " : "", asks[i].of ? asks[i].of : "");
    if (strcmp(cell_key(reads, 0), "soc") != 0 || strcmp(cell_key(reads, 1), "temperature") != 0)
        return cell_wrong(c, "`reads` begins with CELL_READS_SOC, CELL_READS_T");
    if (cell_speaks_of(c->law, "Ua") && strcmp(cell_key(reads, 2), "anode_potential") != 0)
        return cell_wrong(c, "formulas name Ua: the third of `reads` is CELL_READS_ANODE");
    if (cell_speaks_of(c->law, "V") && !c->law->curve)
        return cell_wrong(c, "formulas name V: .curve says which parameter it is");
    for (const cell_let *t = c->law->mean; t && t->name; t++)
        if (!cell_has(&c->law->duty->rate, "", t->name, "") || !cell_has(&c->desc->columns.in, "mean_", t->name, ""))
            return cell_wrong(c, "the mean %s: CELL_RATE(\"%s\") in `rate` and CELL_MEAN(\"%s\") in `in`", t->name, t->name, t->name);
    for (const cell_let *t = c->law->made; t && t->name; t++)
        if (!cell_has(&c->law->duty->rate, "", t->name, ""))
            return cell_wrong(c, "%s is made of samples and is not in `rate`: CELL_RATE(\"%s\")", t->name, t->name);
    if (c->law->duty->rate.n > CELL_RATES)
        return cell_wrong(c, "%u rates, at most %d", c->law->duty->rate.n, CELL_RATES);
    return 0;
}

static int cell_check_tables(const cell_check *c)
{
    const fade_columns *col = &c->desc->columns;
    uint32_t names = V_OWN + c->desc->params.n;
    for (const cell_let *t = c->law->mean; t && t->name; t++)
        names++;
    for (const cell_let *t = c->law->made; t && t->name; t++)
        names++;
    if (c->law->nterm == 0 || c->law->nterm > CELL_MOST || names > CELL_NAMES)
        return cell_wrong(c, "1 to %d terms, and %d names at most: %u terms, %u parameters", CELL_MOST, CELL_NAMES, c->law->nterm,
                          c->desc->params.n);
    if (!cell_has(&c->desc->params, "", "ageing_factor", ""))
        return cell_wrong(c, "CELL_FACTOR is not in `params`");
    if (col->state.n != c->law->nterm)
        return cell_wrong(c, "%u states for %u terms", col->state.n, c->law->nterm);
    int other = cell_has(&col->out, "", "resistance_ratio", "");
    if (strcmp(cell_key(&col->out, 0), "loss") != 0 || col->out.n != 1 + (uint32_t)other + c->law->nterm)
        return cell_wrong(c, "`out` is loss, resistance_ratio if there is one, and a result for each of %u terms", c->law->nterm);
    for (uint32_t i = 0; i < c->law->nterm; i++)
        if (cell_check_term(c, i))
            return 1;
    return cell_check_inputs(c);
}

static int32_t cell_create_checked(const fade_host *host, const fade_args *a, void **model)
{
    const cell_check c = { host, a->desc, a->desc->own };
    return cell_check_tables(&c) ? FADE_EBUG : cell_create(host, a, model);
}

#endif
