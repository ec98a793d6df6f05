/* SPDX-License-Identifier: MIT
 * drift_say.h - what drifted, in words: a table for the terminal.
 */
#ifndef FADE_REPORT_DRIFT_SAY_H
#define FADE_REPORT_DRIFT_SAY_H
#include "core/base/json.h"
#include "core/study/drift_run.h"

void drift_text(const drift_report *, const drift_options *, text *out);
#endif
