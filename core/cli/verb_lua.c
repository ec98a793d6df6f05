/* SPDX-License-Identifier: MIT
 * verb_lua.c - fade lua: run a Lua program with the module fade, or a prompt.
 */
#include "core/cli/cli.h"

static int run_lua(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_lua, "%s is not built yet", argv[0]);
}

const cli_verb verb_lua = { .name = "lua", .help = "run a Lua program with the module fade, or a prompt", .args = "[FILE] [ARG ..]", .run = run_lua };
