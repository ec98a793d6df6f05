/* SPDX-License-Identifier: MIT
 * model_say.c - a saved model in words.
 */
#include "core/report/model_say.h"
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED = 20 };

static const char *or_dash(const char *s) { return s && *s ? s : "-"; }

/* The least and the largest weight that any of its models earned. */
static void gates(const model_saved *m, double *least, double *most)
{
    *least = INFINITY;
    *most = -INFINITY;
    for (size_t i = 0; i < m->npart; i++) {
        double g = m->part[i].bytes ? m->part[i].gate : 0;
        *least = fmin(*least, g);
        *most = fmax(*most, g);
    }
}

static void cells_text(const model_saved *m, text *out)
{
    text_addf(out, "  trained on %lld rows of ", (long long)m->rows);
    for (size_t i = 0; i < m->ncell && i < LISTED; i++)
        text_addf(out, "%s%s", i ? ", " : "", m->cell[i].name);
    if (m->ncell > LISTED)
        text_addf(out, " and %zu more", m->ncell - LISTED);
    text_addf(out, "%s%s%s%s\n", *m->split ? "; " : "", m->split, *m->where ? "; where " : "", m->where);
    for (size_t i = 0; i < m->nsource; i++)
        text_addf(out, "  source     %s%s%.12s\n", m->source[i].path, *m->source[i].sha256 ? "  sha256 " : "",
                  m->source[i].sha256);
}

static void number(double v, char out[16])
{
    if (isfinite(v))
        snprintf(out, 16, "%.4g", v);
    else
        snprintf(out, 16, "-");
}

static void parts_text(const model_saved *m, text *out)
{
    char in[40] = "";
    if (*m->unit)
        snprintf(in, sizeof in, " (RMSE in %.20s)", m->unit);
    text_addf(out, "  %-20s %8s %6s %10s %10s %8s %9s%s\n", "model of", "rows", "gate", "before", "after", "stretch",
              "bytes", in);
    for (size_t i = 0; i < m->npart && i < LISTED; i++) {
        const model_part *p = &m->part[i];
        char before[16], after[16];
        number(p->before, before);
        number(p->after, after);
        text_addf(out, "  %-20s %8lld %6.2f %10s %10s %8.2f %9zu%s\n", p->cell ? p->cell : "all cells",
                  (long long)p->rows, p->gate, before, after, p->stretch, p->bytes,
                  p->bytes ? "" : "  learnt nothing: the physics stands alone");
    }
    if (m->npart > LISTED)
        text_addf(out, "  .. and %zu more\n", m->npart - LISTED);
}

static double real_of(const json_t *from, const char *key)
{
    const json_t *v = json_object_get(from, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

/* What training found the features to be worth; a model of an earlier fade does not know. */
static void worth_lines(const model_saved *m, text *out)
{
    json_t *scores = m->scores ? json_loads(m->scores, 0, NULL) : NULL, *all = json_object_get(scores, "importance"),
           *f;
    size_t i;
    if (json_array_size(all))
        text_addf(out, "  %-28s %12s %12s %8s%s%.20s%s\n", "worth, when learnt", "error rises", "SHAP", "gain, %",
                  *m->unit ? " (RMSE and SHAP in " : "", m->unit, *m->unit ? ")" : "");
    json_array_foreach(all, i, f) {
        char rises[16], shap[16], gain[16];
        const char *name = json_string_value(json_object_get(f, "feature"));
        number(real_of(f, "importance"), rises);
        number(real_of(f, "shap"), shap);
        number(100 * real_of(f, "gain"), gain);
        text_addf(out, "  %-28s %12s %12s %8s\n", or_dash(name), rises, shap, gain);
    }
    json_decref(scores);
}

void model_text(const model_saved *m, text *out)
{
    text_addf(out, "%s\n  plugin     %s %s%s\n", m->folder, m->plugin, m->plugin_version,
              m->gated ? "" : ", its gate off");
    text_addf(out, "  learns     %s (%s)%s%s; made to be asked: %s\n", m->target, *m->unit ? m->unit : "a number",
              m->physics ? " less what the physics says: " : ", without physics", m->physics ? m->physics : "", m->ask);
    text_add(out, "  features   ");
    for (size_t i = 0; i < m->nfeature; i++)
        text_addf(out, "%s%s%s%s%s (%s)", i ? ", " : "", m->feature[i].key, *m->feature[i].unit ? " in " : "",
                  strcmp(m->feature[i].unit, "1") ? m->feature[i].unit : "", "", or_dash(m->feature[i].when));
    text_addc(out, '\n');
    cells_text(m, out);
    text_addf(out, "  table      sha256 %s\n", or_dash(m->table_sha256));
    if (*m->from)
        text_addf(out, "  began with the model %s\n", m->from);
    text_addf(out, "  made       %s by fade %s, format %lld, seed %lld\n", or_dash(m->made), m->fade,
              (long long)m->format, (long long)m->seed);
    text_addf(out, "  checksum   %s\n", m->sha256);
    parts_text(m, out);
    worth_lines(m, out);
}

void model_row_head(text *out)
{
    text_addf(out, "%-28s %-14s %-9s %-14s %8s %6s %11s  %s\n", "model", "plugin", "ask", "learns", "rows", "cells",
              "gate", "made");
}

void model_row(const model_saved *m, text *out)
{
    char gate[32];
    double least, most;
    gates(m, &least, &most);
    if (most - least < 0.005)
        snprintf(gate, sizeof gate, "%.2f", most);
    else
        snprintf(gate, sizeof gate, "%.2f..%.2f", least, most);
    text_addf(out, "%-28s %-14s %-9s %-14s %8lld %6zu %11s  %.19s\n", m->folder, m->plugin, m->ask, m->target,
              (long long)m->rows, m->ncell, gate, m->made);
}
