/* SPDX-License-Identifier: MIT
 * verb_model.c - fade model: what a saved model is, which there are, and whether one still works.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/cli/cli.h"
#include "core/cli/verb_model.h"
#include "core/report/model_say.h"
#include "core/study/model_work.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int put(text *t, const why *w, int rc)
{
    int status = rc ? cli_fail(w) : why_status(cli_put(text_of(t), t->n));
    text_free(t);
    return status;
}

/* ---- info ---- */

static int info_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    int status = cli_parse(&verb_model_info, argc, argv, 1, -1, &c);
    if (status != CLI_GO)
        return status;
    json j = { 0 };
    int rc = E_OK;
    for (int i = 0; i < c.narg && !rc; i++) {
        model_saved *m = NULL;
        rc = model_read(c.arg[i], &m, &w);
        if (!rc && cli_json()) {
            model_json(m, NULL, &j);
            text_addc(&j.out, '\n');
            j.more = 0;                           /* a value a line */
        } else if (!rc) {
            text_add(&j.out, i ? "\n" : "");
            model_text(m, &j.out);
        }
        model_close(m);
    }
    return put(&j.out, &w, rc);
}

static const char *const info_examples[] = { "fade model info models/fleet", "fade model info models/fleet --json",
                                             NULL };
const cli_verb verb_model_info = {
    .name = "info",
    .help = "what a saved model is: features, training data, gate, scores, checksum",
    .args = "DIR ..",
    .example = info_examples,
    .run = info_run,
};

/* ---- list ---- */

typedef struct listing { json j; size_t n, bad; } listing;

static void list_one(listing *k, const char *folder)
{
    model_saved *m = NULL;
    why w = { 0 };
    if (model_read(folder, &m, &w)) {
        cli_say("fade: %s\n", w.text);
        k->bad++;
    } else if (cli_json()) {
        model_json(m, NULL, &k->j);
    } else {
        if (!k->n)
            model_row_head(&k->j.out);
        model_row(m, &k->j.out);
    }
    k->n += m != NULL;
    model_close(m);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The models that lie in a folder of models, by name. */
static int list_below(listing *k, const char *folder, why *w)
{
    DIR *d = opendir(folder);
    char **name = NULL;
    size_t n = 0;
    int rc = d ? E_OK : fail(w, E_INPUT, "there is no folder %s", folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e && !rc; e = readdir(d)) {
        char *at = e->d_name[0] == '.' ? NULL : file_join(folder, e->d_name);
        char *manifest = at ? file_join(at, "manifest.json") : NULL;
        char **more = manifest && file_exists(manifest) ? mem_grow(name, n + 1, sizeof *name) : NULL;
        free(manifest);
        if (more) {
            name = more;
            name[n++] = at;
        } else
            free(at);
    }
    if (d)
        closedir(d);
    if (n)
        qsort(name, n, sizeof *name, by_name);
    for (size_t i = 0; i < n; i++) {
        if (!rc)
            list_one(k, name[i]);
        free(name[i]);
    }
    free(name);
    return rc;
}

static int list_run(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    listing k = { 0 };
    int status = cli_parse(&verb_model_list, argc, argv, 1, -1, &c), rc = E_OK;
    if (status != CLI_GO)
        return status;
    if (cli_json())
        json_open(&k.j, NULL, '[');
    for (int i = 0; i < c.narg && !rc; i++) {
        char *manifest = file_join(c.arg[i], "manifest.json");
        if (manifest && file_exists(manifest))
            list_one(&k, c.arg[i]);
        else
            rc = list_below(&k, c.arg[i], &w);
        free(manifest);
    }
    if (cli_json()) {
        json_close(&k.j, ']');
        text_addc(&k.j.out, '\n');
    }
    if (!rc && !k.n && !k.bad)
        cli_say("no saved models there\n");
    status = put(&k.j.out, &w, rc);
    return status ? status : k.bad ? why_status(E_PARTIAL) : 0;
}

static const char *const list_examples[] = { "fade model list models",
                                             "fade model list models/fleet models/pooled --json", NULL };
const cli_verb verb_model_list = {
    .name = "list",
    .help = "saved models, or those that lie in a folder of them, a line each",
    .args = "DIR ..",
    .example = list_examples,
    .run = list_run,
};

/* ---- check ---- */

/* Loaded and saved again it has to be the same bytes. */
static int same_again(const model_saved *m, const model_opened *k, why *w)
{
    int rc = E_OK;
    for (size_t i = 0; i < m->npart && !rc; i++) {
        text again = { 0 };
        const model_part *p = &m->part[i];
        rc = model_part_save(k->object, k->vt, k->part[i], &again, w);
        if (!rc && (again.n != p->bytes || memcmp(text_of(&again), p->weights, p->bytes) != 0))
            rc = fail(w, E_PLUGIN, "%s: loaded and saved again by %s %s, the model of %s is other bytes", m->folder,
                      k->plugin->desc->id, k->plugin->desc->version, p->cell ? p->cell : "all cells");
        text_free(&again);
    }
    return rc;
}

static int check_one(const char *folder, json *j, why *w)
{
    model_saved *m = NULL;
    model_opened k = { 0 };
    int rc = model_read(folder, &m, w);
    rc = rc ? rc : model_open(m, &k, w);
    rc = rc ? rc : same_again(m, &k, w);
    if (cli_json()) {
        json_open(j, NULL, '{');
        json_text(j, "folder", folder);
        json_bool(j, "ok", rc == E_OK);
        json_text(j, "problem", rc ? w->text : NULL);
        json_close(j, '}');
        text_addc(&j->out, '\n');
        j->more = 0;
    } else if (!rc) {
        bool other = strcmp(m->plugin_version, k.plugin->desc->version) != 0;
        text_addf(&j->out, "%s: ok, %zu model%s of %s %s%s%s\n", folder, m->npart, m->npart == 1 ? "" : "s", m->plugin,
                  m->plugin_version, other ? ", read by " : "", other ? k.plugin->desc->version : "");
    }
    model_opened_close(&k);
    model_close(m);
    return rc;
}

static int check_run(int argc, char **argv)
{
    cli c;
    json j = { 0 };
    int status = cli_parse(&verb_model_check, argc, argv, 1, -1, &c);
    if (status != CLI_GO)
        return status;
    status = 0;
    for (int i = 0; i < c.narg; i++) {
        why w = { 0 };
        if (check_one(c.arg[i], &j, &w)) {
            int bad = cli_fail(&w);
            status = status ? status : bad;
        }
    }
    int told = why_status(cli_put(text_of(&j.out), j.out.n));
    text_free(&j.out);
    return status ? status : told;
}

static const char *const check_examples[] = { "fade model check models/fleet", "fade model check models/*", NULL };
const cli_verb verb_model_check = {
    .name = "check",
    .help = "whether a saved model is whole and its plugin still loads it, bit for bit",
    .args = "DIR ..",
    .example = check_examples,
    .run = check_run,
};

static const cli_verb *const subs[] = { &verb_model_info, &verb_model_list, &verb_model_check, &verb_model_export,
                                       NULL };
const cli_verb verb_model = {
    .name = "model",
    .help = "what saved models are, whether they still work; ONNX",
    .args = "info|list|check|export",
    .sub = subs,
};
