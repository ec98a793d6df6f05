/* SPDX-License-Identifier: MIT
 * trial.c - one test of one plugin at work: what the tests of the checker share.
 */
#include "core/host/trial.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/units.h"
#include "core/host/descriptor.h"
#include <dirent.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINES = 12 };

static void say(trial *t, int status, const char *format, va_list list)
{
    if (status > t->status)
        t->status = status;
    size_t lines = t->said.n > 0;
    for (size_t i = 0; i < t->said.n; i++)
        lines += t->said.at[i] == '\n';
    if (lines >= LINES)
        return;
    char line[1024];
    vsnprintf(line, sizeof line, format, list);
    if (t->said.n)
        text_addc(&t->said, '\n');
    text_add(&t->said, line);
}

void trial_fail(trial *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(t, t->test->severity, format, list);
    va_end(list);
}

void trial_warn(trial *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(t, CHECKER_WARN, format, list);
    va_end(list);
}

void trial_note(trial *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(t, CHECKER_NOTE, format, list);
    va_end(list);
}

void trial_skip(trial *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    say(t, CHECKER_SKIP, format, list);
    va_end(list);
}

int trial_load(const char *path, trial_library *out, why *w)
{
    if (strchr(path, '/')) {
        const fade_library *l;
        int rc = library_open_file(path, &l, w);
        if (rc == E_OK)
            out->plugins = l->plugins;
        return rc;
    }
    const plugin *p;
    int rc = library_find(path, &p, w);
    if (rc == E_OK) {
        out->one[0] = p->desc;
        out->one[1] = NULL;
        out->plugins = out->one;
    }
    return rc;
}

/* ---- numbers to try
 * -------------------------------------------------------------------------------------------------------- */

uint64_t trial_hash(uint64_t h, const void *at, size_t n)
{
    const unsigned char *p = at;
    if (h == 0)
        h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}

double trial_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t key[4] = { seed, a, b, c }, z = trial_hash(0, key, sizeof key);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;            /* the finaliser of splitmix64 */
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

/* Where quantities that declare no range usually lie. */
static const struct span {
    const char *key, *unit;
    double      lo, hi;
} spans[] = {
    { "control", "", 0, 0 },                            /* FADE_BY_CURRENT */
    { "demand", "A", 0.05, 0.5 },
    { "current", "A", 0.05, 0.5 },
    { "voltage", "V", 3.2, 4.0 },
    { "temperature", "K", 288.15, 313.15 },
    { "count", "", 1, 1 },
    { "cycle", "", 1, 500 },
    { "depth", "1", 0.4, 0.9 },
    { "soc", "1", 0.3, 0.7 },
    { "c_rate", "1/h", 0.3, 1.5 },
    { "charge_time", "s", 3600, 10800 },
    { "charge_cc_time", "s", 1800, 7200 },
    { "rest", "s", 600, 7200 },
    { "duration", "s", 7200, 86400 },
    { "discharge_time", "s", 1800, 7200 },
    { "capacity", "Ah", 1.4, 2.0 },
    { "energy", "Wh", 5, 8 },
    { "resistance", "ohm", 0.02, 0.1 },
    { "loss", "1", 0.01, 0.2 },
};

static bool span_find(const fade_column *c, double *lo, double *hi)
{
    unit have, want;
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        double scale, offset;
        if (!text_starts(c->key, spans[i].key))
            continue;
        char first[64];                                 /* "A|V|W|ohm": the first is meant */
        snprintf(first, sizeof first, "%.*s", (int)strcspn(c->unit, "|"), c->unit);
        if (units_parse(spans[i].unit, &have, NULL) || units_parse(first, &want, NULL) ||
            !units_convert(&have, &want, 2.0, &scale, &offset))
            continue;
        *lo = spans[i].lo * scale + offset;
        *hi = spans[i].hi * scale + offset;
        return true;
    }
    return false;
}

double trial_column_value(const fade_column *c, double u)
{
    double lo = c->lo, hi = c->hi;
    if (!(lo < hi) && !span_find(c, &lo, &hi)) {
        lo = c->min;
        hi = c->max;
    }
    if (!isfinite(lo) || !isfinite(hi) || (lo == hi && lo == 0.0 && !text_starts(c->key, "control"))) {
        double at = isfinite(c->init) ? c->init : 0.0, reach = at == 0.0 ? 1.0 : 0.1 * fabs(at);
        lo = isfinite(lo) && lo < hi ? lo : at - (at == 0.0 ? 0.0 : reach);
        hi = isfinite(hi) && hi > lo ? hi : at + reach;
    }
    if (c->min < c->max) {
        lo = fmin(fmax(lo, c->min), c->max);
        hi = fmin(fmax(hi, c->min), c->max);
    }
    return lo + u * (hi - lo);
}

double trial_param_value(const fade_param *p, double u)
{
    double lo = p->min, hi = p->max;
    if (!(lo < hi) || !isfinite(lo) || !isfinite(hi)) {
        double at = isfinite(p->def) ? p->def : 1.0;
        double a = p->lo < p->hi ? p->lo : 0.5 * at, b = p->lo < p->hi ? p->hi : 2.0 * at;
        bool bound = lo < hi;
        lo = bound && isfinite(lo) ? lo : fmin(a, b);
        hi = bound && isfinite(hi) ? hi : fmax(fmax(a, b), lo);
    }
    if (p->flags & FADE_LOG && lo > 0.0)
        return fmin(hi, fmax(lo, lo * pow(hi / lo, u)));
    double v = lo + u * (hi - lo);
    return p->type == FADE_INT || p->type == FADE_BOOL || p->type == FADE_CHOICE ? floor(v + 0.5) : v;
}

/* ---- parameters
 * ------------------------------------------------------------------------------------------------------------ */

static bool number(const fade_param *p)
{
    return p->type == FADE_REAL || p->type == FADE_INT || p->type == FADE_BOOL || p->type == FADE_CHOICE;
}

/* A value for a required number nobody gave: within where it was shown to hold, else the middle of its bounds. */
static double guess(const fade_param *p)
{
    if (p->lo < p->hi)
        return 0.5 * (p->lo + p->hi);
    if (strcmp(p->key, "nominal_capacity") == 0 || strcmp(p->key, "initial_capacity") == 0)
        return 2.0;
    if (p->min < p->max && isfinite(p->min) && isfinite(p->max))
        return trial_param_value(p, 0.5);
    return p->min < p->max && p->min > 1.0 ? p->min : 1.0;
}

static bool table_fill(trial *t, tree_node *root)
{
    if (t->opt->values)
        tree_merge(t->tree, root, t->opt->values);
    for (uint32_t i = 0; i < t->desc->params.n; i++) {
        const fade_param *p = library_at(&t->desc->params, i);
        bool guessed = p->flags & FADE_REQUIRED || (isnan(p->def) && p->flags & FADE_PER_CELL);
        if (!guessed || p->flags & FADE_DEPRECATED || !number(p) || tree_find(root, p->key))
            continue;
        tree_node *v = tree_make(t->tree,
                                 p->type == FADE_CHOICE ? TREE_TEXT
                                 : p->type == FADE_REAL ? TREE_REAL
                                                        : TREE_INT,
                                 "check", 0, 0);
        if (!v)
            return false;
        v->real = guess(p);
        v->integer = (int64_t)v->real;
        if (p->type == FADE_CHOICE) {
            char word[96];
            snprintf(word, sizeof word, "%.*s", (int)strcspn(p->text ? p->text : "", "|"), p->text ? p->text : "");
            v->text = tree_text(t->tree, word);
        }
        if (p->type == FADE_BOOL)
            v->kind = TREE_BOOL;
        if (tree_set(t->tree, root, tree_text(t->tree, p->key), v, NULL))
            return false;
    }
    return true;
}

const fade_param *trial_missing(const trial *t)
{
    for (uint32_t i = 0; i < t->desc->params.n; i++) {
        const fade_param *p = library_at(&t->desc->params, i);
        if (p->flags & FADE_REQUIRED && !number(p) && !(p->flags & FADE_DEPRECATED) &&
            !(t->opt->values && tree_find(t->opt->values, p->key)))
            return p;
    }
    return NULL;
}

bool trial_values(trial *t)
{
    t->tree = tree_open();
    if (!t->tree || !table_fill(t, tree_root(t->tree))) {
        trial_fail(t, "no memory for its parameters");
        return false;
    }
    static const char *const skip[] = { "plugin", NULL };
    tree_problems p = { 0 };
    int rc = args_read(t->tree, tree_root(t->tree), t->desc, NULL, skip, &p, &t->args);
    const fade_param *missing = trial_missing(t);
    if (rc == E_OK && p.n && !missing)
        trial_fail(t, "its own defaults are refused: %s", p.at[0].text);
    bool ok = rc == E_OK && (p.n == 0 || missing) && t->args;
    if (rc)
        trial_fail(t, "no memory for its parameters");
    tree_problems_free(&p);
    if (!ok)
        return false;
    uint32_t n = t->args->fade.n;
    t->value = mem_zero(n + 1, sizeof *t->value);
    if (!t->value)
        return false;
    for (uint32_t i = 0; i < n; i++)
        t->value[i] = t->args->fade.at[i];
    t->given = t->args->fade;
    t->given.at = t->value;
    return true;
}

/* ---- the host
 * -------------------------------------------------------------------------------------------------------------- */

static void host_report(const fade_host *host, const fade_report *r)
{
    trial_host *h = (trial_host *)(uintptr_t)host;
    pthread_mutex_lock(&h->lock);
    h->reports++;
    h->errors += r->level >= 3;
    h->warnings += r->level == 2;
    if (r->level >= 2) {
        h->code = r->code;
        snprintf(h->text, sizeof h->text, "%s", r->text ? r->text : "");
    }
    pthread_mutex_unlock(&h->lock);
}

static int32_t host_progress(const fade_host *host, double done, const char *what)
{
    trial_host *h = (trial_host *)(uintptr_t)host;
    (void)done;
    (void)what;
    h->calls++;
    return h->cancel_at && h->calls >= h->cancel_at ? FADE_ECANCEL : FADE_OK;
}

static const void *host_iface(const fade_host *host, const char *id)
{
    const trial_host *h = (const trial_host *)(const void *)host;
    return h->object->host.iface(&h->object->host, id);
}

bool trial_host_open(trial *t, trial_host *h)
{
    why w = { 0 };
    *h = (trial_host){ 0 };
    if (object_open(&t->plugin, NULL, t->opt->seed, &h->object, &w)) {
        trial_fail(t, "%s", w.text);
        return false;
    }
    pthread_mutex_init(&h->lock, NULL);
    h->host = h->object->host;
    h->host.report = host_report;
    h->host.progress = host_progress;
    h->host.iface = host_iface;
    return true;
}

void trial_host_close(trial_host *h)
{
    if (!h->object)
        return;
    object_close(h->object);
    pthread_mutex_destroy(&h->lock);
    h->object = NULL;
}

static const struct { int32_t code; const char *word;
} words[] = {
    { FADE_OK, "FADE_OK" },         { FADE_RETRY, "FADE_RETRY" },   { FADE_END, "FADE_END" },
    { FADE_EINVAL, "FADE_EINVAL" }, { FADE_ENOMEM, "FADE_ENOMEM" }, { FADE_ESOLVE, "FADE_ESOLVE" },
    { FADE_EIO, "FADE_EIO" },       { FADE_EBUG, "FADE_EBUG" },     { FADE_ECANCEL, "FADE_ECANCEL" },
    { FADE_ERANGE, "FADE_ERANGE" },
};

const char *trial_word(int32_t code)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].code == code)
            return words[i].word;
    return "no FADE_ code";
}

void trial_refusal(trial *t, const trial_host *h, int32_t code, const char *doing)
{
    if (code < FADE_ERANGE || code > 0)
        trial_fail(t, "%s returns %d, which is no FADE_E code", doing, code);
    else if (code != FADE_ENOMEM && code != FADE_ECANCEL && !h->text[0])
        trial_fail(t, "%s fails with %s but reports no sentence", doing, trial_word(code));
    if (strchr(h->text, '\n'))
        trial_fail(t, "%s reports a text with a newline: \"%.60s..\"", doing, h->text);
}

/* ---- folders
 * --------------------------------------------------------------------------------------------------------------- */

char *trial_folder(why *w)
{
    const char *base = getenv("TMPDIR");
    char *name = file_join(base && *base ? base : "/tmp", "fade-check-XXXXXX");
    if (name && mkdtemp(name))
        return name;
    fail(w, E_IO, "no temporary folder can be made in %s", base && *base ? base : "/tmp");
    free(name);
    return NULL;
}

/* Two levels are enough: outputs write files, some a folder of files. */
static void drop(const char *folder, int depth)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        char *path = file_join(folder, e->d_name);
        if (path && unlink(path) && depth > 0)
            drop(path, depth - 1);
        free(path);
    }
    if (d)
        closedir(d);
    rmdir(folder);
}

void trial_folder_drop(char *folder)
{
    if (folder)
        drop(folder, 2);
    free(folder);
}
