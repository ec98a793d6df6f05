/* SPDX-License-Identifier: MIT
 * trees.c - the library's trees as flat nodes, and the walk through them: no allocation, any thread, the library's
 * bits.
 *
 * xgboost goes left where x < split, an unknown x to the node's default side, and adds leaves to a float in the order
 * of the trees.  So does the walk; only that lanes take each level together.
 */
#include "boost.h"
#include "ubj.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT, RIGHT, INDEX, SPLIT, DEFAULT, PARTS };
static const char *const parts[PARTS] = { "left_children", "right_children", "split_indices", "split_conditions",
                                          "default_left" };

/* A tree as it is written: one value a node in each part. */
typedef struct raw {
    double *v[PARTS];
    uint64_t n, room;
} raw;

typedef struct reader {
    boost *b;
    ubj u;
    raw raw;
    uint32_t nnode, room, *order; /* order: nodes of a tree as they get their new places */
    bool starved, trees, plain;   /* plain: name and start are as this plugin makes them */
} reader;

static bool raw_room(reader *r, uint64_t n)
{
    raw *t = &r->raw;
    if (n <= t->room)
        return true;
    double *v = realloc(t->v[0], (size_t)n * PARTS * sizeof *v);
    r->starved = !v;
    if (!v)
        return ubj_fault(&r->u);
    uint32_t *order = realloc(r->order, (size_t)n * sizeof *order);
    t->v[0] = v;
    r->starved = !order;
    if (!order)
        return ubj_fault(&r->u);
    r->order = order;
    for (int k = 1; k < PARTS; k++)
        t->v[k] = v + (size_t)k * n;
    t->room = n;
    return true;
}

static void read_part(reader *r, int part, uint32_t *have)
{
    ubj_list l;
    if (!ubj_array(&r->u, &l))
        return;
    bool first = *have == 0;
    if (l.n == 0 || l.n > UINT32_MAX / 4 || (!first && l.n != r->raw.n) || (first && !raw_room(r, l.n))) {
        ubj_fault(&r->u);
        return;
    }
    r->raw.n = l.n;
    *have |= 1u << part;
    ubj_numbers(&r->u, &l, r->raw.v[part]);
}

static bool nodes_room(reader *r, uint64_t more)
{
    uint64_t want = r->nnode + more;
    if (want <= r->room)
        return true;
    if (want > UINT32_MAX / 4)
        return ubj_fault(&r->u);
    uint32_t room = (uint32_t)(want + want / 2);
    boost_node *node = realloc(r->b->node, (size_t)room * sizeof *node);
    r->starved = !node;
    if (!node)
        return ubj_fault(&r->u);
    r->b->node = node;
    r->room = room;
    return true;
}

/* Node `old` of the raw tree at place `at`.  Its kids, if any, are the next two places from *next.  false: no such
 * tree. */
static bool place(reader *r, uint32_t base, uint32_t at, uint32_t *next)
{
    raw *t = &r->raw;
    uint32_t old = r->order[at], p = r->b->p;
    boost_node *node = &r->b->node[base + at];
    double left = t->v[LEFT][old], right = t->v[RIGHT][old], n = (double)t->n, value = t->v[SPLIT][old];
    if (!(fabs(value) <= FLT_MAX))
        return false;
    if (left == -1 && right == -1) {
        *node = (boost_node){ -INFINITY, (float)value, 0, base + at };
        return true;
    }
    double column = t->v[INDEX][old];
    if (!(left > 0 && left < n && right > 0 && right < n && column >= 0 && column < p) || *next + 2 > t->n)
        return false;
    float split = (float)value;
    bool known_right = t->v[DEFAULT][old] != 0;
    r->order[*next] = (uint32_t)(known_right ? left : right);
    r->order[*next + 1] = (uint32_t)(known_right ? right : left);
    *node = (boost_node){ known_right ? -nextafterf(split, -INFINITY) : split, 0,
                          BOOST_LANES * ((uint32_t)column + (known_right ? p : 0)), base + *next };
    *next += 2;
    return true;
}

/* Breadth first.  More places than nodes: a tree that bites its tail, found by `next` running out. */
static bool flatten(reader *r, boost_tree *out)
{
    uint32_t base = r->nnode, next = 1, level = 1, levels = 0;
    if (!nodes_room(r, r->raw.n))
        return false;
    r->order[0] = 0;
    for (uint32_t at = 0; at < next; at++) {
        if (at == level) {
            levels++;
            level = next;
        }
        if (levels > BOOST_LEVELS || !place(r, base, at, &next))
            return ubj_fault(&r->u);
    }
    *out = (boost_tree){ base, levels };
    r->nnode += next;
    return true;
}

static bool read_tree(reader *r, boost_tree *out)
{
    char key[UBJ_KEY];
    uint32_t have = 0;
    if (!ubj_object(&r->u))
        return false;
    while (ubj_key(&r->u, key)) {
        int part = 0;
        while (part < PARTS && strcmp(key, parts[part]) != 0)
            part++;
        if (part < PARTS)
            read_part(r, part, &have);
        else
            ubj_skip(&r->u);
    }
    if (have != (1u << PARTS) - 1)
        return ubj_fault(&r->u);
    return !r->u.bad && flatten(r, out);
}

static void read_trees(reader *r)
{
    ubj_list l;
    if (r->trees || !ubj_array(&r->u, &l) || l.type || l.n == 0 || l.n > UINT32_MAX / 4) {
        ubj_fault(&r->u);
        return;
    }
    r->b->tree = calloc(l.n, sizeof *r->b->tree);
    r->starved = !r->b->tree;
    for (uint64_t k = 0; r->b->tree && k < l.n && read_tree(r, &r->b->tree[k]); k++)
        r->b->ntree++;
    r->trees = !r->u.bad;
}

static void wants(reader *r, const char *text)
{
    char has[UBJ_KEY];
    ubj_text(&r->u, has, sizeof has);
    if (strcmp(has, text) != 0)
        r->plain = false;
}

static void enter(reader *r, const char *path);

/* What is read of the file, by its path; the rest is skipped. */
static void member(reader *r, const char *path)
{
    static const char *const inside[] = { "learner", "learner.gradient_booster", "learner.gradient_booster.model",
                                          "learner.learner_model_param" };
    for (size_t k = 0; k < sizeof inside / sizeof inside[0]; k++)
        if (strcmp(path, inside[k]) == 0) {
            enter(r, path);
            return;
        }
    if (strcmp(path, "learner.gradient_booster.model.trees") == 0)
        read_trees(r);
    else if (strcmp(path, "learner.gradient_booster.name") == 0)
        wants(r, "gbtree");
    else if (strcmp(path, "learner.learner_model_param.base_score") == 0)
        wants(r, "0E0");
    else
        ubj_skip(&r->u);
}

static void enter(reader *r, const char *path)
{
    char key[UBJ_KEY], full[160];
    if (!ubj_object(&r->u))
        return;
    while (ubj_key(&r->u, key)) {
        size_t n = strlen(path), m = strlen(key);
        memcpy(full, path, n);
        full[n] = '.';
        memcpy(full + n + (n > 0), key, m + 1);
        member(r, full);
    }
}

const char *trees_read(boost *b)
{
    reader r = { .b = b, .u = { b->ubj, b->ubj + b->bytes, false }, .plain = true };
    free(b->node);
    free(b->tree);
    b->node = NULL;
    b->tree = NULL;
    b->ntree = 0;
    enter(&r, "");
    free(r.raw.v[0]);
    free(r.order);
    if (r.starved)
        return "no memory";
    if (r.u.bad || !r.trees || r.u.at != r.u.end)
        return "holds no trees in Universal Binary JSON";
    return r.plain ? NULL : "holds a booster that is no gbtree starting at 0";
}

/* Eight lanes at once: their ways are independent, so that one's loads hide another's. */
static void walk_eight(const boost_node *node, boost_tree tree, const float *x, float *sum)
{
    uint32_t at[BOOST_LANES];
    for (int i = 0; i < BOOST_LANES; i++)
        at[i] = tree.root;
    for (uint32_t k = 0; k < tree.levels; k++)
        for (int i = 0; i < BOOST_LANES; i++) {
            const boost_node *here = &node[at[i]];
            at[i] = here->kid + (x[here->column + (uint32_t)i] < here->split);
        }
    for (int i = 0; i < BOOST_LANES; i++)
        sum[i] += node[at[i]].value;
}

void trees_walk(const boost *b, uint32_t n, const float *x, float *sum)
{
    memset(sum, 0, n * sizeof *sum);
    for (uint32_t t = 0; t < b->ntree; t++)
        for (uint32_t i = 0; i < n; i += BOOST_LANES)
            walk_eight(b->node, b->tree[t], x + 2 * (size_t)b->p * i, sum + i);
}
