/* SPDX-License-Identifier: MIT
 * evaluate_say.h - a score sheet for people: tables with a last line in plain words, a picture.
 */
#ifndef FADE_REPORT_EVALUATE_SAY_H
#define FADE_REPORT_EVALUATE_SAY_H
#include "core/base/json.h"
#include "core/study/evaluate.h"

/* E_NOMEM alone. */
int evaluate_text(const evaluate *, text *out, why *w);
/* Error by horizon, and predicted against observed: .svg, .png or .pdf.  As plot_file fails. */
int evaluate_figure(const evaluate *, const char *path, why *w);
#endif
