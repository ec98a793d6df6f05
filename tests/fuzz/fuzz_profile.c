/* SPDX-License-Identifier: MIT
 * fuzz_profile.c - any bytes as a duty or a climate, under any choices: samples that keep the contract or one sentence;
 * and a resumed run's samples.
 *
 * The first three bytes choose parameters and how long; a header is put before the rest unless they say not to.
 */
#include "tests/duty_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

enum { MOST = 5000 };                             /* samples */

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void choose(rig *g, const uint8_t *at)
{
    static const char *const repairs[] = { "error", "hold", "interpolate", "drop" };
    static const char *const signs[] = { "auto", "charge-positive", "discharge-positive" };
    static const char *const lengths[] = { "nan", "1", "100", "86400", "1e7", "1e12", "nan", "1234.5" };
    rig_set(g, "repair", repairs[at[0] & 3]);
    rig_set(g, "current_sign", signs[(at[0] >> 2) % 3]);
    rig_set(g, "gap", at[0] & 16 ? "50" : "nan");
    rig_set(g, "rest", at[0] & 32 ? "100" : "0");
    rig_set(g, "capacity", at[0] & 64 ? "nan" : "3");
    rig_set(g, "energy", "10");
    rig_set(g, "soc_start", at[0] & 128 ? "0.5" : "nan");
    rig_set(g, "length", lengths[at[1] & 7]);
    rig_set(g, "period", at[1] & 8 ? "5000" : "nan");
    rig_set(g, "cells", at[1] & 16 ? "3" : "1");
    rig_set(g, "temperature", at[1] & 32 ? "300" : "nan");
    rig_set(g, "efficiency", at[1] & 64 ? "0.5" : "1");
}

/* Both ends of the source: as samples, from the start and from behind some of them. */
static void read_both(rig *g)
{
    duty_rows all, rest;
    g->errors = 0;
    g->warning[0] = '\0';
    int32_t rc = duty_read(g, NULL, 7, MOST, &all);
    must(g->errors == (rc < 0) && !all.wrong && (rc < 0 || all.code == FADE_END || all.code == FADE_OK));
    for (size_t i = 0; i < all.n; i++)
        must(all.soc[i] >= 0 && all.soc[i] <= 1 && all.kelvin[i] >= 150 - 1e-9 && all.kelvin[i] <= 500 + 1e-9 &&
             all.time[i] >= 0 && (i == 0 || all.of[i] != all.of[i - 1] || all.time[i] > all.time[i - 1]));
    if (rc == FADE_OK && all.blocks > 2) {
        size_t k = all.blocks / 2;
        must(duty_read(g, all.position[k], 7, MOST - all.before[k + 1], &rest) == FADE_OK);
        must(duty_same(&all, all.before[k + 1], &rest));
        duty_free(&rest);
    }
    duty_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const char *const headers[] = {
        "",
        "time_s,soc,temperature_c\n",
        "time_h,current_a\n",
        "date,soc,power_kw\n",
        "Test Time / s;SOC / %;T_degC\n",
        "t_hours,T_degC\n",
        "date,temp_max,temp_min\n",
        "timestamp,state of charge\n",
    };
    static const char duty[] = "time,soc\n0,0.5\n900,0.6\n9000,0.5\n";
    static rig g;
    if (!g.vt && !rig_open(&g, "profile"))
        abort();
    if (n < 3)
        return 0;
    choose(&g, at);
    const char *header = headers[at[2] % 8];
    bool climate = at[2] & 8;
    char path[512], other[512], *bytes = malloc(strlen(header) + n);
    memcpy(bytes, header, strlen(header));
    memcpy(bytes + strlen(header), at + 3, n - 3);
    rig_file(path, "fuzz.csv", bytes, strlen(header) + n - 3);
    rig_file(other, "duty.csv", duty, strlen(duty));
    rig_set(&g, "path", climate ? other : path);
    rig_set(&g, "temperature_path", climate ? path : "");
    if (climate)
        rig_set(&g, "temperature", "nan");
    read_both(&g);
    unlink(path);
    unlink(other);
    free(bytes);
    return 0;
}
