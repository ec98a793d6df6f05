/* SPDX-License-Identifier: MIT
 * export_folder.c - a file for each cell and variant of a result.
 */
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/report/export.h"
#include <stdlib.h>
#include <string.h>

/* 20260101 of the run's start, else of the first row that knows its time. */
static void date_of(const result *r, char out[16])
{
    int64_t when = result_started(r);
    char word[40];
    for (size_t i = 0; i < r->rows.n && when == CLOCK_UNKNOWN; i++)
        when = r->rows.time[i];
    if (clock_text(when, word) >= 10)
        snprintf(out, 16, "%.4s%.2s%.2s", word, word + 5, word + 8);
    else
        snprintf(out, 16, "00000000");
}

/* What a file's name may not hold becomes "-". */
static void add_safe(text *t, const char *word)
{
    for (; *word; word++)
        text_addc(t, strchr("/\\:*?\"<>| ", *word) || (unsigned char)*word < 0x20 ? '-' : *word);
}

/* The name the Battery Data Format asks for: Institution__Cell__YYYYMMDD_XXX; others are called after cell and model.
 */
static char *name_of(const result *r, const export_options *o, size_t cell, size_t variant)
{
    const frame *f = &r->rows;
    text t = { 0 };
    if (text_starts(o->format, "bdf")) {
        char date[16];
        date_of(r, date);
        text_add(&t, "fade__");
        add_safe(&t, f->cell_name[cell]);
        text_addf(&t, "__%s_%03zu.%s", date, variant + 1, strcmp(o->format, "bdf") == 0 ? "bdf.csv" : o->format);
    } else {
        add_safe(&t, *f->cell_name[cell] ? f->cell_name[cell] : "cell");
        if (*f->variant_name[variant]) {
            text_addc(&t, '_');
            add_safe(&t, f->variant_name[variant]);
        }
        text_addf(&t, ".%s", o->format);
    }
    return text_take(&t);
}

static int one_file(const result *r, const export_options *o, const char *folder, const size_t who[2], why *w)
{
    result one = *r;
    one.rows = (frame){ 0 };
    char *name = name_of(r, o, who[0], who[1]), *path = name ? file_join(folder, name) : NULL;
    int rc = path ? frame_pick(&r->rows, (int64_t)who[0], (int64_t)who[1], &one.rows, w)
                  : fail(w, E_NOMEM, "no memory for the name of a file");
    if (!rc && one.rows.n)
        rc = export_file(&one, o, path, w);
    frame_free(&one.rows);
    free(name);
    free(path);
    return rc;
}

int export_folder(const result *r, const export_options *o, const char *folder, size_t *files, why *w)
{
    result_life *life = NULL;
    size_t n = 0;
    int rc = result_lives(r, &life, &n, w);
    *files = 0;
    if (!rc)
        rc = file_mkdirs(folder, w);
    for (size_t i = 0; i < n && r->rows.n && !rc; i++) {
        const size_t who[2] = { (size_t)frame_cell(&r->rows, life[i].cell),
                                (size_t)frame_variant(&r->rows, life[i].variant) };
        rc = one_file(r, o, folder, who, w);
        *files += rc == E_OK;
    }
    free(life);
    return rc;
}
