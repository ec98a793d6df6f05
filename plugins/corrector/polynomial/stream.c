/* SPDX-License-Identifier: MIT
 * stream.c - a trained polynomial as bytes, and back.  Its products follow from features, degree and interactions.
 */
#include "polynomial.h"
#include "../common_stream.h"

static const char magic[8] = "FADEPLY1";
static const char what[] = "polynomial";

enum { FEATURES, DEGREE, INTERACTIONS };          /* sizes */
enum { PIECES = 9 };

static size_t numbers(const poly *q)
{
    return 2 * (size_t)q->f.p + 2 * (size_t)q->terms + (1 + (size_t)q->terms) * q->terms;
}

static void pieces(poly *q, stream_piece at[PIECES])
{
    size_t p = q->f.p, one = p * sizeof(double);
    const stream_piece all[PIECES] = {
        { &q->s, sizeof q->s }, { q->f.key, p * FEATURES_KEY }, { q->f.unit, p * FEATURES_UNIT }, { q->f.mean, one },
        { q->f.scale, one },    { q->f.low, one },              { q->f.high, one },               { q->f.varied, one },
        { q->centre, numbers(q) * sizeof(double) },
    };
    memcpy(at, all, sizeof all);
}

int32_t poly_save(const void *model, const fade_stream *s)
{
    poly q = *(const poly *)model;
    stream_piece at[PIECES];
    stream_head h = { .size = { [FEATURES] = q.f.p, [DEGREE] = q.s.degree, [INTERACTIONS] = q.s.interactions } };
    memcpy(h.magic, magic, sizeof magic);
    pieces(&q, at);
    return stream_write(q.host, s, &h, at, PIECES);
}

/* The checksum held; this is for bytes that were made to fit it. */
static int sound(const poly *q, const stream_head *h)
{
    const struct poly_numbers *s = &q->s;
    double sum = 0;
    for (size_t k = 0; k < numbers(q); k++)
        sum += q->centre[k] * 0;
    for (uint32_t j = 0; j < q->f.p; j++)
        if (!(q->half[j] > 0))
            return 0;
    return sum == 0 && s->degree == h->size[DEGREE] && s->interactions == h->size[INTERACTIONS] &&
           isfinite(s->intercept) && s->noise >= 0 && isfinite(s->noise) && s->share > 0 && s->share <= 1 &&
           s->lambda >= 0 && s->reach >= 0 && s->reach <= 100 && features_sound(&q->f);
}

int32_t poly_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    stream_head h;
    stream_piece at[PIECES];
    char text[160];
    *model = NULL;
    int32_t rc = stream_read_head(host, s, magic, what, &h);
    if (rc)
        return rc;
    if (h.size[FEATURES] < 1 || h.size[FEATURES] > POLY_FEATURES || h.size[DEGREE] < 1 ||
        h.size[DEGREE] > POLY_DEGREE || h.size[INTERACTIONS] > 1) {
        snprintf(text, sizeof text,
                 "a saved polynomial says it has %llu features and degree %llu, must be 1 .. %d and 1 .. %d",
                 (unsigned long long)h.size[FEATURES], (unsigned long long)h.size[DEGREE], POLY_FEATURES, POLY_DEGREE);
        return features_say(host, FADE_EINVAL, text);
    }
    poly *q;
    rc = poly_new(host, (uint32_t)h.size[FEATURES], h.size[DEGREE], h.size[INTERACTIONS], &q);
    if (rc)
        return rc;
    pieces(q, at);
    rc = stream_read(host, s, &h, at, PIECES, what);
    if (!rc && !sound(q, &h))
        rc =
            features_say(host, FADE_EINVAL, "a saved polynomial holds numbers or names that training cannot have made");
    if (rc)
        poly_free(q);
    else
        *model = q;
    return rc;
}
