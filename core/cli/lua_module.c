/* SPDX-License-Identifier: MIT
 * lua_module.c - the entry of fade.so, which the stock interpreter loads by require "fade".
 */
#include "core/base/file.h"
#include "core/engine/virtual.h"
#include "core/report/report_output.h"
#include "core/script/script.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct lua_State;
__attribute__((visibility("default"))) int luaopen_fade(struct lua_State *L);

/* In a build tree the plugins lie beside the module's folder; an installed module finds them as the command does. */
static void folder_of_module(void)
{
    Dl_info at;
    char path[PATH_MAX];
    why w = { 0 };
    if (!dladdr((const void *)(uintptr_t)luaopen_fade, &at) || !at.dli_fname || strlen(at.dli_fname) > sizeof path - 32)
        return;
    const char *slash = strrchr(at.dli_fname, '/');
    snprintf(path, sizeof path, "%.*s/../plugins", slash ? (int)(slash - at.dli_fname) : 1, slash ? at.dli_fname : ".");
    if (file_is_folder(path))
        library_folder_add(path, &w);
}

int luaopen_fade(struct lua_State *L)
{
    library_register(virtual_library());
    library_register(report_library());
    folder_of_module();
    return script_module(L);
}
