/* SPDX-License-Identifier: MIT
 * forest.c - an isolation forest: trees that cut at random; what is alone is cut off early.
 *
 * Liu, Ting, Zhou, Isolation Forest, ICDM 2008, algorithms 1 and 2, doi 10.1109/ICDM.2008.17.  Each tree is a function
 * of the scenario's seed and its number.
 */
#include "anomaly.h"
#include <stdlib.h>

typedef struct grower {
    anomaly *a;
    const double *z;
    uint32_t p, deepest, next;                    /* the draw to come */
    uint64_t *row;                                /* all rows, the tree's first */
    double *draw;
    uint16_t *vary;                               /* room: features that vary at a node */
} grower;

double forest_path(double n)
{
    static const double EULER = 0.57721566490153286;
    if (n < 2)
        return 0;
    return n < 3 ? 1 : 2 * (log(n - 1) + EULER) - 2 * (n - 1) / n;
}

static void ends(const grower *g, const uint64_t *row, uint64_t n, uint32_t j, double *low, double *high)
{
    *low = INFINITY;
    *high = -INFINITY;
    for (uint64_t i = 0; i < n; i++) {
        double v = g->z[row[i] * g->p + j];
        *low = fmin(*low, v);
        *high = fmax(*high, v);
    }
}

/* Rows at most `at` first; how many. */
static uint64_t part(const grower *g, uint64_t *row, uint64_t n, uint32_t j, double at)
{
    uint64_t k = 0;
    for (uint64_t i = 0; i < n; i++)
        if (g->z[row[i] * g->p + j] <= at) {
            uint64_t s = row[k];
            row[k++] = row[i];
            row[i] = s;
        }
    return k;
}

static void grow(grower *g, uint64_t *row, uint64_t n, uint32_t depth)
{
    anomaly *a = g->a;
    anomaly_node *here = &a->node[a->nodes++];
    uint32_t some = 0;
    double low, high;
    for (uint32_t j = 0; j < g->p && n > 1 && depth < g->deepest; j++) {
        ends(g, row, n, j, &low, &high);
        if (low < high)
            g->vary[some++] = (uint16_t)j;
    }
    *here = (anomaly_node){ depth + forest_path((double)n), -1, 0 };
    if (!some)
        return;
    uint32_t j = g->vary[(uint32_t)(g->draw[g->next++] * some)];
    ends(g, row, n, j, &low, &high);
    here->at = low + g->draw[g->next++] * (high - low);
    here->at = here->at < high ? here->at : low;
    here->feature = (int32_t)j;
    uint64_t left = part(g, row, n, j, here->at);
    grow(g, row, left, depth + 1);
    here->right = a->nodes;
    grow(g, row + left, n - left, depth + 1);
}

/* A tree of `sample` rows drawn without putting back. */
static void tree(grower *g, const fade_rng_v1 *rng, uint64_t n, uint32_t sample, uint64_t *id, uint64_t *at)
{
    uint32_t draws = 3 * sample;
    for (uint32_t i = 0; i < draws; i++) {
        id[i] = g->a->trees;
        at[i] = i;
    }
    rng->uniform(g->a->host, draws, id, at, 0, g->draw);
    for (uint32_t i = 0; i < sample; i++) {
        uint64_t k = i + (uint64_t)(g->draw[i] * (double)(n - i)), s = g->row[i];
        g->row[i] = g->row[k];
        g->row[k] = s;
    }
    g->next = sample;
    g->a->root[g->a->trees++] = g->a->nodes;
    grow(g, g->row, sample, 0);
    g->a->root[g->a->trees] = g->a->nodes;
}

int32_t forest_grow(anomaly *a, const double *z, uint64_t n, uint32_t trees, uint32_t sample)
{
    const fade_rng_v1 *rng = a->host->iface(a->host, "fade.rng/1");
    if (!rng)
        return features_say(a->host, FADE_EBUG, "anomaly needs the host's fade.rng/1");
    sample = n < sample ? (uint32_t)n : sample;
    a->trees = trees;
    a->nodes = trees * 2 * sample;
    int32_t rc = anomaly_room(a);
    if (rc)
        return rc;
    a->trees = a->nodes = 0;
    a->s.sample = sample;
    grower g = { .a = a,
                 .z = z,
                 .p = a->f.p,
                 .row = malloc(n * sizeof *g.row),
                 .draw = malloc(3 * (size_t)sample * 3 * sizeof(double)) };
    g.vary = malloc(g.p * sizeof *g.vary);
    while (1u << g.deepest < sample)
        g.deepest++;
    if (!g.row || !g.draw || !g.vary)
        rc = features_say(a->host, FADE_ENOMEM, "no memory to grow a forest");
    for (uint64_t i = 0; i < n && !rc; i++)
        g.row[i] = i;
    uint64_t *id = (uint64_t *)(void *)(g.draw + 3 * (size_t)sample), *at = id + 3 * (size_t)sample;
    for (uint32_t k = 0; k < trees && !rc; k++) {
        if (a->host->progress && a->host->progress(a->host, (double)k / trees, "train") == FADE_ECANCEL)
            rc = FADE_ECANCEL;
        else
            tree(&g, rng, n, sample, id, at);
    }
    free(g.row);
    free(g.draw);
    free(g.vary);
    return rc;
}
