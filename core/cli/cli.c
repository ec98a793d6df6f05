/* SPDX-License-Identifier: MIT
 * cli.c - command lines by the verbs' tables: flags, dispatch, what holds for every verb.
 */
#include "core/cli/cli.h"
#include "core/base/text.h"
#include "core/engine/virtual.h"
#include "core/host/library.h"
#include "core/report/report_output.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER, LONG = 1000 };

static const cli_flag global_flags[] = {
    { "plugin-dir", 0, "DIR", "look for plugins in DIR first", true },
    { "json", 0, NULL, "data as JSON on stdout", false },
    { "quiet", 'q', NULL, "only data and errors", false },
    { "verbose", 'v', NULL, "say more; twice: everything", true },
    { "color", 0, "auto|always|never", "colours in what is said (NO_COLOR also stops them)", false },
    { "help", 'h', NULL, "say what the verb does and end", false },
    { "version", 0, NULL, "say which fade this is and end", false },
    { NULL, 0, NULL, NULL, false },
};

/* The process has one command line. */
static struct {
    const cli_verb *const *verbs;
    const char            *above;                       /* "plugin" while one of its verbs runs */
    bool                   json, quiet;
    int                    verbose, color;
    atomic_int             stop;
    volatile sig_atomic_t  signal;
} state;

const cli_flag *cli_global_flags(void)
{
    return global_flags;
}

const cli_verb *const *cli_verbs(void)
{
    return state.verbs;
}

bool cli_json(void)
{
    return state.json;
}

bool cli_quiet(void)
{
    return state.quiet;
}

int cli_verbose(void)
{
    return state.verbose;
}

bool cli_color(int fd)
{
    if (state.color != COLOR_AUTO)
        return state.color == COLOR_ALWAYS;
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && !(term && strcmp(term, "dumb") == 0) && isatty(fd);
}

const char *cli_exe(void)
{
    static char path[PATH_MAX];
    if (!*path) {
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        path[n > 0 ? n : 0] = '\0';
    }
    return *path ? path : NULL;
}

static void said(const char *sentence)
{
    bool color = cli_color(STDERR_FILENO);
    fprintf(stderr, "%sfade:%s %s\n", color ? "\033[1;31m" : "", color ? "\033[0m" : "", sentence);
}

int cli_fail(const why *w)
{
    said(*w->text ? w->text : why_word(w->code));
    return cli_status(w->code);
}

int cli_usage(const cli_verb *verb, const char *format, ...)
{
    char made[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(made, sizeof made, format, args);
    va_end(args);
    said(made);
    const char *above = verb && state.above && verb->name != state.above ? state.above : "";
    fprintf(stderr, "fade: `fade %s%s%s%s--help` says more\n", above, *above ? " " : "", verb ? verb->name : "",
            verb ? " " : "");
    return why_status(E_USAGE);
}

void cli_say(const char *format, ...)
{
    if (state.quiet)
        return;
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

int cli_put(const char *made, size_t n)
{
    fflush(stdout);
    while (n) {
        ssize_t put = write(STDOUT_FILENO, made, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0) {
            why w = { 0 };
            fail(&w, E_IO, "cannot write to stdout: %s", strerror(errno));
            said(w.text);
            return E_IO;
        }
        made += put;
        n -= (size_t)put;
    }
    return E_OK;
}

static void caught(int number)
{
    state.signal = number;
    atomic_store(&state.stop, 1);
}

atomic_int *cli_catch(void)
{
    struct sigaction act = { .sa_handler = caught,
                             .sa_flags = (int)SA_RESETHAND }; /* the second one ends the process */
    sigemptyset(&act.sa_mask);
    sigaction(SIGINT, &act, NULL);
    sigaction(SIGTERM, &act, NULL);
    signal(SIGPIPE, SIG_IGN);                           /* a closed pipe is an error of write(), not the end of a run */
    return &state.stop;
}

int cli_signal(void)
{
    return state.signal;
}

int cli_status(int code)
{
    return code == E_CANCEL && state.signal ? 128 + state.signal : why_status(code);
}

/* --- flags
 * -------------------------------------------------------------------------------------------------------------------
 */

typedef struct flags {                                  /* a verb's own, then everybody's */
    const cli_flag *at[CLI_FLAGS];
    int             n, own;
    char            letters[2 * CLI_FLAGS + 3];
    struct option   options[CLI_FLAGS + 1];
} flags;

static void flags_add(flags *f, const cli_flag *more)
{
    for (; more && more->name && f->n < CLI_FLAGS; more++) {
        bool known = false;                             /* a verb may say more about a global flag; its own is kept */
        for (int i = 0; i < f->n; i++)
            known = known || strcmp(f->at[i]->name, more->name) == 0;
        if (known)
            continue;
        f->options[f->n] =
            (struct option){ more->name, more->arg ? required_argument : no_argument, NULL, LONG + f->n };
        size_t n = strlen(f->letters);
        if (more->letter)
            snprintf(f->letters + n, sizeof f->letters - n, "%c%s", more->letter, more->arg ? ":" : "");
        f->at[f->n++] = more;
    }
}

static void flags_of(const cli_verb *verb, const char *mode, flags *f)
{
    *f = (flags){ 0 };
    snprintf(f->letters, sizeof f->letters, "%s", mode);
    flags_add(f, verb ? verb->flag : NULL);
    f->own = f->n;
    flags_add(f, global_flags);
}

static int flag_of(const flags *f, int c)
{
    if (c >= LONG)
        return c - LONG;
    for (int i = 0; i < f->n; i++)
        if (f->at[i]->letter == c)
            return i;
    return -1;
}

static int unknown(const cli_verb *verb, const flags *f, const char *word)
{
    const char *names[CLI_FLAGS];
    for (int i = 0; i < f->n; i++)
        names[i] = f->at[i]->name;
    char bare[64];
    snprintf(bare, sizeof bare, "%s", word + strspn(word, "-"));
    bare[strcspn(bare, "=")] = '\0';
    const char *near = text_nearest(bare, names, (size_t)f->n);
    if (near)
        return cli_usage(verb, "there is no flag %s; did you mean --%s?", word, near);
    return cli_usage(verb, "there is no flag %s", word);
}

/* "N" wants a whole number, "a|b" one of these words. */
static bool fits(const char *arg, const char *value)
{
    if (strcmp(arg, "N") == 0)
        return *value && strlen(value) <= 19 && strspn(value, "0123456789") == strlen(value);
    if (!cli_is_choice(arg))
        return true;
    size_t n = strlen(value);
    for (const char *at = arg; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strcspn(at, "|") == n && strncmp(at, value, n) == 0)
            return true;
    return false;
}

/* Takes a global flag; CLI_GO or an exit status. */
static int take_global(const cli_verb *verb, const cli_flag *flag, const char *value)
{
    why w = { 0 };
    if (strcmp(flag->name, "json") == 0) {
        state.json = true;
    } else if (strcmp(flag->name, "quiet") == 0) {
        state.quiet = true;
    } else if (strcmp(flag->name, "verbose") == 0) {
        state.verbose++;
    } else if (strcmp(flag->name, "color") == 0) {
        state.color = *value == 'n' ? COLOR_NEVER : value[1] == 'l' ? COLOR_ALWAYS : COLOR_AUTO;
    } else if (strcmp(flag->name, "plugin-dir") == 0) {
        if (library_folder_add(value, &w))
            return cli_fail(&w);
    } else if (strcmp(flag->name, "help") == 0) {
        cli_help(verb, state.above);
        return 0;
    } else if (strcmp(flag->name, "version") == 0) {
        return verb_version.run(1, (char *[]){ (char *)(uintptr_t)verb_version.name, NULL });
    }
    return CLI_GO;
}

/* One option as getopt found it. */
static int take(const cli_verb *verb, const flags *f, int c, char **argv, cli *out)
{
    if (c == '?') {
        char letter[3] = { '-', (char)optopt, 0 };
        bool is_long = optopt == 0 || optopt >= LONG;
        if (optopt >= LONG)
            return cli_usage(verb, "--%s takes no value", f->at[optopt - LONG]->name);
        return unknown(verb, f, is_long ? argv[optind - 1] : letter);
    }
    int i = flag_of(f, c == ':' ? optopt : c);
    if (i < 0)
        return cli_usage(verb, "there is no flag -%c", c);
    const cli_flag *flag = f->at[i];
    if (c == ':')
        return cli_usage(verb, "--%s wants %s", flag->name, flag->arg);
    if (flag->arg && !fits(flag->arg, optarg))
        return cli_usage(verb, "--%s wants %s, not \"%s\"", flag->name,
                         strcmp(flag->arg, "N") == 0 ? "a whole number" : flag->arg, optarg);
    if (i >= f->own)
        return take_global(verb, flag, optarg);
    for (size_t k = 0; out && !flag->repeatable && k < out->nvalue; k++)
        if (out->flag[k] == i)
            return cli_usage(verb, "--%s is given twice", flag->name);
    if (out && out->nvalue == CLI_VALUES)
        return cli_usage(verb, "more than %d flags", CLI_VALUES);
    if (out) {
        out->flag[out->nvalue] = i;
        out->value[out->nvalue++] = flag->arg ? optarg : "";
    }
    return CLI_GO;
}

static int take_all(const cli_verb *verb, const char *mode, int argc, char **argv, cli *out)
{
    flags f;
    flags_of(verb, mode, &f);
    opterr = 0;
    optind = 0;                                         /* getopt starts afresh */
    for (int c; (c = getopt_long(argc, argv, f.letters, f.options, NULL)) != -1;) {
        int rc = take(verb, &f, c, argv, out);
        if (rc != CLI_GO)
            return rc;
    }
    return CLI_GO;
}

int cli_parse(const cli_verb *verb, int argc, char **argv, int least, int most, cli *out)
{
    *out = (cli){ .verb = verb };
    int rc = take_all(verb, ":", argc, argv, out);
    if (rc != CLI_GO)
        return rc;
    out->arg = argv + optind;
    out->narg = argc - optind;
    const char *above = state.above ? state.above : "", *gap = state.above ? " " : "";
    if (state.json && verb->no_json)
        return cli_usage(verb, "fade %s%s%s has no --json: it prints %s", above, gap, verb->name, verb->no_json);
    if (out->narg < least)
        return cli_usage(verb, "fade %s%s%s wants %s", above, gap, verb->name, verb->args);
    if (most >= 0 && out->narg > most)
        return cli_usage(verb, "fade %s%s%s: \"%s\" is one argument too many", above, gap, verb->name, out->arg[most]);
    return CLI_GO;
}

size_t cli_all(const cli *c, const char *name, const char **out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < c->nvalue; i++)
        if (strcmp(c->verb->flag[c->flag[i]].name, name) == 0 && n < cap)
            out[n++] = c->value[i];
    return n;
}

const char *cli_text(const cli *c, const char *name)
{
    const char *all[CLI_VALUES];
    size_t n = cli_all(c, name, all, CLI_VALUES);
    return n ? all[n - 1] : NULL;
}

bool cli_has(const cli *c, const char *name)
{
    return cli_text(c, name) != NULL;
}

/* --- verbs
 * -------------------------------------------------------------------------------------------------------------------
 */

const cli_verb *cli_find(const cli_verb *const *verbs, const char *word, const char *above)
{
    const char *names[64];
    size_t n = 0;
    for (size_t i = 0; verbs[i]; i++) {
        if (strcmp(verbs[i]->name, word) == 0)
            return verbs[i];
        if (!verbs[i]->hidden && n < 64)
            names[n++] = verbs[i]->name;
    }
    const char *near = text_nearest(word, names, n), *gap = *above ? " " : "";
    char made[256];
    int at = snprintf(made, sizeof made, "there is no verb \"%.60s%s%.60s\"", above, gap, word);
    if (near)
        snprintf(made + at, sizeof made - (size_t)at, "; did you mean \"fade %s%s%s\"?", above, gap, near);
    said(made);
    return NULL;
}

int cli_sub(const cli_verb *verb, int argc, char **argv)
{
    state.above = verb->name;
    int rc = take_all(verb, "+:", argc, argv, NULL);
    if (rc != CLI_GO)
        return rc;
    if (optind >= argc) {
        fflush(stdout);
        return cli_usage(verb, "fade %s wants %s", verb->name, verb->args);
    }
    int first = optind;
    const cli_verb *sub = cli_find(verb->sub, argv[first], verb->name);
    return sub ? sub->run(argc - first, argv + first) : why_status(E_USAGE);
}

int cli_main(const cli_verb *const *verbs, int argc, char **argv)
{
    state.verbs = verbs;
    library_register(virtual_library());
    library_register(report_library());
    int rc = take_all(NULL, "+:", argc, argv, NULL);
    if (rc != CLI_GO)
        return rc;
    if (optind >= argc) {
        cli_help(NULL, NULL);
        return why_status(E_USAGE);
    }
    int first = optind;
    const char *word = argv[first];
    if (strcmp(word, "help") == 0) {
        const cli_verb *v = first + 1 < argc ? cli_find(verbs, argv[first + 1], "") : NULL;
        if (first + 1 < argc && !v)
            return why_status(E_USAGE);
        cli_help(v, NULL);
        return 0;
    }
    const cli_verb *verb = cli_find(verbs, word, "");
    if (!verb)
        return why_status(E_USAGE);
    rc = verb->sub && !verb->run ? cli_sub(verb, argc - first, argv + first) : verb->run(argc - first, argv + first);
    if (fflush(stdout) != 0 && rc == 0)
        rc = why_status(E_IO);
    return rc;
}
