/* SPDX-License-Identifier: MIT
 * model_rig.h - a ridge trained on planted rows, and what a saved model of it says; for tests and the fuzzer.
 */
#ifndef FADE_TESTS_MODEL_RIG_H
#define FADE_TESTS_MODEL_RIG_H
#include "core/base/file.h"
#include "core/scenario/model.h"
#include "core/study/model_work.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODEL_RIG_ROWS = 40 };

static const model_feature model_rig_feature[] = {
    { "cycle", "", "Number of the cycle.", "planned" },
    { "temperature", "K", "Mean temperature.", "planned" },
};
static const double model_rig_background[] = { 3, 300.5, 40, NAN };             /* two rows; NaN: not known */
static const model_cell model_rig_cell[] = { { "A", 40, 2.01, 1.85, 1.5 }, { "B", 38, NAN, NAN, NAN } };
static const double model_rig_horizon[] = { 10, 100 }, model_rig_half[] = { 0.01, 0.025 }, model_rig_ahead[] = { 0.005 };

/* A manifest of `n` parts whose weights are given; half of what it says is only here to be read again. */
static inline model_saved model_rig_saved(const char *const *weights, const size_t *bytes, size_t n)
{
    static model_part part[2];
    static model_feature feature[2];
    static model_source source[1] = { { "cells.csv", "00ff" } };
    static model_cell cell[2];
    memcpy(feature, model_rig_feature, sizeof feature);
    memcpy(cell, model_rig_cell, sizeof cell);
    for (size_t i = 0; i < n; i++)
        part[i] = (model_part){ .cell = model_rig_cell[i].name, .weights = weights[i], .bytes = bytes[i], .gate = 0.75 + 0.1 * (double)i,
                                .stretch = 1.25, .reach = INFINITY, .before = 0.05, .after = 1.0 / 3, .rows = MODEL_RIG_ROWS,
                                .horizon = model_rig_horizon, .half = model_rig_half, .nband = 2,
                                .grow = 0.5, .ahead_horizon = model_rig_horizon, .ahead_half = model_rig_ahead,
                                .nahead = 1 - i % 2, .ahead_grow = i ? NAN : 0.25, .ahead_stretch = i ? NAN : 1.5, .trials = 25 };
    return (model_saved){ .format = MODEL_FORMAT, .fade = "0.1.0", .made = "2026-11-28T00:00:00.000Z", .plugin = "ridge",
                          .plugin_version = "1.0.0", .plugin_sha256 = "", .settings = "lambda = 3.5\n", .gated = true,
                          .ask = "forecast", .target = "capacity", .unit = "Ah", .physics = "exp-fade",
                          .physics_table = "plugin = \"exp-fade\"\n", .training = "two \"cells\"", .where = "cycle > 2",
                          .split = "the first 50 % of each cell's rows", .table_sha256 = "abc", .from = "", .rows = 80,
                          .seed = 42, .file = "two.toml", .scenario = "[run]\nname = \"two\"\n", .scores = "{\"gate\":0.75}",
                          .fingerprint = FADE_FINGERPRINT, .feature = feature, .nfeature = 2, .source = source, .nsource = 1,
                          .cell = cell, .ncell = 2, .background = model_rig_background, .nbackground = 2, .part = part, .npart = n };
}

/* The manifest's text with a checksum that holds, whatever was done to it. */
static inline void model_rig_sum(text *t)
{
    static const char mark[] = "\n,\"sha256\":\"";
    char hex[65], *at = t->at ? t->at + t->n - strlen(mark) - 64 - 3 : NULL;
    file_sha256_bytes(t->at, (size_t)(at - t->at), hex);
    memcpy(at + strlen(mark), hex, 64);
}
#endif
