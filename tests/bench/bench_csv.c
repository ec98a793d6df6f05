/* SPDX-License-Identifier: MIT
 * bench_csv.c - MB/s of reading a numeric CSV into doubles, beside a loop of fgetc and strtod; goal 150 MB/s.
 */
#include "core/base/csv.h"
#include "core/base/text.h"
#include "tests/bench/bench.h"
#include <unistd.h>
#include <zlib.h>

enum { ROWS = 60000 };
static char path[] = "/tmp/fade-bench-csv-XXXXXX";
static char gz_path[64];
static double sum_csv, sum_plain;

/* A cycler's rows: time, current, voltage, temperature, charge, and a number in full precision. */
static size_t write_rows(FILE *f, gzFile gz)
{
    char row[256];
    size_t bytes = (size_t)fprintf(f, "time_s,current_a,voltage_v,temperature_c,charge_ah,energy_wh,resistance,full\n");
    gzputs(gz, "time_s,current_a,voltage_v,temperature_c,charge_ah,energy_wh,resistance,full\n");
    for (int i = 0; i < ROWS; i++) {
        double a = i * 0.37, u = (i * 7919 % 10007) / 10007.;
        int n = snprintf(row, sizeof row, "%.3f,%.6f,%.5f,%.3f,%.7f,%.6f,%.4e,%.17g\n", a, -2.0 + u * 1e-3, 3.2 + u,
                         24 + 3 * u, u * 1.85, u * 6.1, 0.05 + u * 1e-3, u / 3);
        bytes += fwrite(row, 1, (size_t)n, f);
        gzwrite(gz, row, (unsigned)n);
    }
    return bytes;
}

static void read_csv(const char *at, bool numbers)
{
    fade_csv *c;
    why w = { 0 };
    const fade_csv_field *f;
    uint32_t n;
    double sum = 0, v;
    if (csv_open(at, 0, &c, &w)) {
        fprintf(stderr, "%s\n", w.text);
        exit(1);
    }
    csv_next(c, &f, &n, &w);
    while (csv_next(c, &f, &n, &w) == 0)
        for (uint32_t i = 0; numbers && i < n; i++)
            if (text_real(f[i].at, f[i].n, &v))
                sum += v;
    sum_csv = sum;
    csv_close(c);
}

static void rows_only(void *ctx)
{
    (void)ctx;
    read_csv(path, false);
}

static void rows_and_numbers(void *ctx)
{
    (void)ctx;
    read_csv(path, true);
}

static void gzipped(void *ctx)
{
    (void)ctx;
    read_csv(gz_path, true);
}

static void plain(void *ctx)
{
    (void)ctx;
    FILE *f = fopen(path, "r");
    char field[64];
    size_t n = 0;
    double sum = 0;
    bool header = true;
    for (int c; f && (c = fgetc(f)) != EOF;) {
        if (c != ',' && c != '\n') {
            if (n + 1 < sizeof field)
                field[n++] = (char)c;
            continue;
        }
        field[n] = '\0';
        n = 0;
        if (!header)
            sum += strtod(field, NULL);
        header = header && c != '\n';
    }
    sum_plain = sum;
    if (f)
        fclose(f);
}

int main(void)
{
    bench_pin();
    int fd = mkstemp(path);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
    snprintf(gz_path, sizeof gz_path, "%s.gz", path);
    gzFile gz = gzopen(gz_path, "wb6");
    if (!f || !gz) {
        perror(path);
        return 1;
    }
    size_t bytes = write_rows(f, gz);
    fclose(f);
    gzclose(gz);
    double mb = (double)bytes / 1e6, base = mb / bench_time(plain, NULL);
    printf("%.1f MB, %d rows of 8 numbers\n", mb, ROWS);
    printf("%-28s %8.0f MB/s\n", "fgetc and strtod", base);
    static const struct { const char *name; bench_work *work;
    } runs[] = {
        { "csv, rows only", rows_only },
        { "csv, gzipped, and numbers", gzipped },
        { "csv and numbers (goal 150)", rows_and_numbers },
    };
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
        double rate = mb / bench_time(runs[i].work, NULL);
        printf("%-28s %8.0f MB/s  ratio %.1f\n", runs[i].name, rate, rate / base);
    }
    unlink(path);
    unlink(gz_path);
    if (sum_csv != sum_plain)
        fprintf(stderr, "sums differ: %.17g, %.17g\n", sum_csv, sum_plain);
    return sum_csv != sum_plain;
}
