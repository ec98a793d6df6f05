/* SPDX-License-Identifier: MIT
 * test_cli.c - command lines by their tables, problems as lines and JSON, the folder of a result.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/cli/cli.h"
#include "core/cli/run_folder.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/fade-test-cli-XXXXXX";

static int make_folder(void **unused)
{
    (void)unused;
    setenv("NO_COLOR", "1", 1);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static const cli_flag flags[] = {
    { "set", 's', "KEY=VALUE", "set a key", true },
    { "seed", 0, "N", "a number", false },
    { "mode", 'm', "fast|slow", "a word", false },
    { "dry-run", 'n', NULL, "a switch", false },
    { NULL, 0, NULL, NULL, false },
};

static int said_verb_run(int argc, char **argv);
static const char *const examples[] = { "fade say a", NULL };
static const cli_verb say = {
    .name = "say", .help = "say something", .args = "WORD", .flag = flags, .example = examples, .run = said_verb_run
};
static const cli_verb secret = {
    .name = "secret", .help = "nobody knows", .args = "", .run = said_verb_run, .hidden = true
};
static const cli_verb *const beneath[] = { &say, &secret, NULL };
static const cli_verb group = { .name = "group", .help = "verbs beneath", .args = "say", .sub = beneath };
static const cli_verb *const verbs[] = { &say, &group, &secret, NULL };

static int ran;
static int said_verb_run(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&say, argc, argv, 0, 2, &c);
    if (status != CLI_GO)
        return status;
    ran++;
    return 0;
}

/* Runs a command line in a process of its own, as main() does; what it says on stdout and stderr, and its exit status.
 */
static int run(const char *line, char *out, char *err, size_t room)
{
    char words[512], *argv[32], outs[64], errs[64];
    int argc = 0, status;
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word && argc < 31; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    snprintf(outs, sizeof outs, "%s/out", folder);
    snprintf(errs, sizeof errs, "%s/err", folder);
    fflush(NULL);
    pid_t child = fork();
    if (!child) {
        if (!freopen(outs, "w", stdout) || !freopen(errs, "w", stderr))
            _exit(99);
        int rc = cli_main(verbs, argc, argv);
        fflush(NULL);
        _exit(ran > 0 && rc == 0 ? 50 + ran : rc);
    }
    waitpid(child, &status, 0);
    const char *paths[] = { outs, errs };
    char *into[] = { out, err };
    for (int i = 0; i < 2; i++) {
        char *at = NULL;
        assert_int_equal(file_read(paths[i], 1 << 20, &at, NULL, NULL), E_OK);
        snprintf(into[i], room, "%s", at);
        free(at);
    }
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void values(void **unused)
{
    (void)unused;
    cli c;
    char *argv[] = { (char *)"say",    (char *)"-s", (char *)"a=1", (char *)"file",   (char *)"--set=b=2",
                     (char *)"--seed", (char *)"7",  (char *)"-n",  (char *)"--mode", (char *)"slow",
                     (char *)"--",     (char *)"-x", NULL };
    assert_int_equal(cli_parse(&say, 12, argv, 1, 2, &c), CLI_GO);
    const char *set[4];
    assert_int_equal(cli_all(&c, "set", set, 4), 2);
    assert_string_equal(set[0], "a=1");
    assert_string_equal(set[1], "b=2");
    assert_string_equal(cli_text(&c, "seed"), "7");
    assert_true(cli_has(&c, "dry-run"));
    assert_string_equal(cli_text(&c, "mode"), "slow");
    assert_null(cli_text(&c, "out"));
    assert_int_equal(c.narg, 2);
    assert_string_equal(c.arg[0], "file");
    assert_string_equal(c.arg[1], "-x");
}

static void wrong_lines(void **unused)
{
    (void)unused;
    static const struct { const char *line; int status; const char *says; } cases[] = {
        { "fade say --sead 7", 2, "did you mean --seed?" },
        { "fade say --qqqqqqqq", 2, "there is no flag --qqqqqqqq" },
        { "fade say -z", 2, "there is no flag -z" },
        { "fade say --seed", 2, "--seed wants N" },
        { "fade say --seed x7", 2, "--seed wants a whole number, not \"x7\"" },
        { "fade say --seed -7", 2, "a whole number" },
        { "fade say --mode medium", 2, "--mode wants fast|slow, not \"medium\"" },
        { "fade say --mode fas", 2, "fast|slow" },
        { "fade say --seed 1 --seed 2", 2, "--seed is given twice" },
        { "fade say --dry-run=1", 2, "--dry-run takes no value" },
        { "fade say a b c", 2, "\"c\" is one argument too many" },
        { "fade sya", 2, "did you mean \"fade say\"?" },
        { "fade secrte", 2, "there is no verb \"secrte\"" },
        { "fade group", 2, "fade group wants say" },
        { "fade group sai", 2, "did you mean \"fade group say\"?" },
        { "fade group say a b c", 2, "fade group say: \"c\"" },
        { "fade --colour always say", 2, "did you mean --color?" },
        { "fade --plugin-dir /no/such/folder say", 5, "/no/such/folder" },
        { "fade say --plugin-dir /no/such/folder", 5, "/no/such/folder" },
        { "fade", 2, "" },
    };
    char out[8192], err[4096];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = run(cases[i].line, out, err, sizeof err);
        if (status != cases[i].status || !strstr(err, cases[i].says))
            fail_msg("%s: %d, %s", cases[i].line, status, err);
        if (strstr(err, "secret") && !strstr(cases[i].line, "secrte"))
            fail_msg("%s tells of what is hidden", cases[i].line);
    }
}

static void good_lines(void **unused)
{
    (void)unused;
    static const char *const lines[] = { "fade say a",
                                         "fade -q -v say",
                                         "fade say -vv --json a b",
                                         "fade group say a",
                                         "fade --color never group -q say",
                                         "fade secret" };
    char out[8192], err[4096];
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (run(lines[i], out, err, sizeof err) != 51)
            fail_msg("%s: %s", lines[i], err);
}

static void help(void **unused)
{
    (void)unused;
    static const struct { const char *line, *says, *not; } cases[] = {
        { "fade --help", "  group say", "secret" },
        { "fade help", "Exit status", "secret" },
        { "fade say --help", "  -m, --mode fast|slow ", NULL },
        { "fade say -h", "fade say a\n", NULL },
        { "fade help say", "usage: fade say [flags] WORD", NULL },
        { "fade group --help", "group say WORD", "secret" },
        { "fade group say --help", "usage: fade group say [flags] WORD", NULL },
        { "fade say --help", "--plugin-dir DIR", NULL },
        { "fade say --help", "set a key (repeatable)", NULL },
    };
    char out[8192], err[8192];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = run(cases[i].line, out, err, sizeof err);
        if (status || !strstr(out, cases[i].says) || *err)
            fail_msg("%s: %d, %s%s", cases[i].line, status, out, err);
        if (cases[i].not && strstr(out, cases[i].not))
            fail_msg("%s says %s", cases[i].line, cases[i].not);
    }
    assert_int_equal(run("fade help nothing", out, err, sizeof err), 2);
}

static int take(const char *at, bool overwrite, bool resume, why *w)
{
    int lock;
    int rc = run_folder_take(at, overwrite, resume, &lock, w);
    file_unlock(lock);
    return rc;
}

static void put_file(const char *at, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at, name);
    assert_int_equal(file_write(path, "x", 1, NULL), E_OK);
}

static bool there(const char *at, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", at, name);
    return file_exists(path);
}

static void folders_of_results(void **unused)
{
    (void)unused;
    why w = { 0 };
    char at[128];
    int lock;
    snprintf(at, sizeof at, "%s/results/a", folder);
    assert_int_equal(take(at, false, true, &w), E_USAGE);
    assert_non_null(strstr(w.text, "nothing to resume"));
    assert_false(file_exists(at));                      /* and nothing is made */
    assert_int_equal(run_folder_take(at, false, false, &lock, &w), E_OK);
    assert_int_equal(take(at, false, false, &w), E_FAILED);
    assert_non_null(strstr(w.text, "another run"));
    file_unlock(lock);
    assert_int_equal(take(at, false, false, &w), E_OK); /* a lock alone is no result */
    assert_int_equal(run_folder_write(at, "scenario.toml", "a = 1\n", &w), E_OK);
    put_file(at, "state.fade");
    put_file(at, "state.fade.123.tmp");
    put_file(at, "result.json");
    put_file(at, "rows.csv");
    put_file(at, "scenario.toml.mine");
    assert_int_equal(take(at, false, false, &w), E_USAGE);
    assert_non_null(strstr(w.text, "--overwrite"));
    assert_non_null(strstr(w.text, "--resume"));
    assert_int_equal(take(at, false, true, &w), E_OK);
    assert_true(there(at, "state.fade"));
    assert_int_equal(take(at, true, false, &w), E_OK);
    assert_false(there(at, "state.fade") || there(at, "state.fade.123.tmp") || there(at, "result.json") ||
                 there(at, "scenario.toml"));
    assert_true(there(at, "rows.csv") && there(at, "scenario.toml.mine"));      /* not fade's to remove */
}

static void folders_of_others(void **unused)
{
    (void)unused;
    why w = { 0 };
    char at[128];
    snprintf(at, sizeof at, "%s/mine", folder);
    assert_int_equal(file_mkdirs(at, &w), E_OK);
    assert_int_equal(take(at, false, false, &w), E_OK); /* empty is free */
    snprintf(at, sizeof at, "%s/full", folder);
    assert_int_equal(file_mkdirs(at, &w), E_OK);
    put_file(at, "thesis.tex");
    assert_int_equal(take(at, false, false, &w), E_USAGE);
    assert_int_equal(take(at, true, false, &w), E_USAGE);
    assert_non_null(strstr(w.text, "no result of fade"));
    assert_true(there(at, "thesis.tex") && !there(at, "lock"));
    snprintf(at, sizeof at, "%s/full/thesis.tex", folder);
    assert_int_equal(take(at, false, false, &w), E_USAGE);
    assert_non_null(strstr(w.text, "is a file"));
    assert_int_equal(take("/proc/no/such", false, false, &w), E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(wrong_lines), cmocka_unit_test(good_lines), cmocka_unit_test(help),
        cmocka_unit_test(folders_of_results), cmocka_unit_test(folders_of_others),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
