/* SPDX-License-Identifier: MIT
 * forecast_say.h - a forecast in words, as rows of CSV and as a picture.
 */
#ifndef FADE_REPORT_FORECAST_SAY_H
#define FADE_REPORT_FORECAST_SAY_H
#include "core/base/json.h"
#include "core/study/forecast.h"

void forecast_text(const forecast *, const forecast_say *, text *out);
void forecast_csv(const forecast *, text *out);
/* .svg, .png or .pdf by gnuplot: history, median, bands and the ends of life of up to FORECAST_PANELS cells. */
enum { FORECAST_PANELS = 6 };
int forecast_figure(const forecast *, const char *path, why *w);
#endif
