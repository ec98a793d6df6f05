/* SPDX-License-Identifier: MIT
 * checker_open.c - sources and outputs meet paths that lead nowhere and files that are not what they say.
 */
#include "core/base/file.h"
#include "core/host/block.h"
#include "core/host/checker_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BLOCKS = 1000 };

static const fade_param *path_param(const trial *t, uint32_t *index)
{
    for (uint32_t i = 0; i < t->desc->params.n; i++) {
        const fade_param *p = library_at(&t->desc->params, i);
        *index = i;
        bool named = p->type == FADE_TEXT && strcmp(p->key, "path") == 0; /* outputs: relative to the result's folder */
        if ((p->type == FADE_PATH || named) && !(p->flags & FADE_DEPRECATED))
            return p;
    }
    return NULL;
}

/* Opens and, if that goes well, reads to the end.  The code it ended with: FADE_END is well. */
static int32_t source_read(trial *t, const trial_host *h, uint64_t *rows)
{
    const fade_source_v1 *vt = library_iface(t->desc, "fade.source/1");
    fade_columns cols = t->desc->columns;
    void *source = NULL;
    fade_block b;
    int32_t rc = vt->open(&h->host, &t->given, NULL, &source);
    if (rc)
        return rc;
    if (vt->columns && vt->columns(source, &cols))
        cols = t->desc->columns;
    uint32_t most = cols.out.n > cols.sample.n ? cols.out.n : cols.sample.n;
    if (block_open(&b, 0, most, 64)) {
        for (int k = 0; k < BLOCKS && rc == FADE_OK; k++) {
            block_reset(&b);
            rc = vt->next(source, &b, 10);
            *rows += b.n;
        }
        block_close(&b);
    }
    vt->close(source);
    return rc;
}

static int32_t output_open(trial *t, const trial_host *h, const char *folder)
{
    const fade_output_v1 *vt = library_iface(t->desc, "fade.output/1");
    fade_run run = { .size = sizeof run,
                     .id = "01ARZ3NDEKTSV4RRFFQ69G5FAV",
                     .name = "check",
                     .scenario = "",
                     .made_by = "{}",
                     .folder = folder };
    void *output = NULL;
    int32_t rc = vt->open(&h->host, &t->given, &run, &output);
    if (rc)
        return rc;
    rc = vt->flush(output);
    int32_t last = vt->close(output, 1, "a check");
    return rc ? rc : last;
}

static bool begin(trial *t, trial_host *h, uint32_t *index)
{
    *h = (trial_host){ 0 };
    bool source = strcmp(t->desc->kind, "source") == 0;
    if (!library_iface(t->desc, source ? "fade.source/1" : "fade.output/1"))
        trial_skip(t, "its interfaces are not whole: see the test \"interfaces\"");
    else if (!path_param(t, index))
        trial_skip(t, "it has no parameter that is a path");
    else
        return trial_values(t) && trial_host_open(t, h);
    return false;
}

static void missing_try(trial *t, trial_host *h, uint32_t index, const char *path, const char *folder)
{
    uint64_t rows = 0;
    t->value[index].text = path;
    h->text[0] = '\0';
    bool source = strcmp(t->desc->kind, "source") == 0;
    int32_t rc = source ? source_read(t, h, &rows) : output_open(t, h, folder);
    const char *key = ((const fade_param *)library_at(&t->desc->params, index))->key;
    if (rc >= 0 && rows == 0 && !source)
        trial_fail(t, "%s = \"%s\" is taken without a word, though nothing can be written there", key, path);
    else if (rc >= 0)
        trial_fail(t, "%s = \"%s\" is taken without a word, though there is nothing", key, path);
    else
        trial_refusal(t, h, rc, "open");
    const char *name = strrchr(path, '/') + 1;
    if (rc < 0 && h->text[0] && !strstr(h->text, name))
        trial_fail(t, "the sentence does not name the path: \"%.200s\"", h->text);
}

void checker_open_missing(trial *t)
{
    trial_host h;
    uint32_t index = 0;
    if (begin(t, &h, &index)) {
        char *folder = trial_folder(NULL), *gone = folder ? file_join(folder, "no-such-folder/nowhere.dat") : NULL;
        if (gone)
            missing_try(t, &h, index, gone, folder);
        free(gone);
        trial_folder_drop(folder);
    }
    trial_host_close(&h);
}

/* ---- files that are not what they say
 * -------------------------------------------------------------------------------------- */

static size_t noise(uint64_t seed, int kind, unsigned char *at, size_t n)
{
    static const char *const texts[] = {
        "", "\n\n\n", "cell,cycle\n\"unclosed", "a,b,c\n1\n1,2,3,4,5,6\n", "{\"a\": [", "\xef\xbb\xbf"
    };
    size_t known = sizeof texts / sizeof texts[0];
    if ((size_t)kind < known) {
        size_t size = strlen(texts[kind]);
        memcpy(at, texts[kind], size);
        return size;
    }
    for (size_t i = 0; i < n; i++)
        at[i] = (unsigned char)(256.0 * trial_draw(seed, (uint64_t)kind, i, 9));
    return n;
}

/* The plugin's own sample, cut off or with a byte changed. */
static size_t spoiled(const char *path, uint64_t seed, int kind, unsigned char *at, size_t cap)
{
    FILE *f = path ? fopen(path, "rb") : NULL;
    size_t n = f ? fread(at, 1, cap, f) : 0;
    if (f)
        fclose(f);
    double u = trial_draw(seed, (uint64_t)kind, 0, 11);
    if (n && kind % 2)
        return (size_t)(u * (double)n);
    for (int k = 0; n && k < 8; k++)
        at[(size_t)(trial_draw(seed, (uint64_t)kind, (uint64_t)k, 12) * (double)n)] ^= (unsigned char)(1 + 254 * u);
    return n;
}

void checker_open_garbage(trial *t)
{
    enum { CAP = 1 << 16, KINDS = 10, ALL = 40 };
    trial_host h;
    uint32_t index = 0;
    if (!begin(t, &h, &index)) {
        trial_host_close(&h);
        return;
    }
    const char *sample = t->value[index].text;
    char *folder = trial_folder(NULL), *path = folder ? file_join(folder, "garbage.dat") : NULL;
    unsigned char *at = malloc(CAP);
    for (int kind = 0; path && at && kind < ALL && t->status < CHECKER_FAIL; kind++) {
        size_t n = kind < KINDS ? noise(t->opt->seed, kind, at, 4096) : spoiled(sample, t->opt->seed, kind, at, CAP);
        uint64_t rows = 0;
        if (file_write(path, at, n, NULL))
            break;
        t->value[index].text = path;
        h.text[0] = '\0';
        int32_t rc = source_read(t, &h, &rows);
        if (rc < 0)
            trial_refusal(t, &h, rc, "a damaged file");
    }
    if (folder && t->status < CHECKER_FAIL) {
        t->value[index].text = folder;
        h.text[0] = '\0';
        uint64_t rows = 0;
        int32_t rc = source_read(t, &h, &rows);
        if (rc < 0)
            trial_refusal(t, &h, rc, "a folder in place of a file");
    }
    free(at);
    free(path);
    trial_folder_drop(folder);
    trial_host_close(&h);
}
