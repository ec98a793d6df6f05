/* SPDX-License-Identifier: MIT
 * script_model.c - a physics written in Lua: its table read into a descriptor like any plugin's.
 *
 *     physics = {
 *         name = "mylaw", doc = "..", source = "paper, DOI",
 *         parameters = { k = 1e-3, n = { value = 0.5, unit = "1", min = 0, max = 2, doc = ".." } },
 *         inputs = { "depth", "temperature_mean" },          or { depth = "1", .. }, or tables { unit =, doc =, min =,
 * max =, lo =, hi = } state = { n = 0 },                                 or tables { init =, unit =, doc =, min =, max
 * = } outputs = { loss = "1" }, step = function(x, u, p, dt) .. return new_state, outputs end, observe = function(x, u,
 * p) .. return outputs end,  optional: else step with dt = 0 init = function(u, p) .. return state end, optional k =
 * 2e-3,                                          a parameter's value, as of any plugin
 *     }
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/script/script_inside.h"
#include <ctype.h>
#include <lauxlib.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Models live as long as the process, as plugins do; the same text gives the same one. */
static struct { pthread_mutex_t lock; script_model *first; mem_arena *arena; unsigned n; } known = {
    .lock = PTHREAD_MUTEX_INITIALIZER
};

typedef struct reader {
    tree          *t;
    tree_problems *p;
    mem_arena     *arena;
    script_model  *m;
    bool           failed;
} reader;

static const char *own_text(reader *r, const char *s)
{
    const char *copy = mem_arena_text(r->arena, s);
    r->failed |= !copy;
    return copy ? copy : "";
}

/* "loss of the model.", with a capital. */
static const char *own_format(reader *r, const char *key)
{
    char *said = mem_arena_format(r->arena, "%s of the model.", key);
    r->failed |= !said;
    if (said)
        *said = (char)toupper((unsigned char)*said);
    return said ? said : "";
}

static double number(reader *r, const tree_node *table, const char *key, double otherwise)
{
    const tree_node *n = tree_get(table, key);
    if (!n)
        return otherwise;
    if (n->kind == TREE_REAL || n->kind == TREE_INT)
        return n->real;
    tree_complain(r->p, n, E_INPUT, "%s: a number is expected", key);
    return otherwise;
}

static const char *word(reader *r, const tree_node *table, const char *key, const char *otherwise)
{
    const tree_node *n = tree_get(table, key);
    if (!n)
        return otherwise;
    if (n->kind == TREE_TEXT)
        return own_text(r, n->text);
    tree_complain(r->p, n, E_INPUT, "%s: a text is expected", key);
    return otherwise;
}

static bool is_key(const char *key)
{
    return *key >= 'a' && *key <= 'z' && strlen(key) < 64 &&
           !key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.")];
}

static void check_unit(reader *r, const tree_node *n, const char *unit_text)
{
    why w = { 0 };
    unit u;
    if (units_parse(unit_text, &u, &w))
        tree_complain(r->p, n, E_INPUT, "%s", w.text);
}

/* "1", or a table, or a bare entry of a list. */
static fade_column column(reader *r, const tree_node *n, const char *key, const char *what)
{
    const fade_column *standard = scenario_column(key);
    fade_column c = { .key = own_text(r, key), .unit = standard ? standard->unit : "1", .width = 1 };
    c.doc = standard && standard->doc ? standard->doc : own_format(r, key);
    if (!is_key(key))
        tree_complain_key(r->p, n, E_INPUT, "%s \"%.60s\": a key is lower case letters, digits and _", what, key);
    if (n->kind == TREE_TABLE) {
        c.unit = word(r, n, "unit", c.unit);
        c.doc = word(r, n, "doc", c.doc);
        c.init = number(r, n, "init", 0);
        c.min = number(r, n, "min", tree_get(n, "max") ? -DBL_MAX : 0);
        c.max = number(r, n, "max", tree_get(n, "min") ? DBL_MAX : 0);
        c.lo = number(r, n, "lo", 0);
        c.hi = number(r, n, "hi", 0);
        const tree_node *optional = tree_get(n, "optional");
        c.flags = optional && optional->kind == TREE_BOOL && optional->integer ? FADE_OPTIONAL : 0;
    } else if (n->kind == TREE_TEXT && n->key) {
        c.unit = own_text(r, n->text);
    } else if (n->kind == TREE_REAL || n->kind == TREE_INT) {
        c.init = n->real;
    } else if (n->kind != TREE_TEXT)
        tree_complain(r->p, n, E_INPUT, "%s %s: a unit or a table is expected", what, key);
    check_unit(r, n, c.unit);
    return c;
}

static fade_list columns(reader *r, const tree_node *table, const char *what)
{
    const tree_node *list = tree_get(table, what);
    if (!list)
        return (fade_list){ 0 };
    if (list->kind != TREE_TABLE && list->kind != TREE_ARRAY) {
        tree_complain(r->p, list, E_INPUT, "%s: a table is expected, as in { loss = \"1\" }", what);
        return (fade_list){ 0 };
    }
    fade_column *c = mem_arena_get(r->arena, (list->n + 1) * sizeof *c);
    uint32_t n = 0;
    r->failed |= !c;
    for (const tree_node *one = c ? list->first : NULL; one; one = one->next) {
        const tree_node *key = one->kind == TREE_TABLE ? tree_get(one, "key") : one;
        if (list->kind == TREE_ARRAY && (!key || key->kind != TREE_TEXT))
            tree_complain(r->p, one, E_INPUT, "%s: a key is expected in the list, as in { \"depth\" }", what);
        else
            c[n++] = column(r, one, list->kind == TREE_ARRAY ? key->text : one->key, what);
    }
    return (fade_list){ c, n, sizeof *c };
}

static fade_param param(reader *r, const tree_node *n)
{
    fade_param q = { .key = own_text(r, n->key), .unit = "1", .source = "", .type = FADE_REAL,
                     .flags = FADE_PER_CELL, .def = n->real };
    q.doc = own_format(r, n->key);
    if (!is_key(n->key))
        tree_complain_key(r->p, n, E_INPUT, "parameter \"%.60s\": a key is lower case letters, digits and _", n->key);
    if (n->kind == TREE_TABLE) {
        q.unit = word(r, n, "unit", "1");
        q.doc = word(r, n, "doc", q.doc);
        q.source = word(r, n, "source", "");
        q.def = number(r, n, "value", NAN);
        q.min = number(r, n, "min", tree_get(n, "max") ? -DBL_MAX : 0);
        q.max = number(r, n, "max", tree_get(n, "min") ? DBL_MAX : 0);
        q.flags |= isnan(q.def) ? FADE_REQUIRED : 0;
    } else if (n->kind != TREE_REAL && n->kind != TREE_INT)
        tree_complain(r->p, n, E_INPUT, "parameter %s: a number or { value = .., unit = .. } is expected", n->key);
    check_unit(r, n, q.unit);
    return q;
}

static fade_list params(reader *r, const tree_node *table)
{
    const tree_node *list = tree_get(table, "parameters");
    if (!list || list->kind != TREE_TABLE)
        return (fade_list){ 0 };
    fade_param *q = mem_arena_get(r->arena, (list->n + 1) * sizeof *q);
    uint32_t n = 0;
    r->failed |= !q;
    for (const tree_node *one = q ? list->first : NULL; one; one = one->next)
        q[n++] = param(r, one);
    return (fade_list){ q, n, sizeof *q };
}

static int function(reader *r, const tree_node *table, const char *key)
{
    const tree_node *n = tree_get(table, key);
    if (n && n->kind != TREE_CALL)
        tree_complain(r->p, n, E_INPUT, "%s: a function is expected", key);
    return n && n->kind == TREE_CALL ? (int)n->integer : 0;
}

/* "My law" -> "my-law-lua3": an id that no plugin's file can have taken. */
static const char *make_id(reader *r, const char *name)
{
    char id[64] = "";
    size_t n = 0;
    for (const char *c = name; *c && n < 40; c++)
        if (isalnum((unsigned char)*c))
            id[n++] = (char)tolower((unsigned char)*c);
        else if (n && id[n - 1] != '-')
            id[n++] = '-';
    snprintf(id + n, sizeof id - n, "%slua%u", n ? "-" : "", ++known.n);
    return own_text(r, isalpha((unsigned char)*id) ? id : "lua");
}

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &script_step_v1 : NULL;
}

static void describe(reader *r, const tree_node *table, const char *name)
{
    script_model *m = r->m;
    m->step = function(r, table, "step");
    m->init = function(r, table, "init");
    m->observe = function(r, table, "observe");
    m->desc = (fade_desc){ .size = sizeof m->desc, .flags = FADE_PER_CYCLE, .id = make_id(r, name), .kind = "physics",
                           .version = "1.0.0", .licence = "MIT", .doc = word(r, table, "doc", "A model in Lua."),
                           .cite = word(r, table, "source", ""), .params = params(r, table), .iface = iface, .own = m };
    m->desc.columns.in = columns(r, table, "inputs");
    m->desc.columns.state = columns(r, table, "state");
    m->desc.columns.out = columns(r, table, "outputs");
    if (!m->desc.columns.out.n)
        tree_complain(r->p, table, E_INPUT, "a model in Lua says what it writes: outputs = { loss = \"1\" }");
    m->plugins[0] = &m->desc;
    m->library = (fade_library){ FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof m->library, m->plugins };
}

static const char *const described[] = { "parameters", "inputs", "state", "outputs", "step", "init", "observe", "doc",
                                         "source" };

/* What describes the model leaves the table; what sets it stays. */
static void strip(tree_node *table)
{
    tree_node *kept = NULL, **to = &kept, *last = NULL;
    size_t n = 0;
    for (tree_node *c = table->first, *next; c; c = next) {
        bool leaves = false;
        next = c->next;
        for (size_t i = 0; i < sizeof described / sizeof *described; i++)
            leaves |= strcmp(c->key, described[i]) == 0;
        if (leaves)
            continue;
        *to = c;
        to = &c->next;
        last = c;
        n++;
    }
    *to = NULL;
    table->first = kept;
    table->last = last;
    table->n = n;
}

static int put_text(tree *t, tree_node *table, const char *key, const char *value, why *w)
{
    tree_node *n = tree_make(t, TREE_TEXT, table->file, table->line, table->column);
    const char *copy = tree_text(t, value);
    if (!n || !copy)
        return fail(w, E_NOMEM, "no memory for the scenario");
    n->text = copy;
    return tree_put(table, key, n);
}

typedef struct job {
    tree                 *t;
    const char           *path, *made;
    const script_options *o;
    tree_problems        *p;
    why                  *why;
    lua_State            *L;                      /* the user's own state, and its list of functions; NULL */
    int                   functions;
    const void           *function;               /* `step` of the table at hand, there */
} job;

/* The model for this table of this text: known already, or described now. */
static const script_model *model_of(const job *k, const tree_node *table)
{
    const char *path = k->path, *made = k->made;
    const script_options *o = k->o;
    tree_problems *p = k->p;
    why *w = k->why;
    text key = { 0 };
    text_addf(&key, "%s\n%d %lld %d\n%s", path, table->line, (long long)tree_get(table, "step")->integer, o->trust,
              made);
    uint64_t hash = text_hash(text_of(&key));
    text_free(&key);
    for (const script_model *m = known.first; m; m = m->next)
        if (m->hash == hash && strcmp(m->text, made) == 0 && m->L == k->L && m->function == k->function)
            return m;
    if (!known.arena && !(known.arena = mem_arena_open())) {
        fail(w, E_NOMEM, "no memory for a model in Lua");
        return NULL;
    }
    script_model *m = mem_arena_get(known.arena, sizeof *m);
    if (!m) {
        fail(w, E_NOMEM, "no memory for a model in Lua");
        return NULL;
    }
    *m = (script_model){ .hash = hash, .o = *o, .L = k->L, .functions = k->functions, .function = k->function };
    reader r = { .t = k->t, .p = p, .arena = known.arena, .m = m };
    const tree_node *name = tree_get(table, "name");
    size_t before = p->n;
    m->path = (char *)(uintptr_t)own_text(&r, path);
    m->text = (char *)(uintptr_t)own_text(&r, made);
    describe(&r, table, name && name->kind == TREE_TEXT ? name->text : "model");
    if (r.failed) {
        fail(w, E_NOMEM, "no memory for a model in Lua");
        return NULL;
    }
    if (p->n > before)
        return NULL;
    m->next = known.first;
    known.first = m;
    library_register(&m->library);
    return m;
}

static int take(job *k, tree_node *table)
{
    const tree_node *step = tree_get(table, "step");
    if (table->kind != TREE_TABLE || !step || step->kind != TREE_CALL)
        return E_OK;
    if (k->L) {
        lua_rawgeti(k->L, LUA_REGISTRYINDEX, k->functions);
        lua_rawgeti(k->L, -1, step->integer);
        k->function = lua_topointer(k->L, -1);
        lua_pop(k->L, 2);
    }
    pthread_mutex_lock(&known.lock);
    const script_model *m = model_of(k, table);
    pthread_mutex_unlock(&known.lock);
    if (!m)
        return k->why->code;                      /* 0: problems were told */
    strip(table);
    int rc = tree_get(table, "name") ? E_OK : put_text(k->t, table, "name", "lua", k->why);
    return rc ? rc : put_text(k->t, table, "plugin", m->desc.id, k->why);
}

/* Calls `each` for every table under `physics`, parts among them. */
static int for_physics(tree_node *root, int (*each)(void *ctx, tree_node *table), void *ctx)
{
    tree_node *ph = tree_get(root, "physics");
    int rc = E_OK;
    for (tree_node *one = !ph ? NULL : ph->kind == TREE_ARRAY ? ph->first : ph; one && !rc;
         one = ph->kind == TREE_ARRAY ? one->next : NULL) {
        tree_node *parts = tree_get(one, "parts");
        rc = each(ctx, one);
        for (tree_node *part = parts && parts->kind == TREE_ARRAY ? parts->first : NULL; part && !rc; part = part->next)
            rc = each(ctx, part);
    }
    return rc;
}

static int take_one(void *ctx, tree_node *table) { return take(ctx, table); }

int script_model_take(tree *t, tree_node *root, const char *path, const char *made, const script_options *o,
                      tree_problems *p, why *w)
{
    job k = { .t = t, .path = path, .made = made, .o = o, .p = p, .why = w };
    return for_physics(root, take_one, &k);
}

int script_model_here(tree *t, tree_node *root, lua_State *L, int list, tree_problems *p, why *w)
{
    static const script_options all = { .trust = true };
    job k = { .t = t, .path = "table", .made = "", .o = &all, .p = p, .why = w, .L = L };
    lua_rawgeti(L, LUA_REGISTRYINDEX, list);      /* a reference of its own: models outlive the scenario */
    k.functions = luaL_ref(L, LUA_REGISTRYINDEX);
    return for_physics(root, take_one, &k);
}

/* ---- files of their own ---- */

/* The file's table, its functions numbered as a worker's state will number them, laid under what the scenario says. */
static int lay_file(job *k, tree_node *table, const char *path, const char *made)
{
    script_copy c = { .tree.functions = LUA_NOREF };
    script_lines *lines = script_lines_open(made);
    tree *t = tree_open();
    int rc = lines && t ? script_state_open(&c.state, k->o->trust, k->o->memory, k->o->instructions, k->why)
                        : fail(k->why, E_NOMEM, "no memory for %s", path);
    rc = rc ? rc : script_state_load(&c.state, path, made, k->why);
    rc = rc ? rc : module_tree_fill(c.state.L, -1, &c.tree, t, path, lines, k->why);
    tree_node *model = rc ? NULL : tree_root(t), *step = rc ? NULL : tree_get(model, "step");
    if (!rc && (!step || step->kind != TREE_CALL))
        rc = fail(k->why, E_INPUT, "%s returns no model: a table with a function `step`", path);
    if (rc)
        tree_complain(k->p, tree_get(table, "plugin"), rc, "%s", k->why->text);
    else
        rc = take(&(job){ .t = t, .path = path, .made = made, .o = k->o, .p = k->p, .why = k->why }, model);
    const tree_node *id = rc ? NULL : tree_get(model, "plugin"), *name = rc ? NULL : tree_get(model, "name");
    if (!rc && id)
        rc = put_text(k->t, table, "plugin", id->text, k->why);
    if (!rc && name && !tree_get(table, "name"))
        rc = put_text(k->t, table, "name", name->text, k->why);
    script_lines_close(lines);
    script_copy_close(&c);
    tree_close(t);
    return rc;
}

static int file_one(void *ctx, tree_node *table)
{
    job *k = ctx;
    const tree_node *plugin_node = tree_get(table, "plugin");
    char *made = NULL;
    size_t n = 0;
    if (!plugin_node || plugin_node->kind != TREE_TEXT || !text_ends(plugin_node->text, ".lua"))
        return E_OK;
    char *path = file_beside(plugin_node->file, plugin_node->text);
    int rc = path ? file_read(path, 1 << 20, &made, &n, k->why) : fail(k->why, E_NOMEM, "no memory for a path");
    if (rc)
        tree_complain(k->p, plugin_node, rc, "%s", k->why->text);
    else
        rc = lay_file(k, table, path, made);
    free(path);
    free(made);
    return rc;
}

int script_model_files(tree *t, tree_node *root, const script_options *o, tree_problems *p, why *w)
{
    job k = { .t = t, .o = o, .p = p, .why = w };
    return for_physics(root, file_one, &k);
}
