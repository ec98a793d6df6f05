/* SPDX-License-Identifier: MIT
 * main.c - the command: the table of its verbs.
 */
#include "core/base/mem.h"
#include "core/cli/cli.h"

int main(int argc, char **argv)
{
    static const cli_verb *const verbs[] = {
        &verb_check,  &verb_run,    &verb_sweep,      &verb_compare, &verb_fit,     &verb_forecast, &verb_evaluate,
        &verb_sensitivity, &verb_drift, &verb_lifetime,
        &verb_lua,    &verb_show,   &verb_plot,       &verb_report,  &verb_export,  &verb_plugin,
        &verb_train,  &verb_predict, &verb_model,
        &verb_params, &verb_config, &verb_completion, &verb_man,     &verb_version, NULL,
    };
    mem_keep();
    return cli_main(verbs, argc, argv);
}
