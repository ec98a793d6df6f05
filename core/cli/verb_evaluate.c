/* SPDX-License-Identifier: MIT
 * verb_evaluate.c - fade evaluate: a law and its correctors on rows they were not shown, beside what anyone could say.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/evaluate_say.h"
#include "core/script/script.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 64 };

typedef struct job {
    cli              c;
    scenario        *s;
    struct script   *script;
    evaluate         e;
    evaluate_options o;
    const char      *corrector[WORDS], *fit[WORDS], *allow[WORDS];
} job;

/* "none", a label, or a number from 1. */
static int read_physics(job *k, why *w)
{
    const char *said = cli_text(&k->c, "physics"), *label[WORDS];
    size_t n = 0;
    k->o.physics = k->s->nphysics ? 0 : -1;
    if (!said)
        return E_OK;
    k->o.physics = -1;
    if (strcmp(said, "none") == 0)
        return E_OK;
    char *end;
    unsigned long number = strtoul(said, &end, 10);
    for (; n < k->s->nphysics && n < WORDS; n++) {
        label[n] = k->s->physics[n].label;
        if (strcmp(label[n], said) == 0 || (!*end && number == n + 1))
            k->o.physics = (int64_t)n;
    }
    const char *near = text_nearest(said, label, n);
    return k->o.physics >= 0 ? E_OK
                             : fail(w, E_INPUT, "the scenario has no physics %.80s%s%s%s", said,
                                    near ? ", did you mean " : "", near ? near : "", near ? "?" : "");
}

static int read_options(job *k, why *w)
{
    const char *split = cli_text(&k->c, "split"), *ask = cli_text(&k->c, "ask");
    const char *samples = cli_text(&k->c, "bootstrap");
    k->o = (evaluate_options){ .split = k->s->evaluate.split,
                               .ask = ask ? dataset_ask_of(ask) : ASK_FORECAST,
                               .target = cli_text(&k->c, "target"),
                               .where = cli_text(&k->c, "where"),
                               .groups = cli_text(&k->c, "groups"),
                               .corrector = k->corrector,
                               .ncorrector = cli_all(&k->c, "corrector", k->corrector, WORDS),
                               .fit = k->fit,
                               .nfit = cli_all(&k->c, "fit", k->fit, WORDS),
                               .importance = cli_has(&k->c, "importance"),
                               .curve = cli_has(&k->c, "learning-curve"),
                               .unchecked = cli_has(&k->c, "no-checks"),
                               .allow = k->allow,
                               .nallow = cli_all(&k->c, "allow", k->allow, WORDS),
                               .samples = samples ? strtoul(samples, NULL, 10) : 0,
                               .seed = k->s->seed,
                               .hooks = script_hooks(k->script),
                               .stop = cli_catch() };
    if (k->o.samples > 100000)
        return fail(w, E_USAGE, "--bootstrap %zu: at most 100000 samples", k->o.samples);
    int rc = split ? split_parse(split, &k->o.split, w) : E_OK;
    if (rc)
        return why_prefix(w, "--split");
    return read_physics(k, w);
}

static void progress(void *ctx, const char *fold, size_t done, size_t of)
{
    if (*(bool *)ctx)
        cli_say("evaluate: %s, fold %zu of %zu\n", fold, done + 1, of);
}

static int tell(job *k, why *w)
{
    const char *csv = cli_text(&k->c, "csv"), *figure = cli_text(&k->c, "figure");
    json j = { 0 };
    int rc = cli_json() ? evaluate_json(&k->e, &j, w) : evaluate_text(&k->e, &j.out, w);
    if (cli_json())
        text_addc(&j.out, '\n');
    if (!rc && (j.out.failed || cli_put(text_of(&j.out), j.out.n)))
        rc = fail(w, E_IO, "the scores did not get to stdout");
    text_free(&j.out);
    if (!rc && csv) {
        text rows = { 0 };
        evaluate_csv(&k->e, &rows);
        rc = rows.failed ? fail(w, E_NOMEM, "no memory to write %s", csv) : file_write(csv, rows.at, rows.n, w);
        text_free(&rows);
        if (!rc)
            cli_say("the rows are in %s\n", csv);
    }
    if (!rc && figure && !(rc = evaluate_figure(&k->e, figure, w)))
        cli_say("the picture is %s\n", figure);
    return rc;
}

static int work(job *k, why *w)
{
    bool talk = isatty(STDERR_FILENO) && !cli_quiet();
    int rc = cli_log_tries(k->s, LOG_SILENT, w); /* a fit's odd places and rows out of range would each complain */
    rc = rc ? rc : read_options(k, w);
    if (rc)
        return rc;
    k->o.progress = progress;
    k->o.ctx = &talk;
    rc = evaluate_run(k->s, &k->o, &k->e, w);
    if (!rc || (rc == E_CANCEL && k->e.n)) {      /* what is done is told */
        why later = { 0 };
        int told = tell(k, rc ? &later : w);
        rc = rc ? rc : told;
    }
    return rc;
}

static int run_evaluate(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory to evaluate");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_evaluate, argc, argv, 1, 1, &k->c);
    if (status == CLI_GO)
        status = cli_scenario(&k->c, k->c.arg[0], NULL, 0, &k->s, &k->script);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : 0;
    evaluate_close(&k->e);
    scenario_close(k->s);
    script_close(k->script);
    free(k);
    log_close();
    return status;
}

static const cli_flag evaluate_flags[] = {
    { "split", 0, "SPLIT", "which rows are known (default: the scenario's, else holdout:0.5)", false },
    { "ask", 0, "forecast|next|begun|estimate", "what may be known of a row that is asked for", false },
    { "corrector", 0, "NAME", "this corrector of the scenario (default: all)", true },
    { "physics", 0, "NAME|none", "this law, by name or number (default: the first)", false },
    { "fit", 0, "PARAM", "fit this parameter in each fold, as fade fit -p takes it", true },
    { "where", 0, "EXPRESSION", "rows kept, as in \"temperature_mean > 36 and cycle < 100\"", false },
    { "target", 0, "COLUMN", "the observed column (default: [evaluate] target, else capacity)", false },
    { "groups", 0, "CELLS", "cells that belong together, as in \"B0005 B0006; B0029 B0030\"", false },
    { "importance", 0, NULL, "what features are worth: SHAP and more (of one row: fade predict --explain)", false },
    { "learning-curve", 0, NULL, "the error with 1/32, 1/16, .. of the rows to learn from", false },
    { "allow", 0, "FEATURE", "a feature that may tell the target by itself: you know why", true },
    { "no-checks", 0, NULL, "without the checks for leaks (ruler, permutation, shuffled target)", false },
    { "bootstrap", 0, "N", "samples for the 95 % intervals (default 1000)", false },
    { "csv", 0, "FILE", "write all rows with what each model said of them", false },
    { "figure", 0, "FILE", "draw error by horizon and predicted against observed", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const evaluate_examples[] = {
    "fade evaluate scenarios/virtual-fleet.toml",
    "fade evaluate scenarios/virtual-fleet.toml --split rolling:0.5/50 --fit k_delta1 --ask forecast --csv rows.csv",
    "fade evaluate scenarios/virtual-fleet.toml --split cells --corrector ridge --importance --learning-curve",
    "fade evaluate scenarios/virtual-fleet.toml --split first:100 --figure scores.png --json",
    NULL,
};
const cli_verb verb_evaluate = {
    .name = "evaluate",
    .help = "scores of a law and its correctors on rows they were not shown",
    .args = "SCENARIO",
    .flag = evaluate_flags,
    .example = evaluate_examples,
    .run = run_evaluate,
};
