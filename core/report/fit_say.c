/* SPDX-License-Identifier: MIT
 * fit_say.c - a fit in words: a table for the terminal, JSON, and a piece of a scenario that says where its numbers are
 * from.
 */
#include "core/report/fit_say.h"
#include "core/base/units.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const losses[] = { "linear", "soft_l1", "huber", "cauchy" };
static const char *const ended[] = { "iterations ran out", "gradient", "small step", "small gain", "no better point" };

static const char *unit_of(const fit_param *p) { return p->of->unit; }

/* Six digits are more than a fit knows. */
static void short_number(char out[32], double v)
{
    if (isnan(v))
        snprintf(out, 32, "-");
    else
        snprintf(out, 32, "%.6g", v);
}

/* ---- the terminal ---- */

static void value_line(const fit *f, const fit_result *r, size_t j, text *out)
{
    const fit_value *v = &r->at[j];
    char value[32], lower[32], upper[32], boot[80] = "", profile[80] = "", a[32], b[32];
    short_number(value, v->value);
    short_number(lower, v->lower);
    short_number(upper, v->upper);
    if (!isnan(v->boot_lower)) {
        short_number(a, v->boot_lower);
        short_number(b, v->boot_upper);
        snprintf(boot, sizeof boot, "   bootstrap %s .. %s", a, b);
    }
    if (!isnan(v->profile_lower)) {
        short_number(a, v->profile_lower);
        short_number(b, v->profile_upper);
        snprintf(profile, sizeof profile, "   profile %s .. %s", a, b);
    }
    bool joint = false;
    for (size_t i = 0; i < f->nparam; i++)
        joint |= f->param[i].own;
    text_addf(out, "  %-24s %12s %-8s%s", f->param[j].name, value, unit_of(&f->param[j]),
              !joint ? "" : f->param[j].own ? " own   " : " shared");
    if (v->at_bound)
        text_addf(out, " at its bound (%g .. %g)", f->param[j].lo, f->param[j].hi);
    else if (isinf(v->sd))
        text_add(out, " not seen by these data");
    else
        text_addf(out, " 95 %%: %s .. %s%s%s", lower, upper, profile, boot);
    text_addc(out, '\n');
}

/* "k up, p down by 0.98 of its effect": what can be changed together without a trace. */
static void flat_line(const fit *f, const fit_result *r, size_t d, text *out)
{
    text_add(out, "  not told apart by these data:");
    bool any = false;
    for (size_t j = 0; j < r->nparam; j++) {
        double by = r->flat[d * r->nparam + j];
        if (fabs(by) < 0.05)
            continue;
        text_addf(out, "%s %s %s", any ? " with" : "", f->param[j].name, by > 0 ? "up" : "down");
        any = true;
    }
    text_addc(out, '\n');
}

static void correlated(const fit *f, const fit_result *r, text *out)
{
    for (size_t i = 0; i < r->nparam; i++)
        for (size_t j = i + 1; j < r->nparam; j++)
            if (fabs(r->correlation[i * r->nparam + j]) > 0.95)
                text_addf(out, "  %s and %s go together: correlation %.4f\n", f->param[i].name, f->param[j].name,
                          r->correlation[i * r->nparam + j]);
}

static const char *target_unit(const fit *f)
{
    for (size_t c = 0; c < f->rows.ncol; c++)
        if (strcmp(f->rows.column[c].key, f->o.target) == 0)
            return units_human(f->rows.column[c].unit ? f->rows.column[c].unit : "");
    return "";
}

static void one_text(const fit *f, const fit_result *r, text *out)
{
    const char *target = f->o.target;
    text_addf(out, "%s of %s, %zu values of %s\n", f->s->physics[f->physics].label, r->cell ? r->cell : "all cells",
              r->n, target);
    for (size_t j = 0; j < r->nparam; j++)
        value_line(f, r, j, out);
    for (size_t d = 0; d < r->nflat; d++)
        flat_line(f, r, d, out);
    correlated(f, r, out);
    const char *in = target_unit(f), *gap = *in ? " " : "";
    text_addf(out, "  rmse %.4g%s%s (the scenario's values: %.4g%s%s)", r->rmse, gap, in, r->before, gap, in);
    if (r->nrest)
        text_addf(out, "; %zu later values: %.4g%s%s, a straight line %.4g%s%s", r->nrest, r->rest_rmse, gap, in,
                  r->rest_line, gap, in);
    text_addf(out, "\n  %zu of %zu starts came to this; %zu evaluations; Durbin-Watson %.2f%s\n", r->starts_agree,
              f->o.starts ? f->o.starts : 1, r->evaluations, r->durbin_watson,
              r->durbin_watson < 1 ? ": what is left has a memory, intervals from the covariance are too narrow" : "");
    if (r->ended == LSQ_STOPPED)
        text_add(out, "  the iterations ran out before it settled\n");
}

void fit_text(const fit *f, const fit_result *r, size_t n, text *out)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            text_addc(out, '\n');
        one_text(f, &r[i], out);
    }
}

/* ---- JSON ---- */

static void value_json(const fit *f, const fit_result *r, size_t j, json *out)
{
    const fit_value *v = &r->at[j];
    json_open(out, NULL, '{');
    json_text(out, "key", f->param[j].key);
    json_text(out, "unit", unit_of(&f->param[j]));
    json_number(out, "value", v->value);
    json_number(out, "sd", v->sd);
    json_number(out, "lower", v->lower);
    json_number(out, "upper", v->upper);
    json_number(out, "bootstrap_lower", v->boot_lower);
    json_number(out, "bootstrap_upper", v->boot_upper);
    json_number(out, "profile_lower", v->profile_lower);
    json_number(out, "profile_upper", v->profile_upper);
    json_bool(out, "own", f->param[j].own);
    json_bool(out, "at_bound", v->at_bound);
    json_bool(out, "seen", !isinf(v->sd));
    if (!isnan(v->profile_lower)) {
        json_open(out, "profile", '[');
        for (size_t i = 0; i < FIT_PROFILE; i++) {
            json_open(out, NULL, '[');
            json_number(out, NULL, r->profile_x[j][i]);
            json_number(out, NULL, r->profile_d[j][i]);
            json_close(out, ']');
        }
        json_close(out, ']');
    }
    json_close(out, '}');
}

static void matrix(json *out, const char *key, const double *v, size_t rows, size_t n)
{
    json_open(out, key, '[');
    for (size_t i = 0; i < rows; i++) {
        json_open(out, NULL, '[');
        for (size_t j = 0; j < n; j++)
            json_number(out, NULL, v[i * n + j]);
        json_close(out, ']');
    }
    json_close(out, ']');
}

void fit_json(const fit *f, const fit_result *all, size_t n, json *out)
{
    json_open(out, NULL, '{');
    json_text(out, "physics", f->s->physics[f->physics].label);
    json_text(out, "target", f->o.target);
    json_text(out, "loss", losses[f->o.loss]);
    json_open(out, "fits", '[');
    for (size_t i = 0; i < n; i++) {
        const fit_result *r = &all[i];
        json_open(out, NULL, '{');
        json_text(out, "cell", r->cell);
        json_whole(out, "values", (int64_t)r->n);
        json_open(out, "parameters", '[');
        for (size_t j = 0; j < r->nparam; j++)
            value_json(f, r, j, out);
        json_close(out, ']');
        matrix(out, "correlation", r->correlation, r->nparam, r->nparam);
        matrix(out, "not_seen", r->flat, r->nflat, r->nparam);
        json_number(out, "condition", r->condition);
        json_number(out, "rmse", r->rmse);
        json_number(out, "rmse_before", r->before);
        json_number(out, "noise", r->noise);
        json_number(out, "durbin_watson", r->durbin_watson);
        json_whole(out, "later_values", (int64_t)r->nrest);
        json_number(out, "later_rmse", r->rest_rmse);
        json_number(out, "later_rmse_line", r->rest_line);
        json_whole(out, "starts", (int64_t)(f->o.starts ? f->o.starts : 1));
        json_whole(out, "starts_agree", (int64_t)r->starts_agree);
        json_whole(out, "evaluations", (int64_t)r->evaluations);
        json_text(out, "ended", ended[r->ended]);
        json_close(out, '}');
    }
    json_close(out, ']');
    json_close(out, '}');
}

/* ---- a piece of a scenario ---- */

/* A parameter that the data say nothing of by itself: its number is a start's and no result. */
static bool unseen(const fit_result *r, size_t j)
{
    bool alone = false;
    for (size_t d = 0; d < r->nflat; d++)
        alone |= fabs(r->flat[d * r->nparam + j]) > 0.99;
    return alone && isinf(r->at[j].sd);
}

static bool never_seen(const fit_result *all, size_t n, size_t j)
{
    for (size_t i = 0; i < n; i++)
        if (!unseen(&all[i], j))
            return false;
    return true;
}

static void toml_value(const fit *f, const fit_result *all, size_t n, size_t j, text *out)
{
    if (n > 1)
        text_add(out, "[");
    for (size_t i = 0; i < n; i++) {
        text_add(out, i ? ", " : "");
        text_add_number(out, unseen(&all[i], j) ? f->param[j].start : all[i].at[j].value);
    }
    if (n > 1)
        text_add(out, "]");
}

static void toml_source(const fit *f, const fit_result *all, size_t n, size_t j, text *out)
{
    if (never_seen(all, n, j)) {
        text_addf(out, "# %s: not seen by these data, left as it is\n", f->param[j].name);
        return;
    }
    if (f->param[j].scale && n > 1) {             /* [cell] has one for all */
        text_addf(out, "# %s, in Ah, which a scenario has one of: ", f->param[j].name);
        toml_value(f, all, n, j, out);
        text_addc(out, '\n');
    }
    text_addf(out, "# %s: fitted to ", f->param[j].name);
    for (size_t i = 0; i < n; i++) {
        char lower[32], upper[32];
        short_number(lower, all[i].at[j].lower);
        short_number(upper, all[i].at[j].upper);
        text_addf(out, "%s%s (%zu values of %s, 95 %%: %s .. %s)", i ? ", " : "",
                  all[i].cell ? all[i].cell : "all cells", all[i].n, f->o.target, lower, upper);
    }
    text_addc(out, '\n');
}

void fit_toml(const fit *f, const fit_result *all, size_t n, text *out)
{
    text_addf(out, "# By fade fit: \"%s\", loss %s.\n", f->s->name, losses[f->o.loss]);
    for (size_t j = 0; j < f->nparam; j++)
        if (f->param[j].scale && n == 1) {
            text_add(out, "\n[cell]\ninitial_capacity = ");
            toml_value(f, all, n, j, out);
            text_add(out, "                 # Ah\n");
        }
    for (size_t p = 0; p <= f->physics; p++) {
        const scenario_physics *ph = &f->s->physics[p];
        text_add(out, "\n[[physics]]\n");
        for (size_t j = 0; j < f->nparam && p == f->physics; j++)
            toml_source(f, all, n, j, out);
        if (ph->n > 1)
            text_add(out, "parts = [\n");
        for (size_t i = 0; i < ph->n; i++) {
            text_addf(out, ph->n > 1 ? "    { plugin = \"%s\"" : "plugin = \"%s\"\n", ph->part[i].plugin->desc->id);
            for (size_t j = 0; j < f->nparam && p == f->physics; j++) {
                if (f->param[j].part != i || never_seen(all, n, j))
                    continue;
                text_addf(out, ph->n > 1 ? ", %s = " : "%s = ", f->param[j].name);
                toml_value(f, all, n, j, out);
                text_add(out, ph->n > 1 ? "" : "\n");
            }
            text_add(out, ph->n > 1 ? " },\n" : "");
        }
        if (ph->n > 1)
            text_add(out, "]\n");
    }
}
