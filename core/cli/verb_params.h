/* SPDX-License-Identifier: MIT
 * verb_params.h - what the files of fade params share.
 */
#ifndef FADE_CLI_VERB_PARAMS_H
#define FADE_CLI_VERB_PARAMS_H
#include "core/base/json.h"
#include "core/cli/cli.h"

extern const cli_verb verb_params_validate;
#endif
