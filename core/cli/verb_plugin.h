/* SPDX-License-Identifier: MIT
 * verb_plugin.h - what stands behind `fade plugin`.
 */
#ifndef FADE_CLI_VERB_PLUGIN_H
#define FADE_CLI_VERB_PLUGIN_H
#include "core/cli/cli.h"
extern const cli_verb verb_plugin_list, verb_plugin_show, verb_plugin_check, verb_plugin_new;
#endif
