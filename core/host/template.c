/* SPDX-License-Identifier: MIT
 * template.c - the folder of a new plugin, from texts that are part of the command.
 *
 * The assembler copies the files of plugins/template/ into the object, so that an installed command needs none of them.
 */
#include "core/host/template.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/host/iface.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EMBED(name, file)                                                                                              \
    __asm__(".pushsection .rodata\ntemplate_" #name ":\n.incbin \"plugins/template/" file                              \
            "\"\n.byte 0\n.popsection\n");                                                                             \
    extern const char template_##name[] __attribute__((visibility("hidden")));

EMBED(makefile, "Makefile")
EMBED(physics, "physics.c")
EMBED(physics_readme, "README-physics.md")
EMBED(physics_golden, "golden-physics.csv")
EMBED(physics_test, "test-physics.toml")
EMBED(cell, "cell.c")
EMBED(cell_readme, "README-cell.md")
EMBED(cell_golden, "golden-cell.csv")
EMBED(cell_test, "test-cell.toml")
EMBED(corrector, "corrector.c")
EMBED(corrector_readme, "README-corrector.md")
EMBED(corrector_golden, "golden-corrector.csv")
EMBED(corrector_test, "test-corrector.toml")
EMBED(source, "source.c")
EMBED(source_readme, "README-source.md")
EMBED(source_golden, "golden-source.csv")
EMBED(source_test, "test-source.toml")
EMBED(source_check, "check-source.toml")
EMBED(output, "output.c")
EMBED(output_readme, "README-output.md")
EMBED(output_golden, "golden-output.csv")
EMBED(output_test, "test-output.toml")

static const struct { const char *kind, *name, *text; } files[] = {
    { "physics", "@ID@.c", template_physics },
    { "physics", "Makefile", template_makefile },
    { "physics", "README.md", template_physics_readme },
    { "physics", "golden.csv", template_physics_golden },
    { "physics", "test.toml", template_physics_test },
    { "cell", "@ID@.c", template_cell },
    { "cell", "Makefile", template_makefile },
    { "cell", "README.md", template_cell_readme },
    { "cell", "golden.csv", template_cell_golden },
    { "cell", "test.toml", template_cell_test },
    { "corrector", "@ID@.c", template_corrector },
    { "corrector", "Makefile", template_makefile },
    { "corrector", "README.md", template_corrector_readme },
    { "corrector", "golden.csv", template_corrector_golden },
    { "corrector", "test.toml", template_corrector_test },
    { "source", "@ID@.c", template_source },
    { "source", "Makefile", template_makefile },
    { "source", "README.md", template_source_readme },
    { "source", "golden.csv", template_source_golden },
    { "source", "test.toml", template_source_test },
    { "source", "check.toml", template_source_check },
    { "output", "@ID@.c", template_output },
    { "output", "Makefile", template_makefile },
    { "output", "README.md", template_output_readme },
    { "output", "golden.csv", template_output_golden },
    { "output", "test.toml", template_output_test },
};

enum { NAME = 48 };

const char *template_file(const char *kind, size_t k, const char **name)
{
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].kind, kind) == 0 && k-- == 0) {
            *name = files[i].name;
            return files[i].text;
        }
    return NULL;
}

/* `raw` with its tokens replaced. */
static void expand(text *out, const char *raw, const char *id, const template_place *place)
{
    const struct {
        const char *token, *with;
    } tokens[] = { { "@ID@", id }, { "@INCLUDE@", place->include }, { "@FADE@", place->fade } };
    for (const char *p = raw; *p;) {
        size_t k = 0, n = sizeof tokens / sizeof tokens[0];
        while (k < n && !text_starts(p, tokens[k].token))
            k++;
        if (k < n) {
            text_add(out, tokens[k].with);
            p += strlen(tokens[k].token);
        } else {
            text_addc(out, *p++);
        }
    }
}

static int file_make(const char *folder, size_t i, const char *id, const template_place *place, why *w)
{
    text name = { 0 }, all = { 0 };
    expand(&name, files[i].name, id, place);
    expand(&all, files[i].text, id, place);
    char *path = name.failed ? NULL : file_join(folder, text_of(&name));
    int rc = path && !all.failed ? file_write(path, text_of(&all), all.n, w)
                                 : fail(w, E_NOMEM, "no memory for the files of %s", id);
    free(path);
    text_free(&name);
    text_free(&all);
    return rc;
}

static int name_check(const char *kind, const char *name, why *w)
{
    const char *unused;
    if (!template_file(kind, 0, &unused)) {
        size_t n = 0;
        while (iface_kinds[n])
            n++;
        const char *near = text_nearest(kind, iface_kinds, n);
        return fail(w, E_USAGE, "there is no kind \"%s\"%s%s%s: source, physics, cell, corrector, output", kind,
                    near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
    size_t n = strlen(name), good = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");
    if (n == 0 || n > NAME || good != n || !(name[0] >= 'a' && name[0] <= 'z'))
        return fail(w, E_USAGE,
                    "\"%s\" is no name for a plugin: small letters, digits and -, a letter first, at most %d", name,
                    NAME);
    return E_OK;
}

int template_write(const char *kind, const char *name, const char *folder, const template_place *place, why *w)
{
    int rc = name_check(kind, name, w);
    if (rc)
        return rc;
    if (file_exists(folder))
        return fail(w, E_INPUT, "%s is there already: nothing was written", folder);
    rc = file_mkdirs(folder, w);
    for (size_t i = 0; rc == E_OK && i < sizeof files / sizeof files[0]; i++)
        if (strcmp(files[i].kind, kind) == 0)
            rc = file_make(folder, i, name, place, w);
    return rc;
}
