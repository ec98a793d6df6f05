/* SPDX-License-Identifier: MIT
 * test_forecast.c - forecasts of cells whose truth is known: bands that hold, parts that add up, ends of life, and
 * none.
 */
#include "core/base/random.h"
#include "core/study/forecast.h"
#include "tests/lifetime_rig.h"

enum { ROWS = 120, CELLS = 24 };

static double noise_at(uint64_t i)
{
    i = (i + 1) * 0x9e3779b97f4a7c15u;
    i = (i ^ i >> 31) * 0xbf58476d1ce4e5b9u;
    i = (i ^ i >> 27) * 0x94d049bb133111ebu;
    double sum = -6;
    for (int k = 0; k < 12; k++) {                /* near enough to normal */
        i = i * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(i >> 11) * 0x1p-53;
    }
    return sum;
}

static double truth(int cell, int row)
{
    return 2 * (1 - (1.5e-3 + 1e-4 * cell) * pow(row, 0.8));
}

/* Behind half of the rows the law is wrong, by as much as a table says: evenly from cell to cell, over and under. */
static bool wrong, bends, kneed;                   /* bends: each cell loses more; kneed: once it has lost 6 % */
static const discrepancy grows = { .down = { 0.1, 0.2, 0.3, 0.45, 0.7, 1, 1.5, 2 },
                                      .up = { 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8 } };

static double missed(int cell, int row, int cells, int rows)
{
    double down, up, u = random_quantile(((double)cell - 0.5) / cells) / 1.6448536269514722;
    double first = truth(cell, 1), last = truth(cell, rows / 2), ahead = (double)(row - rows / 2) / (rows / 2);
    if (kneed)
        return -6 * fmax(1 - truth(cell, row) / 2 - 0.06, 0);
    if (!wrong || row <= rows / 2)
        return 0;
    discrepancy_scale(first, last, truth(cell, row), &down, &up);
    if (bends)
        return (0.4 * u - 0.6) * down * discrepancy_at(grows.down, ahead);
    return u * (u < 0 ? down * discrepancy_at(grows.down, ahead) : up * discrepancy_at(grows.up, ahead));
}

/* Every fifth row comes after a rest, by which capacity has come back by as much. */
static double back;
static const char *more = "";

static scenario *cells_of(int cells, int rows, double noise)
{
    char path[128], whole[1000];
    why w = { 0 };
    text csv = { 0 };
    tree_problems p = { 0 };
    scenario *s = NULL;
    text_add(&csv, "cell,cycle,rest_s,capacity_ah\n");
    for (int c = 1; c <= cells; c++)
        for (int i = 1; i <= rows; i++)
            text_addf(&csv, "c%d,%d,%d,%.17g\n", c, i, i % 5 ? 600 : 90000,
                      truth(c, i) + missed(c, i, cells, rows) + (i % 5 ? 0 : back) +
                          noise * noise_at((uint64_t)(c * 1000 + i)));
    snprintf(path, sizeof path, "%s/rows.csv", rig_folder);
    assert_int_equal(file_write(path, text_of(&csv), csv.n, &w), E_OK);
    text_free(&csv);
    static const char toml[] = "[run]\nthreads = 1\n[cell]\ninitial_capacity = 2\nnominal_capacity = 2\n[health]\n"
                               "eol = 0.88\n"
                               "[source]\nplugin = \"csv\"\npath = \"rows.csv\"\n[[physics]]\nplugin = \"power-law\"\n";
    snprintf(path, sizeof path, "%s/forecast.toml", rig_folder);
    snprintf(whole, sizeof whole, "%s%s", toml, more);
    assert_int_equal(file_write(path, whole, strlen(whole), &w), E_OK);
    int rc = scenario_open(path, &(scenario_options){ 0 }, &s, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        print_message("problem: %s\n", p.at[i].text);
    assert_int_equal(rc, E_OK);
    tree_problems_free(&p);
    return s;
}

static forecast run(const scenario *s, forecast_options o)
{
    forecast f;
    why w = { 0 };
    o.fit.loss = LSQ_SOFT_L1;
    o.fit.starts = 2;
    o.fit.seed = 5;
    o.corrector = s->ncorrector ? 0 : -1;
    o.eol = NAN;
    int rc = forecast_run(s, &o, &f, &w);
    if (rc)
        print_message("%s\n", w.text);
    assert_int_equal(rc, E_OK);
    return f;
}

/* Of the second halves of 24 cells, 90 % bands hold near 90 % of what is measured, 50 % bands near a half; the parts
 * add up. */
static void bands_hold(void **state)
{
    (void)state;
    scenario *s = cells_of(CELLS, ROWS, 0.005);
    forecast f = run(s, (forecast_options){ .fraction = 0.5, .samples = 60, .origins = 4, .no_error = true });
    size_t in90 = 0, in50 = 0, all = 0;
    assert_int_equal(f.ncell, CELLS);
    assert_string_equal(f.unit, "Ah");
    for (size_t i = 0; i < f.ncell; i++) {
        const forecast_cell *c = &f.cell[i];
        assert_null(c->refused);
        assert_int_equal(c->known, ROWS / 2);
        assert_int_equal(c->n, ROWS);
        for (size_t r = c->known; r < c->n; r++, all++) {
            in90 += c->seen[r] >= c->lower90[r] && c->seen[r] <= c->upper90[r];
            in50 += c->seen[r] >= c->lower50[r] && c->seen[r] <= c->upper50[r];
            assert_true(c->lower90[r] <= c->lower50[r] && c->lower50[r] <= c->median[r]);
            assert_true(c->median[r] <= c->upper50[r] && c->upper50[r] <= c->upper90[r]);
            assert_near(c->physics[r] + c->correction[r], c->median[r], 1e-12);
            assert_near(c->median[r], truth((int)i + 1, (int)r + 1), 0.05);
            assert_true(c->var_corrector[r] == 0 && c->var_physics[r] >= 0 && c->var_noise[r] > 0);
            double sd = sqrt(c->var_physics[r] + c->var_error[r] + c->var_corrector[r] + c->var_noise[r]);
            double half = (c->upper90[r] - c->lower90[r]) / 2 / 1.6448536269514722;
            assert_true(sd / half > 0.8 && sd / half < 1.25);
        }
        assert_true(c->var_physics[c->n - 1] > c->var_physics[c->known]);
        assert_true(c->noise > 0.003 && c->noise < 0.008);
    }
    print_message("90 %% bands hold %.3f, 50 %% bands %.3f of %zu\n", (double)in90 / (double)all,
                  (double)in50 / (double)all, all);
    assert_near((double)in90 / (double)all, 0.9, 0.05);
    assert_near((double)in50 / (double)all, 0.5, 0.1);
    assert_true(f.scores > 100);
    forecast_free(&f);
    scenario_close(s);
}

/* A law that is wrong behind the origin, by as much as is known of such laws: the known rows alone cannot tell, that
 * part of the band can; it adds to the others, and ends of life are spread evenly in their distributions. */
static void error_grows(void **state)
{
    (void)state;
    enum { MANY = 40, SHORT = 80 };
    wrong = true;
    scenario *s = cells_of(MANY, SHORT, 0.004);
    for (int without = 0; without < 2; without++) {
        forecast f = run(s, (forecast_options){ .fraction = 0.5, .samples = 60, .origins = 3, .error = &grows,
                                                .no_error = without });
        double in90 = 0, in50 = 0, all = 0, near = 0;
        forecast_pits lives;
        for (size_t i = 0; i < f.ncell; i++) {
            const forecast_cell *c = &f.cell[i];
            for (size_t r = c->known; r < c->n; r++, all++) {
                in90 += c->seen[r] >= c->lower90[r] && c->seen[r] <= c->upper90[r];
                in50 += c->seen[r] >= c->lower50[r] && c->seen[r] <= c->upper50[r];
                double var = c->var_physics[r] + c->var_error[r] + c->var_corrector[r] + c->var_noise[r];
                double half = (c->upper90[r] - c->lower90[r]) / 2 / 1.6448536269514722;
                near += fabs(sqrt(var) / half - 1) / MANY / (SHORT - SHORT / 2);
                assert_true(without ? c->var_error[r] >= 0 : c->var_error[r] > 0);
                assert_near(c->physics[r] + c->correction[r], c->median[r], 1e-12);
            }
            assert_true(without || c->var_error[c->n - 1] > 10 * c->var_error[c->known]);
        }
        assert_int_equal(forecast_pits_of(&f, &lives, NULL), E_OK);
        print_message("%s the error's part: 90 %% bands hold %.3f, 50 %% bands %.3f; sd off by %.3f; %zu ends, %zu not "
                      "yet, distance from even %.3f, p %.3f\n", without ? "without" : "with", in90 / all, in50 / all,
                      near, lives.ended, lives.censored, lives.pit.ks, lives.pit.ks_p);
        if (without) {
            assert_true(in90 / all < 0.75);
        } else {
            assert_near(in90 / all, 0.9, 0.05);
            assert_near(in50 / all, 0.5, 0.1);
            assert_true(near < 0.2 && lives.ended > 5 && lives.pit.ks_p > 0.05);
        }
        forecast_free(&f);
    }
    scenario_close(s);
    wrong = false;
}

/* Every cell falls faster behind the origin than its law says: whole records of the others move the median there, the
 * known rows cannot; the parts still add up. */
static void others_know(void **state)
{
    (void)state;
    wrong = bends = true;
    scenario *s = cells_of(20, 80, 0.004);
    forecast_options o = { .fraction = 0.5, .samples = 60, .calibrate = FORECAST_OTHERS };
    forecast f = run(s, o);
    double in90 = 0, in50 = 0, all = 0, square = 0, law = 0;
    forecast_pits lives;
    for (size_t i = 0; i < f.ncell; i++) {
        const forecast_cell *c = &f.cell[i];
        for (size_t r = c->known; r < c->n; r++, all++) {
            in90 += c->seen[r] >= c->lower90[r] && c->seen[r] <= c->upper90[r];
            in50 += c->seen[r] >= c->lower50[r] && c->seen[r] <= c->upper50[r];
            square += pow(c->seen[r] - c->median[r], 2);
            law += pow(c->seen[r] - c->physics[r], 2);
            assert_near(c->physics[r] + c->correction[r] + c->shift[r], c->median[r], 1e-12);
            assert_true(c->lower90[r] <= c->lower50[r] && c->lower50[r] <= c->median[r]);
            assert_true(c->median[r] <= c->upper50[r] && c->upper50[r] <= c->upper90[r]);
            double var = c->var_physics[r] + c->var_error[r] + c->var_corrector[r] + c->var_noise[r];
            assert_near(sqrt(var), (c->upper90[r] - c->lower90[r]) / 2 / 1.6448536269514722, 1e-9);
        }
        assert_true(c->shift[c->n - 1] < -0.01);
    }
    assert_int_equal(forecast_pits_of(&f, &lives, NULL), E_OK);
    print_message("by others: 90 %% bands hold %.3f, 50 %% bands %.3f; squares of errors %.2f of the law's; %zu ends, "
                  "distance from even %.3f, p %.3f\n", in90 / all, in50 / all, square / law, lives.ended,
                  lives.pit.ks, lives.pit.ks_p);
    assert_true(in90 / all > 0.85 && in90 / all < 0.98);
    assert_near(in50 / all, 0.5, 0.15);
    assert_true(square < 0.5 * law && lives.ended > 5 && lives.pit.ks_p > 0.05);
    forecast_free(&f);
    scenario_close(s);
    wrong = bends = false;
}

/* Cells bend once they have lost as much, sooner or later: what they have lost by the origin says when. */
static void others_tell_the_knee(void **state)
{
    (void)state;
    kneed = true;
    scenario *s = cells_of(20, 100, 0.004);
    forecast f = run(s, (forecast_options){ .fraction = 0.5, .samples = 60, .calibrate = FORECAST_OTHERS });
    double in90 = 0, in50 = 0, all = 0, square = 0, law = 0, width = 0;
    forecast_pits lives;
    for (size_t i = 0; i < f.ncell; i++) {
        const forecast_cell *c = &f.cell[i];
        for (size_t r = c->known; r < c->n; r++, all++) {
            in90 += c->seen[r] >= c->lower90[r] && c->seen[r] <= c->upper90[r];
            in50 += c->seen[r] >= c->lower50[r] && c->seen[r] <= c->upper50[r];
            square += pow(c->seen[r] - c->median[r], 2);
            law += pow(c->seen[r] - c->physics[r], 2);
            width += c->upper90[r] - c->lower90[r];
        }
    }
    assert_int_equal(forecast_pits_of(&f, &lives, NULL), E_OK);
    print_message("knees by others: 90 %% bands hold %.3f, 50 %% bands %.3f, width %.4f; squares of errors %.2f of the "
                  "law's; %zu ends, distance from even %.3f, p %.3f\n", in90 / all, in50 / all, width / all,
                  square / law, lives.ended, lives.pit.ks, lives.pit.ks_p);
    assert_true(in90 / all > 0.85 && square < 0.1 * law && lives.ended > 5 && lives.pit.ks_p > 0.05);
    forecast_free(&f);
    scenario_close(s);
    kneed = false;
}

/* By others where each cell has twelve of them, by known rows where it has eleven: the same bits as when that was
 * asked. */
static void others_where_there_are_enough(void **state)
{
    (void)state;
    for (int n = 12; n <= 13; n++) {
        const int settled = n == 13 ? FORECAST_OTHERS : FORECAST_KNOWN;
        scenario *s = cells_of(n, 60, 0.004);
        forecast f = run(s, (forecast_options){ .fraction = 0.5, .samples = 20, .calibrate = FORECAST_AUTO });
        forecast g = run(s, (forecast_options){ .fraction = 0.5, .samples = 20, .calibrate = settled });
        assert_int_equal(f.calibrate, settled);
        assert_int_equal(g.calibrate, settled);
        assert_int_equal(f.scores, g.scores);
        for (size_t i = 0; i < f.ncell; i++)
            for (size_t r = 0; r < f.cell[i].n; r++)
                assert_true(f.cell[i].lower90[r] == g.cell[i].lower90[r] &&
                            f.cell[i].upper50[r] == g.cell[i].upper50[r]);
        forecast_free(&f);
        forecast_free(&g);
        scenario_close(s);
    }
}

/* The end of life as a distribution: percentiles rise, the measured ends lie in it; none where none is reached. */
static void ends(void **state)
{
    (void)state;
    scenario *s = cells_of(8, 260, 0.001);
    forecast f = run(s, (forecast_options){ .fraction = 0.4, .samples = 100, .origins = 4, .no_error = true });
    for (size_t i = 0; i < f.ncell; i++) {
        const forecast_cell *c = &f.cell[i];
        double end = pow(0.12 / (1.5e-3 + 1e-4 * (double)(i + 1)), 1 / 0.8);      /* of the truth */
        assert_near(c->eol, 1.76, 1e-12);
        if (end < 105 || end > 250)
            continue;
        for (size_t q = 1; q < FORECAST_SHARES; q++)
            assert_true(isnan(c->rul[q]) || c->rul[q] >= c->rul[q - 1]);
        assert_near(c->rul[3] + 104, end, 25);
        assert_near(c->seen_life + 104, end, 8);
        assert_near(c->eol_cycle[3], c->rul[3] + 104, 1e-9);
        assert_true(forecast_pit(c) >= 0 && forecast_pit(c) <= 1);
        assert_true(forecast_failed_by(c, 1) < 0.1 && forecast_failed_by(c, c->n - c->known) >= c->reached - 1e-12);
        assert_true(isnan(forecast_failed_by(c, c->n)));
    }
    forecast_free(&f);

    f = run(s, (forecast_options){ .known = 60, .horizon = 10, .samples = 50, .origins = 3, .no_error = true });
    for (size_t q = 0; q < FORECAST_SHARES; q++)
        assert_true(isnan(f.cell[0].rul[q]) && isnan(f.cell[0].eol_cycle[q]));
    assert_true(f.cell[0].reached == 0 && f.cell[0].least == 10 && isnan(forecast_pit(&f.cell[0])));
    forecast_free(&f);
    scenario_close(s);
}

/* On behind the record: rows are made up; the same seed gives the same bits. */
static void on_and_again(void **state)
{
    (void)state;
    scenario *s = cells_of(2, 60, 0.005);
    forecast_options o = { .until_eol = true, .samples = 50, .origins = 3, .plan = FORECAST_REPEAT };
    forecast a = run(s, o), b = run(s, o);
    const forecast_cell *c = &a.cell[0];
    assert_int_equal(c->known, 60);
    assert_true(c->n > 60 && c->cycle[c->n - 1] == (int64_t)c->n && isnan(c->seen[60]));
    assert_true(c->reached >= 0.9 - 1e-9 && c->failed[c->n - 1] >= 0.9 - 1e-9);
    assert_int_equal(a.cell[0].n, b.cell[0].n);
    assert_memory_equal(a.cell[0].lower90, b.cell[0].lower90, c->n * sizeof(double));
    assert_memory_equal(a.cell[0].life, b.cell[0].life, 50 * sizeof(double));
    forecast_free(&a);
    forecast_free(&b);
    scenario_close(s);
}

/* What comes back after a rest, which is planned, no law here says, but a corrector does. */
static void corrected(void **state)
{
    (void)state;
    back = 0.04;
    scenario *bare = cells_of(3, 100, 0.004);
    forecast_options o = { .fraction = 0.5, .samples = 50, .origins = 3 };
    forecast law = run(bare, o);
    more = "[corrector]\nplugin = \"ridge\"\nfeatures = [\"rest\"]\nscope = \"pooled\"\n[evaluate]\n";
    scenario *s = cells_of(3, 100, 0.004);
    forecast both = run(s, o);
    assert_string_equal(both.corrector, "ridge");
    for (size_t i = 0; i < 3; i++) {
        const forecast_cell *a = &law.cell[i], *b = &both.cell[i];
        double without = 0, with = 0;
        for (size_t r = b->known; r < b->n; r++) {
            without += pow(a->median[r] - a->seen[r], 2);
            with += pow(b->median[r] - b->seen[r], 2);
            assert_near(b->physics[r] + b->correction[r], b->median[r], 1e-12);
            assert_true(b->var_corrector[r] >= 0 && b->var_physics[r] > 0 && b->var_noise[r] > 0);
        }
        assert_true(b->gate > 0.5 && with < 0.8 * without);
        assert_near(b->correction[54] - b->correction[55], 0.04, 0.015);
    }
    forecast_free(&law);
    forecast_free(&both);
    scenario_close(bare);
    scenario_close(s);
    back = 0;
    more = "";
}

static void refusals(void **state)
{
    (void)state;
    scenario *s = cells_of(1, 20, 0);
    forecast f;
    why w = { 0 };
    forecast_options o = { .fit = { .starts = 1 }, .known = 5, .corrector = -1, .eol = NAN };
    assert_int_equal(forecast_run(s, &o, &f, &w), E_INPUT);
    assert_non_null(strstr(w.text, "c1: 5 rows up to the origin are too few for 2 parameters"));
    forecast_free(&f);
    const char *bad[] = { "q" };
    o = (forecast_options){ .fit = { .starts = 1 }, .param = bad, .nparam = 1, .corrector = -1, .eol = NAN };
    assert_int_equal(forecast_run(s, &o, &f, &w), E_INPUT);
    assert_non_null(strstr(w.text, "has no parameter q"));
    forecast_free(&f);
    scenario_close(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bands_hold),
        cmocka_unit_test(error_grows),
        cmocka_unit_test(others_know),
        cmocka_unit_test(others_where_there_are_enough),
        cmocka_unit_test(others_tell_the_knee),
        cmocka_unit_test(ends),
        cmocka_unit_test(on_and_again),
        cmocka_unit_test(corrected),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
