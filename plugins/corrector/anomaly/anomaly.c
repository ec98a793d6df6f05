/* SPDX-License-Identifier: MIT
 * anomaly.c - says how unlike the training rows a row is, and corrects nothing.
 *
 *     isolation-forest  2^-(mean path / c(sample)): near 1 alone, 0.5 and less in the crowd      Liu, Ting, Zhou 2008
 *     mahalanobis       sqrt(z' C^-1 z)
 *     cusum             the largest of up = max(0, up + z - slack) and down = max(0, down - z - slack), by the limit:
 *                       a small shift that stays adds up                                         Page 1954
 *
 * The mean is 0, and sigma the size of what it leaves uncorrected.  Only cusum remembers rows before.
 */
#include "anomaly.h"
#include <stdlib.h>

enum { MEAN, SIGMA, DISTANCE, SCORE, ALARM };
enum { UP, DOWN };

static const fade_param params[] = {
    [ANOMALY_METHOD] = { "method", "",
                         "How a row is scored: by random cuts, by distance in the features' covariance, by sums over "
                         "rows.",
                         "Liu, Ting and Zhou 2008, doi 10.1109/ICDM.2008.17; Page 1954, doi 10.1093/biomet/41.1-2.100",
                         FADE_CHOICE, 0, ANOMALY_FOREST, 0, 0, 0, 0, "isolation-forest|mahalanobis|cusum" },
    [ANOMALY_TREES_] = { "trees", "", "Trees of the forest.", "Liu, Ting and Zhou 2008: 100", FADE_INT, 0, 100, 1,
                         ANOMALY_TREES, 0, 0, NULL },
    [ANOMALY_SAMPLE_] = { "sample", "", "Rows each tree is grown from.", "Liu, Ting and Zhou 2008: 256", FADE_INT,
                          FADE_ADVANCED, 256, 2, ANOMALY_SAMPLE, 0, 0, NULL },
    [ANOMALY_SHARE] = { "share", "1", "Share of the training rows whose score would be an alarm; not for cusum.", "",
                        FADE_REAL, 0, 0.01, 0, 0.5, 0, 0, NULL },
    [ANOMALY_SLACK] = { "slack", "",
                        "cusum: what a row may differ without adding up, in standard deviations; half the shift looked "
                        "for.",
                        "Page 1954, doi 10.1093/biomet/41.1-2.100", FADE_REAL, 0, 0.5, 0, 10, 0, 0, NULL },
    [ANOMALY_LIMIT] = { "limit", "",
                        "cusum: the sum that is an alarm, in standard deviations; with slack 0.5 and one feature, 5 is "
                        "one false alarm "
                        "in 465 rows.",
                        "Lucas and Crosier 1982, doi 10.1080/00401706.1982.10487759", FADE_REAL, 0, 5, 1e-3, 1e6, 0, 0,
                        NULL },
};
static const fade_column out[] = {
    { "mean", "", "0: nothing is corrected.", 0, 0, 0, 0, 0, 1, 0 },
    { "sigma", "", "Root mean square of the target in training.", 0, 0, 0, 0, 0, 1, 0 },
    { "distance", "", "How far the features lie outside the training data, in its standard deviations; 0 inside.", 0, 0,
      0, 0, 0, 1, 0 },
    { "score", "",
      "How unlike the training rows: 0 to 1 by forest, a distance by mahalanobis, a share of the limit by cusum.", 0, 0,
      0, 0, 0, 1, 0 },
    { "alarm", "", "1 where the score is above what training rows reach but for their share, or cusum's limit.", 0, 0,
      0, 0, 0, 1, 0 },
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Score that the share of training rows lies above. */
static int32_t threshold(anomaly *a, const double *z, uint64_t n, double share)
{
    enum { WIDE = 64 };
    uint32_t p = a->f.p;
    double *score = malloc((n + WIDE) * sizeof *score), *tile = calloc((2 * (size_t)p + 1) * WIDE, sizeof *tile);
    int32_t rc = score && tile ? FADE_OK : features_say(a->host, FADE_ENOMEM, "no memory to score the training rows");
    for (uint64_t at = 0; at < n && !rc; at += WIDE) {
        for (uint32_t i = 0; i < WIDE; i++)
            for (uint32_t j = 0; j < p; j++)
                tile[j * (size_t)WIDE + i] = z[(at + i < n ? at + i : n - 1) * p + j];
        anomaly_score(a, WIDE, tile, tile + (size_t)p * WIDE, score + at);
    }
    if (!rc) {
        qsort(score, n, sizeof *score, by_value);
        double where = (1 - share) * (double)(n - 1);
        uint64_t k = (uint64_t)where;
        a->s.threshold = k + 1 < n ? score[k] + (where - (double)k) * (score[k + 1] - score[k]) : score[n - 1];
    }
    free(score);
    free(tile);
    return rc;
}

/* Rows of z that count, their weights, and the size of the target. */
static uint64_t gather(anomaly *a, const fade_table *t, double *z, double *weight)
{
    uint64_t n = 0;
    double sum = 0, square = 0;
    for (uint64_t i = 0; i < t->n; i++) {
        double w = features_weight(t, i);
        if (!(w > 0))
            continue;
        for (uint32_t j = 0; j < a->f.p; j++)
            z[n * a->f.p + j] = features_z(&a->f, j, t->col[j][i]);
        weight[n++] = w;
        sum += w;
        square += w * t->target[i] * t->target[i];
    }
    a->s.rows = n;
    a->s.rms = n ? sqrt(square / sum) : 0;
    return n;
}

static int32_t learn(anomaly *a, const fade_table *t, const fade_args *args)
{
    char text[120];
    double *z = malloc((t->n + 1) * (a->f.p + 1) * sizeof *z), *weight = z + t->n * a->f.p;
    if (!z)
        return features_say(a->host, FADE_ENOMEM, "no memory for the training rows");
    features_measure(&a->f, t);
    uint64_t n = gather(a, t, z, weight);
    int32_t rc = FADE_OK;
    snprintf(text, sizeof text, "%llu of %llu rows have a known target and a weight, anomaly needs 3 or more",
             (unsigned long long)n, (unsigned long long)t->n);
    if (n < 3 || !isfinite(a->s.rms))
        rc = features_say(a->host, FADE_EINVAL, n < 3 ? text : "the targets are too large");
    else if (a->method == ANOMALY_FOREST)
        rc = forest_grow(a, z, n, (uint32_t)args->at[ANOMALY_TREES_].real, (uint32_t)args->at[ANOMALY_SAMPLE_].real);
    else if (a->method == ANOMALY_MAHALANOBIS)
        rc = mahalanobis_fit(a, z, weight, n);
    else
        rc = anomaly_room(a);
    a->s.threshold = 1;
    if (!rc && a->method != ANOMALY_CUSUM)
        rc = threshold(a, z, n, args->at[ANOMALY_SHARE].real);
    free(z);
    return rc;
}

static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)from;
    *model = NULL;
    if (features_count(host, t, ANOMALY_FEATURES, "anomaly"))
        return FADE_EINVAL;
    anomaly *a = anomaly_new(host, t->ncol);
    if (!a)
        return FADE_ENOMEM;
    a->method = (uint32_t)args->at[ANOMALY_METHOD].real;
    a->s.slack = args->at[ANOMALY_SLACK].real;
    a->s.limit = args->at[ANOMALY_LIMIT].real;
    int32_t rc = features_name(&a->f, host, t);
    rc = rc ? rc : learn(a, t, args);
    if (rc)
        anomaly_free(a);
    else
        *model = a;
    return rc;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const anomaly *a = model;
    if (a)
        c->in = (fade_list){ a->f.column, a->f.p, sizeof *a->f.column };
    if (a && a->method == ANOMALY_CUSUM)
        c->state = (fade_list){ a->state, 2, sizeof *a->state };
    return FADE_OK;
}

static size_t scratch(const void *model, uint32_t n)
{
    const anomaly *a = model;
    return a ? (2 * (size_t)a->f.p + 1) * n * sizeof(double) : 0;
}

/* One feature's sums; an unknown value leaves them. */
static void add_up(uint32_t n, double slack, const double *restrict raw, const double *restrict z,
                   const double *restrict x, double sign, double *restrict x1)
{
    for (uint32_t i = 0; i < n; i++) {
        double sum = x[i] + sign * z[i] - slack;
        sum = sum > 0 ? sum : 0;
        x1[i] = raw[i] - raw[i] == 0 ? sum : x[i];
    }
}

static void largest(size_t n, uint32_t lanes, const double *sum, double per, double *score)
{
    for (size_t k = 0; k < n; k++) {
        double s = sum[k] * per;
        score[k % lanes] = s > score[k % lanes] ? s : score[k % lanes];
    }
}

static void say(const anomaly *a, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++) {
        b->out[MEAN][i] = 0;
        b->out[SIGMA][i] = a->s.rms;
        b->out[ALARM][i] = b->out[SCORE][i] > a->s.threshold;
    }
}

static void say_sums(const anomaly *a, fade_tile *b, const double *up, const double *down)
{
    size_t all = (size_t)a->f.p * b->n;
    memset(b->out[SCORE], 0, b->n * sizeof(double));
    largest(all, b->n, up, 1 / a->s.limit, b->out[SCORE]);
    largest(all, b->n, down, 1 / a->s.limit, b->out[SCORE]);
}

static int32_t observe(const void *model, fade_tile *b)
{
    const anomaly *a = model;
    double *z = b->scratch;
    features_lanes(&a->f, b->n, b->in, z, b->out[DISTANCE]);
    if (a->method == ANOMALY_CUSUM)
        say_sums(a, b, b->x[UP], b->x[DOWN]);
    else
        anomaly_score(a, b->n, z, z + (size_t)a->f.p * b->n, b->out[SCORE]);
    say(a, b);
    return FADE_OK;
}

static int32_t step(const void *model, fade_tile *b)
{
    const anomaly *a = model;
    double *z = b->scratch;
    if (a->method != ANOMALY_CUSUM)
        return observe(model, b);
    features_lanes(&a->f, b->n, b->in, z, b->out[DISTANCE]);
    for (uint32_t j = 0; j < a->f.p; j++) {
        size_t at = j * (size_t)b->n;
        add_up(b->n, a->s.slack, b->in[j], z + at, b->x[UP] + at, 1, b->x1[UP] + at);
        add_up(b->n, a->s.slack, b->in[j], z + at, b->x[DOWN] + at, -1, b->x1[DOWN] + at);
    }
    say_sums(a, b, b->x1[UP], b->x1[DOWN]);
    say(a, b);
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .destroy = anomaly_free,
    .columns = columns,
    .scratch = scratch,
    .step = step,
    .observe = observe,
};
static const fade_corrector_v1 corrector_v1 = {
    .size = sizeof corrector_v1,
    .model = &model_v1,
    .train = train,
    .save = anomaly_save,
    .load = anomaly_load,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    if (strcmp(id, "fade.corrector/1") == 0)
        return &corrector_v1;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "anomaly",
    .kind = "corrector",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Scores how unlike the training rows a row is, by isolation forest, Mahalanobis or CUSUM; corrects nothing.",
    .cite = "Liu, Ting and Zhou, ICDM 2008, doi 10.1109/ICDM.2008.17; Page, Biometrika 41, 100 (1954), doi "
            "10.1093/biomet/41.1-2.100",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);
