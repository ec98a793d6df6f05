/* SPDX-License-Identifier: MIT
 * scenario_keys.c - the table of every key a scenario knows, and the one reader that obeys it.
 */
#include "core/base/log.h"
#include "core/scenario/inside.h"
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { FREE, TEXT, REAL, COUNT, WHOLE, BOOLEAN, PICK, EITHER, SIZE, LEVEL };
#define S(field) offsetof(scenario, field)
#define MOST 1e15

/* X(section, key, unit, default, type, least, most, choices, place, sentence).  FREE keys have a reader of their own; a
 * key "*" stands for those a plugin or the user names. */
#define KEYS(X) \
    X("", "base", "", NULL, FREE, 0, 0, NULL, 0, "Scenario to build on; a relative path lies beside this file.") \
    X("run", "name", "", NULL, TEXT, 0, 0, NULL, S(name), "What the run is called; the file's name unless given.") \
    X("run", "cycles", "", NULL, COUNT, 1, MOST, NULL, S(cycles), \
      "How many rows each cell gets at most; as many as the source has unless given.") \
    X("run", "stop", "", NULL, FREE, 0, 0, NULL, 0, \
      "When a cell is done, one text or a list: \"70% capacity\", \"1.4 Ah capacity\", \"500 cycles\", \"10 " \
      "years\", \"temperature_max > 60 degC\".") \
    X("run", "seed", "", "42", COUNT, 0, 9223372036854775807.0, NULL, S(seed), "Seed of all random numbers.") \
    X("run", "threads", "", "0", WHOLE, 0, 1024, NULL, S(threads), \
      "Threads at work; 0: all cores. No result depends on it.") \
    X("run", "tile", "", "0", COUNT, 0, 65536, NULL, S(tile), \
      "Cells a tile, a multiple of 8; 0: chosen. No result depends on it.") \
    X("run", "snapshot", "s", "30 s", REAL, 0, 1e9, NULL, S(snapshot), \
      "Time between snapshots; 0: only at signals and at the end.") \
    X("run", "out", "", NULL, TEXT, 0, 0, NULL, S(out), \
      "Folder of the result, from the working directory; results/NAME unless given.") \
    X("cell", "nominal_capacity", "Ah", NULL, REAL, 1e-9, 1e9, NULL, S(cell.nominal_capacity), \
      "Nominal capacity; C-rates refer to it.") \
    X("cell", "initial_capacity", "Ah", NULL, REAL, 1e-9, 1e9, NULL, S(cell.initial_capacity), \
      "Capacity when new; each cell's first observed one unless given.") \
    X("cell", "soh_reference", "", NULL, PICK, 0, 0, "nominal|initial", S(soh_reference), \
      "What the state of health is a fraction of; nominal where it is given.") \
    X("pack", "series", "", "1", WHOLE, 1, 1024, NULL, S(pack.series), \
      "Groups in series: a cell of the source is a pack of cells of the model in seconds.") \
    X("pack", "parallel", "", "1", WHOLE, 1, 1024, NULL, S(pack.parallel), "Cells in parallel in each group.") \
    X("pack", "connection", "ohm", "0 ohm", REAL, 0, 1e3, NULL, S(pack.connection), \
      "Resistance of what connects each cell to its group.") \
    X("conditions", "*", "", NULL, FREE, 0, 0, NULL, 0, \
      "A constant for a column the source lacks: a standard column = number or quantity, any other = { value = " \
      "1, unit = \"V\" }.") \
    X("source", "plugin", "", NULL, FREE, 0, 0, NULL, 0, "Where rows come from.") \
    X("source", "name", "", NULL, FREE, 0, 0, NULL, 0, \
      "What it is called in messages; the plugin's id unless given.") \
    X("source", "*", "", NULL, FREE, 0, 0, NULL, 0, "Parameters of the plugin: fade plugin show NAME.") \
    X("duty", "row", "s", "1 day", REAL, 1e-3, 1e12, NULL, S(duty.row), \
      "Under a source whose samples are a duty (profile): how long a row of the result is. No break point depends " \
      "on it.") \
    X("duty", "break_time", "s", NULL, REAL, 1e-3, 1e12, NULL, S(duty.break_time), \
      "Book cycles when so much time has passed; as each law asks unless this or break_efc is given.") \
    X("duty", "break_efc", "", NULL, REAL, 1e-9, 1e9, NULL, S(duty.break_efc), \
      "Book them at the first turning point past so many equivalent full cycles; as each law asks unless this or " \
      "break_time is given.") \
    X("duty", "keep", "", "soc", PICK, 0, 0, "soc|energy", S(duty.keep), \
      "What an aged cell keeps of the duty: its swings of state of charge, or its energy (swings deepen with fade).") \
    X("duty", "gate", "1", "0", REAL, 0, 1, NULL, S(duty.gate), \
      "Rainflow: turns of the state of charge smaller than this are not seen.") \
    X("physics", "plugin", "", NULL, FREE, 0, 0, NULL, 0, \
      "The ageing law or cell model. Several [[physics]] run side by side.") \
    X("physics", "name", "", NULL, FREE, 0, 0, NULL, 0, \
      "What rows of this model are called; the plugins' ids unless given.") \
    X("physics", "parts", "", NULL, FREE, 0, 0, NULL, 0, \
      "Instead of plugin: tables of plugins coupled into one model.") \
    X("physics", "combine", "", NULL, PICK, 0, 0, "add|max|multiply", offsetof(scenario_physics, combine), \
      "How the losses of several parts make one: their sum, the largest, or what each leaves of what the others " \
      "leave; growths of resistance alike.") \
    X("physics", "parameters", "", NULL, FREE, 0, 0, NULL, 0, \
      "Parameter set: a name (fade params list), a .toml or BPX .json file, or a table. The keys given here win.") \
    X("physics", "*", "", NULL, FREE, 0, 0, NULL, 0, "Parameters of the plugin.") \
    X("corrector", "plugin", "", NULL, FREE, 0, 0, NULL, 0, \
      "What learns the physics' error. Several [[corrector]] run side by side.") \
    X("corrector", "name", "", NULL, FREE, 0, 0, NULL, 0, "What it is called in rows; the plugin's id unless given.") \
    X("corrector", "features", "", NULL, FREE, 0, 0, NULL, 0, \
      "Columns it learns from (capacity_lag_{1:5}: five); a default list unless given.") \
    X("corrector", "scope", "", "cell", EITHER, 0, 0, "cell|pooled", offsetof(scenario_corrector, pooled), \
      "One model for each cell, or one for all.") \
    X("corrector", "gate", "", "true", BOOLEAN, 0, 0, NULL, offsetof(scenario_corrector, gate), \
      "Weigh the correction by its skill on the training part.") \
    X("corrector", "model", "", NULL, FREE, 0, 0, NULL, 0, \
      "Folder of a saved model (fade train) to use instead of plugin and training; its features and settings come " \
      "with it.") \
    X("corrector", "from", "", NULL, FREE, 0, 0, NULL, 0, \
      "Folder of a saved model of the same plugin that training starts from.") \
    X("corrector", "parameters", "", NULL, FREE, 0, 0, NULL, 0, \
      "Parameter set, as of a physics.") \
    X("corrector", "*", "", NULL, FREE, 0, 0, NULL, 0, "Parameters of the plugin.") \
    X("protocol", "steps", "", NULL, FREE, 0, 0, NULL, 0, \
      "What is done in a cycle: sentences (\"Discharge at 1C until 2.5 V\", \"Rest for 10 minutes\"), tables, " \
      "groups, drive cycles, jumps (docs/protocol.md).") \
    X("protocol", "temperature", "K", NULL, REAL, 150, 500, NULL, S(protocol.temperature), \
      "Temperature of the surroundings in steps that give none; as the source and [conditions] say unless given.") \
    X("protocol", "period", "s", NULL, REAL, 1e-6, 1e12, NULL, S(protocol.period), \
      "How often a sample is kept in steps that do not say it.") \
    X("protocol", "reference_test", "", NULL, FREE, 0, 0, NULL, 0, \
      "{ every = 50, steps = [..] }: steps done behind cycles 1, 50, 100, .. on a copy of the cell.") \
    X("trace", "cycles", "", NULL, FREE, 0, 0, NULL, 0, \
      "Cycles whose samples are kept: \"first, last, every 50\", \"all\", numbers, or a list of these; first and " \
      "last unless given.") \
    X("trace", "period", "s", "0", REAL, 0, 1e9, NULL, S(trace.period), \
      "A sample every so often in each step of the protocol, and at its ends; 0: at each step of the solver. A " \
      "sentence's own period wins.") \
    X("trace", "columns", "", NULL, FREE, 0, 0, NULL, 0, \
      "Outputs of the cell model besides voltage and current; temperature and soc unless given.") \
    X("evaluate", "split", "", NULL, FREE, 0, 0, NULL, 0, \
      "Which rows are known: { kind = \"holdout\", fraction = 0.5 }, \"time:0.8\" or \"first:100\"; the first half " \
      "of each cell's rows unless given.  For fade evaluate also \"rolling:0.5/10\", \"cells\", \"groups\".") \
    X("evaluate", "target", "", "capacity", TEXT, 0, 0, NULL, S(evaluate.target), \
      "Observed column that is forecast.") \
    X("evaluate", "truth", "", NULL, TEXT, 0, 0, NULL, S(evaluate.truth), \
      "Column scored against; the target unless given.") \
    X("output", "plugin", "", NULL, FREE, 0, 0, NULL, 0, "Where rows go; summary and csv unless any is given.") \
    X("output", "name", "", NULL, FREE, 0, 0, NULL, 0, \
      "What it is called in messages; the plugin's id unless given.") \
    X("output", "every", "", "0", COUNT, 0, MOST, NULL, offsetof(scenario_output, every), \
      "Rows of cycles 1, N, 2N, .. and each cell's last; 0: all.") \
    X("output", "at", "", NULL, FREE, 0, 0, NULL, 0, \
      "Rows of these cycles only, as in [100, 500], and each cell's last.") \
    X("output", "*", "", NULL, FREE, 0, 0, NULL, 0, "Parameters of the plugin.") \
    X("health", "eol", "1", "0.8", REAL, 1e-6, 1, NULL, S(health.eol), "State of health at the end of life.") \
    X("health", "preset", "", NULL, FREE, 0, 0, NULL, 0, "\"nasa\": eol = 0.7 (2.0 Ah to 1.4 Ah).") \
    X("health", "hold", "", "1", COUNT, 1, 1e9, NULL, S(health.hold), "Cycles it must stay below.") \
    X("sweep", "*", "", NULL, FREE, 0, 0, NULL, 0, \
      "Many points of this scenario: fade sweep --help, docs/sweep.md.") \
    X("logging", "level", "", "info", LEVEL, 0, 0, "debug|info|warning|error|silent", S(logging.level), \
      "Least level that is kept.") \
    X("logging", "format", "", "text", EITHER, 0, 0, "text|json|structured", S(logging.json), \
      "Lines for people or JSON lines (structured is the same).") \
    X("logging", "file", "", NULL, TEXT, 0, 0, NULL, S(logging.file), \
      "File instead of stderr, from the working directory.") \
    X("logging", "rotate", "", "0", SIZE, 0, 1e15, NULL, S(logging.rotate), \
      "Size at which the file is turned over (\"10 MB\"); 0: never.") \
    X("logging", "keep", "", "5", WHOLE, 0, 1000, NULL, S(logging.keep), "How many old files are kept.")

typedef struct rule {
    int         type;
    double      least, most;
    const char *choices;
    size_t      place;
} rule;

#define KEY(section, key, unit, def, type, least, most, choices, place, doc) { section, key, unit, def, doc },
#define RULE(section, key, unit, def, type, least, most, choices, place, doc) { type, least, most, choices, place },
static const scenario_key keys[] = { KEYS(KEY) };
static const rule rules[] = { KEYS(RULE) };
enum { NKEYS = sizeof keys / sizeof keys[0] };

size_t scenario_keys(const scenario_key **out)
{
    *out = keys;
    return NKEYS;
}

size_t scenario_section_keys(const char *section, const char **out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < NKEYS && n + 1 < max; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, "*") != 0)
            out[n++] = keys[i].key;
    out[n] = NULL;
    return n;
}

/* ---- one value by its rule --------------------------------------------------------------------------------------- */

/* What is being read: for sentences. */
typedef struct slot {
    reading            *r;
    const scenario_key *key;
    const rule         *rule;
    const tree_node    *node;
} slot;

static void wrong(const slot *q, int code, const char *expected)
{
    char shown[80] = "";
    text made = { 0 };
    if (q->node->kind == TREE_TABLE || q->node->kind == TREE_ARRAY)
        snprintf(shown, sizeof shown, "a %s", q->node->kind == TREE_TABLE ? "table" : "list");
    else if (q->node->kind == TREE_TEXT || q->node->kind == TREE_DATE)
        snprintf(shown, sizeof shown, q->node->kind == TREE_TEXT ? "\"%.60s\"" : "%.60s", q->node->text);
    else {
        text_add_number(&made, q->node->real);
        snprintf(shown, sizeof shown, "%s",
                 q->node->kind == TREE_BOOL ? (q->node->integer ? "true" : "false") : text_of(&made));
    }
    text_free(&made);
    tree_complain(q->r->p, q->node, code, "[%s] %s = %s: %s", q->key->section, q->key->key, shown, expected);
}

static bool in_range(const slot *q, double x)
{
    char said[120];
    if (x >= q->rule->least && x <= q->rule->most)
        return true;
    snprintf(said, sizeof said, "outside %g..%g%s%s", q->rule->least, q->rule->most, *q->key->unit ? " " : "",
             strcmp(q->key->unit, "1") ? q->key->unit : "");
    wrong(q, E_DOMAIN, said);
    return false;
}

static void read_text(const slot *q, void *at)
{
    if (q->node->kind == TREE_TEXT && *q->node->text)
        *(const char **)at = q->node->text;
    else
        wrong(q, E_INPUT, "a text is expected");
}

/* A number in the key's unit, or a text with its own. */
static bool number(const slot *q, double *out)
{
    why w = { 0 };
    if (q->node->kind == TREE_REAL || q->node->kind == TREE_INT) {
        *out = q->node->real;
        return true;
    }
    if (q->node->kind != TREE_TEXT) {
        wrong(q, E_INPUT, "a number is expected");
        return false;
    }
    int rc = units_quantity(q->node->text, q->key->unit, NAN, out, &w);
    if (rc)
        tree_complain(q->r->p, q->node, rc, "[%s] %s: %s", q->key->section, q->key->key, w.text);
    return rc == E_OK;
}

static void read_real(const slot *q, void *at)
{
    double x;
    if (number(q, &x) && in_range(q, x))
        *(double *)at = x;
}

/* A whole number: of TOML 1000 and 1e3. */
static bool whole(const slot *q, uint64_t *out)
{
    bool real = q->node->kind == TREE_REAL && fabs(q->node->real) <= 9007199254740992.0 &&
                floor(q->node->real) == q->node->real;
    if (q->node->kind != TREE_INT && !real) {
        wrong(q, E_INPUT, "a whole number is expected");
        return false;
    }
    if (!in_range(q, q->node->real))
        return false;
    *out = q->node->kind == TREE_INT ? (uint64_t)q->node->integer : (uint64_t)q->node->real;
    return true;
}

static void read_count(const slot *q, void *at)
{
    uint64_t n;
    if (whole(q, &n))
        *(uint64_t *)at = n;
}

static void read_whole(const slot *q, void *at)
{
    uint64_t n;
    if (whole(q, &n))
        *(int *)at = (int)n;
}

static void read_bool(const slot *q, void *at)
{
    if (q->node->kind == TREE_BOOL)
        *(bool *)at = q->node->integer != 0;
    else
        wrong(q, E_INPUT, "true or false is expected");
}

/* The index of the word among "a|b|c"; -1: none of them. */
static int choice(const slot *q)
{
    enum { WORDS = 8, LONGEST = 16 };
    char said[160], word[WORDS][LONGEST];
    const char *at = q->rule->choices, *words[WORDS], *near = NULL;
    int n = 0;
    for (; at && n < WORDS; n++) {
        size_t length = strcspn(at, "|");
        snprintf(word[n], LONGEST, "%.*s", (int)length, at);
        words[n] = word[n];
        at = at[length] ? at + length + 1 : NULL;
    }
    for (int i = 0; q->node->kind == TREE_TEXT && i < n; i++)
        if (strcmp(q->node->text, words[i]) == 0)
            return i;
    if (q->node->kind == TREE_TEXT)
        near = text_nearest(q->node->text, words, (size_t)n);
    snprintf(said, sizeof said, "expected one of %s%s%s%s", q->rule->choices, near ? ", did you mean \"" : "",
             near ? near : "", near ? "\"?" : "");
    wrong(q, E_INPUT, said);
    return -1;
}

static void read_pick(const slot *q, void *at)
{
    int i = choice(q);
    if (i >= 0)
        *(int *)at = i;
}

/* The first word is false, any other true. */
static void read_either(const slot *q, void *at)
{
    int i = choice(q);
    if (i >= 0)
        *(bool *)at = i > 0;
}

static void read_level(const slot *q, void *at)
{
    int i = choice(q);
    if (i >= 0)
        *(int *)at = log_level(q->node->text) >= 0 ? log_level(q->node->text) : LOG_SILENT;
}

/* Bytes: 1000000, "10 MB", "8 MiB". */
static void read_size(const slot *q, void *at)
{
    static const struct {
        const char *word;
        double bytes;
    } sizes[] = { { "B", 1 },      { "kB", 1e3 },      { "MB", 1e6 },        { "GB", 1e9 },
                  { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 } };
    if (q->node->kind != TREE_TEXT) {
        read_count(q, at);
        return;
    }
    const char *given = q->node->text;
    size_t n = strspn(given, "0123456789.");
    const char *unit_word = given + n + strspn(given + n, " ");
    double x = 0;
    for (size_t i = 0; text_real(given, n, &x) && i < sizeof sizes / sizeof *sizes; i++)
        if (strcmp(unit_word, sizes[i].word) == 0) {
            x *= sizes[i].bytes;
            if (in_range(q, x))
                *(uint64_t *)at = (uint64_t)x;
            return;
        }
    wrong(q, E_INPUT, "a size is expected, as 1000000 or \"10 MB\"");
}

static void (*const readers[])(const slot *, void *) = {
    [FREE] = NULL,         [TEXT] = read_text, [REAL] = read_real,     [COUNT] = read_count, [WHOLE] = read_whole,
    [BOOLEAN] = read_bool, [PICK] = read_pick, [EITHER] = read_either, [SIZE] = read_size,   [LEVEL] = read_level,
};

/* The default as a node, so that it is read as if it stood in the file. */
static tree_node default_node(const scenario_key *key, int type)
{
    tree_node node = { .kind = TREE_TEXT, .file = "default", .text = key->def };
    if (type == COUNT || type == WHOLE || type == SIZE) {
        node.kind = TREE_INT;
        text_real(key->def, strlen(key->def), &node.real);
        node.integer = (int64_t)node.real;
    } else if (type == BOOLEAN) {
        node.kind = TREE_BOOL;
        node.integer = strcmp(key->def, "true") == 0;
    }
    return node;
}

/* ---- sections ---------------------------------------------------------------------------------------------------- */

/* A key that stands elsewhere by the same name, or the nearest one here. */
static void unknown(reading *r, const char *section, const tree_node *c)
{
    const char *here[NKEYS + 1];
    size_t n = scenario_section_keys(section, here, NKEYS + 1);
    const char *near = text_nearest(c->key, here, n);
    for (size_t i = 0; i < NKEYS && !near; i++)
        if (*keys[i].section && strcmp(keys[i].key, c->key) == 0) {
            tree_complain_key(r->p, c, E_INPUT, "unknown key \"%.60s\" in [%s]: it belongs in [%s]", c->key, section,
                              keys[i].section);
            return;
        }
    tree_complain_key(r->p, c, E_INPUT, "unknown key \"%.60s\" in [%s]%s%s%s", c->key, section,
                      near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool known(const char *section, const char *key)
{
    for (size_t i = 0; i < NKEYS; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, key) == 0)
            return true;
    return false;
}

void scenario_read_section(reading *r, const char *section, const tree_node *node, void *base, bool open)
{
    if (node && node->kind != TREE_TABLE) {
        tree_complain(r->p, node, E_INPUT, "[%s] is a table: write [%s], then its keys below", section, section);
        node = NULL;
    }
    for (size_t i = 0; i < NKEYS; i++) {
        if (strcmp(keys[i].section, section) != 0 || !readers[rules[i].type])
            continue;
        tree_node *c = tree_get(node, keys[i].key), def;
        slot q = { r, &keys[i], &rules[i], c };
        if (keys[i].def) {                        /* first, so that a wrong value leaves the default */
            def = default_node(&keys[i], rules[i].type);
            readers[rules[i].type](&(slot){ r, &keys[i], &rules[i], &def }, (char *)base + rules[i].place);
        }
        if (c)
            readers[rules[i].type](&q, (char *)base + rules[i].place);
    }
    for (tree_node *c = node ? node->first : NULL; c; c = c->next) {
        c->used = c->used || known(section, c->key);
        if (!open && !known(section, c->key))
            unknown(r, section, c);
    }
}

/* A top key that is no section: the nearest section, or the section that has a key of that name. */
static void no_section(reading *r, const tree_node *c)
{
    const char *sections[NKEYS];
    size_t n = 0;
    for (size_t i = 0; i < NKEYS; i++)
        if (*keys[i].section && (n == 0 || strcmp(sections[n - 1], keys[i].section) != 0))
            sections[n++] = keys[i].section;
    for (size_t i = 0; i < NKEYS; i++)
        if (c->kind != TREE_TABLE && *keys[i].section && strcmp(keys[i].key, c->key) == 0) {
            tree_complain_key(r->p, c, E_INPUT, "unknown key \"%.60s\" at the top: it belongs in [%s]", c->key,
                              keys[i].section);
            return;
        }
    const char *near = text_nearest(c->key, sections, n);
    tree_complain_key(r->p, c, E_INPUT, "unknown section [%.60s]%s%s%s", c->key, near ? ", did you mean [" : "",
                      near ? near : "", near ? "]?" : "");
}

static bool is_hook(const char *key)
{
    return strcmp(key, "on_start") == 0 || strcmp(key, "on_cycle") == 0 || strcmp(key, "on_end") == 0;
}

void scenario_check_sections(reading *r, const tree_node *root)
{
    for (const tree_node *c = root->first; c; c = c->next) {
        bool found = false;
        for (size_t i = 0; i < NKEYS && !found; i++)
            found = *keys[i].section && strcmp(keys[i].section, c->key) == 0;
        found = found || (c->kind == TREE_CALL && is_hook(c->key));
        if (!found && strcmp(c->key, "base") == 0)
            tree_complain_key(r->p, c, E_INPUT, "base can only be given in a scenario's file");
        else if (!found)
            no_section(r, c);
    }
}
