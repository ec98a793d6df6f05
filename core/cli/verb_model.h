/* SPDX-License-Identifier: MIT
 * verb_model.h - the verbs below `fade model`.
 */
#ifndef FADE_CLI_VERB_MODEL_H
#define FADE_CLI_VERB_MODEL_H
#include "core/cli/cli.h"

extern const cli_verb verb_model_info, verb_model_list, verb_model_check, verb_model_export;
#endif
