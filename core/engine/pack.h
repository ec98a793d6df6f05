/* SPDX-License-Identifier: MIT
 * pack.h - cells in series and parallel as one model: to the rest of the engine a pack is a lane with a string's voltage
 * and current; inside, its cells are lanes of the cell model.
 */
#ifndef FADE_ENGINE_PACK_H
#define FADE_ENGINE_PACK_H
#include "core/engine/inside.h"

enum { PACK_MOST = 1024, PACK_SHOWN = 16, PACK_SAID = 200 };     /* cells; those with columns of their own; bytes of a sentence */

/* States of the pack itself, behind those of its cells; width: cells, or 1. */
#define PACK_STATES(X)                                                                                                \
    X(PACK_CURRENT, "pack.current", "A", "Current of each cell at t.", 1)                                             \
    X(PACK_SLOPE, "pack.slope", "ohm", "What its voltage fell by per ampere; 0: not known yet.", 1)                   \
    X(PACK_LOW, "pack.low", "V", "Its lowest voltage in this row.", 1)                                                \
    X(PACK_ROW, "pack.row", "1", "The row those are of.", 0)
#define PACK_ENUM(name, key, unit, doc, wide) name,
enum { PACK_STATES(PACK_ENUM) PACK_N };
#undef PACK_ENUM

/* Outputs of the pack, behind those of its cells made one. */
#define PACK_OUTS(X)                                                                                                  \
    X(PACK_LOWEST, "lowest_cell_voltage", "V", "Voltage of the cell with the lowest one, now.")                       \
    X(PACK_HIGHEST, "highest_cell_voltage", "V", "Voltage of the cell with the highest one, now.")                    \
    X(PACK_WEAKEST, "weakest_cell", "", "Number of the cell that fell lowest in this row: s1p1, s1p2, .., s2p1, ..")  \
    X(PACK_WEAKEST_V, "weakest_cell_voltage", "V", "How low it fell.")                                                \
    X(PACK_SHARE, "largest_share", "1", "Largest current of a cell over the mean of its group, now.")                 \
    X(PACK_SOC_SPREAD, "soc_spread", "1", "Highest less lowest state of charge of the cells.")                        \
    X(PACK_WARMEST, "highest_cell_temperature", "K", "Temperature of the warmest cell.")
#define PACK_ENUM(name, key, unit, doc) name,
enum { PACK_OUTS(PACK_ENUM) PACK_NOUT };
#undef PACK_ENUM

typedef struct pack {
    fade_host            host;                    /* first: what the cell model is given; its reports pass through here */
    const fade_host     *real;
    const fade_model_v1 *vt;                      /* of the cell */
    fade_model_v1        own;                     /* of the pack */
    void                *model;
    fade_columns         cell, cols;              /* columns of the cell, of the pack */
    const part          *q;
    uint64_t             seed;
    uint32_t             series, parallel, cells;
    double               connection;              /* ohm, of each cell */
    uint32_t             nstate, nout, wout;      /* of the cell: columns; values per lane of its outputs */
    int                 *spread;                  /* per per-cell parameter: the state that holds each cell's; -1: all alike */
    double              *down;                    /* a bound one speaks of the pack: its factor for a cell */
    int                  control, demand, voltage, current, soc, temperature;    /* of the cell */
    int                  shown;                   /* cells with columns of their own: all or none */
    fade_column         *state, *out;
    mem_arena           *arena;
} pack;

/* Where one call of a pack works: columns of cells * n lanes, cell c of pack i at c * n + i. */
typedef struct pack_desk {
    fade_tile  cell;
    double   **in, **out, **end;                  /* out: what step says, under the step's current; end: under that at its end */
    const double **param;
    double    *I, *V, *I0, *V0, *R, *start;       /* at work; the answer before; -dV/dI; currents at t */
    double    *dt, *t, *wish, *a, *b;             /* a, b: V = a - b I of each group */
    uint64_t  *id, *row;
    int32_t   *status, *kept, *verdict;           /* of cells, of cells in the step; of packs: what became of them */
    uint8_t   *busy, *alone;                      /* alone: groups of one cell under a current, which is known */
    char      *said;                              /* [n][PACK_SAID] */
} pack_desk;

/* pack.c */
int pack_open(const engine *, part *, const fade_host **host, why *);     /* before create: what the cell model is given for a host */
int pack_wrap(const engine *, part *, why *);     /* after it: the part becomes the pack */
void pack_close(pack *);                          /* accepts NULL */
/* pack_run.c */
size_t pack_scratch(const void *model, uint32_t n);
int32_t pack_init(const void *model, fade_tile *);
int32_t pack_step(const void *model, fade_tile *);
int32_t pack_observe(const void *model, fade_tile *);
void pack_report(const fade_host *, const fade_report *);
/* pack_show.c */
void pack_show(const pack *, const pack_desk *, fade_tile *, uint32_t i, bool step);
#endif
