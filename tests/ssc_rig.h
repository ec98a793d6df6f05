/* SPDX-License-Identifier: MIT
 * ssc_rig.h - the profiles on which SSC (the engine of NREL's SAM) was measured, as samples of the source "series", and runs over
 * them.
 *
 * Step k of SSC ends at sample k + 1 and has its state of charge and temperature; the first one is a rest.
 */
#ifndef FADE_TESTS_SSC_RIG_H
#define FADE_TESTS_SSC_RIG_H
#include "tests/series_rig.h"
#include "tests/engine_rig.h"
#include "tests/near.h"

enum { SSC_PATTERN, SSC_SYNTHETIC, SSC_SINES };
enum { SSC_DAYS = 3650, SSC_MOST = SSC_DAYS * 24 * 4 + 1 };

static double ssc_soc(int kind, double hour)
{
    static const double day[25] = { 1,  1,  1,  1,  1,  1,  .4, .4, .6, .6, 1,  1, .9,
                                    .8, .7, .6, .5, .4, .3, .2, .2, .2, .2, .6, 1 };
    if (kind == SSC_SINES)
        return .5 + .3 * sin(.7 * hour) + .15 * sin(1.9 * hour + 1);
    double at = fmod(hour + 1e-9, 24);
    int h = (int)at;
    double part = hour - floor(hour + 1e-9);
    return day[h] + (day[h + 1] - day[h]) * part;
}

static double ssc_kelvin(int kind, double celsius, double hour)
{
    int h = (int)floor(hour + 1e-9), j = h % 24, k = h % 8760;
    double a = j <= 10 ? 25 + j * (10.0 / 11) : j == 11 ? 35 : j <= 22 ? (j - 12) * (-10.0 / 11) + 35 : 25;
    double b = k <= 4366 ? -5 + k * (10.0 / 4367) : k == 4367 ? 5 : k <= 8758 ? (k - 4368) * (-10.0 / 4391) + 5 : -5;
    double t = kind == SSC_PATTERN ? celsius : kind == SSC_SYNTHETIC ? a + b : 20 + 12 * sin(2 * M_PI * hour / 8760);
    return t + 273.15;
}

/* Ten years with `sub` steps an hour.  `begin`: the hour of the first sample; -1 / sub for SSC's, whose first step rests. */
static void ssc_profile(int kind, double celsius, int sub, double begin)
{
    static double t[SSC_MOST], soc[SSC_MOST], temperature[SSC_MOST];
    series.n = (size_t)SSC_DAYS * 24 * (size_t)sub + 1;
    for (size_t k = 0; k < series.n; k++) {
        double hour = (double)k / sub + begin;
        t[k] = 3600.0 * (double)k / sub;
        soc[k] = ssc_soc(kind, hour < 0 ? 0 : hour);
        temperature[k] = ssc_kelvin(kind, celsius, hour < 0 ? 0 : hour);
    }
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
    series.repeat = 1;
    series.period = 0;
}

/* The law over the series at hand, in rows of so long; `more`: its parameters. */
static ran ssc_run(const char *law, const char *more, const char *row)
{
    char toml[600];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"s\"\n[cell]\nnominal_capacity = 75\n[source]\nplugin = \"series\"\n[duty]\nrow = \"%s\"\n"
             "[[physics]]\nplugin = \"%s\"\n%s\n" RIG_OUT, row, law, more);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_string_equal(rig.events, "");
    return r;
}

static int ssc_setup(void **state)
{
    int rc = rig_setup(state);
    library_register(&series_library);
    return rc;
}
#endif
