/* SPDX-License-Identifier: MIT
 * rainflow.c - streaming rainflow counting.
 *
 * The newest point of the residue is provisional: while the series goes on in the same direction it moves along.  Its
 * range can only grow until the series turns, so a cycle that closes against it now would also close against the
 * turning point.
 */
#include "core/engine/rainflow.h"
#include <math.h>
#include <stdbool.h>

static rainflow_event event_of(const rainflow *f, uint32_t lane, int j, double count)
{
    size_t a = (size_t)j * f->n + lane, b = a + f->n;
    return (rainflow_event){
        .depth = fabs(f->value[b] - f->value[a]),
        .mean = 0.5 * (f->value[a] + f->value[b]),
        .count = count,
        .start = f->time ? f->time[a] : (double)NAN,
        .end = f->time ? f->time[b] : (double)NAN,
        .carried = f->carry ? f->carry[b] - f->carry[a] : (double)NAN,
    };
}

static void put(const rainflow *f, uint32_t lane, int j, double time, double carry, double value)
{
    size_t at = (size_t)j * f->n + lane;
    f->value[at] = value;
    if (f->time)
        f->time[at] = time;
    if (f->carry)
        f->carry[at] = carry;
}

static void move(const rainflow *f, uint32_t lane, int from, int to)
{
    size_t at = (size_t)from * f->n + lane;
    put(f, lane, to, f->time ? f->time[at] : 0, f->carry ? f->carry[at] : 0, f->value[at]);
}

/* Drops the oldest point, whose range was booked as a half cycle. */
static int drop_oldest(const rainflow *f, uint32_t lane, int k)
{
    for (int j = 1; j < k; j++)
        move(f, lane, j, j - 1);
    return k - 1;
}

/* Books what the newest range closes, of a residue of *k points. */
static int close_cycles(const rainflow *f, uint32_t lane, int *k, rainflow_event *out)
{
    const double *v = f->value + lane;
    const size_t n = f->n;
    int made = 0;
    while (*k >= 3) {
        double x3 = v[(size_t)(*k - 1) * n], x2 = v[(size_t)(*k - 2) * n], x1 = v[(size_t)(*k - 3) * n];
        if (fabs(x3 - x2) < fabs(x2 - x1))
            break;
        if (*k == 3) {                                  /* the range holds the starting point */
            out[made++] = event_of(f, lane, 0, 0.5);
            *k = drop_oldest(f, lane, *k);
        } else {
            out[made++] = event_of(f, lane, *k - 3, 1);
            move(f, lane, *k - 1, *k - 3);
            *k -= 2;
        }
    }
    return made;
}

/* Does the newest range of a residue of k points close nothing? */
static inline bool stays_open(const double *v, size_t n, int k)
{
    const double *x = v + (size_t)(k - 1) * n;
    return k < 3 || fabs(x[0] - x[-(ptrdiff_t)n]) < fabs(x[-(ptrdiff_t)n] - x[-2 * (ptrdiff_t)n]);
}

/* The series turns: a point more, which may close cycles. */
static int turned(const rainflow *f, uint32_t lane, int k, double time, double carry, double value,
                  rainflow_event *out)
{
    int made = 0;
    if (k == RAINFLOW_DEPTH) {
        out[made++] = event_of(f, lane, 0, 0.5);
        k = drop_oldest(f, lane, k);
        if (f->forced)
            f->forced[lane] += 1;
    }
    put(f, lane, k++, time, carry, value);
    if (!stays_open(f->value + lane, f->n, k))
        made += close_cycles(f, lane, &k, out + made);
    f->count[lane] = k;
    return made;
}

/* Most points go on in the same direction and close nothing: that writes the newest point and is done. */
int rainflow_push(const rainflow *f, uint32_t lane, double time, double carry, double value,
                  rainflow_event out[RAINFLOW_DEPTH])
{
    const size_t n = f->n;
    double *v = f->value + lane;
    int k = (int)f->count[lane];
    if (!(value - value == 0))
        return 0;
    double turn = k ? value - v[(size_t)(k - 1) * n] : INFINITY;
    double last = k > 1 ? v[(size_t)(k - 1) * n] - v[(size_t)(k - 2) * n] : 0;
    if (turn == 0)
        return 0;
    if (last != 0 && (turn > 0) == (last > 0)) {  /* goes on: the newest point moves along */
        put(f, lane, k - 1, time, carry, value);
        if (stays_open(v, n, k))
            return 0;
        int made = close_cycles(f, lane, &k, out);
        f->count[lane] = k;
        return made;
    }
    if (fabs(turn) < f->gate)
        return 0;
    return turned(f, lane, k, time, carry, value, out);
}

int rainflow_open(const rainflow *f, uint32_t lane, rainflow_event out[RAINFLOW_DEPTH])
{
    int k = (int)f->count[lane], made = 0;
    for (; made + 1 < k; made++)
        out[made] = event_of(f, lane, made, 0.5);
    return made;
}

int rainflow_finish(const rainflow *f, uint32_t lane, rainflow_event out[RAINFLOW_DEPTH])
{
    int made = rainflow_open(f, lane, out);
    f->count[lane] = 0;
    return made;
}
