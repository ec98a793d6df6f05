/* SPDX-License-Identifier: MIT
 * object.c - the host as one plugin object sees it: report, progress and services; what it reports becomes log lines
 * and `why`.
 */
#include "core/host/object.h"
#include "core/base/csv.h"
#include "core/base/expr.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/base/service.h"
#include "core/base/text.h"
#include "core/base/vmath.h"
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 32, SHOWN = 100, WARNING = 2, ERROR = 3 };

typedef struct inner {                                  /* an object and what only this file knows of it */
    object    o;
    uint64_t serial, stream; /* stream: keeps this plugin's draws apart from other plugins' */
    uint64_t *said;                                     /* hashes of what object_warn_once said */
    size_t    nsaid, cap;
    uint64_t  shown[ERROR + 1];                         /* messages by level that went to the log */
} inner;

/* What plugins said of lanes on this thread, the newest KEPT: read by object_lane_why after the step. */
static _Thread_local struct lane_said {
    uint64_t serial;                                    /* of the object; 0 free */
    int32_t  lane;
    char     text[240];
} lane_said[KEPT];
static _Thread_local unsigned lane_next;
static atomic_ullong serials = 1;

static inner *inner_of(const fade_host *h)
{
    return h->ctx;
}

/* ---- codes
 * ----------------------------------------------------------------------------------------------------------------- */

static const struct { int32_t code; int why; const char *name, *plain; } codes[] = {
    { FADE_EINVAL, E_INPUT, "FADE_EINVAL", "the input makes no sense to it" },
    { FADE_ENOMEM, E_NOMEM, "FADE_ENOMEM", "no memory" },
    { FADE_ESOLVE, E_SOLVE, "FADE_ESOLVE", "it found no solution" },
    { FADE_EIO, E_IO, "FADE_EIO", "it cannot read or write" },
    { FADE_EBUG, E_PLUGIN, "FADE_EBUG", "a rule of the plugin interface was broken" },
    { FADE_ECANCEL, E_CANCEL, "FADE_ECANCEL", "it was told to stop" },
    { FADE_ERANGE, E_DOMAIN, "FADE_ERANGE", "outside what its law or table covers" },
};
enum { NCODES = sizeof codes / sizeof codes[0] };

static size_t code_at(int32_t code)
{
    size_t i = 0;
    while (i < NCODES && codes[i].code != code)
        i++;
    return i;
}

/* ---- what the plugin calls
 * --------------------------------------------------------------------------------------------------- */

static const char *place(const tree_node *n, char out[300])
{
    *out = '\0';
    if (n && n->file && *n->file)
        snprintf(out, 300, n->line > 0 ? "%.250s:%d" : "%.250s", n->file, n->line);
    return *out ? out : NULL;
}

static void remember_lane(const inner *in, const fade_report *r)
{
    struct lane_said *s = NULL;
    for (unsigned i = 0; i < KEPT && !s; i++)
        if (lane_said[i].serial == in->serial && lane_said[i].lane == r->lane)
            s = &lane_said[i];
    if (!s)
        s = &lane_said[lane_next++ % KEPT];
    s->serial = in->serial;
    s->lane = r->lane;
    snprintf(s->text, sizeof s->text, "%s", r->text);
}

/* Counts, keeps the last; true while messages of this level are still shown. */
static bool keep(inner *in, const fade_report *r, int level, uint64_t *shown)
{
    object *o = &in->o;
    pthread_mutex_lock(&o->lock);
    if (level == WARNING)
        o->warnings++;
    if (level >= WARNING) {
        o->last = *r;
        snprintf(o->last_text, sizeof o->last_text, "%s", r->text);
        o->last.text = o->last_text;
    }
    *shown = ++in->shown[level];
    pthread_mutex_unlock(&o->lock);
    return level < WARNING || *shown <= SHOWN;
}

static void write_log(inner *in, const fade_report *r, int level)
{
    const object *o = &in->o;
    char at[300], cycle_text[24] = "", where[200];
    int64_t cycle = -1;
    const char *cell = r->lane >= 0 && o->lane_name ? o->lane_name(o->ctx, r->lane, &cycle) : NULL;
    size_t c = code_at(r->code);
    if (cell && cycle >= 0)
        snprintf(cycle_text, sizeof cycle_text, "%lld", (long long)cycle);
    snprintf(where, sizeof where, "%.150s:%d", r->file ? r->file : "", r->line);
    log_field fields[] = {
        { "plugin", o->plugin->desc->id },
        { "at", place(o->node, at) },
        { "cell", cell },
        { "cycle", *cycle_text ? cycle_text : NULL },
        { "code", c < NCODES ? codes[c].name : NULL },
        { "where", r->file && log_wants(LOG_DEBUG) ? where : NULL },
        { NULL, NULL },
    };
    log_say(level == ERROR ? LOG_DEBUG : level, fields, "%s: %s", o->plugin->desc->id,
            r->text); /* errors come back through `why` */
}

static void host_report(const fade_host *h, const fade_report *given)
{
    inner *in = inner_of(h);
    fade_report r = *given;
    uint64_t shown;
    int level = r.level < 0 ? 0 : r.level > ERROR ? ERROR : r.level;
    r.level = level;
    r.text = r.text ? r.text : "it gives no reason";
    if (level == ERROR && r.lane >= 0)
        remember_lane(in, &r);
    if (keep(in, &r, level, &shown))
        write_log(in, &r, level);
    if (level == WARNING && shown == SHOWN)
        log_say(level, NULL, "%s: further messages of this level are only counted", in->o.plugin->desc->id);
}

static int32_t host_progress(const fade_host *h, double done, const char *what)
{
    const object *o = &inner_of(h)->o;
    return o->progress ? o->progress(o->ctx, done, what) : FADE_OK;
}

static void rng_uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream,
                        double *u)
{
    const inner *in = inner_of(h);
    for (uint32_t i = 0; i < n; i++)
        u[i] = random_uniform(in->o.seed, id[i], row[i], in->stream + stream);
}

static void rng_normal(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream,
                       double *z)
{
    const inner *in = inner_of(h);
    for (uint32_t i = 0; i < n; i++)
        z[i] = random_normal(in->o.seed, id[i], row[i], in->stream + stream);
}

static int32_t log_asked(const fade_host *h, int32_t level)
{
    (void)h;
    return log_wants(level < 0 ? 0 : level > ERROR ? ERROR : level);
}

static const fade_rng_v1 rng = { sizeof rng, rng_uniform, rng_normal };
static const fade_log_v1 log_service = { sizeof log_service, log_asked };

static const void *get_rng(void)
{
    return &rng;
}

static const void *get_math(void)
{
    return vmath_table();
}

static const void *get_log(void)
{
    return &log_service;
}

static const void *get_clock(void)
{
    return service_clock();
}

static const void *get_text(void)
{
    return service_text();
}

static const void *get_csv(void)
{
    return csv_table();
}

static const void *get_expr(void)
{
    return expr_table();
}

static const struct { const char *id; const void *(*get)(void); } services[] = {
    { "fade.rng/1", get_rng },     { "fade.math/1", get_math }, { "fade.log/1", get_log },
    { "fade.clock/1", get_clock }, { "fade.text/1", get_text }, { "fade.csv/1", get_csv },
    { "fade.expr/1", get_expr },
};

static const void *host_iface(const fade_host *h, const char *id)
{
    (void)h;
    for (size_t i = 0; id && i < sizeof services / sizeof services[0]; i++)
        if (strcmp(services[i].id, id) == 0)
            return services[i].get();
    return NULL;
}

/* ---- what the rooms above call
 * ----------------------------------------------------------------------------------------------- */

int object_open(const plugin *p, const tree_node *node, uint64_t seed, object **out, why *w)
{
    *out = NULL;
    inner *in = mem_zero(1, sizeof *in);
    if (!in || pthread_mutex_init(&in->o.lock, NULL)) {
        free(in);
        return fail(w, E_NOMEM, "no memory for an object of plugin %s", p->desc->id);
    }
    in->serial = atomic_fetch_add(&serials, 1);
    in->stream = text_hash(p->desc->id) << 32;
    in->o.host = (fade_host){ .size = sizeof in->o.host, .abi = FADE_ABI_NOW, .ctx = in, .report = host_report,
                              .progress = host_progress, .iface = host_iface };
    in->o.plugin = p;
    in->o.node = node;
    in->o.seed = seed;
    *out = &in->o;
    return E_OK;
}

void object_close(object *o)
{
    if (!o)
        return;
    inner *in = (inner *)o;
    pthread_mutex_destroy(&o->lock);
    free(in->said);
    free(in);
}

static int sentence(const object *o, int32_t code, const char *doing, const char *said, why *w)
{
    char at[300];
    size_t c = code_at(code);
    const char *id = o->plugin->desc->id, *where = place(o->node, at);
    int as = c < NCODES ? codes[c].why : E_PLUGIN;
    const char *open = where ? " (" : "", *close = where ? ")" : "";
    where = where ? where : "";
    if (said)
        return fail(w, as, "%s: %s%s%s%s", id, said, open, where, close);
    if (c < NCODES)
        return fail(w, as, "%s cannot %s: %s (%s, without a sentence)%s%s%s", id, doing, codes[c].plain, codes[c].name,
                    open, where, close);
    return fail(w, as, "%s cannot %s: it returned %d, which is no code of the plugin interface%s%s%s", id, doing, code,
                open, where, close);
}

int object_why(object *o, int32_t code, const char *doing, why *w)
{
    char copy[sizeof o->last_text];
    pthread_mutex_lock(&o->lock);
    bool said = o->last.text && (o->last.level >= ERROR || o->last.code == code);
    if (said)
        memcpy(copy, o->last_text, sizeof copy);
    o->last = (fade_report){ 0 };                       /* a sentence explains one failure */
    pthread_mutex_unlock(&o->lock);
    return sentence(o, code, doing, said ? copy : NULL, w);
}

int object_lane_why(object *o, int32_t code, int32_t lane, why *w)
{
    const inner *in = (const inner *)o;
    for (unsigned i = 0; i < KEPT; i++)
        if (lane_said[i].serial == in->serial && lane_said[i].lane == lane) {
            lane_said[i].serial = 0;
            return sentence(o, code, "step", lane_said[i].text, w);
        }
    return sentence(o, code, "step", NULL, w);
}

/* True when `hash` is new.  Without memory to remember it, it is new each time. */
static bool first_time(inner *in, uint64_t hash)
{
    pthread_mutex_lock(&in->o.lock);
    bool known = false;
    for (size_t i = 0; i < in->nsaid; i++)
        known = known || in->said[i] == hash;
    if (!known && in->nsaid == in->cap) {
        size_t cap = in->cap ? in->cap * 2 : 16;
        uint64_t *more = mem_grow(in->said, cap, sizeof *more);
        in->said = more ? more : in->said;
        in->cap = more ? cap : in->cap;
    }
    if (!known && in->nsaid < in->cap)
        in->said[in->nsaid++] = hash;
    if (!known)
        in->o.warnings++;
    pthread_mutex_unlock(&in->o.lock);
    return !known;
}

void object_warn_once(object *o, const char *key, const char *format, ...)
{
    char said[1024], at[300];
    if (!first_time((inner *)o, text_hash(key)))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(said, sizeof said, format, args);
    va_end(args);
    log_field fields[] = { { "plugin", o->plugin->desc->id }, { "at", place(o->node, at) }, { NULL, NULL } };
    log_say(LOG_WARNING, fields, "%s: %s", o->plugin->desc->id, said);
}
