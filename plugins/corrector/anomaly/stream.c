/* SPDX-License-Identifier: MIT
 * stream.c - a trained detector as bytes, and back.
 */
#include "anomaly.h"
#include "../common_stream.h"

static const char magic[8] = "FADEANO1";
static const char what[] = "detector";

enum { FEATURES, METHOD, TREES, NODES };          /* sizes */
enum { PIECES = 11 };

static void pieces(anomaly *a, stream_piece at[PIECES])
{
    size_t p = a->f.p, one = p * sizeof(double), factor = a->method == ANOMALY_MAHALANOBIS ? p * one : 0;
    const stream_piece all[PIECES] = {
        { &a->s, sizeof a->s },
        { a->f.key, p * FEATURES_KEY },
        { a->f.unit, p * FEATURES_UNIT },
        { a->f.mean, one },
        { a->f.scale, one },
        { a->f.low, one },
        { a->f.high, one },
        { a->f.varied, one },
        { a->root, (a->trees + (size_t)1) * sizeof *a->root },
        { a->node, a->nodes * sizeof *a->node },
        { a->factor, factor },
    };
    memcpy(at, all, sizeof all);
}

int32_t anomaly_save(const void *model, const fade_stream *s)
{
    anomaly a = *(const anomaly *)model;
    stream_piece at[PIECES];
    stream_head h = { .size = { [FEATURES] = a.f.p, [METHOD] = a.method, [TREES] = a.trees, [NODES] = a.nodes } };
    memcpy(h.magic, magic, sizeof magic);
    pieces(&a, at);
    return stream_write(a.host, s, &h, at, PIECES);
}

/* Every way down a tree ends within it: both children lie behind their parent. */
static int sound_tree(const anomaly *a, uint64_t from, uint64_t end)
{
    if (from >= end || end > a->nodes)
        return 0;
    for (uint64_t k = from; k < end; k++) {
        const anomaly_node *n = &a->node[k];
        int leaf = n->feature == -1;
        if (!isfinite(n->at) || n->feature < -1 || n->feature >= (int32_t)a->f.p)
            return 0;
        if (!leaf && !(k + 1 < end && n->right > k && n->right < end))
            return 0;
    }
    return 1;
}

/* The checksum held; this is for bytes that were made to fit it. */
static int sound(const anomaly *a)
{
    const struct anomaly_numbers *s = &a->s;
    double sum = 0;
    if (!(s->rms >= 0) || !isfinite(s->rms) || !isfinite(s->threshold) || !(s->slack >= 0) || !isfinite(s->slack) ||
        !(s->limit > 0) || !isfinite(s->limit) || !features_sound(&a->f))
        return 0;
    for (uint32_t k = 0; k < a->trees; k++)
        if (!sound_tree(a, a->root[k], a->root[k + 1]))
            return 0;
    for (size_t k = 0; a->method == ANOMALY_MAHALANOBIS && k < (size_t)a->f.p * a->f.p; k++)
        sum += a->factor[k] * 0;
    return sum == 0 && (a->method != ANOMALY_FOREST || (s->sample >= 2 && s->sample <= ANOMALY_SAMPLE));
}

int32_t anomaly_load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    stream_head h;
    stream_piece at[PIECES];
    *model = NULL;
    int32_t rc = stream_read_head(host, s, magic, what, &h);
    if (rc)
        return rc;
    int forest = h.size[METHOD] == ANOMALY_FOREST;
    if (h.size[FEATURES] < 1 || h.size[FEATURES] > ANOMALY_FEATURES || h.size[METHOD] > ANOMALY_CUSUM ||
        h.size[TREES] > ANOMALY_TREES || h.size[NODES] > ANOMALY_NODES || forest != (h.size[TREES] > 0) ||
        forest != (h.size[NODES] > 0))
        return features_say(host, FADE_EINVAL,
                            "a saved detector says a number of features, trees or nodes that none can have");
    anomaly *a = anomaly_new(host, (uint32_t)h.size[FEATURES]);
    if (!a)
        return FADE_ENOMEM;
    a->method = (uint32_t)h.size[METHOD];
    a->trees = (uint32_t)h.size[TREES];
    a->nodes = (uint32_t)h.size[NODES];
    rc = anomaly_room(a);
    if (!rc) {
        pieces(a, at);
        rc = stream_read(host, s, &h, at, PIECES, what);
    }
    if (!rc && !sound(a))
        rc = features_say(host, FADE_EINVAL,
                          "a saved detector holds numbers, names or trees that training cannot have made");
    if (rc)
        anomaly_free(a);
    else
        *model = a;
    return rc;
}
