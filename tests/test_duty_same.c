/* SPDX-License-Identifier: MIT
 * test_duty_same.c - a law's life under a duty is the same for rows of any length, blocks and tiles of any size, one
 * lane or many, and across a resume.
 */
#include "law_rig.h"

/* ---- what a life does not depend on ---- */

/* Ten years of hourly samples: the same in rows of a month, a day, an hour. */
static void ten_years_in_rows_of_any_length(void **state)
{
    (void)state;
    static const char *const rows[] = { "30 days", "1 day", "1 hour", "7 hours" };
    series_synthetic();
    for (int k = 0; k < NLAWS; k++) {
        double loss[4];
        for (int i = 0; i < 4; i++)
            loss[i] = loss_of(&(plan){ .law = laws[k], .row = rows[i] });
        assert_true(loss[0] > 0.1);
        for (int i = 1; i < 4; i++)
            assert_close(loss[i], loss[0], 1e-12);
    }
}

static void minutes(void **state)
{
    (void)state;
    static const char *const rows[] = { "30 days", "1 day", "1 hour", "1 minute" };
    for (int keep = 0; keep < 2; keep++)
        for (int k = 0; k < NLAWS; k++) {
            double loss[4];
            series_synthetic();
            series.n = 24 * 60 + 1;
            for (int i = 0; i < 4; i++)
                loss[i] = loss_of(&(plan){ .law = laws[k], .row = rows[i], .duty = keep ? "keep = \"energy\"" : "" });
            for (int i = 1; i < 4; i++)
                assert_close(loss[i], loss[0], 1e-12);
        }
}

static const char *const ways[] = { "", "keep = \"energy\"", "break_time = \"5 hours\"", "break_efc = 0.3",
                                    "gate = 0.05",
                                    "break_time = \"3 days\"\ngate = 0.02\nkeep = \"energy\"" };
enum { WAYS = sizeof ways / sizeof ways[0] };

static void rows_of_any_length(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 2 * WAYS; round++)
        for (int k = 0; k < NLAWS; k++) {
            random_duty(round * 7 + 1, 2000);
            double first = 0;
            for (int i = 0; i < 4; i++) {
                char row[40];
                snprintf(row, sizeof row, "%.17g s", i ? 1800 + 5e5 * draw() * draw() : 86400);
                double loss = loss_of(&(plan){ .law = laws[k], .row = row, .duty = ways[round % WAYS] });
                if (i == 0)
                    first = loss;
                assert_close(loss, first, 1e-11);
            }
        }
}

/* Rows kept to compare with, bit for bit. */
static double kept[MOST / 4][8];
static size_t nkept;
static const char *const columns[] = { "physics_loss", "physics_capacity", "efc", "equivalent_full_cycles" };

static void keep_rows(void)
{
    nkept = rig.n;
    assert_true(nkept < MOST / 4);
    for (size_t i = 0; i < rig.n; i++)
        for (int c = 0; c < 4; c++)
            kept[i][c] = rig_at(i, columns[c]);
}

static void same_rows(void)
{
    assert_int_equal(rig.n, nkept);
    for (size_t i = 0; i < rig.n; i++)
        for (int c = 0; c < 4; c++) {
            double v = rig_at(i, columns[c]);
            if (memcmp(&v, &kept[i][c], sizeof v) != 0)
                fail_msg("row %zu: %s is %.17g, was %.17g", i, columns[c], v, kept[i][c]);
        }
}

static void blocks_of_any_size(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < WAYS; round++)
        for (int k = 0; k < NLAWS; k++) {
            random_duty(round * 11 + 1, 3000);
            plan p = { .law = laws[k], .row = (round + (unsigned)k) % 2 ? "1 day" : "80 minutes", .duty = ways[round] };
            run(&p);
            keep_rows();
            for (int i = 0; i < 3; i++) {
                series.cap = i == 0 ? 1 : i == 1 ? 7 : (uint32_t)(1 + 900 * draw());
                run(&p);
                same_rows();
            }
        }
}

/* Two laws that are one physics, whose loss is that of both: chunks, which follow blocks, change nothing. */
static void laws_made_one_do_not_see_blocks(void **state)
{
    (void)state;
    static const char *const parts[] = { "{ plugin = \"naumann2020\" }, { plugin = \"xu2018\" }",
                                         "{ plugin = \"xu2018\" }, { plugin = \"wang2011\" }" };
    char one[300];
    for (int k = 0; k < 2; k++) {
        random_duty(59 + (uint64_t)k, 6000);
        snprintf(one, sizeof one, "[[physics]]\ncombine = \"add\"\nparts = [%s]\n", parts[k]);
        plan p = { .law = "wang2011", .row = "1 day", .law_more = one };
        run(&p);
        keep_rows();
        for (int i = 0; i < 3; i++) {
            series.cap = i == 0 ? 1 : i == 1 ? 50 : 333;
            run(&p);
            same_rows();
        }
    }
}

/* "series", asked to stop after so many blocks; and without the samples of one cell. */
static atomic_int stop;
static int blocks_left;
static const char *without;
static int32_t stopping_next(void *source, fade_block *b, int32_t timeout_ms)
{
    if (blocks_left-- == 0)
        stop = 1;
    int32_t rc = series_next(source, b, timeout_ms);
    if (without && b->stream == 1 && b->n && strcmp(b->cell[0], without) == 0)
        b->n = 0;
    return rc;
}
static const fade_source_v1 stopping_v1 = { .size = sizeof stopping_v1,
                                            .flags = FADE_DUTY,
                                            .open = series_open,
                                            .close = free,
                                            .next = stopping_next };
static const void *stopping_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.source/1") == 0 ? &stopping_v1 : NULL;
}
static fade_desc stopping_desc;
static const fade_desc *const stopping_plugins[] = { &stopping_desc, NULL };
static const fade_library stopping_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof stopping_library,
                                               stopping_plugins };

/* Stopped after any block and resumed, as often as it takes: the same rows to the last bit. */
static void resumed_is_the_same(void **state)
{
    (void)state;
    static const char *const rows[] = { "1 day", "80 minutes", "10 days" };
    int resumed = 0;
    for (uint64_t round = 0; round < WAYS; round++)
        for (int k = 0; k < NLAWS; k++) {
            random_duty(round * 13 + 1, 3000);
            plan p = { .law = laws[k], .row = rows[(round + (unsigned)k) % 3], .duty = ways[round] };
            run(&p);
            keep_rows();
            series.cap = 50 + (uint32_t)(400 * draw());
            plan cut = p;
            cut.source = "stopping";
            cut.opt.stop = &stop;
            int rc = E_CANCEL;
            for (int times = 0; rc == E_CANCEL && times < 100; times++) {
                stop = 0;
                blocks_left = 1 + (int)(12 * draw());
                cut.opt.resume = times > 0;
                rc = run_plan(&cut);
                resumed += cut.opt.resume;
            }
            assert_int_equal(rc, E_OK);
            same_rows();
        }
    assert_true(resumed > 3 * WAYS);
}

/* ---- lanes ---- */

/* What differs from cell to cell: one that only step reads, one that rates or cycles read too (the cell then
 * makes its own), or both at once. */
typedef struct spread { const char *key; double first, by; } spread;
static const struct { int law; spread at[2]; } spreads[] = {
    { XU, { { "k_t", 1e-10, 3e-11 } } },
    { XU, { { "k_sigma", 0.5, 0.1 } } },
    { XU, { { "b_sei", 50, 10 }, { "k_delta1", 1.3e5, 1e3 } } },
    { WANG, { { "activation", 3e4, 200 }, { "nominal_capacity", 1.5, 0.1 } } },
    { NAUMANN, { { "k_ref", 1e-5, 1e-6 }, { "r_ref", 1e-10, 1e-11 } } },
    { NAUMANN, { { "activation", 15000, 500 } } },
    { SCHMALSTIEG, { { "nominal_capacity", 1.5, 0.1 } } },
};
enum { SPREADS = sizeof spreads / sizeof spreads[0] };

static void params_of(char *to, size_t n, const spread *at, uint32_t lo, uint32_t hi)
{
    size_t used = 0;
    for (int j = 0; j < 2 && at[j].key; j++) {
        used += (size_t)snprintf(to + used, n - used, "%s = [", at[j].key);
        for (uint32_t i = lo; i < hi; i++)
            used += (size_t)snprintf(to + used, n - used, "%s%.17g", i > lo ? ", " : "", at[j].first + at[j].by * i);
        used += (size_t)snprintf(to + used, n - used, "]\n");
    }
}

/* Eleven cells that differ, in tiles of 8 or 16, by one thread or two: each lives as it does alone. */
static void a_lane_is_what_it_is_alone(void **state)
{
    (void)state;
    enum { LANES = 11 };
    static double loss[LANES];
    char params[1200], cell[16];
    for (size_t k = 0; k < SPREADS; k++)
        for (int way = 0; way < 2; way++) {
            random_duty(17 + k, 2500);
            plan p = { .law = laws[spreads[k].law], .row = "7 hours", .duty = ways[way], .law_more = params };
            series.cells = 1;
            for (uint32_t i = 0; i < LANES; i++) {
                params_of(params, sizeof params, spreads[k].at, i, i + 1);
                loss[i] = loss_of(&p);
            }
            series.cells = LANES;
            params_of(params, sizeof params, spreads[k].at, 0, LANES);
            for (int size = 0; size < 3; size++) {
                p.run = size == 0 ? "tile = 8" : size == 1 ? "tile = 16\nthreads = 1" : "tile = 8\nthreads = 2";
                run(&p);
                for (uint32_t i = 0; i < LANES; i++) {
                    snprintf(cell, sizeof cell, "cell-%u", i + 1);
                    assert_close(last_of(cell, "physics_loss"), loss[i], 1e-13);
                    assert_true(i == 0 || loss[i] != loss[i - 1]);
                }
            }
            series.cells = 1;
        }
}

/* Steps in one call, side by side, or one by one as in a tile of two cells: the same bits in every row. */
static void alone_or_in_company(void **state)
{
    (void)state;
    enum { ROWS = 400 };
    static double alone[ROWS][RIG_COLUMNS];
    static const char *const rows[] = { "100 days", "5 days", "7 hours" };
    static const char *const also[][2] = { { "naumann2020", "ageing = \"cycle\"" },
                                           { "lmo-lto", "" },
                                           { "lmo-lto", "as = \"ssc\"" },
                                           { "smith2017", "" },
                                           { "smith2017", "as = \"ssc\"" },
                                           { "sam-calendar", "" },
                                           { "sam-calendar", "as = \"ssc\"" } };
    enum { ALSO = sizeof also / sizeof also[0] };
    for (int k = 0; k < 3 * (NLAWS + ALSO); k++) {
        const char *const *other = k < 3 * NLAWS ? NULL : also[k / 3 - NLAWS];
        random_duty(61 + (uint64_t)k, 2500);
        plan p = { .law = other ? other[0] : laws[k / 3], .row = rows[k % 3], .law_more = other ? other[1] : "" };
        run(&p);
        size_t n = rig.n, at = 0;
        assert_true(n > 0 && n <= ROWS);
        memcpy(alone, rig.at, n * sizeof *alone);
        series.cells = 2;
        run(&p);
        for (size_t i = 0; i < rig.n; i++)
            if (strcmp(rig.cell[i], rig.cell[0]) == 0)
                assert_memory_equal(rig.at[i], alone[at++], rig.ncol * sizeof(double));
        assert_int_equal(at, n);
        series.cells = 1;
    }
}

/* Cells with samples of their own: each lives as it does alone.  Also under laws that are lent their samples. */
static void cells_with_duties_of_their_own(void **state)
{
    (void)state;
    enum { LANES = 9 };
    static const char *const some[] = { "xu2018",          "wang2011",  "naumann2020",
                                        "schmalstieg2014", "smith2017", "lfp-gr-sony" };
    double loss[LANES];
    char cell[16];
    for (size_t k = 0; k < sizeof some / sizeof some[0]; k++)
        for (int way = 0; way < 3; way++) {
            random_duty(29 + k, 1500);
            plan p = { .law = some[k], .row = "9 hours", .duty = ways[way] };
            for (int i = 0; i < LANES; i++) {
                loss[i] = loss_of(&p);
                for (size_t j = 0; j < series.n; j++)
                    duty.temperature[j] += 0.5;
            }
            for (size_t j = 0; j < series.n; j++)
                duty.temperature[j] -= 0.5 * LANES;
            series.cells = LANES;
            series.apart = true;
            series.shift = 0.5;
            for (int size = 0; size < 2; size++) {
                p.run = size ? "tile = 8\nthreads = 2" : "";
                series.cap = size ? 100 : 0;
                run(&p);
                for (uint32_t i = 0; i < LANES; i++) {
                    snprintf(cell, sizeof cell, "cell-%u", i + 1);
                    assert_close(last_of(cell, "physics_loss"), loss[i], 1e-10);
                }
            }
            series.cells = 1;
        }
}

/* A cell that has no samples (yet) lies between two that have: they do not notice. */
static void a_cell_without_samples(void **state)
{
    (void)state;
    double loss[3];
    char params[200];
    random_duty(41, 1500);
    for (int i = 0; i < 3; i++) {
        snprintf(params, sizeof params, "k_sigma = %.17g", 1 + 0.1 * i);
        loss[i] = loss_of(&(plan){ .law = "xu2018", .row = "5 hours", .law_more = params });
    }
    series.cells = 3;
    series.apart = true;
    without = "cell-2";
    run(&(plan){ .law = "xu2018", .row = "5 hours", .law_more = "k_sigma = [1, 1.1, 1.2]", .source = "stopping" });
    assert_close(last_of("cell-1", "physics_loss"), loss[0], 1e-12);
    assert_close(last_of("cell-3", "physics_loss"), loss[2], 1e-12);
    for (size_t i = 0; i < rig.n; i++)
        assert_string_not_equal(rig.cell[i], "cell-2");
    without = NULL;
    series.cells = 1;
}

/* A lane whose law breaks is over with a sentence; those beside it do not notice. */
static void a_lane_that_breaks(void **state)
{
    (void)state;
    random_duty(43, 1500);
    double whole = loss_of(&(plan){ .law = "xu2018", .row = "11 hours" });
    size_t rows = rig.n;
    series.cells = 3;
    plan p = { .law = "xu2018", .row = "11 hours", .run = "tile = 8" };
    p.law_more = "k_delta3 = [-1.23e5, -9e5, -1.23e5]";
    assert_int_equal(run_plan(&p), E_PARTIAL);
    assert_non_null(strstr(rig.events, "must rise"));
    assert_close(last_of("cell-1", "physics_loss"), whole, 1e-13);
    assert_close(last_of("cell-3", "physics_loss"), whole, 1e-13);
    assert_true(rig.n >= 2 * rows && rig.n < 3 * rows);
    series.cells = 1;
}

/* Side by side, laws with other rules and one that sees only rows change nothing. */
static void laws_side_by_side(void **state)
{
    (void)state;
    double loss[NLAWS];
    char more[600] = "[[physics]]\nplugin = \"power-law\"\n";
    random_duty(47, 2500);
    for (int k = 0; k < NLAWS; k++)
        loss[k] = loss_of(&(plan){ .law = laws[k], .row = "10 hours" });
    double rows = loss_of(&(plan){ .law = "power-law", .row = "10 hours" });
    for (int k = 1; k < NLAWS; k++)
        snprintf(more + strlen(more), sizeof more - strlen(more), "[[physics]]\nplugin = \"%s\"\n", laws[k]);
    run(&(plan){ .law = laws[0], .row = "10 hours", .law_more = more });
    for (size_t i = rig.n - NLAWS - 1; i < rig.n; i++) {
        double want = rows;
        for (int k = 0; k < NLAWS; k++)
            want = strcmp(rig.variant[i], laws[k]) == 0 ? loss[k] : want;
        assert_close(rig_at(i, "physics_loss"), want, 1e-13);
    }
}

/* A cell that is done stops, in the row in which it would alone. */
static void each_cell_stops_in_its_row(void **state)
{
    (void)state;
    double loss[5], cycle[5];
    char params[200], cell[16];
    random_duty(53, 3000);
    plan p = { .law = "xu2018", .row = "8 hours", .law_more = params, .run = "stop = [\"97% capacity\"]" };
    for (int i = 0; i < 5; i++) {
        snprintf(params, sizeof params, "a_sei = %.17g", 0.04 + 0.01 * i);
        loss[i] = loss_of(&p);
        cycle[i] = (double)rig.cycle[rig.n - 1];
    }
    assert_true(cycle[4] < cycle[0]);
    series.cells = 5;
    snprintf(params, sizeof params, "a_sei = [0.04, 0.05, 0.06, 0.07, 0.08]");
    run(&p);
    for (int i = 0; i < 5; i++) {
        snprintf(cell, sizeof cell, "cell-%d", i + 1);
        assert_close(last_of(cell, "physics_loss"), loss[i], 1e-12);
        size_t rows = 0;
        for (size_t k = 0; k < rig.n; k++)
            rows += strcmp(rig.cell[k], cell) == 0;
        assert_near((double)rows, cycle[i], 0);
    }
    series.cells = 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_years_in_rows_of_any_length),
        cmocka_unit_test(minutes),
        cmocka_unit_test(rows_of_any_length),
        cmocka_unit_test(blocks_of_any_size),
        cmocka_unit_test(laws_made_one_do_not_see_blocks),
        cmocka_unit_test(resumed_is_the_same),
        cmocka_unit_test(a_lane_is_what_it_is_alone),
        cmocka_unit_test(alone_or_in_company),
        cmocka_unit_test(cells_with_duties_of_their_own),
        cmocka_unit_test(a_cell_without_samples),
        cmocka_unit_test(a_lane_that_breaks),
        cmocka_unit_test(laws_side_by_side),
        cmocka_unit_test(each_cell_stops_in_its_row),
    };
    stopping_desc = series_desc;
    stopping_desc.id = "stopping";
    stopping_desc.iface = stopping_iface;
    library_register(&series_library);
    library_register(&stopping_library);
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
