/* SPDX-License-Identifier: MIT
 * bpx.c - a file of Battery Parameter eXchange as a parameter set.
 *
 * BPX: j = 2 j0 sinh(F eta / 2 R T), j0 = F k sqrt(c_e / c_e0) sqrt(c_s / c_max) sqrt(1 - c_s / c_max), k in mol/(m2
 * s). Ours: j0 = m sqrt(c_e) sqrt(c_s) sqrt(c_max - c_s), hence m = F k / (c_max sqrt(c_e0)). Its conductivities of
 * electrodes are effective ones, its transport efficiency the factor on the electrolyte's properties.
 */
#include "core/scenario/bpx.h"
#include "core/base/log.h"
#include "core/scenario/set.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER, CELL, ELECTROLYTE, NEGATIVE, POSITIVE, SEPARATOR, INITIAL, THERMAL, DEGRADATION, NSECTIONS };
enum { PLAIN, KNOWN, WORDS, FORMULA, PARTICLE_D, OCP, ENTROPIC, FULL_HIGH, FULL_LOW };       /* how a value is taken */
enum { OPTIONAL, NEEDED, NEEDED_FULL };           /* of every model; of all but SPM */
enum { EVER, BEFORE_1, FROM_1 };                  /* versions */

static const char *const titles[NSECTIONS] = {
    "Header",    "Cell",       "Electrolyte",        "Negative electrode",  "Positive electrode",
    "Separator", "Initial conditions", "Thermal environment", "Degradation",
};

typedef struct rule {
    int         section, how, need, when;
    const char *name, *key, *unit;
} rule;

#define ELECTRODE(S, s, at_full, at_empty)                                                                             \
    { S, PLAIN, NEEDED, EVER, "Thickness [m]", s ".thickness", "m" },                                                  \
    { S, PLAIN, NEEDED_FULL, EVER, "Porosity", s ".porosity", "1" },                                                   \
    { S, PLAIN, NEEDED_FULL, EVER, "Transport efficiency", s ".transport_efficiency", "1" },                           \
    { S, PLAIN, NEEDED_FULL, EVER, "Conductivity [S.m-1]", s ".conductivity", "S/m" },                                 \
    { S, PLAIN, NEEDED, EVER, "Particle radius [m]", s ".particle_radius", "m" },                                      \
    { S, PLAIN, NEEDED, EVER, "Surface area per unit volume [m-1]", s ".surface_area", "1/m" },                        \
    { S, PARTICLE_D, NEEDED, EVER, "Diffusivity [m2.s-1]", s ".diffusivity", "m2/s" },                                 \
    { S, PLAIN, OPTIONAL, EVER, "Diffusivity activation energy [J.mol-1]", s ".diffusivity_activation", "J/mol" },     \
    { S, OCP, NEEDED, EVER, "OCP [V]", s ".ocp", "V" },                                                                \
    { S, KNOWN, OPTIONAL, FROM_1, "OCP (delithiation) [V]", NULL, NULL },                                              \
    { S, KNOWN, OPTIONAL, FROM_1, "OCP (lithiation) [V]", NULL, NULL },                                                \
    { S, KNOWN, OPTIONAL, FROM_1, "OCP hysteresis decay constant", NULL, NULL },                                       \
    { S, ENTROPIC, OPTIONAL, EVER, "Entropic change coefficient [V.K-1]", s ".entropic", "V/K" },                      \
    { S, PLAIN, NEEDED, EVER, "Maximum concentration [mol.m-3]", s ".concentration_max", "mol/m3" },                   \
    { S, PLAIN, NEEDED, EVER, "Minimum stoichiometry", s "." at_empty, "1" },                                          \
    { S, PLAIN, NEEDED, EVER, "Maximum stoichiometry", s "." at_full, "1" },                                           \
    { S, KNOWN, NEEDED, EVER, "Reaction rate constant [mol.m-2.s-1]", NULL, NULL },                                    \
    { S, PLAIN, OPTIONAL, EVER, "Reaction rate constant activation energy [J.mol-1]", s ".reaction_activation",        \
      "J/mol" }

static const rule rules[] = {
    { HEADER, KNOWN, NEEDED, EVER, "BPX", NULL, NULL },
    { HEADER, KNOWN, NEEDED, EVER, "Model", NULL, NULL },
    { HEADER, WORDS, OPTIONAL, EVER, "Title", NULL, NULL },
    { HEADER, WORDS, OPTIONAL, EVER, "Description", NULL, NULL },
    { HEADER, WORDS, OPTIONAL, EVER, "References", NULL, NULL },
    { CELL, PLAIN, NEEDED, EVER, "Electrode area [m2]", "area", "m2" },
    { CELL, PLAIN, NEEDED, EVER, "Number of electrode pairs connected in parallel to make a cell", "electrode_pairs",
      "1" },
    { CELL, PLAIN, NEEDED, EVER, "Nominal cell capacity [A.h]", "nominal_capacity", "Ah" },
    { CELL, PLAIN, NEEDED, EVER, "Lower voltage cut-off [V]", "voltage_min", "V" },
    { CELL, PLAIN, NEEDED, EVER, "Upper voltage cut-off [V]", "voltage_max", "V" },
    { CELL, PLAIN, OPTIONAL, EVER, "Reference temperature [K]", "temperature_reference", "K" },
    { CELL, KNOWN, OPTIONAL, EVER, "External surface area [m2]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, EVER, "Volume [m3]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, EVER, "Density [kg.m-3]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, EVER, "Specific heat capacity [J.K-1.kg-1]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, BEFORE_1, "Thermal conductivity [W.m-1.K-1]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, BEFORE_1, "Ambient temperature [K]", NULL, NULL },
    { CELL, KNOWN, OPTIONAL, BEFORE_1, "Initial temperature [K]", NULL, NULL },
    { ELECTROLYTE, PLAIN, NEEDED_FULL, BEFORE_1, "Initial concentration [mol.m-3]", "electrolyte.concentration",
      "mol/m3" },
    { ELECTROLYTE, PLAIN, NEEDED_FULL, EVER, "Cation transference number", "electrolyte.transference", "1" },
    { ELECTROLYTE, FORMULA, NEEDED_FULL, EVER, "Conductivity [S.m-1]", "electrolyte.conductivity", "" },
    { ELECTROLYTE, FORMULA, NEEDED_FULL, EVER, "Diffusivity [m2.s-1]", "electrolyte.diffusivity", "" },
    { ELECTROLYTE, PLAIN, OPTIONAL, EVER, "Conductivity activation energy [J.mol-1]",
      "electrolyte.conductivity_activation", "J/mol" },
    { ELECTROLYTE, PLAIN, OPTIONAL, EVER, "Diffusivity activation energy [J.mol-1]",
      "electrolyte.diffusivity_activation", "J/mol" },
    ELECTRODE(NEGATIVE, "negative", "stoichiometry_full", "stoichiometry_empty"),
    ELECTRODE(POSITIVE, "positive", "stoichiometry_empty", "stoichiometry_full"),
    { SEPARATOR, PLAIN, NEEDED_FULL, EVER, "Thickness [m]", "separator.thickness", "m" },
    { SEPARATOR, PLAIN, NEEDED_FULL, EVER, "Porosity", "separator.porosity", "1" },
    { SEPARATOR, PLAIN, NEEDED_FULL, EVER, "Transport efficiency", "separator.transport_efficiency", "1" },
    { INITIAL, PLAIN, OPTIONAL, FROM_1, "Initial state-of-charge", "initial_soc", "1" },
    { INITIAL, KNOWN, OPTIONAL, FROM_1, "Initial temperature [K]", NULL, NULL },
    { INITIAL, PLAIN, OPTIONAL, FROM_1, "Initial electrolyte concentration [mol.m-3]", "electrolyte.concentration",
      "mol/m3" },
    { INITIAL, KNOWN, OPTIONAL, FROM_1, "Initial hysteresis state: Positive electrode", NULL, NULL },
    { INITIAL, KNOWN, OPTIONAL, FROM_1, "Initial hysteresis state: Negative electrode", NULL, NULL },
    { THERMAL, KNOWN, OPTIONAL, FROM_1, "Ambient temperature [K]", NULL, NULL },
    { THERMAL, KNOWN, OPTIONAL, FROM_1, "Heat transfer coefficient [W.m-2.K-1]", NULL, NULL },
    { DEGRADATION, KNOWN, OPTIONAL, FROM_1, "LLI", NULL, NULL },
    { DEGRADATION, KNOWN, OPTIONAL, FROM_1, "LAM: Positive electrode", NULL, NULL },
    { DEGRADATION, KNOWN, OPTIONAL, FROM_1, "LAM: Negative electrode", NULL, NULL },
};
enum { NRULES = sizeof rules / sizeof *rules };

typedef struct job {
    bpx_work         k;
    const tree_node *json, *at[NSECTIONS];        /* NULL: absent */
    tree_node       *set;
    int              major;
    bool             full, partial;               /* the model needs an electrolyte; nothing is needed */
} job;

/* ---- entries ----------------------------------------------------------------------------------------------------- */

static tree_node *word(job *j, const tree_node *at, const char *said)
{
    tree_node *n = tree_make(j->k.t, TREE_TEXT, at->file, at->line, at->column);
    if (n)
        n->text = tree_text(j->k.t, said);
    return n && n->text ? n : NULL;
}

/* set.key = { value, unit, source } */
static void put(job *j, const tree_node *at, const char *key, const char *unit, tree_node *value, const char *flag)
{
    why w = { 0 };
    tree_node *entry = value ? tree_make(j->k.t, TREE_TABLE, at->file, at->line, at->column) : NULL;
    tree_node *unit_node = entry && *unit ? word(j, at, unit) : NULL,
              *flag_node = entry && flag ? word(j, at, flag) : NULL;
    if (!entry)
        return;
    entry->key_line = at->key_line;
    entry->key_column = at->key_column;
    tree_append(entry, "value", value);
    if (unit_node)
        tree_append(entry, "unit", unit_node);
    if (flag_node)
        tree_append(entry, "flag", flag_node);
    if (tree_set(j->k.t, j->set, key, entry, &w))
        tree_complain(j->k.p, at, w.code, "%s", w.text);
}

static void put_number(job *j, const tree_node *at, const char *key, const char *unit, double x, const char *doc)
{
    put(j, at, key, unit, bpx_number(&j->k, at, x), "derived");
    tree_node *entry = tree_find(j->set, key), *said = entry ? word(j, at, doc) : NULL;
    if (said)
        tree_append(entry, "doc", said);
}

/* "negative.ocp" and "_table" */
static const char *with(const char *key, const char *more, char out[96])
{
    snprintf(out, 96, "%.60s%s", key, more);
    return out;
}

static void take(job *j, const rule *q, const tree_node *n)
{
    double x;
    char key[96];
    bool table = bpx_is_table(n);
    if (q->how == PLAIN && bpx_real(&j->k, n, &x))
        put(j, n, q->key, q->unit, bpx_number(&j->k, n, x), NULL);
    if (q->how == FORMULA)
        put(j, n, q->key, q->unit, bpx_formula(&j->k, n), table ? "derived" : NULL);
    if ((q->how == OCP || q->how == ENTROPIC) && table)
        put(j, n, with(q->key, "_table", key), q->how == OCP ? "1;V" : "1;V/K", bpx_curve(&j->k, n), NULL);
    else if (q->how == OCP || q->how == ENTROPIC)
        put(j, n, q->key, "", bpx_formula(&j->k, n), NULL);
    if (q->how != PARTICLE_D)
        return;
    tree_node *f = n->kind == TREE_TEXT || table ? bpx_formula(&j->k, n) : NULL;
    if (f)
        put(j, n, with(q->key, "_function", key), "", f, table ? "derived" : NULL);
    if (f)
        put_number(j, n, q->key, q->unit, 1, "the function has it all");
    else if (n->kind != TREE_TEXT && !table && bpx_real(&j->k, n, &x))
        put(j, n, q->key, q->unit, bpx_number(&j->k, n, x), NULL);
}

/* ---- sections ---------------------------------------------------------------------------------------------------- */

static void unknown(job *j, int section, const tree_node *n)
{
    const char *names[NRULES];
    size_t count = 0;
    for (size_t i = 0; i < NRULES; i++)
        if (rules[i].section == section)
            names[count++] = rules[i].name;
    const char *near = text_nearest(n->key, names, count);
    tree_complain_key(j->k.p, n, E_INPUT, "BPX has no \"%.80s\" in \"%s\"%s%s%s", n->key, titles[section],
                      near ? ", did you mean \"" : "", near ? near : "",
                      near ? "\"?" : "; what else there is to say goes into \"User-defined\"");
}

static void moved(job *j, const rule *q, const tree_node *n)
{
    tree_complain_key(j->k.p, n, E_INPUT,
                      q->when == BEFORE_1
                          ? "\"%.80s\" is not in \"%s\" from BPX 1.0 on: \"State\" or \"User-defined\" has it"
                          : "\"%.80s\" is in \"%s\" only from BPX 1.0 on",
                      q->name, titles[q->section]);
}

static const rule *rule_of(int section, const char *name)
{
    for (size_t i = 0; i < NRULES; i++)
        if (rules[i].section == section && strcmp(rules[i].name, name) == 0)
            return &rules[i];
    return NULL;
}

static void read_section(job *j, int section)
{
    const tree_node *table = j->at[section];
    bool electrode = section == NEGATIVE || section == POSITIVE;
    if (table && electrode && tree_get(table, "Particle")) {
        tree_complain_key(j->k.p, tree_get(table, "Particle"), E_INPUT,
                          "\"%s\" is a blend (\"Particle\"): electrodes of several materials are not supported",
                          titles[section]);
        return;
    }
    for (const tree_node *c = table ? table->first : NULL; c; c = c->next) {
        const rule *q = rule_of(section, c->key);
        if (!q)
            unknown(j, section, c);
        else if (q->when == (j->major < 1 ? FROM_1 : BEFORE_1))
            moved(j, q, c);
        else if (electrode && q->need == NEEDED_FULL && !j->full && !j->partial)
            tree_complain_key(j->k.p, c, E_INPUT, "\"%s\" does not belong to a file of model SPM", q->name);
        else if (q->how == WORDS && c->kind != TREE_TEXT)
            tree_complain(j->k.p, c, E_INPUT, "\"%s\": a text is expected", q->name);
        else
            take(j, q, c);
    }
    for (size_t i = 0; i < NRULES; i++) {
        const rule *q = &rules[i];
        bool other = q->when == (j->major < 1 ? FROM_1 : BEFORE_1);
        bool needed = !j->partial && !other && (q->need == NEEDED || (q->need == NEEDED_FULL && j->full));
        if (q->section == section && needed && table && !tree_get(table, q->name))
            tree_complain(j->k.p, table, E_INPUT, "\"%s\" needs \"%s\"", titles[section], q->name);
    }
}

/* A table in `parent`, NULL if absent or none. */
static const tree_node *table_in(job *j, const tree_node *parent, const char *name, bool needed)
{
    const tree_node *n = tree_get(parent, name);
    if (n && n->kind != TREE_TABLE)
        tree_complain(j->k.p, n, E_INPUT, "\"%s\" is an object { .. }", name);
    if (!n && needed)
        tree_complain(j->k.p, parent, E_INPUT, "BPX needs \"%s\"", name);
    return n && n->kind == TREE_TABLE ? n : NULL;
}

static void only(job *j, const tree_node *table, const char *const *names, size_t n, const char *where)
{
    for (const tree_node *c = table ? table->first : NULL; c; c = c->next) {
        size_t i = 0;
        while (i < n && strcmp(names[i], c->key) != 0)
            i++;
        const char *near = i < n ? NULL : text_nearest(c->key, names, n);
        if (i == n)
            tree_complain_key(j->k.p, c, E_INPUT, "BPX has no \"%.80s\" %s%s%s%s", c->key, where,
                              near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

static void find_sections(job *j)
{
    static const char *const top[] = { "Header", "Parameterisation", "State", "Validation" };
    static const char *const middle[] = { "Cell",      "Electrolyte", "Negative electrode", "Positive electrode",
                                          "Separator", "User-defined" };
    static const char *const state[] = { "Initial conditions", "Thermal environment", "Degradation" };
    const tree_node *all = table_in(j, j->json, "Parameterisation", true), *now = table_in(j, j->json, "State", false);
    only(j, j->json, top, sizeof top / sizeof *top, "at the top");
    only(j, all, middle, sizeof middle / sizeof *middle, "in \"Parameterisation\"");
    only(j, now, state, sizeof state / sizeof *state, "in \"State\"");
    for (int s = CELL; s <= SEPARATOR; s++) {
        bool full = s == ELECTROLYTE || s == SEPARATOR;
        j->at[s] = all ? table_in(j, all, titles[s], !j->partial && (!full || j->full)) : NULL;
        if (j->at[s] && full && !j->full && !j->partial)
            tree_complain_key(j->k.p, j->at[s], E_INPUT, "\"%s\" does not belong to a file of model SPM", titles[s]);
    }
    for (int s = INITIAL; s <= DEGRADATION; s++)
        j->at[s] = now ? table_in(j, now, titles[s], false) : NULL;
}

static void read_header(job *j)
{
    static const char *const models[] = { "SPM", "SPMe", "DFN", "Partial" };
    const tree_node *h = j->at[HEADER] = table_in(j, j->json, "Header", true);
    const tree_node *version = tree_get(h, "BPX"), *model = tree_get(h, "Model");
    double x = 0;
    char *end = NULL;
    if (version && version->kind == TREE_TEXT)
        x = strtod(version->text, &end);
    bool good = version && (version->kind == TREE_TEXT ? end > version->text && (!*end || *end == '.')
                                                       : version->kind == TREE_REAL);
    x = version && version->kind == TREE_REAL ? version->real : x;
    if (version && (!good || !(x >= 0 && x < 2)))
        tree_complain(j->k.p, version, E_INPUT, "\"BPX\": a version from 0.1 to 1.x is expected, as in \"1.0.0\"");
    j->major = x >= 1;
    size_t k = 0;
    while (model && model->kind == TREE_TEXT && k < 4 && strcmp(model->text, models[k]) != 0)
        k++;
    if (model && (model->kind != TREE_TEXT || k == 4))
        tree_complain(j->k.p, model, E_INPUT, "\"Model\": one of SPM, SPMe, DFN and Partial is expected");
    j->full = k == 1 || k == 2;
    j->partial = k >= 3;
}

/* ---- what follows from several ----------------------------------------------------------------------------------- */

static double number_in(const job *j, int section, const char *name)
{
    const tree_node *n = tree_get(j->at[section], name);
    return n && (n->kind == TREE_REAL || n->kind == TREE_INT) ? n->real : NAN;
}

static void derive_electrode(job *j, int section, const char *side, double c_e0)
{
    static const double F = 96485.33212;          /* C/mol, CODATA 2018 */
    const char *const rate = "Reaction rate constant [mol.m-2.s-1]", *const area = "Surface area per unit volume [m-1]";
    char key[96];
    const tree_node *k = tree_get(j->at[section], rate), *a = tree_get(j->at[section], area);
    double x, c_max = number_in(j, section, "Maximum concentration [mol.m-3]"),
              R = number_in(j, section, "Particle radius [m]"), surface = number_in(j, section, area);
    if (k && bpx_real(&j->k, k, &x) && c_max > 0)
        put_number(j, k, with(side, ".reaction_rate", key), "", F * x / (c_max * sqrt(c_e0)),
                   "F k / (c_max sqrt(c_e0))");
    if (a && isfinite(surface * R))
        put_number(j, a, with(side, ".active_fraction", key), "1", surface * R / 3, "surface area x radius / 3");
    double lo = number_in(j, section, "Minimum stoichiometry"), hi = number_in(j, section, "Maximum stoichiometry");
    if (lo >= hi || lo < 0 || hi > 1)
        tree_complain(j->k.p, tree_get(j->at[section], lo < 0 ? "Minimum stoichiometry" : "Maximum stoichiometry"),
                      E_DOMAIN, "\"%s\": stoichiometries from %g to %g: 0 <= minimum < maximum <= 1 is expected",
                      titles[section], lo, hi);
}

static void derive(job *j)
{
    double c_e0 = j->major < 1 ? number_in(j, ELECTROLYTE, "Initial concentration [mol.m-3]")
                               : number_in(j, INITIAL, "Initial electrolyte concentration [mol.m-3]");
    double capacity = number_in(j, CELL, "Density [kg.m-3]") * number_in(j, CELL, "Volume [m3]") *
                      number_in(j, CELL, "Specific heat capacity [J.K-1.kg-1]");
    double cooling = number_in(j, THERMAL, "Heat transfer coefficient [W.m-2.K-1]") *
                     number_in(j, CELL, "External surface area [m2]");
    if (!(c_e0 > 0)) {
        c_e0 = 1000;                              /* mol/m3: SPM's files, and 1.x ones that leave it to the user */
        if (!j->partial)
            put(j, j->at[CELL] ? j->at[CELL] : j->json, "electrolyte.concentration", "mol/m3",
                bpx_number(&j->k, j->at[CELL] ? j->at[CELL] : j->json, c_e0), "assumed");
    }
    derive_electrode(j, NEGATIVE, "negative", c_e0);
    derive_electrode(j, POSITIVE, "positive", c_e0);
    if (isfinite(capacity))
        put_number(j, tree_get(j->at[CELL], "Specific heat capacity [J.K-1.kg-1]"), "heat_capacity", "J/K", capacity,
                   "density x volume x specific heat capacity");
    if (isfinite(cooling))
        put_number(j, tree_get(j->at[THERMAL], "Heat transfer coefficient [W.m-2.K-1]"), "cooling", "W/K", cooling,
                   "heat transfer coefficient x external surface area");
}

static void say_unused(job *j)
{
    static const char *const hysteresis[] = { "OCP (delithiation) [V]", "OCP (lithiation) [V]" };
    const tree_node *own = tree_get(tree_get(j->json, "Parameterisation"), "User-defined");
    if (own && own->n)
        log_say(LOG_WARNING, NULL, "%s:%d: \"User-defined\" is not read; entries in it: %zu", own->file,
                own->key_line, own->n);
    for (int s = NEGATIVE; s <= POSITIVE; s++)
        for (int i = 0; i < 2; i++)
            if (tree_get(j->at[s], hysteresis[i]))
                log_say(LOG_WARNING, NULL, "%s: \"%s\": \"%s\" is not read, \"OCP [V]\" is", j->json->file, titles[s],
                        hysteresis[i]);
    for (const tree_node *c = j->at[DEGRADATION] ? j->at[DEGRADATION]->first : NULL; c; c = c->next)
        if (c->real > 0 || c->kind == TREE_TABLE)
            tree_complain(j->k.p, c, E_INPUT,
                          "\"%s\": a cell that is already aged is not read from BPX; give its health in the scenario",
                          c->key);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

static void about(job *j)
{
    const tree_node *h = j->at[HEADER], *title = tree_get(h, "Title"), *doc = tree_get(h, "Description"),
                    *ref = tree_get(h, "References");
    tree_node *set = tree_make(j->k.t, TREE_TABLE, j->json->file, 1, 1), *flag = word(j, j->json, "unstated");
    if (!h || !set || !flag)
        return;
    const tree_node *source = ref ? ref : title, *shown = title ? title : doc;
    tree_node *said = word(j, h, shown && shown->kind == TREE_TEXT ? shown->text : ""), *ref_word = word(j, h, "bpx");
    tree_node *from = word(j, h, source && source->kind == TREE_TEXT ? source->text : j->json->file);
    tree_node *sources = tree_make(j->k.t, TREE_TABLE, j->json->file, 1, 1);
    if (!said || !ref_word || !from || !sources)
        return;
    tree_append(set, "doc", said);
    tree_append(set, "source", ref_word);
    tree_append(set, "flag", flag);
    tree_append(sources, "bpx", from);
    tree_append(j->set, "set", set);
    tree_append(j->set, "sources", sources);
}

int bpx_read(tree *t, const tree_node *json, tree_problems *p, tree_node **out)
{
    size_t before = p->n;
    job j = { .k = { t, p }, .json = json, .set = tree_make(t, TREE_TABLE, json->file, 1, 1) };
    *out = NULL;
    if (!j.set)
        return E_NOMEM;
    read_header(&j);
    find_sections(&j);
    about(&j);
    for (int s = HEADER; s < NSECTIONS; s++)
        read_section(&j, s);
    if (p->n == before)
        derive(&j);
    say_unused(&j);
    if (p->n > before)
        return p->at[before].code;
    *out = j.set;
    return E_OK;
}
