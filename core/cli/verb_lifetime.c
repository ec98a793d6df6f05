/* SPDX-License-Identifier: MIT
 * verb_lifetime.c - fade lifetime: how long cells live under given conditions, what remains of it, how a fleet's lives
 * are spread.  Nothing is written but a picture.
 */
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/lifetime_open.h"
#include "core/cli/terminal.h"
#include "core/report/lifetime_say.h"
#include "core/script/script.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ASKED = 64, MANY = 2000, CURVES = 4 << 20 };     /* points of all curves together: 128 MiB */

typedef struct job {
    cli              c;
    scenario        *s;
    struct script   *script;
    engine          *e;
    lifetime         lives;
    lifetime_asked   asked;
    double           at[ASKED];
    lifetime_horizon within[ASKED];
} job;

/* ---- what is asked ---- */

/* What the command line holds to be a whole number. */
static double cycle_of(const cli *c, const char *flag, double otherwise)
{
    const char *said = cli_text(c, flag);
    return said ? strtod(said, NULL) : otherwise;
}

static int read_lists(job *k, why *w)
{
    const char *said[CLI_VALUES];
    size_t n = cli_all(&k->c, "at", said, CLI_VALUES);
    int rc = n > ASKED ? fail(w, E_USAGE, "--at %zu times, at most %d", n, ASKED) : E_OK;
    for (size_t i = 0; i < n && !rc; i++)
        k->at[i] = strtod(said[i], NULL);
    k->asked.at = k->at;
    k->asked.nat = n;
    n = rc ? 0 : cli_all(&k->c, "within", said, CLI_VALUES);
    if (n > ASKED)
        rc = fail(w, E_USAGE, "--within %zu times, at most %d", n, ASKED);
    for (size_t i = 0; i < n && !rc; i++)
        rc = lifetime_horizon_read(said[i], &k->within[i], w);
    k->asked.within = k->within;
    k->asked.nwithin = n;
    return rc;
}

static int read_asked(job *k, why *w)
{
    const char *cells = cli_text(&k->c, "cells"), *by = cli_text(&k->c, "by");
    k->asked = (lifetime_asked){ .now = cycle_of(&k->c, "now", 0), .early = cycle_of(&k->c, "early", NAN),
                                 .cells = cells ? strtoul(cells, NULL, 10) : 0, .width = terminal_width(),
                                 .color = cli_color(STDOUT_FILENO),
                                 .ascii = cli_has(&k->c, "ascii") || !terminal_utf8() };
    k->lives.by = by ? health_kind(by) : HEALTH_CAPACITY;
    return read_lists(k, w);
}

/* ---- the run ---- */

static bool is_said(const scenario *s)
{
    const tree_node *root = tree_root(s->tree);
    return tree_find(root, "health.eol") || tree_find(root, "health.preset");
}

/* A cell that may come back, or whose corrected life may be longer, runs on. */
static bool ends_at_eol(const job *k)
{
    return k->lives.hold <= 1 && !k->s->ncorrector;
}

/* Where a life ends: as the scenario says; by another SoH than capacity at its own place unless that says. */
static int take_health(job *k, why *w)
{
    k->lives.hold = k->s->health.hold;
    k->lives.eol = k->lives.by == HEALTH_CAPACITY || is_said(k->s) ? k->s->health.eol : health_eol(k->lives.by);
    k->asked.name = k->s->name;
    k->asked.x = cli_text(&k->c, "x");
    k->asked.s = k->s;
    if (k->s->logging.level < LOG_WARNING)              /* a line for each life that ends would stand in the way */
        k->s->logging.level = LOG_WARNING;
    return lifetime_bound(k->s, k->lives.by, ends_at_eol(k) ? k->lives.eol : NAN, w);
}

/* Of many cells under conditions that hold one row in ten will do: the last of each, at its end, comes anyway. */
static uint64_t every(const job *k)
{
    const args *a = k->s->source.args;
    const fade_source_v1 *source = library_iface(k->s->source.plugin->desc, "fade.source/1");
    bool exact = k->lives.by != HEALTH_CAPACITY || !ends_at_eol(k) || !source || !(source->flags & FADE_HOLD);
    for (uint32_t i = 0; i < a->fade.desc->params.n && !exact; i++)
        if (strcmp(((const fade_param *)library_at(&a->fade.desc->params, i))->key, "cells") == 0)
            return a->fade.at[i].real > MANY ? 10 : 1;
    return 1;
}

static int open_engine(job *k, const engine_tap *tap)
{
    why w = { 0 };
    const fade_column *column;
    engine_options o = { .stop = cli_catch(), .tap = tap, .hooks = script_hooks(k->script) };
    int status = cli_engine(k->s, &o, &k->e);
    if (status != CLI_GO)
        return status;
    size_t n = engine_row_columns(k->e, &column), lanes = engine_lives(k->e), most = CURVES / (lanes ? lanes : 1);
    k->lives.points = most > LIFETIME_POINTS ? LIFETIME_POINTS : most < LIFETIME_LEAST ? LIFETIME_LEAST : most;
    return lifetime_columns(&k->lives, column, n, &w) ? cli_fail(&w) : CLI_GO;
}

static int answer(job *k, why *w)
{
    json j = { 0 };
    const char *path = cli_text(&k->c, "plot");
    int rc = cli_json() ? lifetime_json(&k->lives, &k->asked, &j, w)
                        : lifetime_text(&k->lives, &k->asked, &j.out, w);
    if (!rc && cli_json())
        text_addc(&j.out, '\n');
    if (!rc)
        rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "what was found did not get to stdout") : E_OK;
    text_free(&j.out);
    if (!rc && path)
        rc = lifetime_plot(&k->lives, &k->asked, path, w);
    if (!rc && path)
        cli_say("the picture is %s\n", path);
    return rc;
}

/* What is there after a signal, or where some lanes failed, is told too. */
static int do_run(job *k)
{
    why w = { 0 }, later = { 0 };
    int ran = engine_run(k->e, &w), rc = ran;
    if (ran == E_OK || ran == E_PARTIAL || ran == E_CANCEL)
        rc = lifetime_ends(&k->lives, k->e, k->s, &later);
    else
        return cli_fail(&w);
    if (!rc)
        rc = answer(k, &later);
    if (rc)
        return cli_fail(&later);
    return ran ? cli_fail(&w) : 0;
}

static int open_and_run(job *k)
{
    why w = { 0 };
    engine_tap tap = lifetime_tap(&k->lives);
    if (take_health(k, &w) || cli_log(k->s, &w))
        return cli_fail(&w);
    tap.every = every(k);
    int status = open_engine(k, &tap);
    return status == CLI_GO ? do_run(k) : status;
}

static int run_lifetime(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory for a life");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_lifetime, argc, argv, 0, -1, &k->c);
    bool laws = status == CLI_GO && cli_has(&k->c, "physics");
    if (status == CLI_GO && !laws && k->c.narg != 1)
        status = cli_usage(&verb_lifetime, "a scenario is wanted, or --physics NAME with KEY=VALUE ..");
    if (status == CLI_GO)
        status = read_asked(k, &w) ? cli_fail(&w) : lifetime_open(&k->c, &k->s, &k->script);
    if (status == CLI_GO)
        status = open_and_run(k);
    engine_close(k->e);
    lifetime_free(&k->lives);
    scenario_close(k->s);
    script_close(k->script);
    free(k);
    log_close();
    return status;
}

static const cli_flag lifetime_flags[] = {
    { "physics", 0, "NAME", "a law, under the conditions KEY=VALUE; several: side by side", true },
    { "eol", 0, "X", "state of health at the end of life (default [health] eol, 0.8)", false },
    { "by", 0, "capacity|energy|resistance|power", "which state of health (default capacity)", false },
    { "now", 0, "N", "the cycle from which on is told what remains (default 0)", false },
    { "at", 0, "N", "tell health at cycle N", true },
    { "cycles", 0, "N", "run so far at most (an endless source: 1000000 cycles or 50 years)", false },
    { "fleet", 0, "N", "N cells, whose parameters may be spread: k=\"{ mean = 0.13, sd = 0.01 }\"", false },
    { "within", 0, "TIME", "how many fail within \"8 years\", \"3000 cycles\", \"2500 efc\"", true },
    { "early", 0, "N", "compare cells up to cycle N (default a quarter of the median life)", false },
    { "cells", 0, "N", "how many lives the table lists (default 12)", false },
    { "plot", 0, "FILE", "draw it: .svg, .png or .pdf", false },
    { "x", 'x', "cycle|years|days|hours", "what it is drawn over (default cycle, of a duty years)", false },
    { "ascii", 0, NULL, "letters instead of braille dots", false },
    CLI_SET_FLAG,
    { "seed", 0, "N", "short for --set run.seed=N", false },
    { "threads", 'j', "N", "short for --set run.threads=N; 0: all cores", false },
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const lifetime_examples[] = {
    "fade lifetime --physics exp-fade temperature=\"35 degC\" charge_time=\"1 h\" --now 100",
    "fade lifetime --physics xu2018 --physics wang2011 depth=0.8 temperature=\"30 degC\" --eol 0.7",
    "fade lifetime life.toml --cycles 5000 --json",
    "fade lifetime --physics exp-fade --fleet 500 k=\"{ mean = 0.13, sd = 0.013 }\" --within \"240 days\"",
    NULL,
};
const cli_verb verb_lifetime = {
    .name = "lifetime",
    .help = "end of life and what remains, of a cell or a fleet, under given conditions",
    .args = "SCENARIO | KEY=VALUE ..",
    .flag = lifetime_flags,
    .example = lifetime_examples,
    .run = run_lifetime,
};
