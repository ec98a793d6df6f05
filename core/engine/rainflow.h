/* SPDX-License-Identifier: MIT
 * rainflow.h - streaming rainflow counting (ASTM E1049-85, 5.4.4), one residue per lane.
 *
 * The residue is what is not closed yet: a column `value` of RAINFLOW_DEPTH rows of n lanes, [j * n + lane], and a
 * column `count` that says how many rows hold a point; zeroed columns are a fresh start, copies of them a checkpoint.
 * Cutting a series anywhere gives the same events in the same order.  Closed cycles are booked at once; what stays open
 * is only listed.
 */
#ifndef FADE_ENGINE_RAINFLOW_H
#define FADE_ENGINE_RAINFLOW_H
#include <stddef.h>
#include <stdint.h>

enum { RAINFLOW_DEPTH = 64 };

typedef struct rainflow {                         /* the caller's columns */
    uint32_t n;                                   /* lanes */
    double  *value, *count;                       /* [RAINFLOW_DEPTH * n], [n] */
    double *time;   /* [RAINFLOW_DEPTH * n] when the points were; NULL: not kept, events have NaN */
    double *carry;  /* [RAINFLOW_DEPTH * n] an integral along the series (of temperature, say); NULL: not kept */
    double *forced; /* [n] half cycles booked because the residue was full; NULL: not counted */
    double   gate;                                /* turns smaller than this are not seen; 0: all are */
} rainflow;

typedef struct rainflow_event {
    double depth, mean;                           /* range and mean of its two points, in the series' unit */
    double count;                                 /* 1 or 0.5 */
    double start, end;                            /* times of its two points */
    double carried;                               /* how much the integral grew between them; NaN unknown */
} rainflow_event;

/* The next point of a lane's series; one that is not finite is skipped.  Returns how many events it closed. */
int rainflow_push(const rainflow *, uint32_t lane, double time, double carry, double value,
                  rainflow_event out[RAINFLOW_DEPTH]);
/* What is open, as half cycles from the oldest to the newest, not booked: for the end of data, or a provisional sum.
 * Returns how many. */
int rainflow_open(const rainflow *, uint32_t lane, rainflow_event out[RAINFLOW_DEPTH]);
/* The same, and the lane is fresh again. */
int rainflow_finish(const rainflow *, uint32_t lane, rainflow_event out[RAINFLOW_DEPTH]);
#endif
