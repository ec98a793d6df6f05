/* SPDX-License-Identifier: MIT
 * trend.h - a trained average of laws of the cycle, and the three things done with it.
 */
#ifndef FADE_TREND_H
#define FADE_TREND_H
#include "fade_plugin.h"

enum { TREND_KEY = 64, TREND_UNIT = 32, TREND_FEATURES = 64, TREND_SHAPES = 32, TREND_MEMORIES = 16,
       TREND_LEVELS = 5, TREND_CELLS = 1 << 20 };

/* One law: c - b shape(x) - a away.  away: which feature, or none. */
typedef struct trend_member {
    double c, b, a;
    int32_t shape, away; /* < 0: none */
} trend_member;

/* Shapes of z = (cycle - first + 1) / span: z^power, or 1 - exp(-z / length). */
typedef struct trend_shape {
    double power, length; /* one of both is 0 */
} trend_shape;

/* The level that the likely laws leave, by how fast it is forgotten, and how much they count. */
typedef struct trend_wander {
    double share, lasting; /* at the last known cycle; known spans that take it to 1/e */
    double level[TREND_LEVELS], cycles[TREND_LEVELS];
} trend_wander;

/* mean = average of the members + carry exp(-(x - span) / lasting); then, by their share,
 * sum of the likely ones, whose weights are in c, b and a, + sum of level exp(-(x - span) / cycles) */
typedef struct trend {
    const fade_host *host;
    const fade_math_v1 *math;
    fade_column *column; /* p features: key and unit, kept for loading and messages */
    char (*key)[TREND_KEY], (*unit)[TREND_UNIT];
    double *most; /* p: the largest size seen in training */
    trend_shape *shape;
    trend_member *member, *likely;
    trend_wander wander;
    double first, span, noise, carry, lasting; /* cycles; target's unit */
    uint64_t rows;
    uint32_t p, nshape, nmember, nlikely; /* nlikely 0: their share is */
    struct trend **own;                   /* [nown] cells learnt beside their mates, by id; another cell is as all are */
    uint64_t *id;
    uint32_t nown;
} trend;

typedef struct trend_plan { /* the settings */
    const double *power, *length, *memory;
    uint32_t npower, nlength, nmemory;
    double carry, lasting; /* rows; cycles */
    double likely, likely_lasting;
    double mates; /* what all rows of mates count of a cell's own; 0: all cells are one */
    int soft;     /* carry */
} trend_plan;

/* The rows that are learnt from, sorted by cell, then cycle. */
typedef struct trend_rows {
    uint64_t n;
    double *y, *z, *left, *weight; /* [n]; left: target less the average of the members */
    double **away, *shape;         /* [p], the first unused; [nshape][n] */
    uint32_t *cell;
    double scale, part; /* beyond scale a row is far off; part: what a mate's row counts */
} trend_rows;

/* NULL: no memory, said. */
trend *trend_new(const fade_host *, uint32_t p, uint32_t nshape, uint32_t nmember, uint32_t nlikely);
void trend_free(void *);
trend *trend_like(const trend *);         /* as empty as new, of the same features and shapes.  NULL: said */
int trend_room(trend *, uint32_t ncell);  /* for cells of their own, NULL yet.  0: no memory, said */
double trend_shape_at(const trend_shape *, double z);

/* Fits all members (p, key, unit, shape set) to the rows, and to each cell beside its mates.  < 0: said.  [io] */
int32_t fit_trend(trend *, const fade_table *, const trend_plan *);
/* The likely laws, whose shape and away are set; rows[0] are the cell's, the others its mates'.  < 0: said. */
int32_t fit_likely(trend *, const trend_rows *rows, uint32_t n);
int32_t stream_save(const void *model, const fade_stream *);
int32_t stream_load(const fade_host *, const fade_args *, const fade_stream *, void **model);
#endif
