/* SPDX-License-Identifier: MIT
 * test_learner.c - what a correction earns: a planted signal is found, noise is left alone, what is far fades, bands
 * hold.
 */
#include "tests/dataset_rig.h"

enum { ROWS = 120 };
enum { NOISE, SIGNAL };

/* Cells of the power law with residuals of noise, or of a wave that `rest` tells. */
static char *rows_of(int cells, int kind, double noise, uint64_t seed)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest\n");
    for (int c = 0; c < cells; c++)
        for (int i = 1; i <= ROWS; i++) {
            double rest = 3600 * floor(10 * random_uniform(seed, (uint64_t)c, (uint64_t)i, 1));
            double y = 2 * (1 - 5e-3 * pow(i, 0.5)) + noise * random_normal(seed, (uint64_t)c, (uint64_t)i, 0);
            y += kind == SIGNAL ? 2e-6 * rest : 0;
            text_addf(&csv, "c%d,%d,%.9g,%.9g\n", c, i, y, rest);
        }
    return text_take(&csv);
}

static const char ridge[] = "[cell]\ninitial_capacity = 2\n[[physics]]\nplugin = \"power-law\"\nc = 5e-3\nz = 0.5\n"
                            "[[corrector]]\nplugin = \"ridge\"\nfeatures = [%s]\n%s[evaluate]\n";

typedef struct bench { scenario *s; dataset d; learner k; } bench;

/* The learner keeps where the data set is: b stays where it is. */
static void opened(bench *b, int cells, int kind, double noise, const char *features, const char *more, int ask,
                   uint64_t seed)
{
    *b = (bench){ 0 };
    why w = { 0 };
    char toml[1000], *csv = rows_of(cells, kind, noise, seed);
    snprintf(toml, sizeof toml, ridge, features, more);
    b->s = rig_scenario(csv, toml);
    free(csv);
    b->d = rig_read(b->s, (dataset_options){ .physics = 0 });
    int rc = learner_open(&b->s->corrector[0], &b->d, ask, 42, &b->k, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
}

static void closed(bench *b)
{
    learner_close(&b->k);
    dataset_free(&b->d);
    scenario_close(b->s);
}

/* Rows from..to of each cell, counted from 1. */
static size_t rows_from(const dataset *d, uint32_t from, uint32_t to, size_t *row)
{
    size_t n = 0;
    for (size_t i = 0; i < d->n; i++)
        if (d->row[i] >= from && d->row[i] <= to)
            row[n++] = i;
    return n;
}

static learnt trained(bench *b, uint32_t to)
{
    size_t *row = calloc(b->d.n + 1, sizeof *row), n = rows_from(&b->d, 1, to, row);
    learnt m;
    why w = { 0 };
    int rc = learner_train(&b->k, row, n, NULL, &m, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    free(row);
    return m;
}

static void predicted(bench *b, const learnt *m, const size_t *row, size_t n, learner_said said)
{
    why w = { 0 };
    assert_int_equal(learner_predict(&b->k, m, row, n, &said, &w), E_OK);
}

static void a_signal_is_found(void **state)
{
    (void)state;
    bench b;
    opened(&b, 1, SIGNAL, 0.002, "\"rest\"", "", ASK_FORECAST, 1);
    learnt m = trained(&b, 60);
    assert_non_null(m.model);
    assert_true(m.gate > 0.95 && m.gate <= 1);
    assert_true(m.after < 0.1 * m.before);
    assert_int_equal(m.rows, 60);
    double physics[60], correction[60], total[60], sigma[60], lower[60], upper[60], sum = 0;
    size_t row[60], n = rows_from(&b.d, 61, 120, row), inside = 0;
    predicted(&b, &m, row, n, (learner_said){ physics, correction, total, sigma, NULL, lower, upper });
    for (size_t i = 0; i < n; i++) {
        double y = b.d.col[b.d.target].v[row[i]];
        assert_near(total[i], physics[i] + correction[i], 1e-15);
        assert_near(physics[i], b.d.col[b.d.physics].v[row[i]], 0);
        sum += (y - total[i]) * (y - total[i]);
        inside += y >= lower[i] && y <= upper[i];
        assert_true(sigma[i] > 0);
    }
    assert_true(sqrt(sum / (double)n) < 0.004);
    assert_true(inside >= 45);
    learner_drop(&b.k, &m);
    closed(&b);
}

/* Of many data sets of noise hardly any gets a weight that matters, and none makes it worse by much. */
static void noise_is_left_alone(void **state)
{
    (void)state;
    int spoken = 0;
    double worst = 0;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        bench b;
        opened(&b, 1, NOISE, 0.01, "\"cycle\", \"cycle_sqrt\", \"rest\"", "", ASK_FORECAST, seed);
        learnt m = trained(&b, 60);
        spoken += m.gate > 0.05;
        size_t row[60], n = rows_from(&b.d, 61, 120, row);
        double total[60], with = 0, without = 0;
        predicted(&b, &m, row, n, (learner_said){ .total = total });
        for (size_t i = 0; i < n; i++) {
            double y = b.d.col[b.d.target].v[row[i]], p = b.d.col[b.d.physics].v[row[i]];
            with += (y - total[i]) * (y - total[i]);
            without += (y - p) * (y - p);
        }
        worst = fmax(worst, sqrt(with / without));
        learner_drop(&b.k, &m);
        closed(&b);
    }
    print_message("noise: %d of 40 got a weight, at worst the error rose to %.3f\n", spoken, worst);
    assert_true(spoken <= 4);
    assert_true(worst < 1.1);
}

static void what_is_far_fades(void **state)
{
    (void)state;
    bench b;
    opened(&b, 1, SIGNAL, 0.002, "\"rest\"", "", ASK_FORECAST, 3);
    learnt m = trained(&b, 60);
    double *rest = b.d.col[rig_column(&b.d, "rest")].v, correction[3], distance[3];
    rest[100] = 9 * 3600;
    rest[101] = 40 * 3600;
    rest[102] = 4000 * 3600;
    size_t row[3] = { 100, 101, 102 };
    predicted(&b, &m, row, 3, (learner_said){ .correction = correction, .distance = distance });
    assert_near(correction[0], 2e-6 * 9 * 3600, 0.004);
    assert_true(distance[0] < 0.1 && distance[1] > 5 && distance[2] > distance[1]);
    assert_true(fabs(correction[2]) < 1e-9);
    assert_true(m.reach > 0 && m.reach < 100);
    learner_drop(&b.k, &m);
    closed(&b);
}

/* Errors that are alike, whatever the row: the band holds 90 % of new ones within what chance allows (3.5 sigma). */
static void bands_hold(void **state)
{
    (void)state;
    size_t inside = 0, all = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        bench b;
        opened(&b, 4, SIGNAL, 0.01, "\"rest\"", "", ASK_NEXT, 100 + seed);
        learnt m = trained(&b, 60);
        size_t row[4 * 60], n = rows_from(&b.d, 61, 120, row);
        double lower[4 * 60], upper[4 * 60];
        predicted(&b, &m, row, n, (learner_said){ .lower = lower, .upper = upper });
        for (size_t i = 0; i < n; i++) {
            double y = b.d.col[b.d.target].v[row[i]];
            inside += y >= lower[i] && y <= upper[i];
        }
        all += n;
        learner_drop(&b.k, &m);
        closed(&b);
    }
    /* The half width itself comes from a finite trial, which has its own share of the spread. */
    double share = (double)inside / (double)all, chance = 3.5 * sqrt(0.09 / (double)all + 0.09 / (12 * 120.0));
    print_message("bands: %.4f inside, 0.9 expected within %.4f\n", share, chance);
    assert_true(fabs(share - 0.9) < chance);
}

static void cells_are_held_out(void **state)
{
    (void)state;
    bench b;
    opened(&b, 4, SIGNAL, 0.002, "\"rest\"", "scope = \"pooled\"\n", ASK_FORECAST, 5);
    assert_true(b.k.unseen);
    learnt m = trained(&b, ROWS);
    assert_int_equal(m.trials, 4 * ROWS);                       /* each row once, by a model that never saw its cell */
    assert_true(m.gate > 0.9);
    learner_drop(&b.k, &m);
    b.k.unseen = false;
    m = trained(&b, ROWS);
    assert_int_equal(m.trials, 4 * (60 + 40 + 20));             /* behind three origins */
    learner_drop(&b.k, &m);
    closed(&b);
}

/* Groups of one cell each, all but the last to learn from: the wave that rest tells is `sign` times as large there (in
 * the later half `late` times, where that is not 0), in a chamber so warm. */
typedef struct strange { double sign, ambient, late; } strange;

static char *strange_rows(const strange *g, int groups, uint64_t seed)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest,ambient_c\n");
    for (int c = 0; c < groups; c++)
        for (int i = 1; i <= ROWS; i++) {
            double rest = 3600 * floor(10 * random_uniform(seed, (uint64_t)c, (uint64_t)i, 1));
            double y = 2 * (1 - 5e-3 * pow(i, 0.5)) + 0.002 * random_normal(seed, (uint64_t)c, (uint64_t)i, 0);
            double by = g[c].late != 0 && i > ROWS / 2 ? g[c].late : g[c].sign;
            text_addf(&csv, "c%d,%d,%.9g,%.9g,%g\n", c, i, y + 2e-6 * by * rest, rest, g[c].ambient);
        }
    return text_take(&csv);
}

/* RMSE of the last group's rows with the correction, over that of the law alone. */
static double hurt(const strange *g, int groups, const char *corrector, uint64_t seed, double *gate)
{
    why w = { 0 };
    char toml[1000], *csv = strange_rows(g, groups, seed);
    snprintf(toml, sizeof toml,
             "[cell]\ninitial_capacity = 2\n[[physics]]\nplugin = \"power-law\"\nc = 5e-3\nz = 0.5\n[[corrector]]\n"
             "plugin = \"%s\"\nscope = \"pooled\"\nfeatures = [\"rest\", \"temperature_ambient\"]\n[evaluate]\n",
             corrector);
    bench b = { .s = rig_scenario(csv, toml) };
    free(csv);
    b.d = rig_read(b.s, (dataset_options){ .physics = 0 });
    if (learner_open(&b.s->corrector[0], &b.d, ASK_FORECAST, 42, &b.k, &w))
        fail_msg("%s", w.text);
    size_t row[8 * ROWS], n = 0, own = b.d.first[b.d.ncell - 1];
    while (n < own) {
        row[n] = n;
        n++;
    }
    learnt m;
    assert_int_equal(learner_train(&b.k, row, n, NULL, &m, &w), E_OK);
    double total[ROWS], law[ROWS], with = 0, without = 0;
    for (size_t i = 0; i < ROWS; i++)
        row[i] = own + i;
    predicted(&b, &m, row, ROWS, (learner_said){ .total = total, .physics = law });
    for (size_t i = 0; i < ROWS; i++) {
        double y = b.d.col[b.d.target].v[row[i]];
        with += (y - total[i]) * (y - total[i]);
        without += (y - law[i]) * (y - law[i]);
    }
    *gate = m.gate;
    learner_drop(&b.k, &m);
    closed(&b);
    return sqrt(with / without);
}

/* What holds in the groups at hand holds in one more like them, and is not carried to one of another kind, where it may
 * be the other way round; groups that differ say that one more may. */
static void a_stranger_is_not_hurt(void **state)
{
    (void)state;
    static const char *const corrector[] = { "ridge", "polynomial", "gp", "xgboost" };
    static const strange alike[] = { { 1, 25, 0 }, { 1.1, 24, 0 }, { 1, 26, 0 }, { 0.9, 25, 0 }, { 1, 25, 0 } };
    static const strange cold[] = { { 1, 25, 0 }, { 1.1, 24, 0 }, { 1, 26, 0 }, { 0.9, 25, 0 }, { -1, 5, 0 } };
    static const strange same[] = { { 1, 25, 0 }, { 1.1, 25, 0 }, { 1, 25, 0 }, { 0.9, 25, 0 }, { -1, 15, 0 } };
    static const strange unlike[] = { { 1, 25, 0 }, { 1, 24, 0 }, { -1, 26, 0 }, { 0.9, 25, 0 }, { -1, 25, 0 } };
    static const strange turns[] = { { 1, 25, 0 }, { 1, 24, 0 }, { 2, 26, -0.2 }, { 0.9, 25, 0 }, { 1, 25, 0 } };
    for (size_t i = 0; i < sizeof corrector / sizeof *corrector; i++) {
        double gate, known = hurt(alike, 5, corrector[i], 3, &gate), far = hurt(cold, 5, corrector[i], 3, &gate);
        double beside = hurt(same, 5, corrector[i], 3, &gate), mixed = hurt(unlike, 5, corrector[i], 3, &gate);
        print_message("%-10s alike %.3f, colder %.3f, all as warm and it not %.3f, groups that differ %.3f\n",
                      corrector[i], known, far, beside, mixed);
        assert_true(known < 0.5);
        assert_true(far < 1.1 && beside < 1.1 && mixed < 1.1);
        hurt(turns, 5, corrector[i], 3, &gate);                 /* good over a life, bad in its later half */
        assert_near(gate, 0, 0);
    }
}

/* A law that is the mean of the rows it was fitted to. */
static struct { int calls; uint32_t last; } asked;
static int mean_law(void *ctx, const size_t *row, size_t n, double *law, why *w)
{
    (void)w;
    const dataset *d = ctx;
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        mean += d->col[d->target].v[row[i]] / (double)n;
        asked.last = d->row[row[i]] > asked.last ? d->row[row[i]] : asked.last;
    }
    for (size_t i = 0; i < d->n; i++)
        law[i] = mean;
    asked.calls++;
    return E_OK;
}

/* A law fitted to all training rows fits them too well: bands come from laws of the rows before an origin only. */
static void trials_fit_the_law_anew(void **state)
{
    (void)state;
    bench b;
    opened(&b, 1, SIGNAL, 0.01, "\"rest\"", "", ASK_FORECAST, 4);
    for (size_t i = 0; i < b.d.n; i++)
        b.d.col[b.d.physics].v[i] = b.d.col[b.d.target].v[i];
    learnt m = trained(&b, 60);
    assert_near(m.before, 0, 0);
    assert_near(m.half[0], 0, 0);
    learner_drop(&b.k, &m);
    asked.calls = 0;
    asked.last = 0;
    b.k.anew = mean_law;
    b.k.ctx = &b.d;
    m = trained(&b, 60);
    assert_int_equal(asked.calls, 3);
    assert_int_equal(asked.last, 50);                           /* five sixths: nothing behind an origin was shown */
    assert_true(m.before > 0.01 && m.half[0] > 0.01);
    learner_drop(&b.k, &m);
    closed(&b);
}

static void bands_widen(void **state)
{
    (void)state;
    learnt m = { .nband = 3, .horizon = { 1, 2, 4 }, .half = { 1, 2, 4 }, .grow = 1 };
    extern double lesson_half(const learnt *, double);
    assert_near(lesson_half(&m, 0.5), 1, 0);
    assert_near(lesson_half(&m, 1.5), 1.5, 1e-12);
    assert_near(lesson_half(&m, 8), 8, 1e-12);
    m.grow = 0.5;
    assert_near(lesson_half(&m, 16), 8, 1e-12);
}

static void without_physics_the_mean_stands(void **state)
{
    (void)state;
    why w = { 0 };
    char toml[1000], *csv = rows_of(1, SIGNAL, 0.001, 9);
    snprintf(toml, sizeof toml, ridge, "\"rest\", \"cycle_sqrt\"", "");
    scenario *s = rig_scenario(csv, toml);
    free(csv);
    dataset d = rig_read(s, (dataset_options){ .physics = -1 });
    bench b = { s, d, { 0 } };
    assert_int_equal(learner_open(&s->corrector[0], &b.d, ASK_FORECAST, 42, &b.k, &w), E_OK);
    learnt m = trained(&b, 60);
    size_t row[60], n = rows_from(&b.d, 61, 120, row);
    double total[60], physics[60];
    predicted(&b, &m, row, n, (learner_said){ .total = total, .physics = physics });
    for (size_t i = 0; i < n; i++) {
        assert_true(isnan(physics[i]));
        assert_near(total[i], b.d.col[b.d.target].v[row[i]], 0.01);
    }
    learner_drop(&b.k, &m);
    closed(&b);
}

static void refusals(void **state)
{
    (void)state;
    static const struct { const char *features, *expected; int ask; } cases[] = {
        { "\"capacity\"", "feature capacity is the answer itself", ASK_NEXT },
        { "\"capacity_lag_1\"", "feature capacity_lag_1 is made of what earlier rows showed", ASK_FORECAST },
        { "\"rst\"", "there is no column rst (did you mean rest?)", ASK_NEXT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char toml[1000], *csv = rows_of(1, SIGNAL, 0.001, 9);
        why w = { 0 };
        learner k;
        snprintf(toml, sizeof toml, ridge, cases[i].features, "");
        scenario *s = rig_scenario(csv, toml);
        free(csv);
        dataset d = rig_read(s, (dataset_options){ .physics = 0 });
        assert_int_equal(learner_open(&s->corrector[0], &d, cases[i].ask, 42, &k, &w), E_INPUT);
        if (!strstr(w.text, cases[i].expected))
            fail_msg("\"%s\" lacks \"%s\"", w.text, cases[i].expected);
        learner_close(&k);
        dataset_free(&d);
        scenario_close(s);
    }
    bench b;
    opened(&b, 1, SIGNAL, 0.001, "\"rest\"", "", ASK_NEXT, 1);
    learnt m = trained(&b, 5);                                  /* too few */
    assert_null(m.model);
    size_t row[1] = { 80 };
    double total, physics;
    predicted(&b, &m, row, 1, (learner_said){ .total = &total, .physics = &physics });
    assert_near(total, physics, 0);
    learner_drop(&b.k, &m);
    closed(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_is_found),  cmocka_unit_test(noise_is_left_alone),
        cmocka_unit_test(what_is_far_fades),  cmocka_unit_test(bands_hold),
        cmocka_unit_test(cells_are_held_out), cmocka_unit_test(a_stranger_is_not_hurt),
        cmocka_unit_test(bands_widen),
        cmocka_unit_test(trials_fit_the_law_anew),
        cmocka_unit_test(without_physics_the_mean_stands), cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
