/* SPDX-License-Identifier: MIT
 * model_say.h - a saved model, and a training, in words.
 */
#ifndef FADE_REPORT_MODEL_SAY_H
#define FADE_REPORT_MODEL_SAY_H
#include "core/base/json.h"
#include "core/scenario/model.h"
#include "core/study/model_train.h"

void model_text(const model_saved *, text *out);
void model_row_head(text *out);                   /* `fade model list`: a line a model */
void model_row(const model_saved *, text *out);
/* What a training came to: gates, skill on the training part, the checks. */
void model_training_text(const model_training *, const char *folder, const char *name, text *out);
#endif
