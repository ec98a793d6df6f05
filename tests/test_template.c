/* SPDX-License-Identifier: MIT
 * test_template.c - `fade plugin new`: a folder of each kind is whole, builds, and passes its own check; others are
 * refused with a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/file.h"
#include "core/host/template.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const kinds[] = { "physics", "cell", "corrector", "source", "output" };
enum { KINDS = sizeof kinds / sizeof kinds[0] };
static char folder[512];

static const char *build(void)
{
    const char *b = getenv("FADE_BUILD");
    return b && *b ? b : "build";
}

static int begin(void **s)
{
    (void)s;
    strcpy(folder, "/tmp/fade-template-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int end(void **s)
{
    char command[600];
    (void)s;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void every_kind_passes_its_check(void **s)
{
    char command[2000], cwd[512], *fade = realpath(build(), NULL);
    (void)s;
    assert_non_null(fade);
    assert_non_null(getcwd(cwd, sizeof cwd));
    unsetenv("MAKEFLAGS");
    for (size_t i = 0; i < KINDS; i++) {
        snprintf(command, sizeof command,
                 "%s/fade plugin new %s my-%s --dir '%s' 2>/dev/null && make -s -C '%s/my-%s' FADE=%s/fade "
                 "FADE_INCLUDE=%s/core my-%s.so && %s/fade plugin check '%s/my-%s/my-%s.so' > '%s/log'",
                 fade, kinds[i], kinds[i], folder, folder, kinds[i], fade, cwd, kinds[i], fade, folder, kinds[i],
                 kinds[i], folder);
        int rc = system(command);
        char *log = NULL, path[600];
        size_t n;
        snprintf(path, sizeof path, "%s/log", folder);
        assert_int_equal(file_read(path, 1 << 20, &log, &n, NULL), E_OK);
        if (rc || !strstr(log, " 0 failed, 0 warnings, 0 skipped"))
            fail_msg("%s: status %d\n%s", kinds[i], rc, log);
        free(log);
    }
    free(fade);
}

static void tokens_are_replaced(void **s)
{
    char path[600], *at;
    size_t n;
    why w = { 0 };
    (void)s;
    snprintf(path, sizeof path, "%s/a-law", folder);
    assert_int_equal(template_write("physics", "a-law", path, &(template_place){ "/inc", "/bin/fade" }, &w), E_OK);
    snprintf(path, sizeof path, "%s/a-law/Makefile", folder);
    assert_int_equal(file_read(path, 1 << 20, &at, &n, NULL), E_OK);
    assert_non_null(strstr(at, "NAME         := a-law\n"));
    assert_non_null(strstr(at, "FADE_INCLUDE ?= /inc\n"));
    assert_non_null(strstr(at, "FADE         ?= /bin/fade\n"));
    assert_null(strstr(at, "@ID@"));
    free(at);
    snprintf(path, sizeof path, "%s/a-law", folder);
    assert_int_equal(template_write("physics", "a-law", path, &(template_place){ "/inc", "fade" }, &w), E_INPUT);
    assert_non_null(strstr(w.text, "is there already: nothing was written"));
}

static void what_is_no_kind_or_name_is_refused(void **s)
{
    static const char *const names[] = { "", "My-law", "1law", "a_law", "../law", "a/b" };
    template_place p = { "/inc", "fade" };
    char path[600];
    why w = { 0 };
    (void)s;
    snprintf(path, sizeof path, "%s/never", folder);
    assert_int_equal(template_write("phisics", "x", path, &p, &w), E_USAGE);
    assert_non_null(strstr(w.text, "there is no kind \"phisics\"; did you mean \"physics\"?"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(template_write("output", names[i], path, &p, &w), E_USAGE);
        assert_non_null(strstr(w.text, "is no name for a plugin"));
    }
    assert_false(file_exists(path));
    assert_int_equal(template_write("output", "x", "/proc/nowhere/x", &p, &w), E_IO);
}

static void every_kind_has_its_files(void **s)
{
    static const size_t count[KINDS] = { 5, 5, 5, 6, 5 };
    (void)s;
    for (size_t i = 0; i < KINDS; i++) {
        const char *name;
        size_t k = 0;
        while (template_file(kinds[i], k, &name)) {
            assert_true(strlen(template_file(kinds[i], k, &name)) > 20);
            k++;
        }
        assert_int_equal(k, count[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_has_its_files),
        cmocka_unit_test(tokens_are_replaced),
        cmocka_unit_test(what_is_no_kind_or_name_is_refused),
        cmocka_unit_test(every_kind_passes_its_check),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
