/* SPDX-License-Identifier: MIT
 * bench_models.c - a saved model: how long it takes to load, and what a row costs from a CSV file to a CSV file.
 * Goals: load 5 ms; cost linear in rows; memory 200 MB at any number of rows (FADE_BENCH_ROWS, a million unless given).
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/report/predict_write.h"
#include "core/study/model_predict.h"
#include "core/study/model_train.h"
#include "tests/bench/bench.h"
#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

enum { CELL_ROWS = 1000 };
static char folder[] = "/tmp/fade-bench-models-XXXXXX";

static const char *at(const char *name)
{
    static char path[4][128];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static int write_rows(const char *path, long rows)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return 1;
    fputs("cell,cycle,capacity_ah\n", f);
    for (long i = 0; i < rows; i++) {
        long cell = i / CELL_ROWS, n = i % CELL_ROWS + 1;
        fprintf(f, "C%05ld,%ld,%.5f\n", cell, n, 2 - 0.02 * sqrt((double)n) + 1e-4 * (double)((n * 7919) % 97 - 48));
    }
    return fclose(f);
}

static int open_scenario(scenario **s, why *w)
{
    static const char toml[] = "[run]\nthreads = 1\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"csv\"\n"
                               "path = \"rows.csv\"\n[[physics]]\nplugin = \"power-law\"\n[corrector]\n"
                               "plugin = \"ridge\"\nfeatures = [\"cycle\", \"cycle_sqrt\"]\nscope = \"pooled\"\n";
    tree_problems p = { 0 };
    int rc = file_write(at("s.toml"), toml, strlen(toml), w);
    return rc ? rc : scenario_open(at("s.toml"), &(scenario_options){ 0 }, s, &p, w);
}

static int train(why *w)
{
    char name[65];
    scenario *s = NULL;
    model_training t = { 0 };
    int rc = write_rows(at("rows.csv"), 10 * CELL_ROWS) ? fail(w, E_IO, "cannot write rows") : open_scenario(&s, w);
    rc = rc ? rc : model_train(s, &(model_training_options){ 0 }, &t, w);
    rc = rc ? rc : model_train_save(&t, at("model"), name, w);
    model_train_close(&t);
    scenario_close(s);
    return rc;
}

static int load(why *w)
{
    double seconds[BENCH_SAMPLES];
    int rc = E_OK;
    for (int i = 0; i < BENCH_SAMPLES && !rc; i++) {
        model_saved *m = NULL;
        model_opened k = { 0 };
        double t = bench_now();
        rc = model_read(at("model"), &m, w);
        rc = rc ? rc : model_open(m, &k, w);
        seconds[i] = bench_now() - t;
        model_opened_close(&k);
        model_close(m);
    }
    qsort(seconds, BENCH_SAMPLES, sizeof *seconds, bench_order);
    double ms = 1e3 * seconds[BENCH_SAMPLES / 2];
    if (!rc)
        printf("load a model: %.2f ms (goal 5: %s)\n", ms, ms <= 5 ? "met" : "missed");
    return rc;
}

static int predict(long rows, double *us, why *w)
{
    scenario *s = NULL;
    model_saved *m = NULL;
    model_opened k = { 0 };
    predict_writer *out = NULL;
    model_predict_sums sums = { 0 };
    int rc = write_rows(at("rows.csv"), rows) ? fail(w, E_IO, "cannot write %ld rows", rows) : open_scenario(&s, w);
    rc = rc ? rc : model_read(at("model"), &m, w);
    rc = rc ? rc : model_open(m, &k, w);
    rc = rc ? rc : predict_writer_open(m, MODEL_PREDICT_REALS, at("out.csv"), NULL, &out, w);
    model_predict_options o = { .rows = predict_writer_rows, .ctx = out };
    double t = bench_now();
    rc = rc ? rc : model_predict(m, &k, s, &o, &sums, w);
    rc = rc ? rc : predict_writer_end(out, w);
    *us = 1e6 * (bench_now() - t) / (double)rows;
    predict_writer_close(out);
    model_opened_close(&k);
    model_close(m);
    scenario_close(s);
    return rc;
}

int main(void)
{
    const char *said = getenv("FADE_BENCH_ROWS");
    long most = said ? strtol(said, NULL, 10) : 1000000;
    double few = 0, many = 0;
    char command[64];
    why w = { 0 };
    struct rusage use;
    log_open(&(log_options){ .level = LOG_ERROR }, &w);
    bench_pin();
    int rc = mkdtemp(folder) ? train(&w) : 1;
    rc = rc ? rc : load(&w);
    rc = rc ? rc : predict(most / 10, &few, &w);
    rc = rc ? rc : predict(most, &many, &w);
    getrusage(RUSAGE_SELF, &use);
    if (rc)
        fprintf(stderr, "%s\n", w.text);
    else
        printf("predict from CSV to CSV, law and correction: %.2f us a row of %ld, %.2f of %ld (linear: %s), "
               "%ld MB at most (goal 200: %s)\n",
               few, most / 10, many, most, many < 1.3 * few ? "yes" : "no", use.ru_maxrss / 1024,
               use.ru_maxrss / 1024 <= 200 ? "met" : "missed");
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) || rc;
}
