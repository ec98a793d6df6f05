/* SPDX-License-Identifier: MIT
 * fuzz_csv_source.c - any bytes as a CSV of cycles or samples, under any choices: rows or one sentence; and a resumed
 * run's rows.
 *
 * The first three bytes choose parameters; a header is put before the rest unless they say not to.
 */
#include "tests/source_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void choose(rig *g, const uint8_t *at)
{
    static const char *const duplicates[] = { "first", "last", "mean", "error" }, *const gaps[] = { "hold", "nan",
                                                                                                    "error" };
    static const char *const signs[] = { "auto", "charge-positive", "discharge-positive" }, *const rows[] = {
        "auto", "cycles", "samples"
    };
    rig_set(g, "duplicates", duplicates[at[0] & 3]);
    rig_set(g, "gaps", gaps[(at[0] >> 2) % 3]);
    rig_set(g, "current_sign", signs[(at[0] >> 4) % 3]);
    rig_set(g, "outliers", at[0] & 128 ? "1" : "0");
    rig_set(g, "rows", rows[at[1] % 3]);
    rig_set(g, "ragged", at[1] & 8 ? "skip" : "error");
    rig_set(g, "missing_cycles", at[1] & 16 ? "ignore" : "count");
    rig_set(g, "cut_off", at[1] & 32 ? "3" : "0");
    rig_set(g, "cell", at[1] & 64 ? "A" : "");
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const char *const headers[] = {
        "",
        "cell,cycle,capacity_ah,temperature_mean_c,current_mean_a,flag\n",
        "cell,cycle,time_s,voltage_v,current_a,temperature_c\n",
        "Battery;id_cycle;start_time;Capacity\n",
    };
    static rig g;
    if (!g.vt && !rig_open(&g, "csv"))
        abort();
    if (n < 3)
        return 0;
    choose(&g, at);
    const char *header = headers[at[2] % 4];
    char path[512], *bytes = malloc(strlen(header) + n);
    memcpy(bytes, header, strlen(header));
    memcpy(bytes + strlen(header), at + 3, n - 3);
    rig_file(path, "fuzz.csv", bytes, strlen(header) + n - 3);
    rig_set(&g, "path", path);
    g.errors = 0;
    g.warning[0] = '\0';
    rig_rows all = { 0 }, rest = { 0 };
    int32_t rc = rig_read(&g, NULL, 4, 0, &all);
    must(g.errors == (rc < 0 || all.code < 0) && (rc < 0 || all.code == FADE_END || all.code < 0));
    if (all.n > 1) {                              /* the rows behind the first one, as a resumed run gets them */
        g.warning[0] = '\0';
        must(rig_read(&g, "1", 3, 0, &rest) == FADE_OK && rig_same(&all, 1, &rest) && rest.code == all.code);
    }
    rig_free(&all);
    rig_free(&rest);
    unlink(path);
    free(bytes);
    return 0;
}
