/* SPDX-License-Identifier: MIT
 * sensitivity_say.h - a study of sensitivity in words: a table with bars for the terminal, CSV.
 */
#ifndef FADE_REPORT_SENSITIVITY_SAY_H
#define FADE_REPORT_SENSITIVITY_SAY_H
#include "core/base/json.h"
#include "core/study/sensitivity_run.h"

void sensitivity_text(const sensitivity_study *, int method, const sensitivity_result *, text *out);
void sensitivity_csv(const sensitivity_study *, int method, const sensitivity_result *, text *out);
#endif
