/* SPDX-License-Identifier: MIT
 * verb_sweep.h - what the verbs of fade sweep share.
 */
#ifndef FADE_CLI_VERB_SWEEP_H
#define FADE_CLI_VERB_SWEEP_H
#include "core/cli/cli.h"
#include "core/script/script.h"

extern const cli_verb verb_sweep_plan, verb_sweep_run, verb_sweep_resume, verb_sweep_work, verb_sweep_status, verb_sweep_table,
    verb_sweep_merge, verb_sweep_slurm;

/* What lies at `path`: a plan (or the store that holds one) is opened, a scenario is planned with --set.  CLI_GO or an exit status. */
int verb_sweep_open(const cli *, const char *path, bool plan_only, sweep **out, bool *planned);
/* A lane that fails tells it in its row: the log is silent but for -v. */
int verb_sweep_log(why *);
/* A number of seconds above 0: "2", "30 s", "1 min".  CLI_GO or an exit status. */
int verb_sweep_seconds(const cli_verb *, const cli *, const char *flag, double *out);
/* Puts what was made on stdout, and frees it; an exit status. */
int verb_sweep_put(text *);
/* What `fade sweep status` prints. */
int verb_sweep_tell(const char *store);
#endif
