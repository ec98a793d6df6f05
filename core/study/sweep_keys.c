/* SPDX-License-Identifier: MIT
 * sweep_keys.c - what the keys of a sweep mean: an axis as a lane's parameter, a column or a change of structure; and
 * what is collected of each case.
 */
#include "core/base/mem.h"
#include "core/study/sweep_inside.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- axes ---- */

typedef struct place {                            /* of "physics.2.k_t" in a scenario */
    const scenario_part *part;
    size_t               physics, index;
    const char          *key;                     /* what is left: "k_t" */
    bool                 source;
} place;

static size_t word_length(const char *key) { return strcspn(key, "."); }

static bool is_word(const char *key, const char *word)
{
    return word_length(key) == strlen(word) && strncmp(key, word, strlen(word)) == 0;
}

/* "2." at the front: 1-based into n; 0 when there is none.  Moves *key behind it. */
static size_t take_index(const char **key, size_t n)
{
    char *end;
    if (!isdigit((unsigned char)**key))
        return 0;
    unsigned long k = strtoul(*key, &end, 10);
    if (*end != '.' || k < 1 || k > n)
        return 0;
    *key = end + 1;
    return k;
}

/* "xu2018." at the front, of the n labels; 0: none of them. */
static size_t take_label(const char **key, const char *const *label, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(label[i]);
        if (strncmp(*key, label[i], length) == 0 && (*key)[length] == '.') {
            *key += length + 1;
            return i + 1;
        }
    }
    return 0;
}

/* "2.k_t", "xu2018.k_t", "2.parts.1.k_t", "2.ecm.k_t" or "k_t". */
static bool find_physics(const scenario *s, const char *key, place *out)
{
    enum { MOST = 64 };
    const char *label[MOST];
    size_t n = 0;
    *out = (place){ 0 };
    for (; n < s->nphysics && n < MOST; n++)
        label[n] = s->physics[n].label;
    size_t at = take_index(&key, s->nphysics);
    at = at ? at : take_label(&key, label, n);
    out->physics = at ? at - 1 : 0;
    const scenario_physics *ph = &s->physics[out->physics];
    for (n = 0; n < ph->n && n < MOST; n++)
        label[n] = ph->part[n].label;
    bool parts = is_word(key, "parts") && key[strlen("parts")];
    if (parts)
        key += strlen("parts.");
    at = parts ? take_index(&key, ph->n) : ph->n > 1 ? take_label(&key, label, n) : 0;
    out->index = at ? at - 1 : 0;
    out->part = &ph->part[out->index];
    out->key = key;
    return s->nphysics > 0;
}

void sweep_set_key(const scenario *s, const char *key, text *out)
{
    place at;
    const char *rest = strchr(key, '.');
    if (!rest || !is_word(key, "physics") || !find_physics(s, rest + 1, &at)) {
        text_add(out, key);
        return;
    }
    text_addf(out, "physics.%zu", at.physics + 1);
    if (s->physics[at.physics].n > 1 && strcmp(at.key, "combine") != 0)
        text_addf(out, ".parts.%zu", at.index + 1);
    text_addf(out, ".%s", at.key);
}

static const fade_param *find_param(const scenario_part *part, const char *key, uint32_t *index)
{
    const fade_list *l = &part->plugin->desc->params;
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_param *p = library_at(l, i);
        if (strcmp(p->key, key) == 0) {
            *index = i;
            return p;
        }
    }
    return NULL;
}

static int no_param(const scenario_part *part, const char *key, why *w)
{
    const char *words[512];
    const fade_list *l = &part->plugin->desc->params;
    size_t n = 0;
    for (; n < l->n && n < 510; n++)
        words[n] = ((const fade_param *)library_at(l, (uint32_t)n))->key;
    words[n++] = "plugin";
    const char *near = text_nearest(key, words, n);
    char all[200] = "";
    size_t used = 0, shown = 0;
    for (; shown + 1 < n && used + strlen(words[shown]) + 8 < sizeof all; shown++)
        used += (size_t)snprintf(all + used, sizeof all - used, "%s%s", shown ? ", " : "", words[shown]);
    if (near)
        return fail(w, E_INPUT, "%s has no parameter %.60s, did you mean %s?", part->plugin->desc->id, key, near);
    return fail(w, E_INPUT, "%s has no parameter %.60s%s%s%s", part->plugin->desc->id, key, shown ? "; there are " : "",
                all, shown + 1 < n ? ", .." : "");
}

int sweep_param(const scenario *s, const char *key, size_t *physics, size_t *part, uint32_t *index, why *w)
{
    place at;
    const char *rest = strchr(key, '.');
    if (!rest || !is_word(key, "physics") || !find_physics(s, rest + 1, &at))
        return fail(w, E_INPUT, "%.80s is no parameter of a physics", key);
    if (!find_param(at.part, at.key, index))
        return no_param(at.part, at.key, w);
    *physics = at.physics;
    *part = at.index;
    return E_OK;
}

static void target_of(const fade_param *p, axis_target *out)
{
    bool number = p->type == FADE_REAL || p->type == FADE_INT;
    *out = (axis_target){ .unit = number ? p->unit : NULL, .min = p->min, .max = p->max, .whole = p->type == FADE_INT,
                          .doc = p->doc };
}

/* Keys of a plugin's table that are the scenario's own. */
static bool is_own(const char *section, const char *key)
{
    const scenario_key *keys;
    size_t n = scenario_keys(&keys);
    for (size_t i = 0; i < n; i++)
        if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].key, key) == 0)
            return true;
    return false;
}

static int find_in_part(const scenario_part *part, const char *section, const char *key, axis_target *out, why *w)
{
    uint32_t index;
    const fade_param *p = find_param(part, key, &index);
    if (p)
        target_of(p, out);
    else if (!is_own(section, key))
        return no_param(part, key, w);
    return E_OK;
}

static int find_condition(const scenario *s, const char *key, axis_target *out, why *w)
{
    const char *words[64];
    size_t n = 0;
    for (size_t i = 0; i < s->ncondition; i++) {
        const fade_column *c = &s->condition[i].column;
        if (strcmp(c->key, key) == 0) {
            *out = (axis_target){ .unit = c->unit, .min = c->min, .max = c->max, .doc = c->doc };
            return E_OK;
        }
        if (n < 64)
            words[n++] = c->key;
    }
    const char *near = text_nearest(key, words, n);
    return fail(w, E_INPUT, "[conditions] has no %.60s%s%s%s: give it a value there, the sweep changes it", key,
                near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
}

/* A key of a section that is no plugin's: its unit is in the table of keys. */
static int find_key(const char *section, size_t length, const char *key, axis_target *out, why *w)
{
    const scenario_key *keys;
    size_t n = scenario_keys(&keys), k = 0;
    const char *words[128];
    bool there = false;
    for (size_t i = 0; i < n; i++) {
        bool here = strlen(keys[i].section) == length && strncmp(keys[i].section, section, length) == 0;
        there |= here;
        if (here && strcmp(keys[i].key, key) == 0) {
            *out = (axis_target){ .unit = *keys[i].unit ? keys[i].unit : NULL, .doc = keys[i].doc };
            return E_OK;
        }
        if (k < 128)
            words[k++] = here ? keys[i].key : keys[i].section;
    }
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)(length < 60 ? length : 60), section);
    const char *near = text_nearest(there ? key : word, words, k);
    if (there)
        return fail(w, E_INPUT, "[%.*s] has no key %.60s%s%s%s", (int)length, section, key,
                    near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
    return fail(w, E_INPUT, "there is no section [%.*s] to vary%s%s%s", (int)length, section,
                near ? ", did you mean [" : "", near ? near : "", near ? "]?" : "");
}

int sweep_find(void *ctx, const char *key, axis_target *out, why *w)
{
    const scenario *s = ctx;
    place at;
    const char *rest = strchr(key, '.');
    if (!rest) {                                  /* a whole section: tables */
        static const char *const whole[] = { "source", "physics", "corrector", "protocol", "evaluate", "output" };
        for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
            if (strcmp(key, whole[i]) == 0)
                return E_OK;
        return find_key(key, strlen(key), "", out, w);
    }
    rest++;
    if (is_word(key, "physics") && find_physics(s, rest, &at))
        return strcmp(at.key, "plugin") == 0 ? E_OK : find_in_part(at.part, "physics", at.key, out, w);
    if (is_word(key, "conditions"))
        return find_condition(s, rest, out, w);
    if (is_word(key, "source"))
        return find_in_part(&s->source, "source", rest, out, w);
    if (is_word(key, "corrector") && s->ncorrector) {
        size_t k = take_index(&rest, s->ncorrector);
        return find_in_part(&s->corrector[k ? k - 1 : 0].part, "corrector", rest, out, w);
    }
    return find_key(key, word_length(key), rest, out, w);
}

/* Does another axis change the plugin this one's key belongs to? */
static bool overturned(const sweep *w, size_t index)
{
    const char *key = w->axes->at[index].key;
    for (size_t i = 0; i < w->axes->n; i++) {
        const char *other = w->axes->at[i].key;
        bool swaps = !strchr(other, '.') || text_ends(other, ".plugin");
        if (i != index && swaps && word_length(other) == word_length(key) &&
            strncmp(other, key, word_length(key)) == 0)
            return true;
    }
    return false;
}

/* A held source's parameter that is its column, too. */
static bool held_column(const scenario *s, const char *key, const char **column)
{
    const fade_desc *d = s->source.plugin->desc;
    const fade_source_v1 *vt = library_iface(d, "fade.source/1");
    uint32_t index;
    if (!vt || !(vt->flags & FADE_HOLD) || !find_param(&s->source, key, &index))
        return false;
    for (uint32_t i = 0; i < d->columns.out.n; i++) {
        const fade_column *c = library_at(&d->columns.out, i);
        const fade_param *p = library_at(&d->params, index);
        if (strcmp(c->key, key) == 0 && strcmp(c->unit, p->unit) == 0) {
            *column = c->key;
            return true;
        }
    }
    return false;
}

void sweep_lane_key(const scenario *s, const char *key, sweep_use *out)
{
    const char *rest = strchr(key, '.');
    place at;
    *out = (sweep_use){ .where = USE_STRUCTURE };
    if (!rest)
        return;
    rest++;
    if (is_word(key, "physics") && find_physics(s, rest, &at)) {
        const fade_param *p = find_param(at.part, at.key, &out->param);
        if (p && p->type == FADE_REAL && p->flags & FADE_PER_CELL) {
            out->where = USE_PARAM;
            out->physics = at.physics;
            out->part = at.index;
        }
    } else if (is_word(key, "conditions")) {
        for (size_t c = 0; c < s->ncondition; c++)
            if (strcmp(s->condition[c].column.key, rest) == 0 && !s->condition[c].call) {
                out->where = USE_COLUMN;
                out->column = s->condition[c].column.key;
            }
    } else if (is_word(key, "source") && held_column(s, rest, &out->column))
        out->where = USE_COLUMN;
}

static void bind_one(const sweep *w, size_t i, sweep_use *out)
{
    const axis *a = &w->axes->at[i];
    *out = (sweep_use){ .where = USE_STRUCTURE };
    if (a->number && !overturned(w, i))
        sweep_lane_key(w->s, a->key, out);
}

/* Two keys for one thing. */
static bool same_use(const sweep *w, size_t i, size_t j)
{
    const sweep_use *a = &w->use[i], *b = &w->use[j];
    text one = { 0 }, other = { 0 };
    if (a->where == USE_COLUMN && b->where == USE_COLUMN)
        return strcmp(a->column, b->column) == 0;
    sweep_set_key(w->s, w->axes->at[i].key, &one);
    sweep_set_key(w->s, w->axes->at[j].key, &other);
    bool same = strcmp(text_of(&one), text_of(&other)) == 0;
    text_free(&one);
    text_free(&other);
    return same;
}

/* A parameter that names a file. */
static bool is_path(const scenario *s, const char *key)
{
    const char *rest = strchr(key, '.');
    const scenario_part *part = &s->source;
    place at = { .key = rest ? rest + 1 : key };
    uint32_t index;
    if (!rest || (!is_word(key, "source") && !is_word(key, "physics")))
        return false;
    if (is_word(key, "physics") && find_physics(s, rest + 1, &at))
        part = at.part;
    const fade_param *p = find_param(part, at.key, &index);
    return p && p->type == FADE_PATH;
}

int sweep_bind(sweep *w, tree_problems *p, why *why_)
{
    w->use = mem_zero(w->axes->n + 1, sizeof *w->use);
    w->axis_key = mem_zero(w->axes->n + 1, sizeof *w->axis_key);
    w->axis_unit = mem_zero(w->axes->n + 1, sizeof *w->axis_unit);
    if (!w->use || !w->axis_key || !w->axis_unit)
        return fail(why_, E_NOMEM, "no memory for %zu axes", w->axes->n);
    for (size_t i = 0; i < w->axes->n; i++) {
        const axis *a = &w->axes->at[i];
        bind_one(w, i, &w->use[i]);
        w->use[i].path = is_path(w->s, a->key);
        w->axis_key[i] = a->key;
        w->axis_unit[i] = a->target.unit ? a->target.unit : "";
        w->structured |= w->use[i].where == USE_STRUCTURE;
        for (size_t j = 0; j < i; j++)
            if (same_use(w, i, j))
                tree_complain(p, a->node, E_INPUT, "[sweep] varies %s twice: it is %s, too", a->key,
                              w->axes->at[j].key);
    }
    return E_OK;
}

/* ---- what is collected ---- */

static const struct { const char *word; int kind; } lives[] = {
    { "end", COLLECT_END },
    { "end_cycle", COLLECT_END_CYCLE },
    { "end_of_life_cycle", COLLECT_EOL },
    { "first_capacity", COLLECT_FIRST },
    { "capacity", COLLECT_CAPACITY },
};

static bool is_score(const char *word)
{
    static const char *const words[] = { "score.rmse", "score.mae", "score.mape", "score.r2", "score.bias",
                                         "score.max_error", "score.picp", "score.mpiw",
                                         "score.gate", "score.before", "score.after" };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void read_one(sweep *w, const tree_node *node, tree_problems *p)
{
    sweep_collect *c = &w->collect[w->ncollect];
    if (node->kind != TREE_TEXT || !*node->text || strlen(node->text) >= sizeof c->key) {
        tree_complain(p, node, E_INPUT, "[sweep] collect lists columns, as in [\"end_of_life_cycle\", \"soh@500\"]");
        return;
    }
    *c = (sweep_collect){ .kind = COLLECT_ROW, .column = -1, .node = node };
    snprintf(c->name, sizeof c->name, "%s", node->text);
    snprintf(c->key, sizeof c->key, "%s", node->text);
    char *at = strchr(c->key, '@'), *end;
    if (at) {
        *at = '\0';
        c->cycle = strtoull(at + 1, &end, 10);
        if (*end || !c->cycle) {
            tree_complain(p, node, E_INPUT, "[sweep] collect \"%s\": behind @ a cycle from 1 on is expected",
                          node->text);
            return;
        }
        w->at[w->nat++] = c->cycle;
    }
    for (size_t i = 0; !at && i < sizeof lives / sizeof *lives; i++)
        if (strcmp(c->key, lives[i].word) == 0)
            c->kind = lives[i].kind;
    if (is_score(c->key)) {
        c->kind = COLLECT_SCORE;
        if (!w->s->evaluate.on)
            tree_complain(p, node, E_INPUT, "[sweep] collect \"%s\": only [evaluate] makes scores", node->text);
    }
    for (size_t i = 0; i < w->ncollect; i++)
        if (strcmp(w->collect[i].name, c->name) == 0)
            tree_complain(p, node, E_INPUT, "[sweep] collects %s twice", c->name);
    w->ncollect++;
}

int sweep_read_collect(sweep *w, tree_problems *p, why *why_)
{
    static const char *const usual[] = { "end", "end_of_life_cycle", "capacity", "soh" };
    tree_node *node = tree_get(w->s->sweep, "collect");
    w->at = mem_zero(SWEEP_COLLECT, sizeof *w->at);
    if (!w->at)
        return fail(why_, E_NOMEM, "no memory for what is collected");
    if (node)
        node->used = true;
    if (node && (node->kind != TREE_ARRAY || node->n > SWEEP_COLLECT)) {
        tree_complain(p, node, E_INPUT, "[sweep] collect is a list of at most %d columns", SWEEP_COLLECT);
        return E_OK;
    }
    for (const tree_node *c = node ? node->first : NULL; c; c = c->next)
        read_one(w, c, p);
    for (size_t i = 0; !node && i < sizeof usual / sizeof *usual; i++)
        read_one(w, &(tree_node){ .kind = TREE_TEXT, .text = usual[i] }, p);
    for (size_t i = 0; !node && i < w->ncollect; i++)
        w->collect[i].node = w->s->sweep;
    for (size_t i = 0; i < w->ncollect; i++)
        w->collect_name[i] = w->collect[i].name;
    return E_OK;
}
