/* SPDX-License-Identifier: MIT
 * verb_predict.c - fade predict: a saved model over the rows of a scenario, or of files like those it was trained on.
 */
#include "core/base/log.h"
#include "core/cli/cli_open.h"
#include "core/report/contributions.h"
#include "core/report/predict_write.h"
#include "core/script/script.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    cli                c;
    model_saved       *m;
    model_opened       open;
    predict_writer    *out;                       /* NULL: a table is all */
    contributions     *told;                      /* NULL: nobody asked for them */
    size_t             pairs;                     /* of orders; 0: as usual */
    uint64_t           seed;
    model_predict_sums sums;
} job;

static bool is_scenario(const char *path)
{
    return text_ends(path, ".toml") || text_ends(path, ".lua");
}

/* CLI_GO, or an exit status after all problems are said. */
static int open_data(const job *k, const char *path, scenario **s)
{
    const char *set[CLI_VALUES];
    size_t n = cli_all(&k->c, "set", set, CLI_VALUES);
    tree_problems p = { 0 };
    why w = { 0 };
    int rc = model_scenario(k->m, path, &(scenario_options){ .set = set, .nset = n, .environment = true }, s, &p, &w);
    int status = !rc ? CLI_GO : p.n ? cli_problems(&p, &w) : cli_fail(&w);
    tree_problems_free(&p);
    return status;
}

static int take(void *ctx, const model_predicted *r, why *w)
{
    job *k = ctx;
    int rc = k->told ? contributions_rows(k->told, r, w) : E_OK;
    return rc || !k->out ? rc : predict_writer_rows(k->out, r, w);
}

static int one(job *k, const char *path)
{
    why w = { 0 };
    scenario *s = NULL;
    struct script *held = NULL;
    int status = is_scenario(path) ? cli_scenario(&k->c, path, NULL, 0, &s, &held) : open_data(k, path, &s);
    if (status != CLI_GO)
        return status;
    const char *batch = cli_text(&k->c, "batch");
    model_predict_options o = { .where = cli_text(&k->c, "where"),
                                .batch = batch ? strtoul(batch, NULL, 10) : 0,
                                .hooks = script_hooks(held),
                                .stop = cli_catch(),
                                .explain = k->told != NULL,
                                .pairs = k->pairs,
                                .rows = take,
                                .ctx = k };
    k->seed = s->seed;
    if (s->logging.level < LOG_WARNING)
        s->logging.level = LOG_WARNING;
    int rc = cli_log(s, &w);
    rc = rc ? rc : model_predict(k->m, &k->open, s, &o, &k->sums, &w);
    status = rc ? cli_fail(&w) : CLI_GO;
    scenario_close(s);
    script_close(held);
    log_close();
    return status;
}

static void say(const job *k)
{
    const model_predict_sums *s = &k->sums;
    cli_say("%llu rows of %llu cell%s by %s", (unsigned long long)s->rows, (unsigned long long)s->cells,
            s->cells == 1 ? "" : "s", k->m->folder);
    if (s->known && k->m->physics)
        cli_say("; where measured (%llu): RMSE %.4g %s by %s, %.4g with the correction", (unsigned long long)s->known,
                sqrt(s->physics / (double)s->known), k->m->unit, k->m->physics, sqrt(s->total / (double)s->known));
    else if (s->known)
        cli_say("; where measured (%llu): RMSE %.4g %s", (unsigned long long)s->known,
                sqrt(s->total / (double)s->known), k->m->unit);
    if (s->banded)
        cli_say(", %.0f %% within the 90 %% band", 100 * (double)s->inside / (double)s->banded);
    if (s->scored)
        cli_say("; alarm in %llu", (unsigned long long)s->alarms);
    cli_say("\n");
    if (s->alone)
        cli_say(
            "%llu of the cells have no model in %s, which has one for each cell it was trained on: the physics stands "
            "alone; fade train --pooled trains for cells never seen\n",
            (unsigned long long)s->alone, k->m->folder);
}

static void say_told(const job *k)
{
    double most, usual;
    size_t n = 2 * (k->pairs ? k->pairs : MODEL_EXPLAIN_PAIRS);
    if (!k->told)
        return;
    if (explain_is_told(k->open.plugin->desc)) {
        cli_say("base and contributions add up to the correction; %s tells them itself\n", k->m->plugin);
        return;
    }
    contributions_error(k->told, &most, &usual);
    cli_say("base and contributions add up to the correction; sampled in %zu orders of the features, seed %llu, behind "
            "%zu rows of training", n, (unsigned long long)k->seed, model_explain_rows(k->m, k->pairs));
    if (isfinite(most))
        cli_say(": standard error %.2g %s, at most %.2g\n", usual, k->m->unit, most);
    else
        cli_say("; how sure they are takes 4 orders at least\n");
}

/* ---- what was asked for ---- */

static bool is_table(const job *k)
{
    const char *format = cli_text(&k->c, "format");
    bool shown = !format && !cli_json() && !cli_text(&k->c, "out") && isatty(STDOUT_FILENO);
    return cli_has(&k->c, "explain") && (shown || (format && strcmp(format, "table") == 0));
}

static int read_flags(job *k, why *w)
{
    const char *format = cli_text(&k->c, "format"), *orders = cli_text(&k->c, "permutations");
    bool table = format && strcmp(format, "table") == 0, told = cli_has(&k->c, "explain");
    if (table && !told)
        return fail(w, E_USAGE, "--format table shows what features add: say --explain, too");
    if (table && cli_text(&k->c, "out"))
        return fail(w, E_USAGE, "--format table is for the terminal: a file is .csv, .json, .jsonl or .parquet");
    if (cli_has(&k->c, "figure") && !told)
        return fail(w, E_USAGE, "--figure draws what features add: say --explain, too");
    if (orders && !told)
        return fail(w, E_USAGE, "--permutations are for what features add: say --explain, too");
    k->pairs = orders ? strtoul(orders, NULL, 10) / 2 : 0;
    if (orders && (k->pairs < 1 || k->pairs > 500000 || strtoul(orders, NULL, 10) % 2))
        return fail(w, E_USAGE,
                    "--permutations %.20s: an even number from 2 to 1000000, each order is walked forth and "
                    "back",
                    orders);
    return E_OK;
}

static int open_outputs(job *k, why *w)
{
    const char *format = cli_text(&k->c, "format");
    bool told = cli_has(&k->c, "explain");
    int columns = model_predict_columns(k->m, &k->open, told);
    int rc = model_predict_can(k->m, &k->open, &(model_predict_options){ .explain = told, .pairs = k->pairs }, w);
    rc = rc || !told ? rc : contributions_open(k->m, &k->told, w);
    if (rc || is_table(k))
        return rc;
    return predict_writer_open(k->m, columns, cli_text(&k->c, "out"), cli_json() && !format ? "json" : format, &k->out,
                               w);
}

static int end(job *k, why *w)
{
    const char *figure = cli_text(&k->c, "figure");
    int rc = k->out ? predict_writer_end(k->out, w) : E_OK;
    if (!rc && !k->out) {
        text table = { 0 };
        contributions_table(k->told, &table);
        rc = cli_put(text_of(&table), table.n) ? fail(w, E_IO, "the table did not get to stdout") : E_OK;
        text_free(&table);
    }
    if (!rc && figure && !(rc = contributions_figure(k->told, figure, w)))
        cli_say("written: %s\n", figure);
    return rc;
}

static int work(job *k)
{
    why w = { 0 };
    int rc = read_flags(k, &w);
    rc = rc ? rc : model_read(k->c.arg[0], &k->m, &w);
    rc = rc ? rc : model_open(k->m, &k->open, &w);
    rc = rc ? rc : open_outputs(k, &w);
    int status = rc ? cli_fail(&w) : CLI_GO;
    for (int i = 1; i < k->c.narg && status == CLI_GO; i++)
        status = one(k, k->c.arg[i]);
    if (status != CLI_GO)
        return status;
    if (end(k, &w))
        return cli_fail(&w);
    say(k);
    say_told(k);
    return 0;
}

static int run_predict(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory to predict");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_predict, argc, argv, 2, -1, &k->c);
    if (status == CLI_GO)
        status = work(k);
    predict_writer_close(k->out);
    contributions_close(k->told);
    model_opened_close(&k->open);
    model_close(k->m);
    free(k);
    return status;
}

static const cli_flag predict_flags[] = {
    { "out", 'o', "FILE", "write to FILE.csv, .json, .jsonl or .parquet (default: CSV on stdout)", false },
    { "format", 0, "csv|json|jsonl|parquet|table", "default: by the ending of --out", false },
    { "where", 'w', "EXPRESSION", "these rows only, as in \"cycle > 100\"", false },
    { "explain", 0, NULL, "what each feature adds to the correction, row by row (SHAP)", false },
    { "permutations", 0, "N", "orders of features where that is sampled (default 128)", false },
    { "figure", 0, "FILE", "what features add as a picture: .svg, .png or .pdf", false },
    { "batch", 0, "N", "rows at a time, in whole cells (default 16384)", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const predict_examples[] = {
    "fade predict models/fleet scenarios/virtual-fleet.toml -o predicted.parquet",
    "fade predict models/pooled scenarios/virtual-fleet.toml --where \"cycle > 400\"",
    "fade predict models/fleet scenarios/virtual-fleet.toml --json",
    "fade predict models/fleet scenarios/virtual-fleet.toml --explain --where \"cycle == 300\" --figure why.png",
    NULL,
};
const cli_verb verb_predict = {
    .name = "predict",
    .help = "a saved model over rows: physics, correction, total and band",
    .args = "DIR SCENARIO|DATA ..",
    .flag = predict_flags,
    .example = predict_examples,
    .run = run_predict,
};
