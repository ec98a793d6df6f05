/* SPDX-License-Identifier: MIT
 * law_rig.h - laws under duties in tests: duties from memory, scenarios that run a law over them, what its last row says.
 */
#ifndef FADE_TESTS_LAW_RIG_H
#define FADE_TESTS_LAW_RIG_H
#include "engine_rig.h"
#include "series_rig.h"
#include "tests/near.h"

#define DAY 86400.0
#define YEAR (365 * DAY)

enum { MOST = 200000 };

static const char *const laws[] = { "xu2018", "wang2011", "naumann2020", "schmalstieg2014" };
enum { XU, WANG, NAUMANN, SCHMALSTIEG, NLAWS };

/* ---- duties ---- */

static struct { double t[MOST], soc[MOST], temperature[MOST]; } duty;

static inline void lend(size_t n)
{
    uint32_t cells = series.cells;
    series.n = n;
    series.t = duty.t;
    series.soc = duty.soc;
    series.temperature = duty.temperature;
    series.repeat = 1;
    series.period = 0;
    series.cells = cells ? cells : 1;
    series.cap = 0;
    series.apart = false;
    series.shift = 0;
    series.again = 0;
}

static uint64_t law_seed;
static inline double draw(void)
{
    law_seed ^= law_seed << 13;
    law_seed ^= law_seed >> 7;
    law_seed ^= law_seed << 17;
    return (double)(law_seed >> 11) * 0x1p-53;
}

/* A walk of the state of charge with rests, at random times: seconds to half a day apart. */
static inline void random_duty(uint64_t from, size_t n)
{
    double t = 1e5 * (double)from, soc = 0.5, temperature = 298.15;
    law_seed = 88172645463325252u + from;
    for (size_t i = 0; i < n; i++) {
        duty.t[i] = t;
        duty.soc[i] = soc;
        duty.temperature[i] = temperature;
        t += draw() < 0.02 ? 43200 * draw() : 1 + 2000 * draw();
        if (draw() < 0.7)
            soc = fmin(1, fmax(0, soc + 0.4 * (draw() - 0.5)));
        temperature = fmin(325, fmax(275, temperature + 2 * (draw() - 0.5)));
    }
    lend(n);
}

/* Straight lines between points an hour apart, `fine` samples each. */
static inline void straight(const double *point, size_t n, size_t fine, double kelvin)
{
    size_t m = 0;
    for (size_t i = 0; i + 1 < n; i++)
        for (size_t k = 0; k < fine; k++, m++)
            duty.soc[m] = point[i] + (point[i + 1] - point[i]) * (double)k / (double)fine;
    duty.soc[m++] = point[n - 1];
    for (size_t i = 0; i < m; i++) {
        duty.t[i] = 3600.0 * (double)i / (double)fine;
        duty.temperature[i] = kelvin;
    }
    lend(m);
}

static inline void held(double soc, double kelvin, double seconds, double every)
{
    size_t n = (size_t)(seconds / every) + 1;
    for (size_t i = 0; i < n; i++) {
        duty.t[i] = every * (double)i;
        duty.soc[i] = soc;
        duty.temperature[i] = kelvin;
    }
    lend(n);
}

/* ---- runs ---- */

typedef struct plan {                             /* texts that may be NULL */
    const char *law, *row, *duty, *run, *law_more, *source;
    engine_options opt;
} plan;

static inline const char *or_nothing(const char *s) { return s ? s : ""; }

static inline int run_plan(const plan *p)
{
    char toml[2000];
    snprintf(toml, sizeof toml,
             "[run]\nname = \"duty\"\nsnapshot = \"0 s\"\n%s\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"%s\"\n"
             "[duty]\nrow = \"%s\"\n%s\n[[physics]]\nplugin = \"%s\"\n%s\n" RIG_OUT,
             or_nothing(p->run), p->source ? p->source : "series", p->row, or_nothing(p->duty), p->law, or_nothing(p->law_more));
    ran r = rig_run(toml, p->opt);
    if (r.rc && r.rc != E_CANCEL)
        print_message("%s\n", r.w.text);
    int rc = r.rc;
    rig_done(&r);
    return rc;
}

static inline void run(const plan *p) { assert_int_equal(run_plan(p), E_OK); }

/* Of the cell's last row; cell NULL: of the last of all. */
static inline double last_of(const char *cell, const char *key)
{
    for (size_t i = rig.n; i-- > 0;)
        if (!cell || strcmp(rig.cell[i], cell) == 0)
            return rig_at(i, key);
    fail_msg("no row of %s", or_nothing(cell));
    return NAN;
}

static inline double loss_of(const plan *p)
{
    run(p);
    return last_of(NULL, "physics_loss");
}

static inline void assert_close(double a, double b, double most) { assert_near(a / b, 1, most); }
#endif
