/* SPDX-License-Identifier: MIT
 * ecm-observer.c - an extended Kalman filter over the circuit model: state of charge and series resistance from samples
 * of voltage and current.  A row is a sample.
 *
 *   x = (soc, v_1 .. v_p, s)       s: the series resistance over the one given
 *   soc <- soc - eta I dt / Q      v_k <- a_k v_k + r_k (I0 (g - a_k) + I1 (1 - g))        s <- s
 *   V   = OCV(soc, T, h) - sum v_k - I s r0(soc, T)
 *
 * The current runs straight from one sample to the next.  The slope of the curve is that over one standard deviation to
 * either side, so that a wide start does not trust a bend.  The update is Joseph's, which keeps P positive whatever
 * rounding does: P <- (1 - K H) P (1 - K H)' + K R K'.
 */
#include "../common_circuit.h"

enum {
    NOMINAL, CAPACITY, R0, ACTIVATION = R0 + CIRCUIT_N, EFFICIENCY, HYSTERESIS_VOLTAGE, HYSTERESIS_RATE,
    INITIAL_HYSTERESIS, ENTROPIC, INITIAL_SOC, INITIAL_SOC_SIGMA, INITIAL_R_SIGMA, V_SIGMA, I_SIGMA, SOC_WALK, RC_WALK,
    R_WALK, PAIRS, HYSTERESIS, REFERENCE, GAP, OCV
};
enum { ESTIMATE, COVARIANCE, HYSTERESIS_STATE, TIME_STATE, CURRENT_STATE };
enum { TIME, VOLTAGE, CURRENT, TEMPERATURE };
enum {
    SOC, SOC_SIGMA, OUT_R0, R0_SIGMA, SCALE, PREDICTED, INNOVATION, INNOVATION_SIGMA, OUT_OCV, POLARIZATION, OUT_H,
    OUT_CAPACITY
};
enum { DIM = CIRCUIT_PAIRS + 2, TRIANGLE = DIM * (DIM + 1) / 2 };

#define SIGMA(key, unit, doc, def, max) CIRCUIT_CELL(key, unit, doc, FADE_EXAMPLE | FADE_LOG, def, 1e-9, max)
static const fade_param params[] = {
    CIRCUIT_CELL("nominal_capacity", "Ah", "Capacity of the new cell; not given: the cell's.", FADE_EXAMPLE, 2, 1e-6,
                 1e6),
    CIRCUIT_CELL("capacity", "Ah", "Capacity now, if it is known; 0: nominal_capacity.", 0, 0, 0, 1e6),
    CIRCUIT_ELEMENTS,
    CIRCUIT_CELL("resistance_activation", "J/mol", "Activation energy of all resistances, as in ecm.", 0, 0, 0, 2e5),
    CIRCUIT_CELL("coulombic_efficiency", "1", "Part of the charge put in that stays.", 0, 1, 0.5, 1),
    CIRCUIT_CELL("hysteresis_voltage", "V", "Half the gap between charge and discharge, of one-state.", FADE_EXAMPLE,
                 0.02, 0, 2),
    CIRCUIT_CELL("hysteresis_rate", "1", "How fast the hysteresis turns, as in ecm.", FADE_EXAMPLE, 50, 0, 1e6),
    CIRCUIT_CELL("initial_hysteresis", "1", "Hysteresis at the start: -1 as after discharge, 1 as after charge.", 0, 0,
                 -1, 1),
    CIRCUIT_CELL("entropic", "V/K", "Change of the open-circuit voltage with temperature.", 0, 0, -0.1, 0.1),
    CIRCUIT_CELL("initial_soc", "1", "State of charge believed in at the start.", 0, 0.5, 0, 1),
    SIGMA("initial_soc_sigma", "1", "How far that may be off (one standard deviation).", 0.3, 1),
    SIGMA("initial_resistance_sigma", "1", "How far r0 may be off at the start, over r0.", 0.2, 10),
    SIGMA("voltage_sigma", "V", "Noise of the measured voltage, and what the circuit does not describe.", 0.01, 10),
    SIGMA("current_sigma", "A", "Noise of the measured current.", 0.01, 1e4),
    SIGMA("soc_walk", "1", "How far else the state of charge may wander in an hour.", 1e-3, 1),
    SIGMA("rc_walk", "V", "How far else the voltages over the pairs may wander in an hour.", 1e-3, 1),
    SIGMA("resistance_walk", "1", "How far the series resistance may wander in an hour, over r0.", 0.02, 10),
    { "pairs", "", "RC pairs.", "", FADE_INT, 0, 2, 0, CIRCUIT_PAIRS, 0, 0, NULL },
    { "hysteresis", "", "As in ecm.", "", FADE_CHOICE, 0, 0, 0, 0, 0, 0, "none|one-state|two-curves" },
    { "temperature_reference", "K", "Temperature the numbers are given at, and the cell's where it is not measured.",
      "", FADE_REAL, 0, 298.15, 200, 400, 0, 0, NULL },
    { "gap", "s", "Between samples further apart than this the cell is taken to be at rest.", "", FADE_REAL,
      FADE_ADVANCED, 600, 1e-3, 1e9, 0, 0, NULL },
    CIRCUIT_TABLES,
};
static const fade_column state[] = {
    { "estimate", "", "soc, voltages over the pairs (V), series resistance over that given.", 0, 0, 0, 0, 0, DIM, 0 },
    { "covariance", "", "Of the estimate: the upper triangle, by rows.", 0, 0, 0, 0, 0, TRIANGLE, 0 },
    { "hysteresis", "1", "-1 on the curve of discharge, 1 on that of charge.", 0, -1.000001, 1.000001, 0, 0, 1, 0 },
    { "last_time", "s", "Time of the last sample; -1: none yet.", -1, 0, 0, 0, 0, 1, 0 },
    { "last_current", "A", "Its current.", 0, 0, 0, 0, 0, 1, 0 },
};
static const fade_column in[] = {
    { "time", "s", "Time of the sample; where it falls a new test begins.", 0, 0, 1e12, 0, 0, 1, 0 },
    { "voltage", "V", "Measured voltage; unknown: the sample only moves the charge.", NAN, -1e6, 1e6, 0, 0, 1,
      FADE_OPTIONAL },
    { "current", "A", "Measured current, discharge positive.", 0, -1e6, 1e6, 0, 0, 1, 0 },
    { "temperature", "K", "Measured temperature; unknown: temperature_reference.", NAN, 150, 1500, 0, 0, 1,
      FADE_OPTIONAL },
};
#define OUT(key, unit, doc, flags) { key, unit, doc, 0, 0, 0, 0, 0, 1, flags }
static const fade_column out[] = {
    OUT("soc", "1", "State of charge.", 0),
    OUT("soc_sigma", "1", "Its standard deviation, as the filter has it.", 0),
    OUT("r0", "ohm", "Series resistance at the state of charge and temperature of the sample.", 0),
    OUT("r0_sigma", "ohm", "Its standard deviation.", 0),
    OUT("resistance_ratio", "1", "Series resistance over that given.", 0),
    OUT("voltage_predicted", "V", "What the voltage was expected to be.", 0),
    OUT("innovation", "V", "What was measured less what was expected.", FADE_OPTIONAL),
    OUT("innovation_sigma", "V", "Standard deviation of that, as the filter has it.", 0),
    OUT("ocv", "V", "Open-circuit voltage of the estimate.", 0),
    OUT("polarization", "V", "Voltage over all RC pairs.", 0),
    OUT("hysteresis", "1", "-1 on the curve of discharge, 1 on that of charge.", 0),
    OUT("capacity", "Ah", "The capacity that charge is counted against.", 0),
};

typedef struct observer {
    const fade_host    *host;
    const fade_math_v1 *math;
    circuit             circuit;
    double              reference, gap;
} observer;

typedef struct lane {
    double x[DIM], P[DIM][DIM];                   /* soc, v_1.., s */
    double h, Q, eta, half, rate, entropic, I0, I1, T, dt, r0;
    double r[CIRCUIT_PAIRS], tau[CIRCUIT_PAIRS];
    int    d, fresh, moves, on;                   /* states; a test begins; time goes on; at work */
} lane;

static size_t scratch(const void *model, uint32_t n)
{
    (void)model;
    return n * (sizeof(lane) + CIRCUIT_PAIRS * sizeof(double)) + 64;
}

/* ---- a lane in and out of columns ---- */

static void begin_test(const observer *m, const fade_tile *b, uint32_t i, lane *l, int first)
{
    const double *const *p = b->param;
    double s = l->x[l->d - 1], ss = l->P[l->d - 1][l->d - 1];
    memset(l->x, 0, sizeof l->x);
    memset(l->P, 0, sizeof l->P);
    l->x[0] = p[INITIAL_SOC][i];
    l->P[0][0] = p[INITIAL_SOC_SIGMA][i] * p[INITIAL_SOC_SIGMA][i];
    for (int k = 1; k <= (int)m->circuit.pairs; k++)
        l->P[k][k] = 1e-8;
    l->x[l->d - 1] = first ? 1 : s;               /* what was learnt of the resistance stays */
    l->P[l->d - 1][l->d - 1] = first ? p[INITIAL_R_SIGMA][i] * p[INITIAL_R_SIGMA][i] : ss;
    l->h = p[INITIAL_HYSTERESIS][i];
}

static void load(const observer *m, const fade_tile *b, uint32_t i, lane *l)
{
    uint32_t n = b->n, at = 0;
    *l = (lane){ .d = (int)m->circuit.pairs + 2 };
    for (int r = 0; r < DIM; r++) {
        l->x[r] = b->x[ESTIMATE][r * n + i];
        for (int c = r; c < DIM; c++)
            l->P[r][c] = l->P[c][r] = b->x[COVARIANCE][at++ * n + i];
    }
    l->h = b->x[HYSTERESIS_STATE][i];
}

static void store(fade_tile *b, uint32_t i, const lane *l, double time)
{
    uint32_t n = b->n, at = 0;
    for (int r = 0; r < DIM; r++) {
        b->x1[ESTIMATE][r * n + i] = l->x[r];
        for (int c = r; c < DIM; c++)
            b->x1[COVARIANCE][at++ * n + i] = l->P[r][c];
    }
    b->x1[HYSTERESIS_STATE][i] = l->h;
    b->x1[TIME_STATE][i] = time;
    b->x1[CURRENT_STATE][i] = l->I1;
}

static double arrhenius(const observer *m, const fade_tile *b, uint32_t i, double T)
{
    double E = b->param[ACTIVATION][i];
    return E > 0 ? exp(E / CIRCUIT_GAS * (1 / T - 1 / m->reference)) : 1;
}

static void circuit_now(const observer *m, const fade_tile *b, uint32_t i, lane *l)
{
    const circuit *c = &m->circuit;
    double soc = l->x[0], hot = arrhenius(m, b, i, l->T);
    int side = l->I1 < 0 ? CIRCUIT_CHARGE : CIRCUIT_DISCHARGE;
    l->r0 = hot * circuit_value(c, CIRCUIT_R0, side, soc, l->T, b->param[R0][i]);
    for (uint32_t k = 0; k < c->pairs; k++) {
        l->r[k] = hot * circuit_value(c, CIRCUIT_R + k, side, soc, l->T, b->param[R0 + CIRCUIT_R + k][i]);
        l->tau[k] = l->r[k] * circuit_value(c, CIRCUIT_C + k, side, soc, l->T, b->param[R0 + CIRCUIT_C + k][i]);
    }
}

/* What the sample says and where the filter stands before it; on 0: refused. */
static void begin(const observer *m, fade_tile *b, uint32_t i, lane *l)
{
    const double *const *p = b->param;
    double time = b->in[TIME][i], last = b->x[TIME_STATE][i];
    load(m, b, i, l);
    if (!isfinite(time) || !isfinite(b->in[CURRENT][i]) || isinf(b->in[VOLTAGE][i]) || time < 0) {
        char text[160];
        snprintf(text, sizeof text, "a sample of time %g s, current %g A and voltage %g V: ecm-observer needs numbers",
                 time, b->in[CURRENT][i], b->in[VOLTAGE][i]);
        b->status[i] = FADE_EINVAL;
        fade_say(m->host, 3, FADE_EINVAL, (int32_t)i, text);
        return;
    }
    l->on = 1;
    l->Q = p[CAPACITY][i] > 0 ? p[CAPACITY][i] : p[NOMINAL][i];
    l->eta = p[EFFICIENCY][i];
    l->half = p[HYSTERESIS_VOLTAGE][i];
    l->rate = p[HYSTERESIS_RATE][i];
    l->entropic = p[ENTROPIC][i];
    l->T = isnan(b->in[TEMPERATURE][i]) ? m->reference : b->in[TEMPERATURE][i];
    l->I0 = b->x[CURRENT_STATE][i];
    l->I1 = b->in[CURRENT][i];
    l->fresh = last < 0 || time < last;
    l->moves = time > last && !l->fresh;
    l->dt = l->moves ? time - last : 0;
    if (l->fresh)
        begin_test(m, b, i, l, last < 0);
    if (l->dt > m->gap)
        l->I0 = 0;
    circuit_now(m, b, i, l);
}

/* ---- the filter ---- */

/* To the time of the sample; a[k] = exp(-dt / tau_k). */
static void predict(const observer *m, const fade_tile *b, uint32_t i, lane *l, const double *a)
{
    const double *const *p = b->param;
    double dt = l->dt, long_gap = dt > m->gap, I1 = long_gap ? 0 : l->I1, mean = (l->I0 + I1) / 2;
    double eff = mean < 0 ? l->eta : 1, used = mean * eff * dt / (CIRCUIT_HOUR * l->Q), G[DIM] = { 0 }, F[DIM];
    double sI = p[I_SIGMA][i], walk[3] = { p[SOC_WALK][i], p[RC_WALK][i], p[R_WALK][i] };
    int d = l->d;
    if (m->circuit.hysteresis && used != 0) {
        double to = used > 0 ? -1 : 1;
        l->h = to + (l->h - to) * exp(-l->rate * fabs(used));
    }
    l->x[0] -= used;
    F[0] = F[d - 1] = 1;
    G[0] = -eff * dt / (CIRCUIT_HOUR * l->Q);
    for (int k = 0; k < d - 2; k++) {
        double g = dt > 0 ? (1 - a[k]) * l->tau[k] / dt : 1;
        l->x[1 + k] = a[k] * l->x[1 + k] + l->r[k] * (l->I0 * (g - a[k]) + I1 * (1 - g));
        F[1 + k] = a[k];
        G[1 + k] = l->r[k] * (1 - a[k]);
    }
    for (int r = 0; r < d; r++)
        for (int c = r; c < d; c++)
            l->P[r][c] = l->P[c][r] = F[r] * l->P[r][c] * F[c] + G[r] * G[c] * sI * sI;
    for (int k = 0; k < d; k++) {
        double w = walk[k == 0 ? 0 : k == d - 1 ? 2 : 1];
        l->P[k][k] += w * w * dt / CIRCUIT_HOUR;
    }
}

static double ocv(const observer *m, const lane *l, double soc)
{
    double slope, M, dM, dS, U = circuit_ocv(&m->circuit, soc, l->half, &slope, &M, &dM);
    double S = m->circuit.entropic.n ? curve_at(&m->circuit.entropic, soc, &dS) : l->entropic;
    return U + M * l->h + S * (l->T - m->reference);
}

/* Slope of the curve over a standard deviation to either side. */
static double slope(const observer *m, const lane *l)
{
    double w = fmin(0.5, fmax(1e-4, sqrt(l->P[0][0]))), lo = l->x[0] - w, hi = l->x[0] + w;
    lo = fmax(lo, fmin(l->x[0] - 1e-4, 0));
    hi = fmin(hi, fmax(l->x[0] + 1e-4, 1));
    return (ocv(m, l, hi) - ocv(m, l, lo)) / (hi - lo);
}

/* Joseph's update by one measurement of variance R along H. */
static void update(lane *l, const double *H, const double *PH, double S, double R, double innovation)
{
    double K[DIM], A[DIM][DIM], B[DIM][DIM];
    int d = l->d;
    for (int r = 0; r < d; r++)
        K[r] = PH[r] / S;
    for (int r = 0; r < d; r++) {
        l->x[r] += K[r] * innovation;
        for (int c = 0; c < d; c++)
            A[r][c] = (r == c) - K[r] * H[c];
    }
    for (int r = 0; r < d; r++)
        for (int c = 0; c < d; c++) {
            double s = 0;
            for (int k = 0; k < d; k++)
                s += A[r][k] * l->P[k][c];
            B[r][c] = s;
        }
    for (int r = 0; r < d; r++)
        for (int c = r; c < d; c++) {
            double s = K[r] * K[c] * R;
            for (int k = 0; k < d; k++)
                s += B[r][k] * A[c][k];
            l->P[r][c] = l->P[c][r] = s;
        }
}

static void measure(const observer *m, fade_tile *b, uint32_t i, lane *l, int use)
{
    double H[DIM], PH[DIM], S, sum = 0, V = b->in[VOLTAGE][i], s = l->x[l->d - 1], *const *o = b->out;
    double sV = b->param[V_SIGMA][i], sI = b->param[I_SIGMA][i] * s * l->r0, R = sV * sV + sI * sI;
    int d = l->d;
    H[0] = slope(m, l);
    for (int k = 1; k < d - 1; k++) {
        H[k] = -1;
        sum += l->x[k];
    }
    H[d - 1] = -l->I1 * l->r0;
    S = R;
    for (int r = 0; r < d; r++) {
        PH[r] = 0;
        for (int c = 0; c < d; c++)
            PH[r] += l->P[r][c] * H[c];
        S += H[r] * PH[r];
    }
    o[PREDICTED][i] = ocv(m, l, l->x[0]) - sum - l->I1 * s * l->r0;
    o[INNOVATION][i] = V - o[PREDICTED][i];
    o[INNOVATION_SIGMA][i] = sqrt(S);
    if (use && !isnan(V))
        update(l, H, PH, S, R, o[INNOVATION][i]);
}

static void show(const observer *m, fade_tile *b, uint32_t i, const lane *l)
{
    double *const *o = b->out, sum = 0;
    int d = l->d;
    for (int k = 1; k < d - 1; k++)
        sum += l->x[k];
    o[SOC][i] = l->x[0];
    o[SOC_SIGMA][i] = sqrt(fmax(l->P[0][0], 0));
    o[OUT_R0][i] = l->x[d - 1] * l->r0;
    o[R0_SIGMA][i] = sqrt(fmax(l->P[d - 1][d - 1], 0)) * l->r0;
    o[SCALE][i] = l->x[d - 1];
    o[OUT_OCV][i] = ocv(m, l, l->x[0]);
    o[POLARIZATION][i] = sum;
    o[OUT_H][i] = l->h;
    o[OUT_CAPACITY][i] = l->Q;
}

static int sane(const lane *l)
{
    int ok = 1;
    for (int r = 0; r < l->d; r++)
        ok = ok && isfinite(l->x[r]) && isfinite(l->P[r][r]);
    return ok;
}

static int32_t step(const void *model, fade_tile *b)
{
    const observer *m = model;
    lane *lanes = b->scratch;
    uint32_t n = b->n, pairs = m->circuit.pairs;
    double *decay = (double *)(lanes + n);
    for (uint32_t i = 0; i < b->live; i++)
        begin(m, b, i, &lanes[i]);
    for (uint32_t k = 0; k < pairs; k++)
        for (uint32_t i = 0; i < n; i++)
            decay[k * n + i] = i < b->live && lanes[i].on ? -lanes[i].dt / lanes[i].tau[k] : 0;
    if (pairs)
        m->math->exp(pairs * n, decay, decay);
    for (uint32_t i = 0; i < b->live; i++) {
        lane *l = &lanes[i];
        double a[CIRCUIT_PAIRS];
        if (!l->on)
            continue;
        for (uint32_t k = 0; k < pairs; k++)
            a[k] = decay[k * n + i];
        if (l->moves)
            predict(m, b, i, l, a);
        measure(m, b, i, l, l->moves || l->fresh);        /* the same stamp again is the same sample */
        if (!sane(l)) {
            b->status[i] = FADE_ESOLVE;
            fade_say(m->host, 3, FADE_ESOLVE, (int32_t)i,
                     "the estimate is no longer finite: are the samples in V and A?");
            continue;
        }
        store(b, i, l, b->in[TIME][i]);
        show(m, b, i, l);
    }
    return FADE_OK;
}

static int32_t observe(const void *model, fade_tile *b)
{
    const observer *m = model;
    for (uint32_t i = 0; i < b->live; i++) {
        lane l;
        begin(m, b, i, &l);
        if (!l.on)
            continue;
        l.moves = 0;
        measure(m, b, i, &l, 0);
        show(m, b, i, &l);
    }
    return FADE_OK;
}

static int32_t init(const void *model, fade_tile *b)
{
    const observer *m = model;
    for (uint32_t i = 0; i < b->n; i++) {
        lane l = { .d = (int)m->circuit.pairs + 2 };
        begin_test(m, b, i, &l, 1);
        store(b, i, &l, -1);
    }
    return FADE_OK;
}

static void destroy(void *model)
{
    observer *m = model;
    if (m)
        circuit_free(&m->circuit);
    free(m);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    const fade_math_v1 *math = host->iface(host, "fade.math/1");
    if (!math)
        return circuit_refuse(host, FADE_EBUG, "ecm-observer needs the host's fade.math/1");
    observer *m = calloc(1, sizeof *m);
    if (!m)
        return circuit_refuse(host, FADE_ENOMEM, "no memory for ecm-observer");
    *m = (observer){ .host = host, .math = math, .reference = args->at[REFERENCE].real, .gap = args->at[GAP].real };
    m->circuit.pairs = (uint32_t)args->at[PAIRS].real;
    m->circuit.hysteresis = (int)args->at[HYSTERESIS].real;
    int32_t rc = circuit_make(&m->circuit, host, args, OCV);
    if (rc) {
        destroy(m);
        return rc;
    }
    *model = m;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .create = create,
    .destroy = destroy,
    .scratch = scratch,
    .init = init,
    .step = step,
    .observe = observe,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .flags = FADE_PER_CYCLE,
    .id = "ecm-observer",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "State of charge and resistance from samples of voltage and current: a Kalman filter over the circuit.",
    .cite = "G. L. Plett, Extended Kalman filtering for battery management systems of LiPB-based HEV battery packs: "
            "Part 3, J. Power Sources 134, 277-292, 2004, doi 10.1016/j.jpowsour.2004.02.033",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);
