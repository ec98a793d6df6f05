/* SPDX-License-Identifier: MIT
 * verb_fit.c - fade fit: parameters of a law from the measured rows of a scenario's source.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/fit_say.h"
#include "core/script/script.h"
#include "core/study/fit_draws.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    cli            c;
    scenario      *s;
    struct script *script;
    fit            fit;
    fit_options    o;
    fit_result    *result;
    size_t         n;
    filter_options filter;
    filter_course *course;
    bool           sequential;
    text           draws;                         /* of --draws */
    size_t         ndraws;
} job;

enum { DRAWS = 1000 };                            /* of a covariance */

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
    k->o = (fit_options){ .target = cli_text(&k->c, "target"),
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
            k->o.loss = i;
    if (k->o.starts < 1 || k->o.starts > 1000 || k->o.bootstrap > 10000)
        return fail(w, E_USAGE, "--starts takes 1 to 1000, --bootstrap up to 10000");
    return E_OK;
}

static int read_sequential(job *k, why *w)
{
    const char *kind = cli_text(&k->c, "sequential");
    double n = number_of(&k->c, "particles", 400), noise = number_of(&k->c, "noise", 0);
    double wander = number_of(&k->c, "wander", 1);
    k->sequential = kind != NULL;
    k->filter = (filter_options){ .kind = kind && strcmp(kind, "ensemble") == 0 ? FILTER_ENSEMBLE : FILTER_PARTICLE,
                                  .particles = (size_t)n, .noise = noise, .wander = wander };
    if (!(n >= 20 && n <= 100000) || !(noise >= 0) || !(wander >= 0 && wander <= 100))
        return fail(w, E_USAGE, "--particles takes 20 to 100000, --noise and --wander numbers from 0 on");
    bool alone = cli_has(&k->c, "pooled") || cli_text(&k->c, "cell") || k->o.profile || k->o.bootstrap || kind;
    if (cli_text(&k->c, "own") && alone)
        return fail(w, E_USAGE, "--own fits all cells at once: not with --pooled, --cell, --sequential, --profile or "
                                "--bootstrap");
    if (kind && cli_has(&k->c, "pooled"))
        return fail(w, E_USAGE, "--sequential learns each cell by itself, not --pooled");
    return E_OK;
}

static void sample(void *ctx, const char *cell, const double *x)
{
    job *k = ctx;
    fit_draws_row(&k->fit, cell, x, &k->draws);
    k->ndraws++;
}

/* Where neither a bootstrap nor a filter gives samples: of the normal distribution of the covariance. */
static int draw(job *k, const fit_result *r, why *w)
{
    if (!cli_text(&k->c, "draws") || k->o.bootstrap)
        return E_OK;
    double *x = mem_zero(DRAWS * k->fit.nparam + 1, sizeof *x);
    int rc = x ? fit_draws_normal(&k->fit, r, DRAWS, k->s->seed, x, w) : fail(w, E_NOMEM, "no memory for draws");
    for (size_t i = 0; i < DRAWS && !rc; i++)
        sample(k, r->cell, x + i * k->fit.nparam);
    free(x);
    if (!rc && r->durbin_watson < 1)
        cli_say("%s%sdraws of the covariance are too narrow where what is left has a memory (Durbin-Watson %.2f): "
                "--bootstrap\n", r->cell ? r->cell : "", r->cell ? ": " : "", r->durbin_watson);
    return rc;
}

static int write_draws(job *k, why *w)
{
    const char *path = cli_text(&k->c, "draws");
    if (!path)
        return E_OK;
    int rc = k->draws.failed ? fail(w, E_NOMEM, "no memory for the draws of a fit")
                             : file_write(path, text_of(&k->draws), k->draws.n, w);
    if (!rc)
        cli_say("written: %s, %zu draws; fade forecast --parameters takes them\n", path, k->ndraws);
    return rc;
}

static void progress(void *ctx, const char *doing, size_t done, size_t of)
{
    (void)done;
    if (*(bool *)ctx)
        cli_say("fit: %s, %zu at once\n", doing, of);
}

static int follow(job *k, int64_t cell, why *w)
{
    filter_course *more = mem_grow(k->course, k->n + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for the result of a fit");
    k->course = more;
    int rc = filter_law(&k->fit, cell, &k->filter, &k->course[k->n], w);
    if (rc)
        filter_course_free(&k->course[k->n]);
    k->n += rc == E_OK;
    return rc;
}

static int one(job *k, int64_t cell, why *w)
{
    if (k->sequential)
        return follow(k, cell, w);
    fit_result *more = mem_grow(k->result, k->n + 1, sizeof *more);
    if (!more)
        return fail(w, E_NOMEM, "no memory for the result of a fit");
    k->result = more;
    int rc = fit_run(&k->fit, cell, &k->result[k->n], w);
    rc = rc ? rc : draw(k, &k->result[k->n], w);
    k->n += rc == E_OK;
    return rc;
}

/* All cells at once: what --own names is each cell's own, the rest is shared. */
static int joint(job *k, why *w)
{
    const char *said = cli_text(&k->c, "own");
    char name[80];
    int rc = E_OK;
    for (size_t n; *said && !rc; said += n + (said[n] == ',')) {
        n = strcspn(said, ",");
        snprintf(name, sizeof name, "%.*s", (int)(n < 79 ? n : 79), said);
        rc = fit_own(&k->fit, name, w);
    }
    k->result = mem_zero(k->fit.rows.ncell, sizeof *k->result);
    if (!rc && !k->result)
        rc = fail(w, E_NOMEM, "no memory for the results of a fit");
    rc = rc ? rc : fit_joint(&k->fit, k->result, w);
    k->n = rc ? 0 : k->fit.rows.ncell;
    for (size_t i = 0; i < k->n && !rc; i++)
        rc = draw(k, &k->result[i], w);
    return rc;
}

/* Each cell by itself, the one that is named, or all with one set of values. */
static int all(job *k, why *w)
{
    const char *name = cli_text(&k->c, "cell");
    const replay *r = &k->fit.rows;
    if (cli_text(&k->c, "own"))
        return joint(k, w);
    if (cli_has(&k->c, "pooled"))
        return one(k, r->ncell == 1 ? 0 : -1, w);
    for (size_t i = 0; i < r->ncell; i++) {
        int rc = name && strcmp(name, r->name[i]) ? E_OK : one(k, (int64_t)i, w);
        if (rc)
            return rc;
    }
    if (k->n)
        return E_OK;
    const char *near = text_nearest(name, (const char *const *)r->name, r->ncell);
    return fail(w, E_INPUT, "the source has no cell %s%s%s%s", name, near ? ", did you mean " : "", near ? near : "",
                near ? "?" : "");
}

static int tell(job *k, why *w)
{
    const char *path = cli_text(&k->c, "out");
    json j = { 0 };
    if (k->sequential && cli_json()) {
        filter_json(&k->fit, &k->filter, k->course, k->n, &j);
        text_addc(&j.out, '\n');
    } else if (k->sequential) {
        filter_text(&k->fit, &k->filter, k->course, k->n, &j.out);
        path = NULL;
    } else if (cli_json()) {
        fit_json(&k->fit, k->result, k->n, &j);
        text_addc(&j.out, '\n');
    } else
        fit_text(&k->fit, k->result, k->n, &j.out);
    int rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "the fit did not get to stdout") : E_OK;
    text_free(&j.out);
    if (rc || !path)
        return rc;
    text toml = { 0 };
    fit_toml(&k->fit, k->result, k->n, &toml);
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
    k->o.progress = progress;
    k->o.ctx = &talk;
    rc = rc ? rc : fit_open(k->s, &k->o, &k->fit, w);
    for (size_t i = 0; i < n && !rc; i++)
        rc = fit_add(&k->fit, said[i], w);
    if (!rc && cli_text(&k->c, "draws")) {
        k->fit.o.sample = sample;
        k->fit.o.sample_ctx = k;
        fit_draws_head(&k->fit, &k->draws);
    }
    rc = rc ? rc : all(k, w);
    rc = rc ? rc : write_draws(k, w);
    if (k->n && (!rc || rc == E_CANCEL)) {        /* what is done is told */
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
    for (size_t i = 0; k->course && i < k->n; i++)
        filter_course_free(&k->course[i]);
    text_free(&k->draws);
    free(k->course);
    free(k->result);
    fit_close(&k->fit);
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
