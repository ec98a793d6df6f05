/* SPDX-License-Identifier: MIT
 * study.h - the study room as the engine calls it: training at the forecast origin, scores past it.
 */
#ifndef FADE_STUDY_STUDY_H
#define FADE_STUDY_STUDY_H
#include "core/engine/study.h"

const engine_study *study_table(void);            /* for engine_options.study */

/* train.c */
int train_corrector(const engine_training *, engine_table *, engine_correction *out, why *w);
/* score.c */
int score_open(const char *const *variant, size_t nvariant, void **score, why *w);
int score_row(void *score, const engine_scored *, why *w);
void score_end(void *score, void (*said)(void *ctx, const char *json_text, const char *text), void *ctx, json *out);
int score_save(const void *score, const fade_stream *);
int score_load(void *score, const fade_stream *);
void score_close(void *score);
#endif
