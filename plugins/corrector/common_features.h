/* SPDX-License-Identifier: MIT
 * common_features.h - the features of a corrector's table: their names, their scales, and where they were seen.
 *
 *     z = (x - mean) / scale      distance = how far outside low..high, in scales
 *
 * An unknown value counts as the mean and as a distance of 1; a feature that never varied has z = 0, and its size as its scale.
 */
#ifndef FADE_CORRECTOR_COMMON_FEATURES_H
#define FADE_CORRECTOR_COMMON_FEATURES_H
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { FEATURES_KEY = 64, FEATURES_UNIT = 32 };   /* bytes of a name and a unit */

typedef struct features {
    fade_column *column;                          /* p, pointing to key and unit */
    char (*key)[FEATURES_KEY], (*unit)[FEATURES_UNIT];
    double *mean, *scale, *low, *high;            /* p each */
    double *varied;                               /* p: 1, or 0 */
    uint32_t p;
} features;

static inline size_t features_bytes(uint32_t p)
{
    return p * (sizeof(fade_column) + FEATURES_KEY + FEATURES_UNIT + 5 * sizeof(double));
}

/* At `at`, features_bytes(p) of zeroed bytes, doubles first. */
static inline void features_place(features *f, void *at, uint32_t p)
{
    double *d = at;
    *f = (features){ .p = p, .mean = d, .scale = d + p, .low = d + 2 * p, .high = d + 3 * p, .varied = d + 4 * p };
    f->column = (fade_column *)(d + 5 * (size_t)p);
    f->key = (char(*)[FEATURES_KEY])(f->column + p);
    f->unit = (char(*)[FEATURES_UNIT])(f->key + p);
    for (uint32_t j = 0; j < p; j++)
        f->column[j] = (fade_column){ .key = f->key[j], .unit = f->unit[j], .doc = "A feature.", .width = 1 };
}

static inline int32_t features_say(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* 1 .. most features.  < 0: said. */
static inline int32_t features_count(const fade_host *host, const fade_table *t, uint32_t most, const char *plugin)
{
    char text[120];
    if (t->ncol >= 1 && t->ncol <= most)
        return FADE_OK;
    snprintf(text, sizeof text, "%u features, %s takes 1 .. %u", (unsigned)t->ncol, plugin, (unsigned)most);
    return features_say(host, FADE_EINVAL, text);
}

/* Keys and units of the table, each `apart` bytes behind the one before. */
static inline int32_t features_label(const fade_host *host, const fade_table *t, char *key, size_t key_apart, char *unit,
                                     size_t unit_apart)
{
    for (uint32_t j = 0; j < t->ncol; j++) {
        const fade_column *c = &t->column[j];
        if (strlen(c->key) >= FEATURES_KEY || strlen(c->unit) >= FEATURES_UNIT)
            return features_say(host, FADE_EINVAL, "a feature's key has 64 letters or more, or its unit 32");
        memcpy(key + j * key_apart, c->key, strlen(c->key) + 1);
        memcpy(unit + j * unit_apart, c->unit, strlen(c->unit) + 1);
    }
    return FADE_OK;
}

static inline int32_t features_name(features *f, const fade_host *host, const fade_table *t)
{
    return features_label(host, t, f->key[0], FEATURES_KEY, f->unit[0], FEATURES_UNIT);
}

/* A model to start from has p features with these keys, each `apart` bytes behind the one before: the table's, in order?  < 0: said. */
static inline int32_t features_kin(const fade_host *host, const fade_table *t, uint32_t p, const char *key, size_t apart)
{
    char text[240];
    if (p != t->ncol) {
        snprintf(text, sizeof text, "the model to start from has %u features, these rows have %u", (unsigned)p, (unsigned)t->ncol);
        return features_say(host, FADE_EINVAL, text);
    }
    for (uint32_t j = 0; j < p; j++)
        if (strcmp(key + j * apart, t->column[j].key) != 0) {
            snprintf(text, sizeof text, "feature %u of the model to start from is %.64s, of these rows %.64s", (unsigned)j + 1,
                     key + j * apart, t->column[j].key);
            return features_say(host, FADE_EINVAL, text);
        }
    return FADE_OK;
}

/* What row i counts; 0: its target is unknown, or its weight is no number above 0. */
static inline double features_weight(const fade_table *t, uint64_t i)
{
    double w = t->weight ? t->weight[i] : 1;
    return isfinite(t->target[i]) && w > 0 && w < INFINITY ? w : 0;
}

/* Mean, scale and range of each feature over its known values in rows that count. */
static inline void features_measure(features *f, const fade_table *t)
{
    for (uint32_t j = 0; j < f->p; j++) {
        const double *x = t->col[j];
        double n = 0, mean = 0, m2 = 0, low = INFINITY, high = -INFINITY;
        for (uint64_t i = 0; i < t->n; i++) {
            double w = features_weight(t, i);
            if (!(w > 0) || !isfinite(x[i]))
                continue;
            n += w;
            double by = x[i] - mean;
            mean += by * w / n;
            m2 += w * by * (x[i] - mean);
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
        }
        double sd = n > 0 ? sqrt(m2 / n) : 0;
        f->varied[j] = sd > 1e-10 * fabs(mean) && sd > 1e-150 && sd < 1e150;
        f->mean[j] = n > 0 ? mean : 0;
        f->scale[j] = f->varied[j] > 0 ? sd : fmax(fabs(f->mean[j]), 1e-9);
        f->low[j] = n > 0 ? low : -1e300;
        f->high[j] = n > 0 ? high : 1e300;
    }
}

/* z of one value. */
static inline double features_z(const features *f, uint32_t j, double x)
{
    double per = 1 / f->scale[j] * f->varied[j];
    return isfinite(x) ? (x - f->mean[j]) * per : 0;
}

/* Over lanes: z[j * n + i] of all features, and the largest distance. */
static inline void features_lanes(const features *f, uint32_t n, const double *const *in, double *restrict z, double *restrict far)
{
    for (uint32_t i = 0; i < n; i++)
        far[i] = 0;
    for (uint32_t j = 0; j < f->p; j++, z += n) {
        const double *restrict x = in[j];
        double per = 1 / f->scale[j], varied = f->varied[j], mean = f->mean[j], low = f->low[j], high = f->high[j];
        for (uint32_t i = 0; i < n; i++) {
            double over = (x[i] - high) * per, under = (low - x[i]) * per, at = (x[i] - mean) * (per * varied);
            double away = over > under ? over : under;
            int known = x[i] - x[i] == 0;
            away = known ? away : varied;
            z[i] = known ? at : 0;
            far[i] = away > far[i] ? away : far[i];
        }
    }
}

/* Whether names end and numbers are such as measuring makes: for loaded ones. */
static inline int features_sound(const features *f)
{
    for (uint32_t j = 0; j < f->p; j++) {
        int named = f->key[j][0] && !f->key[j][FEATURES_KEY - 1] && !f->unit[j][FEATURES_UNIT - 1];
        int finite = isfinite(f->mean[j]) && isfinite(f->scale[j]) && isfinite(f->low[j]) && isfinite(f->high[j]);
        if (!named || !finite || !(f->scale[j] > 0) || !(f->varied[j] == 0 || f->varied[j] == 1))
            return 0;
    }
    return 1;
}
#endif
