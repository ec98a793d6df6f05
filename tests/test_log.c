/* SPDX-License-Identifier: MIT
 * test_log.c - log lines as text and JSON, levels, rotation, threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char folder[] = "/tmp/fade-test-log-XXXXXX";
static char path[64];

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static char *all_of(const char *file)
{
    char *at = NULL;
    assert_int_equal(file_read(file, 1 << 24, &at, NULL, NULL), E_OK);
    return at;
}

static void opened(int level, bool as_json, uint64_t rotate, int keep)
{
    static int opens;
    why w = { 0 };
    snprintf(path, sizeof path, "%s/log%d", folder, opens++);
    assert_int_equal(log_open(&(log_options){ level, as_json, path, rotate, keep, 0 }, &w), E_OK);
}

static void text_lines(void **unused)
{
    (void)unused;
    opened(LOG_INFO, false, 0, 0);
    uint64_t before = log_count(LOG_DEBUG);
    log_say(LOG_DEBUG, NULL, "not kept");
    log_say(LOG_INFO, NULL, "cell %d done", 7);
    log_say(LOG_ERROR, (log_field[]){ { "cell", "B0005" }, { "skip", NULL }, { "why", "two words" }, { NULL, NULL } },
            "over\nhere");
    assert_int_equal(log_count(LOG_DEBUG), before + 1);
    assert_true(log_wants(LOG_INFO) && !log_wants(LOG_DEBUG) && !log_wants(LOG_SILENT));
    log_close();
    char *at = all_of(path);
    assert_non_null(strstr(at, "Z info cell 7 done\n"));
    assert_non_null(strstr(at, "Z error over here cell=B0005 why=\"two words\"\n"));
    assert_null(strstr(at, "not kept"));
    free(at);
    assert_true(log_wants(LOG_WARNING) && !log_wants(LOG_INFO));        /* as before log_open */
}

static void json_lines(void **unused)
{
    (void)unused;
    opened(LOG_DEBUG, true, 0, 0);
    log_say(LOG_WARNING, (log_field[]){ { "key", "a\"b" }, { NULL, NULL } }, "line one\nline \"two\" \xff");
    log_say(LOG_DEBUG, NULL, "next");
    log_close();
    char *at = all_of(path), *end = strchr(at, '\n');
    *end = 0;
    json_t *o = json_loads(at, 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "level")), "warning");
    assert_string_equal(json_string_value(json_object_get(o, "message")), "line one\nline \"two\" \xef\xbf\xbd");
    assert_string_equal(json_string_value(json_object_get(o, "key")), "a\"b");
    assert_int_equal(strlen(json_string_value(json_object_get(o, "time"))), 24);
    json_decref(o);
    o = json_loads(end + 1, 0, NULL);
    assert_non_null(o);
    json_decref(o);
    free(at);
}

static void files_rotate(void **unused)
{
    (void)unused;
    opened(LOG_INFO, false, 1000, 2);
    for (int i = 0; i < 100; i++)
        log_say(LOG_INFO, NULL, "line %03d of a log that is about to be rotated", i);
    log_close();
    char name[80], *newest = all_of(path);
    assert_true(strlen(newest) <= 1000);
    assert_non_null(strstr(newest, "line 099"));
    free(newest);
    snprintf(name, sizeof name, "%s.1", path);
    char *one = all_of(name);
    snprintf(name, sizeof name, "%s.2", path);
    char *two = all_of(name);
    assert_true(strlen(one) <= 1000 && strlen(two) <= 1000);
    assert_true(atoi(strstr(two, "line ") + 5) < atoi(strstr(one, "line ") + 5));
    snprintf(name, sizeof name, "%s.3", path);
    assert_false(file_exists(name));
    free(one);
    free(two);
}

static void *talk(void *who)
{
    for (int i = 0; i < 500; i++)
        log_say(LOG_INFO, NULL, "thread %s says %d and not a word less", (const char *)who, i);
    return NULL;
}

static void threads_do_not_mix(void **unused)
{
    (void)unused;
    opened(LOG_INFO, false, 20000, 100);
    pthread_t a, b;
    char first[] = "a", second[] = "b";
    pthread_create(&a, NULL, talk, first);
    pthread_create(&b, NULL, talk, second);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    log_close();
    int lines = 0;
    for (int i = 0; i < 100; i++) {
        char name[80];
        snprintf(name, sizeof name, i ? "%s.%d" : "%s", path, i);
        if (!file_exists(name))
            continue;
        char *at = all_of(name);
        for (char *line = strtok(at, "\n"); line; line = strtok(NULL, "\n"), lines++)
            assert_true(strstr(line, "Z info thread ") && strstr(line, "not a word less"));
        free(at);
    }
    assert_int_equal(lines, 1000);
}

static void trouble(void **unused)
{
    (void)unused;
    why w = { 0 };
    assert_int_equal(log_open(&(log_options){ .level = LOG_INFO, .file = "/no/such/folder/log" }, &w), E_IO);
    assert_non_null(strstr(w.text, "/no/such/folder/log"));
    opened(LOG_INFO, true, 0, 0);
    mem_fail_at(1);
    log_say(LOG_INFO, NULL, "lost for want of memory");
    mem_fail_at(0);
    log_say(LOG_INFO, NULL, "kept");
    log_close();
    char *at = all_of(path);
    assert_non_null(strstr(at, "no memory for a log line"));
    assert_non_null(strstr(at, "kept"));
    free(at);
    assert_int_equal(log_open(&(log_options){ .level = LOG_INFO, .file = "/dev/full" }, &w), E_OK);
    log_say(LOG_INFO, NULL, "a full disk does not stop the work");
    log_say(LOG_INFO, NULL, "nor is it said twice");
    log_close();
}

static void levels(void **unused)
{
    (void)unused;
    assert_int_equal(log_level("debug"), LOG_DEBUG);
    assert_int_equal(log_level("INFO"), LOG_INFO);
    assert_int_equal(log_level("warn"), LOG_WARNING);
    assert_int_equal(log_level("Warning"), LOG_WARNING);
    assert_int_equal(log_level("error"), LOG_ERROR);
    assert_int_equal(log_level("silent"), LOG_SILENT);
    assert_int_equal(log_level("loud"), -1);
    log_say(99, NULL, "nothing");
    log_say(-1, NULL, "nothing");
    assert_int_equal(log_count(99), 0);
}

/* What a source says is kept, and once, where tries are silent. */
static void sources_are_heard(void **unused)
{
    (void)unused;
    opened(LOG_SILENT, false, 0, 0);
    log_close();
    why w = { 0 };
    log_options o = { .level = LOG_SILENT, .file = path, .reading = LOG_WARNING };
    assert_int_equal(log_open(&o, &w), E_OK);
    log_say(LOG_WARNING, NULL, "a try");
    for (int i = 0; i < 2; i++) {
        log_reading(true);
        log_say(LOG_WARNING, NULL, "8 lines are skipped");
        log_say(LOG_INFO, NULL, "less than that");
        log_reading(false);
    }
    log_say(LOG_WARNING, NULL, "another try");
    log_close();
    char *at = all_of(path), *said = strstr(at, "8 lines are skipped");
    assert_non_null(said);
    assert_null(strstr(said + 1, "8 lines"));
    assert_null(strstr(at, "try"));
    assert_null(strstr(at, "less"));
    free(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_lines),         cmocka_unit_test(json_lines), cmocka_unit_test(files_rotate),
        cmocka_unit_test(threads_do_not_mix), cmocka_unit_test(trouble),    cmocka_unit_test(levels),
        cmocka_unit_test(sources_are_heard),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
