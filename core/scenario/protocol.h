/* SPDX-License-Identifier: MIT
 * protocol.h - sentences of a test protocol ("Discharge at 1C until 2.5 V", "Hold at 4.2 V until C/20", "Rest for 10 minutes").
 */
#ifndef FADE_SCENARIO_PROTOCOL_H
#define FADE_SCENARIO_PROTOCOL_H
#include "core/base/why.h"
#include <stddef.h>
#include <stdint.h>

enum { PROTOCOL_NONE, PROTOCOL_VOLTAGE, PROTOCOL_CURRENT, PROTOCOL_CAPACITY };      /* what `until` watches */

typedef struct protocol_step {
    int         control;                          /* FADE_BY_* */
    double      demand;                           /* A (discharge positive), V, W or ohm; SI */
    double      duration;                         /* s; INFINITY without "for" */
    int         until;                            /* PROTOCOL_* */
    double      limit;                            /* V, A (magnitude of the current) or Ah moved in the step */
    double      period;                           /* s; 0: not given */
    const char *text;                             /* the sentence; the caller's, lives as long */
} protocol_step;

/* One sentence.  C-rates need nominal_ah.  E_INPUT: w names the column (1-based) within the sentence, as "column 14: ...". */
int protocol_parse(const char *sentence, double nominal_ah, protocol_step *out, why *w);
#endif
