/* SPDX-License-Identifier: MIT
 * verb_fit.c - fade fit: parameters of a law from the measured rows of a scenario's source.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/fit_say.h"
#include "core/script/script.h"
#include "core/study/fit_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    cli            c;
    scenario      *s;
    struct script *script;
    fit_all        all;
} job;

static double number_of(const cli *c, const char *flag, double otherwise)
{
    const char *said = cli_text(c, flag);
    return said ? strtod(said, NULL) : otherwise;
}

static int read_options(job *k, why *w)
{
    static const char *const losses[] = { "linear", "soft_l1", "huber", "cauchy" };
    const char *loss = cli_text(&k->c, "loss"), *fraction = cli_text(&k->c, "fraction");
    char *end = NULL;
    bool global = cli_text(&k->c, "search") && strcmp(cli_text(&k->c, "search"), "global") == 0;
    double share = fraction ? strtod(fraction, &end) : 1;
    if (fraction && (*end || !(share > 0 && share <= 1)))
        return fail(w, E_USAGE, "--fraction %s: a number above 0 and at most 1", fraction);
    k->all.o = (fit_options){ .target = cli_text(&k->c, "target"),
                          .loss = LSQ_SOFT_L1,
                          .starts = (size_t)number_of(&k->c, "starts", 8),
                          .bootstrap = (size_t)number_of(&k->c, "bootstrap", 0),
                          .profile = cli_has(&k->c, "profile"),
                          .global = global,
                          .fraction = share,
                          .seed = k->s->seed,
                          .hooks = script_hooks(k->script),
                          .stop = cli_catch() };
    for (int i = 0; loss && i < 4; i++)
        if (strcmp(loss, losses[i]) == 0)
            k->all.o.loss = i;
    if (k->all.o.starts < 1 || k->all.o.starts > 1000 || k->all.o.bootstrap > 10000)
        return fail(w, E_USAGE, "--starts takes 1 to 1000, --bootstrap up to 10000");
    return E_OK;
}

static int read_sequential(job *k, why *w)
{
    const char *kind = cli_text(&k->c, "sequential");
    double n = number_of(&k->c, "particles", 400), noise = number_of(&k->c, "noise", 0);
    double wander = number_of(&k->c, "wander", 1);
    k->all.sequential = kind != NULL;
    k->all.filter = (filter_options){ .kind = kind && strcmp(kind, "ensemble") == 0 ? FILTER_ENSEMBLE : FILTER_PARTICLE,
                                  .particles = (size_t)n, .noise = noise, .wander = wander };
    if (!(n >= 20 && n <= 100000) || !(noise >= 0) || !(wander >= 0 && wander <= 100))
        return fail(w, E_USAGE, "--particles takes 20 to 100000, --noise and --wander numbers from 0 on");
    k->all.pooled = cli_has(&k->c, "pooled");
    k->all.cell = cli_text(&k->c, "cell");
    k->all.own = cli_text(&k->c, "own");
    k->all.draw = cli_text(&k->c, "draws") != NULL;
    const char *no = fit_all_refuses(&k->all);
    return no ? fail(w, E_USAGE, "--%s", no) : E_OK;
}

static int write_draws(job *k, why *w)
{
    const char *path = cli_text(&k->c, "draws");
    const fit_all *a = &k->all;
    if (!path)
        return E_OK;
    for (size_t i = 0; i < a->n; i++) {
        const char *cell = fit_all_narrow(a, i) ? a->result[i].cell : NULL;
        if (fit_all_narrow(a, i))
            cli_say("%s%sdraws of the covariance are too narrow where what is left has a memory (Durbin-Watson %.2f): "
                    "--bootstrap\n", cell ? cell : "", cell ? ": " : "", a->result[i].durbin_watson);
    }
    int rc = file_write(path, text_of(&a->draws), a->draws.n, w);
    if (!rc)
        cli_say("written: %s, %zu draws; fade forecast --parameters takes them\n", path, a->ndraws);
    return rc;
}

static void progress(void *ctx, const char *doing, size_t done, size_t of)
{
    (void)done;
    if (*(bool *)ctx)
        cli_say("fit: %s, %zu at once\n", doing, of);
}

static int tell(job *k, why *w)
{
    const char *path = cli_text(&k->c, "out");
    json j = { 0 };
    const fit_all *a = &k->all;
    if (cli_json()) {
        fit_all_json(a, &j);
        text_addc(&j.out, '\n');
    } else if (a->sequential)
        filter_text(&a->fit, &a->filter, a->course, a->n, &j.out);
    else
        fit_text(&a->fit, a->result, a->n, &j.out);
    path = a->sequential ? NULL : path;
    int rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "the fit did not get to stdout") : E_OK;
    text_free(&j.out);
    if (rc || !path)
        return rc;
    text toml = { 0 };
    fit_toml(&a->fit, a->result, a->n, &toml);
    rc = file_write(path, text_of(&toml), toml.n, w);
    text_free(&toml);
    if (!rc)
        cli_say("written: %s; fade params import puts it into a scenario\n", path);
    return rc;
}

static int work(job *k, why *w)
{
    const char *said[CLI_VALUES];
    size_t n = cli_all(&k->c, "param", said, CLI_VALUES);
    bool talk = isatty(STDERR_FILENO) && !cli_quiet();
    if (n == 0)
        return fail(w, E_USAGE, "name what to fit: --param KEY, of those fade params show tells");
    int rc = cli_log_tries(k->s, LOG_SILENT, w); /* a thousand lives at odd places would each complain */
    rc = rc ? rc : read_options(k, w);
    rc = rc ? rc : read_sequential(k, w);
    k->all.o.progress = progress;
    k->all.o.ctx = &talk;
    rc = rc ? rc : fit_all_run(k->s, &k->all, said, n, w);
    rc = rc ? rc : write_draws(k, w);
    if (k->all.n && (!rc || rc == E_CANCEL)) {        /* what is done is told */
        why later = { 0 };
        int told = tell(k, rc ? &later : w);
        rc = rc ? rc : told;
    }
    return rc;
}

static int run_fit(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory for a fit");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_fit, argc, argv, 1, 1, &k->c);
    if (status == CLI_GO)
        status = cli_scenario(&k->c, k->c.arg[0], NULL, 0, &k->s, &k->script);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : 0;
    fit_all_close(&k->all);
    scenario_close(k->s);
    script_close(k->script);
    free(k);
    log_close();
    return status;
}

static const cli_flag fit_flags[] = {
    { "param", 'p', "KEY", "what to fit: KEY, KEY=LEAST..MOST, KEY~MEAN+-SD (a prior)", true },
    { "target", 0, "COLUMN", "the observed column (default: [evaluate] target, else capacity)",
      false },
    { "cell", 0, "NAME", "this cell alone (default: each by itself)", false },
    { "pooled", 0, NULL, "one set of values for all cells together", false },
    { "own", 0, "KEY,KEY", "all cells in one fit: these are each cell's own, the rest shared", false },
    { "fraction", 0, "X", "fit to the first X of each cell's known rows, score the rest (default 1)", false },
    { "loss", 0, "linear|soft_l1|huber|cauchy", "how outliers count (default soft_l1)", false },
    { "starts", 0, "N", "starts, all in step (default 8)", false },
    { "search", 0, "local|global", "differential evolution before the local fits (default local)", false },
    { "profile", 0, NULL, "intervals by the profile of the likelihood", false },
    { "bootstrap", 0, "N", "intervals from N samples of blocks of what is left", false },
    { "sequential", 0, "particle|ensemble", "row by row, as they came: percentiles by cycle", false },
    { "particles", 0, "N", "lanes that believe (default 400)", false },
    { "noise", 0, "X", "of one value, standard deviation (default: from what was seen)", false },
    { "wander", 0, "X", "step of what no law says, in noises (default 1)", false },
    { "draws", 0, "FILE", "sets of likely values, for fade forecast --parameters (CSV)", false },
    { "out", 'o', "FILE", "write the values as a piece of a scenario (TOML)", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const fit_examples[] = {
    "fade fit scenarios/virtual-fleet.toml --param k_delta1 --param k_t=3e-10..6e-10 --fraction 0.5",
    "fade fit scenarios/virtual-fleet.toml --param physics.2.c --pooled --profile --bootstrap 200 -o fitted.toml",
    "fade fit scenarios/virtual-fleet.toml --cell V0001 -p c0 -p physics.2.c -p physics.2.z --sequential particle "
    "--particles 500",
    "fade fit scenarios/virtual-fleet.toml -p c0 -p physics.2.c -p physics.2.z --own c0",
    "fade fit scenarios/virtual-fleet.toml -p physics.2.c -p physics.2.z --fraction 0.5 --bootstrap 400 --draws "
    "likely.csv",
    "fade fit scenarios/virtual-fleet.toml --param k_delta1~1.4e5+-1e4 --json",
    NULL,
};
const cli_verb verb_fit = {
    .name = "fit",
    .help = "parameters of a law from measured rows, and how sure they are",
    .args = "SCENARIO",
    .flag = fit_flags,
    .example = fit_examples,
    .run = run_fit,
};
