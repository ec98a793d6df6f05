/* SPDX-License-Identifier: MIT
 * checker.h - proves a plugin: one table of tests, each in a process of its own, so that a crash or a hang is a failed row.
 */
#ifndef FADE_HOST_CHECKER_H
#define FADE_HOST_CHECKER_H
#include "core/base/text.h"
#include "core/base/tree.h"
#include "core/base/why.h"

/* Rising severity; the worst thing said by a test is its status. */
enum { CHECKER_OK, CHECKER_NOTE, CHECKER_SKIP, CHECKER_WARN, CHECKER_FAIL };

typedef struct checker_options {
    const char      *exe;                         /* the command, run again for each test; NULL: all in this process */
    const char      *only;                        /* one test's id; NULL: all */
    const char      *values_path;                 /* handed on to the processes: where `values` came from; may be NULL */
    const tree_node *values;                      /* parameters to check with, as a plugin's table in a scenario; may be NULL */
    uint64_t         seed;
    double           limit;                       /* s a test may take; 0: 10 */
} checker_options;

typedef struct checker_row {
    const char *test;                             /* id in the table */
    char       *plugin;                           /* id; "" when about the whole file */
    char       *text;                             /* what was found, lines joined by newlines; "" */
    int         status;                           /* CHECKER_* */
    double      seconds;
} checker_row;

typedef struct checker_result {
    char        *path;
    char        *plugins;                         /* "physics sqrtsei, output foo"; "" when it does not load */
    checker_row *row;
    size_t       n, cap;
} checker_result;                                 /* start from {0} */

/* Checks the library `path` (a file, or the id of a built-in).  E_OK when it could be checked, whatever the rows say; E_USAGE: no such
 * test (names the nearest); E_NOMEM, E_FAILED: the command cannot be started. */
int checker_run(const char *path, const checker_options *, checker_result *out, why *w);
void checker_free(checker_result *);
int checker_worst(const checker_result *);
void checker_text(const checker_result *, text *out);     /* a table for people: what is not ok, with why and where to read */
void checker_json(const checker_result *, text *out);
/* The table itself, for `--help` and docs: "id  severity  why" lines. */
void checker_table(text *out);

/* A file that belongs to a plugin ("golden.csv", "check.toml"): beside the library, or in its folder of the source tree.  Caller frees;
 * NULL: there is none. */
char *checker_beside(const char *library, const char *name);
#endif
