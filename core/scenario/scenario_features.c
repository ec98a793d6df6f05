/* SPDX-License-Identifier: MIT
 * scenario_features.c - the columns a corrector learns from, as a list of names; "capacity_lag_{1:5}" is five of them,
 * "charge_voltage_at_{60:3000:60}s" fifty.
 */
#include "core/scenario/inside.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 256, NUMBER_MOST = 1000000000 };

typedef struct range {
    long from, to, step;
} range;

static bool number(const char **at, char end, long *out)
{
    char *stop;
    if (**at < '0' || **at > '9')
        return false;
    *out = strtol(*at, &stop, 10);
    bool ends = *stop == end;
    *at = stop + ends;
    return ends && *out <= NUMBER_MOST;
}

/* {FROM:TO} or {FROM:TO:STEP} at `at`; *rest: what follows. */
static bool range_of(const char *at, range *out, const char **rest)
{
    const char *two;
    at++;
    *out = (range){ .step = 1 };
    if (!number(&at, ':', &out->from))
        return false;
    two = at;
    bool plain = number(&at, '}', &out->to);
    if (!plain) {
        at = two;
        if (!number(&at, ':', &out->to) || !number(&at, '}', &out->step))
            return false;
    }
    *rest = at;
    return out->step > 0 && out->to >= out->from && (out->to - out->from) / out->step < MOST;
}

typedef struct names {
    const char **at;
    size_t       n, cap;
} names;

static void add(reading *r, const tree_node *node, names *k, const char *key)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->at[i], key) == 0) {
            tree_complain(r->p, node, E_INPUT, "[corrector] features names %.60s twice", key);
            return;
        }
    if (k->n == k->cap) {
        const char **more = tree_block(r->t, 2 * k->cap + 16, sizeof *more);
        if (!more)
            return;
        if (k->n)
            memcpy(more, k->at, k->n * sizeof *more);
        k->at = more;
        k->cap = 2 * k->cap + 16;
    }
    k->at[k->n++] = key;
}

static void add_all(reading *r, const tree_node *node, names *k, const char *key)
{
    const char *brace = strchr(key, '{'), *rest;
    range at;
    if (!brace) {
        add(r, node, k, key);
        return;
    }
    if (!range_of(brace, &at, &rest) || strpbrk(rest, "{}")) {
        tree_complain(
            r->p, node, E_INPUT,
            "[corrector] features: %.80s: a range is one {FROM:TO} or {FROM:TO:STEP} of whole numbers, at most "
            "%d of them, as in \"capacity_lag_{1:5}\"",
            key, MOST);
        return;
    }
    for (long i = at.from; i <= at.to; i += at.step) {
        text t = { 0 };
        text_addf(&t, "%.*s%ld%s", (int)(brace - key), key, i, rest);
        const char *kept = t.failed ? NULL : tree_text(r->t, text_of(&t));
        text_free(&t);
        if (kept)
            add(r, node, k, kept);
    }
}

void scenario_read_features(reading *r, tree_node *node, scenario_corrector *out)
{
    names k = { 0 };
    out->feature_node = node;
    if (!node)
        return;
    if (node->kind != TREE_ARRAY) {
        tree_complain(r->p, node, E_INPUT, "[corrector] features is a list of columns, as in [\"cycle\", \"rest\"]");
        return;
    }
    for (const tree_node *c = node->first; c; c = c->next) {
        const char *key = scenario_text(r, c, "[corrector] features");
        if (key)
            add_all(r, c, &k, key);
    }
    out->feature = k.at;
    out->nfeature = k.n;
}
