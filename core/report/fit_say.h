/* SPDX-License-Identifier: MIT
 * fit_say.h - a fit in words: a table for the terminal, and a piece of a scenario that says where its numbers are from.
 */
#ifndef FADE_REPORT_FIT_SAY_H
#define FADE_REPORT_FIT_SAY_H
#include "core/base/json.h"
#include "core/study/filter_law.h"

void fit_text(const fit *, const fit_result *, size_t n, text *out);
/* What `fade params import` takes: the fitted physics with its values; of several cells fitted apart a list, in the source's order. */
void fit_toml(const fit *, const fit_result *, size_t n, text *out);
/* How a law learnt row by row. */
void filter_text(const fit *, const filter_options *, const filter_course *, size_t n, text *out);
#endif
