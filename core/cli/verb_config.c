/* SPDX-License-Identifier: MIT
 * verb_config.c - fade config: the merged scenario with every key explained, and the list of keys there are.
 */
#include "core/base/json.h"
#include "core/cli/cli_open.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is known of the table being printed. */
typedef struct shown {
    const scenario  *s;
    const char      *section;                           /* "run"; keys of this one */
    const fade_desc *desc;                              /* of the plugin at work there; NULL */
    text            *out;
    bool             all;                               /* also keys that are not set, as comments */
} shown;

static const scenario_key *key_of(const char *section, const char *key)
{
    const scenario_key *keys;
    size_t n = scenario_keys(&keys);
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, key) == 0)
            return &keys[i];
    return NULL;
}

static const fade_param *param_of(const fade_desc *d, const char *key)
{
    for (uint32_t i = 0; d && i < d->params.n; i++) {
        const fade_param *p = library_at(&d->params, i);
        if (strcmp(p->key, key) == 0)
            return p;
    }
    return NULL;
}

static const fade_desc *desc_at(const scenario *s, const tree_node *table)
{
    if (s->source.node == table)
        return s->source.plugin->desc;
    for (size_t i = 0; i < s->nphysics; i++)
        for (size_t k = 0; k < s->physics[i].n; k++)
            if (s->physics[i].part[k].node == table)
                return s->physics[i].part[k].plugin->desc;
    for (size_t i = 0; i < s->ncorrector; i++)
        if (s->corrector[i].part.node == table)
            return s->corrector[i].part.plugin->desc;
    for (size_t i = 0; i < s->noutput; i++)
        if (s->output[i].part.node == table)
            return s->output[i].part.plugin->desc;
    return NULL;
}

/* The default of a parameter as a scenario would say it; false: it has none. */
static bool param_default(const fade_param *p, text *t)
{
    const char *at = p->text ? p->text : "";
    switch (p->type) {
    case FADE_REAL:
    case FADE_INT:
        if (!isnan(p->def))
            text_add_number(t, p->def);
        return !isnan(p->def);
    case FADE_BOOL:
        text_add(t, p->def != 0 ? "true" : "false");
        return true;
    case FADE_CHOICE:
        for (int i = 0; i < (int)p->def && strchr(at, '|'); i++)
            at = strchr(at, '|') + 1;
        text_addf(t, "\"%.*s\"", (int)strcspn(at, "|"), at);
        return true;
    case FADE_TEXT:
    case FADE_PATH:
        if (p->text)
            json_quote(t, p->text);
        return p->text != NULL;
    default:
        return false;
    }
}

static void add_doc(const shown *sh, const char *doc, const char *in, const char *def)
{
    text_addf(sh->out, "# %s", doc);
    if (in && *in && strcmp(in, "1") != 0)
        text_addf(sh->out, " [%s]", in);
    if (def && *def)
        text_addf(sh->out, " (default %s)", def);
    text_addc(sh->out, '\n');
}

static void explain(const shown *sh, const char *key)
{
    const scenario_key *k = key_of(sh->section, key);
    const fade_param *p = param_of(sh->desc, key);
    const fade_column *c = strcmp(sh->section, "conditions") == 0 ? scenario_column(key) : NULL;
    text def = { 0 };
    if (sh->desc && strcmp(key, "plugin") == 0)
        add_doc(sh, sh->desc->doc, NULL, NULL);
    else if (k)
        add_doc(sh, k->doc, k->unit, k->def);
    else if (p && param_default(p, &def))
        add_doc(sh, p->doc, p->unit, text_of(&def));
    else if (p)
        add_doc(sh, p->doc, p->unit, NULL);
    else if (c)
        add_doc(sh, c->doc, c->unit, NULL);
    text_free(&def);
}

static bool is_tables(const tree_node *n)
{
    return n->kind == TREE_ARRAY && n->first && n->first->kind == TREE_TABLE;
}

/* "key = value" of one child: a table of it alone, printed. */
static void add_value(const shown *sh, const tree_node *child)
{
    tree_node one = *child, alone = { .kind = TREE_TABLE, .first = &one, .n = 1 };
    one.next = NULL;
    explain(sh, child->key);
    tree_toml(&alone, sh->out);
}

/* What could be set here and is not, as comments. */
static void add_unset(const shown *sh, const tree_node *table)
{
    const scenario_key *keys;
    size_t n = scenario_keys(&keys);
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].section, sh->section) == 0 && strcmp(keys[i].key, "*") != 0 &&
            !tree_get(table, keys[i].key)) {
            explain(sh, keys[i].key);
            text_addf(sh->out, "# %s = %s\n", keys[i].key, keys[i].def ? keys[i].def : "..");
        }
    for (uint32_t i = 0; sh->desc && i < sh->desc->params.n; i++) {
        const fade_param *p = library_at(&sh->desc->params, i);
        text def = { 0 };
        if ((p->flags & FADE_DEPRECATED) || tree_find(table, p->key))
            continue;
        explain(sh, p->key);
        text_addf(sh->out, "# %s = %s\n", p->key, param_default(p, &def) ? text_of(&def) : "..");
        text_free(&def);
    }
}

enum { DEEPEST = 16 };

static void show_table(const shown *from, const char *path, const tree_node *table, int depth);

static void show_tables(const shown *sh, const char *path, const tree_node *array, int depth)
{
    for (const tree_node *t = array->first; t; t = t->next) {
        text_addf(sh->out, "\n[[%s]]\n", path);
        show_table(sh, path, t, depth);
    }
}

static void show_table(const shown *from, const char *path, const tree_node *table, int depth)
{
    shown sh = *from;
    const fade_desc *own = desc_at(sh.s, table);
    if (own)
        sh.desc = own;
    for (const tree_node *c = table->first; c; c = c->next)
        if (c->kind != TREE_TABLE && !is_tables(c))
            add_value(&sh, c);
    if (sh.all)
        add_unset(&sh, table);
    for (const tree_node *c = table->first; c && depth < DEEPEST; c = c->next) {
        char below[512];
        bool plain =
            c->key[strspn(c->key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0' &&
            *c->key;
        text quoted = { 0 };
        json_quote(&quoted, c->key);
        snprintf(below, sizeof below, "%s%s%s", path, *path ? "." : "", plain ? c->key : text_of(&quoted));
        text_free(&quoted);
        if (!*path)
            sh.section = c->key;
        if (is_tables(c)) {
            show_tables(&sh, below, c, depth + 1);
        } else if (c->kind == TREE_TABLE) {
            text_addf(sh.out, "\n[%s]\n", below);
            show_table(&sh, below, c, depth + 1);
        }
    }
}

static int show_run(int argc, char **argv);
static int keys_run(int argc, char **argv);

static const cli_flag show_flags[] = {
    CLI_SET_FLAG, { "all", 'a', NULL, "also what is not set, as comments", false }, { NULL, 0, NULL, NULL, false },
};
static const char *const show_examples[] = { "fade config show scenarios/minimal.toml --set run.cycles=500", NULL };
static const char *const keys_examples[] = { "fade config keys", NULL };
static const cli_verb config_show = {
    .name = "show",
    .help = "print the merged scenario with every key explained",
    .args = "FILE",
    .flag = show_flags,
    .example = show_examples,
    .run = show_run,
    .no_json = "a scenario, in TOML; `fade params show FILE --json` has its values",
};
static const cli_verb config_keys = {
    .name = "keys", .help = "print every key a scenario knows", .args = "", .example = keys_examples, .run = keys_run,
};
static const cli_verb *const config_verbs[] = { &config_show, &config_keys, NULL };
const cli_verb verb_config = {
    .name = "config",
    .help = "show a scenario as it is meant, or the keys there are",
    .args = "show|keys",
    .sub = config_verbs,
};

static int show_run(int argc, char **argv)
{
    cli c;
    scenario *s = NULL;
    int status = cli_parse(&config_show, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    status = cli_scenario(&c, c.arg[0], NULL, 0, &s, NULL);
    if (status != CLI_GO)
        return status;
    text t = { 0 };
    shown sh = { .s = s, .section = "", .out = &t, .all = cli_has(&c, "all") };
    text_addf(&t, "# %s, merged: default < base < file < environment < --set\n", s->file);
    show_table(&sh, "", tree_root(s->tree), 0);
    status = t.failed ? why_status(E_NOMEM) : why_status(cli_put(text_of(&t), t.n));
    text_free(&t);
    scenario_close(s);
    return status;
}

static void key_json(json *j, const scenario_key *k)
{
    json_open(j, NULL, '{');
    json_text(j, "section", k->section);
    json_text(j, "key", k->key);
    json_text(j, "unit", k->unit);
    json_text(j, "default", k->def);
    json_text(j, "doc", k->doc);
    json_close(j, '}');
}

static int keys_run(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&config_keys, argc, argv, 0, 0, &c);
    if (status != CLI_GO)
        return status;
    const scenario_key *keys;
    size_t n = scenario_keys(&keys);
    json j = { 0 };
    text t = { 0 };
    json_open(&j, NULL, '[');
    for (size_t i = 0; i < n; i++) {
        char name[80];
        const char *dot = *keys[i].section ? "." : "";
        snprintf(name, sizeof name, "%s%s%s", keys[i].section, dot, keys[i].key);
        text_addf(&t, "%-28s %-5s %-10s %s\n", name, keys[i].unit, keys[i].def ? keys[i].def : "", keys[i].doc);
        key_json(&j, &keys[i]);
    }
    json_close(&j, ']');
    text_addc(&j.out, '\n');
    const text *said = cli_json() ? &j.out : &t;
    status = why_status(cli_put(text_of(said), said->n));
    text_free(&j.out);
    text_free(&t);
    return status;
}
