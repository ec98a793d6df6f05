/* SPDX-License-Identifier: MIT
 * test_profile.c - the source of duties: headers and units, what is wrong and what is mended, current, shared files.
 */
#include "tests/profile_rig.h"
#include <zlib.h>

/* ---- what a file says ---- */

static void plain_duty(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time_s,soc,temperature_c\n0,0.9,20\n60,0.5,21\n120,0.7,22\n", NULL, &r);
    assert_int_equal(r.ncell, 1);
    assert_string_equal(r.cell[0], "cell-1");
    assert_int_equal(r.n, 3);
    NUMBERS(r.time, 0, 0, 60, 120);
    NUMBERS(r.soc, 0, 0.9, 0.5, 0.7);
    NUMBERS(r.kelvin, 1e-12, 293.15, 294.15, 295.15);
    for (size_t i = 0; i < r.n; i++) {
        assert_true(r.date[i] == INT64_MIN);
        assert_true(r.of[i] == 0);                /* of all cells */
    }
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
    assert_int_equal(g.vt->flags, FADE_DUTY);
    assert_int_equal(g.desc->columns.out.n, 1);                 /* its length */
}

/* Two samples at 0 and 3600 s, soc 0.75 and 0.5, 20 and 25 degC, said in other words. */
static void headers_and_units(void **state)
{
    (void)state;
    static const char *const files[] = {
        "time,soc,temperature\n0,0.75,20\n3600,0.5,25\n",
        ",Time_s,SOC,Temperature_C\n0,0,0.75,20\n1,3600,0.5,25\n",
        ",Unnamed: 0,Time_s,SOC,T_degC\n0,0,0,0.75,20\n1,3600,3600,0.5,25\n",
        "\xef\xbb\xbft_hours,SOC (%),T_degC\n0,75,20\n1,50,25\n",
        "Test Time / s,SOC / %,Ambient Temperature / degC\n0,75,20\n3600,50,25\n",
        "test_time_second;soc_percent;temperature_celsius\n0;75;20\n3600;50;25\n",
        "time_min\tsoc_ratio\ttemperature_k\n0\t0.75\t293.15\n60\t0.5\t298.15\n",
        "# A title, of two words\n# Time [ms], SOC [%], T [K]\n0, 75, 293.15\n3600000, 50, 298.15\n",
        "elapsed_time_h,State of Charge [%],Temperature [\xc2\xb0 C]\r\n0,75,20\r\n1,50,25\r\n",
        "time (days),soc,temp (\xe2\x84\x83)\n0,0.75,20\n0.041666666666666664,0.5,25\n",
        "t,SOC %,T_degF\n0,75,68\n3600,50,77\n",
        "time,SOC,temperature\ns,%,degC\n0,0.75,20\n3600,0.5,25\n",
        "temperature_ambient,soc,cell_temperature,t\n99,0.75,20,0\n99,0.5,25,3600\n",
        "\"Time_s\",\"soc\",\"temperature_deg_c\"\n\"0\",\"0.75\",\"20\"\n 3600 ,\" 0.5\",25,\n",
    };
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        rig g;
        duty_rows r;
        good(&g, files[k], NULL, &r);
        assert_int_equal(r.n, 2);
        NUMBERS(r.time, 1e-9, 0, 3600);
        NUMBERS(r.soc, 1e-12, 0.75, 0.5);
        NUMBERS(r.kelvin, 1e-9, 293.15, 298.15);
        duty_free(&r);
    }
}

static void named_columns(void **state)
{
    (void)state;
    static const char file[] = "Nr,Uhr,Stand,Warm,soc\n1,0,75,20,0.1\n2,60,50,25,0.1\n";
    rig g;
    duty_rows r;
    good(&g, file,
         SET("time_column", "Uhr", "soc_column", "stand", "temperature_column", "Warm", "units", "soc=%;time=min"), &r);
    NUMBERS(r.time, 1e-9, 0, 3600);
    NUMBERS(r.soc, 1e-12, 0.75, 0.5);
    NUMBERS(r.kelvin, 1e-9, 293.15, 298.15);
    duty_free(&r);
    good(&g, "time,soc,current\n0,0.5,9\n3600,0.5,9\n",           /* what is named comes before what is found */
         SET("current_column", "current", "capacity", "10", "temperature", "300"), &r);
    NUMBERS(r.soc, 1e-12, 1, 0.1);
    duty_free(&r);
}

static void dates(void **state)
{
    (void)state;
    static const char *const files[] = {
        "date,soc\n2010-01-01T01:00:00,0.5\n2010-01-01T02:00:00,0.6\n2010-01-01T03:00:00,0.7\n",
        "timestamp,soc\n2010-01-01T02:00:00+01:00,0.5\n2010-01-01T03:00:00+01:00,0.6\n2010-01-01T04:00:00+01:00,0.7\n",
        "Time,soc\n2010-01-01 01:00,0.5\n2010-01-01 02:00,0.6\n2010-01-01 03:00,0.7\n",
        "time,soc\n1262307600,0.5\n1262311200,0.6\n1262314800,0.7\n",
        "unix_time_ms,soc\n1262307600000,0.5\n1262311200000,0.6\n1262314800000,0.7\n",
    };
    int64_t first;
    assert_true(clock_parse("2010-01-01T01:00:00Z", &first));
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        rig g;
        duty_rows r;
        good(&g, files[k], SET("temperature", "300", "length", "10800", "seam", "1"), &r);
        assert_int_equal(r.n, 4);
        NUMBERS(r.time, 0, 0, 3600, 7200, 10800);
        NUMBERS(r.soc, 0, 0.5, 0.6, 0.7, 0.5);
        for (size_t i = 0; i < r.n; i++)
            assert_true(r.date[i] == first + (int64_t)i * 3600000000);
        duty_free(&r);
    }
    rig g;
    duty_rows r;
    good(&g, "date,soc\n2010-01-01,\n2010-01-01T03:00,0.5\n2010-01-01T04:00,0.6\n2010-01-01T05:00,0.5\n",
         SET(T, "repair", "drop"), &r);           /* its first line is left out */
    NUMBERS(r.time, 0, 0, 3600, 7200);
    assert_true(r.date[0] == first + 7200000000);
    duty_free(&r);
}

static void packed_file(void **state)
{
    (void)state;
    char path[512];
    rig g;
    duty_rows r;
    rig_file(path, "p.csv.gz", "", 0);
    gzFile z = gzopen(path, "wb");
    assert_non_null(z);
    gzputs(z, "time,soc,temperature\n0,0.75,20\n3600,0.5,25\n");
    gzclose(z);
    assert_true(rig_open(&g, "profile"));
    rig_set(&g, "path", path);
    assert_int_equal(duty_read(&g, NULL, 8, 0, &r), FADE_OK);
    NUMBERS(r.soc, 0, 0.75, 0.5);
    duty_free(&r);
    unlink(path);
}

/* ---- what is wrong ---- */

static void errors_have_lines(void **state)
{
    (void)state;
    const struct { const char *file, *const *set, *says; } cases[] = {
        { "time,soc\n0,0.5\n60,1.03\n", SET(T), "a.csv:3: soc 1.03 is above 1" },
        { "time,soc\n0,0.5\n60,-0.03\n", SET(T), "a.csv:3: soc -0.03 is below 0" },
        { "time,soc\n0,50\n60,60\n", SET(T),
          "a.csv:2: soc 50 is above 1: in percent? then say units = { soc = \"%\" }" },
        { "time,soc\n0,0.5\n\n60,\n", SET(T), "a.csv:4: soc is missing (repair" },
        { "time,soc\n0,0.5\n60,nan\n", SET(T), "a.csv:3: soc is missing" },
        { "time,soc\n0,0.5\n60,inf\n", SET(T), "a.csv:3: soc is missing" },
        { "time,soc\n0,0.5\n60,x\n", SET(T), "a.csv:3: soc is 'x', which is not a number" },
        { "time;soc\n0;0,5\n60;1\n", SET(T), "a.csv:2: soc is '0,5', which is not a number: decimal commas" },
        { "time,soc\n0,0.5\nx,0.5\n", SET(T), "a.csv:3: time is 'x', which is not a number or a date" },
        { "time,soc\n0,0.5\n,0.5\n", SET(T), "a.csv:3: time is missing" },
        { "time,soc\n60,0.5\n60,0.5\n", SET(T), "a.csv:3: time = 60 s does not rise above 60 s in line 2" },
        { "time_h,soc\n1,0.5\n2,0.5\n0.5,0.5\n", SET(T),
          "a.csv:4: time_h = 1800 s does not rise above 7200 s in line 3" },
        { "time,soc\n-60,0.5\n60,0.5\n", SET(T), "a.csv:2: time = -60 s is outside 0 .. 1e+12 s" },
        { "time,soc\n0,0.5\n1e13,0.5\n", SET(T), "a.csv:3: time = 1e+13 s is outside" },
        { "time,soc\n0,0.5\n60,0.5\n200,0.5\n", SET(T, "gap", "100"),
          "a.csv:4: a gap of 140 s before this line is longer than gap = 100 s" },
        { "time,soc\n0,0.5\n60,0.5,7\n", SET(T), "a.csv:3: 3 fields where the header has 2" },
        { "time,soc,temperature\n0,0.5,20\n60,0.5,300\n", NULL, "a.csv:3: temperature 573.15 K (300 degC) is outside" },
        { "time,soc\n0,0.5\n2010-01-01,0.5\n", SET(T), "a.csv:3: time is a date, the lines before have none" },
        { "time,soc\n2010-01-01,0.5\n7,0.5\n", SET(T), "a.csv:3: time is no date, the lines before have dates" },
        { "time,soc\n0,0.5\n", SET(T), "1 line of samples: two or more" },
        { "time,soc\n", SET(T), "0 lines of samples" },
        { "", SET(T), "the file is empty" },
        { "a,b,c\n1,2,3\n", SET(T),
          "a.csv:1: no header with time and one of soc, current or power; there are: a, b, c" },
        { "time,soc\n0,1\n1,1\n", SET(T, "soc_column", "SoC2"),
          "no header with time and one of soc, current or power and 'SoC2' (soc_column); there are: time, soc" },
        { "time,current\n0,1\n1,1\n", SET(T), "current becomes soc only with `capacity` in Ah" },
        { "time,power\n0,1\n1,1\n", SET(T), "power becomes soc only with `energy` in Wh" },
        { "time,current\n0,0\n0.5,1\n3600,1\n", SET(T, "capacity", "0.5"),
          "a.csv:4: soc moves by 2, from its highest in line 2 to its lowest here: more than `capacity` holds" },
        { "time,current\n0,1\n3600,1\n7200,1\n", SET(T, "capacity", "3", "soc_start", "0.5"),
          "a.csv:4: soc -0.166667 is below 0 (summed up from soc_start)" },
        { "time,soc\n0,0.5\n60,0.5\n", SET(T, "period", "50"), "period = 50 s is below the 60 s" },
        { "time,soc\n60,0.5\n120,0.5\n", SET(T, "length", "30"),
          "length = 30 s ends before the first sample, at 60 s" },
        { "time,soc\n0,0.5\n1e-6,0.6\n", SET(T, "length", "1e12"), "cannot be told apart after length = 1e+12 s" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "units", "soc=Ah"), "units.soc = \"Ah\" is no unit of soc" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "units", "charge=Ah"), "units.charge: there are units of time, soc" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "cells", "3", "cell_names", "a;b"),
          "cell_names has 2 names, there are 3" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "cell_names", "a;b/c"), "'b/c' is not [A-Za-z0-9_.-]{1,64}" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "cell_names", "a;a"), "two cells would both be called a" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "temperature_path", "b.csv"),
          "temperature and temperature_path are both" },
        { "time,soc\n0,0.5\n60,0.6\n", SET(T, "paths", "b.csv"), "path and paths are both given" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        duty_rows r;
        int32_t rc = read_as(&g, "a.csv", cases[k].file, cases[k].set, 8, &r);
        if (rc >= 0 || !strstr(g.error, cases[k].says) || g.errors != 1)
            print_error("%s -> %d, %d errors: %s\n", cases[k].file, rc, g.errors, g.error);
        assert_true(rc < 0);
        assert_int_equal(g.errors, 1);
        assert_non_null(strstr(g.error, cases[k].says));
        duty_free(&r);
    }
}

static void no_file(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    assert_true(rig_open(&g, "profile"));
    assert_int_equal(duty_read(&g, NULL, 8, 0, &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "neither path nor paths"));
    rig_set(&g, "path", "/nowhere/at-all.csv");
    assert_int_equal(duty_read(&g, NULL, 8, 0, &r), FADE_EIO);
    assert_non_null(strstr(g.error, "/nowhere/at-all.csv"));
}

static void repairs(void **state)
{
    (void)state;
    static const char holes[] = "time,soc\n0,\n10,0.5\n20,\n30,\n40,0.8\n50,\n";
    static const char stamps[] = "time,soc\n0,0.1\n10,0.2\n10,0.9\n5,0.9\n,0.9\n"
                                 "20,0.3\n30,0.4\n40,0.5\n50,0.6\n60,0.7\n";
    static const char gap[] = "time,soc\n0,0.1\n10,0.2\n20,0.3\n1000,0.9\n1010,1\n1020,1\n";
    static const struct {
        const char *file, *how;
        int n;
        double t[8], soc[8];
        const char *says, *also;
    } cases[] = {
        { holes, "interpolate", 6, { 0, 10, 20, 30, 40, 50 }, { 0.5, 0.5, 0.6, 0.7, 0.8, 0.8 },
          "a.csv:2: missing values of soc made up (repair = \"interpolate\"): 4, here the first\n", "" },
        { holes, "hold", 6, { 0, 10, 20, 30, 40, 50 }, { 0.5, 0.5, 0.5, 0.5, 0.8, 0.8 },
          "a.csv:2: missing values of soc made up (repair = \"hold\"): 4, here the first\n", "" },
        { stamps, "drop", 7, { 0, 10, 20, 30, 40, 50, 60 }, { 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7 },
          "a.csv:6: lines without a time left out (repair = \"drop\"): 1, here the first\n",
          "a.csv:4: lines left out whose time does not rise (repair = \"drop\"): 2, here the first\n" },
        { gap, "hold", 7, { 0, 10, 20, 990, 1000, 1010, 1020 }, { 0.1, 0.2, 0.3, 0.3, 0.9, 1, 1 },
          "a.csv:5: gaps filled with the values before them (repair = \"hold\"): 1, here the first\n", "" },
        { gap, "interpolate", 6, { 0, 10, 20, 1000, 1010, 1020 }, { 0.1, 0.2, 0.3, 0.9, 1, 1 },
          "a.csv:5: gaps filled along straight lines (repair = \"interpolate\"): 1, here the first\n", "" },
        { "time,soc\n0,0.5\n10,NA\n20,0.7\n30,0.8\n", "drop", 3, { 0, 20, 30 }, { 0.5, 0.7, 0.8 },
          "a.csv:3: lines with a missing value left out (repair = \"drop\"): 1, here the first\n", "" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        duty_rows r;
        good(&g, cases[k].file, SET(T, "repair", cases[k].how, "gap", "100"), &r);
        assert_int_equal(r.n, cases[k].n);
        same_numbers(r.time, cases[k].t, r.n, 1e-12);
        same_numbers(r.soc, cases[k].soc, r.n, 1e-12);
        assert_non_null(strstr(g.warning, cases[k].says));
        assert_non_null(strstr(g.warning, cases[k].also));
        duty_free(&r);
    }
}

static void what_cannot_be_mended(void **state)
{
    (void)state;
    static const struct { const char *file, *how, *says; } cases[] = {
        { "time,soc\n0,0.1\n10,0.2\n10,0.9\n", "hold", "a.csv:4: time = 10 s does not rise" },
        { "time,soc\n0,0.1\n10,0.2\n500,0.9\n", "drop", "a.csv:4: a gap of 490 s" },
        { "time,soc\n0,0.1\n90,0.2\n10,0.9\n20,0.5\n30,0.5\n40,0.5\n", "drop", "only 2 of 6 lines are left" },
        { "time,soc\n0,\n10,\n20,\n", "hold", "a.csv:2: soc is missing in every line" },
        { "time,soc\n0,0.1\n10,1.2\n", "interpolate", "a.csv:3: soc 1.2 is above 1" },
        { "time,soc\n0,0.1\n10,abc\n", "interpolate", "a.csv:3: soc is 'abc'" },
        { "time,soc\n-5,0.1\n10,0.2\n", "drop", "a.csv:2: time = -5 s is outside" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        rig g;
        duty_rows r;
        assert_true(read_as(&g, "a.csv", cases[k].file, SET(T, "repair", cases[k].how, "gap", "100"), 8, &r) < 0);
        if (!strstr(g.error, cases[k].says))
            print_error("%s: %s\n", cases[k].file, g.error);
        assert_non_null(strstr(g.error, cases[k].says));
    }
}

/* ---- current and power ---- */

static void current_and_power(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    const struct { const char *file, *const *set; int n; double soc[5]; const char *says; } cases[] = {
        { "time_h,current_a\n0,1\n1,1\n2,1\n", SET(T, "capacity", "4"), 3, { 1, 0.75, 0.5 },
          "current_a is taken to be positive in discharge, as more" },
        { "time_h,current_a\n0,-1\n1,-1\n2,-1\n", SET(T, "capacity", "4"), 3, { 1, 0.75, 0.5 },
          "current_a is taken to be negative in discharge, as more" },
        { "time_h,I/mA\n0,1000\n1,1000\n2,3000\n", SET(T, "capacity", "4"), 3, { 1, 0.75, 0.25 }, "I/mA is taken" },
        { "time_h,current_a\n0,-1\n1,-1\n2,-1\n", SET(T, "capacity", "4", "current_sign", "discharge-positive"), 3,
          { 0.5, 0.75, 1 }, "" },
        { "time_h,current_a\n0,1\n1,1\n2,1\n", SET(T, "capacity", "4", "current_sign", "charge-positive"), 3,
          { 0.5, 0.75, 1 }, "" },
        { "time_h,current_a\n0,1\n1,1\n2,-1\n3,-1\n", SET(T, "capacity", "4"), 4, { 1, 0.75, 0.75, 1 },
          "current_a is taken to be positive in discharge: it is balanced, say current_sign" },
        { "time_h,current_a\n0,1\n1,1\n2,-1\n3,-1\n",
          SET(T, "capacity", "4", "efficiency", "0.5", "current_sign", "discharge-positive"), 4,
          { 1, 0.75, 0.6875, 0.8125 }, "" },
        { "time_h,current_a\n0,1\n1,1\n2,1\n", SET(T, "capacity", "4", "soc_start", "0.6"), 3, { 0.6, 0.35, 0.1 },
          "current_a is taken" },
        { "time_h,Power [kW]\n0,1\n1,1\n2,1\n", SET(T, "energy", "4000"), 3, { 1, 0.75, 0.5 },
          "Power [kW] is taken" },
        { "time_h,power_w,current_a\n0,1,2\n1,1,2\n", SET(T, "energy", "4", "power_column", "power_w"), 2, { 1, 0.75 },
          "power_w is taken" },
        { "time_h,power_MW\n0,1\n1,1\n2,1\n", SET(T, "energy", "4e6"), 3, { 1, 0.75, 0.5 }, "power_MW is taken" },
        { "time_h,power mW\n0,1\n1,1\n2,1\n", SET(T, "energy", "4e-3"), 3, { 1, 0.75, 0.5 }, "power mW is taken" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        good(&g, cases[k].file, cases[k].set, &r);
        assert_int_equal(r.n, cases[k].n);
        same_numbers(r.soc, cases[k].soc, r.n, 1e-12);
        assert_int_equal(g.warnings, *cases[k].says != 0);
        assert_non_null(strstr(g.warning, cases[k].says));
        duty_free(&r);
    }
}

/* No gap is given, so none is mended; one of 103.9 days among hours is not passed over in silence. */
static void a_gap_that_nobody_asked_for_is_told(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    good(&g, "time_h,soc\n0,0.5\n1,0.6\n2,0.5\n2496,0.6\n2497,0.5\n", SET(T), &r);
    assert_int_equal(r.n, 5);
    assert_int_equal(g.warnings, 1);
    assert_non_null(strstr(g.warning, "a.csv:5: no sample for up to 104 days before 1 line, here the first"));
    duty_free(&r);
    char hours[2000] = "time_h,soc\n";
    for (int k = 0, n = (int)strlen(hours), h = 0; k < 30; k++, h += k == 20 ? 21 : 1)
        n += snprintf(hours + n, sizeof hours - (size_t)n, "%d,0.%d\n", h, 5 + k % 2);
    good(&g, hours, SET(T), &r);                   /* twenty hours are missing among hours */
    assert_int_equal(r.n, 30);
    assert_int_equal(g.warnings, 1);
    assert_non_null(
        strstr(g.warning, "a.csv:22: no sample for up to 21 h before 1 line, here the first (else one every 1 h)"));
    duty_free(&r);
    good(&g, hours, SET(T, "gap", "108000"), &r);    /* which may be meant */
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
    good(&g, "time_h,soc\n0,0.5\n24,0.6\n48,0.5\n288,0.6\n312,0.5\n", SET(T), &r);      /* ten days among days */
    assert_int_equal(g.warnings, 0);
    duty_free(&r);
}

/* ---- shared data ---- */

static void shared_files(void **state)
{
    (void)state;
    static const struct { const char *name; size_t n, years; double first, last, soc; } files[] = {
        { "duty_profiles/Commercial_peak_shaving.csv", 51408, 525601, 0, 30844200, 1 },
        { "duty_profiles/Residential_PV-BESS__CA__mild_.csv", 35040, 350400, 900, 31536000, 0.5 },
        { "duty_profiles/commercial_ev.csv", 2016, 1051201, 0, 604500, 0.95 },
        { "duty_profiles/personal_ev_largebatt.csv", 2016, 1051201, 0, 604500, 0.95 },
        { "duty_profiles/personal_ev_smallbatt.csv", 2016, 1051201, 0, 604500, 0.95 },
    };
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        rig g;
        duty_rows r;
        const char *path = data_file(files[k].name);
        if (!path)
            skip();
        assert_true(rig_open(&g, "profile"));
        set_all(&g, SET("path", path, "seam", "1"));
        assert_int_equal(duty_read(&g, NULL, 1024, 0, &r), FADE_OK);
        assert_int_equal(r.n, files[k].n);
        assert_near(r.time[0], files[k].first, 0);
        assert_near(r.time[r.n - 1], files[k].last, 0);
        assert_near(r.soc[0], files[k].soc, 0);
        duty_free(&r);
        rig_set(&g, "length", "315360000");                       /* ten years */
        assert_int_equal(duty_read(&g, NULL, 1024, 0, &r), FADE_OK);
        assert_int_equal(r.wrong, 0);
        assert_int_equal(r.n, files[k].years);
        assert_near(r.time[r.n - 1], 315360000, 0);
        duty_free(&r);
    }
}

static void no_profile(void **state)
{
    (void)state;
    rig g;
    duty_rows r;
    const char *path = data_file("duty_profiles/TeslaInfo_Model3LR.csv");
    if (!path)
        skip();
    assert_true(rig_open(&g, "profile"));
    rig_set(&g, "path", path);
    assert_int_equal(duty_read(&g, NULL, 64, 0, &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "there are: Mileage, kWh, Year"));
}

/* Each climate of a year lasts 365 days: a year later it is the same. */
static void shared_climates(void **state)
{
    (void)state;
    static const struct { const char *name; double years, at, want, least, most; } files[] = {
        { "climate/hourly_temperature_miami.csv", 1, 0, 19.4, 5, 35.6 },
        { "climate/nsrdb_honolulu.csv", 1, 0, 24.5, 21.2, 29.4 },
        { "climate/seattle-weather-hourly-normals.csv", 1, 3600, 4.0, 3.1, 24.4 },
        { "climate/seattle-weather.csv", 4, 0, 8.9, -7.1, 35.6 },
    };
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        char duty[512];
        rig g;
        duty_rows r;
        const char *path = data_file(files[k].name);
        if (!path)
            skip();
        text_file(duty, "hours.csv", "time_h,soc\n0,0.5\n1,0.6\n2,0.5\n");
        assert_true(rig_open(&g, "profile"));
        const char *twice = files[k].years > 1 ? "252460800" : "63072000";
        set_all(&g, SET("path", duty, "temperature_path", path, "length", twice));
        assert_int_equal(duty_read(&g, NULL, 1024, 0, &r), FADE_OK);
        size_t lap = r.n / 2, hour = (size_t)(files[k].at / 3600);
        assert_near(r.kelvin[hour], 273.15 + files[k].want, 1e-9);
        for (size_t i = 0; i + lap < r.n; i++) {
            assert_near(r.kelvin[i + lap], r.kelvin[i], 1e-5);
            assert_true(r.kelvin[i] >= 273.15 + files[k].least - 1e-9 && r.kelvin[i] <= 273.15 + files[k].most + 1e-9);
        }
        assert_int_equal(g.warnings, 0);
        duty_free(&r);
        unlink(duty);
    }
}

static void shared_drives(void **state)
{
    (void)state;
    static const struct { const char *name, *key, *size; double start, end; } files[] = {
        /* trapezoids by another program */
        { "drive_cycles/current/UDDS.csv", "capacity", "5", 1, 0.95465235321 },
        { "drive_cycles/current/US06.csv", "capacity", "5", 1, 0.9719379947055555 },
        { "drive_cycles/current/WLTC.csv", "energy", "60000", 1, 0.9508771173939815 },
        { "drive_cycles/current/car_current.csv", "capacity", "5", 0.9493055972222222, 1 },
    };
    for (size_t k = 0; k < sizeof files / sizeof files[0]; k++) {
        rig g;
        duty_rows r;
        const char *path = data_file(files[k].name);
        if (!path)
            skip();
        assert_true(rig_open(&g, "profile"));
        set_all(&g, SET("path", path, files[k].key, files[k].size, "current_sign", "discharge-positive", T));
        assert_int_equal(duty_read(&g, NULL, 64, 0, &r), FADE_OK);
        assert_near(r.soc[0], files[k].start, 1e-9);
        assert_near(r.soc[r.n - 1], files[k].end, 1e-9);
        duty_free(&r);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_duty),
        cmocka_unit_test(headers_and_units),
        cmocka_unit_test(named_columns),
        cmocka_unit_test(dates),
        cmocka_unit_test(packed_file),
        cmocka_unit_test(errors_have_lines),
        cmocka_unit_test(no_file),
        cmocka_unit_test(repairs),
        cmocka_unit_test(what_cannot_be_mended),
        cmocka_unit_test(current_and_power),
        cmocka_unit_test(a_gap_that_nobody_asked_for_is_told),
        cmocka_unit_test(shared_files),
        cmocka_unit_test(no_profile),
        cmocka_unit_test(shared_climates),
        cmocka_unit_test(shared_drives),
    };
    return cmocka_run_group_tests_name("profile", tests, NULL, NULL);
}
