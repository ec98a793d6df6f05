/* SPDX-License-Identifier: MIT
 * verb_train.c - fade train: a corrector learns from a scenario's rows and is saved as a folder.
 */
#include "core/base/log.h"
#include "core/cli/cli_open.h"
#include "core/report/model_say.h"
#include "core/script/script.h"
#include "core/study/model_train.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALLOWED = 64, SETS = 8 };

typedef struct job {
    cli            c;
    scenario      *s;
    struct script *script;
    model_training t;
    const char    *allow[ALLOWED];
    text           set[SETS];                     /* what flags mean as keys of the scenario */
    size_t         nset;
} job;

/* ---- flags as keys ---- */

/* Which of the scenario's correctors is meant, from 1; 0: none, one is to be made. */
static size_t corrector_at(const job *k)
{
    const char *said = cli_text(&k->c, "corrector");
    for (size_t i = 0; i < k->s->ncorrector; i++)
        if (!said || strcmp(said, k->s->corrector[i].part.label) == 0)
            return i + 1;
    return k->s->ncorrector ? 1 : 0;              /* the first: a wrong name is said later */
}

static void add_set(job *k, size_t at, const char *key, const char *value, bool quote)
{
    text *t = &k->set[k->nset++];
    text_add(t, "corrector.");
    if (at)
        text_addf(t, "%zu.", at);
    text_addf(t, "%s=", key);
    if (quote)
        json_quote(t, value);
    else
        text_add(t, value);
}

static void add_features(job *k, size_t at)
{
    const char *feature[CLI_VALUES];
    size_t n = cli_all(&k->c, "feature", feature, CLI_VALUES);
    text list = { 0 };
    for (size_t i = 0; i < n; i++) {
        text_add(&list, i ? ", " : "[");
        json_quote(&list, feature[i]);
    }
    text_addc(&list, ']');
    if (n)
        add_set(k, at, "features", text_of(&list), false);
    text_free(&list);
}

static void read_flags(job *k)
{
    size_t at = corrector_at(k);
    const char *from = cli_text(&k->c, "from"), *freeze = cli_text(&k->c, "freeze");
    if (!at && cli_text(&k->c, "corrector"))
        add_set(k, 0, "plugin", cli_text(&k->c, "corrector"), true);
    add_features(k, at);
    if (from)
        add_set(k, at, "from", from, true);
    if (freeze)
        add_set(k, at, "freeze", freeze, false);
    if (cli_has(&k->c, "pooled"))
        add_set(k, at, "scope", "pooled", true);
}

/* The scenario, and once more with what the flags set in it. */
static int open_scenario(job *k)
{
    const char *more[SETS];
    int status = cli_scenario(&k->c, k->c.arg[0], NULL, 0, &k->s, &k->script);
    if (status != CLI_GO)
        return status;
    read_flags(k);
    for (size_t i = 0; i < k->nset; i++)
        more[i] = text_of(&k->set[i]);
    if (k->nset == 0)
        return CLI_GO;
    scenario_close(k->s);
    script_close(k->script);
    k->s = NULL;
    k->script = NULL;
    return cli_scenario(&k->c, k->c.arg[0], more, k->nset, &k->s, &k->script);
}

/* ---- the work ---- */

static int tell(job *k, why *w)
{
    const char *folder = cli_text(&k->c, "save");
    char name[65];
    json j = { 0 };
    int rc = model_train_save(&k->t, folder, name, w);
    if (!rc && cli_json()) {
        model_json_training(&k->t, folder, name, &j);
        text_addc(&j.out, '\n');
    } else if (!rc) {
        model_training_text(&k->t, folder, name, &j.out);
    }
    if (!rc && (j.out.failed || cli_put(text_of(&j.out), j.out.n)))
        rc = fail(w, E_IO, "what was learnt did not get to stdout; the model is saved");
    text_free(&j.out);
    return rc;
}

static int work(job *k, why *w)
{
    const char *ask = cli_text(&k->c, "ask"), *name = cli_text(&k->c, "corrector");
    if (!cli_text(&k->c, "save"))
        return fail(w, E_USAGE, "say where the model goes: --save DIR");
    int rc = cli_log_tries(k->s, LOG_ERROR, w); /* a law at odd places would warn */
    model_training_options o = { .corrector = name,
                                 .physics = cli_text(&k->c, "physics"),
                                 .target = cli_text(&k->c, "target"),
                                 .where = cli_text(&k->c, "where"),
                                 .ask = ask ? dataset_ask_of(ask) : ASK_FORECAST,
                                 .all = cli_has(&k->c, "all"),
                                 .allow = k->allow,
                                 .nallow = cli_all(&k->c, "allow", k->allow, ALLOWED),
                                 .hooks = script_hooks(k->script),
                                 .stop = cli_catch() };
    rc = rc ? rc : model_train(k->s, &o, &k->t, w);
    return rc ? rc : tell(k, w);
}

static int run_train(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory to train");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_train, argc, argv, 1, 1, &k->c);
    if (status == CLI_GO)
        status = open_scenario(k);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : 0;
    model_train_close(&k->t);
    scenario_close(k->s);
    script_close(k->script);
    for (size_t i = 0; i < k->nset; i++)
        text_free(&k->set[i]);
    free(k);
    log_close();
    return status;
}

static const cli_flag train_flags[] = {
    { "save", 0, "DIR", "where the model goes; a saved model there is replaced", false },
    { "corrector", 'c', "NAME", "which of the scenario's correctors; in one without, a plugin", false },
    { "feature", 'f', "COLUMN", "learn from this column (in place of the scenario's features)", true },
    { "physics", 0, "NAME|none", "what its error is learnt of; none: learn the target itself", false },
    { "target", 0, "COLUMN", "the observed column (default: [evaluate] target, else capacity)", false },
    { "ask", 0, "forecast|next|begun|estimate", "what it will be asked, which decides what it may see", false },
    { "where", 'w', "EXPRESSION", "rows to learn from, as in \"temperature_mean > 36\"", false },
    { "all", 0, NULL, "also the rows that [evaluate] keeps back", false },
    { "pooled", 0, NULL, "one model of all cells, fit for cells it never saw", false },
    { "from", 0, "DIR", "start from a saved model (transfer)", false },
    { "freeze", 0, "N", "keep its first N layers (correctors that have some)", false },
    { "allow", 0, "COLUMN", "a feature that tells the target by itself, knowingly", true },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const train_examples[] = {
    "fade train scenarios/virtual-fleet.toml --physics xu2018 --save models/fleet",
    "fade train scenarios/virtual-fleet.toml --physics xu2018 --pooled -f cycle -f rest_log --save models/pooled",
    "fade train scenarios/virtual-fleet.toml --physics xu2018 --from models/fleet --save models/new",
    NULL,
};
const cli_verb verb_train = {
    .name = "train",
    .help = "a corrector learns from measured rows, saved as a folder",
    .args = "SCENARIO",
    .flag = train_flags,
    .example = train_examples,
    .run = run_train,
};
