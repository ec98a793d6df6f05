/* SPDX-License-Identifier: MIT
 * play.c - the samples of each cell into blocks: copies of one repetition, whose times are computed, never added up.
 *
 * Cells with a duty each take turns of TURN samples, the one that is furthest behind in time first; so the order of
 * samples is the same in blocks of any size.
 */
#include "inside.h"
#include <math.h>
#include <string.h>

double play_time(const player *p, uint64_t index)
{
    const duty *d = p->duty;
    if (p->total && index == p->total - 1)
        return p->end_time;
    return (double)(index / d->n) * d->period + d->t[index % d->n];
}

/* How many samples are not later than `end`. */
static uint64_t count_until(const player *p, double end)
{
    const duty *d = p->duty;
    double whole = floor((end - d->t[0]) / d->period) - 1;      /* one less: the division rounds */
    uint64_t count = whole > 0 ? (uint64_t)whole * d->n : 0;
    while (play_time(p, count) <= end)
        count++;
    return count;
}

static double between(double t0, double t1, double a, double b, double t)
{
    return a + (b - a) * ((t - t0) / (t1 - t0));
}

/* The last sample: one of the duty's, the one that closes it, or one at the very end between two. */
static void find_end(player *p, double length, double slack)
{
    const duty *d = p->duty;
    climate_at at = { 0 };
    uint64_t last = p->total - 1, next = p->total;
    p->total = 0;                                 /* no last one yet: play_time knows only the duty's */
    double t0 = play_time(p, last), t1 = play_time(p, next);
    size_t a = (size_t)(last % d->n), b = (size_t)(next % d->n);
    bool inside = length - t0 > slack, closing = d->closed && a == 0 && last > 0 && !inside;
    bool own = !p->climate && d->kelvin;
    p->end_time = inside ? length : t0;
    p->end_soc = inside ? between(t0, t1, d->soc[a], d->soc[b], length) : closing ? d->end_soc : d->soc[a];
    if (own && (inside || closing))
        p->end_kelvin = inside ? between(t0, t1, d->kelvin[a], d->kelvin[b], length) : d->end_kelvin;
    else if (p->climate)
        climate_column(p->climate, d->phase, 1, &p->end_time, &p->end_kelvin, &at);
    else
        p->end_kelvin = own ? d->kelvin[a] : p->kelvin;
    p->total = last + 1 + inside;
}

/* A multiple of 2^-10 s, as large as no sum of some is rounded. */
static bool whole(double t)
{
    return fabs(t) < 0x1p41 && t * 0x1p10 == floor(t * 0x1p10);
}

static bool exact(const player *p)
{
    const duty *d = p->duty;
    bool all = whole(d->period) && whole(p->end_time);
    for (size_t i = 0; all && i < d->n; i++)
        all = whole(d->t[i]);
    return all;
}

int32_t play_prepare(const source *s, player *p)
{
    const duty *d = p->duty;
    double length = isnan(s->o.length) ? d->once : s->o.length;
    double slack = length * 0x1p-50 + 1e-9;       /* s; what rounding makes of a time */
    for (size_t i = 0; i < d->n; i++) {
        double after = i + 1 < d->n ? d->t[i + 1] : d->t[0] + d->period;
        if (!(after - d->t[i] > 2 * slack))
            return source_fail(s, FADE_EINVAL, d->path, 0,
                               "samples %g s apart at %.10g s cannot be told apart after length = %.10g s",
                               after - d->t[i], d->t[i], length);
    }
    if (length < d->t[0])
        return source_fail(s, FADE_EINVAL, d->path, 0, "length = %.10g s ends before the first sample, at %.10g s",
                           length, d->t[0]);
    p->total = 0;
    p->total = count_until(p, length + slack);
    find_end(p, length, slack);
    p->next = play_time(p, 0);
    p->exact = exact(p);
    return FADE_OK;
}

/* n samples of one repetition, from the at-th of all on, behind the block's rows. */
static void copy(player *p, fade_block *b, uint64_t at, uint32_t n)
{
    const duty *d = p->duty;
    size_t from = (size_t)(at % d->n);
    uint32_t to = b->n;
    double base = (double)(at / d->n) * d->period;
    const double *restrict t = d->t + from;
    double *restrict time = b->col[0] + to, *restrict kelvin = b->col[2] + to;
    for (uint32_t i = 0; i < n; i++)
        time[i] = base + t[i];
    memcpy(b->col[1] + to, d->soc + from, n * sizeof *d->soc);
    if (p->climate)
        climate_column(p->climate, d->phase, n, time, kelvin, &p->at);
    else if (d->kelvin)
        memcpy(kelvin, d->kelvin + from, n * sizeof *kelvin);
    else
        for (uint32_t i = 0; i < n; i++)
            kelvin[i] = p->kelvin;
}

/* What is no column. */
static void label(const player *p, fade_block *b)
{
    int64_t date = p->duty->date;
    const double *time = b->col[0];
    for (uint32_t i = 0; i < b->n; i++)
        b->cell[i] = p->id;
    memset(b->cycle, 0, b->n * sizeof *b->cycle);
    if (date == INT64_MIN)
        for (uint32_t i = 0; i < b->n; i++)
            b->time[i] = INT64_MIN;
    else
        for (uint32_t i = 0; i < b->n; i++)
            b->time[i] = date + (int64_t)(time[i] * 1e6 + 0.5);
}

static uint32_t least(uint64_t a, uint64_t b)
{
    return (uint32_t)(a < b ? a : b);
}

/* At most n samples of p, from p->done on, as the block's rows. */
static void play(player *p, fade_block *b, uint32_t n)
{
    uint64_t at = p->done;
    n = least(n, p->total - at);
    while (n > 0 && at + 1 < p->total) {
        uint32_t some = least(n, p->duty->n - at % p->duty->n);
        some = least(some, p->total - 1 - at);
        copy(p, b, at, some);
        b->n += some;
        at += some;
        n -= some;
    }
    if (n > 0) {
        b->col[0][b->n] = p->end_time;
        b->col[1][b->n] = p->end_soc;
        b->col[2][b->n++] = p->end_kelvin;
    }
    label(p, b);
}

/* Whose turn it is, and how many samples of it are left; NULL: all are through. */
static player *turn(source *s, uint64_t *left)
{
    player *p = s->turn < s->nplayer ? &s->player[s->turn] : NULL;
    *left = s->nplayer == 1 ? UINT64_MAX : p ? TURN - p->done % TURN : 0;
    if (p && p->done < p->total && p->done % TURN)
        return p;
    p = s->player;
    for (size_t i = 1; i < s->nplayer; i++)
        p = s->player[i].next < p->next ? &s->player[i] : p;
    s->turn = (size_t)(p - s->player);
    *left = s->nplayer == 1 ? UINT64_MAX : TURN;
    return isfinite(p->next) ? p : NULL;
}

/* So many samples more of p are done. */
static void advance(source *s, player *p, uint64_t n)
{
    p->done += n;
    p->next = p->done < p->total ? play_time(p, p->done) : INFINITY;
    s->played += n;
}

void play_fill(source *s, fade_block *b)
{
    uint64_t left;
    player *p = turn(s, &left);
    if (!p)
        return;
    play(p, b, least(b->cap, left));
    advance(s, p, b->n);
}

/* The last sample of all is always given. */
uint32_t play_again(source *s, uint64_t period, uint32_t most)
{
    player *p = s->player;
    if (s->nplayer != 1 || p->id || p->climate || !p->exact || period % p->duty->n || p->done <= period ||
        p->done + 1 >= p->total)
        return 0;
    uint32_t n = least(p->total - 1 - p->done, most);
    advance(s, p, n);
    return n;
}

void play_skip(source *s, uint64_t samples)
{
    uint64_t left;
    for (player *p; samples > 0 && (p = turn(s, &left));) {
        uint64_t n = p->total - p->done;
        n = n < left ? n : left;
        n = n < samples ? n : samples;
        advance(s, p, n);
        p->at.found = false;
        samples -= n;
    }
}
