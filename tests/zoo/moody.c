/* SPDX-License-Identifier: MIT
 * moody.c - sound in most cells; where `mood` says so it crashes, hangs, gives one cell up or gives everything up.
 */
#include <signal.h>
#include <unistd.h>
#define ZOO_PARAMS \
    { "k", "1", "Loss after one cycle.", "", FADE_REAL, FADE_PER_CELL, 0.01, 0, 1, 0, 0, NULL }, \
    { "mood", "", "1: crashes, 2: hangs, 3: the cell is over, 4: the model is.", "", FADE_REAL, FADE_PER_CELL, 0, 0, \
      4, 0, 0, NULL }
#define ZOO_STEP \
static int32_t step(const void *model, fade_tile *b) \
{ \
    zoo *m = (zoo *)model; \
    for (uint32_t i = 0; i < b->live; i++) { \
        int mood = (int)b->param[1][i]; \
        if (mood == 1) { \
            signal(SIGSEGV, SIG_DFL); \
            raise(SIGSEGV); \
        } \
        for (; mood == 2;) \
            sleep(1); \
        if (mood == 3) { \
            fade_say(m->host, 3, FADE_ESOLVE, (int32_t)i, "it does not feel like it"); \
            b->status[i] = FADE_ESOLVE; \
        } \
        if (mood == 4) { \
            fade_say(m->host, 3, FADE_ESOLVE, -1, "nobody feels like it"); \
            return FADE_ESOLVE; \
        } \
    } \
    for (uint32_t i = 0; i < b->n; i++) \
        b->out[0][i] = b->x1[0][i] = b->x[0][i] + rate(b, i) * b->dt[i]; \
    return FADE_OK; \
}
#include "zoo.h"
