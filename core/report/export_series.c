/* SPDX-License-Identifier: MIT
 * export_series.c - samples as a time series of the Battery Data Format: its labels, charge positive, running sums
 * and nets; as text, or as text in gzip.
 *
 * Labels are those the validator of `batterydf` knows; Step Type and Step Time are in the format's later lists.
 */
#include "core/report/export.h"
#include "core/base/mem.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* label = times * (a + sign * b); b NULL: a alone. */
static const struct { const char *label, *a, *b; double times, sign; } made[] = {
    { "Test Time / s", "test_time", NULL, 1, 0 },
    { "Voltage / V", "voltage", NULL, 1, 0 },
    { "Current / A", "current", NULL, -1, 0 },
    { "Cycle Count / 1", NULL, NULL, 1, 0 },
    { "Step Count / 1", "step_count", NULL, 1, 0 },
    { "Step Index / 1", "step_index", NULL, 1, 0 },
    { "Step Type", NULL, NULL, 1, 0 },
    { "Step Time / s", "step_time", NULL, 1, 0 },
    { "Ambient Temperature / degC", "temperature_ambient", NULL, 1, 0 },
    { "Surface Temperature T1 / degC", "temperature", NULL, 1, 0 },
    { "Power / W", "power", NULL, -1, 0 },
    { "Internal Resistance / ohm", "resistance", NULL, 1, 0 },
    { "Charging Capacity / Ah", "charging_capacity", NULL, 1, 0 },
    { "Discharging Capacity / Ah", "discharging_capacity", NULL, 1, 0 },
    { "Net Capacity / Ah", "charging_capacity", "discharging_capacity", 1, -1 },
    { "Cumulative Capacity / Ah", "charging_capacity", "discharging_capacity", 1, 1 },
    { "Charging Energy / Wh", "charging_energy", NULL, 1, 0 },
    { "Discharging Energy / Wh", "discharging_energy", NULL, 1, 0 },
    { "Net Energy / Wh", "charging_energy", "discharging_energy", 1, -1 },
    { "Cumulative Energy / Wh", "charging_energy", "discharging_energy", 1, 1 },
};
enum { NMADE = sizeof made / sizeof *made, NTYPE = 8 };

/* By step_type of a sample; engine/trace.h has the same words. */
static const char *const types[NTYPE] = { "REST",   "CC_CHG", "CC_DCH", "CV_CHG",
                                          "CV_DCH", "CP_CHG", "CP_DCH", "CR_DCH" };

static const char *type_of(const frame *f, int column, size_t row)
{
    double v = column < 0 ? NAN : f->col[column].v[row];
    return v >= 0 && v < NTYPE ? types[(int)v] : "";
}

static int add_columns(const frame *from, export_plan *p, why *w)
{
    frame *to = &p->series->rows;
    for (int i = 0; i < NMADE; i++) {
        export_column *c = &p->column[p->n];
        int at = 0;
        if (!made[i].a)
            at = strcmp(made[i].label, "Step Type") == 0 ? EXPORT_VARIANT : EXPORT_CYCLE;
        else if (frame_find(from, made[i].a) < 0)
            continue;
        else if ((at = frame_add_column(to, made[i].label, made[i].a, "", "", w)) < 0)
            return -at;
        *c = (export_column){ .from = at, .sign = 1 };
        snprintf(c->name, sizeof c->name, "%s", made[i].label);
        p->n++;
    }
    return E_OK;
}

/* Rows first: a step's type is their variant, which a frame keeps by number. */
static int add_rows(const frame *from, frame *to, why *w)
{
    int type = frame_find(from, "step_type");
    for (size_t row = 0; row < from->n; row++) {
        size_t at;
        int rc = frame_add_row(to, from->cell_name[from->cell[row]], type_of(from, type, row), from->cycle[row],
                               from->time[row], &at, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

static void fill(const frame *from, const export_plan *p)
{
    frame *to = &p->series->rows;
    for (size_t k = 0; k < p->n; k++) {
        int i = 0, at = p->column[k].from;
        while (strcmp(made[i].label, p->column[k].name) != 0)
            i++;
        if (at < 0)
            continue;
        const double *a = from->col[frame_find(from, made[i].a)].v;
        int second = made[i].b ? frame_find(from, made[i].b) : -1;
        const double *b = second < 0 ? NULL : from->col[second].v;
        for (size_t row = 0; row < from->n; row++)
            to->col[at].v[row] = 0 + made[i].times * (b ? a[row] + made[i].sign * b[row] : a[row]);
    }
}

int export_series(const result *r, export_plan *p, why *w)
{
    if (!(p->series = mem_zero(1, sizeof *p->series)) || !(p->column = mem_zero(NMADE, sizeof *p->column)))
        return fail(w, E_NOMEM, "no memory for %zu samples", r->rows.n);
    *p->series = *r;
    p->series->rows = (frame){ 0 };
    int rc = add_rows(&r->rows, &p->series->rows, w);
    rc = rc ? rc : add_columns(&r->rows, p, w);
    if (!rc)
        fill(&r->rows, p);
    p->r = p->series;
    return rc;
}

void export_series_close(export_plan *p)
{
    if (p->series)
        frame_free(&p->series->rows);
    free(p->series);
    p->series = NULL;
}

/* ---- gzip -------------------------------------------------------------------------------------------------------- */

static ssize_t gz_write(void *to, const char *at, size_t n)
{
    return n && gzwrite(to, at, (unsigned)n) != (int)n ? 0 : (ssize_t)n;
}

int export_csv_gz(const export_plan *p, FILE *out, why *w)
{
    int copy = fflush(out) ? -1 : dup(fileno(out));
    gzFile to = copy < 0 ? NULL : gzdopen(copy, "wb6");
    FILE *in = to ? fopencookie(to, "w", (cookie_io_functions_t){ .write = gz_write }) : NULL;
    int rc = in ? export_csv(p, in, w) : fail(w, E_IO, "cannot write gzip: %s", strerror(errno));
    if (in && fclose(in) && !rc)
        rc = fail(w, E_IO, "cannot write: %s", strerror(errno));
    if (to && gzclose(to) != Z_OK && !rc)
        rc = fail(w, E_IO, "cannot write: %s", strerror(errno));
    else if (!to && copy >= 0)
        close(copy);
    return rc;
}
