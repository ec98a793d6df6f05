/* SPDX-License-Identifier: MIT
 * duty.c - a series made one repetition of a duty: bounds, where it starts, its period.
 */
#include "inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEARLY 1e-6                               /* soc so little outside 0..1 is rounding */
#define CLOSES 1e-9                               /* soc so near to the first one is the first one */
#define DAY 86400.0                               /* s */
#define COLDEST 150.0                             /* K */
#define HOTTEST 500.0

static int32_t check_soc(const source *s, series *x)
{
    double *soc = x->value[ROLE_SOC];
    for (size_t i = 0; i < x->n; i++) {
        if (soc[i] < -NEARLY || soc[i] > 1 + NEARLY)
            return source_fail(s, FADE_EINVAL, x->path, x->line[i], "soc %.6g is %s%s", soc[i],
                               soc[i] < 0 ? "below 0" : "above 1",
                               soc[i] > 1.5 && soc[i] <= 100 ? " (in percent? its header may say so: \"soc_percent\")" : "");
        soc[i] = soc[i] < 0 ? 0 : soc[i] > 1 ? 1 : soc[i];
    }
    return FADE_OK;
}

static int32_t check_kelvin(const source *s, const series *x)
{
    const double *kelvin = x->value[ROLE_TEMPERATURE];
    for (size_t i = 0; kelvin && i < x->n; i++)
        if (kelvin[i] < COLDEST || kelvin[i] > HOTTEST)
            return source_fail(s, FADE_EINVAL, x->path, x->line[i], "temperature %.6g K (%.6g degC) is outside %g .. %g K",
                               kelvin[i], kelvin[i] - 273.15, COLDEST, HOTTEST);
    return FADE_OK;
}

static bool whole_days(double x)
{
    double days = x / DAY;
    return days >= 0.5 && fabs(days - round(days)) < 1e-9 * days;
}

/* A series whose last sample repeats the first one ends there, unless another step makes it whole days; any other
 * lasts a median step more. */
static bool ends_closed(const series *x)
{
    const double *t = x->value[ROLE_TIME], *soc = x->value[ROLE_SOC];
    double lasts = t[x->n - 1] - t[0];
    return fabs(soc[x->n - 1] - soc[0]) <= CLOSES && (whole_days(lasts) || !whole_days(lasts + x->step));
}

static int32_t find_period(const source *s, const series *x, duty *d)
{
    double lasts = d->t[x->n - 1] - d->t[0], asked = s->o.period;
    bool closes = fabs(d->soc[x->n - 1] - d->soc[0]) <= CLOSES;
    d->closed = isnan(asked) ? ends_closed(x) : closes && asked <= lasts * (1 + 1e-12);
    d->period = !isnan(asked) ? asked : d->closed ? lasts : lasts + x->step;
    if (d->period < lasts * (1 - 1e-12) || (!d->closed && d->period <= lasts))
        return source_fail(s, FADE_EINVAL, x->path, 0, "period = %.10g s is %s the %.10g s from the first to the last sample",
                           asked, closes ? "below" : "not above", lasts);
    if (d->closed) {
        d->period = lasts;
        d->n--;
        d->end_soc = d->soc[d->n];
        d->end_kelvin = d->kelvin ? d->kelvin[d->n] : NAN;
    }
    d->once = d->closed ? d->t[0] + d->period : d->t[d->n - 1];
    return FADE_OK;
}

/* The duty starts at time 0 of the file, or at a first sample that is more than a step later. */
static void find_start(const source *s, const series *x, duty *d)
{
    double late = d->t[0];
    if (late <= x->step * (1 + 1e-9))
        return;
    source_say(s, 1, x->path, x->line[0], "the first sample is at %.10g s: the duty starts there", late);
    for (size_t i = 0; i < d->n; i++)
        d->t[i] -= late;
}

int32_t duty_make(const source *s, series *x, duty *d)
{
    *d = (duty){ .path = x->path, .n = x->n, .date = x->date };
    if (!x->value[ROLE_SOC])
        return source_fail(s, FADE_EINVAL, x->path, 0, "no column of state of charge (say soc_column = \"header\")");
    int32_t rc = check_soc(s, x);
    rc = rc ? rc : check_kelvin(s, x);
    if (rc)
        return rc;
    d->t = x->value[ROLE_TIME];
    d->soc = x->value[ROLE_SOC];
    d->kelvin = x->value[ROLE_TEMPERATURE];
    find_start(s, x, d);
    rc = find_period(s, x, d);
    x->value[ROLE_TIME] = x->value[ROLE_SOC] = x->value[ROLE_TEMPERATURE] = NULL;       /* the duty's now */
    return rc;
}

void duty_free(duty *d)
{
    free(d->t);
    free(d->soc);
    free(d->kelvin);
    *d = (duty){ 0 };
}
