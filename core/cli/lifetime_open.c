/* SPDX-License-Identifier: MIT
 * lifetime_open.c - laws by name and KEY=VALUE become a scenario with the source `constant`; any scenario gets an end.
 */
#include "core/cli/lifetime_open.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/script/script.h"
#include "core/study/lifetime.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAWS = 16, MOST_CYCLES = 1000000, MOST_YEARS = 50, CANDIDATES = 1024 };

static const struct { const char *flag, *key; } shorts[] = {
    { "eol", "health.eol" },   { "cycles", "run.cycles" },   { "fleet", "source.cells" },
    { "seed", "run.seed" },    { "threads", "run.threads" },
};
enum { NSHORTS = sizeof shorts / sizeof *shorts };

typedef struct sets {                                   /* what --set would be given */
    text        line[CLI_VALUES + NSHORTS];
    const char *at[CLI_VALUES + NSHORTS];
    size_t      n;
} sets;

static void add_set(sets *s, const char *key, const char *value)
{
    text_addf(&s->line[s->n], "%s=%s", key, value);
    s->at[s->n] = text_of(&s->line[s->n]);
    s->n++;
}

static void free_sets(sets *s)
{
    for (size_t i = 0; i < s->n; i++)
        text_free(&s->line[i]);
}

/* ---- where a key belongs ---- */

static const fade_param *param_of(const plugin *p, const char *key)
{
    for (uint32_t i = 0; i < p->desc->params.n; i++) {
        const fade_param *q = library_at(&p->desc->params, i);
        if (strcmp(q->key, key) == 0)
            return q;
    }
    return NULL;
}

typedef struct places {                                 /* the plugins a key may be of */
    const plugin *source, *law[LAWS];
    size_t        n;
} places;

static const struct { const char *key, *whole; } usual[] = {
    { "temperature", "source.temperature_mean" },
    { "nominal_capacity", "cell.nominal_capacity" },
    { "initial_capacity", "cell.initial_capacity" },
    { "eol", "health.eol" },
    { "hold", "health.hold" },
};
enum { USUAL = sizeof usual / sizeof *usual };

static const char *nearest(const places *p, const char *key)
{
    const char *word[CANDIDATES];
    size_t n = 0;
    for (size_t i = 0; i < USUAL; i++)
        word[n++] = usual[i].key;
    for (size_t k = 0; k <= p->n; k++) {
        const plugin *from = k < p->n ? p->law[k] : p->source;
        for (uint32_t i = 0; i < from->desc->params.n && n < CANDIDATES; i++)
            word[n++] = ((const fade_param *)library_at(&from->desc->params, i))->key;
    }
    return text_nearest(key, word, n);
}

/* "k=0.2": of the law or laws that have it, else of the source, else a condition. */
static int place(const places *p, const char *key, const char *value, sets *out, why *w)
{
    char whole[160];
    size_t before = out->n;
    if (strchr(key, '.')) {
        add_set(out, key, value);
        return E_OK;
    }
    for (size_t i = 0; i < USUAL; i++)
        if (strcmp(usual[i].key, key) == 0) {
            add_set(out, usual[i].whole, value);
            return E_OK;
        }
    for (size_t i = 0; i < p->n; i++)
        if (param_of(p->law[i], key)) {
            snprintf(whole, sizeof whole, "physics.%zu.%s", i + 1, key);
            add_set(out, whole, value);
        }
    bool ours = param_of(p->source, key);
    if (ours && out->n > before)
        return fail(w, E_USAGE, "%s is a key of the law and of the source: write physics.%s or source.%s", key, key,
                    key);
    if (ours || scenario_column(key)) {
        snprintf(whole, sizeof whole, "%s.%s", ours ? "source" : "conditions", key);
        add_set(out, whole, value);
    }
    if (out->n > before)
        return E_OK;
    const char *near = nearest(p, key);
    return fail(w, E_USAGE, "neither the law nor the source has a key \"%s\"%s%s%s", key,
                near ? ", did you mean \"" : "", near ? near : "",
                near ? "\"?" : "; `fade plugin show NAME` lists them");
}

static int place_all(const cli *c, const places *p, sets *out, why *w)
{
    for (int i = 0; i < c->narg; i++) {
        char key[128];
        size_t n = strcspn(c->arg[i], "=");
        if (!c->arg[i][n] || n == 0 || n >= sizeof key)
            return fail(w, E_USAGE, "\"%s\": beside --physics conditions are wanted, KEY=VALUE", c->arg[i]);
        snprintf(key, sizeof key, "%.*s", (int)n, c->arg[i]);
        if (out->n + LAWS >= CLI_VALUES)
            return fail(w, E_USAGE, "more than %d conditions", CLI_VALUES - LAWS);
        int rc = place(p, key, c->arg[i] + n + 1, out, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

/* ---- laws by name ---- */

static int find_laws(const cli *c, places *p, why *w)
{
    const char *name[CLI_VALUES];
    p->n = cli_all(c, "physics", name, CLI_VALUES);
    if (p->n > LAWS)
        return fail(w, E_USAGE, "%zu laws; at most %d are run side by side", p->n, LAWS);
    int rc = library_find_kind("constant", "source", &p->source, w);
    for (size_t i = 0; i < p->n && !rc; i++)
        rc = library_find_kind(name[i], "physics", &p->law[i], w);
    return rc;
}

/* A law that knows the cell it was fitted to is given that cell. */
static double nominal_of(const places *p)
{
    double ah;
    for (size_t i = 0; i < p->n; i++) {
        const fade_param *q = param_of(p->law[i], "nominal_capacity");
        unit from, to;
        double scale, offset;
        if (q && q->type == FADE_REAL && q->def > 0 && units_parse(q->unit, &from, NULL) == E_OK &&
            units_parse("Ah", &to, NULL) == E_OK && units_convert(&from, &to, NAN, &scale, &offset) &&
            (ah = q->def * scale + offset) > 0)
            return ah;
    }
    return 1;
}

static void write_scenario(const places *p, text *t)
{
    text_add(t, "[run]\nname = \"");
    for (size_t i = 0; i < p->n; i++)
        text_addf(t, "%s%s", i ? ", " : "", p->law[i]->desc->id);
    text_add(t, "\"\n[cell]\nnominal_capacity = ");
    text_add_number(t, nominal_of(p));
    text_add(t, "\n[source]\nplugin = \"constant\"\n");
    for (size_t i = 0; i < p->n; i++)
        text_addf(t, "[[physics]]\nplugin = \"%s\"\n", p->law[i]->desc->id);
}

/* ---- both ways ---- */

static void take_shorts(const cli *c, sets *out)
{
    for (size_t i = 0; i < NSHORTS; i++)
        if (cli_text(c, shorts[i].flag))
            add_set(out, shorts[i].key, cli_text(c, shorts[i].flag));
}

static int from_laws(const cli *c, sets *s, scenario **out, why *w)
{
    places p = { 0 };
    text made = { 0 };
    tree_problems problems = { 0 };
    struct script *none = NULL;
    const char *set[CLI_VALUES];
    int rc = find_laws(c, &p, w);
    if (!rc)
        rc = place_all(c, &p, s, w);
    if (rc)
        return cli_fail(w);
    size_t n = cli_all(c, "set", set, CLI_VALUES);
    for (size_t i = 0; i < n && s->n < CLI_VALUES; i++) {
        text_add(&s->line[s->n], set[i]);
        s->at[s->n] = text_of(&s->line[s->n]);
        s->n++;
    }
    take_shorts(c, s);
    write_scenario(&p, &made);
    scenario_options o = { .set = s->at, .nset = s->n, .environment = true };
    rc = made.failed ? fail(w, E_NOMEM, "no memory for the scenario")
                     : script_scenario_text("--physics", text_of(&made), &o, NULL, out, &none, &problems, w);
    int status = rc ? cli_problems(&problems, w) : CLI_GO;
    tree_problems_free(&problems);
    text_free(&made);
    return status;
}

int lifetime_open(const cli *c, scenario **out, struct script **out_script)
{
    why w = { 0 };
    sets *s = mem_zero(1, sizeof *s);
    int status;
    *out = NULL;
    *out_script = NULL;
    if (!s) {
        fail(&w, E_NOMEM, "no memory for the scenario");
        return cli_fail(&w);
    }
    if (cli_has(c, "physics")) {
        status = from_laws(c, s, out, &w);
    } else {
        take_shorts(c, s);
        status = cli_scenario(c, c->arg[0], s->at, s->n, out, out_script);
    }
    free_sets(s);
    free(s);
    return status;
}

/* ---- the end ---- */

static const char ratio[] = "resistance_ratio";         /* over that of a new cell */

static bool has_output(const scenario_physics *p, const char *key)
{
    for (size_t k = 0; k < p->n; k++) {
        const fade_list *out = &p->part[k].plugin->desc->columns.out;
        for (uint32_t i = 0; i < out->n; i++)
            if (strcmp(((const fade_column *)library_at(out, i))->key, key) == 0)
                return true;
    }
    return false;
}

/* A life ends below eol: a stop at eol itself would end the run of a cell that is there to the last bit. */
static bool end_stop(scenario *s, int by, double eol, scenario_stop *out)
{
    char bound[32];
    double part = 1 - 1e-9;
    *out = (scenario_stop){ .kind = STOP_CAPACITY_RATIO, .value = eol * part, .text = "the end of life" };
    if (by == HEALTH_CAPACITY)
        return true;
    for (size_t i = 0; i < s->nphysics; i++)
        if (by == HEALTH_ENERGY || !has_output(&s->physics[i], ratio))
            return false;
    text_number((by == HEALTH_RESISTANCE ? 2 - eol : 1 / eol) / part, bound);
    *out = (scenario_stop){ .kind = STOP_COLUMN, .column = ratio, .above = true, .text = "the end of life",
                            .quantity = tree_text(s->tree, bound) };
    return out->quantity != NULL;
}

int lifetime_bound(scenario *s, int by, double eol, why *w)
{
    const fade_source_v1 *source = library_iface(s->source.plugin->desc, "fade.source/1");
    bool endless = source && source->flags & FADE_HOLD && s->cycles == 0;
    scenario_stop *stop = tree_block(s->tree, s->nstop + 2, sizeof *stop);
    if (!stop)
        return fail(w, E_NOMEM, "no memory for the end of life");
    if (s->nstop)
        memcpy(stop, s->stop, s->nstop * sizeof *stop);
    s->stop = stop;
    if (!isnan(eol) && end_stop(s, by, eol, &stop[s->nstop]))
        s->nstop++;
    if (endless) {
        s->cycles = MOST_CYCLES;
        stop[s->nstop++] = (scenario_stop){ .kind = STOP_TIME, .value = MOST_YEARS * lifetime_year,
                                            .text = "50 years" };
    }
    return E_OK;
}
