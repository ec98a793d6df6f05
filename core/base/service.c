/* SPDX-License-Identifier: MIT
 * service.c - services of this room for plugins: how things are written for people, and the time.
 */
#include "core/base/service.h"
#include "core/base/clock.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include <stdio.h>
#include <string.h>

static uint32_t service_number(double x, char out[32])
{
    return (uint32_t)text_number(x, out);
}

static uint32_t service_time(int64_t utc_us, char out[40])
{
    return (uint32_t)clock_text(utc_us, out);
}

/* capacity, Ah -> capacity_ah; temperature_mean, K -> temperature_mean_celsius.  A key that says its unit already keeps
 * its name. */
static uint32_t service_name(const fade_column *c, char out[96])
{
    char suffix[48], ending[50];
    size_t n = units_suffix(units_human(c->unit ? c->unit : ""), suffix);
    snprintf(ending, sizeof ending, "_%s", suffix);
    bool said = !n || strcmp(c->key, suffix) == 0 || text_ends(c->key, ending);
    int made = snprintf(out, 96, "%.47s%s", c->key, said ? "" : ending);
    return (uint32_t)made;
}

static int32_t service_real(const char *at, uint32_t n, double *out)
{
    return text_real(at, n, out) ? FADE_OK : FADE_EINVAL;
}

const fade_text_v1 *service_text(void)
{
    static const fade_text_v1 service = { sizeof service, service_number, service_time, service_name, service_real };
    return &service;
}

static int32_t service_parse(const char *at, int64_t *utc_us)
{
    return clock_parse(at, utc_us) ? FADE_OK : FADE_EINVAL;
}

const fade_clock_v1 *service_clock(void)
{
    static const fade_clock_v1 service = { sizeof service, clock_utc_us, clock_monotonic_ns, service_parse };
    return &service;
}
