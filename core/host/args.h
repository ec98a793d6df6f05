/* SPDX-License-Identifier: MIT
 * args.h - a plugin's table in a scenario -> values in table order: parsed, converted, range-checked.
 *
 * Keys that are not given are taken from the parameter set: `parameters`, by now a table { set = {..}, KEY = VALUE or
 * { value = .., unit = ".." }, .. } (core/scenario/set.h).  What of it the plugin does not know is passed over.
 *
 * A FADE_PER_CELL real may be written as
 *     k = 0.2   k = "0.2 1/s"   k = [0.1, 0.2, 0.3]  (one per cell, in the source's order)
 *     k = { mean = 0.2, sd = 0.01 }  with kind = "normal" (default), "lognormal" (mean, sd of the number itself), "uniform" (min, max)
 *     k = "@capacity"   (FADE_LIVE: bound to a column of another part)
 */
#ifndef FADE_HOST_ARGS_H
#define FADE_HOST_ARGS_H
#include "core/base/tree.h"
#include "core/host/library.h"

enum { ARGS_ONE, ARGS_LIST, ARGS_NORMAL, ARGS_LOGNORMAL, ARGS_UNIFORM, ARGS_BOUND };

typedef struct args_spread {                      /* per parameter */
    int              kind;                        /* ARGS_* */
    double           a, b;                        /* mean, sd; or min, max */
    const double    *list;                        /* ARGS_LIST */
    uint32_t         n;
    const char      *column;                      /* ARGS_BOUND: the key behind "@" */
    const tree_node *node;                        /* where it stands; NULL: a default */
    bool             of_set;                      /* that is in a parameter set */
} args_spread;

typedef struct args {
    fade_args          fade;                      /* what the plugin gets */
    const args_spread *spread;                    /* fade.n of them */
    const tree_node   *node;                      /* the plugin's table */
} args;

typedef struct args_cell {                        /* what [cell] and [health] give: fills parameters of the same key that are not set */
    double nominal_capacity, initial_capacity;    /* Ah, NaN unknown */
    double end_of_life;                           /* state of health, [health] eol; 0 or NaN unknown */
} args_cell;

/* Reads `table` (marking nodes used; the key "plugin" and those in skip[] are not parameters) against d->params.  Unknown keys,
 * wrong types, units and ranges are added to `p`, each with the nearest key, also of other plugins.  *out lives in `t`'s arena.
 * E_OK even when problems were added; E_NOMEM. */
int args_read(tree *t, const tree_node *table, const fade_desc *d, const args_cell *cell, const char *const *skip, tree_problems *p,
              const args **out);
/* Lane's value of a per-cell parameter; id is the cell's number, `stream` keeps parameters apart (its index).  Clamped to min..max. */
double args_lane(const args *, uint32_t param, uint64_t seed, uint64_t id, uint64_t position);
bool args_varies(const args *, uint32_t param);   /* not the same in every lane */
#endif
