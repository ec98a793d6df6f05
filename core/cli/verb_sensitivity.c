/* SPDX-License-Identifier: MIT
 * verb_sensitivity.c - fade sensitivity: which inputs of a scenario decide what comes out.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/sensitivity_say.h"
#include "core/script/script.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    cli            c;
    scenario      *s;
    struct script *script;
    sensitivity_study     study;
    sensitivity_result    result;
    int            method;
} job;

static const size_t usual_n[] = { 1, 20, 1024 };

static void progress(void *ctx, size_t done, size_t of)
{
    (void)ctx;
    cli_say("\rsensitivity: %zu of %zu points%s", done, of, done == of ? "\n" : "");
}

static int read_study(job *k, why *w)
{
    const char *said[CLI_VALUES], *method = cli_text(&k->c, "method");
    k->method = method ? sensitivity_method_of(method) : SENS_SOBOL;
    k->study =
        (sensitivity_study){ .s = k->s, .hooks = script_hooks(k->script), .stop = cli_catch(), .seed = k->s->seed };
    if (isatty(STDERR_FILENO) && !cli_quiet())
        k->study.progress = progress;
    size_t n = cli_all(&k->c, "param", said, CLI_VALUES);
    if (n == 0)
        return fail(w, E_USAGE, "name what varies: --param KEY or --param KEY=LEAST..MOST");
    int rc = E_OK;
    for (size_t i = 0; i < n && !rc; i++)
        rc = sensitivity_add_axis(&k->study, said[i], w);
    n = cli_all(&k->c, "outcome", said, CLI_VALUES);
    for (size_t i = 0; i < n && !rc; i++)
        rc = sensitivity_add_outcome(&k->study, said[i], w);
    return rc ? rc : n ? E_OK : sensitivity_add_outcome(&k->study, "capacity", w);
}

static int tell(job *k, why *w)
{
    const char *path = cli_text(&k->c, "csv");
    json j = { 0 };
    if (cli_json()) {
        sensitivity_json(&k->study, k->method, &k->result, &j);
        text_addc(&j.out, '\n');
    } else
        sensitivity_text(&k->study, k->method, &k->result, &j.out);
    int rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "the study did not get to stdout") : E_OK;
    text_free(&j.out);
    if (rc || !path)
        return rc;
    text csv = { 0 };
    sensitivity_csv(&k->study, k->method, &k->result, &csv);
    rc = file_write(path, text_of(&csv), csv.n, w);
    text_free(&csv);
    return rc;
}

static int work(job *k, why *w)
{
    const char *many = cli_text(&k->c, "n");
    int rc = cli_log_tries(k->s, LOG_SILENT, w); /* lives at odd places would each complain; the first is told */
    rc = rc ? rc : read_study(k, w);
    size_t n = many ? strtoul(many, NULL, 10) : usual_n[k->method];
    if (!rc && (n < 1 || n > 1000000))
        rc = fail(w, E_USAGE, "--n %s: 2 to 1000000", many);
    rc = rc ? rc : sensitivity_run(&k->study, k->method, n, &k->result, w);
    return rc ? rc : tell(k, w);
}

static int run_sensitivity(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory for a study");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_sensitivity, argc, argv, 1, 1, &k->c);
    if (status == CLI_GO)
        status = cli_scenario(&k->c, k->c.arg[0], NULL, 0, &k->s, &k->script);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : 0;
    scenario_close(k->s);
    script_close(k->script);
    free(k);
    log_close();
    return status;
}

static const cli_flag sensitivity_flags[] = {
    { "param", 'p', "KEY", "what varies: KEY (range of validity, or a fifth around) or KEY=LEAST..MOST", true },
    { "outcome", 0, "NAME", "capacity (default), end_of_life_cycle, end_cycle, a column, COLUMN@CYCLE", true },
    { "method", 0, "local|morris|sobol", "elasticities here, screening, shares of the variance (default)", false },
    { "n", 'n', "N", "samples of sobol (default 1024), walks of morris (default 20)", false },
    { "csv", 0, "FILE", "write the numbers there, too", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const sensitivity_examples[] = {
    "fade sensitivity scenarios/minimal.toml -p k_t -p source.depth=0.2..1 -p 'source.temperature_mean=5 degC..40 "
    "degC'",
    "fade sensitivity scenarios/minimal.toml -p k_delta1 -p k_t --outcome end_of_life_cycle --method morris -n 50",
    "fade sensitivity scenarios/minimal.toml -p k_t --outcome soh@500 --json",
    NULL,
};
const cli_verb verb_sensitivity = {
    .name = "sensitivity",
    .help = "which inputs decide the outcome: elasticities, Morris, Sobol",
    .args = "SCENARIO",
    .flag = sensitivity_flags,
    .example = sensitivity_examples,
    .run = run_sensitivity,
};
