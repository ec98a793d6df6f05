/* SPDX-License-Identifier: MIT
 * smith2017.h - what the law and SSC's way through a day share: the order of parameters, states and samples.
 */
#ifndef SMITH2017_H
#define SMITH2017_H
#include "fade_plugin.h"

#define GAS 8.314                                 /* J/(mol K), as in the source */
#define FARADAY 96485                             /* C/mol, as in the source */
#define T_REF 298.15                              /* K */
#define DAY 86400                                 /* s */

enum {                                            /* parameters; those that may differ by cell come first */
    D0, EA_D0, EB_D0,                             /* lithium-limited capacity */
    B0, B1, EA_B1, ALPHA_B1, BETA_B1, GAMMA_B1, U_REF,        /* time */
    B2, EA_B2,                                    /* cycles */
    B3, EA_B3, ALPHA_B3, V_REF, THETA, TAU_B3,    /* break-in */
    C0, EA_C0, C2, EA_C2, BETA_C2,                /* negative electrode */
    AS, CAPACITY_AT, U_NEG, V_OC
};
enum { LAW, SSC };
enum { SAMPLE_SOC, SAMPLE_T, SAMPLE_TIME };
enum {                                            /* states; from LITHIUM_AT on only where as = "ssc" */
    TIME_SQUARED, CYCLES, BREAK_IN, SITES,        /* what is booked */
    SINCE,                                        /* five of what has come since the last day's end */
    LAW_STATES = SINCE + 5,
    LITHIUM_AT = LAW_STATES, NEGATIVE_AT, DIRECTION, PEAKS, PEAK, SSC_STATES
};
enum { MOST_PEAKS = 64 };

typedef struct law {
    const fade_host *host;
    const fade_math_v1 *math;
    fade_value u_neg, v_oc;                       /* curves over soc */
    int        as, at_reference;
} law;

/* One lane through the samples of a day in SSC's way; x1 is x on entry. */
void ssc_day(const law *, const fade_tile *, uint32_t lane, const fade_samples *);
#endif
