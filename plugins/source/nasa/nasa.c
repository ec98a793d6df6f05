/* SPDX-License-Identifier: MIT
 * nasa.c - NASA's battery data set: .mat recordings or the one-table discharge.csv, one row a discharge.
 */
#include "nasa.h"
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH, CELL, INDEX, CURVE_EVERY, CURVE_UNTIL };
static const fade_param params[] = {
    { "path", "", "A recording (B0005.mat), discharge.csv, samples of a cell (B0005.csv.gz), or a folder of these.",
      "", FADE_PATH, FADE_REQUIRED, NAN, 0, 0, 0, 0, NULL },
    { "cell", "", "Only this cell; all of the file unless given.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, NULL },
    { "index", "", "Table of discharges (percycle.csv): when they began, for files of samples, which do not say.",
      "", FADE_PATH, 0, 0, 0, 0, 0, 0, NULL },
    { "curve_every", "s", "Readings of the charge before so far apart, as columns charge_voltage_at_60s, ..; 0: none.",
      "", FADE_REAL, 0, 0, 0, 86400, 0, 0, NULL },
    { "curve_until", "s", "The last of them at most so long into it.", "", FADE_REAL, 0, 3000, 1, 86400, 0, 0, NULL },
};

#define COLUMN(name, key, unit, moment, doc) { key, unit, doc, 0, 0, 0, 0, 0, 0, moment },
static const fade_column columns[] = { NASA_COLUMNS(COLUMN) };
#define ONE(...) +1
enum { ALWAYS = 0 NASA_ALWAYS(ONE) };

typedef struct nasa {
    nasa_book book;
    nasa_readings reading;
    size_t    cell, row;                          /* next to hand out */
    size_t    done;
} nasa;

/* By name, or by what it begins with. */
static bool is_mat(const char *path)
{
    size_t n = strlen(path);
    char begin[6] = { 0 };
    FILE *f = fopen(path, "rb");
    size_t got = f ? fread(begin, 1, sizeof begin, f) : 0;
    if (f)
        fclose(f);
    return (n > 4 && strcmp(path + n - 4, ".mat") == 0) || (got == 6 && memcmp(begin, "MATLAB", 6) == 0);
}

static size_t count(const nasa_book *b)
{
    size_t n = 0;
    for (size_t k = 0; k < b->n; k++)
        n += b->cell[k].nrow;
    return n;
}

/* Goes to the row a position names. */
static int32_t seek(nasa *s, const char *position, nasa_why *w)
{
    size_t all = count(&s->book);
    char *end;
    unsigned long to = strtoul(position, &end, 10);
    if (*position < '0' || *position > '9' || *end || to > all)
        return nasa_fail(w, FADE_EINVAL, "position '%.255s' is not a number of rows from 0 to %zu", position, all);
    for (s->done = to; s->cell < s->book.n && to >= s->book.cell[s->cell].nrow; s->cell++)
        to -= s->book.cell[s->cell].nrow;
    s->row = to;
    return FADE_OK;
}

static int32_t read_one(const fade_host *host, const char *path, const char *only, nasa_book *b, nasa_why *w)
{
    return is_mat(path) ? nasa_read_mat(path, only, b, w) : nasa_read_csv(host, path, only, b, w);
}

static int is_ours(const struct dirent *d)
{
    return strstr(d->d_name, ".csv") || strstr(d->d_name, ".mat");
}

/* Files in the order of their names; with `only`, that cell's where it has one. */
static int32_t read_folder(const fade_host *host, const char *path, const char *only, nasa_book *b, nasa_why *w)
{
    struct dirent **names;
    int n = scandir(path, &names, is_ours, alphasort), one = -1;
    int32_t rc = n > 0 ? FADE_OK : nasa_fail(w, FADE_EINVAL, "folder %s has no .mat and no .csv file", path);
    for (int k = 0; only && k < n; k++)
        if (strncmp(names[k]->d_name, only, strlen(only)) == 0 && names[k]->d_name[strlen(only)] == '.')
            one = k;
    for (int k = 0; k < n; k++) {
        char file[4400];
        snprintf(file, sizeof file, "%.4000s/%s", path, names[k]->d_name);
        if (!rc && (one < 0 || one == k))
            rc = read_one(host, file, only, b, w);
        free(names[k]);
    }
    if (n >= 0)
        free(names);
    return rc;
}

static int32_t read_file(const fade_host *host, const char *path, const char *only, nasa_book *b, nasa_why *w)
{
    struct stat st;
    int32_t rc = stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? read_folder(host, path, only, b, w)
                                                             : read_one(host, path, only, b, w);
    if (!rc)
        rc = nasa_finish(b, w);
    if (!rc && count(b) == 0)
        return nasa_fail(w, FADE_EINVAL, "%s has no discharge of %s", path, only ? only : "any cell");
    return rc;
}

/* What was met on the way and the user should know. */
static void tell(const fade_host *host, const nasa_book *b, const char *path)
{
    char text[600];
    if (b->bad_labels > 0) {
        snprintf(text, sizeof text, "%llu discharges of %.400s have no usable capacity label: they are no targets",
                 (unsigned long long)b->bad_labels, path);
        fade_say(host, 2, FADE_OK, -1, text);
    }
    if (b->unknown_kinds > 0) {
        snprintf(text, sizeof text, "%llu operations of %.400s are neither charge, discharge nor impedance: skipped",
                 (unsigned long long)b->unknown_kinds, path);
        fade_say(host, 2, FADE_OK, -1, text);
    }
}

static void nasa_close(void *source)
{
    nasa *s = source;
    if (s) {
        nasa_free(&s->book);
        nasa_readings_free(&s->reading);
    }
    free(s);
}

static int32_t nasa_open(const fade_host *host, const fade_args *args, const char *position, void **source)
{
    const char *path = args->at[PATH].text, *only = args->at[CELL].text;
    nasa_why w = { "no memory" };
    nasa *s = calloc(1, sizeof *s);
    int32_t rc = s ? FADE_OK : FADE_ENOMEM;
    if (!rc && !path)
        rc = nasa_fail(&w, FADE_EINVAL, "no path is given");
    nasa_index index = { 0 };
    const char *starts = args->at[INDEX].text;
    if (!rc && starts && *starts)
        rc = nasa_index_read(host, starts, &index, &w);
    if (s)
        s->book.index = &index;
    if (!rc)
        rc = nasa_grid_of(args->at[CURVE_EVERY].real, args->at[CURVE_UNTIL].real, &s->book.grid, &w);
    if (!rc)
        rc = read_file(host, path, only && *only ? only : NULL, &s->book, &w);
    if (s)
        s->book.index = NULL;
    nasa_index_free(&index);
    if (!rc)
        rc = nasa_readings_name(&s->book, columns, &s->reading, &w);
    if (!rc && position && *position)
        rc = seek(s, position, &w);
    if (rc) {
        fade_say(host, 3, rc, -1, w.text);
        nasa_close(s);
        return rc;
    }
    tell(host, &s->book, path);
    *source = s;
    return FADE_OK;
}

static int32_t nasa_columns(const void *source, fade_columns *out)
{
    const nasa *s = source;
    out->out = s->reading.column ? (fade_list){ s->reading.column, NASA_N + s->reading.n, sizeof columns[0] }
                         : (fade_list){ columns, s->book.operations ? NASA_N : ALWAYS, sizeof columns[0] };
    return FADE_OK;
}

static int32_t nasa_next(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    nasa *s = source;
    uint32_t ncol = s->book.operations ? NASA_N : ALWAYS;
    b->n = 0;
    while (s->cell < s->book.n && s->row == s->book.cell[s->cell].nrow) {
        s->cell++;
        s->row = 0;
    }
    if (b->stream != 0 || s->cell == s->book.n)
        return FADE_END;
    const nasa_cell *c = &s->book.cell[s->cell];
    for (; b->n < b->cap && s->row < c->nrow; b->n++, s->row++, s->done++) {
        const nasa_row *row = &c->row[s->row];
        b->cell[b->n] = c->id;
        b->cycle[b->n] = (int64_t)s->row + 1;
        b->time[b->n] = row->time;
        for (uint32_t j = 0; j < ncol; j++)
            b->col[j][b->n] = row->value[j];
        for (uint32_t j = 0; j < s->reading.n; j++)
            b->col[NASA_N + j][b->n] = row->curve ? row->curve[s->reading.name[j].at] : NAN;
    }
    if (b->position)
        snprintf(b->position, 256, "%zu", s->done);
    return FADE_OK;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = nasa_open, .close = nasa_close, .columns = nasa_columns, .next = nasa_next,
};

static const void *nasa_iface(const fade_desc *desc, const char *id)
{
    (void)desc;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc nasa_desc = {
    .size = sizeof nasa_desc,
    .id = "nasa",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "NASA's battery data set: .mat recordings or discharge.csv, one row a discharge.",
    .cite = "B. Saha, K. Goebel, Battery Data Set, NASA Ames Prognostics Data Repository, 2007",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(columns) },
    .iface = nasa_iface,
};
FADE_LIBRARY(&nasa_desc);
