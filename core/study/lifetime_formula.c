/* SPDX-License-Identifier: MIT
 * lifetime_formula.c - the end of life by formula, of the laws that have one under conditions that hold.
 */
#include "core/study/lifetime.h"
#include <math.h>
#include <string.h>

/* The one value of a parameter; NaN where it differs by cell, is bound to a column, or is not there. */
static double value(const args *a, const char *key)
{
    for (uint32_t i = 0; i < a->fade.desc->params.n; i++) {
        const fade_param *q = library_at(&a->fade.desc->params, i);
        if (strcmp(q->key, key) == 0)
            return args_varies(a, i) ? NAN : a->fade.at[i].real;
    }
    return NAN;
}

/* exp(-k T n / t) (1 - L0) = left, T in degC */
static double exp_fade(const args *law, const args *source, double left)
{
    double T = value(source, "temperature_mean") - 273.15;
    double a_cycle = value(law, "k") * T / value(law, "charge_time");
    return T > 0 ? (log1p(-value(law, "initial_loss")) - log(left)) / a_cycle : NAN;
}

/* 1 - c (n0 + n)^z = left */
static double power_law(const args *law, const args *source, double left)
{
    (void)source;
    return pow((1 - left) / value(law, "c"), 1 / value(law, "z")) - value(law, "initial_n");
}

static const struct {
    const char *id;
    double (*cycles)(const args *law, const args *source, double left);
    const char *said;
} forms[] = {
    { "exp-fade", exp_fade, "ln((1 - initial_loss) / eol) charge_time / (k T)" },
    { "power-law", power_law, "((1 - eol) / c)^(1/z) - initial_n" },
};

/* What is left of the initial capacity at the end: SoH may refer to the nominal one. */
static double left_at(const scenario *s, double eol)
{
    double nominal = s->cell.nominal_capacity, initial = s->cell.initial_capacity;
    return s->soh_reference == SOH_NOMINAL && !isnan(nominal) && !isnan(initial) ? eol * nominal / initial : eol;
}

double lifetime_formula(const scenario *s, size_t physics, double eol, const char **said)
{
    const scenario_physics *p = &s->physics[physics];
    *said = NULL;
    if (p->n != 1 || s->on_cycle || strcmp(s->source.plugin->desc->id, "constant") != 0)
        return NAN;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (strcmp(forms[i].id, p->part[0].plugin->desc->id) != 0)
            continue;
        double cycles = forms[i].cycles(p->part[0].args, s->source.args, left_at(s, eol));
        double rows = cycles / value(s->source.args, "count");
        *said = isfinite(rows) ? forms[i].said : NULL;
        return isfinite(rows) ? fmax(rows, 0) : NAN;
    }
    return NAN;
}
