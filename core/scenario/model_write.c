/* SPDX-License-Identifier: MIT
 * model_write.c - the manifest as text, and the folder put in place at once.
 *
 * The folder is made whole beside its place under a name of this process's own and then changes places with what was
 * there, so that a process that is killed leaves the old one.
 */
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/scenario/model_fields.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMBER(group, key, type, flags, member) { group, key, type, flags, offsetof(OF, member) },
#define OF model_saved
static const model_field members[] = { MODEL_MEMBERS(MEMBER) };
#undef OF
#define OF model_feature
static const model_field feature_members[] = { FEATURE_MEMBERS(MEMBER) };
#undef OF
#define OF model_source
static const model_field source_members[] = { SOURCE_MEMBERS(MEMBER) };
#undef OF
#define OF model_cell
static const model_field cell_members[] = { CELL_MEMBERS(MEMBER) };
#undef OF
#define OF model_part
static const model_field part_members[] = { PART_MEMBERS(MEMBER) };
#undef OF
#define FIELDS(a) { a, sizeof a / sizeof a[0] }
const model_fields model_members = FIELDS(members), model_feature_members = FIELDS(feature_members),
                   model_source_members = FIELDS(source_members), model_cell_members = FIELDS(cell_members),
                   model_part_members = FIELDS(part_members);

/* ---- the manifest ---- */

static void put_one(json *j, const char *base, const model_field *f)
{
    const void *at = base + f->at;
    const char *key = *f->key ? f->key : f->group, *said;
    switch (f->type) {
    case FIELD_WHOLE: json_whole(j, key, *(const int64_t *)at); break;
    case FIELD_REAL:
        if (!(f->flags & FIELD_SKIP) || isfinite(*(const double *)at))
            json_number(j, key, *(const double *)at);
        break;
    case FIELD_BOOL: json_bool(j, key, *(const bool *)at); break;
    case FIELD_RAW: json_raw(j, key, *(const char *const *)at ? *(const char *const *)at : "{}"); break;
    default:
        said = *(const char *const *)at;
        json_text(j, key, said || (f->flags & FIELD_NULL) ? said : "");
    }
}

static void put_fields(json *j, const model_fields *f, const void *base)
{
    for (size_t i = 0; i < f->n; i++) {
        const char *group = f->at[i].type == FIELD_RAW ? "" : f->at[i].group;
        if (*group && (i == 0 || strcmp(f->at[i - 1].group, group) != 0)) {
            text_addc(&j->out, '\n');
            json_open(j, group, '{');
        }
        if (f->at[i].type == FIELD_RAW)
            text_addc(&j->out, '\n');
        put_one(j, base, &f->at[i]);
        if (*group && (i + 1 == f->n || strcmp(f->at[i + 1].group, group) != 0))
            json_close(j, '}');
    }
}

static void put_list(json *j, const char *key, const model_fields *f, const void *at, size_t n, size_t size)
{
    text_addc(&j->out, '\n');
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++) {
        text_addc(&j->out, '\n');
        json_open(j, NULL, '{');
        put_fields(j, f, (const char *)at + i * size);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_bands(json *j, const char *key, const double *horizon, const double *half, size_t n)
{
    json_open(j, key, '[');
    for (size_t k = 0; k < n; k++) {
        json_open(j, NULL, '[');
        json_number(j, NULL, horizon[k]);
        json_number(j, NULL, half[k]);
        json_close(j, ']');
    }
    json_close(j, ']');
}

static void put_parts(json *j, const model_saved *m)
{
    text_addc(&j->out, '\n');
    json_open(j, "models", '[');
    for (size_t i = 0; i < m->npart; i++) {
        const model_part *p = &m->part[i];
        text_addc(&j->out, '\n');
        json_open(j, NULL, '{');
        put_fields(j, &model_part_members, p);
        json_whole(j, "bytes", (int64_t)p->bytes);
        put_bands(j, "bands", p->horizon, p->half, p->nband);
        if (p->nahead)
            put_bands(j, "ahead", p->ahead_horizon, p->ahead_half, p->nahead);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_background(json *j, const model_saved *m)
{
    if (!m->nbackground)
        return;
    text_addc(&j->out, '\n');
    json_open(j, "background", '[');
    for (size_t i = 0; i < m->nbackground; i++) {
        json_open(j, NULL, '[');
        for (size_t k = 0; k < m->nfeature; k++)
            json_number(j, NULL, m->background[i * m->nfeature + k]);
        json_close(j, ']');
    }
    json_close(j, ']');
}

int model_manifest(const model_saved *m, text *out, why *w)
{
    json j = { 0 };
    char hex[65];
    json_open(&j, NULL, '{');
    json_text(&j, "format", MODEL_MARK);
    put_fields(&j, &model_members, m);
    put_list(&j, "features", &model_feature_members, m->feature, m->nfeature, sizeof *m->feature);
    put_list(&j, "sources", &model_source_members, m->source, m->nsource, sizeof *m->source);
    put_list(&j, "cells", &model_cell_members, m->cell, m->ncell, sizeof *m->cell);
    put_background(&j, m);
    put_parts(&j, m);
    file_sha256_bytes(text_of(&j.out), j.out.n, hex);
    text_addf(&j.out, MODEL_SUM "%s" MODEL_END, hex);
    if (j.out.failed)
        fail(w, E_NOMEM, "no memory for the manifest of a model");
    else
        text_addn(out, text_of(&j.out), j.out.n);
    int rc = j.out.failed || out->failed ? E_NOMEM : E_OK;
    text_free(&j.out);
    return rc;
}

/* ---- the folder ---- */

static const char *const files[] = { "manifest.json", "weights.bin" };

static bool is_ours(const char *name)
{
    return text_starts(name, files[0]) || text_starts(name, files[1]);
}

/* Also what a killed process left half written in it. */
static void remove_folder(const char *folder)
{
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        char *path = is_ours(e->d_name) ? file_join(folder, e->d_name) : NULL;
        if (path)
            unlink(path);
        free(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

/* A saved model or an empty folder may be replaced; nothing else. */
static int replaceable(const char *folder, bool *there, why *w)
{
    bool model_there = false, other = false;
    struct stat st;
    *there = lstat(folder, &st) == 0;
    if (!*there)
        return E_OK;
    if (!S_ISDIR(st.st_mode))
        return fail(w, E_INPUT, "%s is no folder: a model is saved into one of its own", folder);
    DIR *d = opendir(folder);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d)) {
        model_there = model_there || strcmp(e->d_name, files[0]) == 0;
        other = other || (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && strcmp(e->d_name, files[0]) &&
                          strcmp(e->d_name, files[1]));
    }
    if (!d)
        return fail(w, E_IO, "cannot read the folder %s: %s", folder, strerror(errno));
    closedir(d);
    return other ? fail(w, E_INPUT, "%s holds other files than %s model: save into a folder of its own", folder,
                        model_there ? "a saved" : "those of a")
                 : E_OK;
}

/* Folders that a killed process left half made beside this one. */
static void sweep_out(const char *folder)
{
    const char *slash = strrchr(folder, '/'), *name = slash ? slash + 1 : folder;
    char *above = file_beside(folder, "."), *prefix = NULL;
    DIR *d = above ? opendir(above) : NULL;
    size_t n = strlen(name) + 6;
    if (d && (prefix = malloc(n)))
        snprintf(prefix, n, "%s.new-", name);
    for (struct dirent *e = prefix ? readdir(d) : NULL; e; e = readdir(d)) {
        long pid = text_starts(e->d_name, prefix) ? strtol(e->d_name + n - 1, NULL, 10) : 0;
        char *path = pid > 0 && pid != getpid() && kill((pid_t)pid, 0) && errno == ESRCH ? file_join(above, e->d_name)
                                                                                         : NULL;
        if (path)
            remove_folder(path);
        free(path);
    }
    if (d)
        closedir(d);
    free(prefix);
    free(above);
}

static int put_weights(const char *path, const model_saved *m, char hex[65], int64_t *bytes, why *w)
{
    text all = { 0 };
    for (size_t i = 0; i < m->npart; i++)
        text_addn(&all, m->part[i].weights ? m->part[i].weights : "", m->part[i].bytes);
    file_sha256_bytes(text_of(&all), all.n, hex);
    *bytes = (int64_t)all.n;
    int rc = all.failed ? fail(w, E_NOMEM, "no memory for the weights of a model")
                        : file_write(path, text_of(&all), all.n, w);
    text_free(&all);
    return rc;
}

static int fill_folder(const char *folder, const model_saved *m, why *w)
{
    char hex[65], *weights = file_join(folder, files[1]), *manifest = file_join(folder, files[0]);
    text t = { 0 };
    model_saved with = *m;
    with.weights_sha256 = hex;
    int rc = weights && manifest ? E_OK : fail(w, E_NOMEM, "no memory for a path");
    rc = rc ? rc : put_weights(weights, m, hex, &with.weights_bytes, w);
    rc = rc ? rc : model_manifest(&with, &t, w);
    rc = rc ? rc : file_write(manifest, text_of(&t), t.n, w);
    text_free(&t);
    free(weights);
    free(manifest);
    return rc;
}

static int cannot(const char *folder, why *w)
{
    return fail(w, E_IO, "cannot put a model into %s: %s", folder, strerror(errno));
}

/* Changes places with the old one; where a file system cannot, the old one steps aside first. */
static int put_in_place(const char *made, const char *folder, bool there, why *w)
{
    if (!there)
        return rename(made, folder) ? cannot(folder, w) : E_OK;
    if (renameat2(AT_FDCWD, made, AT_FDCWD, folder, RENAME_EXCHANGE) == 0) {
        remove_folder(made);
        return E_OK;
    }
    char aside[4200];
    snprintf(aside, sizeof aside, "%.4000s.old-%ld", folder, (long)getpid());
    if (rename(folder, aside))
        return cannot(folder, w);
    if (rename(made, folder)) {
        int rc = cannot(folder, w);
        (void)!rename(aside, folder);
        return rc;
    }
    remove_folder(aside);
    return E_OK;
}

static void sync_above(const char *folder)
{
    char *above = file_beside(folder, ".");
    int fd = above ? open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(above);
}

int model_write(const char *folder, const model_saved *m, why *w)
{
    size_t n = strlen(folder), room = n + 40;
    bool there;
    char *place = mem_dup(folder), *made = mem_zero(room, 1), *above;
    if (!place || !made) {
        free(place);
        free(made);
        return fail(w, E_NOMEM, "no memory for a path");
    }
    while (n > 1 && place[n - 1] == '/')
        place[--n] = '\0';
    int rc = replaceable(place, &there, w);
    above = file_beside(place, ".");
    if (!rc && strchr(place, '/') && above)
        rc = file_mkdirs(above, w);
    snprintf(made, room, "%s.new-%ld", place, (long)getpid());
    if (!rc) {
        sweep_out(place);
        remove_folder(made);
        rc = mkdir(made, 0777) ? cannot(place, w) : E_OK;
        rc = rc ? rc : fill_folder(made, m, w);
        rc = rc ? rc : put_in_place(made, place, there, w);
        if (rc)
            remove_folder(made);
        else
            sync_above(place);
    }
    free(above);
    free(made);
    free(place);
    return rc;
}
