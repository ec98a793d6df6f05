/* SPDX-License-Identifier: MIT
 * test_duty_again.c - a duty that repeats, whose stretches are walked and told of once: the same rows, to the bit, as
 * where nothing is remembered, which is so in a run of many series of samples.
 */
#include "law_rig.h"

enum { N = 5000, MANY = 9 };                      /* more series than are remembered */
static const char *const some[] = { "xu2018",           "wang2011",    "naumann2020", "schmalstieg2014",
                                    "nca-gr-panasonic", "lfp-gr-sony", "smith2017",   "sam-calendar" };
enum { SOME = sizeof some / sizeof some[0] };
static const char *const ways[] = { "", "keep = \"energy\"", "break_time = \"5 hours\"", "break_efc = 0.3",
                                    "gate = 0.05", "break_time = \"3 days\"" };
static const char *const rows[] = { "30 days", "1 day", "7 hours", "25 hours", "40 minutes" };
enum { WAYS = sizeof ways / sizeof ways[0], ROWS = sizeof rows / sizeof rows[0] };

/* Samples `step` s apart that come again after `period`. */
static void again(uint64_t from, size_t period, double step)
{
    double soc = 0.5;
    law_seed = 88172645463325252u + 977 * from;
    for (size_t i = 0; i < N; i++) {
        if (i < period) {
            double u = draw();
            soc = from % 3 == 0 ? floor(5 * u) / 4 : u < 0.3 ? soc : fmin(1, fmax(0, soc + 0.6 * (draw() - 0.5)));
            duty.soc[i] = i % 24 < 3 ? 0.9 : soc;
            duty.temperature[i] = 280 + 30 * draw();
        } else {
            duty.soc[i] = duty.soc[i - period];
            duty.temperature[i] = duty.temperature[i - period];
        }
        duty.t[i] = 1e4 + step * (double)i;
    }
    lend(N);
}

/* What breaks a repetition late. */
static void spoil(int how)
{
    switch (how) {
    case 1: duty.soc[4100] = 0.123; break;
    case 2: duty.temperature[4321] = nextafter(duty.temperature[4321], 0); break;
    case 3:
        for (size_t i = 3333; i < N; i++)
            duty.t[i] += 600;
        break;
    case 4: duty.soc[N - 1] = 1; break;
    case 5:
        for (size_t i = 0; i < N; i++)
            duty.t[i] += 300 * draw();
        break;
    case 6:
        for (size_t i = 0; i < N; i++)
            duty.t[i] += 1e-3;
        break;
    default: break;
    }
}
enum { SPOILS = 7 };

static double kept[MOST / 4][4];
static size_t nkept;
static const char *const columns[] = { "physics_loss", "physics_capacity", "efc", "equivalent_full_cycles" };

/* Rows of cell-1: kept, or the same as those kept. */
static void rows_of_first(bool keep, const char *what)
{
    size_t n = 0;
    for (size_t i = 0; i < rig.n; i++) {
        if (strcmp(rig.cell[i], "cell-1") != 0)
            continue;
        assert_true(n < MOST / 4);
        for (int c = 0; c < 4; c++) {
            double v = rig_at(i, columns[c]);
            if (keep)
                kept[n][c] = v;
            else if (memcmp(&v, &kept[n][c], sizeof v) != 0)
                fail_msg("%s, row %zu: %s is %.17g, was %.17g", what, n, columns[c], v, kept[n][c]);
        }
        n++;
    }
    if (!keep)
        assert_int_equal(n, nkept);
    nkept = n;
}

/* Nothing is remembered; then all is. */
static void both(const plan *p, const char *what)
{
    series.cells = MANY;
    series.apart = true;
    run(p);
    rows_of_first(true, what);
    series.cells = 1;
    series.apart = false;
    run(p);
    rows_of_first(false, what);
}

static void the_same_rows(void **state)
{
    (void)state;
    static const size_t periods[] = { 240, 1000, 729, 1999 };
    char what[200];
    for (uint64_t round = 0; round < 24; round++)
        for (int k = 0; k < SOME; k++) {
            uint64_t x = round + 5 * (unsigned)k;
            again(x, periods[x % 4], x % 5 == 4 ? 1800 : 3600);
            spoil((int)(round % SPOILS));
            plan p = { .law = some[k], .row = rows[x % ROWS], .duty = ways[x / 2 % WAYS] };
            snprintf(what, sizeof what, "%s, row %s, %s, round %d", p.law, p.row, p.duty, (int)round);
            both(&p, what);
        }
}

/* In blocks of any size, with laws of two rules beside each other, and more cells that share their samples. */
static void however_they_come(void **state)
{
    (void)state;
    for (int k = 0; k < SOME; k++) {
        again((uint64_t)k, 1000, 3600);
        plan p = { .law = some[k], .row = rows[k % ROWS] };
        both(&p, some[k]);
        for (int i = 0; i < 3; i++) {
            series.cap = i == 0 ? 1 : i == 1 ? 50 : 777;
            series.cells = i == 1 ? 3 : 1;
            run(&p);
            rows_of_first(false, some[k]);
        }
        series.cells = 1;
        series.cap = 0;
    }
    again(7, 1000, 3600);
    both(&(plan){ .law = "wang2011", .row = "7 hours", .law_more = "[[physics]]\nplugin = \"xu2018\"\n" },
         "two rules");
}

static void and_on_from_a_snapshot(void **state)
{
    (void)state;
    static atomic_int stop;
    int resumed = 0;
    for (int k = 0; k < SOME; k++) {
        again(11 + (uint64_t)k, 1000, 3600);
        plan p = { .law = some[k], .row = rows[k % 3] };
        both(&p, some[k]);
        series.cap = 90;
        series.stop = &stop;
        p.opt.stop = &stop;
        int rc = E_CANCEL;
        for (int times = 0; rc == E_CANCEL && times < 100; times++) {
            stop = 0;
            series.stop_at = 10 + (size_t)(20 * draw());
            p.opt.resume = times > 0;
            rc = run_plan(&p);
            resumed += p.opt.resume;
        }
        assert_int_equal(rc, E_OK);
        rows_of_first(false, some[k]);
        series.stop = NULL;
    }
    assert_true(resumed >= SOME);
}

/* What comes again is not looked at twice, but for its times; what does not is looked at wherever it comes. */
/* A source that says where its samples come again passes over them: the same rows, and on from a snapshot. */
static void passed_over(void **state)
{
    (void)state;
    static atomic_int stop;
    char what[200];
    size_t over = 0;
    int resumed = 0;
    for (uint64_t round = 0; round < 5; round++)
        for (int k = (int)(round % 3); k < SOME; k += 3) {              /* each law once or twice */
            uint64_t x = round + 3 * (unsigned)k;
            again(x, x % 2 ? 1000 : 240, x % 5 == 4 ? 1800 : 3600);
            if (round % 3 == 2)
                spoil(4);                         /* the last of all is another one */
            plan p = { .law = some[k], .row = rows[x % ROWS], .duty = ways[x / 2 % WAYS] };
            snprintf(what, sizeof what, "%s, row %s, %s, round %d", p.law, p.row, p.duty, (int)round);
            both(&p, what);
            series.again = x % 2 ? 1000 : 240;
            series.cap = round % 4 == 1 ? 77 : 0;
            series.cells = round % 4 == 3 ? 3 : 1;
            run(&p);
            rows_of_first(false, what);
            over += series.passed;
            series.cells = 1;
            series.cap = 90;
            series.stop = &stop;
            p.opt.stop = &stop;
            int rc = E_CANCEL;
            for (int times = 0; rc == E_CANCEL && times < 100; times++) {
                stop = 0;
                series.stop_at = 10 + (size_t)(20 * draw());
                p.opt.resume = times > 0;
                rc = run_plan(&p);
                resumed += p.opt.resume;
            }
            assert_int_equal(rc, E_OK);
            rows_of_first(false, what);
            series.stop = NULL;
            series.again = series.cap = 0;
        }
    print_message("passed over %zu samples, resumed %d times\n", over, resumed);
    assert_true(over > 15000);
    assert_true(resumed >= SOME);
}

static void late_faults_are_seen(void **state)
{
    (void)state;
    static const char *const faults[] = { "does not come after that", "does not come after that", "has soc nan",
                                          "has temperature -1 K" };
    for (int k = 0; k < 4; k++) {
        again(3, 240, 3600);
        if (k == 0)
            duty.t[4000] = duty.t[3999];
        for (size_t i = 4000; k == 1 && i < N; i++)                       /* evenly, but backwards */
            duty.t[i] = duty.t[3999] - 3600.0 * (double)(i - 3999);
        if (k == 2)
            duty.soc[4000] = NAN;
        if (k == 3)
            duty.temperature[4000] = -1;
        ran r = rig_run("[cell]\nnominal_capacity = 2\n[source]\nplugin = \"series\"\n[duty]\nrow = \"30 days\"\n"
                        "[[physics]]\nplugin = \"sam-calendar\"\n" RIG_OUT,
                        (engine_options){ 0 });
        if (!r.rc || !strstr(r.w.text, faults[k]))
            fail_msg("%s: %s", faults[k], r.w.text);
        rig_done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows),
        cmocka_unit_test(however_they_come),
        cmocka_unit_test(and_on_from_a_snapshot),
        cmocka_unit_test(passed_over),
        cmocka_unit_test(late_faults_are_seen),
    };
    library_register(&series_library);
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
