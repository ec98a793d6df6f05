/* SPDX-License-Identifier: MIT
 * model_onnx.h - a saved model's correction as an ONNX file, for programs without fade.
 */
#ifndef FADE_STUDY_MODEL_ONNX_H
#define FADE_STUDY_MODEL_ONNX_H
#include "core/study/model_work.h"

/* The part of a cell, by name; NULL: of the only one.  E_INPUT with those there are. */
int model_onnx_part(const model_saved *, const char *cell, size_t *out, why *w);
/* The file, added to *out.  What a user needs beyond the graph is in its metadata: gate, stretch, reach, target, unit, physics, cell, model. */
int model_onnx(const model_saved *, const model_opened *, size_t part, text *out, why *w);
#endif
