/* SPDX-License-Identifier: MIT
 * cli_open.h - what verbs on a scenario do first: read it with --set, start the log, make the engine.
 */
#ifndef FADE_CLI_CLI_OPEN_H
#define FADE_CLI_CLI_OPEN_H
#include "core/cli/cli.h"
#include "core/engine/engine.h"

struct script;

#define CLI_SET_FLAG { "set", 's', "KEY=VALUE", "set a key of the scenario, as in run.seed=7 (TOML syntax)", true }

#define CLI_TRUST_FLAG { "trust", 0, NULL, "a Lua scenario may use all of Lua: files, processes, any time and memory", false }

/* Reads `path` (TOML or Lua) with --set and what `more` sets.  CLI_GO, or the exit status after all problems are said.  *out_script holds a
 * Lua scenario's functions: close it behind the scenario; NULL: they are not wanted. */
int cli_scenario(const cli *, const char *path, const char *const *more, size_t nmore, scenario **out, struct script **out_script);
/* Makes the engine; opt may be NULL.  CLI_GO or an exit status, as above. */
int cli_engine(const scenario *, const engine_options *opt, engine **out);
/* The log as [logging], FADE_LOG and -v, -q want it. */
int cli_log(const scenario *, why *w);
/* The same for a verb that tries many lives: below `level` only what the source says of its data is kept. */
int cli_log_tries(const scenario *, int level, why *w);
#endif
