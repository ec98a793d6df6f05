/* SPDX-License-Identifier: MIT
 * test_library.c - plugins are found in order, refused with one sentence that names both sides, and held for good.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/library.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char top[PATH_MAX], given[PATH_MAX + 16], listed[PATH_MAX + 16], home[PATH_MAX + 64];
static bool compiler;

/* ---- plugins made here
 * ------------------------------------------------------------------------------------------------------ */

static const char plain[] =
    "#include \"fade_plugin.h\"\n#include <stdlib.h>\n#include <string.h>\n"
    "#ifndef ID\n#define ID \"alpha\"\n#endif\n#ifndef KIND\n#define KIND \"source\"\n#endif\n#ifndef DOC\n#define DOC "
    "\"A source of nothing.\"\n#endif\n"
    "static int32_t open_(const fade_host *h, const fade_args *a, const char *p, void **s) { (void)h; (void)a; "
    "(void)p; *s = NULL; return 0; }\n"
    "static void close_(void *s) { (void)s; }\n"
    "static int32_t next_(void *s, fade_block *b, int32_t t) { (void)s; (void)t; b->n = 0; return FADE_END; }\n"
    "static const fade_source_v1 v = { sizeof v, 0, open_, close_, NULL, NEXT, NULL };\n"
    "static const void *iface(const fade_desc *d, const char *id) { (void)d; BODY; return strcmp(id, "
    "\"fade.source/1\") ? NULL : &v; }\n"
    "static const fade_desc desc = { .size = sizeof desc, .id = ID, .kind = KIND, .version = \"1.0.0\", .licence = "
    "\"MIT\", .doc = DOC,\n"
    "                                .cite = \"\", .iface = iface };\n"
    "ENTRY\n";

static bool compile(const char *source, const char *out, const char *flags)
{
    char path[PATH_MAX + 32], command[3 * PATH_MAX];
    snprintf(path, sizeof path, "%s/made.c", top);
    why w;
    assert_int_equal(file_write(path, source, strlen(source), &w), E_OK);
    snprintf(command, sizeof command,
             "${CC:-cc} -std=gnu11 -shared -fPIC -Icore -DNEXT=next_ -DBODY= '-DENTRY=FADE_LIBRARY(&desc);' %s -o '%s' "
             "'%s' 2> '%s/cc.log'",
             flags, out, path, top);
    return system(command) == 0;
}

static const char *at(const char *folder, const char *name)
{
    static char path[4][2 * PATH_MAX];
    static unsigned k;
    char *out = path[k++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, name);
    return out;
}

static void need_compiler(void)
{
    if (compiler)
        return;
    print_message("no C compiler at run time\n");
    skip();
}

static void refused(const char *id, const char *kind, const char *const parts[])
{
    const plugin *p = (const plugin *)1;
    why w = { 0 };
    int rc = kind ? library_find_kind(id, kind, &p, &w) : library_find(id, &p, &w);
    assert_int_equal(rc, E_PLUGIN);
    assert_null(p);
    for (; *parts; parts++)
        if (!strstr(w.text, *parts))
            fail_msg("'%s' is not in: %s", *parts, w.text);
}
#define REFUSED(id, kind, ...) refused(id, kind, (const char *const[]){ __VA_ARGS__, NULL })

/* ---- prove
 * ----------------------------------------------------------------------------------------------------------------- */

static const void *no_iface(const fade_desc *d, const char *id)
{
    (void)d;
    (void)id;
    fail_msg("a function of the plugin was called");
    return NULL;
}

static fade_desc sound_desc(void)
{
    return (fade_desc){ .size = sizeof(fade_desc),
                        .id = "x",
                        .kind = "source",
                        .version = "1.0.0",
                        .licence = "MIT",
                        .doc = "X.",
                        .cite = "",
                        .iface = no_iface };
}

static void prove_says(const fade_library *l, const char *a, const char *b)
{
    why w = { 0 };
    assert_int_equal(library_prove(l, "/p/foo.so", &w), E_PLUGIN);
    if (!strstr(w.text, a) || !strstr(w.text, b) || !strstr(w.text, "plugin foo (/p/foo.so)"))
        fail_msg("'%s' or '%s' is not in: %s", a, b, w.text);
}

static void symbols_are_proved(void **unused)
{
    (void)unused;
    fade_desc d = sound_desc();
    const fade_desc *list[] = { &d, NULL }, *none[] = { NULL }, *twice[] = { &d, &d, NULL };
    const fade_library good = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof(fade_library), list };
    assert_int_equal(library_prove(&good, "/p/foo.so", NULL), E_OK);
    prove_says(NULL, "has no fade_library_v1", "this fade needs one");
    fade_library l = good;
    l.magic = 7;
    prove_says(&l, "0x00000007", "0x31454446");
    l = good;
    l.abi = FADE_ABI(1, 3);
    prove_says(&l, "needs ABI 1.3", "this fade offers 1.0");
    l.abi = FADE_ABI(2, 0);
    prove_says(&l, "needs ABI 2.0", "this fade offers 1.0");
    l.abi = FADE_ABI(0, 9);
    prove_says(&l, "needs ABI 0.9", "this fade offers 1.0");
    l = good;
    l.fingerprint = 8u << 24 | 4u << 16 | 4u << 8 | 4u;
    prove_says(&l, "8/4/4/4", "8/8/8/4");
    l = good;
    l.size = 12;
    prove_says(&l, "has 12 bytes", "needs 24");
    l = good;
    l.plugins = NULL;
    prove_says(&l, "lists no plugins", "at least one");
    l.plugins = none;
    prove_says(&l, "lists no plugins", "at least one");
    l.plugins = twice;
    prove_says(&l, "lists source x twice", "1 and 2");
}

static void descriptors_are_proved(void **unused)
{
    (void)unused;
    fade_desc d = sound_desc();
    const fade_desc *list[] = { &d, NULL };
    const fade_library l = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof(fade_library), list };
    static const fade_param row;
    d.size = 40;
    prove_says(&l, "descriptor 1 has 40 bytes", "needs 152");
    d = sound_desc();
    d.doc = NULL;
    prove_says(&l, "has no doc (NULL)", "needs a text");
    d = sound_desc();
    d.iface = NULL;
    prove_says(&l, "has no iface()", "nothing to call");
    d = sound_desc();
    d.params = (fade_list){ NULL, 3, sizeof row };
    prove_says(&l, "params of x counts 3 rows", "has none");
    d.params = (fade_list){ &row, 1, 16 };
    prove_says(&l, "a row of params of x has 16 bytes", "needs 88");
    d.params = (fade_list){ &row, 1, sizeof row + 8 };
    assert_int_equal(library_prove(&l, "/p/foo.so", NULL), E_OK);
    d.columns.out = (fade_list){ &row, 1, 8 };
    prove_says(&l, "a row of columns.out of x has 8 bytes", "needs 72");
}

/* ---- folders and finding
 * ---------------------------------------------------------------------------------------------------- */

static void folders_have_an_order(void **unused)
{
    (void)unused;
    why w = { 0 };
    assert_int_equal(library_folder_add(given, &w), E_OK);
    assert_int_equal(library_folder_add(given, &w), E_OK);
    const char *const *f;
    size_t n = library_folders(&f);
    assert_int_equal(n, 4);
    assert_string_equal(f[0], given);
    assert_string_equal(f[1], listed);
    assert_string_equal(f[2], home);
    const char *build = getenv("FADE_BUILD");
    char plugins[PATH_MAX];
    snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
    struct stat a, b;
    if (stat(plugins, &a) == 0 && stat(f[3], &b) == 0)
        assert_int_equal(a.st_ino, b.st_ino);
    else
        assert_non_null(strstr(f[3], "/plugins"));
}

static void folders_are_looked_at(void **unused)
{
    (void)unused;
    why w = { 0 };
    const char *open = at(top, "open");
    mkdir(open, 0755);
    chmod(open, 0777);
    assert_int_equal(library_folder_add(open, &w), E_PLUGIN);
    assert_non_null(strstr(w.text, "anyone may write"));
    assert_non_null(strstr(w.text, "mode 0777"));
    assert_int_equal(library_folder_add(at(top, "nowhere"), &w), E_PLUGIN);
    assert_non_null(strstr(w.text, "nowhere is no folder"));
    const char *const *f;
    assert_int_equal(library_folders(&f), 4);
}

static void first_folder_wins(void **unused)
{
    (void)unused;
    need_compiler();
    const plugin *p, *again;
    why w = { 0 };
    assert_true(compile(plain, at(listed, "alpha.so"), ""));
    assert_int_equal(library_find("alpha", &p, &w), E_OK);
    assert_string_equal(p->path, at(listed, "alpha.so"));
    assert_true(compile(plain, at(given, "alpha.so"), "-DDOC='\"Another.\"'"));
    assert_int_equal(library_find("alpha", &again, &w), E_OK);
    assert_string_equal(again->path, at(given, "alpha.so"));
    assert_string_equal(again->desc->doc, "Another.");
    const plugin *third;
    assert_int_equal(library_find_kind("alpha", "source", &third, &w), E_OK);
    assert_ptr_equal(third, again);
    char hex[65];
    assert_int_equal(file_sha256(at(given, "alpha.so"), hex, &w), E_OK);
    assert_string_equal(again->sha256, hex);
    assert_string_equal(getenv("OMP_WAIT_POLICY"), "PASSIVE");
}

static void absent_is_said(void **unused)
{
    (void)unused;
    need_compiler();
    REFUSED("alhpa", NULL, "there is no plugin 'alhpa'", "did you mean 'alpha'?", given, listed, home);
    REFUSED("zzzzzzzzzz", NULL, "there is no plugin 'zzzzzzzzzz'; searched");
    REFUSED("../alpha", NULL, "'../alpha' is no plugin's id");
    REFUSED("", NULL, "is no plugin's id");
    REFUSED("alpha", "physics", "plugin alpha", "is a source, but a physics is wanted");
    REFUSED("alpha", "output", "is a source, but an output is wanted");
    assert_true(compile(plain, at(given, "wrongname.so"), ""));
    REFUSED("wrongname", NULL, "the file holds alpha, not wrongname");
}

static void two_kinds_share_an_id(void **unused)
{
    (void)unused;
    need_compiler();
    const plugin *p;
    why w = { 0 };
    assert_true(compile(plain, at(given, "shared.so"), "-DID='\"shared\"' -DKIND='\"output\"' -DBODY='abort()'"));
    assert_true(compile(plain, at(given, "source-shared.so"), "-DID='\"shared\"'"));
    assert_int_equal(library_find_kind("shared", "source", &p, &w), E_OK);
    assert_string_equal(p->path, at(given, "source-shared.so"));
    assert_int_equal(library_find("source-shared", &p, &w), E_OK);
    assert_string_equal(p->desc->id, "shared");
    unlink(at(given, "shared.so"));
    assert_int_equal(library_find("shared", &p, &w), E_OK);
    assert_string_equal(p->desc->kind, "source");
}

/* ---- refusals of files
 * ------------------------------------------------------------------------------------------------------- */

static void damaged_files(void **unused)
{
    (void)unused;
    need_compiler();
    why w = { 0 };
    char *bytes;
    size_t n;
    assert_int_equal(file_write(at(given, "words.so"), "not a library\n", 14, &w), E_OK);
    REFUSED("words", NULL, "plugin words (", "cannot be loaded", "ELF");
    assert_int_equal(file_read(at(given, "alpha.so"), 1 << 24, &bytes, &n, &w), E_OK);
    for (size_t part = 0; part < 4; part++) {
        assert_int_equal(file_write(at(given, "half.so"), bytes, n * part / 4, &w), E_OK);
        REFUSED("half", NULL, "plugin half (", "cannot be loaded");
    }
    free(bytes);
    mkdir(at(given, "folder.so"), 0755);
    REFUSED("folder", NULL, "is not a file");
    rmdir(at(given, "folder.so"));
    unlink(at(given, "half.so"));
}

static void broken_libraries(void **unused)
{
    (void)unused;
    need_compiler();
    assert_true(compile(plain, at(given, "beta.so"),
                        "-DID='\"beta\"' '-DBODY=extern void missing_symbol(void); missing_symbol()'"));
    REFUSED("beta", NULL, "plugin beta (", "cannot be loaded: undefined symbol: missing_symbol");
    assert_true(compile("int nothing;\n", at(given, "gamma.so"), ""));
    REFUSED("gamma", NULL, "exports no fade_library_v1", "this fade needs one");
    assert_true(compile("void fade_library_v1(void);\nvoid fade_library_v1(void) {}\n", at(given, "delta.so"), ""));
    REFUSED("delta", NULL, "its fade_library_v1 is not data");
    assert_true(
        compile("extern const int fade_library_v1;\nconst int fade_library_v1 = 3;\n", at(given, "epsilon.so"), ""));
    REFUSED("epsilon", NULL, "its fade_library_v1 has 4 bytes, this fade needs 24");
    assert_true(
        compile(plain, at(given, "zeta.so"), "-DID='\"zeta\"' '-DFADE_ABI_NEED=FADE_ABI(1,3)' '-DBODY=abort()'"));
    REFUSED("zeta", NULL, "plugin zeta (", "needs ABI 1.3, this fade offers 1.0");
    assert_true(compile(plain, at(given, "eta.so"), "-DID='\"eta\"' -DNEXT=NULL"));
    REFUSED("eta", NULL, "plugin eta: its fade.source/1 has no next(), which this fade needs");
    assert_true(compile(plain, at(given, "theta.so"), "-DID='\"theta\"' '-DBODY=return NULL'"));
    REFUSED("theta", NULL, "plugin theta of kind source has no interface fade.source/1");
    assert_true(compile(plain, at(given, "iota.so"), "-DID='\"iota\"' -DDOC='\"\"'"));
    REFUSED("iota", NULL, "plugin iota", "doc is empty", "(doc-present)");
}

static void writable_is_refused(void **unused)
{
    (void)unused;
    need_compiler();
    why w = { 0 };
    const fade_library *l;
    assert_true(compile(plain, at(given, "kappa.so"), "-DID='\"kappa\"'"));
    chmod(at(given, "kappa.so"), 0666);
    REFUSED("kappa", NULL, "plugin kappa (", "is refused: anyone may write to", "mode 0666", "chmod o-w");
    chmod(at(given, "kappa.so"), 0644);
    chmod(given, 0777);
    REFUSED("kappa", NULL, "is refused: anyone may write to", "mode 0777");
    assert_int_equal(library_open_file(at(given, "kappa.so"), &l, &w), E_PLUGIN);
    const char *link = at(listed, "lambda.so");
    assert_int_equal(symlink(at(given, "kappa.so"), link), 0);
    REFUSED("lambda", NULL, "anyone may write to", given);
    chmod(given, 0755);
    assert_int_equal(library_open_file(at(given, "kappa.so"), &l, &w), E_OK);
    assert_string_equal(l->plugins[0]->id, "kappa");
    unlink(link);
}

/* ---- the rest
 * --------------------------------------------------------------------------------------------------------------- */

static int32_t rows_(void *o, const fade_block *b)
{
    (void)o;
    (void)b;
    return 0;
}

static int32_t open_(const fade_host *h, const fade_args *a, const fade_run *r, void **o)
{
    (void)h;
    (void)a;
    (void)r;
    (void)o;
    return 0;
}

static int32_t flush_(void *o)
{
    (void)o;
    return 0;
}

static int32_t close_(void *o, int32_t outcome, const char *reason)
{
    (void)o;
    (void)outcome;
    (void)reason;
    return 0;
}

static fade_output_v1 output = { sizeof output, 0, open_, rows_, NULL, flush_, close_ };

static const void *own_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output : NULL;
}

static const fade_desc own = { .size = sizeof own, .id = "mine", .kind = "output", .version = "1.0.0", .licence = "MIT",
                               .doc = "Of this test.", .cite = "", .iface = own_iface };
static const fade_desc *const own_list[] = { &own, NULL };
static const fade_library own_library = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof own_library, own_list };

static void builtins_come_first(void **unused)
{
    (void)unused;
    const plugin *p;
    why w = { 0 };
    library_register(&own_library);
    library_register(&own_library);
    assert_int_equal(library_find("mine", &p, &w), E_OK);
    assert_ptr_equal(p->desc, &own);
    assert_string_equal(p->path, "built in");
    assert_string_equal(p->sha256, "");
    REFUSED("mnie", NULL, "did you mean 'mine'?");
    REFUSED("mine", "source", "plugin mine (built in) is an output, but a source is wanted");
}

static void interfaces_are_looked_at(void **unused)
{
    (void)unused;
    assert_ptr_equal(library_iface(&own, "fade.output/1"), &output);
    assert_null(library_iface(&own, "fade.source/1"));
    output.flush = NULL;
    assert_null(library_iface(&own, "fade.output/1"));
    output.flush = flush_;
    output.size = 16;
    assert_null(library_iface(&own, "fade.output/1"));
    output.size = sizeof output;
}

static void all_are_listed(void **unused)
{
    (void)unused;
    need_compiler();
    library_entry *e;
    size_t n, alphas = 0, mine = 0, broken = 0;
    why w = { 0 };
    assert_int_equal(library_list(&e, &n, &w), E_OK);
    for (size_t i = 0; i < n; i++) {
        const fade_desc *d = e[i].plugin->desc;
        assert_string_equal(e[i].path, e[i].plugin->path);
        if (d)
            assert_int_equal(e[i].why.code, E_OK);
        alphas += d && strcmp(d->id, "alpha") == 0 && strcmp(e[i].path, at(given, "wrongname.so")) != 0;
        mine += d && strcmp(d->id, "mine") == 0;
        if (strcmp(e[i].path, at(given, "beta.so")) == 0 || strcmp(e[i].path, at(given, "iota.so")) == 0) {
            assert_null(d);
            assert_int_equal(e[i].why.code, E_PLUGIN);
            broken++;
        }
    }
    free(e);
    assert_int_equal(alphas, 1);
    assert_int_equal(mine, 1);
    assert_int_equal(broken, 2);
}

/* Each allocation fails once: a sentence, nothing lost; the next try works. */
static void memory_runs_out(void **unused)
{
    (void)unused;
    need_compiler();
    assert_true(compile(plain, at(given, "mu.so"), "-DID='\"mu\"'"));
    why w = { 0 };
    const plugin *p;
    int rc = E_NOMEM;
    for (long k = 1; rc != E_OK && k < 40; k++) {
        mem_fail_at(k);
        rc = library_find("mu", &p, &w);
        mem_fail_at(0);
        assert_true(rc == E_OK || *w.text);
    }
    assert_int_equal(rc, E_OK);
    for (long k = 1; k < 10; k++) {
        library_entry *e;
        size_t n;
        mem_fail_at(k);
        rc = library_list(&e, &n, &w);
        mem_fail_at(0);
        free(e);
    }
}

static void make_folders(void)
{
    snprintf(top, sizeof top, "%s/fade-library-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
    if (!mkdtemp(top) || !realpath(top, given))
        exit(99);
    snprintf(top, sizeof top, "%.4000s", given);
    snprintf(given, sizeof given, "%.4000s/given", top);
    snprintf(listed, sizeof listed, "%.4000s/listed", top);
    snprintf(home, sizeof home, "%.4000s/.local/lib/fade/plugins", top);
    if (file_mkdirs(given, NULL) || file_mkdirs(listed, NULL) || file_mkdirs(home, NULL))
        exit(99);
    chmod(given, 0755);
    chmod(listed, 0755);
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, ":relative/folder:%s:", listed);
    setenv("FADE_PLUGIN_PATH", path, 1);
    setenv("HOME", top, 1);
    unsetenv("OMP_WAIT_POLICY");
    compiler = compile(plain, at(top, "try.so"), "");
}

int main(void)
{
    umask(022);
    make_folders();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_proved),
        cmocka_unit_test(descriptors_are_proved),
        cmocka_unit_test(folders_have_an_order),
        cmocka_unit_test(folders_are_looked_at),
        cmocka_unit_test(first_folder_wins),
        cmocka_unit_test(absent_is_said),
        cmocka_unit_test(two_kinds_share_an_id),
        cmocka_unit_test(damaged_files),
        cmocka_unit_test(broken_libraries),
        cmocka_unit_test(writable_is_refused),
        cmocka_unit_test(builtins_come_first),
        cmocka_unit_test(interfaces_are_looked_at),
        cmocka_unit_test(all_are_listed),
        cmocka_unit_test(memory_runs_out),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    char command[PATH_MAX + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", top);
    return system(command) ? 99 : rc;
}
