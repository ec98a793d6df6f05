/* SPDX-License-Identifier: MIT
 * trial.h - one test of one plugin at work: what the tests of the checker share.
 */
#ifndef FADE_HOST_TRIAL_H
#define FADE_HOST_TRIAL_H
#include "core/host/args.h"
#include "core/host/checker.h"
#include "core/host/library.h"
#include "core/host/object.h"
#include "core/host/rig.h"
#include <pthread.h>

typedef struct trial trial;

typedef struct trial_test {                       /* one line of the checker's table */
    const char *id;
    const char *kinds;                            /* letters: l library, p physics, c corrector, s source, o output; d: with fade.duty/1 */
    int         severity;                         /* CHECKER_FAIL, _WARN or _NOTE: what trial_fail() counts as */
    int         runs;                             /* 2: done in two processes, whose texts must be equal */
    const char *say;                              /* why it matters, one sentence */
    const char *doc;                              /* where to read */
    void      (*run)(trial *);
} trial_test;

/* The host as the plugin under test sees it: services are real, reports are kept, progress may say stop. */
typedef struct trial_host {
    fade_host  host;                              /* first: a plugin's host pointer is a pointer to this */
    object    *object;
    unsigned   errors, warnings, reports, calls;  /* reports by level; calls of progress */
    unsigned   cancel_at;                         /* progress says stop from this call on; 0 never */
    int32_t    code;                              /* of the last error */
    char       text[512];                         /* the last error or warning */
    pthread_mutex_t lock;
} trial_host;

struct trial {
    const trial_test      *test;
    const checker_options *opt;
    const char            *path;
    const fade_desc       *desc;                  /* NULL in tests of the library */
    plugin                 plugin;
    tree                  *tree;
    const args            *args;                  /* what scenario and defaults give */
    fade_value            *value;                 /* a copy that tests may change; args' own stays */
    fade_args              given;                 /* made of `value` */
    int                    status;
    text                   said;
};

/* What a test finds.  trial_fail counts by the test's severity; only the first 12 lines are kept. */
void trial_fail(trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_warn(trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_note(trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void trial_skip(trial *, const char *format, ...) __attribute__((format(printf, 2, 3)));

typedef struct trial_library {
    const fade_desc *const *plugins;              /* NULL-terminated */
    const fade_desc        *one[2];               /* of a built-in */
} trial_library;
int trial_load(const char *path, trial_library *out, why *w);            /* a file, or the id of a built-in; *out must not move */
/* Values of all parameters from t->opt->values and defaults; a required number is guessed.  false: said. */
bool trial_values(trial *);
/* A required parameter that nobody gave and that cannot be guessed; NULL: none. */
const fade_param *trial_missing(const trial *);

bool trial_host_open(trial *, trial_host *);
void trial_host_close(trial_host *);
/* The plugin failed with `code`: it must be one of the header's and come with a sentence.  Says what is wrong; `doing` is "create". */
void trial_refusal(trial *, const trial_host *, int32_t code, const char *doing);
const char *trial_word(int32_t code);             /* "FADE_ENOMEM" */

double trial_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);    /* in (0, 1) */
/* Somewhere within what a column may be: lo..hi, else min..max, else by its name, else around init; u in 0..1. */
double trial_column_value(const fade_column *, double u);
double trial_param_value(const fade_param *, double u);
char *trial_folder(why *w);                       /* a new empty folder; trial_folder_drop removes and frees */
void trial_folder_drop(char *folder);
uint64_t trial_hash(uint64_t h, const void *at, size_t n);               /* FNV-1a; start with 0 */
#endif
