/* SPDX-License-Identifier: MIT
 * verb_version.c - fade version: which fade this is and what it stands on.
 */
#include <jansson.h>

#include "core/base/json.h"
#include "core/base/vmath.h"
#include "core/cli/cli.h"
#include "core/fade_plugin.h"
#include "core/scenario/toml.h"
#include "core/version.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* libltdl does not say its version; the name of its file does: libltdl.so.7.3.2 */
static const char *ltdl_version(void)
{
    static char path[PATH_MAX];
    Dl_info info;
    void *at = dlsym(RTLD_DEFAULT, "lt_dlopen");
    if (!at || !dladdr(at, &info) || !info.dli_fname || !realpath(info.dli_fname, path))
        return "unknown";
    const char *so = strstr(path, ".so.");
    return so ? so + 4 : "linked in";
}

static int version_run(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&verb_version, argc, argv, 0, 0, &c);
    if (status != CLI_GO)
        return status;
    char abi[24];
    snprintf(abi, sizeof abi, "%u.%u", FADE_ABI_NOW >> 16, FADE_ABI_NOW & 0xffff);
    const struct { const char *key, *value;
    } rows[] = {
        { "fade", FADE_VERSION },    { "abi", abi },
        { "compiler", __VERSION__ }, { "isa", vmath_isa() },
        { "ltdl", ltdl_version() },  { "jansson", jansson_version_str() },
        { "zlib", zlibVersion() },   { "tomlplusplus", toml_library() },
    };
    json j = { 0 };
    text t = { 0 };
    json_open(&j, NULL, '{');
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_text(&j, rows[i].key, rows[i].value);
        text_addf(&t, i ? "  %-13s %s\n" : "%s %s\n", rows[i].key, rows[i].value);
    }
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    const text *said = cli_json() ? &j.out : &t;
    status = why_status(cli_put(text_of(said), said->n));
    text_free(&j.out);
    text_free(&t);
    return status;
}

static const char *const version_examples[] = { "fade version --json", NULL };
const cli_verb verb_version = {
    .name = "version",
    .help = "say which fade this is, its ABI and its libraries",
    .args = "",
    .example = version_examples,
    .run = version_run,
};
