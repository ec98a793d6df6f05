/* SPDX-License-Identifier: MIT
 * module_stub.c - stands for script.c where there is none: scenarios are TOML files.
 *
 * The Makefile leaves it out where script.c is.
 */
#include "core/base/text.h"
#include "core/script/script.h"

int script_scenario(const char *path, const scenario_options *o, const script_options *so, scenario **out,
                    script **out_script, tree_problems *p, why *w)
{
    (void)so;
    *out = NULL;
    *out_script = NULL;
    if (text_ends(path, ".lua"))
        return fail(w, E_INPUT, "%s: scenarios in Lua are not built yet", path);
    return scenario_open(path, o, out, p, w);
}

const engine_hooks *script_hooks(script *s)
{
    (void)s;
    return NULL;
}

const char *script_text(const script *s)
{
    (void)s;
    return NULL;
}

void script_close(script *s)
{
    (void)s;
}

const sweep_host *script_host(const script_options *o)
{
    (void)o;
    return sweep_host_toml();
}
