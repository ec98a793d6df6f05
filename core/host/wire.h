/* SPDX-License-Identifier: MIT
 * wire.h - outputs meet inputs by key: dimensions are checked, values converted, moments handed on.
 *
 * A pool holds what is written (owner, column); links say which of it feeds an input.  Two writers of one key, a missing input
 * and a wrong dimension are problems that name both sides.
 */
#ifndef FADE_HOST_WIRE_H
#define FADE_HOST_WIRE_H
#include "core/base/tree.h"
#include "core/base/units.h"
#include "core/fade_plugin.h"

typedef struct wire_end {
    const char        *owner;                     /* "source nasa", "conditions", "xu2018" */
    const fade_column *column;
    unit               unit;
    uint32_t           moment;                    /* column.flags & (FADE_PLANNED | FADE_EARLY), or later by what it was made of */
    int                place;                     /* the caller's: which part */
    uint32_t           index;                     /* in that part's list */
    const tree_node   *node;                      /* for messages; may be NULL */
} wire_end;

typedef struct wire_pool {
    wire_end *at;
    size_t    n, cap;
} wire_pool;                                      /* start from {0} */

typedef struct wire_link {
    int    from;                                  /* index in the pool; -1: nobody writes it (optional) */
    double scale, offset;                         /* input = output * scale + offset */
} wire_link;

int wire_add(wire_pool *, const wire_end *end, tree_problems *p);        /* a second writer of a key is a problem naming both */
/* nominal_ah: NaN unknown.  `reader` and `node` for messages.  Missing and not optional: a problem with the nearest key written. */
int wire_find(const wire_pool *, const char *reader, const fade_column *in, double nominal_ah, const tree_node *node,
              tree_problems *p, wire_link *out);
uint32_t wire_later(uint32_t a, uint32_t b);      /* of two moments the later: 0 (after) < EARLY < PLANNED */
const char *wire_moment(uint32_t moment);         /* "planned", "early", "after" */
void wire_free(wire_pool *);
#endif
