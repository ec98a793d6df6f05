/* SPDX-License-Identifier: MIT
 * report_state.h - what the output "report" has gathered, kept beside the run's snapshot so that a resumed run goes on with it.
 */
#ifndef FADE_REPORT_REPORT_STATE_H
#define FADE_REPORT_REPORT_STATE_H
#include "core/report/report_gather.h"

typedef struct report_state {                     /* of the output, besides the rows */
    uint64_t next, next_event, lines, failed;
} report_state;

/* Written whole or not at all. */
int report_state_save(const char *path, const report_state *, const report_gather *, const json_t *scores, const json_t *lanes, why *w);
/* Into a gatherer just opened with the same columns; lists are extended.  *found is false where there is none that is whole and fits.
 * E_NOMEM. */
int report_state_load(const char *path, report_state *, report_gather *, json_t *scores, json_t *lanes, bool *found, why *w);
#endif
