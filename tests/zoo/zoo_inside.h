/* SPDX-License-Identifier: MIT
 * zoo_inside.h - a law that sees inside rows and is sound (heat integrated over time, swings summed over rainflow cycles), until a
 * file of the zoo replaces one part of it.
 */
#define ZOO_IFACE strcmp(id, "fade.duty/1") == 0 ? (const void *)&duty_v1 : strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL
#ifndef ZOO_PARAMS
#define ZOO_PARAMS \
    { "k", "1", "How fast.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "factor", "1", "Of this cell.", "", FADE_REAL, FADE_PER_CELL | FADE_STEP_ONLY, 1, 0, 9, 0, 0, NULL }
#endif
#define ZOO_STATE { "heat", "1", "By time.", 0, 0, 0, 0, 0, 1, 0 }, { "swings", "1", "By cycles.", 0, 0, 0, 0, 0, 1, 0 }
#define MADE(key) { key, "1", "Made.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
#ifndef ZOO_IN
#define ZOO_IN { "depth", "1", "Depth.", 1, 0, 1, 0, 0, 1, 0 }, { "duration", "s", "Time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }, \
    MADE("warm"), MADE("mean_warm"), MADE("swing"), MADE("open_swing")
#endif
#ifndef ZOO_STEP
#define KNOWN(v) (isnan(v) ? 0 : (v))
#ifndef ZOO_HEAT
#define ZOO_HEAT KNOWN(b->in[2][i])
#endif
#ifndef ZOO_SWINGS
#define ZOO_SWINGS KNOWN(b->in[4][i])
#endif
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    for (uint32_t i = 0; i < b->n; i++) { \
        b->x1[0][i] = b->x[0][i] + 1e-9 * b->param[1][i] * (ZOO_HEAT); \
        b->x1[1][i] = b->x[1][i] + 1e-3 * b->param[1][i] * (ZOO_SWINGS); \
        b->out[0][i] = b->x1[0][i] + b->x1[1][i] + 1e-3 * KNOWN(b->in[5][i]); \
    } \
    return FADE_OK; \
}
#endif
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const fade_duty_v1 duty_v1;
#include "zoo.h"

#ifndef ZOO_READS
#define ZOO_READS { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 }, { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 }
#endif
#ifndef ZOO_RATE
#define ZOO_RATE { "warm", "1", "Heat.", 0, 0, 0, 0, 0, 1, 0 }
#endif
#ifndef ZOO_CYCLE
#define ZOO_CYCLE { "swing", "1", "Swing.", 0, 0, 0, 0, 0, 1, 0 }
#endif
static const fade_column reads[] = { ZOO_READS };
static const fade_column rate_list[] = { ZOO_RATE };
static const fade_column cycle_list[] = { ZOO_CYCLE };

/* What a sample makes, and a cycle. */
#ifndef ZOO_WARM
#define ZOO_WARM b->param[0][i] * (1 + b->in[0][i]) * b->in[1][i]
#endif
#ifndef ZOO_SWING
#define ZOO_SWING b->param[0][i] * b->in[0][i] * b->in[0][i] * b->in[2][i]
#endif
#ifndef ZOO_CODE
#define ZOO_CODE FADE_OK
#endif
static int32_t rates(const void *model, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = ZOO_WARM;
    return ZOO_CODE;
}

static int32_t cycles(const void *model, fade_tile *b)
{
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = ZOO_SWING;
    return FADE_OK;
}

#ifndef ZOO_DUTY
#define ZOO_DUTY .flags = 0
#endif
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1, .break_time = 86400, .break_efc = 1, .in = FADE_LIST(reads), .rate = FADE_LIST(rate_list),
    .cycle = FADE_LIST(cycle_list), .rates = rates, .cycles = cycles, ZOO_DUTY,
};
