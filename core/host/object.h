/* SPDX-License-Identifier: MIT
 * object.h - the host as one plugin object sees it: report, progress and services; what it reports becomes log lines and `why`.
 */
#ifndef FADE_HOST_OBJECT_H
#define FADE_HOST_OBJECT_H
#include "core/base/tree.h"
#include "core/host/library.h"
#include <pthread.h>

typedef struct object {
    fade_host        host;                        /* host.ctx == this */
    const plugin    *plugin;
    const tree_node *node;                        /* its table in the scenario, for messages; may be NULL */
    uint64_t         seed;
    int32_t        (*progress)(void *ctx, double done, const char *what);
    void            *ctx;                         /* progress's and lane_name's */
    const char      *(*lane_name)(void *ctx, int32_t lane, int64_t *cycle);   /* cell id and cycle of the tile at work on this thread; may be NULL */
    pthread_mutex_t  lock;
    fade_report      last;                        /* the last error or warning, its text in last_text */
    char             last_text[512];
    uint64_t         warnings;
} object;

int object_open(const plugin *, const tree_node *node, uint64_t seed, object **out, why *w);
void object_close(object *);                      /* accepts NULL */
/* Turns a plugin's code into `why`: the sentence it reported, else a plain one; adds plugin and scenario line.  Returns E_*. */
int object_why(object *, int32_t code, const char *doing, why *w);
/* The same for one lane of the tile this thread has just stepped: what the plugin said of it, else a plain sentence. */
int object_lane_why(object *, int32_t code, int32_t lane, why *w);
/* Each distinct sentence (by plugin, key) is said once per object. */
void object_warn_once(object *, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
#endif
