/* SPDX-License-Identifier: MIT
 * smith2017.c - capacity of a 75 Ah NMC cell (Kokam), limited by lithium or by sites of the negative electrode: Smith
 * et al. 2017.
 *
 *   q     = min(q_Li, q_neg)
 *   q_Li  = d0(T) (b0 - q1 - q2 - q3)        q1 = b1 t^.5    q2: b2 per cycle    q3 = b3 (1 - exp(-t/tau))
 *   q_neg = c0(T) (1 - qn)                   (1 - qn)^2 = 1 - 2 c2 N
 *
 * Rates differ from day to day, so what is additive is kept: q1^2, q2, (1 - (1 - qn)^2)/2; q3 relaxes.  Temperature
 * is integrated within a day; depth, state of charge and the sum over the cycles are the day's and known when it is
 * over: what has come since the last day's end is kept beside and shown as if the day ended now.
 */
#include "smith2017.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A step is short loops over few lanes: all of it is compiled for each vector width, with its helpers inside.  No
 * contraction: the bits are the same. */
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && \
    !defined __SANITIZE_THREAD__
#define CLONES __attribute__((target_clones("avx2", "default"), flatten))
#else
#define CLONES
#endif

#define ACC "Smith et al., American Control Conf. 2017, 4062, doi 10.23919/ACC.2017.7963578; values as in NREL's SSC"
#define LEAST (-0.5)                              /* loss below it makes no sense */
#define CELL (FADE_PER_CELL | FADE_FITTED)
#define STEP (CELL | FADE_STEP_ONLY)

enum { DEPTH, SOC, TEMPERATURE, DURATION, IN_TIME, IN_BREAK_IN, IN_MEAN, IN_CYCLES, IN_SITES };
enum { CYCLE_DEPTH, CYCLE_SOC, CYCLE_T };
enum { LOSS, LOSS_CALENDAR, LOSS_CYCLE, LOSS_BREAK_IN, LOSS_NEGATIVE, CAPACITY_LITHIUM, CAPACITY_NEGATIVE };

static const fade_param params[] = {
    { "d0", "1", "Lithium-limited capacity over the nominal one, factor at 25 degC.", ACC, FADE_REAL, STEP, 1.001,
      0.1, 10, 0, 0, NULL },
    { "e_d0", "J/mol", "Its activation energy.", ACC, FADE_REAL, STEP, 4126, -1e6, 1e6, 0, 0, NULL },
    { "e_d0_2", "J.K/mol", "The same, of second order.", ACC, FADE_REAL, STEP, 9752000, -1e9, 1e9, 0, 0, NULL },
    { "b0", "1", "Excess of lithium at the start.", ACC, FADE_REAL, STEP, 1.07, 0.5, 2, 0, 0, NULL },
    { "b1", "1",
      "Calendar loss of lithium after a day at 25 degC and u_ref, without cycles (per square root of a day).", ACC,
      FADE_REAL, STEP | FADE_LOG, 0.0035, 0, 1, 0, 0, NULL },
    { "e_b1", "J/mol", "Its activation energy.", ACC, FADE_REAL, CELL, 35392, -1e6, 1e6, 0, 0, NULL },
    { "alpha_b1", "1", "Transfer coefficient at the negative electrode.", ACC, FADE_REAL, STEP, -1, -5, 5, 0, 0,
      NULL },
    { "beta_b1", "1", "Exponent of depth in the calendar loss of a cycled cell.", ACC, FADE_REAL, STEP, 2.157, 0.01,
      20, 0, 0, NULL },
    { "gamma_b1", "1", "Factor of depth in it.", ACC, FADE_REAL, STEP, 2.472, -20, 20, 0, 0, NULL },
    { "u_ref", "V", "Potential of the negative electrode at which b1 holds.", ACC, FADE_REAL, STEP, 0.08, -1, 5, 0, 0,
      NULL },
    { "b2", "1", "Loss of lithium per full cycle at 25 degC.", ACC, FADE_REAL, STEP | FADE_LOG, 1.541e-5, 0, 1, 0, 0,
      NULL },
    { "e_b2", "J/mol", "Its activation energy.", ACC, FADE_REAL, CELL, -42800, -1e6, 1e6, 0, 0, NULL },
    { "b3", "1", "Loss of lithium at the beginning of life at 25 degC and v_ref.", ACC, FADE_REAL, STEP, 0.02805, 0,
      1, 0, 0, NULL },
    { "e_b3", "J/mol", "Its activation energy.", ACC, FADE_REAL, CELL, 42800, -1e6, 1e6, 0, 0, NULL },
    { "alpha_b3", "1", "Transfer coefficient of the cell's voltage in it.", ACC, FADE_REAL, CELL, 0.0066, -1, 1, 0, 0,
      NULL },
    { "v_ref", "V", "Open-circuit voltage at which b3 holds.", ACC, FADE_REAL, CELL, 3.7, 0, 10, 0, 0, NULL },
    { "theta", "1", "How much depth adds to it.", ACC, FADE_REAL, STEP, 0.135, -10, 10, 0, 0, NULL },
    { "tau_b3", "s", "How fast it comes: five days.", ACC, FADE_REAL, STEP, 432000, 1, 1e9, 0, 0, NULL },
    { "c0", "1", "Capacity of the negative electrode's sites over the nominal one at 25 degC.", ACC, FADE_REAL, STEP,
      1.009, 0.1, 10, 0, 0, NULL },
    { "e_c0", "J/mol", "Its activation energy.", ACC, FADE_REAL, STEP, 2224, -1e6, 1e6, 0, 0, NULL },
    { "c2", "1", "Loss of sites per full cycle at 25 degC.", ACC, FADE_REAL, STEP | FADE_LOG, 5.226e-5, 0, 1, 0, 0,
      NULL },
    { "e_c2", "J/mol", "Its activation energy.", ACC, FADE_REAL, CELL, -48260, -1e6, 1e6, 0, 0, NULL },
    { "beta_c2", "1", "Exponent of depth in it.", ACC, FADE_REAL, CELL, 4.54, 0.01, 20, 0, 0, NULL },
    { "as", "", "law: the law as it is meant; ssc: as SSC, the engine of SAM, goes through a day.", ACC, FADE_CHOICE, 0,
      LAW, 0, 0, 0, 0, "law|ssc" },
    { "capacity_at", "", "Capacity at the temperature of the day, or at 25 degC whatever it is.", ACC, FADE_CHOICE, 0,
      0, 0, 0, 0, 0, "present|reference" },
    { "u_neg", "1;V", "Potential of the negative electrode over the state of charge.", ACC, FADE_CURVE,
      FADE_FITTED | FADE_ADVANCED, 0, 0, 0, 0, 0,
      "0,1.2868 .1,.242 .2,.1818 .3,.1488 .4,.1297 .5,.123 .6,.1181 .7,.1061 .8,.0925 .9,.0876 1,.0859" },
    { "v_oc", "1;V", "Open-circuit voltage of the cell over the state of charge.", ACC, FADE_CURVE,
      FADE_FITTED | FADE_ADVANCED, 0, 0, 0, 0, 0,
      "0,3 .1,3.4679 .2,3.5394 .3,3.595 .4,3.6453 .5,3.6876 .6,3.7469 .7,3.84 .8,3.9521 .9,4.0668 1,4.193" },
};
#define STATE(key, unit, doc) { key, unit, doc, 0, 0, 0, 0, 0, 1, 0 }
#define STATES                                                                            \
    STATE("time_squared", "1", "Calendar loss of lithium, squared."),                     \
    STATE("cycles", "1", "Loss of lithium by cycles."),                                   \
    STATE("break_in", "1", "Loss of lithium at the beginning of life."),                  \
    STATE("sites", "1", "Loss of sites, additive: (1 - (1 - qn)^2)/2."),                  \
    STATE("since_time", "s", "Calendar stress since the last day's end."),                \
    STATE("since_break_in", "s", "Break-in stress since then."),                          \
    STATE("since_cycles", "1", "Cycle stress since then."),                               \
    STATE("since_sites", "1", "Site stress since then."),                                 \
    STATE("since", "s", "Time since then.")
static const fade_column state[LAW_STATES] = { STATES };
static const fade_column ssc_state[SSC_STATES] = {
    STATES,
    STATE("lithium_at", "1", "d0 at the temperature of the last day."),
    STATE("negative_at", "1", "c0 at the temperature of the last day."),
    STATE("direction", "1", "Where the depth of discharge goes: 1 up, -1 down, 0 not known yet."),
    STATE("peaks", "", "Turning points that are open."),
    { "peak", "1", "They, depth of discharge in percent.", 0, 0, 0, 0, 0, MOST_PEAKS, 0 },
};
static const fade_column in[] = {
    { "depth", "1", "Depth of the cycle; under a duty the range of the day.", 1, 0, 1.5, 0, 1, 1, 0 },
    { "soc_mean", "1", "Mean state of charge.", 0.5, -0.5, 1.5, 0, 1, 1, 0 },
    { "temperature_mean", "K", "Mean cell temperature.", 298.15, 150, 500, 273.15, 328.15, 1, 0 },
    { "duration", "s", "Calendar time that passes; the law counts cycles by the day, so it must be known.", 0, 0,
      1e11, 0, 0, 1, 0 },
    { "calendar_stress", "s", "Integral of b1's Arrhenius factor squared over the samples of a duty.", 0, 0, 0, 0, 0,
      1, FADE_OPTIONAL },
    { "break_in_stress", "s", "Integral of b3 without its factors of step over them.", 0, 0, 0, 0, 0, 1,
      FADE_OPTIONAL },
    { "mean_break_in_stress", "1", "The mean of it over a day; known where a day ends.", 0, 0, 0, 0, 0, 1,
      FADE_OPTIONAL },
    { "cycle_stress", "1", "Sum over rainflow cycles of (A(e_b2) depth)^2.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
    { "site_stress", "1", "Sum over rainflow cycles of A(e_c2)^2 depth^beta_c2.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
};
static const fade_column out[] = {
    { "loss", "1", "Fraction of the nominal capacity that is gone; below 0 as long as there is more.", 0, LEAST, 1, 0,
      0, 1, 0 },
    { "loss_calendar", "1", "Lithium that time took (q1).", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_cycle", "1", "Lithium that cycles took (q2).", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_break_in", "1", "Lithium that the beginning of life took (q3).", 0, 0, 0, 0, 0, 1, 0 },
    { "loss_negative", "1", "Sites of the negative electrode that are gone (qn).", 0, 0, 0, 0, 0, 1, 0 },
    { "capacity_lithium", "1", "What the lithium allows (q_Li), of the nominal capacity.", 1, 0, 0, 0, 0, 1, 0 },
    { "capacity_negative", "1", "What the sites allow (q_neg), of the nominal capacity.", 1, 0, 0, 0, 0, 1, 0 },
};
static const fade_column sample[] = {
    { "soc", "1", "State of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature.", 0, 0, 0, 0, 0, 1, 0 },
    { "time", "s", "Time, for SSC's days.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
};
static const fade_column rate[] = {
    { "calendar_stress", "1", "A(e_b1)^2.", 0, 0, 0, 0, 0, 1, 0 },
    { "break_in_stress", "1", "A(e_b3) and the factor of voltage.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column cycle[] = {
    { "cycle_stress", "1", "(A(e_b2) depth)^2.", 0, 0, 0, 0, 0, 1, 0 },
    { "site_stress", "1", "A(e_c2)^2 depth^beta_c2.", 0, 0, 0, 0, 0, 1, 0 },
};

/* ---- stress ---- */

static double inverse(double T) { return (1 / T - 1 / T_REF) / GAS; }

/* What time does: calendar <- A(e_b1)^2, settle <- b3 over its factors of step. */
static void time_stress(const law *m, uint32_t n, const double *soc, const double *T, const double *const *p,
                        double *calendar, double *settle)
{
    m->math->curve(n, &m->v_oc, soc, settle);
    for (uint32_t i = 0; i < n; i++) {
        double z = inverse(T[i]);
        calendar[i] = -2 * p[EA_B1][i] * z;
        settle[i] = -p[EA_B3][i] * z + p[ALPHA_B3][i] * (FARADAY / GAS) * (settle[i] / T[i] - p[V_REF][i] / T_REF);
    }
    m->math->exp(n, calendar, calendar);
    m->math->exp(n, settle, settle);
}

/* What a full cycle does: lithium <- (A(e_b2) depth)^2 (SSC: A twice), sites <- A(e_c2)^2 depth^beta_c2. */
static void cycle_stress(const law *m, uint32_t n, int as, const double *depth, const double *T, const double *const *p,
                         double *lithium, double *sites)
{
    double times = as == SSC ? 4 : 2;
    m->math->log(n, depth, sites);                /* log(0) is -inf, and its exp 0 */
    for (uint32_t i = 0; i < n; i++) {
        double z = inverse(T[i]);
        lithium[i] = -times * p[EA_B2][i] * z;
        sites[i] = p[BETA_C2][i] * sites[i] - 2 * p[EA_C2][i] * z;
    }
    m->math->exp(n, lithium, lithium);
    m->math->exp(n, sites, sites);
    for (uint32_t i = 0; i < n; i++)
        lithium[i] *= depth[i] * depth[i];
}

CLONES static int32_t rates(const void *model, fade_tile *b)
{
    time_stress(model, b->n, b->in[SAMPLE_SOC], b->in[SAMPLE_T], b->param, b->out[0], b->out[1]);
    return FADE_OK;
}

static int32_t cycles(const void *model, fade_tile *b)
{
    cycle_stress(model, b->n, LAW, b->in[CYCLE_DEPTH], b->in[CYCLE_T], b->param, b->out[0], b->out[1]);
    return FADE_OK;
}

/* ---- what there is to book ---- */

enum { /* columns of scratch */
       W_TIME,
       W_BREAK_IN,
       W_CYCLES,
       W_SITES,
       W_SECONDS, /* stress since the last day's end, and time */
       W_STRESS,
       W_DECAY,
       W_LITHIUM_AT,
       W_NEGATIVE_AT, /* factors */
       W_LOST,
       W_TARGET = W_LOST + SINCE, /* the booked states as if the day ended now; what q3 goes to */
       W_NONE,
       W_OUT,
       W_N = W_OUT + CAPACITY_NEGATIVE + 1, /* of steps(): 0, and results of each */
       W_TO_BOOK = W_STRESS
};
enum { OBSERVE, ROW, DUTY };

static double *column(const fade_tile *b, int k) { return (double *)b->scratch + (size_t)k * b->n; }

static void add(uint32_t n, const double *restrict x, const double *restrict y, double *restrict to)
{
    for (uint32_t i = 0; i < n; i++)
        to[i] = x[i] + y[i];
}

static void scale(uint32_t n, const double *restrict by, double *restrict x)
{
    for (uint32_t i = 0; i < n; i++)
        x[i] *= by[i];
}

static void gather(const law *m, const fade_tile *b, int what)
{
    static const int from[W_TO_BOOK] = { IN_TIME, IN_BREAK_IN, IN_CYCLES, IN_SITES, DURATION };
    uint32_t n = b->n;
    if (what == ROW) {
        time_stress(m, n, b->in[SOC], b->in[TEMPERATURE], b->param, column(b, W_TIME), column(b, W_BREAK_IN));
        cycle_stress(m, n, m->as, b->in[DEPTH], b->in[TEMPERATURE], b->param, column(b, W_CYCLES), column(b, W_SITES));
        for (int k = W_TIME; k <= W_SITES; k++)
            scale(n, k < W_CYCLES ? b->in[DURATION] : b->dt, column(b, k));
        memcpy(column(b, W_SECONDS), b->in[DURATION], n * sizeof(double));
        return;
    }
    for (int k = 0; k < W_TO_BOOK; k++)
        if (what == DUTY)
            add(n, b->in[from[k]], b->x[SINCE + k], column(b, k));
        else
            memcpy(column(b, k), b->x[SINCE + k], n * sizeof(double));
}

/* b1's factor of the day's depth and state of charge, squared; of q3; d0 and c0 at the temperature. */
static void factors(const law *m, const fade_tile *b)
{
    const double *const *p = b->param, *T = b->in[TEMPERATURE], *seconds = column(b, W_SECONDS);
    double *f = column(b, W_STRESS), *u = column(b, W_DECAY);
    double *lithium = column(b, W_LITHIUM_AT), *negative = column(b, W_NEGATIVE_AT);
    double reference = m->at_reference ? 0 : 1;
    m->math->pow(b->n, b->in[DEPTH], p[BETA_B1], f);
    m->math->curve(b->n, &m->u_neg, b->in[SOC], u);
    for (uint32_t i = 0; i < b->n; i++) {
        double z = inverse(T[i]) * reference;
        f[i] = 2 * (p[GAMMA_B1][i] * f[i] + p[ALPHA_B1][i] * (FARADAY / GAS) * (u[i] / T[i] - p[U_REF][i] / T_REF));
        u[i] = -seconds[i] / p[TAU_B3][i];
        lithium[i] = -p[EA_D0][i] * z - p[EB_D0][i] * GAS * z * z;
        negative[i] = -p[EA_C0][i] * z;
    }
    m->math->exp(4 * b->n, f, f);
    scale(b->n, p[D0], lithium);
    scale(b->n, p[C0], negative);
}

/* y <- q1 squared */
static void book_time(uint32_t n, const double *restrict x, const double *restrict b1, const double *restrict stress,
                      const double *restrict since, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = x[i] + b1[i] * b1[i] * stress[i] * since[i] / DAY;
}

/* y <- q2, or the additive state of the sites: per day the root of the sum over its cycles. */
static void book_cycles(uint32_t n, const double *restrict x, const double *restrict factor,
                        const double *restrict seconds, const double *restrict since, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++)
        y[i] = x[i] + factor[i] * sqrt(seconds[i] / DAY * since[i]);
}

/* What q3 goes to. */
static void targets(const fade_tile *b, const double *restrict seconds, const double *restrict since,
                    double *restrict target)
{
    const double *b3 = b->param[B3], *theta = b->param[THETA], *depth = b->in[DEPTH];
    for (uint32_t i = 0; i < b->n; i++) {
        double mean = since[i] / (seconds[i] > 0 ? seconds[i] : 1);
        target[i] = b3[i] * (1 + theta[i] * depth[i]) * mean;
    }
}

/* y <- q3 */
static void book_break_in(uint32_t n, const double *restrict x, const double *restrict target,
                          const double *restrict decay, double *restrict y)
{
    for (uint32_t i = 0; i < n; i++) {
        double left = target[i] - x[i];
        y[i] = left > 0 ? target[i] - left * decay[i] : x[i];
    }
}

static void book(const fade_tile *b)
{
    const double *const *p = b->param, *const *x = b->x, *seconds = column(b, W_SECONDS);
    double *y = column(b, W_LOST);
    uint32_t n = b->n;
    book_time(n, x[TIME_SQUARED], p[B1], column(b, W_STRESS), column(b, W_TIME), y + (size_t)TIME_SQUARED * n);
    book_cycles(n, x[CYCLES], p[B2], seconds, column(b, W_CYCLES), y + (size_t)CYCLES * n);
    targets(b, seconds, column(b, W_BREAK_IN), column(b, W_TARGET));
    book_break_in(n, x[BREAK_IN], column(b, W_TARGET), column(b, W_DECAY), y + (size_t)BREAK_IN * n);
    book_cycles(n, x[SITES], p[C2], seconds, column(b, W_SITES), y + (size_t)SITES * n);
}

/* x1 <- y where `known` is, else x */
static void choose(uint32_t n, const double *restrict known, const double *restrict y, const double *restrict x,
                   double *restrict x1)
{
    for (uint32_t i = 0; i < n; i++)
        x1[i] = known[i] == known[i] ? y[i] : x[i];
}

/* x1 <- 0 where `known` is, else y */
static void zero_where(uint32_t n, const double *restrict known, const double *restrict y, double *restrict x1)
{
    for (uint32_t i = 0; i < n; i++)
        x1[i] = known[i] == known[i] ? 0 : y[i];
}

/* ---- results ---- */

/* (k - qn)^2 = k^2 - 2 k s; k is 1, for SSC the sites in A.h of a cell of 75 A.h. */
static void show_sites(uint32_t n, double ssc, const double *restrict c0, const double *restrict s,
                       const double *restrict at, double *restrict qn, double *restrict capacity)
{
    for (uint32_t i = 0; i < n; i++) {
        double k = ssc > 0 ? 75 * c0[i] : 1, square = k * k - 2 * k * s[i], lost = k - sqrt(square > 0 ? square : 0);
        qn[i] = lost < 1 ? lost : 1;
        capacity[i] = at[i] * (1 - qn[i]);
    }
}

static void show_lithium(const fade_tile *b, const double *restrict squared, const double *restrict q2,
                         const double *restrict q3, const double *restrict at, double *restrict q1)
{
    const double *b0 = b->param[B0], *negative = b->out[CAPACITY_NEGATIVE];
    double *restrict loss = b->out[LOSS], *restrict capacity = b->out[CAPACITY_LITHIUM];
    for (uint32_t i = 0; i < b->n; i++) {
        q1[i] = sqrt(squared[i]);
        double lithium = at[i] * (b0[i] - q1[i] - q2[i] - q3[i]), least = lithium < negative[i] ? lithium : negative[i];
        capacity[i] = lithium;
        loss[i] = least > 0 ? 1 - least : 1;
    }
}

static void show(const law *m, const fade_tile *b, const double *const *y, const double *lithium_at,
                 const double *negative_at)
{
    show_sites(b->n, m->as == SSC, b->param[C0], y[SITES], negative_at, b->out[LOSS_NEGATIVE],
               b->out[CAPACITY_NEGATIVE]);
    show_lithium(b, y[TIME_SQUARED], y[CYCLES], y[BREAK_IN], lithium_at, b->out[LOSS_CALENDAR]);
    memcpy(b->out[LOSS_CYCLE], y[CYCLES], b->n * sizeof(double));
    memcpy(b->out[LOSS_BREAK_IN], y[BREAK_IN], b->n * sizeof(double));
}

static void look(const law *m, const fade_tile *b, int what)
{
    gather(m, b, what);
    factors(m, b);
    book(b);
    const double *y[SINCE];
    for (int k = 0; k < SINCE; k++)
        y[k] = column(b, W_LOST + k);
    show(m, b, y, column(b, W_LITHIUM_AT), column(b, W_NEGATIVE_AT));
}

static void refuse(const law *m, const fade_tile *b)
{
    char text[200];
    int bad = 0;
    for (uint32_t i = 0; i < b->n; i++)
        bad |= b->out[LOSS][i] < LEAST;
    for (uint32_t i = 0; bad && i < b->n; i++) {
        if (!(b->out[LOSS][i] < LEAST))
            continue;
        b->status[i] = FADE_ERANGE;
        snprintf(text, sizeof text, "loss is %g at %g K, below %g: these parameters make no sense", b->out[LOSS][i],
                 b->in[TEMPERATURE][i], LEAST);
        if (i < b->live)
            fade_say(m->host, 3, FADE_ERANGE, (int32_t)i, text);
    }
}

/* ---- the step ---- */

static size_t width(int state_index) { return state_index == PEAK ? MOST_PEAKS : 1; }

static int32_t init(const void *model, fade_tile *b)
{
    int ssc = ((const law *)model)->as == SSC;
    for (int k = 0; k < (ssc ? SSC_STATES : LAW_STATES); k++)
        memset(b->x1[k], 0, b->n * width(k) * sizeof(double));
    if (ssc) {
        memcpy(b->x1[LITHIUM_AT], b->param[D0], b->n * sizeof(double));
        memcpy(b->x1[NEGATIVE_AT], b->param[C0], b->n * sizeof(double));
    }
    return FADE_OK;
}

/* A row is a day's end; under a duty the host says where one is. */
static void store(const law *m, fade_tile *b, int what)
{
    const double *known = what == ROW ? b->in[TEMPERATURE] : b->in[IN_MEAN];
    for (int k = 0; k < SINCE; k++)
        choose(b->n, known, column(b, W_LOST + k), b->x[k], b->x1[k]);
    for (int k = 0; k < W_TO_BOOK; k++)
        zero_where(b->n, known, column(b, k), b->x1[SINCE + k]);
    if (m->as != SSC)
        return;
    memcpy(b->x1[LITHIUM_AT], column(b, W_LITHIUM_AT), b->n * sizeof(double));
    memcpy(b->x1[NEGATIVE_AT], column(b, W_NEGATIVE_AT), b->n * sizeof(double));
    for (int k = DIRECTION; k < SSC_STATES; k++)
        memcpy(b->x1[k], b->x[k], b->n * width(k) * sizeof(double));
}

/* Between the ends of days nothing moves. */
static void ssc_days(const law *m, fade_tile *b)
{
    for (int k = 0; k < SSC_STATES; k++)
        memcpy(b->x1[k], b->x[k], b->n * width(k) * sizeof(double));
    for (uint32_t i = 0; i < b->live; i++)
        if (b->samples[i])
            ssc_day(m, b, i, b->samples[i]);
    show(m, b, (const double *const *)b->x1, b->x1[LITHIUM_AT], b->x1[NEGATIVE_AT]);
}

CLONES static int32_t step(const void *model, fade_tile *b)
{
    const law *m = model;
    int what = b->samples ? DUTY : ROW;
    if (m->as == SSC && what == DUTY) {
        ssc_days(m, b);
    } else {
        look(m, b, what);
        store(m, b, what);
    }
    refuse(m, b);
    return FADE_OK;
}

/* Of one cell: sums since the last day's end run on from step to step. */
static void gather_on(const fade_tile *b, double *since)
{
    static const int from[W_TO_BOOK] = { IN_TIME, IN_BREAK_IN, IN_CYCLES, IN_SITES, DURATION };
    const double *known = b->in[IN_MEAN];
    for (int k = 0; k < W_TO_BOOK; k++) {
        double *w = column(b, k), now = b->x[SINCE + k][0];
        for (uint32_t j = 0; j < b->n; j++) {
            w[j] = b->in[from[k]][j] + now;
            now = known[j] == known[j] ? 0 : w[j];
            since[k] = j < b->live ? now : since[k];
        }
    }
}

/* .. and so do the booked states: W_LOST has what the steps add, from 0, and is then what each comes to. */
static void book_on(const fade_tile *b, double *booked)
{
    const double *known = b->in[IN_MEAN];
    for (int k = 0; k < SINCE; k++) {
        double *lost = column(b, W_LOST + k), now = b->x[k][0];
        for (uint32_t j = 0; j < b->n; j++) {
            if (k == BREAK_IN)
                book_break_in(1, &now, column(b, W_TARGET) + j, column(b, W_DECAY) + j, lost + j);
            else
                lost[j] = now + lost[j];
            now = known[j] == known[j] ? lost[j] : now;
            booked[k] = j < b->live ? now : booked[k];
        }
    }
}

/* The steps of one cell: nothing that it loses goes with its health.  SSC's days are made of samples. */
CLONES static int32_t steps(const void *model, fade_tile *b, const fade_steps *s)
{
    const law *m = model;
    const double *none[SINCE], *y[SINCE];
    double *made[CAPACITY_NEGATIVE + 1], since[W_TO_BOOK] = { 0 }, booked[SINCE] = { 0 };
    if (m->as == SSC || s->output != LOSS)
        return FADE_ERANGE;
    memset(column(b, W_NONE), 0, b->n * sizeof(double));
    for (int k = 0; k < SINCE; k++) {
        none[k] = column(b, W_NONE);
        y[k] = column(b, W_LOST + k);
    }
    for (int k = LOSS; k <= CAPACITY_NEGATIVE; k++)
        made[k] = column(b, W_OUT + k);
    fade_tile all = *b;
    all.x = none;
    all.out = made;
    gather_on(b, since);
    factors(m, b);
    book(&all);
    book_on(b, booked);
    show(m, &all, y, column(b, W_LITHIUM_AT), column(b, W_NEGATIVE_AT));
    for (uint32_t j = 0; j < b->live; j++) {
        if (made[LOSS][j] < LEAST)
            return FADE_ERANGE;                   /* step() says what is wrong */
        s->health[j + 1] = s->ends[j] ? s->left(s, made[LOSS][j]) : s->health[j];
    }
    for (int i = 0; i < 8; i++) {
        for (int k = 0; k < LAW_STATES; k++)
            b->x1[k][i] = k < SINCE ? booked[k] : since[k - SINCE];
        for (int k = LOSS; k <= CAPACITY_NEGATIVE; k++)
            b->out[k][i] = made[k][b->live - 1];
    }
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const law *m = model;
    if (m->as == SSC)
        show(m, b, b->x, b->x[LITHIUM_AT], b->x[NEGATIVE_AT]);
    else
        look(m, b, OBSERVE);
    return FADE_OK;
}

/* ---- the plugin ---- */

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return W_N * (size_t)n * sizeof(double);
}

static int32_t columns(const void *model, fade_columns *c)
{
    if (((const law *)model)->as == SSC)
        c->state = (fade_list)FADE_LIST(ssc_state);
    return FADE_OK;
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    law *m = malloc(sizeof *m);
    if (!m) {
        fade_say(host, 3, FADE_ENOMEM, -1, "no memory for smith2017");
        return FADE_ENOMEM;
    }
    *m = (law){ .host = host,
                .math = host->iface(host, "fade.math/1"),
                .u_neg = args->at[U_NEG],
                .v_oc = args->at[V_OC],
                .as = (int)args->at[AS].real,
                .at_reference = args->at[CAPACITY_AT].real != 0 };
    *model = m;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1, .create = create, .destroy = free, .columns = columns, .scratch = scratch, .init = init,
    .step = step, .observe = observe,
};
static const fade_duty_v1 duty_v1 = {
    .size = sizeof duty_v1, .flags = FADE_LENT_SAMPLES, .break_time = DAY, .in = FADE_LIST(sample),
    .rate = FADE_LIST(rate), .cycle = FADE_LIST(cycle), .rates = rates, .cycles = cycles,
    .steps = steps,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? (const void *)&model_v1 : strcmp(id, "fade.duty/1") == 0 ? &duty_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .flags = FADE_PER_CYCLE,
    .id = "smith2017",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "Capacity of a 75 Ah NMC cell (Kokam), limited by lithium or by the negative electrode: as in NREL's SAM.",
    .cite = ACC,
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);
