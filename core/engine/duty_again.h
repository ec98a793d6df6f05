/* SPDX-License-Identifier: MIT
 * duty_again.h - what is remembered of stretches between break points (duty_again.c), as the walk over samples reads it (duty_book.c).
 */
#ifndef FADE_ENGINE_DUTY_AGAIN_H
#define FADE_ENGINE_DUTY_AGAIN_H
#include "core/engine/duty.h"

typedef struct duty_stretch {
    size_t    n;                                  /* samples on to its end */
    bool      known;                              /* its account is there */
    duty_walk walk;
} duty_stretch;

typedef struct duty_rule_again {
    uint16_t *which;                              /* [DUTY_PLACES] the stretch that begins there; 0: none */
    duty_stretch *at;                             /* [DUTY_STRETCHES + 1] from 1 on */
    duty_points *points;                          /* of each, where rainflow cycles are counted; else NULL */
    double   *account;                            /* [DUTY_STRETCHES + 1][ACCOUNT_WIDTH] */
    size_t    n;
} duty_rule_again;

struct duty_again {
    uint64_t   from;                              /* of the samples that are remembered */
    duty_rule_again rule[];
};
#endif
