/* SPDX-License-Identifier: MIT
 * checker_output.c - tests of outputs: a block that comes twice is written once, and an interrupted run ends in the
 * same files.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/block.h"
#include "core/host/checker_inside.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 8, ROWS = 24, COLUMNS = 3, FILES = 32, MOST = 1 << 24 };

static const fade_column columns[COLUMNS] = {
    { "capacity", "Ah", "Capacity, as observed.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature_mean", "degC", "Mean temperature of the cycle.", 0, 0, 0, 0, 0, 1, FADE_PLANNED },
    { "soh", "1", "State of health.", 0, 0, 0, 0, 0, 1, 0 },
};

typedef struct writer {
    trial                *t;
    trial_host            host;
    const fade_output_v1 *vt;
} writer;

static bool writer_open(trial *t, writer *w)
{
    *w = (writer){ .t = t, .vt = library_iface(t->desc, "fade.output/1") };
    if (!w->vt) {
        trial_skip(t, "its interfaces are not whole: see the test \"interfaces\"");
        return false;
    }
    if (!trial_values(t) || !trial_host_open(t, &w->host))
        return false;
    const fade_param *missing = trial_missing(t);
    if (missing)
        trial_skip(t, "needs \"%s\": put it into check.toml beside the plugin", missing->key);
    return !missing;
}

/* The standard rows: two cells in turn, a hole in every fifth temperature. */
static void rows_fill(fade_block *b, uint64_t first)
{
    static const char *const cells[] = { "A1", "B2" };
    block_reset(b);
    for (uint32_t i = 0; i < BLOCK; i++) {
        uint64_t k = first + i;
        b->number[i] = k;
        b->cell[i] = cells[k % 2];
        b->variant[i] = "check";
        b->cycle[i] = (int64_t)(k / 2 + 1);
        b->time[i] = 1207150000000000 + (int64_t)k * 3600000000;
        b->col[0][i] = 2.0 - (double)k / 64.0;
        if (k % 5)
            b->col[1][i] = 24.0 + 0.25 * (double)(k % 3);
        b->col[2][i] = 1.0 - (double)k / 128.0;
    }
    b->n = BLOCK;
}

static bool rows_give(writer *w, void *output, uint64_t from, uint64_t to, int times)
{
    fade_block b;
    if (!block_open(&b, 0, COLUMNS, BLOCK))
        return false;
    b.variant = mem_zero(BLOCK, sizeof *b.variant);
    int32_t rc = b.variant ? FADE_OK : FADE_ENOMEM;
    for (uint64_t first = from; rc == FADE_OK && first < to; first += BLOCK)
        for (int k = 0; k < times && rc == FADE_OK; k++) {
            rows_fill(&b, first);
            rc = w->vt->rows(output, &b);
        }
    free((void *)b.variant);
    block_close(&b);
    if (rc)
        trial_fail(w->t, "rows returns %s: %s", trial_word(rc), w->host.text);
    return rc == FADE_OK;
}

/* One sitting: rows from..to, each block `times` times; whole: with an event, and an outcome of 0. */
static bool sitting(writer *w, const char *folder, uint64_t from, uint64_t to, int times, bool whole)
{
    fade_run run = { .size = sizeof run,
                     .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                     .name = "check",
                     .scenario = "",
                     .made_by = "{}",
                     .folder = folder,
                     .columns = { .out = FADE_LIST(columns) },
                     .first = { from, 0 } };
    fade_event e = { .size = sizeof e,
                     .level = 1,
                     .number = 0,
                     .time = 1207150000000000,
                     .cycle = 12,
                     .cell = "A1",
                     .kind = "lane-end",
                     .text = "A1 reached 70 % of its capacity.",
                     .json = "{\"reason\":\"stop\",\"cycle\":12}" };
    void *output = NULL;
    w->host.text[0] = '\0';
    int32_t rc = w->vt->open(&w->host.host, &w->t->given, &run, &output);
    if (rc) {
        trial_refusal(w->t, &w->host, rc, "open");
        trial_fail(w->t, "open returns %s: %s", trial_word(rc), w->host.text);
        return false;
    }
    bool ok = rows_give(w, output, from, to, times);
    if (ok && whole && w->vt->event && (rc = w->vt->event(output, &e)))
        trial_fail(w->t, "event returns %s: %s", trial_word(rc), w->host.text);
    if (ok && (rc = w->vt->flush(output)))
        trial_fail(w->t, "flush returns %s: %s", trial_word(rc), w->host.text);
    if (ok && !whole)
        ok = rows_give(w, output, to, to + BLOCK, 1);   /* lost: after the last flush */
    rc = w->vt->close(output, whole ? 0 : 1, whole ? "" : "killed by a check");
    if (rc)
        trial_fail(w->t, "close returns %s: %s", trial_word(rc), w->host.text);
    return ok && rc == FADE_OK;
}

/* ---- comparing folders
 * ----------------------------------------------------------------------------------------------------- */

static int files_of(const char *folder, char *names[FILES])
{
    struct dirent **list;
    int n = scandir(folder, &list, NULL, alphasort), kept = 0;
    for (int i = 0; i < n; i++) {
        if (kept < FILES && strcmp(list[i]->d_name, ".") != 0 && strcmp(list[i]->d_name, "..") != 0) {
            names[kept] = mem_dup(list[i]->d_name);
            kept += names[kept] != NULL;
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    return kept;
}

static void file_compare(trial *t, const char *a, const char *b, const char *name, const char *what)
{
    char *pa = file_join(a, name), *pb = file_join(b, name), *at = NULL, *bt = NULL;
    size_t an = 0, bn = 0;
    if (pa && pb && !file_is_folder(pa) && file_read(pa, MOST, &at, &an, NULL) == E_OK) {
        bool binary = memchr(at, '\0', an) != NULL;
        if (file_read(pb, MOST, &bt, &bn, NULL))
            trial_fail(t, "%s: there is no file %s", what, name);
        else if (!binary && (an != bn || memcmp(at, bt, an) != 0)) {
            size_t line = 1, i = 0;
            for (; i < an && i < bn && at[i] == bt[i]; i++)
                line += at[i] == '\n';
            trial_fail(t, "%s: %s differs from line %zu on (%zu bytes, not %zu)", what, name, line, bn, an);
        }
    }
    free(pa);
    free(pb);
    free(at);
    free(bt);
}

static void folders_compare(trial *t, const char *a, const char *b, const char *what)
{
    char *names[FILES];
    int n = files_of(a, names);
    for (int i = 0; i < n; i++) {
        file_compare(t, a, b, names[i], what);
        free(names[i]);
    }
}

typedef bool (*second)(writer *, const char *folder);

static bool twice(writer *w, const char *folder)
{
    return sitting(w, folder, 0, ROWS, 2, true);
}

static bool interrupted(writer *w, const char *folder)
{
    return sitting(w, folder, 0, ROWS - BLOCK, 1, false) && sitting(w, folder, ROWS - BLOCK, ROWS, 1, true);
}

static void compare(trial *t, second way, const char *what)
{
    writer w;
    char *a = trial_folder(NULL), *b = trial_folder(NULL);
    if (!a || !b)
        trial_skip(t, "no temporary folder can be made");
    else if (writer_open(t, &w)) {
        if (sitting(&w, a, 0, ROWS, 1, true) && way(&w, b))
            folders_compare(t, a, b, what);
        trial_host_close(&w.host);
    } else {
        trial_host_close(&w.host);
    }
    trial_folder_drop(a);
    trial_folder_drop(b);
}

void checker_output_rows(trial *t)
{
    compare(t, twice, "each block given twice");
}

void checker_output_resume(trial *t)
{
    compare(t, interrupted, "interrupted and resumed");
}

void checker_golden_output(trial *t, const char *path)
{
    writer w;
    char *folder = trial_folder(NULL), *names[FILES], *want = NULL, *have = NULL;
    size_t nwant = 0, nhave = 0;
    if (folder && writer_open(t, &w)) {
        bool ok = sitting(&w, folder, 0, ROWS, 1, true);
        int n = files_of(folder, names);
        char *made = n > 0 ? file_join(folder, names[0]) : NULL;
        if (ok && n != 1)
            trial_skip(t, "golden.csv is compared with the one file an output writes; this one writes %d", n);
        else if (ok &&
                 (!made || file_read(path, MOST, &want, &nwant, NULL) || file_read(made, MOST, &have, &nhave, NULL)))
            trial_fail(t, "golden.csv or the file written cannot be read");
        else if (ok && (nwant != nhave || memcmp(want, have, nwant) != 0))
            trial_fail(t, "what it writes of the standard rows (%s, %zu bytes) is not golden.csv (%zu bytes)", names[0],
                       nhave, nwant);
        for (int i = 0; i < n; i++)
            free(names[i]);
        free(made);
        free(want);
        free(have);
    }
    if (folder)
        trial_host_close(&w.host);
    trial_folder_drop(folder);
}
