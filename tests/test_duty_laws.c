/* SPDX-License-Identifier: MIT
 * test_duty_laws.c - the published laws under a duty, against closed forms, a plain rainflow count and a peer.
 */
#include "core/engine/rainflow.h"
#include "law_rig.h"

/* ---- published numbers ---- */

static double xu_stress(double soc, double T) { return exp(6.93e-2 * (T - 298.15) * 298.15 / T + 1.04 * (soc - 0.5)); }
static double xu_cycle(double depth, double soc, double T)
{
    return depth > 0 ? xu_stress(soc, T) / (1.40e5 * pow(depth, -5.01e-1) - 1.23e5) : 0;
}
static double xu_loss(double f) { return 5.75e-2 * (1 - exp(-121 * f)) + (1 - 5.75e-2) * (1 - exp(-f)); }

/* One year at 25 degC and half full loses 0.057879, ten years 0.172858: six decimals are printed. */
static void xu_storage(void **state)
{
    (void)state;
    static const char *const rows[] = { "30 days", "1 day", "1 hour" };
    for (int i = 0; i < 3; i++) {
        held(0.5, 298.15, YEAR, 3600);
        double loss = loss_of(&(plan){ .law = "xu2018", .row = rows[i] });
        assert_near(loss, 0.057879, 5.1e-7);
        assert_close(loss, xu_loss(4.14e-10 * YEAR), 1e-12);
    }
    held(0.5, 298.15, 10 * YEAR, DAY);
    assert_near(loss_of(&(plan){ .law = "xu2018", .row = "1 day" }), 0.172858, 5.1e-7);
}

typedef struct counted { double depth, mean, count; } counted;

static double sum_of(const counted *c, size_t n, double T)
{
    double f = 0;
    for (size_t i = 0; i < n; i++)
        f += c[i].count * xu_cycle(c[i].depth, c[i].mean, T);
    return f;
}

/* The standard's example as a state of charge (x + 4) / 9, and another, in rows that cut them anywhere.  The cycles are
 * known; time is the integral over straight lines, k_t dt (e^b - e^a) / (b - a). */
static void xu_by_hand(void **state)
{
    (void)state;
    static const double astm[] = { -2, 1, -3, 5, -1, 3, -4, 4, -2 }, other[] = { 1, .4, .6, .2, .9, .5, 1, 0, 1 };
    static const counted of_astm[] = { { 3, -.5, .5 }, { 4, -1, .5 }, { 4, 1, 1 }, { 8, 1, .5 },
                                       { 9, .5, .5 },  { 8, 0, .5 },  { 6, 1, .5 } };
    static const counted of_other[] = { { .2, .5, 1 },  { .4, .7, 1 }, { .8, .6, .5 },
                                        { .8, .6, .5 }, { 1, .5, .5 }, { 1, .5, .5 } };
    static const char *const rows[] = { "8 hours", "1 hour", "7 minutes", "30 days" };
    const double T = 308.15;
    for (int which = 0; which < 2; which++) {
        double point[9], time = 0;
        counted c[7];
        size_t n = which ? 6 : 7;
        for (int i = 0; i < 9; i++)
            point[i] = which ? other[i] : (astm[i] + 4) / 9;
        for (size_t i = 0; i < n; i++)
            c[i] = which ? of_other[i] : (counted){ of_astm[i].depth / 9, (of_astm[i].mean + 4) / 9, of_astm[i].count };
        for (int i = 0; i < 8; i++)
            time += 3600 * (xu_stress(point[i + 1], T) - xu_stress(point[i], T)) / (1.04 * (point[i + 1] - point[i]));
        double f = sum_of(c, n, T);
        for (int k = 0; k < 4; k++) {
            straight(point, 9, 1, T);             /* each point alone: cycles only */
            double loss = loss_of(&(plan){ .law = "xu2018", .row = rows[k], .law_more = "k_t = 0" });
            assert_close(loss, xu_loss(f), 1e-12);
            straight(point, 9, 3600, T);
            loss = loss_of(&(plan){ .law = "xu2018", .row = rows[k] });
            assert_close(loss, xu_loss(f + 4.14e-10 * time), 1e-9);
        }
    }
}

/* At the end of every row the loss is that of all cycles that closed, of those that are open as halves, and of time:
 * nothing is missing, nothing is there twice. */
static void xu_agrees_with_a_plain_count(void **state)
{
    (void)state;
    static rainflow_event event[RAINFLOW_DEPTH];
    for (uint64_t round = 1; round <= 20; round++) {
        random_duty(round, 3000);
        for (size_t i = 0; i < series.n; i++) {   /* a sample at the end of each row, one temperature */
            duty.t[i] = 900.0 * (double)i;
            duty.temperature[i] = 303.15;
        }
        const char *row = round % 3 == 0 ? "15 minutes" : round % 3 == 1 ? "6 hours" : "4500 minutes";
        size_t every = round % 3 == 0 ? 1 : round % 3 == 1 ? 24 : 300;
        run(&(plan){ .law = "xu2018", .row = row });
        double value[RAINFLOW_DEPTH] = { 0 }, count = 0, closed = 0, time = 0;
        rainflow f = { .n = 1, .value = value, .count = &count };
        size_t at = 0;
        for (size_t i = 0; i < series.n; i++) {
            int n = rainflow_push(&f, 0, duty.t[i], 0, duty.soc[i], event);
            for (int k = 0; k < n; k++)
                closed += event[k].count * xu_cycle(event[k].depth, event[k].mean, 303.15);
            if (i > 0)
                time += 450 * (xu_stress(duty.soc[i - 1], 303.15) + xu_stress(duty.soc[i], 303.15));
            if (i == 0 || (i % every && i + 1 < series.n))
                continue;
            double open = 0;
            n = rainflow_open(&f, 0, event);
            for (int k = 0; k < n; k++)
                open += event[k].count * xu_cycle(event[k].depth, event[k].mean, 303.15);
            assert_close(rig_at(at++, "physics_loss"), xu_loss(closed + open + 4.14e-10 * time), 1e-11);
        }
        assert_int_equal(at, rig.n);
    }
}

/* Full swings between 0.9 and 0.1 in ten hours, 35 degC; a break at each. */
enum { SWINGS = 400, SWING = 20 };
static const double SWING_T = 308.15, SWING_DEPTH = 0.8, SWING_C = 0.16;

static void swings(void)
{
    for (size_t i = 0; i <= SWINGS * SWING; i++) {
        double phase = (double)(i % SWING);
        duty.t[i] = 1800.0 * (double)i;
        duty.soc[i] = phase <= 10 ? 0.9 - 0.08 * phase : 0.1 + 0.08 * (phase - 10);
        duty.temperature[i] = SWING_T;
    }
    lend(SWINGS * SWING + 1);
}

#define EACH_SWING "break_efc = 0.79\nbreak_time = \"1 day\"\n"

/* k Ah^0.55; rate and charge are those of the new cell: what a swing takes shrinks as the cell does. */
static void wang_by_hand(void **state)
{
    (void)state;
    double s = 0, loss = 0;
    for (int i = 0; i < SWINGS; i++) {
        double soh = 1 - loss, c = SWING_C * soh;                        /* B holds below C/2 */
        s += pow(31630 * exp((-31700 + 370.3 * c) / (8.314 * SWING_T)), 1 / 0.55) * 2 * SWING_DEPTH * soh;
        loss = pow(s, 0.55) / 100;
    }
    swings();
    assert_close(loss_of(&(plan){ .law = "wang2011", .row = "1 day", .duty = EACH_SWING }), loss, 1e-12);
}

/* Half of a break at 20 degC, half at 45: the mean temperature is one at which as much is lost. */
static void wang_weighs_heat(void **state)
{
    (void)state;
    double E = (31700 - 370.3 * 0.1) / 0.55, half = 0.5 * (exp(-E / 8.314 / 293.15) + exp(-E / 8.314 / 318.15));
    double want = pow(pow(31630, 1 / 0.55) * half * 2 * 0.8, 0.55) / 100;
    straight((const double[]){ 0.9, 0.1, 0.9 }, 3, 80, 293.15);
    for (size_t i = 0; i < series.n; i++) {
        duty.t[i] *= 8;
        duty.temperature[i] = i < 80 ? 293.15 : i > 80 ? 318.15 : 305.65;
    }
    double got = loss_of(&(plan){ .law = "wang2011", .row = "30 days", .duty = "break_efc = 0.79" });
    assert_close(got, want, 0.01);
    double plain = pow(pow(31630, 1 / 0.55) * exp(-E / 8.314 / 305.65) * 2 * 0.8, 0.55) / 100;
    assert_true(fabs(got - want) < 0.1 * fabs(plain - want));
}

/* Rows that end before the first break show a cell that was looked at: no temperature of 0 K, no lane that ends. */
static void wang_before_the_first_break(void **state)
{
    (void)state;
    straight((const double[]){ 0.9, 0.1, 0.9 }, 3, 6, 298.15);
    plan p = { .law = "wang2011", .row = "10 minutes", .law_more = "activation = 0\nactivation_rate = 0" };
    double loss = loss_of(&p);
    assert_int_equal(rig.n, 12);
    assert_near(rig_at(3, "physics_loss"), 0, 0);
    assert_true(loss > 0);
}

static double cubed(double x) { return x * x * x; }
static double naumann_k(double soc) { return 2.8575 * cubed(soc - 0.5) + 0.60225; }
static double naumann_r(double soc) { return 1.5604 - 3.3903 * (soc - 0.5) * (soc - 0.5); }

static void naumann_by_hand(void **state)
{
    (void)state;
    double cal = 0, cyc = 0, growth = 0, loss = 0, z = (1 / SWING_T - 1 / 298.15) / 8.3144;
    double kT = 1.2571e-5 * exp(-17126 * z), rT = 3.4194e-10 * exp(-71827 * z);
    swings();
    for (size_t i = 1; i < series.n; i++) {
        double k = naumann_k(duty.soc[i]), was = naumann_k(duty.soc[i - 1]);
        cal += 900 * kT * kT * (k * k + was * was);
        growth += 900 * rT * (naumann_r(duty.soc[i]) + naumann_r(duty.soc[i - 1]));
        if (i % SWING)
            continue;
        double c = SWING_C * (1 - loss), fec = SWING_DEPTH * (1 - loss);
        double b = (0.0630 * c + 0.0971) * (4.0253 * cubed(SWING_DEPTH - 0.6) + 1.0923) / 100;
        cyc += b * b * fec;
        growth += (-0.0020 * c + 0.0021) * (6.8477 * cubed(SWING_DEPTH - 0.5) + 0.91882) / 100 * fec;
        loss = sqrt(cal) + sqrt(cyc);
    }
    run(&(plan){ .law = "naumann2020", .row = "1 day", .duty = EACH_SWING });
    assert_close(last_of(NULL, "physics_loss_calendar"), sqrt(cal), 1e-12);
    assert_close(last_of(NULL, "physics_loss_cycle"), sqrt(cyc), 1e-12);
    assert_close(last_of(NULL, "physics_resistance_ratio"), 1 + growth, 1e-12);
}

/* The variant with 2.15 Ah: Ah = 2 * 2.15 * EFC; a flat curve is a voltage that stays. */
static void schmalstieg_by_hand(void **state)
{
    (void)state;
    double cyc = 0, growth = 0, loss = 0, days = 10 / 24.0, v = 3.7;
    double a = (7.543 * v - 23.75) * 1e6 * exp(-6976 / SWING_T), r = (5.270 * v - 16.32) * 1e5 * exp(-5986 / SWING_T);
    double b = 7.348e-3 * (v - 3.667) * (v - 3.667) + 7.6e-4 + 4.081e-3 * SWING_DEPTH;
    double g = 2.153e-4 * (v - 3.725) * (v - 3.725) - 1.521e-5 + 2.798e-4 * SWING_DEPTH;
    for (int i = 1; i <= SWINGS; i++) {
        double moved = 2 * 2.15 * SWING_DEPTH * (1 - loss);
        cyc += b * b * moved;
        growth += g * moved;
        loss = a * pow(i * days, 0.75) + sqrt(cyc);
    }
    swings();
    run(&(plan){ .law = "schmalstieg2014", .row = "1 day", .duty = EACH_SWING,
                 .law_more = "nominal_capacity = 2.15\nocv = { x = [0, 1], y = [3.7, 3.7] }" });
    assert_close(last_of(NULL, "physics_loss_calendar"), a * pow(SWINGS * days, 0.75), 1e-12);
    assert_close(last_of(NULL, "physics_loss_cycle"), sqrt(cyc), 1e-12);
    assert_close(last_of(NULL, "physics_resistance_ratio"), 1 + r * pow(SWINGS * days, 0.75) + growth, 1e-12);
}

/* V is that of each sample: stored between points of the default curve; the quadratic mean over a swing of a straight
 * one. */
static void schmalstieg_reads_the_curve(void **state)
{
    (void)state;
    held(0.517, 308.15, 100 * DAY, 3600);
    double v = 3.708323686 + (0.517 - 0.516623264) / (0.534765625 - 0.516623264) * (3.720572012 - 3.708323686);
    double a = (7.543 * v - 23.75) * 1e6 * exp(-6976 / 308.15);
    assert_close(loss_of(&(plan){ .law = "schmalstieg2014", .row = "1 day" }), a * pow(100, 0.75), 1e-12);
    held(0, 308.15, 100 * DAY, 3600);
    a = (7.543 * 3.331 - 23.75) * 1e6 * exp(-6976 / 308.15);
    assert_close(loss_of(&(plan){ .law = "schmalstieg2014", .row = "1 day" }), a * pow(100, 0.75), 1e-12);

    straight((const double[]){ 0.9, 0.1, 0.9 }, 3, 2000, 308.15);
    run(&(plan){ .law = "schmalstieg2014", .row = "1 day", .duty = "break_efc = 0.79",
                 .law_more = "nominal_capacity = 2\nocv = { x = [0, 1], y = [3, 4] }" });
    double square = (cubed(3.9) - cubed(3.1)) / 3 / 0.8;                 /* mean of v^2 over 3.1 .. 3.9 */
    double b = 7.348e-3 * (sqrt(square) - 3.667) * (sqrt(square) - 3.667) + 7.6e-4 + 4.081e-3 * 0.8;
    assert_close(last_of(NULL, "physics_loss_cycle"), b * sqrt(2 * 2 * 0.8), 1e-8);
}

/* One side alone loses what it loses beside the other, but for the capacity that shrinks with both. */
static void a_side_alone(void **state)
{
    (void)state;
    for (int k = NAUMANN; k <= SCHMALSTIEG; k++) {
        random_duty(3, 4000);
        run(&(plan){ .law = laws[k], .row = "1 day" });
        double time = last_of(NULL, "physics_loss_calendar"), cycles = last_of(NULL, "physics_loss_cycle");
        double alone = loss_of(&(plan){ .law = laws[k], .row = "1 day", .law_more = "ageing = \"calendar\"" });
        assert_close(alone, time, 1e-12);
        alone = loss_of(&(plan){ .law = laws[k], .row = "1 day", .law_more = "ageing = \"cycle\"" });
        assert_true(alone >= cycles && alone < 1.2 * cycles);
    }
}

/* simses: 3 W out and in, two hours each, a year at 25 degC, by a 3 Ah cell whose swings deepen as it fades; it ends at
 * 0.91334, of which 0.0383591 is calendar and 0.0483020 cycles.  Its voltages are not here: 3.29 V stands for them and
 * gives its 1412.87 equivalent full cycles.  It counts half cycles and takes rates and cycles of the capacity at hand,
 * where the law's are of the new cell's: 4 % less cycle loss. */
static void naumann_beside_simses(void **state)
{
    (void)state;
    double soc = 0.5;
    size_t n = (size_t)(YEAR / 300) + 1;
    for (size_t i = 0; i < n; i++) {
        duty.t[i] = 300.0 * (double)i;
        duty.soc[i] = soc;
        duty.temperature[i] = 298.15;
        double step = 3 / 3.29 / (3 * (1 - 0.08666 * sqrt(duty.t[i] / YEAR))) / 12;
        soc = i / 24 % 2 ? soc + step : fmax(0, soc - 1.01 * step);
    }
    lend(n);
    run(&(plan){ .law = "naumann2020", .row = "10 days" });
    assert_close(last_of(NULL, "equivalent_full_cycles"), 1412.87, 2e-3);
    assert_close(last_of(NULL, "physics_loss_calendar"), 0.0383591, 5e-3);
    assert_close(last_of(NULL, "physics_loss_cycle"), 0.0483020, 0.045);
    assert_near(1 - last_of(NULL, "physics_loss"), 0.91334, 0.0025);
    assert_near(last_of(NULL, "physics_resistance_ratio"), 1.03367, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xu_storage),
        cmocka_unit_test(xu_by_hand),
        cmocka_unit_test(xu_agrees_with_a_plain_count),
        cmocka_unit_test(wang_by_hand),
        cmocka_unit_test(wang_weighs_heat),
        cmocka_unit_test(wang_before_the_first_break),
        cmocka_unit_test(naumann_by_hand),
        cmocka_unit_test(schmalstieg_by_hand),
        cmocka_unit_test(schmalstieg_reads_the_curve),
        cmocka_unit_test(a_side_alone),
        cmocka_unit_test(naumann_beside_simses),
    };
    library_register(&series_library);
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
