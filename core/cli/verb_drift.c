/* SPDX-License-Identifier: MIT
 * verb_drift.c - fade drift: have the data changed, and does the law still err as it did.
 */
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/drift_say.h"
#include "core/script/script.h"
#include <stdlib.h>
#include <string.h>

typedef struct job {
    cli            c;
    scenario      *s[2];
    struct script *script[2];
    drift_options  o;
    drift_report   report;
    const char    *column[CLI_VALUES];
} job;

static int share(const cli *c, const char *flag, double otherwise, double most, double *out, why *w)
{
    const char *said = cli_text(c, flag);
    char *end = NULL;
    *out = said ? strtod(said, &end) : otherwise;
    if (said && (*end || !(*out > 0 && *out < most)))
        return fail(w, E_USAGE, "--%s %s: a number above 0 and below %g", flag, said, most);
    return E_OK;
}

static int read_options(job *k, why *w)
{
    k->o = (drift_options){ .watch = cli_text(&k->c, "watch"), .column = k->column, .seed = k->s[0]->seed };
    k->o.ncolumn = cli_all(&k->c, "column", k->column, CLI_VALUES);
    k->o.data = (dataset_options){ .physics = k->s[0]->nphysics ? 0 : -1, .target = cli_text(&k->c, "target"),
                                   .where = cli_text(&k->c, "where"), .hooks = script_hooks(k->script[0]),
                                   .stop = cli_catch() };
    int rc = share(&k->c, "split", 0.5, 1, &k->o.split, w);
    rc = rc ? rc : share(&k->c, "rate", 0.01, 1, &k->o.rate, w);
    rc = rc ? rc : share(&k->c, "fdr", 0.05, 1, &k->o.fdr, w);
    rc = rc ? rc : share(&k->c, "psi", 0.1, 100, &k->o.psi, w);
    return rc ? rc : share(&k->c, "slack", 0.5, 100, &k->o.slack, w);
}

static int work(job *k, why *w)
{
    json j = { 0 };
    int rc = cli_log_tries(k->s[0], LOG_ERROR, w);
    rc = rc ? rc : read_options(k, w);
    rc = rc ? rc : drift_run(k->s[0], k->s[1], &k->o, &k->report, w);
    if (rc)
        return rc;
    if (cli_json()) {
        drift_json(&k->report, &k->o, &j);
        text_addc(&j.out, '\n');
    } else
        drift_text(&k->report, &k->o, &j.out);
    rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "the report did not get to stdout") : E_OK;
    text_free(&j.out);
    return rc;
}

static int run_drift(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory to look for drift");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_drift, argc, argv, 1, 2, &k->c);
    for (int i = 0; status == CLI_GO && i < k->c.narg; i++)
        status = cli_scenario(&k->c, k->c.arg[i], NULL, 0, &k->s[i], &k->script[i]);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : cli_has(&k->c, "strict") && k->report.drifted ? 1 : 0;
    drift_run_free(&k->report);
    for (int i = 0; i < 2; i++) {
        scenario_close(k->s[i]);
        script_close(k->script[i]);
    }
    free(k);
    log_close();
    return status;
}

static const cli_flag drift_flags[] = {
    { "split", 0, "X", "one scenario: the first X of each cell's rows is the reference (default 0.5)", false },
    { "column", 'c', "COLUMN", "look at this one alone (default: all of the source)", true },
    { "watch", 0, "COLUMN", "watched row by row (default: target minus what the physics says)", false },
    { "target", 0, "COLUMN", "the observed column (default: [evaluate] target, else capacity)", false },
    { "where", 0, "EXPRESSION", "rows looked at, as in \"temperature_mean > 36\"", false },
    { "rate", 0, "X", "chance of a false alarm per watched cell (default 0.01)", false },
    { "slack", 0, "X", "changes of so many standard deviations are let pass (default 0.5)", false },
    { "fdr", 0, "X", "false discovery rate over the columns (default 0.05)", false },
    { "psi", 0, "X", "stability index above which a column counts (default 0.1)", false },
    { "strict", 0, NULL, "exit with 1 when something drifted", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const drift_examples[] = {
    "fade drift scenarios/virtual-fleet.toml --split 0.7",
    "fade drift last-year.toml this-month.toml -c temperature_mean -c rest --strict",
    "fade drift scenarios/virtual-fleet.toml --watch temperature_mean --rate 0.001 --json",
    NULL,
};
const cli_verb verb_drift = {
    .name = "drift",
    .help = "have the data changed, does the law still err as it did",
    .args = "SCENARIO [NEWER]",
    .flag = drift_flags,
    .example = drift_examples,
    .run = run_drift,
};
