/* SPDX-License-Identifier: MIT
 * verb_lua.c - fade lua: run a Lua program with the module fade, or a prompt.
 *
 * Everything behind the file's name is the program's own, flags too.
 */
#include "core/cli/cli.h"
#include "core/script/script.h"
#include <string.h>

static int run_lua(int argc, char **argv)
{
    int own = 1;                                        /* arguments up to the file's name are ours */
    while (own < argc && argv[own][0] == '-' && argv[own][1] && strcmp(argv[own], "--") != 0)
        own++;
    cli c = { 0 };
    int status = cli_parse(&verb_lua, own, argv, 0, 0, &c);
    if (status != CLI_GO)
        return status;
    if (own < argc && strcmp(argv[own], "--") == 0)
        own++;
    return own < argc ? script_main(argv[own], argc - own - 1, argv + own + 1) : script_main(NULL, 0, NULL);
}

static const char *const lua_examples[] = {
    "fade lua",
    "fade lua scenarios/monte-carlo.lua 200",
    "echo 'print(fade.version)' | fade lua",
    NULL,
};
const cli_verb verb_lua = {
    .name = "lua",
    .help = "run a Lua program with the module fade, or a prompt",
    .args = "[FILE] [ARG ..]",
    .example = lua_examples,
    .run = run_lua,
};
