/* SPDX-License-Identifier: MIT
 * cli_open.c - what verbs on a scenario do first: read it with --set, start the log, make the engine.
 */
#include "core/cli/cli_open.h"
#include "core/base/log.h"
#include "core/script/script.h"
#include "core/study/study.h"
#include <stdlib.h>

int cli_scenario(const cli *c, const char *path, const char *const *more, size_t nmore, scenario **out,
                 struct script **out_script)
{
    const char *set[CLI_VALUES + 8];
    size_t n = cli_all(c, "set", set, CLI_VALUES);
    for (size_t i = 0; i < nmore && n < CLI_VALUES + 8; i++)
        set[n++] = more[i];
    tree_problems p = { 0 };
    why w = { 0 };
    scenario_options o = { .set = set, .nset = n, .environment = true };
    script_options so = { .trust = cli_has(c, "trust") };
    struct script *k = NULL;
    int rc = script_scenario(path, &o, &so, out, &k, &p, &w);
    if (out_script)
        *out_script = k;
    else
        script_close(k);
    int status = rc ? cli_problems(&p, &w) : CLI_GO;
    tree_problems_free(&p);
    return status;
}

int cli_engine(const scenario *s, const engine_options *opt, engine **out)
{
    engine_options o = opt ? *opt : (engine_options){ 0 };
    o.study = study_table();
    tree_problems p = { 0 };
    why w = { 0 };
    int rc = engine_open(s, &o, out, &p, &w);
    int status = rc ? cli_problems(&p, &w) : CLI_GO;
    tree_problems_free(&p);
    return status;
}

/* What is kept of a log whose level is `level`, by FADE_LOG, -v and -q. */
static int level_kept(int level, int *out, why *w)
{
    const char *word = getenv("FADE_LOG");
    if (word && *word) {
        level = log_level(word);
        if (level < 0)
            return fail(w, E_USAGE, "FADE_LOG is \"%s\", not debug, info, warning, error or silent", word);
    }
    if (cli_quiet() && level < LOG_ERROR)
        level = LOG_ERROR;
    if (cli_verbose())
        level = cli_verbose() > 1 ? LOG_DEBUG : level < LOG_INFO ? level : LOG_INFO;
    *out = level;
    return E_OK;
}

int cli_log_tries(const scenario *s, int level, why *w)
{
    int usual, reading, own = s->logging.level;
    int rc = level_kept(own > level ? own : level, &usual, w);
    rc = rc ? rc : level_kept(own, &reading, w);
    if (rc)
        return rc;
    log_options o = { .level = usual,
                      .reading = reading,
                      .json = s->logging.json,
                      .file = s->logging.file,
                      .rotate_bytes = s->logging.rotate,
                      .keep = s->logging.keep };
    return log_open(&o, w);
}

int cli_log(const scenario *s, why *w) { return cli_log_tries(s, LOG_DEBUG, w); }
