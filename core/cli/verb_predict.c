/* SPDX-License-Identifier: MIT
 * verb_predict.c - fade predict: a saved model over the rows of a scenario, or of files like those it was trained on.
 */
#include "core/base/log.h"
#include "core/cli/cli_open.h"
#include "core/report/predict_write.h"
#include "core/script/script.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct job {
    cli                c;
    model_saved       *m;
    model_opened       open;
    predict_writer    *out;
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
                                .rows = predict_writer_rows,
                                .ctx = k->out };
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
    cli_say("%llu rows of %llu cells by %s", (unsigned long long)s->rows, (unsigned long long)s->cells, k->m->folder);
    if (s->known && k->m->physics)
        cli_say("; where measured (%llu): RMSE %.4g %s by %s, %.4g with the correction", (unsigned long long)s->known,
                sqrt(s->physics / (double)s->known), k->m->unit, k->m->physics, sqrt(s->total / (double)s->known));
    else if (s->known)
        cli_say("; where measured (%llu): RMSE %.4g %s", (unsigned long long)s->known,
                sqrt(s->total / (double)s->known), k->m->unit);
    if (s->banded)
        cli_say(", %.0f %% within the 90 %% band", 100 * (double)s->inside / (double)s->banded);
    cli_say("\n");
    if (s->alone)
        cli_say(
            "%llu of the cells have no model in %s, which has one for each cell it was trained on: the physics stands "
            "alone; fade train --pooled trains for cells never seen\n",
            (unsigned long long)s->alone, k->m->folder);
}

static int work(job *k)
{
    why w = { 0 };
    const char *format = cli_text(&k->c, "format");
    int rc = model_read(k->c.arg[0], &k->m, &w);
    rc = rc ? rc : model_open(k->m, &k->open, &w);
    rc = rc ? rc
            : predict_writer_open(k->m, cli_text(&k->c, "out"), cli_json() && !format ? "json" : format, &k->out, &w);
    int status = rc ? cli_fail(&w) : CLI_GO;
    for (int i = 1; i < k->c.narg && status == CLI_GO; i++)
        status = one(k, k->c.arg[i]);
    if (status != CLI_GO)
        return status;
    if (predict_writer_end(k->out, &w))
        return cli_fail(&w);
    say(k);
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
    model_opened_close(&k->open);
    model_close(k->m);
    free(k);
    return status;
}

static const cli_flag predict_flags[] = {
    { "out", 'o', "FILE", "write to FILE.csv, .json, .jsonl or .parquet (default: CSV on stdout)", false },
    { "format", 0, "csv|json|jsonl|parquet", "default: by the ending of --out", false },
    { "where", 'w', "EXPRESSION", "these rows only, as in \"cycle > 100\"", false },
    { "batch", 0, "N", "rows at a time, in whole cells (default 16384)", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const predict_examples[] = {
    "fade predict models/fleet new-cells.csv -o predicted.parquet",
    "fade predict models/b0005 b0007.toml --where \"cycle > 84\"",
    "fade predict models/fleet march.csv april.csv --json",
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
