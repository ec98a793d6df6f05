/* SPDX-License-Identifier: MIT
 * stream.c - a trained trend as bytes, and back.
 */
#include "trend.h"
#include "../common_stream.h"
#include <math.h>

static const char magic[8] = "FADETRD1";
static const char what[] = "trend";

enum { FEATURES, SHAPES, MEMBERS, LIKELY, OWN }; /* sizes; files of older versions have none of the last two: 0 */
enum { FIRST, SPAN, NOISE, CARRY, LASTING, ROWS, NUMBERS };
enum { PIECES = 9 };

static void pieces(trend *r, double *number, stream_piece at[PIECES])
{
    const stream_piece all[PIECES] = {
        { number, NUMBERS * sizeof *number },       { r->key, r->p * sizeof *r->key },
        { r->unit, r->p * sizeof *r->unit },        { r->most, r->p * sizeof *r->most },
        { r->shape, r->nshape * sizeof *r->shape }, { r->member, r->nmember * sizeof *r->member },
        { r->likely, r->nlikely * sizeof *r->likely }, { &r->wander, r->nlikely ? sizeof r->wander : 0 },
        { r->id, r->nown * sizeof *r->id }
    };
    memcpy(at, all, sizeof all);
}

/* Cells of their own follow, each as a trend. */
int32_t stream_save(const void *model, const fade_stream *s)
{
    trend *r = (trend *)(uintptr_t)model;
    double number[NUMBERS] = { r->first, r->span, r->noise, r->carry, r->lasting, (double)r->rows };
    stream_piece at[PIECES];
    stream_head h = { .size = { [FEATURES] = r->p,
                                [SHAPES] = r->nshape,
                                [MEMBERS] = r->nmember,
                                [LIKELY] = r->nlikely,
                                [OWN] = r->nown } };
    memcpy(h.magic, magic, sizeof magic);
    pieces(r, number, at);
    int32_t rc = stream_write(r->host, s, &h, at, PIECES);
    for (uint32_t c = 0; c < r->nown && !rc; c++)
        rc = stream_save(r->own[c], s);
    return rc;
}

static int sound_numbers(const double *v)
{
    for (int i = 0; i < NUMBERS; i++)
        if (!isfinite(v[i]))
            return 0;
    return v[SPAN] > 0 && v[NOISE] >= 0 && v[LASTING] > 0 && v[ROWS] >= 0 && v[ROWS] < 1e15;
}

static int sound_member(const trend *r, const trend_member *m)
{
    return isfinite(m->c) && isfinite(m->b) && isfinite(m->a) && m->shape >= 0 && m->shape < (int32_t)r->nshape &&
           m->away >= -1 && m->away < (int32_t)r->p;
}

static int sound_wander(const trend_wander *w)
{
    for (int l = 0; l < TREND_LEVELS; l++)
        if (!isfinite(w->level[l]) || !isfinite(w->cycles[l]) || !(w->cycles[l] > 0))
            return 0;
    return w->share > 0 && w->share <= 1 && w->lasting > 0 && isfinite(w->lasting);
}

/* For bytes that were made to fit their checksum. */
static int sound(const trend *r)
{
    for (uint32_t j = 0; j < r->p; j++)
        if (!r->key[j][0] || r->key[j][TREND_KEY - 1] || r->unit[j][TREND_UNIT - 1] || !isfinite(r->most[j]))
            return 0;
    for (uint32_t s = 0; s < r->nshape; s++) {
        double a = r->shape[s].power, b = r->shape[s].length;
        if (!isfinite(a) || !isfinite(b) || a < 0 || b < 0 || (a > 0) == (b > 0))
            return 0;
    }
    for (uint32_t m = 0; m < r->nmember; m++)
        if (!sound_member(r, &r->member[m]))
            return 0;
    for (uint32_t m = 0; m < r->nlikely; m++)
        if (!sound_member(r, &r->likely[m]))
            return 0;
    return !r->nlikely || sound_wander(&r->wander);
}

static int sound_sizes(const stream_head *h, const trend *all)
{
    if (all)
        return h->size[FEATURES] == all->p && h->size[SHAPES] == all->nshape && h->size[MEMBERS] == all->nmember &&
               h->size[LIKELY] == all->nlikely && !h->size[OWN];
    return h->size[FEATURES] - 1 < TREND_FEATURES && h->size[SHAPES] - 1 < TREND_SHAPES &&
           h->size[MEMBERS] - 1 < TREND_SHAPES * TREND_MEMORIES * TREND_FEATURES &&
           h->size[LIKELY] <= TREND_SHAPES * TREND_FEATURES && h->size[OWN] <= TREND_CELLS;
}

/* all: what a cell of its own belongs to, or NULL. */
static int32_t load_one(const fade_host *host, const fade_stream *s, const trend *all, trend **out)
{
    stream_head h;
    stream_piece at[PIECES];
    double v[NUMBERS];
    int32_t rc = stream_read_head(host, s, magic, what, &h);
    if (rc)
        return rc;
    if (!sound_sizes(&h, all))
        return stream_refuse(host, FADE_EINVAL,
                             "a saved trend says it has more features, shapes, laws or cells than there can be");
    trend *r = trend_new(host, (uint32_t)h.size[FEATURES], (uint32_t)h.size[SHAPES], (uint32_t)h.size[MEMBERS],
                         (uint32_t)h.size[LIKELY]);
    if (!r)
        return FADE_ENOMEM;
    if (h.size[OWN] && !trend_room(r, (uint32_t)h.size[OWN]))
        rc = FADE_ENOMEM;
    if (!rc) {
        pieces(r, v, at);
        rc = stream_read(host, s, &h, at, PIECES, what);
    }
    if (!rc && (!sound_numbers(v) || !sound(r)))
        rc = stream_refuse(host, FADE_EINVAL, "a saved trend holds numbers or names that training cannot have made");
    if (rc) {
        trend_free(r);
        return rc;
    }
    r->first = v[FIRST];
    r->span = v[SPAN];
    r->noise = v[NOISE];
    r->carry = v[CARRY];
    r->lasting = v[LASTING];
    r->rows = (uint64_t)v[ROWS];
    *out = r;
    return FADE_OK;
}

int32_t stream_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    trend *r = NULL;
    *model = NULL;
    int32_t rc = load_one(host, s, NULL, &r);
    for (uint32_t c = 0; !rc && c < r->nown; c++)
        rc = load_one(host, s, r, &r->own[c]);
    if (rc)
        trend_free(r);
    else
        *model = r;
    return rc;
}
