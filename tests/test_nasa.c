/* SPDX-License-Identifier: MIT
 * test_nasa.c - the source of NASA's recordings: rows against the published table, and damaged files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "tests/mat_writer.h"
#include "tests/source_rig.h"
#include "tests/near.h"
#include <time.h>

static const mat_plan small = { "T0001", 3, 40, 1, 6 };

static int64_t utc(const char *at)
{
    int64_t us = INT64_MIN;
    assert_true(clock_parse(at, &us));
    return us;
}

/* Opens a file of these bytes; the code of open(). */
static int32_t read_bytes(rig *g, const mat_bytes *file, rig_rows *r)
{
    char path[512];
    rig_file(path, "a.mat", file->at, file->n);
    rig_set(g, "path", path);
    g->errors = 0;
    int32_t rc = rig_read(g, NULL, 16, 0, r);
    unlink(path);
    return rc;
}

static int32_t read_plan(rig *g, const mat_plan *p, int packed, rig_rows *r)
{
    mat_bytes v = mat_variable(p), file = mat_file(v.at, v.n, packed);
    int32_t rc = read_bytes(g, &file, r);
    free(v.at);
    free(file.at);
    return rc;
}

static void written_file(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        rig g;
        rig_rows r;
        assert_true(rig_open(&g, "nasa"));
        assert_int_equal(read_plan(&g, &small, packed, &r), FADE_OK);
        assert_int_equal(r.n, 3);
        for (size_t i = 0; i < 3; i++) {
            assert_string_equal(r.cell[i], "T0001");
            assert_int_equal(r.cycle[i], i + 1);
            assert_true(r.time[i] == utc("2008-04-02T03:00:00.500Z") + (int64_t)i * 6 * 3600000000);
            assert_near(rig_col(&r, "temperature_mean")[i], 30, 0);         /* rest at 99 is masked */
            assert_near(rig_col(&r, "temperature_max")[i], 30, 0);
            assert_near(rig_col(&r, "temperature_start")[i], 99, 0);
            assert_near(rig_col(&r, "temperature_ambient")[i], 24, 0);
            assert_near(rig_col(&r, "current_mean")[i], 2, 1e-12);
            assert_near(rig_col(&r, "discharge_time")[i], 3300, 0);
            assert_near(rig_col(&r, "charge_time")[i], 3900, 0);
            assert_near(rig_col(&r, "charge_cc_time")[i], 3300, 0);
            assert_near(rig_col(&r, "duration")[i], 21600, 0);
            assert_true(isnan(rig_col(&r, "resistance")[i]));
            assert_near(rig_col(&r, "flags")[i], 0, 0);
        }
        /* Start of the charge to start of the load, less 3,300 s of charging; later from the end of the load before. */
        assert_near(rig_col(&r, "rest")[0], 10800 + 200 - 3300, 0);
        assert_near(rig_col(&r, "rest")[1], 21600 - 3300 - 3300, 0);
        /* One step from rest to 2 A, then 26 at 2 A until 2.7 V are reached. */
        assert_near(rig_col(&r, "capacity")[0], (0.9995 * 100 + 26 * 200) / 3600, 1e-12);
        rig_free(&r);
    }
}

static void wrong_labels(void **state)
{
    (void)state;
    static const struct { double label, flag; } cases[] = { { 0, 1 }, { -1, 1 }, { 1.05, 2 }, { 0.5, 2 } };
    for (size_t k = 0; k < 4; k++) {
        rig g;
        rig_rows r;
        mat_plan p = small;
        p.label = cases[k].label;
        assert_true(rig_open(&g, "nasa"));
        assert_int_equal(read_plan(&g, &p, 1, &r), FADE_OK);
        for (size_t i = 0; i < r.n; i++) {
            assert_true(isnan(rig_col(&r, "capacity")[i]));
            assert_near(rig_col(&r, "flags")[i], cases[k].flag, 0);
        }
        assert_int_equal(g.warnings, 1);
        assert_non_null(strstr(g.warning, "3 discharges"));
        rig_free(&r);
    }
}

static void column_moments(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    assert_int_equal(read_plan(&g, &small, 1, &r), FADE_OK);
    static const struct { const char *key, *unit; uint32_t flags;
    } want[] = {
        { "capacity", "Ah", FADE_TARGET },
        { "discharge_time", "s", FADE_TARGET },
        { "temperature_mean", "degC", 0 },
        { "temperature_max", "degC", 0 },
        { "temperature_ambient", "degC", FADE_PLANNED },
        { "temperature_start", "degC", FADE_EARLY },
        { "charge_time", "s", FADE_EARLY },
        { "charge_cc_time", "s", FADE_EARLY },
        { "rest", "s", FADE_PLANNED },
        { "duration", "s", FADE_PLANNED },
        { "current_mean", "A", 0 },
        { "resistance", "ohm", FADE_EARLY },
    };
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        int j = rig_index(&r, want[k].key);
        assert_true(j >= 0);
        assert_string_equal(r.column[j].unit, want[k].unit);
        assert_int_equal(r.column[j].flags, want[k].flags);
    }
    rig_free(&r);
}

static void refused(rig *g, const char *bytes, size_t n, const char *because)
{
    rig_rows r;
    mat_bytes file = { (unsigned char *)(uintptr_t)bytes, n, n };
    assert_true(read_bytes(g, &file, &r) < 0);
    assert_int_equal(g->errors, 1);
    if (!strstr(g->error, because))
        fail_msg("'%s' lacks '%s'", g->error, because);
}

static void other_files(void **state)
{
    (void)state;
    rig g;
    assert_true(rig_open(&g, "nasa"));
    char header[256] = "MATLAB 7.3 MAT-file";
    memcpy(header + 124, "\0\2IM", 4);
    refused(&g, header, sizeof header, "7.3");
    refused(&g, "\211HDF\r\n\032\n", 8, "HDF5");
    memcpy(header + 124, "\1\0MI", 4);
    refused(&g, header, sizeof header, "big-endian");
    refused(&g, "", 0, "not a MATLAB 5 file");
    memset(header, 0, sizeof header);
    refused(&g, header, sizeof header, "not a MATLAB 5 file");
    memcpy(header, "MATLAB", 6);
    memcpy(header + 124, "\0\1IM", 4);
    refused(&g, header, 128, "no discharge");
    rig_rows r;
    g.errors = 0;
    rig_set(&g, "path", "/nowhere/B0005.mat");
    assert_int_equal(rig_read(&g, NULL, 4, 0, &r), FADE_EIO);
    assert_non_null(strstr(g.error, "/nowhere/B0005.mat"));
    rig_set(&g, "path", "/nowhere/discharge.csv");
    assert_true(rig_read(&g, NULL, 4, 0, &r) < 0);
}

static void absent_cell(void **state)
{
    (void)state;
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    rig_set(&g, "cell", "B0099");
    assert_int_equal(read_plan(&g, &small, 1, &r), FADE_EINVAL);
    assert_non_null(strstr(g.error, "no discharge of B0099"));
}

/* A zip bomb: 300 MB of zeros in a few hundred kB. */
static void inflates_too_much(void **state)
{
    (void)state;
    rig g;
    assert_true(rig_open(&g, "nasa"));
    size_t n = 64 << 20;
    unsigned char *zeros = calloc(n, 1);
    mat_bytes file = mat_file(zeros, n, 1);
    refused(&g, (const char *)file.at, file.n, "inflates to more than");
    free(file.at);
    free(zeros);
}

static uint64_t dice(uint64_t *s)
{
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return *s >> 33;
}

static void damage(uint64_t *s, unsigned char *at, size_t *n)
{
    for (uint64_t k = 1 + dice(s) % 4; k > 0; k--) {
        size_t where = dice(s) % *n;
        switch (dice(s) % 5) {
        case 0:
            at[where] ^= (unsigned char)(1u << dice(s) % 8);
            break;
        case 1:
            at[where] = (unsigned char)dice(s);
            break;
        case 2:                                   /* a tag's size or a dimension */
            where &= ~(size_t)3;
            if (where + 4 <= *n)
                memcpy(at + where, &(uint32_t){ (uint32_t)(dice(s) << dice(s) % 32) }, 4);
            break;
        case 3:
            memmove(at + where, at + dice(s) % (*n - where + 1) / 2, (*n - where) / 2);
            break;
        default:
            *n = where > 1 ? where : 1;
        }
    }
}

/* Each ends within two seconds (SIGALRM kills the test), in rows or in one sentence. */
static void damaged_files(void **state)
{
    (void)state;
    rig g;
    assert_true(rig_open(&g, "nasa"));
    mat_plan p = small;
    p.samples = 12;
    mat_bytes v = mat_variable(&p), whole = mat_file(v.at, v.n, 1);
    uint64_t s = 42;
    int ended[2] = { 0, 0 };
    for (int k = 0; k < 2000; k++) {
        size_t n = v.n;
        unsigned char *copy = malloc(v.n + whole.n);
        memcpy(copy, v.at, v.n);
        if (k % 4 > 0)
            damage(&s, copy, &n);                 /* inside, then packed or not */
        mat_bytes file = mat_file(copy, n, k % 2);
        if (k % 4 == 0)
            damage(&s, file.at, &file.n);         /* the file as it lies on the disk */
        rig_rows r = { 0 };
        alarm(2);
        int32_t rc = read_bytes(&g, &file, &r);
        alarm(0);
        assert_true(rc <= 0 && rc >= FADE_ERANGE);
        assert_int_equal(g.errors, rc < 0);
        assert_true(r.n <= 6);
        ended[rc < 0]++;
        rig_free(&r);
        free(copy);
        free(file.at);
    }
    assert_true(ended[0] > 50 && ended[1] > 500); /* both ways are met, or the test tests nothing */
    free(v.at);
    free(whole.at);
}

/* Row by row against nasa/percycle.csv. */
static void against_table(const rig_rows *r)
{
    const char *path = data_file("nasa/percycle.csv");
    if (!path)
        skip();
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    char line[1024], cell[32], start[40];
    size_t met = 0;
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f)) {
        int cycle;
        double capacity, mean;
        if (sscanf(line, "%31[^,],%d,%*d,%39[^,],%lf", cell, &cycle, start, &capacity) != 4)
            continue;
        char *at = line;
        for (int k = 0; k < 10; k++)
            at = strchr(at, ',') + 1;
        mean = atof(at);
        for (size_t i = 0; i < r->n; i++) {
            if (strcmp(r->cell[i], cell) != 0 || r->cycle[i] != cycle)
                continue;
            met++;
            assert_true(r->time[i] == utc(start));
            assert_near(rig_col(r, "capacity")[i], capacity, 1e-12);
            assert_near(rig_col(r, "temperature_mean")[i], mean, 0.001);
        }
    }
    fclose(f);
    assert_int_equal(met, r->n);
}

static void b0005(void **state)
{
    (void)state;
    const char *path = data_file("nasa/B0005.mat");
    if (!path)
        skip();
    rig g;
    rig_rows r, part, rest;
    assert_true(rig_open(&g, "nasa"));
    rig_set(&g, "path", path);
    clock_t t = clock();
    assert_int_equal(rig_read(&g, NULL, 50, 0, &r), FADE_OK);
    assert_true(clock() - t < CLOCKS_PER_SEC);    /* of processor time: a whole file is far below a second */
    assert_int_equal(r.n, 168);
    assert_near(rig_col(&r, "capacity")[0], 1.8564874, 1e-7);
    assert_near(rig_col(&r, "capacity")[167], 1.3250793, 1e-7);
    assert_near(rig_col(&r, "temperature_mean")[0], 32.285, 0.001);
    assert_near(rig_col(&r, "charge_time")[0], 7597.9, 0.05);
    assert_near(rig_col(&r, "charge_cc_time")[0], 760.2, 0.06);
    assert_near(rig_col(&r, "discharge_time")[0], 3311.2, 0.05);
    assert_near(rig_col(&r, "resistance")[19], 0.114125, 1e-6);
    assert_true(rig_col(&r, "rest")[19] > 12 * 86400);            /* cycle 20 comes after the long rest of April */
    assert_true(rig_col(&r, "rest")[1] > 1800 && rig_col(&r, "rest")[1] < 2400);
    for (size_t i = 0; i < r.n; i++)
        assert_near(rig_col(&r, "flags")[i], 0, 0);
    against_table(&r);
    assert_int_equal(rig_read(&g, NULL, 30, 90, &part), FADE_OK);
    assert_string_equal(part.position, "90");
    assert_int_equal(rig_read(&g, part.position, 7, 0, &rest), FADE_OK);
    assert_true(rig_same(&r, 90, &rest));
    static const char *const bad[] = { "169", "-1", "x", "1 " };
    for (size_t k = 0; k < 4; k++)
        assert_int_equal(rig_read(&g, bad[k], 7, 0, &(rig_rows){ 0 }), FADE_EINVAL);
    rig_free(&r);
    rig_free(&part);
    rig_free(&rest);
}

/* scipy.io.loadmat("B0005.mat"), numpy over the arrays of a discharge and of the charge before it: np.interp for
 * voltages at a time, trapezoids between samples above 0.015 A for charge; the peak from a histogram of 4 mV over the
 * steps above 1.4 A, smoothed by a Gaussian of 10 mV. */
static void curves(void **state)
{
    (void)state;
    static const struct { const char *key; double second, hundredth; } want[] = {
        { "voltage_at_60s", 3.922449060870353, 3.9105992448611606 },
        { "voltage_at_300s", 3.825058098984121, 3.793769278543593 },
        { "voltage_at_600s", 3.7457051036436955, 3.685787483109615 },
        { "temperature_first_600s", 27.451506154130474, 27.496666257176738 },
        { "charge_accepted", 1.8812595040785896, 1.494815336729227 },
        { "charge_cv_time", 6722.203, 7709.203 },
        { "charge_accepted_cv", 0.47044533785851705, 0.5537018597919731 },
        { "charge_voltage_at_300s", 3.842731937214064, 3.938690251191136 },
        { "charge_voltage_at_1000s", 3.9493065747976677, 4.0284835789723346 },
        { "charge_voltage_at_2000s", 4.033526484330174, 4.178385776558483 },
        { "charge_dqdv_peak", 5.212890461829733, 3.5863895196802136 },
        { "charge_dqdv_voltage", 3.99, 4.01 },
        { "charge_temperature_mean", 26.669381638916743, 26.009887199050414 },
    };
    const char *path = data_file("nasa/B0005.mat");
    if (!path)
        skip();
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    rig_set(&g, "path", path);
    assert_int_equal(rig_read(&g, NULL, 50, 0, &r), FADE_OK);
    for (size_t k = 0; k < sizeof want / sizeof want[0]; k++) {
        int j = rig_index(&r, want[k].key);
        assert_true(j >= 0);
        assert_int_equal(r.column[j].flags, FADE_EARLY);
        assert_near(rig_col(&r, want[k].key)[1], want[k].second, 1e-9 * fabs(want[k].second));
        assert_near(rig_col(&r, want[k].key)[99], want[k].hundredth, 1e-9 * fabs(want[k].hundredth));
    }
    rig_free(&r);
}

/* The eleven shared cells: the integral is NASA's label wherever 2.7 V are reached, in 1,179 of 1,186 discharges. */
static void samples_of_cells(void **state)
{
    (void)state;
    const char *path = data_file("nasa/samples"), *index = data_file("nasa/percycle.csv");
    if (!path || !index)
        skip();
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    rig_set(&g, "path", path);
    rig_set(&g, "index", index);
    assert_int_equal(rig_read(&g, NULL, 64, 0, &r), FADE_OK);
    assert_int_equal(r.n, 1186);
    FILE *f = fopen(index, "r");
    char line[1000], cell[32];
    size_t good = 0, low = 0, at = 0;
    double worst = 0;
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    while (fgets(line, sizeof line, f) && at < r.n) {
        long cycle;
        double label;
        char stamp[40];
        assert_int_equal(sscanf(line, "%31[^,],%ld,%*[^,],%39[^,],%lf", cell, &cycle, stamp, &label), 4);
        assert_string_equal(r.cell[at], cell);
        assert_int_equal(r.cycle[at], cycle);
        assert_true(r.time[at] == utc(stamp));
        double ah = rig_col(&r, "capacity")[at];
        low += isnan(ah);
        good += fabs(ah - label) < 1e-4;
        worst = isnan(ah) ? worst : fmax(worst, fabs(ah - label));
        assert_int_equal(isnan(ah), rig_col(&r, "flags")[at] > 0);
        at++;
    }
    fclose(f);
    print_message("integral against label: %zu of %zu, worst %.2g Ah, %zu never reach 2.7 V\n", good, r.n, worst, low);
    assert_int_equal(good, 1179);
    assert_int_equal(low, 7);
    assert_true(worst < 2.3e-5);
    assert_true(rig_col(&r, "rest")[1] > 1600 && rig_col(&r, "rest")[1] < 1720);
    assert_near(rig_col(&r, "charge_cc_time")[1], 3367.4, 0);
    rig_free(&r);
    rig_set(&g, "cell", "B0029");
    assert_int_equal(rig_read(&g, NULL, 64, 0, &r), FADE_OK);
    assert_int_equal(r.n, 40);
    assert_near(rig_col(&r, "current_mean")[3], 4, 0.05);
    rig_free(&r);
}

/* A file of samples by itself: the integral is the capacity, and a sample behind ten minutes changes nothing before. */
static void samples_alone(void **state)
{
    (void)state;
    static const char head[] = "cycle,test_id,time_s,voltage_v,current_a,temperature_c\n";
    double before[4];
    static const char *const keys[] = { "voltage_at_60s", "voltage_at_300s", "voltage_at_600s",
                                        "temperature_first_600s" };
    for (int late = 0; late < 2; late++) {
        char path[512];
        text csv = { 0 };
        text_add(&csv, head);
        text_add(&csv, "1,7,0,4.2,0,24\n");
        for (int t = 30; t <= 1800; t += 30)
            text_addf(&csv, "1,7,%d,%.6f,-2,%.6f\n", t, t > 640 && late ? 2.9 : t >= 1800 ? 2.69 : 4 - t / 2000.0,
                      24 + t / 100.0);
        rig g;
        rig_rows r;
        assert_true(rig_open(&g, "nasa"));
        rig_file(path, "C0001.csv", text_of(&csv), csv.n);
        rig_set(&g, "path", path);
        assert_int_equal(rig_read(&g, NULL, 8, 0, &r), FADE_OK);
        assert_int_equal(r.n, 1);
        assert_non_null(strstr(r.cell[0], "-C0001"));           /* the file's name */
        assert_int_equal(rig_index(&r, "rest"), -1);
        assert_near(rig_col(&r, "voltage_at_60s")[0], 4 - 90 / 2000.0, 1e-9);     /* the load came on at 30 s */
        for (int k = 0; k < 4; k++) {
            double v = rig_col(&r, keys[k])[0];
            assert_true(isfinite(v));
            assert_true(!late || v == before[k]);
            before[k] = v;
        }
        if (late)
            assert_true(isnan(rig_col(&r, "capacity")[0]));                     /* 2.7 V are never reached */
        else
            assert_near(rig_col(&r, "capacity")[0], (1770 * 2 + 30) / 3600.0, 1e-9);
        rig_free(&r);
        unlink(path);
        text_free(&csv);
    }
}

/* A table of a charge and a discharge: V = 3.5 + t / 4000, I = 1.5, T = 24 + t / 1000 up to 600 s. */
static void charged(text *csv, int charges)
{
    text_add(csv, "Battery,id_cycle,Voltage_measured,Current_measured,Temperature_measured,Time,Capacity,type,time\n");
    for (int t = 0; t <= 600 && charges; t += 40)
        text_addf(csv, "B1,1,%.6f,%g,%.6f,%d,,charge,2008-04-02T10:00:00\n", 3.5 + (t - 40) / 4000.0, t ? 1.5 : 0.0,
                  24 + (t - 40) / 1000.0, t);
    for (int t = 0; t <= 1800; t += 30)
        text_addf(csv, "B1,2,%.6f,%g,25,%d,1,discharge,2008-04-02T12:00:00\n", t >= 1800 ? 2.69 : 4 - t / 2000.0,
                  t ? -2.0 : 0.0, t);
}

/* Counted from the first current, behind the fixed columns, unknown behind the end. */
static void charge_curve(void **state)
{
    (void)state;
    char path[512];
    text csv = { 0 };
    charged(&csv, 1);
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    rig_file(path, "a.csv", text_of(&csv), csv.n);
    rig_set(&g, "path", path);
    assert_int_equal(rig_read(&g, NULL, 8, 0, &r), FADE_OK);
    uint32_t fixed = r.ncol;
    assert_int_equal(rig_index(&r, "charge_voltage_at_100s"), -1);
    rig_free(&r);
    rig_set(&g, "curve_every", "100");
    rig_set(&g, "curve_until", "650");
    assert_int_equal(rig_read(&g, NULL, 8, 0, &r), FADE_OK);
    assert_int_equal(r.ncol, fixed + 3 * 6 - 1);                  /* charge_voltage_at_300s was there */
    for (int t = 100; t <= 500; t += 100) {
        char key[40];
        snprintf(key, sizeof key, "charge_voltage_at_%ds", t);
        assert_near(rig_col(&r, key)[0], 3.5 + t / 4000.0, 1e-6);
        snprintf(key, sizeof key, "charge_current_at_%ds", t);
        assert_near(rig_col(&r, key)[0], 1.5, 1e-12);
        snprintf(key, sizeof key, "charge_temperature_at_%ds", t);
        assert_near(rig_col(&r, key)[0], 24 + t / 1000.0, 1e-6);
        assert_int_equal(r.column[rig_index(&r, key)].flags, FADE_EARLY);
    }
    assert_true(isnan(rig_col(&r, "charge_voltage_at_600s")[0]));
    rig_free(&r);
    unlink(path);
    text_free(&csv);
}

static void bad_curves(void **state)
{
    (void)state;
    static const struct { const char *every, *until, *because; int charges; } cases[] = {
        { "0.5", "100", "curve_every is 0.5 s, but columns are named by whole seconds", 1 },
        { "1", "600", "is 600 readings, 1 to 128 will do", 1 },
        { "60", "10", "is 0 readings", 1 },
        { "60", "600", "there is no charge here", 0 },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char path[512];
        text csv = { 0 };
        charged(&csv, cases[k].charges);
        rig g;
        rig_rows r;
        assert_true(rig_open(&g, "nasa"));
        rig_file(path, "a.csv", text_of(&csv), csv.n);
        rig_set(&g, "path", path);
        rig_set(&g, "curve_every", cases[k].every);
        rig_set(&g, "curve_until", cases[k].until);
        assert_int_equal(rig_read(&g, NULL, 8, 0, &r), FADE_EINVAL);
        assert_int_equal(g.errors, 1);
        if (!strstr(g.error, cases[k].because))
            fail_msg("%s", g.error);
        unlink(path);
        text_free(&csv);
    }
}

static void bad_indices(void **state)
{
    (void)state;
    static const struct { const char *text, *because; } cases[] = {
        { "", "no first line" },
        { "cell,test_id\nB0005,1\n", "no column start_time" },
        { "cell,test_id,start_time\nB0005,,2008-01-01T00:00:00\n", "line 2 names no cell and test" },
        { "cell,test_id,start_time\nB0005,1,yesterday\n", "line 2: this is not a time: 'yesterday'" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char path[512], index[512];
        rig g;
        rig_rows r = { 0 };
        static const char csv[] = "cycle,test_id,time_s,voltage_v,current_a,temperature_c\n1,1,0,4,-2,24\n";
        assert_true(rig_open(&g, "nasa"));
        rig_file(path, "C0001.csv", csv, sizeof csv - 1);
        rig_file(index, "index.csv", cases[k].text, strlen(cases[k].text));
        rig_set(&g, "path", path);
        rig_set(&g, "index", index);
        assert_int_equal(rig_read(&g, NULL, 8, 0, &r), FADE_EINVAL);
        if (!strstr(g.error, cases[k].because))
            fail_msg("\"%s\" lacks \"%s\"", g.error, cases[k].because);
        unlink(path);
        unlink(index);
    }
}

static void one_table(void **state)
{
    (void)state;
    const char *path = data_file("nasa/discharge.csv.gz");
    if (!path)
        skip();
    rig g;
    rig_rows r;
    assert_true(rig_open(&g, "nasa"));
    rig_set(&g, "path", path);
    assert_int_equal(rig_read(&g, NULL, 64, 0, &r), FADE_OK);
    assert_int_equal(r.n, 504);
    assert_int_equal(rig_index(&r, "rest"), -1);                  /* nothing is known of charges */
    assert_string_equal(r.cell[168], "B0006");
    assert_int_equal(r.cycle[168], 1);
    against_table(&r);
    rig_free(&r);
    rig_set(&g, "cell", "B0007");
    assert_int_equal(rig_read(&g, NULL, 64, 0, &r), FADE_OK);
    assert_int_equal(r.n, 168);
    assert_near(rig_col(&r, "capacity")[167], 1.4324553, 1e-7);
    rig_free(&r);
}

static void bad_tables(void **state)
{
    (void)state;
    static const struct { const char *text, *because;
    } cases[] = {
        { "a,b\n1,2\n", "no column Battery" },
        { "", "" },
        { "Battery,id_cycle,Voltage_measured,Current_measured,Temperature_measured,Time,Capacity\nB1,1,4.2,x,24,0,1\n",
          "line 2: this is not a number: 'x'" },
        { "Battery,id_cycle,Voltage_measured,Current_measured,Temperature_measured,Time,Capacity\nB 1,1,4.2,1,24,0,1\n",
          "no name of a cell" },
        { "Battery,id_cycle,Voltage_measured,Current_measured,Temperature_measured,Time,Capacity,time\nB1,1,4.2,1,24,0,"
          "1,May\n",
          "not a time" },
    };
    rig g;
    assert_true(rig_open(&g, "nasa"));
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        char path[512];
        rig_rows r;
        rig_file(path, "discharge.csv", cases[k].text, strlen(cases[k].text));
        rig_set(&g, "path", path);
        assert_true(rig_read(&g, NULL, 4, 0, &r) < 0);
        if (!strstr(g.error, cases[k].because))
            fail_msg("'%s' lacks '%s'", g.error, cases[k].because);
        unlink(path);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_file),  cmocka_unit_test(wrong_labels), cmocka_unit_test(column_moments),
        cmocka_unit_test(other_files),   cmocka_unit_test(absent_cell),  cmocka_unit_test(inflates_too_much),
        cmocka_unit_test(damaged_files), cmocka_unit_test(b0005),        cmocka_unit_test(one_table),
        cmocka_unit_test(bad_tables),    cmocka_unit_test(curves),       cmocka_unit_test(samples_of_cells),
        cmocka_unit_test(samples_alone), cmocka_unit_test(bad_indices),  cmocka_unit_test(charge_curve),
        cmocka_unit_test(bad_curves),
    };
    return cmocka_run_group_tests_name("nasa", tests, NULL, NULL);
}
