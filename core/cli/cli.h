/* SPDX-License-Identifier: MIT
 * cli.h - the command: verbs as tables, from which parsing, help, the manual page and completion are made.
 *
 * stdout is data, stderr is talk.  A verb's run() returns the exit status of the command (why_status).
 */
#ifndef FADE_CLI_CLI_H
#define FADE_CLI_CLI_H
#include "core/base/tree.h"
#include "core/base/why.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLI_FLAGS = 32, CLI_VALUES = 256, CLI_GO = -1 };

typedef struct cli_flag {
    const char *name;                             /* "out" */
    char        letter;                           /* 'o'; 0: none */
    const char *arg;                              /* "DIR", "N" (a whole number, checked), "a|b" (one of these, checked); NULL: no argument */
    const char *doc;                              /* one line, no full stop */
    bool        repeatable;
} cli_flag;

typedef struct cli_verb cli_verb;
struct cli_verb {
    const char            *name, *help;           /* "run", "simulate and write results" */
    const char            *args;                  /* "FILE", "KIND NAME", "[NAME ..]"; "" */
    const cli_flag        *flag;                  /* ended by a NULL name; may be NULL.  --json, --quiet and the like are everybody's */
    const char *const     *example;               /* whole command lines, NULL-terminated; may be NULL */
    int                  (*run)(int argc, char **argv);   /* argv[0] is the verb; NULL with sub */
    const cli_verb *const *sub;                   /* "plugin" has "list", "show", ..; NULL-terminated; may be NULL */
    bool                   hidden;                /* not in help, manual or completion */
    const char            *no_json;               /* what it prints instead: --json is refused with this; NULL: it has one */
};

/* What a command line said. */
typedef struct cli {
    const cli_verb *verb;
    const char     *value[CLI_VALUES];            /* in the order given */
    int             flag[CLI_VALUES];             /* index into verb->flag */
    size_t          nvalue;
    char          **arg;                          /* not flags */
    int             narg;
} cli;

/* Parses argv (argv[0]: the verb) by verb's table, the global flags too, anywhere.  CLI_GO, or the exit status: 0 after --help,
 * 2 after a sentence about what is wrong with the nearest flag.  least..most: how many args there must be (most -1: any). */
int cli_parse(const cli_verb *verb, int argc, char **argv, int least, int most, cli *out);
bool cli_has(const cli *, const char *flag);
const char *cli_text(const cli *, const char *flag);          /* the last one given; NULL: none */
size_t cli_all(const cli *, const char *flag, const char **out, size_t cap);

/* The global flags, as given before or behind the verb. */
bool cli_json(void);
bool cli_quiet(void);
int cli_verbose(void);                            /* how often -v */
bool cli_color(int fd);                           /* --color, NO_COLOR, TERM and isatty decide */

/* Sentences on stderr; they return the exit status. */
int cli_fail(const why *w);                       /* "fade: sentence" */
int cli_usage(const cli_verb *verb, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2)));      /* talk; nothing with --quiet */
/* Each problem on a line of its own, on stderr, or as {"ok":false,"problems":[..]} on stdout with --json; the first one's status. */
int cli_problems(const tree_problems *, const why *w);
/* Text to stdout at once; E_IO when it does not get there (a full disk, a closed pipe), said on stderr. */
int cli_put(const char *made, size_t n);
int cli_status(int code);                         /* of the command: why_status, or 128 + the signal that stopped it */

/* SIGINT and SIGTERM set this; a second one ends the process.  cli_signal is the one that came, 0 none. */
atomic_int *cli_catch(void);
int cli_signal(void);

/* Path of this command, for plugin check's processes; NULL unknown. */
const char *cli_exe(void);
/* The table of verbs, NULL-terminated. */
const cli_verb *const *cli_verbs(void);
const cli_flag *cli_global_flags(void);           /* ended by a NULL name */
/* Runs a command line; what main() does. */
int cli_main(const cli_verb *const *verbs, int argc, char **argv);
/* The verb among `verbs` that a word means, NULL and a sentence on stderr naming the nearest. */
const cli_verb *cli_find(const cli_verb *const *verbs, const char *word, const char *above);
/* For a verb with sub: finds and runs it. */
int cli_sub(const cli_verb *verb, int argc, char **argv);
/* "--help" of a verb (NULL: of the command). */
void cli_help(const cli_verb *verb, const char *above);

/* "fast|slow" names all there is; "NAME|FILE" only says what is wanted. */
static inline bool cli_is_choice(const char *arg)
{
    bool choice = false;
    for (; arg && *arg; arg++) {
        if (*arg >= 'A' && *arg <= 'Z')
            return false;
        choice = choice || *arg == '|';
    }
    return choice;
}

extern const cli_verb verb_check, verb_run, verb_sweep, verb_compare, verb_lua, verb_show, verb_plot, verb_report, verb_export;
extern const cli_verb verb_fit, verb_sensitivity, verb_drift, verb_lifetime, verb_params, verb_plugin, verb_config, verb_version, verb_completion, verb_man;
extern const cli_verb verb_model, verb_evaluate, verb_forecast;
extern const cli_verb verb_train, verb_predict;
#endif
