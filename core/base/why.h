/* SPDX-License-Identifier: MIT
 * why.h - failure as a value: a code and one finished sentence.
 *
 * 0 is success.  Whoever knows most fills `why` once with fail(); callers pass it up untouched.
 */
#ifndef FADE_BASE_WHY_H
#define FADE_BASE_WHY_H

/* X(name, exit status of the command, word) */
#define WHY_CODES(X)                                                                     \
    X(E_OK, 0, "ok")                                                                     \
    X(E_FAILED, 1, "failed")       /* at run time */                                     \
    X(E_USAGE, 2, "usage")         /* of the command */                                  \
    X(E_PARTIAL, 3, "partial")     /* some lanes or cases failed */                      \
    X(E_INPUT, 4, "input")         /* scenario, data file, snapshot */                   \
    X(E_PLUGIN, 5, "plugin")       /* not found, refused, broke a rule */                \
    X(E_SOLVE, 6, "solve")         /* a solver did not converge */                       \
    X(E_EXTERNAL, 7, "external")   /* a service, a disk, a network */                    \
    X(E_NOMEM, 1, "memory")                                                              \
    X(E_IO, 7, "io")               /* file system: cannot read, write, disk full */      \
    X(E_DOMAIN, 4, "domain")       /* a number outside its bounds */                     \
    X(E_CANCEL, 130, "cancelled")  /* SIGINT, SIGTERM, progress() said stop */           \
    X(E_BUG, 1, "bug")             /* ours */

#define WHY_ENUM(name, status, word) name,
enum { WHY_CODES(WHY_ENUM) WHY_NCODES };
#undef WHY_ENUM

typedef struct why {
    int  code;
    char text[1024];               /* one sentence, no newline; "" when code is 0 */
} why;

/* Fills *w (which may be NULL) and returns `code`.  Thread: any. */
int why_fail(why *w, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));
#ifndef CMOCKA_H_                                  /* which has a fail() of its own: tests include it first */
#define fail(w, code, ...) why_fail((w), (code), __VA_ARGS__)
#endif

/* Puts "prefix: " in front of w's sentence; returns w->code. */
int why_prefix(why *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

const char *why_word(int code);    /* "input", ..; "unknown" */
int why_status(int code);          /* exit status of the command */
#endif
