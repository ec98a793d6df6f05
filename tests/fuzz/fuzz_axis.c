/* SPDX-License-Identifier: MIT
 * fuzz_axis.c - any TOML as the axes and design of a sweep: problems with a sentence, or points whose values keep to
 * the bounds.
 */
#include "core/scenario/toml.h"
#include "core/study/axis.h"
#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

/* What a key is follows from its last letter: k bounded, w whole, p no number, z unknown, others free. */
static int find(void *ctx, const char *key, axis_target *out, why *w)
{
    (void)ctx;
    size_t length = strlen(key);
    char last = length ? key[length - 1] : 'z';
    if (last == 'z')
        return fail(w, E_INPUT, "nothing is called so");
    *out = (axis_target){ .unit = last == 'p' ? NULL : last == 'w' ? "" : "K", .whole = last == 'w' };
    if (last == 'k' || last == 'w')
        out->max = 100;
    return E_OK;
}

static const axis_host host = { find, 2, NULL };

static void points(const axis_set *set, const design *d)
{
    axis_value v[AXIS_MOST];
    uint64_t count = design_points(d), step = count / 50 + 1;
    for (uint64_t i = 0; i < count; i += step) {
        must(axis_point(set, d, i, NULL, NULL, v, NULL) == E_OK);
        for (size_t k = 0; k < set->n; k++) {
            const axis *a = &set->at[k];
            bool number = a->number && a->target.unit;
            must(!number || isfinite(v[k].real));
            must(!number || a->target.min >= a->target.max || (v[k].real >= 0 && v[k].real <= 100));
            must(!number || !a->target.whole || v[k].real == floor(v[k].real));
            must(number || v[k].node != NULL);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    tree *t = tree_open();
    tree_problems p = { 0 };
    tree_node *root = NULL;
    const axis_set *set = NULL;
    design *d = NULL;
    const char *word;
    if (toml_parse(t, "fuzz.toml", (const char *)at, n, &p, &root) == E_OK) {
        must(axis_read(t, root, &host, &p, &set) == E_OK && set != NULL);
        if (p.n == 0)
            must(axis_design(set, root, 42, &p, &d, &word) == E_OK);
        must(d != NULL || p.n > 0);
        if (d)
            points(set, d);
    }
    design_close(d);
    tree_problems_free(&p);
    tree_close(t);
    return 0;
}
