/* SPDX-License-Identifier: MIT
 * result_text.c - rows read back from text: the tables of the output csv, the lines of jsonl.
 *
 * Both are written in whole lines, so a last line without an end is what a killed process left: it is no row.
 */
#include "core/base/clock.h"
#include "core/base/mem.h"
#include "core/study/result_inside.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { CELL = -1, CYCLE = -2, TIME = -3, VARIANT = -4 };
static const struct { const char *name; int at; } fixed[] = {
    { "battery_id", CELL }, { "cycle_count", CYCLE }, { "time", TIME }, { "variant", VARIANT }
};
enum { NFIXED = sizeof fixed / sizeof *fixed, LONGEST = 1 << 20 };

static int fixed_at(const char *name)
{
    for (int i = 0; i < NFIXED; i++)
        if (strcmp(fixed[i].name, name) == 0)
            return fixed[i].at;
    return 0;
}

/* ---- csv ---- */

static int read_heading(result_reader *k, const fade_csv_field *field, uint32_t n, why *w)
{
    bool cycle = false;
    k->col = mem_zero(n + 1, sizeof *k->col);
    if (!k->col)
        return fail(w, E_NOMEM, "no memory for the heading of %s", k->path);
    k->ncol = n;
    for (uint32_t i = 0; i < n; i++) {
        k->col[i] = fixed_at(field[i].at);
        cycle = cycle || k->col[i] == CYCLE;
        if (k->col[i])
            continue;
        if (!*field[i].at)
            return fail(w, E_INPUT, "%s:%llu: column %u of the heading has no name", k->path,
                        (unsigned long long)k->line, i + 1);
        k->col[i] = frame_add_column(&k->r->rows, field[i].at, NULL, NULL, NULL, w);
        if (k->col[i] < 0)
            return -k->col[i];
    }
    return cycle ? E_OK : fail(w, E_INPUT, "%s: no column cycle_count in its heading: these are no rows of a result",
                               k->path);
}

static int read_cycle(const result_reader *k, double v, int64_t *out, why *w)
{
    if (!(v >= -9e15 && v <= 9e15) || v != (double)(int64_t)v)
        return fail(w, E_INPUT, "%s:%llu: cycle_count is %g, a whole number is wanted", k->path,
                    (unsigned long long)k->line, v);
    *out = (int64_t)v;
    return E_OK;
}

static int read_real(const result_reader *k, const fade_csv_field *f, const char *name, double *out, why *w)
{
    *out = NAN;
    if (f->n && !text_real(f->at, f->n, out))
        return fail(w, E_INPUT, "%s:%llu: %s is \"%.40s\", a number is wanted", k->path, (unsigned long long)k->line,
                    name, f->at);
    return E_OK;
}

static int read_time(const result_reader *k, const char *at, int64_t *out, why *w)
{
    *out = CLOCK_UNKNOWN;
    if (*at && !clock_parse(at, out))
        return fail(w, E_INPUT, "%s:%llu: time is \"%.40s\", as in 2026-01-01T00:00:00Z is wanted", k->path,
                    (unsigned long long)k->line, at);
    return E_OK;
}

static int read_row(result_reader *k, const fade_csv_field *field, why *w)
{
    const char *cell = "", *variant = "";
    int64_t cycle = 0, when = CLOCK_UNKNOWN;
    double v;
    int rc = E_OK;
    for (size_t i = 0; i < k->ncol && !rc; i++) {
        if (k->col[i] == CELL)
            cell = field[i].at;
        else if (k->col[i] == VARIANT)
            variant = field[i].at;
        else if (k->col[i] == TIME)
            rc = read_time(k, field[i].at, &when, w);
        else if (k->col[i] == CYCLE && !(rc = read_real(k, &field[i], "cycle_count", &v, w)))
            rc = read_cycle(k, v, &cycle, w);
    }
    size_t at;
    bool wanted;
    if (!rc)
        rc = result_put(k, cell, variant, cycle, when, &at, &wanted, w);
    if (rc || !wanted)
        return rc;
    for (size_t i = 0; i < k->ncol && !rc; i++)
        if (k->col[i] >= 0) {
            const frame_column *c = &k->r->rows.col[k->col[i]];
            rc = read_real(k, &field[i], c->name, &c->v[at], w);
        }
    return rc;
}

/* A row is read when the next one shows that it was whole, or the file's end does.  A heading that is torn is no
 * heading. */
int result_read_csv(result_reader *k, fade_csv *csv, bool torn, why *w)
{
    const fade_csv_field *field;
    uint32_t n;
    size_t before = 0;
    int rc = csv_next(csv, &field, &n, w);
    if (rc == 0) {
        k->line = csv_line(csv);
        rc = read_heading(k, field, n, w);
    } else if (rc < 0) {
        return fail(w, E_INPUT, "%s is empty: no rows", k->path);
    }
    why kept = { 0 };
    int late = E_OK; /* what was wrong with the row before: forgiven in a torn last one */
    while (!rc && (rc = csv_next(csv, &field, &n, w)) == 0) {
        if (late) {
            *w = kept;
            return late;
        }
        k->line = csv_line(csv);
        before = k->r->rows.n;
        late = n == k->ncol ? read_row(k, field, &kept)
                            : fail(&kept, E_INPUT, "%s:%llu: damaged: %u fields where the heading has %zu", k->path,
                                   (unsigned long long)k->line, n, k->ncol);
        if (late == E_NOMEM)
            rc = fail(w, late, "%s", kept.text);
    }
    if (rc >= 0)
        return rc;
    if (torn && (before < k->r->rows.n || late))
        k->r->rows.n = before;
    else if (late) {
        *w = kept;
        return late;
    }
    return E_OK;
}

/* ---- jsonl ---- */

static int damaged(const result_reader *k, const char *what, why *w)
{
    return fail(w, E_INPUT, "%s:%llu: damaged: %s", k->path, (unsigned long long)k->line, what);
}

static const char *text_field(const json_t *row, const char *key)
{
    const char *said = json_string_value(json_object_get(row, key));
    return said ? said : "";
}

static int read_object(result_reader *k, const json_t *row, why *w)
{
    int64_t cycle, when;
    size_t at;
    bool wanted;
    const json_t *count = json_object_get(row, "cycle_count");
    if (!json_is_number(count))
        return damaged(k, "no cycle_count that is a number", w);
    int rc = read_cycle(k, json_number_value(count), &cycle, w);
    if (!rc)
        rc = read_time(k, text_field(row, "time"), &when, w);
    if (!rc)
        rc = result_put(k, text_field(row, "battery_id"), text_field(row, "variant"), cycle, when, &at, &wanted, w);
    if (rc || !wanted)
        return rc;
    void *it = json_object_iter((json_t *)(uintptr_t)row);
    for (; it; it = json_object_iter_next((json_t *)(uintptr_t)row, it)) {
        const char *name = json_object_iter_key(it);
        const json_t *v = json_object_iter_value(it);
        if (fixed_at(name) || !(json_is_number(v) || json_is_null(v)))
            continue;
        int c = frame_add_column(&k->r->rows, name, NULL, NULL, NULL, w);
        if (c < 0)
            return -c;
        if (json_is_number(v))
            k->r->rows.col[c].v[at] = json_number_value(v);
    }
    return E_OK;
}

int result_read_line(result_reader *k, const char *at, size_t n, why *w)
{
    json_error_t e;
    json_t *row = json_loadb(at, n, 0, &e);
    int rc = json_is_object(row) ? read_object(k, row, w) : damaged(k, row ? "no object" : e.text, w);
    json_decref(row);
    return rc;
}

static int read_lines(result_reader *k, why *w)
{
    gzFile in = gzopen(k->path, "rb");                  /* plain text too */
    char *line = in ? mem_zero(LONGEST + 2, 1) : NULL;
    int rc = in ? E_OK : fail(w, E_IO, "%s: cannot be read: %s", k->path, strerror(errno));
    if (in && !line)
        rc = fail(w, E_NOMEM, "no memory to read %s", k->path);
    while (!rc && gzgets(in, line, LONGEST + 2)) {
        size_t n = strlen(line);
        k->line++;
        if (n > LONGEST)
            rc = damaged(k, "a line longer than 1 MiB", w);
        else if (strspn(line, " \t\r\n") < n && (n && line[n - 1] == '\n'))
            rc = result_read_line(k, line, n, w);
    }
    int number = Z_OK;
    if (!rc && in && !gzeof(in))
        rc = fail(w, E_INPUT, "%s: damaged behind line %llu: %s", k->path, (unsigned long long)k->line,
                  gzerror(in, &number));
    free(line);
    if (in)
        gzclose(in);
    return rc;
}

/* Does the file end within a line? */
static bool is_torn(const char *path)
{
    FILE *in = fopen(path, "rb");
    int last = '\n';
    if (in && fseek(in, -1, SEEK_END) == 0)
        last = fgetc(in);
    if (in)
        fclose(in);
    return last != '\n' && !text_ends(path, ".gz");
}

int result_read_text(result_reader *k, bool json_lines, why *w)
{
    if (json_lines)
        return read_lines(k, w);
    fade_csv *csv;
    int rc = csv_open(k->path, 0, &csv, w);
    if (rc)
        return rc;
    rc = result_read_csv(k, csv, is_torn(k->path), w);
    csv_close(csv);
    return rc;
}
