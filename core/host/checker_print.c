/* SPDX-License-Identifier: MIT
 * checker_print.c - what a check found, for people and for programs.
 */
#include "core/base/json.h"
#include "core/host/checker_inside.h"
#include <stdlib.h>
#include <string.h>

static const char *const status_words[] = { "ok", "note", "skip", "warn", "fail" };

const char *checker_word(int status)
{
    return status >= CHECKER_OK && status <= CHECKER_FAIL ? status_words[status] : "?";
}

static size_t count(const checker_result *r, int status)
{
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++)
        n += r->row[i].status == status;
    return n;
}

/* Lines under a row are indented below its text. */
static void indented(text *out, const char *said)
{
    for (; *said; said++) {
        text_addc(out, *said);
        if (*said == '\n')
            text_add(out, "                           ");
    }
}

void checker_text(const checker_result *r, text *out)
{
    text_addf(out, "%s\n", r->path);
    if (r->plugins && *r->plugins)
        text_addf(out, "holds %s\n", r->plugins);
    bool several = r->plugins && strchr(r->plugins, ',');
    for (size_t i = 0; i < r->n; i++) {
        const checker_row *row = &r->row[i];
        text_addf(out, "  %-5s %-18s ", checker_word(row->status), row->test);
        if (several && *row->plugin)
            text_addf(out, "[%s] ", row->plugin);
        indented(out, row->text);
        text_addc(out, '\n');
        const trial_test *test = checker_test(row->test);
        if (row->status >= CHECKER_WARN && test)
            text_addf(out, "                           %s  (%s)\n", test->say, test->doc);
    }
    text_addf(out, "%zu tests: %zu ok, %zu failed, %zu warnings, %zu skipped\n", r->n,
              count(r, CHECKER_OK) + count(r, CHECKER_NOTE), count(r, CHECKER_FAIL), count(r, CHECKER_WARN),
              count(r, CHECKER_SKIP));
}

void checker_json(const checker_result *r, text *out)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "path", r->path);
    json_text(&j, "plugins", r->plugins);
    json_whole(&j, "failed", (int64_t)count(r, CHECKER_FAIL));
    json_whole(&j, "warnings", (int64_t)count(r, CHECKER_WARN));
    json_open(&j, "rows", '[');
    for (size_t i = 0; i < r->n; i++) {
        const checker_row *row = &r->row[i];
        const trial_test *test = checker_test(row->test);
        json_open(&j, NULL, '{');
        json_text(&j, "test", row->test);
        json_text(&j, "plugin", row->plugin);
        json_text(&j, "status", checker_word(row->status));
        json_text(&j, "text", row->text);
        json_text(&j, "why", test ? test->say : "");
        json_text(&j, "doc", test ? test->doc : "");
        json_number(&j, "seconds", row->seconds);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    json_close(&j, '}');
    char *made = text_take(&j.out);
    text_addf(out, "%s\n", made ? made : "{}");
    free(made);
}

void checker_table(text *out)
{
    size_t n;
    const trial_test *test = checker_tests(&n);
    for (size_t i = 0; i < n; i++)
        text_addf(out, "%-18s %-5s %s\n", test[i].id, checker_word(test[i].severity), test[i].say);
}
