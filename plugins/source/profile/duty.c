/* SPDX-License-Identifier: MIT
 * duty.c - a series made one repetition of a duty: bounds, where it starts, its period, the rest after it.
 */
#include "inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NEARLY 1e-6                               /* soc so little outside 0..1 is rounding */
#define CLOSES 1e-9                               /* soc so near to the first one is the first one */
#define COLDEST 150.0                             /* K */
#define HOTTEST 500.0
enum { MOST_SPLITS = 1 << 24 };                   /* samples put between those of a duty */

static int32_t check_soc(const source *s, series *x, bool made)
{
    double *soc = x->value[ROLE_SOC];
    for (size_t i = 0; i < x->n; i++) {
        double v = soc[i];
        const char *why = made                  ? " (summed up from soc_start)"
                          : v > 1.5 && v <= 100 ? ": in percent? then say units = { soc = \"%\" }"
                                                : "";
        if (!(v >= -NEARLY && v <= 1 + NEARLY))
            return source_fail(s, FADE_EINVAL, x->path, x->line[i], "soc %.6g is %s%s", v,
                               v < 0 ? "below 0" : "above 1", why);
        soc[i] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
    return FADE_OK;
}

int32_t duty_kelvin(const source *s, const series *x)
{
    const double *kelvin = x->value[ROLE_TEMPERATURE];
    for (size_t i = 0; kelvin && i < x->n; i++)
        if (!(kelvin[i] >= COLDEST && kelvin[i] <= HOTTEST))
            return source_fail(s, FADE_EINVAL, x->path, x->line[i],
                               "temperature %.6g K (%.6g degC) is outside %g .. %g K", kelvin[i], kelvin[i] - 273.15,
                               COLDEST, HOTTEST);
    return FADE_OK;
}

/* ---- the period ---- */

static bool whole_days(double x)
{
    double days = x / DAY;
    return days >= 0.5 && fabs(days - round(days)) < 1e-9 * days;
}

/* What the samples last, or a median step more: whichever is whole days; else the first if it closes. */
double duty_period(const series *x, bool closes, bool gap)
{
    double lasts = x->value[ROLE_TIME][x->n - 1] - x->value[ROLE_TIME][0], more = lasts + x->step;
    if (whole_days(lasts) != whole_days(more))
        return whole_days(lasts) ? lasts : more;
    if (gap && !whole_days(more) && whole_days(more + x->step))
        return more + x->step;
    return closes && !gap ? lasts : more;
}

/* The last sample of a closed duty is the first one of the next repetition. */
static int32_t find_period(const source *s, const series *x, duty *d)
{
    double lasts = d->t[x->n - 1] - d->t[0], asked = s->o.period;
    bool closes = fabs(d->soc[x->n - 1] - d->soc[0]) <= CLOSES;
    d->period = isnan(asked) ? duty_period(x, closes, false) : asked;
    d->closed = d->period <= lasts * (1 + 1e-12);
    if (d->period < lasts * (1 - 1e-12))
        return source_fail(s, FADE_EINVAL, x->path, 0,
                           "period = %.10g s is below the %.10g s from the first to the last sample", asked, lasts);
    d->end_soc = d->soc[d->n - 1];
    d->end_kelvin = d->kelvin ? d->kelvin[d->n - 1] : NAN;
    if (d->closed) {
        d->period = lasts;
        d->n--;
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
    d->phase += late;
    if (x->dated)
        d->date += llround(late * 1e6);
}

/* ---- more samples ---- */

static int32_t grow(const source *s, duty *d, size_t n)
{
    double **columns[] = { &d->t, &d->soc, &d->kelvin };
    for (size_t k = 0; k < 3; k++) {
        double *more = *columns[k] ? realloc(*columns[k], n * sizeof *more) : NULL;
        if (*columns[k] && !more)
            return source_fail(s, FADE_ENOMEM, d->path, 0, "no memory for %zu samples", n);
        *columns[k] = more;
    }
    return FADE_OK;
}

static void add(duty *d, double t)
{
    d->t[d->n] = t;
    d->soc[d->n] = d->end_soc;
    if (d->kelvin)
        d->kelvin[d->n] = d->end_kelvin;
    d->n++;
}

/* After each repetition its last values stay; the next one's first follows a step later, or at once where it is the
 * same. */
static int32_t add_rest(const source *s, duty *d, double step)
{
    double rest = s->o.rest;
    if (!(rest > 0))
        return FADE_OK;
    int32_t rc = grow(s, d, d->n + 2);
    if (rc)
        return rc;
    if (d->closed)
        add(d, d->once);
    if (!d->closed)
        add(d, d->once + rest);
    else if (fabs(d->end_soc - d->soc[0]) > CLOSES)
        add(d, d->once + rest - (step < rest / 2 ? step : rest / 2));
    d->period += rest;
    d->once += rest;
    return FADE_OK;
}

/* How many equal parts of at most `longest` an interval is cut into. */
static size_t parts(double interval, double longest)
{
    double n = ceil(interval / longest - 1e-9);
    return n < 1 ? 1 : n > MOST_SPLITS ? MOST_SPLITS : (size_t)n;
}

int32_t duty_split(const source *s, duty *d, double longest)
{
    size_t n = 0, from = d->n;
    for (size_t i = 0; i < from && n <= MOST_SPLITS; i++)
        n += parts((i + 1 < from ? d->t[i + 1] : d->t[0] + d->period) - d->t[i], longest);
    if (n == from)
        return FADE_OK;
    if (n > MOST_SPLITS)
        return source_fail(s, FADE_EINVAL, d->path, 0,
                           "more than %d samples would be put between its own, to follow the temperature each %.6g s",
                           MOST_SPLITS, longest);
    int32_t rc = grow(s, d, n);
    if (rc)
        return rc;
    source_say(s, 1, d->path, 0, "%zu samples are put between its %zu, at most %.6g s apart, to follow the temperature",
               n - from, from, longest);
    double after = d->t[0] + d->period, soc_after = d->soc[0];
    d->n = n;
    for (size_t i = from; i-- > 0;) {
        double t = d->t[i], soc = d->soc[i], interval = after - t;
        size_t m = parts(interval, longest);
        for (size_t k = m; k-- > 0;) {
            d->t[--n] = t + interval * ((double)k / (double)m);
            d->soc[n] = soc + (soc_after - soc) * ((double)k / (double)m);
        }
        after = t;
        soc_after = soc;
    }
    return FADE_OK;
}

int32_t duty_make(const source *s, series *x, duty *d)
{
    *d = (duty){ .path = x->path, .n = x->n, .date = x->date, .phase = x->phase };
    bool made = !x->value[ROLE_SOC];
    int32_t rc = made ? charge_soc(s, x) : FADE_OK;
    rc = rc ? rc : check_soc(s, x, made);
    rc = rc ? rc : duty_kelvin(s, x);
    if (rc)
        return rc;
    d->t = x->value[ROLE_TIME];
    d->soc = x->value[ROLE_SOC];
    d->kelvin = x->value[ROLE_TEMPERATURE];
    find_start(s, x, d);
    rc = find_period(s, x, d);
    x->value[ROLE_TIME] = x->value[ROLE_SOC] = x->value[ROLE_TEMPERATURE] = NULL;       /* the duty's now */
    return rc ? rc : add_rest(s, d, x->step);
}

void duty_free(duty *d)
{
    free(d->t);
    free(d->soc);
    free(d->kelvin);
    *d = (duty){ 0 };
}
