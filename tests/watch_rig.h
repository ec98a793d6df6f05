/* SPDX-License-Identifier: MIT
 * watch_rig.h - a built-in law "watch" that sees inside rows and keeps what each step was given, and runs of it on the source
 * "series".
 */
#ifndef FADE_TESTS_WATCH_RIG_H
#define FADE_TESTS_WATCH_RIG_H
#include "tests/engine_rig.h"
#include "tests/near.h"
#include "tests/series_rig.h"

/* Inputs: stress, duration, then integrals and means of rates, then sums over cycles and over open ones. */
#define WATCH_IN(X)                                                                                                   \
    X(depth, "1") X(soc_mean, "1") X(soc_min, "1") X(soc_max, "1") X(temperature_mean, "K") X(temperature_max, "K")   \
    X(c_rate, "1/h") X(c_rate_mean, "1/h") X(c_rate_charge, "1/h") X(c_rate_discharge, "1/h") X(efc, "")              \
    X(span, "s") X(duration, "s")                                                                                     \
    X(one, "s") X(warm, "1") X(anode, "1") X(moves, "1") X(mean_one, "1") X(mean_warm, "1") X(mean_anode, "1")        \
    X(mean_moves, "1")                                                                                                \
    X(ring, "") X(deep, "1") X(high, "1") X(hot, "K") X(dwell, "s")                                                   \
    X(open_ring, "") X(open_deep, "1") X(open_high, "1") X(open_hot, "K") X(open_dwell, "s")
#define WATCH_ENUM(key, unit) W_##key,
enum { WATCH_IN(WATCH_ENUM) W_N, W_STRESS = W_duration };
#undef WATCH_ENUM
#define WATCH_COLUMN(key, unit) { #key, unit, "What a step is given.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL },
static const fade_column watch_in[] = { WATCH_IN(WATCH_COLUMN) };
#undef WATCH_COLUMN

enum { WATCH_LANES = 64, WATCH_STEPS = 1 << 16 };

typedef struct watch_step {
    double dt, in[W_N], passed, booked;           /* passed: s, all durations up to and with this one */
    double weights, soc, warm, first, last;       /* lent: sum of weights, weighted soc and rate, time of first and last sample */
    uint32_t nsample;                             /* 0: none was lent */
} watch_step;

/* What "watch" is like, and what it was given; a lane is found by its id. */
static struct {
    double fade, open_fade, retry;                /* loss per equivalent full cycle, per open one; most dt it steps at once */
    int32_t rates_code, cycles_code, status;      /* what rates() and cycles() return; status of their last lane, .. */
    double  bad_tilt;                             /* .. 0: always; else only with this tilt */
    long   calls;                                 /* of step() */
    int    tells;                                 /* a lane differs from its copies: counted */
    uint32_t nlane;
    uint64_t id[WATCH_LANES];
    size_t n[WATCH_LANES];
    watch_step *step[WATCH_LANES];
} watch;

static const fade_param watch_params[] = {
    { "speed", "1", "Multiplies the loss.", "", FADE_REAL, FADE_PER_CELL | FADE_STEP_ONLY, 1, 0, 1e6, 0, 0, NULL },
    { "tilt", "1", "How rates and cycles lean on the state of charge.", "", FADE_REAL, FADE_PER_CELL, 0.5, -9, 9, 0, 0, NULL },
};
static const fade_column watch_state[] = { { "steps", "", "Steps.", 0, 0, 0, 0, 0, 1, 0 },
                                           { "booked", "", "Equivalent full cycles.", 0, 0, 0, 0, 0, 1, 0 },
                                           { "passed", "s", "Time.", 0, 0, 0, 0, 0, 1, 0 },
                                           { "heat", "1", "Integral of warm.", 0, 0, 0, 0, 0, 1, 0 },
                                           { "rung", "", "Rainflow cycles.", 0, 0, 0, 0, 0, 1, 0 } };
enum { WS_STEPS, WS_BOOKED, WS_PASSED, WS_HEAT, WS_RUNG };
static const fade_column watch_out[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 1, 0 },
                                         { "total_booked", "", "Equivalent full cycles.", 0, 0, 0, 0, 0, 1, 0 },
                                         { "total_heat", "1", "Integral of warm.", 0, 0, 0, 0, 0, 1, 0 },
                                         { "total_rung", "", "Rainflow cycles and open ones.", 0, 0, 0, 0, 0, 1, 0 },
                                         { "total_passed", "s", "Time.", 0, 0, 0, 0, 0, 1, 0 },
                                         { "total_steps", "", "Steps.", 0, 0, 0, 0, 0, 1, 0 } };

#define WATCH_COLUMN(key, unit) { key, unit, "What a sample, or a cycle, comes to.", 0, 0, 0, 0, 0, 1, 0 }
static const fade_column watch_reads[] = { WATCH_COLUMN("temperature", "K"), WATCH_COLUMN("soc", "1"),
                                           WATCH_COLUMN("anode_potential", "V"), WATCH_COLUMN("c_rate", "1/h"),
                                           WATCH_COLUMN("time", "s") };
static const fade_column watch_rate[] = { WATCH_COLUMN("one", "1"), WATCH_COLUMN("warm", "1"), WATCH_COLUMN("anode", "1"),
                                          WATCH_COLUMN("moves", "1") };
static const fade_column watch_cycle[] = { WATCH_COLUMN("ring", ""), WATCH_COLUMN("deep", "1"), WATCH_COLUMN("high", "1"),
                                           WATCH_COLUMN("hot", "K"), WATCH_COLUMN("dwell", "s") };
#undef WATCH_COLUMN

/* A worker is for as many lanes as it was entered with: samples and cycles too. */
static int32_t watch_enter(const void *m, uint32_t n, void **worker)
{
    (void)m;
    uint32_t *k = malloc(sizeof *k);
    *worker = k;
    return k ? (*k = n, FADE_OK) : FADE_ENOMEM;
}

static void watch_fits(const fade_tile *b)
{
    if (!b->worker || *(const uint32_t *)b->worker < b->n)
        __atomic_fetch_add(&watch.tells, 1, __ATOMIC_RELAXED);
}

static void watch_status(fade_tile *b)
{
    if (watch.bad_tilt == 0 || b->param[1][0] == watch.bad_tilt)
        b->status[b->live - 1] = watch.status;
}

static int32_t watch_rates(const void *m, fade_tile *b)
{
    (void)m;
    watch_fits(b);
    for (uint32_t i = 0; i < b->n; i++) {
        b->out[0][i] = 1;
        b->out[1][i] = b->in[0][i] * (1 + b->param[1][i] * b->in[1][i]);
        b->out[2][i] = b->in[2][i];
        b->out[3][i] = fabs(b->in[3][i]);
    }
    watch_status(b);
    return watch.rates_code;
}

static int32_t watch_cycles(const void *m, fade_tile *b)
{
    (void)m;
    watch_fits(b);
    for (uint32_t i = 0; i < b->n; i++) {
        b->out[0][i] = 1;
        b->out[1][i] = b->in[0][i] * b->in[0][i] * (1 + b->param[1][i]);
        b->out[2][i] = b->in[1][i] * b->in[0][i];
        b->out[3][i] = b->in[2][i];
        b->out[4][i] = b->in[3][i];
    }
    watch_status(b);
    return watch.cycles_code;
}

static fade_duty_v1 watch_duty;
static const fade_duty_v1 watch_duty_first = {
    .size = sizeof watch_duty, .break_time = 86400, .break_efc = 1, .in = FADE_LIST(watch_reads),
    .rate = FADE_LIST(watch_rate), .cycle = FADE_LIST(watch_cycle), .rates = watch_rates, .cycles = watch_cycles,
};

static int32_t watch_create(const fade_host *h, const fade_args *a, void **m)
{
    (void)h;
    (void)a;
    return (*m = malloc(1)) ? FADE_OK : FADE_ENOMEM;
}

static void watch_lent(const fade_samples *s, watch_step *to)
{
    if (!s)
        return;
    to->nsample = s->live;
    for (uint32_t k = 0; k < s->n; k++) {
        to->weights += s->weight[k];
        to->soc += s->weight[k] * s->in[1][k];
        to->warm += watch_duty.rate.n ? s->weight[k] * s->rate[1][k] : 0;
    }
    to->first = s->in[4][0];
    to->last = s->in[4][s->live - 1];
}

static void watch_keep(const fade_tile *b, uint32_t i)
{
    for (uint32_t l = 0; l < watch.nlane; l++) {
        size_t at = (size_t)b->x[WS_STEPS][i];
        if (watch.id[l] != b->id[i] || at >= WATCH_STEPS || !watch.step[l])
            continue;
        watch_step *to = &watch.step[l][at];
        *to = (watch_step){ .dt = b->dt[i], .passed = b->x1[WS_PASSED][i], .booked = b->x1[WS_BOOKED][i] };
        for (int c = 0; c < W_N; c++)
            to->in[c] = b->in[c][i];
        watch_lent(b->samples ? b->samples[i] : NULL, to);
        watch.n[l] = at + 1 > watch.n[l] ? at + 1 : watch.n[l];              /* steps side by side: some come again */
    }
}

static void watch_results(fade_tile *b, double *const *x, uint32_t i)
{
    double open = b->in[W_open_ring][i] == b->in[W_open_ring][i] ? b->in[W_open_ring][i] : 0;
    b->out[0][i] = fmin(1, b->param[0][i] * (watch.fade * x[WS_BOOKED][i] + watch.open_fade * open));
    b->out[1][i] = x[WS_BOOKED][i];
    b->out[2][i] = x[WS_HEAT][i];
    b->out[3][i] = x[WS_RUNG][i] + open;
    b->out[4][i] = x[WS_PASSED][i];
    b->out[5][i] = x[WS_STEPS][i];
}

static double watch_known(double v) { return v == v ? v : 0; }

static int32_t watch_do(const void *m, fade_tile *b)
{
    (void)m;
    __atomic_fetch_add(&watch.calls, 1, __ATOMIC_RELAXED);
    for (uint32_t i = 0; i < b->n; i++) {
        b->x1[WS_STEPS][i] = b->x[WS_STEPS][i] + 1;
        b->x1[WS_BOOKED][i] = b->x[WS_BOOKED][i] + b->dt[i] * watch_known(b->in[W_depth][i]);
        b->x1[WS_PASSED][i] = b->x[WS_PASSED][i] + watch_known(b->in[W_duration][i]);
        b->x1[WS_HEAT][i] = b->x[WS_HEAT][i] + watch_known(b->in[W_warm][i]);
        b->x1[WS_RUNG][i] = b->x[WS_RUNG][i] + watch_known(b->in[W_ring][i]);
        watch_results(b, b->x1, i);
        if (watch.retry > 0 && b->dt[i] > watch.retry)
            b->status[i] = FADE_RETRY;
        for (int c = 0; c < W_N && i >= b->live; c++) {
            double a = b->in[c][i], z = b->in[c][b->live - 1];
            if (!(a == z || (a != a && z != z)))
                __atomic_fetch_add(&watch.tells, 1, __ATOMIC_RELAXED);
        }
        if (i < b->live)
            watch_keep(b, i);
    }
    return FADE_OK;
}

static int32_t watch_observe(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++)
        watch_results(b, (double *const *)(uintptr_t)b->x, i);
    return FADE_OK;
}

static const fade_model_v1 watch_v1 = { .size = sizeof watch_v1, .create = watch_create, .destroy = free, .enter = watch_enter, .leave = free,
                                        .step = watch_do,
                                        .observe = watch_observe };
static const void *watch_iface(const fade_desc *d, const char *id)
{
    if (strcmp(id, "fade.duty/1") == 0)
        return strcmp(d->id, "watch") == 0 ? &watch_duty : NULL;
    return strcmp(id, "fade.model/1") == 0 ? &watch_v1 : NULL;
}
#define WATCH_DESC(name, sentence)                                                                                    \
    { .size = sizeof(fade_desc), .flags = FADE_PER_CYCLE, .id = name, .kind = "physics", .version = "1.0.0",          \
      .licence = "MIT", .doc = sentence, .cite = "", .params = FADE_LIST(watch_params),                               \
      .columns = { .state = FADE_LIST(watch_state), .in = FADE_LIST(watch_in), .out = FADE_LIST(watch_out) },         \
      .iface = watch_iface }
static const fade_desc watch_desc = WATCH_DESC("watch", "Keeps what it is given.");
static const fade_desc blind_desc = WATCH_DESC("blind", "The same without an inside.");
static const fade_desc *const watch_plugins[] = { &watch_desc, &blind_desc, NULL };
static const fade_library watch_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof watch_library,
                                            watch_plugins };

/* ---- runs ---- */

/* Between tests: a series of n samples a `gap` apart, the law and its duty as at first, nothing kept. */
static void watch_fresh(void)
{
    for (uint32_t l = 0; l < watch.nlane; l++)
        free(watch.step[l]);
    memset(&watch, 0, sizeof watch);
    watch_duty = watch_duty_first;
    series.n = series.cap = series.less = series.late = 0;
    series.repeat = series.cells = 1;
    series.period = series.shift = series.slower = 0;
    series.apart = series.backwards = series.whole = false;
    series.stop = NULL;
}

static int watch_setup(void **state)
{
    int rc = rig_setup(state);
    library_register(&series_library);
    library_register(&watch_library);
    return rc;
}

static int watch_clean(void **state)
{
    (void)state;
    why w;
    watch_fresh();
    return log_open(&(log_options){ .level = LOG_SILENT }, &w);
}

/* Keeps the steps of a lane of this name; returns which one. */
static inline uint32_t watch_lane(const char *name)
{
    uint32_t l = watch.nlane++;
    watch.id[l] = text_hash(name);
    watch.step[l] = calloc(WATCH_STEPS, sizeof *watch.step[l]);
    assert_non_null(watch.step[l]);
    return l;
}

static inline void watch_series(size_t n, const double *t, const double *soc, const double *temperature)
{
    series.n = n;
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
}

/* A scenario of the law "watch" (or others, named by `more`), with lines of [run] and of [duty]. */
static inline ran watch_run(const char *run, const char *duty, const char *more, engine_options opt)
{
    char toml[2000];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"w\"\n%s\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"series\"\n[duty]\n%s\n%s\n%s",
             run, duty, more ? more : "[[physics]]\nplugin = \"watch\"\n", RIG_OUT);
    return rig_run(toml, opt);
}

/* A run that must go well and is not looked at any more. */
static inline void watch_whole(const char *run, const char *duty, const char *more)
{
    ran r = watch_run(run, duty, more, (engine_options){ 0 });
    if (r.rc)
        print_error("%s\n", r.w.text);
    assert_int_equal(r.rc, 0);
    rig_done(&r);
}

/* ---- rows kept beside those of the run at hand ---- */

typedef struct watch_rows { size_t n, ncol; double *at; char (*cell)[32]; } watch_rows;

/* The rows of the last run; of one cell, or of all (NULL). */
static inline watch_rows watch_take(const char *cell)
{
    watch_rows r = { .ncol = rig.ncol };
    r.at = malloc((rig.n + 1) * rig.ncol * sizeof *r.at);
    r.cell = malloc((rig.n + 1) * sizeof *r.cell);
    assert_true(r.at && r.cell);
    for (size_t i = 0; i < rig.n; i++)
        if (!cell || strcmp(rig.cell[i], cell) == 0) {
            memcpy(r.at + r.n * r.ncol, rig.at[i], r.ncol * sizeof *r.at);
            memcpy(r.cell[r.n++], rig.cell[i], sizeof *r.cell);
        }
    return r;
}

static inline void watch_drop(watch_rows *r)
{
    free(r->at);
    free(r->cell);
    *r = (watch_rows){ 0 };
}

/* The same numbers in the same order, to the bit. */
static inline void watch_same(const watch_rows *a, const watch_rows *b)
{
    assert_int_equal(a->n, b->n);
    assert_int_equal(a->ncol, b->ncol);
    for (size_t i = 0; i < a->n; i++)
        for (size_t c = 0; c < a->ncol; c++) {
            double x = a->at[i * a->ncol + c], y = b->at[i * b->ncol + c];
            if (memcmp(&x, &y, sizeof x) != 0 && !(x != x && y != y))
                fail_msg("row %zu of %s, %s: %.17g and %.17g", i, a->cell[i], rig.key[c], x, y);
        }
}

/* ---- warnings ---- */

/* From now on warnings go to a file; watch_said() reads it. */
static inline void watch_log(void)
{
    char path[128];
    why w;
    snprintf(path, sizeof path, "%s/log", rig_folder);
    unlink(path);
    assert_int_equal(log_open(&(log_options){ .level = LOG_WARNING, .file = path }, &w), 0);
}

/* How often the file has this sentence. */
static inline int watch_said(const char *sentence)
{
    char path[128], *at = NULL;
    size_t n = 0;
    int times = 0;
    why w;
    snprintf(path, sizeof path, "%s/log", rig_folder);
    if (file_read(path, 1 << 20, &at, &n, &w))
        return 0;
    for (const char *p = at; (p = strstr(p, sentence)); p++)
        times++;
    free(at);
    return times;
}

/* ---- random numbers ---- */

static uint64_t watch_seed = 88172645463325252u;
static inline double watch_draw(void)
{
    watch_seed ^= watch_seed << 13;
    watch_seed ^= watch_seed >> 7;
    watch_seed ^= watch_seed << 17;
    return (double)(watch_seed >> 11) * 0x1p-53;
}
#endif
