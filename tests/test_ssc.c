/* SPDX-License-Identifier: MIT
 * test_ssc.c - smith2017, lmo-lto and sam-calendar over ten years of duty: as = "ssc" gives what SSC (the engine of
 * NREL's SAM) gives with exact steps, its Euler steps over the same rates give SSC's own numbers; how long rows are
 * changes nothing.
 *
 * SSC's numbers were read off SSC and PySAM 7.1.1 over the profiles of ssc_rig.h.
 */
#include "ssc_rig.h"

enum { NDAYS = 6 };
static const int days[NDAYS] = { 1, 2, 5, 100, 1000, 3650 };

/* Capacity in % after so many days: exact, and by SSC's own Euler steps of a day. */
typedef struct measured {
    int kind, sub;
    double celsius, exact[NDAYS], euler[NDAYS];
} measured;

static const measured nmc[] = {
    { SSC_PATTERN, 1, 25,
      { 100.8983462725, 100.8947642572, 100.8840182011, 100.4627590746, 91.87178663902, 78.19530052983 },
      { 100.8983462726, 100.8947642582, 100.8840182047, 100.4411704813, 91.86192583688, 78.18924652857 } },
    { SSC_PATTERN, 4, 25,
      { 100.8983462725, 100.8947642572, 100.8840182011, 100.5057903003, 91.91481786489, 78.23833175571 },
      { 100.8983462726, 100.8947642582, 100.8840182047, 100.4842017072, 91.90495706276, 78.23227775444 } },
    { SSC_PATTERN, 1, 5,
      { 88.54036698417, 88.37262807942, 88.02020269531, 85.71556736144, 70.41018640705, 27.80583149486 },
      { 88.52531456383, 88.34035843835, 87.97875253242, 85.71097581144, 70.40809175616, 27.80454601234 } },
    { SSC_PATTERN, 1, 40,
      { 105.3301554281, 105.3286838552, 105.3242691349, 96.58584719765, 77.53107791734, 51.71364673223 },
      { 105.3301554281, 105.3286838553, 105.3242691354, 96.5297183151, 77.50541941722, 51.69788955241 } },
    { SSC_SYNTHETIC, 1, 0,
      { 100.900776034, 100.9138136316, 100.9529773611, 101.2983067904, 87.76110627149, 69.63979996083 },
      { 100.9007760342, 100.9138136327, 100.9529773647, 101.2683847439, 87.74627096992, 69.63170126311 } },
    { SSC_SINES, 1, 0,
      { 99.39401802674, 99.45510480525, 99.62889932641, 102.5874165987, 82.40917210584, 73.0231896636 },
      { 99.39401802796, 99.45510480697, 99.62889933574, 102.5874167085, 82.4012154596, 73.02320874732 } },
    { SSC_SINES, 4, 0,
      { 99.39379915122, 99.45253406206, 99.62242497293, 102.5216632369, 81.96871968047, 68.47933182052 },
      { 99.39379915324, 99.4525340658, 99.62242498694, 102.5216633772, 81.96176585871, 68.47935639391 } },
};
static const measured lto[] = {
    { SSC_PATTERN, 1, 25,
      { 99.9715805059, 99.95629594042, 99.92365135639, 99.53501469295, 98.13151126437, 95.90730527951 },
      { 99.97249213002, 99.95405814218, 99.92029543331, 99.53233513878, 98.12992313208, 95.90618001071 } },
    { SSC_PATTERN, 4, 25,
      { 99.97094069896, 99.9558363586, 99.92334974102, 99.53493603536, 98.13148311395, 95.90728948037 },
      { 99.97249213002, 99.95405814218, 99.92029543331, 99.53233513878, 98.12992313208, 95.90618001071 } },
    { SSC_PATTERN, 1, 5,
      { 99.9981637874, 99.99717327192, 99.99500009337, 99.96773564678, 99.86475445649, 99.69724310514 },
      { 99.9981637874, 99.99702092868, 99.99477940794, 99.96755093151, 99.86464042009, 99.69716054226 } },
    { SSC_PATTERN, 1, 40,
      { 99.90842237117, 99.85916101434, 99.75377226697, 98.49483526912, 93.93449807342, 86.6942559423 },
      { 99.91117914239, 99.85192622912, 99.74294646391, 98.48616523481, 93.92934547931, 86.69059966895 } },
    { SSC_SYNTHETIC, 1, 0,
      { 99.97150251792, 99.9560466913, 99.92255452263, 99.38691520905, 96.88717263016, 93.30790438501 },
      { 99.97241714729, 99.95375136597, 99.91909951183, 99.38383706112, 96.88490981483, 93.3062208757 } },
    { SSC_SINES, 1, 0,
      { 99.982533522, 99.97320205342, 99.95191830398, 99.34340571234, 98.1837552225, 96.24300098192 },
      { 99.98476242016, 99.97207971921, 99.94978126799, 99.34033917581, 98.18148231495, 96.24128922125 } },
    { SSC_SINES, 4, 0,
      { 99.98103436002, 99.97091280995, 99.9471948265, 99.30640206283, 98.09021384414, 96.06032159893 },
      { 99.98415603866, 99.96987947522, 99.94502053863, 99.30322477926, 98.08786242195, 96.05855296837 } },
};

static double day_at(size_t day, const char *key) { return day ? rig_at(day - 1, key) : 0; }

/* ---- SSC's Euler steps, over the rates that our exact steps had ---- */

static double euler[SSC_DAYS + 1];

static void euler_nmc(void)
{
    const double k = 75.675, e = exp(-0.2);
    double q1 = 0, q3 = 0, qn = 0;
    for (size_t d = 1; d <= SSC_DAYS; d++) {
        double now = day_at(d, "physics_loss_calendar"), before = day_at(d - 1, "physics_loss_calendar");
        double b1 = sqrt(now * now - before * before);
        double s3 = day_at(d, "physics_loss_break_in"), was3 = day_at(d - 1, "physics_loss_break_in");
        double n1 = day_at(d, "physics_loss_negative"), n0 = day_at(d - 1, "physics_loss_negative");
        double c2 = ((k - n0) * (k - n0) - (k - n1) * (k - n1)) / (2 * k), q2 = day_at(d, "physics_loss_cycle");
        double target = s3 > was3 ? (s3 - was3 * e) / (1 - e) : s3;
        double lithium = day_at(d, "physics_capacity_lithium") / (1.07 - now - q2 - s3);
        double negative = day_at(d, "physics_capacity_negative") / (1 - n1);
        q1 += q1 > 0 ? b1 * b1 / (2 * q1) : b1;
        q3 += target > q3 ? (target - q3) / 5 : 0;
        qn += c2 * k / (k - qn);
        euler[d] = 100 * fmin(lithium * (1.07 - q1 - q2 - q3), negative * (1 - qn));
    }
}

static double power_step(double loss, double q, double p) { return loss > 0 ? q * p * pow(loss / q, (p - 1) / p) : 0; }

/* Of the day's throughput only the test knows: it has the samples. */
static void euler_lto(int sub)
{
    const double a = 0.6224, b = 0.5539;
    double cal = 0, cyc = 0;
    for (size_t d = 1; d <= SSC_DAYS; d++) {
        double efc = 0;
        for (size_t k = (d - 1) * 24 * (size_t)sub; k < d * 24 * (size_t)sub; k++)
            efc += fabs(series.soc[k + 1] - series.soc[k]) / 2;
        double x = pow(day_at(d, "physics_loss_calendar"), 1 / a) - pow(day_at(d - 1, "physics_loss_calendar"), 1 / a);
        double y = pow(day_at(d, "physics_loss_cycle"), 1 / b) - pow(day_at(d - 1, "physics_loss_cycle"), 1 / b);
        double q1 = pow(x, a), q3 = y > 0 ? pow(y / efc, b) : 0;
        cal += cal > 0 ? power_step(cal, q1, a) : q1;
        cyc += q3 > 0 && cyc > 0 ? power_step(cyc, q3, b) * efc : q3;
        euler[d] = 100 * (1 - cal - cyc);
    }
}

/* ---- against SSC ---- */

static void nmc_is_ssc_with_exact_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof nmc / sizeof *nmc; i++) {
        ssc_profile(nmc[i].kind, nmc[i].celsius, nmc[i].sub, -1.0 / nmc[i].sub);
        ran r = ssc_run("smith2017", "as = \"ssc\"", "1 day");
        assert_int_equal(rig.n, SSC_DAYS);
        euler_nmc();
        for (int k = 0; k < NDAYS; k++) {
            assert_near(100 * (1 - day_at((size_t)days[k], "physics_loss")), nmc[i].exact[k], 1e-9);
            assert_near(euler[days[k]], nmc[i].euler[k], 1e-7);
        }
        rig_done(&r);
    }
}

static void lto_is_ssc_with_exact_steps(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lto / sizeof *lto; i++) {
        ssc_profile(lto[i].kind, lto[i].celsius, lto[i].sub, -1.0 / lto[i].sub);
        ran r = ssc_run("lmo-lto", "as = \"ssc\"", "1 day");
        euler_lto(lto[i].sub);
        for (int k = 0; k < NDAYS; k++) {
            assert_near(100 * (1 - day_at((size_t)days[k], "physics_loss")), lto[i].exact[k], 1e-9);
            assert_near(euler[days[k]], lto[i].euler[k], 1e-7);
        }
        rig_done(&r);
    }
}

/* SSC adds up rectangles, the law trapezoids over the same hours: over whole periods they are the same. */
static void the_calendar_is_ssc_with_exact_steps(void **state)
{
    (void)state;
    series_synthetic();
    ran r = ssc_run("sam-calendar", "", "1 day");
    assert_near(100 * (1 - day_at(3650, "physics_loss")), 83.83007739676228, 1e-9);
    assert_near(100 * (1 - day_at(365, "physics_loss")), 96.25416596647919, 2e-5);
    rig_done(&r);
    r = ssc_run("sam-calendar", "as = \"ssc\"", "1 day");
    assert_near(day_at(1, "physics_loss"), 0, 0);             /* 101.8 % is not shown */
    assert_near(100 * (1 - day_at(3650, "physics_loss")), 83.83007739676228, 1e-9);
    rig_done(&r);
}

/* ---- the laws ---- */

/* From an implementation of its own (trapezoids, days, rainflow with points at turns and ends of days, a plateau by its
 * first sample). */
static void ten_years_by_the_law(void **state)
{
    (void)state;
    static const struct { const char *law; int kind; double celsius, left; } runs[] = {
        { "smith2017", SSC_SYNTHETIC, 0, .5719132834428168 },
        { "smith2017", SSC_PATTERN, 25, .7026913487690129 },
        { "smith2017", SSC_PATTERN, 40, .30765593361739224 },
        { "lmo-lto", SSC_SYNTHETIC, 0, .9134531418122855 },
        { "lmo-lto", SSC_PATTERN, 25, .9541649866071575 },
        { "lmo-lto", SSC_PATTERN, 40, .8213183013454099 },
        { "sam-calendar", SSC_PATTERN, 25, .9022132061775417 },
        { "sam-calendar", SSC_PATTERN, 5, .9947456046118337 },
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        if (runs[i].kind == SSC_SYNTHETIC)
            series_synthetic();
        else
            ssc_profile(runs[i].kind, runs[i].celsius, 1, 0);
        ran r = ssc_run(runs[i].law, "", "30 days");
        assert_near(rig_at(rig.n - 1, "physics_loss"), 1 - runs[i].left, 1e-10);
        rig_done(&r);
    }
}

static void rows_of_any_length_are_the_same(void **state)
{
    (void)state;
    static const char *const laws[] = { "smith2017", "lmo-lto", "sam-calendar" };
    static const struct { const char *row; size_t each; } cuts[] = {
        { "30 days", 1 }, { "1 day", 30 }, { "1 hour", 720 },
    };
    static double kept[200];
    enum { ROWS = 121 };
    for (size_t i = 0; i < 6; i++)
        for (size_t c = 0; c < 3; c++) {
            ssc_profile(i % 2 ? SSC_SINES : SSC_SYNTHETIC, 0, 1, 0);
            ran r = ssc_run(laws[i / 2], i % 2 && i != 5 ? "as = \"ssc\"" : "", cuts[c].row);
            for (size_t k = 0; k < ROWS; k++) {
                double loss = rig_at((k + 1) * cuts[c].each - 1, "physics_loss");
                if (c == 0)
                    kept[k] = loss;
                else
                    assert_near(loss, kept[k], 1e-12);
            }
            rig_done(&r);
        }
}

/* Until the first day is over a law sees its first sample: 25 degC less 5. */
static void the_first_day_is_not_at_zero_kelvin(void **state)
{
    (void)state;
    series_synthetic();
    series.n = 24 * 3 + 1;
    ran r = ssc_run("smith2017", "", "1 hour");
    double c0 = 75.675 / 75 * exp(-2224 / 8.314 * (1 / 293.15 - 1 / 298.15));
    for (size_t k = 0; k < 23; k++)
        assert_near(rig_at(k, "physics_capacity_negative"), c0 * (1 - rig_at(k, "physics_loss_negative")), 1e-12);
    assert_near(rig_at(23, "physics_loss"), -0.009, 1e-3);
    rig_done(&r);
}

/* A battery at rest with little charge: SSC takes the anode's potential at soc 1, the law where it is. */
static void rest_is_at_its_own_charge(void **state)
{
    (void)state;
    static double t[366 * 4 + 1], soc[366 * 4 + 1], temperature[366 * 4 + 1];
    series.n = 365 * 4 + 1;
    for (size_t k = 0; k < series.n; k++) {
        t[k] = 21600.0 * (double)k;
        soc[k] = 0.2;
        temperature[k] = 298.15;
    }
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
    ran r = ssc_run("smith2017", "", "365 days");
    double law = rig_at(0, "physics_loss_calendar");
    rig_done(&r);
    r = ssc_run("smith2017", "as = \"ssc\"", "365 days");
    double ssc = rig_at(0, "physics_loss_calendar");
    rig_done(&r);
    assert_near(law, 0.0035 * sqrt(365) * exp(-96485 / 8.314 / 298.15 * (0.1818 - 0.08)), 1e-12);
    assert_near(ssc, 0.0035 * sqrt(365) * exp(-96485 / 8.314 / 298.15 * (0.0859 - 0.08)), 1e-12);
}

/* Lanes that differ in what rates() and cycles() read, or not, live as they do alone. */
static void lanes_live_as_they_do_alone(void **state)
{
    (void)state;
    static const struct { const char *law, *key, *as, *column; uint32_t index; double value; } all[] = {
        { "smith2017", "b1", "law", "physics_capacity_lithium", 4, 0.0035 },
        { "smith2017", "e_b2", "law", "physics_capacity_lithium", 11, -42800 },
        { "smith2017", "e_b2", "ssc", "physics_capacity_lithium", 11, -42800 },
        { "lmo-lto", "q1_b0", "law", "physics_loss", 0, 3.5e-5 },
        { "lmo-lto", "q2", "law", "physics_loss", 3, 0.6224 },
        { "lmo-lto", "q2", "ssc", "physics_loss", 3, 0.6224 },
        { "sam-calendar", "a", "law", "physics_loss", 1, 2.7e-3 },
        { "sam-calendar", "c", "law", "physics_loss", 3, 930 },
    };
    static const char *const id[] = { "p1", "p2", "p3" };
    ssc_profile(SSC_SYNTHETIC, 0, 1, 0);
    series.n = 24 * 60 + 1;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        double value[3], together[3];
        char toml[500];
        for (int k = 0; k < 3; k++)
            value[k] = all[i].value * (1 + 0.1 * k);
        engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = all[i].index, .value = value };
        engine_points many = { .n = 3, .id = id, .axis = &axis, .naxis = 1 };
        snprintf(toml, sizeof toml,
                 "[run]\nname = \"s\"\n[cell]\nnominal_capacity = 75\n[source]\nplugin = \"series\"\n"
                 "[duty]\nrow = \"60 days\"\n[[physics]]\nplugin = \"%s\"\nas = \"%s\"\n" RIG_OUT,
                 all[i].law, all[i].as);
        ran r = rig_run(toml, (engine_options){ .points = &many });
        assert_int_equal(rig.n, 3);
        for (size_t k = 0; k < 3; k++)
            together[k] = rig_at(k, all[i].column);
        rig_done(&r);
        for (int k = 0; k < 3; k++) {
            snprintf(toml, sizeof toml, "as = \"%s\"\n%s = %.17g", all[i].as, all[i].key, value[k]);
            r = ssc_run(all[i].law, toml, "60 days");
            assert_near(rig_at(0, all[i].column), together[k], 1e-15);
            rig_done(&r);
        }
        assert_true(together[0] != together[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nmc_is_ssc_with_exact_steps),
        cmocka_unit_test(lto_is_ssc_with_exact_steps),
        cmocka_unit_test(the_calendar_is_ssc_with_exact_steps),
        cmocka_unit_test(ten_years_by_the_law),
        cmocka_unit_test(rows_of_any_length_are_the_same),
        cmocka_unit_test(the_first_day_is_not_at_zero_kelvin),
        cmocka_unit_test(rest_is_at_its_own_charge),
        cmocka_unit_test(lanes_live_as_they_do_alone),
    };
    return cmocka_run_group_tests(tests, ssc_setup, rig_teardown);
}
