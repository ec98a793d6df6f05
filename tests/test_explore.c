/* SPDX-License-Identifier: MIT
 * test_explore.c - measured data as a report: what is read, what is flagged, rests, and what is no data.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/library.h"
#include "core/report/explore.h"
#include "tests/data.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static int begin(void **state)
{
    (void)state;
    char plugins[256];
    const char *build = getenv("FADE_BUILD");
    why w = { 0 };
    snprintf(plugins, sizeof plugins, "%s/plugins", build ? build : "build");
    strcpy(folder, "/tmp/fade-explore-XXXXXX");
    return library_folder_add(plugins, &w) || !mkdtemp(folder) ? 1 : 0;
}

static int end(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *words)
{
    why w = { 0 };
    assert_int_equal(file_write(in_folder(name), words, strlen(words), &w), E_OK);
}

static char *report(const char *data)
{
    char out[160], *html = NULL;
    size_t n;
    why w = { 0 };
    snprintf(out, sizeof out, "%s/out.html", folder);
    if (report_data(data, NULL, out, &w))
        fail_msg("%s", w.text);
    assert_int_equal(file_read(out, 64 << 20, &html, &n, &w), E_OK);
    return html;
}

static void has(const char *html, const char *what)
{
    if (!strstr(html, what))
        fail_msg("\"%s\" is not in it", what);
}

/* Cells that lose 10 mAh a cycle, a cycle each 5 h but one after a week. */
static void write_cells(const char *name, int cells, int cycles)
{
    text t = { 0 };
    text_add(&t, "cell,cycle,start_time,capacity_ah,temperature_mean_c,internal_resistance_ohm,flag\n");
    for (int c = 0; c < cells; c++)
        for (int k = 1; k <= cycles; k++) {
            int hours = 5 * k + (k >= 20 ? 168 : 0);
            text_addf(&t, "K%02d,%d,2026-01-%02dT%02d:00:00Z,%g,%d,%g,%s\n", c, k, 1 + hours / 24, hours % 24,
                      2 - 0.01 * k, 20 + c + k % 3, 0.05 + 0.001 * k, k == 9 ? "odd" : "");
        }
    put(name, text_of(&t));
    text_free(&t);
}

static void a_table_of_cycles(void **state)
{
    (void)state;
    write_cells("cells.csv", 2, 60);
    char *html = report(in_folder("cells.csv"));
    has(html, "<title>cells.csv</title>");
    has(html, "2 cells, 120 cycles, from 1 file");
    has(html, "K00: capacity goes from 1.99 to 1.4 Ah in 60 cycles.");
    has(html, "<td class=\"t\">K01<td>60<td>1.99<td>1.4<td>70.35<td>41<td>0<td>1");
    has(html, "<td class=\"t\">odd<td>2");
    has(html, "the longest gap is 7.208 days, before cycle 20 of K00");
    has(html, "\"name\":\"resistance\"");
    has(html, "Temperature distribution across cycles");
    free(html);
}

static void many_cells(void **state)
{
    (void)state;
    write_cells("many.csv", 14, 40);
    char *html = report(in_folder("many.csv"));
    has(html, "Capacity of 14 cells");
    has(html, "the median goes from 1.99 to 1.6 Ah");
    free(html);
}

static void a_folder_of_files(void **state)
{
    (void)state;
    char path[160];
    why w = { 0 };
    snprintf(path, sizeof path, "%s/set", folder);
    assert_int_equal(file_mkdirs(path, &w), E_OK);
    write_cells("set/one.csv", 1, 30);
    put("set/two.csv", "cell,cycle,capacity_ah\nZ,1,1.5\nZ,2,1.4\n");
    put("set/words.csv", "title,author\nA,B\n");
    put("set/notes.txt", "nothing");
    char *html = report(path);
    has(html, "2 cells, 32 cycles, from 2 files");
    has(html, "words.csv is left out: ");
    free(html);
}

static void a_nasa_recording(void **state)
{
    (void)state;
    const char *path = data_file("nasa/B0005.mat");
    if (!path)
        skip();
    char *html = report(path);
    has(html, "1 cell, 168 cycles, from 1 file");
    has(html, "capacity goes from 1.856 to 1.325 Ah in 168 cycles");
    has(html, "before cycle 20 of B0005");
    free(html);
}

static void what_is_no_data(void **state)
{
    (void)state;
    why w = { 0 };
    char empty[160];
    snprintf(empty, sizeof empty, "%s/empty", folder);
    assert_int_equal(file_mkdirs(empty, &w), E_OK);
    assert_int_equal(report_data(empty, NULL, in_folder("x.html"), &w), E_INPUT);
    has(w.text, "holds no result, and no file");
    assert_int_equal(report_data("/no/such/file.csv", NULL, in_folder("x.html"), &w), E_IO);
    has(w.text, "/no/such/file.csv");
    put("bad.mat", "this is no recording");
    assert_int_not_equal(report_data(in_folder("bad.mat"), NULL, in_folder("x.html"), &w), E_OK);
    assert_true(*w.text);
    assert_false(file_exists(in_folder("x.html")));
}

static void short_of_memory(void **state)
{
    (void)state;
    write_cells("small.csv", 1, 30);
    char data[160];
    int failed = 0;
    snprintf(data, sizeof data, "%s", in_folder("small.csv"));
    for (long k = 1; k < 80; k++) {
        why w = { 0 };
        mem_fail_at(k);
        int rc = report_data(data, NULL, in_folder("m.html"), &w);
        mem_fail_at(0);
        failed += rc != E_OK;
        if (rc && !*w.text)
            fail_msg("allocation %ld fails with %d and no word", k, rc);
    }
    assert_true(failed > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_of_cycles), cmocka_unit_test(many_cells),      cmocka_unit_test(a_folder_of_files),
        cmocka_unit_test(a_nasa_recording),  cmocka_unit_test(what_is_no_data), cmocka_unit_test(short_of_memory),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
