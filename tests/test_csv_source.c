/* SPDX-License-Identifier: MIT
 * test_csv_source.c - the source of any CSV: headers, units, signs, samples, and lines that are not plain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <zlib.h>
#include "tests/source_rig.h"
#include "tests/near.h"

/* "key=value" pairs ending in NULL, over the text as a file.  The code of open(). */
static int32_t read_text(rig *g, const char *at, const char *const *set, rig_rows *r)
{
    char path[512];
    assert_true(rig_open(g, "csv"));
    rig_file(path, "a.csv", at, strlen(at));
    rig_set(g, "path", path);
    for (; set && *set; set += 2)
        rig_set(g, set[0], set[1]);
    int32_t rc = rig_read(g, NULL, 3, 0, r);
    unlink(path);
    return rc;
}
#define SET(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void plain_file(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g,
                               "cell,cycle,capacity_ah,temperature_mean_c,current_mean_a,ambient_c\n"
                               "B1,1,2.0,30,2,24\nB1,2,1.9,31,2,24\nB2,1,1.8,32,2,24\nB2,2,1.7,33,2,24\n",
                               NULL, &r),
                     FADE_OK);
    assert_int_equal(r.code, FADE_END);
    assert_int_equal(r.n, 4);
    static const char *const cells[] = { "B1", "B1", "B2", "B2" };
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(r.cell[i], cells[i]);
        assert_int_equal(r.cycle[i], i % 2 + 1);
        assert_true(r.time[i] == INT64_MIN);
        assert_near(rig_col(&r, "capacity")[i], 2.0 - 0.1 * (double)i, 1e-12);
        assert_near(rig_col(&r, "temperature_mean")[i], 30 + (double)i, 0);
        assert_near(rig_col(&r, "temperature_ambient")[i], 24, 0);
        assert_near(rig_col(&r, "current_mean")[i], 2, 0);
        assert_near(rig_col(&r, "count")[i], 1, 0);
        assert_near(rig_col(&r, "flags")[i], 0, 0);
    }
    static const struct { const char *key, *unit; uint32_t flags; } want[] = {
        { "capacity", "Ah", FADE_TARGET }, { "temperature_mean", "degC", 0 }, { "current_mean", "A", 0 },
        { "temperature_ambient", "degC", FADE_PLANNED }, { "count", "", FADE_PLANNED }, { "flags", "", 0 },
    };
    assert_int_equal(r.ncol, 6);
    for (size_t k = 0; k < 6; k++) {
        const fade_column *c = &r.column[rig_index(&r, want[k].key)];
        assert_string_equal(c->unit, want[k].unit);
        assert_int_equal(c->flags, want[k].flags);
    }
    assert_int_equal(g.warnings, 0);
    rig_free(&r);
}

/* Two lines of data under headers as cyclers write them: cycle, capacity 1.5 (in the unit), resistance 0.02 ohm or
 * none. */
static void headers_of_cyclers(void **state)
{
    (void)state;
    static const struct { const char *header, *unit; } cases[] = {
        { "Cycle_Index,Discharge_Capacity(Ah)", "Ah" },        /* Arbin */
        { "Cycle Index,DChg. Cap.(mAh)", "mAh" },              /* Neware */
        { "Cycle ID;Cap_DChg(mAh)", "mAh" },
        { "Cyc#\tAmp-hr", "Ah" },                              /* Maccor */
        { "cycle number\tQ discharge/mA.h", "mAh" },           /* BioLogic */
        { "Cycle Count / 1,Cycle Discharging Capacity / Ah", "Ah" },   /* BDF, labels and machine names */
        { "cycle_count,cycle_discharging_capacity_ah", "Ah" },
        { "cycle_number,discharge_capacity_in_Ah", "Ah" },     /* BatteryML */
        { "Cycle number,Discharge capacity [A.h]", "Ah" },     /* PyBaMM */
        { "id_cycle,Capacity", "Ah" },                         /* NASA */
        { "\xef\xbb\xbf" "cycle,capacity_ah", "Ah" },
        { "\"Cycle_Index\",\"Discharge_Capacity (Ah)\"", "Ah" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text_[300];
        char s = strchr(cases[k].header, ';') ? ';' : strchr(cases[k].header, '\t') ? '\t' : ',';
        snprintf(text_, sizeof text_, "%s\r\n7%c1.5\r\n8%c1.4\r\n", cases[k].header, s, s);
        rig g;
        rig_rows r;
        assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
        assert_int_equal(r.n, 2);
        assert_int_equal(r.cycle[0], 7);
        assert_near(rig_col(&r, "capacity")[0], 1.5, 0);
        assert_string_equal(r.column[rig_index(&r, "capacity")].unit, cases[k].unit);
        rig_free(&r);
    }
}

static void more_units(void **state)
{
    (void)state;
    static const struct { const char *header, *key, *unit;
    } cases[] = {
        { "Internal_Resistance(Ohm)", "resistance", "ohm" },
        { "IR (m\xce\xa9)", "resistance", "mohm" },
        { "Internal Resistance / ohm", "resistance", "ohm" },
        { "tavg (K)", "temperature_mean", "K" },
        { "Tmax [\xc2\xb0"
          "C]",
          "temperature_max", "degC" },
        { "T1(\xe2\x84\x83)", "temperature_mean", "degC" },
        { "charge_time_min", "charge_time", "min" },
        { "Chg. Time (h)", "charge_time", "h" },
        { "DOD (%)", "depth", "%" },
        { "Energy[Wh]", "energy", "Wh" },
        { "voltage_min_v", "voltage_min", "V" },
        { "ambient_temperature", "temperature_ambient", "degC" },
        { "temperature_mean_celsius", "temperature_mean", "degC" },
        { "charge_time_second", "charge_time", "s" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char text_[300];
        snprintf(text_, sizeof text_, "cycle,capacity_ah,%s\n1,2,3\n", cases[k].header);
        rig g;
        rig_rows r;
        assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
        assert_near(rig_col(&r, cases[k].key)[0], 3, 0);
        assert_string_equal(r.column[rig_index(&r, cases[k].key)].unit, cases[k].unit);
        rig_free(&r);
    }
}

static void mapped_columns(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(
        read_text(
            &g, "Nr,Q2,I avg,Zelle,Druck\n1,1900,-2000,A,7\n2,1800,-2100,A,8\n",
            SET("columns",
                "capacity.from=Q2;capacity.unit=mAh;current_mean.from=I avg;current_mean.unit=mA;current_mean.sign=-;"
                "pressure=Druck;pressure.unit=bar",
                "cycle_column", "Nr", "cell_column", "Zelle"),
            &r),
        FADE_OK);
    assert_int_equal(r.n, 2);
    assert_string_equal(r.cell[1], "A");
    assert_int_equal(r.cycle[1], 2);
    assert_near(rig_col(&r, "capacity")[0], 1900, 0);
    assert_string_equal(r.column[rig_index(&r, "capacity")].unit, "mAh");
    assert_near(rig_col(&r, "current_mean")[1], 2100, 0);
    assert_string_equal(r.column[rig_index(&r, "current_mean")].unit, "mA");
    assert_near(rig_col(&r, "pressure")[1], 8, 0);
    assert_string_equal(r.column[rig_index(&r, "pressure")].unit, "bar");
    assert_int_equal(g.warnings, 0);
    rig_free(&r);
}

static void titles_and_units_line(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(
        read_text(&g,
                  "Test report\nOperator: N,2024\n\nCycle ID,Capacity,Voltage min\n#,mAh,V\n1,1500,2.7\n2,1400,2.7\n",
                  NULL, &r),
        FADE_OK);
    assert_int_equal(r.n, 2);
    assert_near(rig_col(&r, "capacity")[1], 1400, 0);
    rig_free(&r);
}

static void current_signs(void **state)
{
    (void)state;
    static const char text_[] = "cycle,capacity_ah,current_mean_a\n1,2,-2\n2,2,-2.1\n";
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
    assert_near(rig_col(&r, "current_mean")[1], 2.1, 0);
    assert_int_equal(g.warnings, 1);
    assert_non_null(strstr(g.warning, "current_sign"));
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("current_sign", "charge-positive"), &r), FADE_OK);
    assert_near(rig_col(&r, "current_mean")[1], 2.1, 0);
    assert_int_equal(g.warnings, 0);
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("current_sign", "discharge-positive"), &r), FADE_OK);
    assert_near(rig_col(&r, "current_mean")[1], -2.1, 0);
    rig_free(&r);
}

static void flagged_lines(void **state)
{
    (void)state;
    static const char text_[] =
        "cell,cycle,capacity_ah,flag\nA,1,9,first\nA,2,2,\nA,3,1,partial\nA,4,1.8,row\nA,5,1.7,ok\n";
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
    assert_int_equal(r.n, 3);
    assert_int_equal(r.cycle[0], 2);
    assert_near(rig_col(&r, "count")[0], 2, 0);     /* cycle 1 was done as well */
    assert_near(rig_col(&r, "count")[1], 2, 0);
    assert_near(rig_col(&r, "count")[2], 1, 0);
    assert_near(rig_col(&r, "flags")[1], 0, 0);
    assert_non_null(strstr(g.warning, "2 flagged lines are skipped"));
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("keep_flags", "first;partial", "missing_cycles", "ignore"), &r), FADE_OK);
    assert_int_equal(r.n, 5);
    assert_near(rig_col(&r, "flags")[0], 1, 0);
    assert_near(rig_col(&r, "flags")[1], 0, 0);
    assert_int_equal(rig_index(&r, "count"), -1);
    rig_free(&r);
}

static void repeated_cycles(void **state)
{
    (void)state;
    static const char text_[] =
        "cell,cycle,capacity_ah,temperature_mean_c\nA,1,2,30\nA,2,1.8,20\nA,2,1.6,\nA,2,1.7,26\nA,3,1.5,25\n";
    static const struct {
        const char *how;
        double capacity, mean;
    } cases[] = { { "first", 1.8, 20 }, { "last", 1.7, 26 }, { "mean", 1.7, 23 } };
    rig g;
    rig_rows r;
    for (size_t k = 0; k < 3; k++) {
        assert_int_equal(read_text(&g, text_, SET("duplicates", cases[k].how), &r), FADE_OK);
        assert_int_equal(r.n, 3);
        assert_near(rig_col(&r, "capacity")[1], cases[k].capacity, 1e-12);
        assert_near(rig_col(&r, "temperature_mean")[1], cases[k].mean, 1e-12);
        assert_near(rig_col(&r, "capacity")[2], 1.5, 0);
        assert_non_null(strstr(g.warning, "2 lines repeat a cycle"));
        rig_free(&r);
    }
    assert_int_equal(read_text(&g, text_, SET("duplicates", "error"), &r), FADE_OK);
    assert_int_equal(r.code, FADE_EINVAL);
    assert_int_equal(r.n, 2);                              /* what was sound came out first */
    assert_non_null(strstr(g.error, ".csv:4: cycle 2 of A is there twice"));
    rig_free(&r);
}

/* rows = "lines": every sample is a row; which way the current counts is told by what it does to the voltage. */
static void lines_are_rows(void **state)
{
    (void)state;
    static const char text_[] = "cycle,Time [s],Current (mA),Voltage(V),Temp,ambient_c\n"
                                "4,0,0,4.1,24,20\n4,10,-2000,4.0,25,20\n4,20,-2000,3.9,26,20\n"
                                "5,0,0,4.2,24,20\n5,5,1000,4.3,24,20\n";
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text_, SET("rows", "lines"), &r), FADE_OK);
    assert_int_equal(r.n, 5);
    static const double time[] = { 0, 10, 20, 0, 5 }, current[] = { 0, 2000, 2000, 0, -1000 };
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(r.cycle[i], i + 1);
        assert_near(rig_col(&r, "time")[i], time[i], 0);
        assert_near(rig_col(&r, "current")[i], current[i], 0);
        assert_near(rig_col(&r, "temperature_ambient")[i], 20, 0);
    }
    assert_near(rig_col(&r, "voltage")[2], 3.9, 0);
    assert_near(rig_col(&r, "temperature")[2], 26, 0);
    assert_string_equal(r.column[rig_index(&r, "current")].unit, "mA");
    assert_non_null(strstr(g.warning, "discharge is taken as negative and flipped"));
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("rows", "lines", "current_sign", "discharge-positive"), &r), FADE_OK);
    assert_near(rig_col(&r, "current")[1], -2000, 0);
    rig_free(&r);
    assert_int_equal(read_text(&g, "cycle,capacity_ah\n1,2\n", SET("rows", "lines"), &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "rows = 'lines' needs columns of time, voltage and current"));
}

static void missing_values(void **state)
{
    (void)state;
    static const char text_[] = "cycle,capacity_ah,temperature_mean_c\n1,2,30\n2,,\n3,NaN,n/a\n4,1.8,31\n";
    static const char text2[] = "cycle,capacity_ah,temperature_mean_c\n1,2,30\n2,,\n3,NaN,N/A\n4,1.8,31\n";
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text2, NULL, &r), FADE_OK);
    assert_int_equal(r.n, 4);
    assert_true(isnan(rig_col(&r, "capacity")[1]) && isnan(rig_col(&r, "capacity")[2])); /* a target is never made up */
    assert_near(rig_col(&r, "temperature_mean")[1], 30, 0);
    assert_near(rig_col(&r, "temperature_mean")[2], 30, 0);
    assert_near(rig_col(&r, "temperature_mean")[3], 31, 0);
    rig_free(&r);
    assert_int_equal(read_text(&g, text2, SET("gaps", "nan"), &r), FADE_OK);
    assert_true(isnan(rig_col(&r, "temperature_mean")[1]));
    rig_free(&r);
    assert_int_equal(read_text(&g, text2, SET("gaps", "error"), &r), FADE_OK);
    assert_int_equal(r.code, FADE_EINVAL);
    assert_non_null(strstr(g.error, ".csv:3: capacity is missing"));
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
    assert_int_equal(r.code, FADE_EINVAL);
    assert_non_null(strstr(g.error, "'n/a', which is not a number"));
    rig_free(&r);
}

static void wild_values(void **state)
{
    (void)state;
    char text_[4000] = "cycle,capacity_ah,ambient_c\n";
    for (int k = 1; k <= 60; k++) {
        size_t n = strlen(text_);
        snprintf(text_ + n, sizeof text_ - n, "%d,%.4f,%d\n", k, k == 40 ? 0.3 : 2 - 0.002 * k, k == 41 ? 90 : 24);
    }
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text_, SET("outliers", "3"), &r), FADE_OK);
    assert_int_equal(r.n, 60);
    for (size_t i = 0; i < 60; i++) {
        assert_true(isnan(rig_col(&r, "capacity")[i]) == (i == 39));
        assert_near(rig_col(&r, "flags")[i], i == 39 ? 2 : 0, 0);
    }
    assert_near(rig_col(&r, "temperature_ambient")[40], 90, 0);       /* planned, not measured */
    assert_non_null(strstr(g.warning, "1 outliers"));
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
    assert_near(rig_col(&r, "capacity")[39], 0.3, 0);
    rig_free(&r);
}

/* Files that end in one sentence with what was wrong and where. */
static void wrong_files(void **state)
{
    (void)state;
    static const struct { const char *text, *because; const char *set[3];
    } cases[] = {
        { "", "empty", { NULL } },
        { "a,b\n1,2\n", "no header with at least two known names; the first line is: a, b", { NULL } },
        { "cycle,capacity_ah\n", "no line of data", { NULL } },
        { "cycle,capacity_ah\n1,2\n2,1.9,3\n", ".csv:3: 3 fields where the header has 2", { NULL } },
        { "cycle,capacity_ah\n1,2\n2\n", ".csv:3: 1 fields where the header has 2", { NULL } },
        { "cycle,capacity_ah\n1,2\n3,1.9\n2,1.8\n", ".csv:4: cycle 2 of", { NULL } },
        { "cycle;capacity_ah\n1;2,5\n2;2,4\n", "decimal commas", { NULL } },
        { "cycle,capacity_ah\n1.5,2\n", "'1.5' is not a whole number", { NULL } },
        { "cycle,capacity_ah\n-1,2\n", "'-1' is not a whole number", { NULL } },
        { "cycle,capacity_ah\n1,x2\n", "capacity_ah is 'x2', which is not a number", { NULL } },
        { "cell,cycle,capacity_ah\nA,1,2\nB,1,2\n", "there is no cell 'C'; there are A, B", { "cell", "C", NULL } },
        { "cell,cycle,capacity_ah\nA,1,2\n,2,2\n", ".csv:3: the name of the cell", { NULL } },
        { "cell,cycle,capacity_ah\nA 1,1,2\nA#1,2,2\n", "would both be called A_1", { NULL } },
        { "cycle,capacity_ah\n1,2\n",
          "cell_column: there is no column 'Zelle'; there are cycle, capacity_ah",
          { "cell_column", "Zelle", NULL } },
        { "cycle,capacity_ah\n1,2\n", "capacity: there is no column 'Q'", { "columns", "capacity=Q", NULL } },
        { "cycle,capacity_ah\n1,2\n", "says no `from`", { "columns", "capacity.unit=Ah", NULL } },
        { "cycle,capacity_ah\n1,2\n",
          "neither '+' nor '-'",
          { "columns", "capacity=capacity_ah;capacity.sign=up", NULL } },
        { "cycle,capacity_ah\n1,2\n", "needs columns of time, voltage and current", { "rows", "samples", NULL } },
        { "cycle,capacity_ah,flag\n1,2,low\n", "none of 1 lines is left (1 flagged", { NULL } },
        { "cycle,time_s,voltage_v,current_a\n1,0,4,0\n1,9,4,0\n", "no row of", { NULL } },
        { "cycle,cell\n1,B\n",
          "no column of the file has a number this source knows",
          { "missing_cycles", "ignore", NULL } },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        rig_rows r = { 0 };
        int32_t rc = read_text(&g, cases[k].text, cases[k].set, &r);
        if ((rc >= 0 && r.code >= 0) || !strstr(g.error, cases[k].because))
            fail_msg("case %zu: %d, %d: '%s' lacks '%s'", k, rc, r.code, g.error, cases[k].because);
        assert_int_equal(g.errors, 1);
        rig_free(&r);
    }
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "csv"));
    rig_set(&g, "path", "/nowhere/a.csv");
    assert_true(rig_read(&g, NULL, 4, 0, &r) < 0);
    assert_non_null(strstr(g.error, "/nowhere/a.csv"));
}

static void ragged_lines_skipped(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, "cycle,capacity_ah\n1,2,\n2,1.9,3\n3\n4,1.8\n", SET("ragged", "skip"), &r), FADE_OK);
    assert_int_equal(r.n, 2);                              /* a separator at the end is no field */
    assert_int_equal(r.cycle[1], 4);
    assert_non_null(strstr(g.warning, "2 ragged lines"));
    rig_free(&r);
}

static void cells_and_ids(void **state)
{
    (void)state;
    static const char text_[] = "cell,cycle,capacity_ah\n1:CY#1,1,2\nB,1,2\n1:CY#1,2,1.9\nC,1,2\nB,2,1.9\n";
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, text_, NULL, &r), FADE_OK);
    assert_int_equal(r.n, 5);                              /* cells may take turns */
    assert_string_equal(r.cell[0], "1_CY_1");
    assert_string_equal(r.cell[2], "1_CY_1");
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("cell", "1:CY#1"), &r), FADE_OK);
    assert_int_equal(r.n, 2);
    rig_free(&r);
    assert_int_equal(read_text(&g, text_, SET("cells", "1_CY_1;C"), &r), FADE_OK);
    assert_int_equal(r.n, 3);
    rig_free(&r);
    assert_int_equal(read_text(&g, "capacity_ah,temperature_mean_c\n2,30\n1.9,30\n", NULL, &r), FADE_OK);
    assert_int_equal(r.cycle[1], 2);                       /* lines are counted; the file's name is the cell */
    assert_non_null(strstr(r.cell[0], "-a"));
    assert_null(strstr(r.cell[0], ".csv"));
    rig_free(&r);
}

static void empty_columns(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g, "cell,cycle,capacity_ah,temperature_mean_c\nA,1,2,\nA,2,1.9,nan\nB,1,2,25\n",
                               SET("cell", "A"), &r),
                     FADE_OK);
    assert_int_equal(r.n, 2);
    assert_int_equal(rig_index(&r, "temperature_mean"), -1);
    rig_free(&r);
}

static void dates_make_durations(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_int_equal(read_text(&g,
                               "cell,cycle,start_time,capacity_ah\nA,1,2008-04-02T15:00:00,2\nB,1,2008-04-02T00:00:00Z,"
                               "2\nA,2,2008-04-02 17:00:00,1.9\n"
                               "A,3,2008-04-02T20:00:00.5,1.8\n",
                               NULL, &r),
                     FADE_OK);
    assert_int_equal(r.n, 4);
    int64_t us;
    assert_true(clock_parse("2008-04-02T15:00:00Z", &us));
    double want[3] = { 7200, 10800.5, 10800.5 };
    for (size_t i = 0, k = 0; i < 4; i++)
        if (strcmp(r.cell[i], "A") == 0) {
            if (k == 0)
                assert_true(r.time[i] == us);
            assert_int_equal(r.cycle[i], k + 1);
            assert_near(rig_col(&r, "duration")[i], want[k], 1e-9);
            k++;
        } else {
            assert_true(isnan(rig_col(&r, "duration")[i]));
        }
    rig_free(&r);
}

/* 1 A for an hour after a rest, then a rest, then 0.5 A of charge for two hours: positive in discharge or in charge. */
static void make_samples(char *out, size_t room, int cycles, double sign, const char *header)
{
    size_t n = (size_t)snprintf(out, room, "%s\n", header);
    double t = 0;
    for (int c = 1; c <= cycles; c++) {
        n += (size_t)snprintf(out + n, room - n, "%d,%g,4.2,0,25\n", c, t);
        for (int k = 0; k <= 60; k++)
            n +=
                (size_t)snprintf(out + n, room - n, "%d,%g,%g,%g,%g\n", c, t += 60, 4.1 - k * 0.02, sign, 30 + k * 0.1);
        for (int k = 0; k < 10; k++)
            n += (size_t)snprintf(out + n, room - n, "%d,%g,3.2,0.0001,90\n", c, t += 60);
        for (int k = 0; k <= 120; k++)
            n += (size_t)snprintf(out + n, room - n, "%d,%g,%g,%g,28\n", c, t += 60, 3.3 + k * 0.007, -0.5 * sign);
    }
}

static void samples_become_cycles(void **state)
{
    (void)state;
    static const char *const headers[] = {
        "Cycle_Index,Test_Time(s),Voltage(V),Current(A),Aux_Temperature_1(C)",
        "cycle_number,time_in_s,voltage_in_V,current_in_A,temperature_in_C",
        "Cycle Count / 1,Test Time / s,Voltage / V,Current / A,Surface Temperature / degC",
        "Cycle number,Time [s],Terminal voltage [V],Current [A],Cell temperature [C]",
        ("cycle number,time/s,Ecell/V,I/A,Temperature/\xc2\xb0" "C"),
        "Cyc#,TestTime,Volts,Amps,Temp 1",
    };
    char *at = malloc(1 << 17);
    for (int way = 0; way < 2; way++)
        for (size_t h = 0; h < sizeof headers / sizeof headers[0]; h++) {
            rig g;
            rig_rows r;
            make_samples(at, 1 << 17, 3, way ? -1 : 1, headers[h]);
            assert_int_equal(read_text(&g, at, NULL, &r), FADE_OK);
            assert_int_equal(r.code, FADE_END);
            assert_int_equal(r.n, 3);
            for (size_t i = 0; i < 3; i++) {
                assert_int_equal(r.cycle[i], i + 1);
                assert_near(rig_col(&r, "capacity")[i], 1 + 0.5 / 60, 1e-9);      /* and half a step from rest */
                assert_near(rig_col(&r, "discharge_time")[i], 3600, 1e-6);
                assert_near(rig_col(&r, "current_mean")[i], 1, 1e-12);
                assert_near(rig_col(&r, "voltage_min")[i], 2.9, 1e-9);
                assert_near(rig_col(&r, "voltage_mean")[i], 3.5, 1e-9);
                assert_near(rig_col(&r, "temperature_mean")[i], 33, 1e-9);      /* the rest at 90 is masked */
                assert_near(rig_col(&r, "temperature_max")[i], 36, 1e-9);
                assert_near(rig_col(&r, "temperature_start")[i], 30, 1e-9);
                assert_near(rig_col(&r, "duration")[i], 192 * 60, 1e-6);
                assert_near(rig_col(&r, "charge_time")[i], i == 0 ? 0 : 7200, 1e-6);
                assert_near(rig_col(&r, "rest")[i], i == 0 ? 60 : 60 + 10 * 60 + 60, 1e-6);
            }
            assert_int_equal(g.warnings, 1);              /* the sign was guessed */
            rig_free(&r);
        }
    free(at);
}

static void samples_signs_and_scales(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    char *at = malloc(1 << 17);
    make_samples(at, 1 << 17, 2, -1, "cycle,time_h,voltage_v,current_ma,t1_c");
    assert_int_equal(read_text(&g, at, SET("current_sign", "charge-positive", "rest_current", "0.0005"), &r), FADE_OK);
    assert_int_equal(g.warnings, 0);
    assert_near(rig_col(&r, "current_mean")[0], 1e-3, 1e-12);
    assert_near(rig_col(&r, "discharge_time")[0], 3600.0 * 3600, 1e-3);
    assert_near(rig_col(&r, "capacity")[0], 3.6 * (1 + 0.5 / 60), 1e-9);
    rig_free(&r);
    make_samples(at, 1 << 17, 2, -1, "cycle,time_s,voltage_v,current_a,t1_c");
    assert_int_equal(read_text(&g, at, SET("cut_off", "3.5"), &r), FADE_OK);
    assert_near(rig_col(&r, "capacity")[0], 0.5 + 0.5 / 60, 1e-9);
    assert_near(rig_col(&r, "discharge_time")[0], 3600, 1e-6);
    rig_free(&r);
    free(at);
}

static void packed_file_and_resume(void **state)
{
    (void)state;
    rig g;
    rig_rows all, part, rest;
    char path[512], *at = malloc(1 << 17);
    assert_true(rig_open(&g, "csv"));
    for (int samples = 0; samples < 2; samples++) {
        if (samples) {
            make_samples(at, 1 << 17, 9, -1, "cycle,time_s,voltage_v,current_a,t1_c");
        } else {
            size_t n = (size_t)sprintf(at, "cell,cycle,start_time,capacity_ah,temperature_mean_c\n");
            for (int k = 0; k < 90; k++)
                n += (size_t)sprintf(at + n, "c%d,%d,2020-01-%02d,%g,%s\n", k % 7, k / 7 + k % 2, 1 + k / 7,
                                     2 - k * 0.01, k % 3 ? "" : "25");
        }
        rig_file(path, "b.csv.gz", "", 0);
        gzFile z = gzopen(path, "wb");
        gzputs(z, at);
        gzclose(z);
        rig_set(&g, "path", path);
        rig_set(&g, "duplicates", "mean");
        rig_set(&g, "outliers", "1.5");
        assert_int_equal(rig_read(&g, NULL, 5, 0, &all), FADE_OK);
        assert_int_equal(all.code, FADE_END);
        assert_true(all.n >= 9);
        for (size_t cut = 1; cut < all.n; cut += 3) {
            assert_int_equal(rig_read(&g, NULL, 1, cut, &part), FADE_OK);
            assert_int_equal(atoi(part.position), (int)cut);
            assert_int_equal(rig_read(&g, part.position, 4, 0, &rest), FADE_OK);
            assert_true(rig_same(&all, cut, &rest));
            rig_free(&part);
            rig_free(&rest);
        }
        static const char *const bad[] = { "x", "-1", "1x", " 1" };
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(rig_read(&g, bad[k], 4, 0, &part), FADE_EINVAL);
        assert_int_equal(rig_read(&g, "1000", 4, 0, &part), FADE_OK);
        assert_int_equal(part.code, FADE_EINVAL);
        rig_free(&part);
        rig_free(&all);
        unlink(path);
    }
    free(at);
}

static void six_labs(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t rows;
        const char *cell;
        size_t of_cell;
        double first, last;
    } cases[] = {
        { "percycle/nasa_pcoe.csv", 1178, "B0006", 168, 2.0353376, 1.1856752 },
        { "percycle/matr_b1.csv", 16542, "b1c1", 0, 1.0753012, 0 },
        { "percycle/calce_cs2.csv", 1844, "CS2_35", 0, 1.138460, 0 },
        { "percycle/isea_rwth.csv", 402, "epSanyo002", 0, 1.834012, 0 },
        { "percycle/tju.csv", 5526, "1:CY25-025_1-#1", 0, 3.246858, 0 },
        { "percycle/xjtu.csv", 6607, "2C_battery-1", 0, 1.9, 0 },
    };
    for (size_t k = 0; k < 6; k++) {
        const char *path = data_file(cases[k].file);
        if (!path)
            skip();
        rig g;
        rig_rows r;
        assert_true(rig_open(&g, "csv"));
        rig_set(&g, "path", path);
        assert_int_equal(rig_read(&g, NULL, 512, 0, &r), FADE_OK);
        assert_int_equal(r.code, FADE_END);
        assert_int_equal(r.n, cases[k].rows);
        rig_free(&r);
        rig_set(&g, "cell", cases[k].cell);
        assert_int_equal(rig_read(&g, NULL, 512, 0, &r), FADE_OK);
        assert_int_equal(r.code, FADE_END);
        assert_near(rig_col(&r, "capacity")[0], cases[k].first, 1e-6);
        if (cases[k].of_cell) {
            assert_int_equal(r.n, cases[k].of_cell);
            assert_near(rig_col(&r, "capacity")[r.n - 1], cases[k].last, 1e-6);
        }
        if (rig_index(&r, "current_mean") >= 0)
            assert_true(rig_col(&r, "current_mean")[0] > 0);
        rig_free(&r);
    }
}

static void samples_of_nasa(void **state)
{
    (void)state;
    const char *path = data_file("nasa/discharge.csv.gz");
    if (!path)
        skip();
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "csv"));
    rig_set(&g, "path", path);
    rig_set(&g, "cut_off", "2.7");
    assert_int_equal(rig_read(&g, NULL, 512, 0, &r), FADE_OK);
    assert_int_equal(r.n, 504);
    size_t met = 0;
    for (size_t i = 0; i < r.n; i++)
        if (strcmp(r.cell[i], "B0005") == 0) {
            met++;
            if (r.cycle[i] == 1) {
                assert_near(rig_col(&r, "capacity")[i], 1.8564874, 5e-5);
                assert_near(rig_col(&r, "temperature_mean")[i], 32.285, 0.001);
            }
            if (r.cycle[i] == 168)
                assert_near(rig_col(&r, "capacity")[i], 1.3250793, 5e-5);
        }
    assert_int_equal(met, 168);
    rig_free(&r);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_file),
        cmocka_unit_test(headers_of_cyclers),
        cmocka_unit_test(more_units),
        cmocka_unit_test(mapped_columns),
        cmocka_unit_test(titles_and_units_line),
        cmocka_unit_test(current_signs),
        cmocka_unit_test(flagged_lines),
        cmocka_unit_test(repeated_cycles),
        cmocka_unit_test(lines_are_rows),
        cmocka_unit_test(missing_values),
        cmocka_unit_test(wild_values),
        cmocka_unit_test(wrong_files),
        cmocka_unit_test(ragged_lines_skipped),
        cmocka_unit_test(cells_and_ids),
        cmocka_unit_test(empty_columns),
        cmocka_unit_test(dates_make_durations),
        cmocka_unit_test(samples_become_cycles),
        cmocka_unit_test(samples_signs_and_scales),
        cmocka_unit_test(packed_file_and_resume),
        cmocka_unit_test(six_labs),
        cmocka_unit_test(samples_of_nasa),
    };
    return cmocka_run_group_tests_name("csv source", tests, NULL, NULL);
}
