/* SPDX-License-Identifier: MIT
 * common_sides.h - a law of two sides, time and cycles, of which a scenario may take one to join it with another law.
 *
 * Columns of the side that is left out are neither asked for nor written.  The law's loops know all columns: sides_whole() shows them
 * a tile that has them all, where those left out read 0, and what is written to them is forgotten after the call.
 */
#ifndef FADE_PHYSICS_COMMON_SIDES_H
#define FADE_PHYSICS_COMMON_SIDES_H
#include "fade_plugin.h"
#include <string.h>

/* The choice; and whose a column is: SIDES_BOTH of either, SIDES_TOGETHER only where both sides act. */
enum { SIDES_BOTH, SIDES_CALENDAR, SIDES_CYCLE, SIDES_TOGETHER };
enum { SIDES_MOST = 8, SIDES_SPARE = SIDES_MOST + 1 };    /* columns of a kind; columns of scratch sides_whole() needs */

#define SIDES_PARAM                                                                                                     \
    { "ageing", "", "Which side of the law acts; one alone may be combined with another law's other side.", "",         \
      FADE_CHOICE, 0, SIDES_BOTH, 0, 0, 0, 0, "both|calendar|cycle" }

typedef struct sides_list {
    fade_column column[SIDES_MOST];               /* those that are there */
    int         at[SIDES_MOST];                   /* of the law's k-th column; -1: left out */
    uint32_t    n, all;
} sides_list;

typedef struct sides {
    int        ageing;                            /* SIDES_BOTH, _CALENDAR or _CYCLE */
    sides_list state, in, out;
} sides;

typedef struct sides_tile {
    fade_tile     tile;
    const double *in[SIDES_MOST], *x[SIDES_MOST];
    double       *x1[SIDES_MOST], *out[SIDES_MOST];
} sides_tile;

static inline void sides_take(sides_list *l, const fade_list *from, const unsigned char *whose, int ageing)
{
    const fade_column *c = from->at;
    l->n = 0;
    l->all = from->n;
    for (uint32_t k = 0; k < from->n; k++) {
        int kept = ageing == SIDES_BOTH || whose[k] == SIDES_BOTH || whose[k] == ageing;
        l->at[k] = kept ? (int)l->n : -1;
        if (kept)
            l->column[l->n++] = c[k];
    }
}

static inline fade_list sides_list_of(const sides_list *l)
{
    return (fade_list){ l->column, l->n, sizeof l->column[0] };
}

/* For fade_model_v1.columns. */
static inline void sides_columns(const sides *s, fade_columns *c)
{
    c->state = sides_list_of(&s->state);
    c->in = sides_list_of(&s->in);
    c->out = sides_list_of(&s->out);
}

/* spare: SIDES_SPARE columns. */
static inline fade_tile *sides_whole(const sides *s, fade_tile *b, double *spare, sides_tile *v)
{
    if (s->ageing == SIDES_BOTH)
        return b;
    double *zero = spare;
    memset(zero, 0, b->n * sizeof *zero);
    for (uint32_t k = 0; k < s->in.all; k++)
        v->in[k] = s->in.at[k] < 0 ? zero : b->in[s->in.at[k]];
    for (uint32_t k = 0; k < s->state.all; k++) {
        v->x[k] = s->state.at[k] < 0 ? zero : b->x[s->state.at[k]];
        v->x1[k] = s->state.at[k] < 0 || !b->x1 ? zero : b->x1[s->state.at[k]];
    }
    for (uint32_t k = 0; k < s->out.all; k++)
        v->out[k] = s->out.at[k] < 0 ? spare + (1 + (size_t)k) * b->n : b->out[s->out.at[k]];
    v->tile = *b;
    v->tile.in = v->in;
    v->tile.x = v->x;
    v->tile.x1 = v->x1;
    v->tile.out = v->out;
    return &v->tile;
}
#endif
