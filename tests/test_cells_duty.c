/* SPDX-License-Identifier: MIT
 * test_cells_duty.c - the 14 cells through the engine: ten years of the synthetic duty against an independent
 * evaluation, in rows of any length; warnings outside of where a cell was tested.
 */
#include "tests/cells_peer.h"
#include "tests/engine_rig.h"
#include "tests/near.h"
#include "tests/series_rig.h"

static int setup(void **state)
{
    library_register(&series_library);
    series_synthetic();
    return rig_setup(state);
}

static bool changes_its_form(int c) { return !isnan(cells_peer[c].soc_hourly); }

/* Capacity and resistance, over those of a new cell, at the end of the duty; `more` ends the table of the physics. */
static cells_pair duty_end(int c, const char *row, const char *keep, const char *more, const engine_points *points)
{
    char toml[600];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"r\"\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"series\"\n"
             "[duty]\nrow = \"%s\"\nkeep = \"%s\"\n[[physics]]\nplugin = \"%s\"\n%s" RIG_OUT,
             row, keep, cells_peer[c].name, more);
    rig.n = 0;
    ran r = rig_run(toml, (engine_options){ .points = points });
    assert_int_equal(r.rc, E_OK);
    assert_true(rig.n > 0);
    cells_pair end = { 1 - rig_at(rig.n - 1, "physics_loss"), NAN };
    if (!isnan(cells_peer[c].law.r))
        end.r = rig_at(rig.n - 1, "physics_resistance_ratio");
    rig_done(&r);
    return end;
}

static cells_pair ten_years(int c, const char *row, const char *keep) { return duty_end(c, row, keep, "", NULL); }

static void near_pair(cells_pair is, cells_pair should, double most)
{
    assert_near(is.q, should.q, most);
    assert_int_equal(isnan(is.r), isnan(should.r));
    if (!isnan(should.r))
        assert_near(is.r, should.r, most * should.r);
}

static void ten_years_are_the_independent_ones(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++)
        near_pair(ten_years(c, "30 days", "soc"), cells_peer[c].soc, 1e-9);
}

static void so_are_they_where_the_energy_is_kept(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++)
        near_pair(ten_years(c, "30 days", "energy"), cells_peer[c].energy, 1e-9);
}

/* Exact where exponents are fixed; a sigmoid whose form changes sees its means over a row where rows are shorter than
 * a day. */
static void rows_of_any_length_are_the_same_life(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        cells_pair month = ten_years(c, "30 days", "soc"), hour = ten_years(c, "1 h", "soc");
        near_pair(ten_years(c, "1 day", "soc"), month, 1e-9);
        if (changes_its_form(c))
            assert_near(hour.q, cells_peer[c].soc_hourly, 1e-9);
        else
            near_pair(hour, month, 1e-9);
    }
}

/* ---- side by side ---- */

enum { BESIDE = 5, YEAR = 8761 };

/* Loss of the cell `name` at the end of what "series" gives. */
static double last_of(const char *name)
{
    for (size_t i = rig.n; i-- > 0;)
        if (strcmp(rig.cell[i], name) == 0)
            return rig_at(i, "physics_loss");
    fail_msg("no row of %s; the last is of %s", name, rig.n ? rig.cell[rig.n - 1] : "none");
    return NAN;
}

/* Five cells in a tile, each warmer than the last, are each the cell it is alone, bit for bit. */
static void side_by_side_each_lives_its_own_life(void **state)
{
    (void)state;
    static double warmer[YEAR];
    const double *temperature = series.temperature;
    for (int c = 0; c < CELLS; c++) {
        double loss[BESIDE];
        char name[16];
        series.n = YEAR;
        series.cells = BESIDE;
        series.apart = true;
        series.shift = 1.5;
        ten_years(c, "30 days", c % 2 ? "soc" : "energy");
        for (int k = 0; k < BESIDE; k++) {
            snprintf(name, sizeof name, "cell-%d", k + 1);
            loss[k] = last_of(name);
        }
        series.cells = 1;
        series.apart = false;
        series.temperature = warmer;
        for (int k = 0; k < BESIDE; k++) {
            for (int i = 0; i < YEAR; i++)
                warmer[i] = temperature[i] + k * series.shift;
            ten_years(c, "30 days", c % 2 ? "soc" : "energy");
            assert_near(last_of("cell-1"), loss[k], 0);
        }
        series.temperature = temperature;
        assert_true(loss[0] != loss[BESIDE - 1]);
    }
    series.n = SYNTHETIC_N;
}

/* Every result of every row, of a cell alone and of two on one duty, whose steps go one by one. */
static void alone_or_in_company_rows_are_the_same(void **state)
{
    (void)state;
    enum { ROWS = 1800 };
    static double alone[ROWS][RIG_COLUMNS];
    static const char *const rows[] = { "30 days", "77 days", "5 h" };
    for (int k = 0; k < 3; k++)
        for (int c = 0; c < CELLS; c++) {
            series.n = YEAR;
            ten_years(c, rows[k], "soc");
            size_t n = rig.n, at = 0;
            assert_true(n <= ROWS);
            memcpy(alone, rig.at, n * sizeof *alone);
            series.cells = 2;
            ten_years(c, rows[k], "soc");
            for (size_t i = 0; i < rig.n; i++)
                if (strcmp(rig.cell[i], rig.cell[0]) == 0 &&
                    memcmp(rig.at[i], alone[at++], rig.ncol * sizeof(double)) != 0)
                    fail_msg("%s: other bits in row %zu of %s", cells_peer[c].name, at, rows[k]);
            assert_int_equal(at, n);
            series.cells = 1;
        }
    series.n = SYNTHETIC_N;
}

/* The same for cells that share a duty and differ in a number: each makes its own rates. */
static void cells_that_differ_in_a_number_too(void **state)
{
    (void)state;
    static const char *const ids[] = { "less", "as-is", "more" };
    for (int c = 0; c < CELLS; c++) {
        const plugin *p;
        why w;
        assert_int_equal(library_find(cells_peer[c].name, &p, &w), E_OK);
        size_t at = strcmp(cells_peer[c].name, "nmc111-gr-sanyo") == 0 ? 3 : 1;       /* its curve is one for all */
        const fade_param *number = (const fade_param *)p->desc->params.at + at;
        double value[] = { 0.9 * number->def, number->def, 1.1 * number->def }, loss[3];
        engine_axis axis = { .where = ENGINE_AXIS_PARAM, .param = (uint32_t)at, .value = value };
        series.n = YEAR;
        duty_end(c, "30 days", "soc", "", &(engine_points){ .n = 3, .id = ids, .axis = &axis, .naxis = 1 });
        for (int k = 0; k < 3; k++) {
            char name[32];
            snprintf(name, sizeof name, "%s.cell-1", ids[k]);
            loss[k] = last_of(name);
        }
        for (int k = 0; k < 3; k++) {
            char more[80];
            snprintf(more, sizeof more, "%s = %.17g\n", number->key, value[k]);
            duty_end(c, "30 days", "soc", more, NULL);
            assert_near(last_of("cell-1"), loss[k], 1e-13);
        }
        assert_true(loss[0] != loss[2]);
    }
    series.n = SYNTHETIC_N;
}

/* ---- outside ---- */

static size_t count(const char *all, const char *what)
{
    size_t n = 0;
    for (const char *at = strstr(all, what); at; at = strstr(at + 1, what))
        n++;
    return n;
}

/* Twenty cells of five rows; what was warned of, to be freed. */
static char *warnings(int c, double celsius, double depth, double c_rate, double c_charge)
{
    char toml[700], path[128], *said = NULL;
    size_t n;
    why w = { 0 };
    snprintf(path, sizeof path, "%s/log", rig_folder);
    unlink(path);
    snprintf(toml, sizeof toml,
             "[run]\nname = \"r\"\ncycles = 5\n[cell]\nnominal_capacity = 1\n"
             "[source]\nplugin = \"constant\"\ncells = 20\ntemperature_mean = \"%.17g degC\"\ndepth = %.17g\n"
             "c_rate = %.17g\nc_rate_charge = %.17g\n[[physics]]\nplugin = \"%s\"\n" RIG_OUT,
             celsius, depth, c_rate, c_charge, cells_peer[c].name);
    assert_int_equal(log_open(&(log_options){ .level = LOG_WARNING, .file = path }, &w), E_OK);
    rig.n = 0;
    ran r = rig_run(toml, (engine_options){ 0 });
    log_close();
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 100);
    rig_done(&r);
    assert_int_equal(file_read(path, 1 << 20, &said, &n, &w), E_OK);
    return said;
}

static void outside_of_the_tests_one_warning_names_the_bound(void **state)
{
    (void)state;
    for (int c = 0; c < CELLS; c++) {
        const double *r = cells_peer[c].range;
        char line[200];
        char *said = warnings(c, r[0] + 1, r[3], r[7] / 2, r[6] / 2);
        assert_string_equal(said, "");
        free(said);
        said = warnings(c, r[1] + 1, r[2] / 2, r[7] * 1.5, r[6] * 2);
        const struct { const char *key; double lo, hi; bool outside; } bound[] = {
            { "temperature_mean", r[0], r[1], true },
            { "depth", r[2] < r[3] ? r[2] : 0.99, r[3], r[2] > 0 },
            { "c_rate", 0, r[7], true },
            { "c_rate_charge", 0, r[6], true },
        };
        for (size_t k = 0; k < 4; k++) {
            snprintf(line, sizeof line, ": %s = ", bound[k].key);
            assert_int_equal(count(said, line), bound[k].outside);
            const char *at = bound[k].outside ? strstr(said, line) : NULL;
            snprintf(line, sizeof line, " is outside %g..%g, where %s was shown to hold", bound[k].lo, bound[k].hi,
                     cells_peer[c].name);
            if (at && (!strstr(at, line) || strchr(at, '\n') < strstr(at, line)))
                fail_msg("\"%s\" is not said of %s:\n%s", line, bound[k].key, said);
        }
        free(said);
    }
}

/* Where a formula needs a C-rate, a scenario without one is told so before anything runs. */
static void without_a_c_rate_there_is_a_sentence(void **state)
{
    (void)state;
    static const char rows[] = "cell,cycle,depth\nA,1,1\nA,2,1\n";
    char path[128];
    why w;
    int told = 0;
    snprintf(path, sizeof path, "%s/rows.csv", rig_folder);
    assert_int_equal(file_write(path, rows, strlen(rows), &w), 0);
    for (int c = 0; c < CELLS; c++) {
        char toml[400];
        snprintf(toml, sizeof toml,
                 "[run]\nname = \"r\"\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"csv\"\npath = \"rows.csv\"\n"
                 "[conditions]\ntemperature_mean = \"25 degC\"\nsoc_mean = 0.5\nduration = \"1 day\"\n"
                 "[[physics]]\nplugin = \"%s\"\n" RIG_OUT,
                 cells_peer[c].name);
        rig.n = 0;
        ran r = rig_run(toml, (engine_options){ 0 });
        if (r.rc) {
            assert_true(r.problems.n > 0 && strstr(r.problems.at[0].text, "c_rate"));
            told++;
        } else {
            assert_true(rig_at(rig.n - 1, "physics_loss") > 0);
        }
        rig_done(&r);
    }
    assert_int_equal(told, CELLS - 3);            /* three cells have no C-rate in their formulas */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_years_are_the_independent_ones),
        cmocka_unit_test(so_are_they_where_the_energy_is_kept),
        cmocka_unit_test(rows_of_any_length_are_the_same_life),
        cmocka_unit_test(side_by_side_each_lives_its_own_life),
        cmocka_unit_test(alone_or_in_company_rows_are_the_same),
        cmocka_unit_test(cells_that_differ_in_a_number_too),
        cmocka_unit_test(outside_of_the_tests_one_warning_names_the_bound),
        cmocka_unit_test(without_a_c_rate_there_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, setup, rig_teardown);
}
