/* SPDX-License-Identifier: MIT
 * test_report.c - reports: the page, its escapes, its numbers, results, comparisons and sweeps as one file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/library.h"
#include "core/report/page.h"
#include "core/report/report.h"
#include "core/report/report_gather.h"
#include "core/report/report_inside.h"
#include "core/report/report_output.h"
#include "core/report/report_state.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN(said) ((char *)(uintptr_t)(said))           /* results own their texts */

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/fade-report-XXXXXX");
    return mkdtemp(folder) ? 0 : 1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *slurp(const char *name)
{
    char *at = NULL;
    size_t n;
    why w = { 0 };
    if (file_read(in_folder(name), 64 << 20, &at, &n, &w))
        fail_msg("%s", w.text);
    return at;
}

static size_t times(const char *html, const char *what)
{
    size_t n = 0;
    for (const char *at = html; (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

static void has(const char *html, const char *what)
{
    if (!strstr(html, what))
        fail_msg("\"%s\" is not in it", what);
}

static void has_not(const char *html, const char *what)
{
    if (strstr(html, what))
        fail_msg("\"%s\" is in it", what);
}

/* --- frames --- */

static int column(frame *f, const char *name)
{
    why w = { 0 };
    int at = frame_add_column(f, name, NULL, NULL, NULL, &w);
    assert_true(at >= 0);
    return at;
}

static const char *const scenario_text = "[run]\nname = \"x\"\n[cell]\nnominal_capacity = \"2 Ah\"\n[evaluate]\nsplit "
                                         "= { kind = \"holdout\", fraction = 0.5 }\n";

/* Cells that lose 2 mAh a cycle; "law" says 1 mAh, with its correction 1.9 mAh; a second law loses nothing. */
static void fill(frame *f, size_t cells, size_t cycles)
{
    int measured = column(f, "capacity_ah"), t = column(f, "temperature_mean_celsius");
    int physics = column(f, "physics_capacity_ah"), hybrid = column(f, "hybrid_capacity_ah");
    int lower = column(f, "hybrid_lower_ah"), upper = column(f, "hybrid_upper_ah");
    int sei = column(f, "physics_loss_sei_ratio"), cycling = column(f, "physics_loss_cycle_ratio");
    why w = { 0 };
    for (size_t c = 0; c < cells; c++)
        for (size_t k = 1; k <= cycles; k++)
            for (int v = 0; v < 2; v++) {
                char name[32];
                size_t at;
                snprintf(name, sizeof name, "C%03zu", c);
                assert_int_equal(
                    frame_add_row(f, name, v ? "still+ridge" : "law+ridge", (int64_t)k, INT64_MIN, &at, &w), E_OK);
                double n = (double)k, spread = 0.0001 * (double)c;
                f->col[measured].v[at] = 2 - (0.002 + spread) * n;
                f->col[t].v[at] = 25 + 0.01 * n + (double)c;
                f->col[physics].v[at] = v ? 2 : 2 - 0.001 * n;
                f->col[hybrid].v[at] = v ? 2 : k > cycles / 2 ? 2 - (0.0019 + spread) * n : 2 - 0.001 * n;
                f->col[lower].v[at] = k > cycles / 2 ? f->col[hybrid].v[at] - 0.02 : NAN;
                f->col[upper].v[at] = k > cycles / 2 ? f->col[hybrid].v[at] + 0.02 : NAN;
                f->col[sei].v[at] = v ? NAN : 0.0003 * n;
                f->col[cycling].v[at] = v ? NAN : 0.0002 * n;
            }
}

static json_t *about_of(const char *name)
{
    json_error_t e;
    json_t *j = json_loads(
        "{\"run\":\"01RUN\",\"outcome\":\"ok\",\"cells\":2,\"rows\":400,\"failed\":0,\"seconds\":0.5,"
        "\"lanes\":[{\"cell\":\"C000\",\"physics\":\"law\",\"end\":\"failed\",\"reason\":\"it <b>broke</b>\"}],"
        "\"scores\":[{\"variant\":\"law+ridge\",\"model\":\"physics\",\"n\":100,\"rmse\":0.02,\"mae\":0.01,\"r2\":0.9},"
        "{\"variant\":\"law+ridge\",\"model\":\"hybrid\",\"n\":100,\"rmse\":0.01,\"mae\":0.02,\"r2\":0.95,\"picp\":0.5}"
        ","
        "{\"variant\":\"naive\",\"model\":\"persistence\",\"n\":100,\"rmse\":0.05,\"mae\":0.04,\"r2\":-1.0}],"
        "\"made_by\":{\"fade\":\"0.1.0\",\"isa\":\"avx2\",\"seed\":7,\"plugins\":[{\"id\":\"law\",\"kind\":\"physics\","
        "\"version\":\"1.2.3\",\"sha256\":\"beef\"}]}}",
        0, &e);
    if (!j)
        fail_msg("%s", e.text);
    json_object_set_new(j, "name", json_string(name));
    return j;
}

static char *report(result *const *r, size_t n, const compare *c, const report_options *o)
{
    why w = { 0 };
    if (report_html(r, n, c, o, in_folder("r.html"), &w))
        fail_msg("%s", w.text);
    return slurp("r.html");
}

static void close_result(result *r)
{
    json_decref(r->about);
    frame_free(&r->rows);
}

/* --- numbers --- */

static void thinning_keeps_the_extremes(void **state)
{
    (void)state;
    double x[1000], y[1000];
    for (int i = 0; i < 1000; i++) {
        x[i] = i;
        y[i] = i == 501 ? 9 : i == 502 ? -9 : sin(i / 50.0);
    }
    size_t n = report_thin(x, y, 1000, 100);
    bool high = false, low = false;
    assert_in_range(n, 50, 100);
    for (size_t i = 0; i < n; i++) {
        high = high || (y[i] > 8.9 && x[i] > 500.5 && x[i] < 501.5);
        low = low || y[i] < -8.9;
        assert_true(i == 0 || x[i] > x[i - 1]);
    }
    assert_true(high && low);
    assert_float_equal(x[0], 0, 0);
    assert_float_equal(x[n - 1], 999, 0);
    assert_int_equal(report_thin(x, y, 10, 100), 10);
}

static void quantiles_ranks_and_shares(void **state)
{
    (void)state;
    double v[] = { 4, 1, 3, 2, 5 }, rank[5], share[2], tied[] = { 1, 2, 2, 3 };
    size_t order[5];
    report_ranks(v, 5, order, rank);
    assert_float_equal(rank[0], 4, 0);
    assert_float_equal(rank[4], 5, 0);
    report_ranks(tied, 4, order, rank);
    assert_float_equal(rank[1], 2.5, 0);
    assert_float_equal(rank[2], 2.5, 0);
    report_sort(v, 5);
    assert_float_equal(report_quantile(v, 5, 0.5), 3, 0);
    assert_float_equal(report_quantile(v, 5, 0.05), 1.2, 1e-12);
    assert_true(isnan(report_quantile(v, 0, 0.5)));
    report_bins(v, 5, 0, 6, share, 2);
    assert_float_equal(share[0], 40, 1e-9);
    assert_float_equal(share[1], 60, 1e-9);
    double up[] = { 1, 2, 3 }, down[] = { 3, 2, 1 }, flat[] = { 1, 1, 1 };
    assert_float_equal(report_correlation(up, down, 3), -1, 1e-12);
    assert_true(isnan(report_correlation(up, flat, 3)));
}

/* --- the page --- */

static void the_page_escapes_everything(void **state)
{
    (void)state;
    text t = { 0 };
    page_escape(&t, "a<b>&\"c'</script>");
    assert_string_equal(text_of(&t), "a&#60;b&#62;&#38;&#34;c&#39;&#60;/script&#62;");
    text_free(&t);
    static const struct { double v; const char *said;
    } numbers[] = {
        { 1.85649, "1.856" },        { 6400, "6400" }, { 123456, "123456" },
        { 0.00012345, "0.0001234" }, { NAN, "-" },     { -0.5, "-0.5" },
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        page_number(&t, numbers[i].v);
        assert_string_equal(text_of(&t), numbers[i].said);
        text_free(&t);
    }
}

static void names_cannot_break_out(void **state)
{
    (void)state;
    static const char evil[] = "</script><img src=x onerror=alert(1)>";
    result r = { .name = OWN(evil), .scenario = OWN(evil), .about = about_of(evil) };
    size_t at;
    why w = { 0 };
    int measured = column(&r.rows, "capacity_ah"), physics = column(&r.rows, "physics_capacity_ah");
    for (int i = 0; i < 50; i++) {
        assert_int_equal(frame_add_row(&r.rows, evil, evil, i, INT64_MIN, &at, &w), E_OK);
        r.rows.col[measured].v[at] = r.rows.col[physics].v[at] = 2 - 0.01 * i;
    }
    char *html = report((result *[]){ &r }, 1, NULL, NULL);
    has_not(html, "<img");
    has(html, "\\u003c/script>");
    assert_int_equal(times(html, "</script>"), times(html, "<script"));
    free(html);
    close_result(&r);
}

/* --- results --- */

/* Joined by "max" the parts are no stack of the loss. */
static void losses_that_do_not_add_up_are_told(void **state)
{
    (void)state;
    for (int joined = 0; joined < 2; joined++) {
        result r = { .name = OWN("joined"), .scenario = OWN(scenario_text), .about = about_of("joined") };
        fill(&r.rows, 1, 100);
        int sei = column(&r.rows, "physics_loss_sei_ratio"), all = column(&r.rows, "physics_loss_ratio");
        int cycling = column(&r.rows, "physics_loss_cycle_ratio");
        for (size_t i = 0; i < r.rows.n; i++) {
            double a = r.rows.col[sei].v[i], b = r.rows.col[cycling].v[i];
            r.rows.col[all].v[i] = joined ? fmax(a, b) : a + b;
        }
        char *html = report((result *[]){ &r }, 1, NULL, NULL);
        (joined ? has : has_not)(html, "at the end sei 3 %, cycle 2 %; these do not add up to the loss, 3 %.");
        (joined ? has_not : has)(html, "at the end sei 3 %, cycle 2 %.");
        free(html);
        close_result(&r);
    }
}

static void a_result_has_its_sections(void **state)
{
    (void)state;
    result r = { .name = OWN("two cells"), .scenario = OWN(scenario_text), .about = about_of("two cells") };
    fill(&r.rows, 2, 100);
    char *html = report((result *[]){ &r }, 1, NULL, NULL);
    has(html, "<title>two cells</title>");
    has(html, "2 cells under law+ridge and still+ridge, 400 rows in 0.5 s. It ended well.");
    has(html, "C000: measured capacity falls from 1.998 to 1.8 Ah in 100 cycles");
    has(html, "end of life, 1.6 Ah (80 %)");
    has(html, "\"vline\":[{\"at\":50,");
    has(html, "law+ridge ends at 1.81");
    has(html, "Loss by mechanism");
    has(html, "at the end sei 3 %, cycle 2 %.");
    has(html, "Temperature distribution across cycles");
    has(html, "<td class=\"best\">10");
    has(html, "it &#60;b&#62;broke&#60;/b&#62;");
    has_not(html, "<b>broke");
    has(html, "beef");
    has(html, "avx2");
    assert_int_equal(times(html, "data-kind=\"lines\""), 3);
    assert_int_equal(times(html, "data-kind=\"panels\""), 1);
    assert_int_equal(times(html, "data-kind=\"scatter\""), 2);
    assert_int_equal(times(html, "data-kind=\"hist\""), 1);
    assert_int_equal(times(html, "data-kind=\"heat\""), 1);
    const char *degrees = strstr(strstr(html, "share of a stretch of cycles"), "\"y\":[");
    size_t edges = 1;
    for (; *degrees != ']'; degrees++)
        edges += *degrees == ',';
    assert_int_equal(edges, 7);                         /* ten values a stretch fill no more than a few degrees */
    assert_int_equal(times(html, "<figcaption>"), times(html, "<figure>"));
    assert_int_equal(times(html, "aria-label=\"\""), 0);
    char *again = report((result *[]){ &r }, 1, NULL, NULL);
    assert_string_equal(html, again);
    free(again);
    free(html);
    close_result(&r);
}

static void nothing_is_loaded_from_elsewhere(void **state)
{
    (void)state;
    result r = { .name = OWN("x"), .about = about_of("x") };
    fill(&r.rows, 1, 30);
    char *html = report((result *[]){ &r }, 1, NULL, &(report_options){ .title = "My title", .open_tables = true });
    has(html, "<h1>My title</h1>");
    has(html, "<details open>");
    has(html, "default-src 'none'");
    has_not(html, "src=\"");
    has_not(html, "@import");
    has_not(html, "url(");
    has_not(html, "href=\"http");
    assert_int_equal(times(html, "'sha256-"), 2);
    free(html);
    close_result(&r);
}

static void many_cells_become_bands(void **state)
{
    (void)state;
    result r = { .name = OWN("many"), .scenario = OWN(scenario_text) };
    fill(&r.rows, 40, 250);
    char *html = report((result *[]){ &r }, 1, NULL, NULL);
    has(html, "Capacity of 40 cells");
    has(html, "5 to 95 %");
    has(html, "C000 (strongest)");
    has(html, "C039 (weakest)");
    has(html, "End of life over the cells");
    has(html, "law+ridge: 40 of 40 cells reach it, half of them by cycle 126");
    has(html, "still: 0 of 40 cells reach it");
    has(html, "Only the first cells are listed.");
    has(html, "Temperature of 40 cells: the median goes from 44.51 to 47 degC");
    free(html);
    close_result(&r);
}

static void several_results_stand_below_each_other(void **state)
{
    (void)state;
    result a = { .name = OWN("cold"), .about = about_of("cold") },
           b = { .name = OWN("warm"), .about = about_of("warm") };
    fill(&a.rows, 1, 30);
    fill(&b.rows, 1, 30);
    char *html = report((result *[]){ &a, &b }, 2, NULL, NULL);
    has(html, "<title>2 results side by side</title>");
    has(html, "<h2>cold</h2>");
    has(html, "<h2>warm: Errors</h2>");
    free(html);
    close_result(&a);
    close_result(&b);
}

static void a_result_without_rows_still_says_something(void **state)
{
    (void)state;
    result r = { .name = OWN("empty"), .about = about_of("empty") };
    char *html = report((result *[]){ &r }, 1, NULL, NULL);
    has(html, "<h2>Errors</h2>");
    assert_int_equal(times(html, "<figure>"), 0);
    free(html);
    close_result(&r);
}

static void a_comparison_has_ranks_and_parts(void **state)
{
    (void)state;
    compare_model m[] = {
        { .scenario = OWN("s.toml"),
          .variant = OWN("law+ridge"),
          .model = OWN("hybrid"),
          .n = 10,
          .rmse = 0.01,
          .mae = 0.008,
          .mape = 1,
          .r2 = 0.9,
          .max_error = 0.02,
          .bias = 0.001,
          .eol_error = 3,
          .seconds = 0.1,
          .rank_mean = 1 },
        { .scenario = OWN("s.toml"),
          .variant = OWN("naive"),
          .model = OWN("drift"),
          .n = 10,
          .rmse = 0.02,
          .mae = 0.018,
          .mape = 2,
          .r2 = 0.5,
          .max_error = 0.05,
          .bias = -0.01,
          .eol_error = NAN,
          .seconds = NAN,
          .rank_mean = 2 },
        { .scenario = OWN("s.toml"),
          .variant = OWN("law"),
          .model = OWN("hybrid"),
          .n = 10,
          .rmse = 0.04,
          .mae = 0.03,
          .mape = 4,
          .r2 = 0.1,
          .max_error = 0.09,
          .bias = 0.02,
          .eol_error = 9,
          .seconds = 0.1,
          .rank_mean = NAN,
          .without = OWN("ridge") },
    };
    compare_loss loss[] = { { OWN("sei"), OWN("1"), 0.05 }, { OWN("cycle"), OWN("1"), 0.02 } };
    m[0].loss = loss;
    m[0].nloss = 2;
    m[2].refused = OWN("it does not run without it");
    frame f = { 0 };
    char *name = OWN("s.toml");
    fill(&f, 1, 40);
    compare c = { .at = m,
                  .n = 3,
                  .rows = &f,
                  .name = &name,
                  .nscenario = 1,
                  .wanted = 2,
                  .eol = 0.7,
                  .note = OWN("one line\nanother <line>") };
    char *html = report(NULL, 0, &c, NULL);
    has(html, "<title>s.toml</title>");
    has(html, "<td class=\"best\">10");
    has(html, "2 models of 1 scenario on the same rows; not all that were asked for were finished.");
    has(html, "<p>another &#60;line&#62;</p>");
    has(html, "What made the fade");
    has(html, "\"parts\":[5,2]");
    has(html, "it does not run without it");
    has(html, "The least, 10 mAh, is that of law+ridge hybrid.");
    has(html, "<td class=\"t\">ridge<td>40<td class=\"bad\">30");
    has(html, "Capacity against cycles");
    free(html);
    frame_free(&f);
}

/* --- sweeps --- */

static void fill_cases(result *r, size_t n)
{
    int k = column(&r->rows, "physics.k"), t = column(&r->rows, "conditions.temperature_mean");
    int flat = column(&r->rows, "physics.flat"), eol = column(&r->rows, "end_of_life_cycle"),
        last = column(&r->rows, "capacity_ah");
    why w = { 0 };
    for (size_t i = 0; i < n; i++) {
        char id[32];
        size_t at;
        snprintf(id, sizeof id, "case%zu", i);
        assert_int_equal(frame_add_row(&r->rows, id, i % 2 ? "xu2018" : "wang2011", 0, INT64_MIN, &at, &w), E_OK);
        double a = pow(10, -9 + 2 * (double)(i % 37) / 36), b = 10 + 30 * (double)(i * 7 % 41) / 40;
        r->rows.col[k].v[at] = a;
        r->rows.col[t].v[at] = b;
        r->rows.col[flat].v[at] = 3;
        r->rows.col[eol].v[at] = i % 10 == 9 ? NAN : 5e-6 / a * exp(-(b - 25) / 60);
        r->rows.col[last].v[at] = 2 - 1e6 * a - 0.002 * b;
    }
}

static void a_sweep_has_its_views(void **state)
{
    (void)state;
    result r = { .name = OWN("a sweep"), .cases = true };
    fill_cases(&r, 700);
    char *html = report((result *[]){ &r }, 1, NULL, NULL);
    has(html, "700 cases of a sweep over log10 physics.k and conditions.temperature_mean.");
    has(html, "end_of_life_cycle goes most with log10 physics.k (-0.");
    assert_int_equal(times(html, "data-kind=\"bars\""), 1);
    assert_int_equal(times(html, "data-kind=\"heat\""), 1);
    assert_int_equal(times(html, "data-kind=\"matrix\""), 1);
    assert_int_equal(times(html, "data-kind=\"parallel\""), 1);
    assert_int_equal(times(html, "data-kind=\"lines\""), 1);
    has(html, "400 of 700 cases, 4 columns");
    has_not(html, "physics.flat");
    has(html, "<td class=\"t\">wang2011<td>350<td>");
    free(html);
    close_result(&r);
}

/* --- gathering --- */

static const fade_column gathered[] = { { .key = "capacity", .unit = "Ah" }, { .key = "x", .unit = "" } };
static const fade_columns gathered_columns = { .out = FADE_LIST(gathered) };

static void gather_run(report_gather *g, size_t cells, size_t cycles)
{
    why w = { 0 };
    for (size_t k = 1; k <= cycles; k++)
        for (size_t c = 0; c < cells; c++) {
            char name[16];
            snprintf(name, sizeof name, "C%zu", c);
            g->recent = NULL;
            double v[] = { c == 0 && k == 777 ? 99 : 2 - 0.001 * (double)k, (double)k };
            assert_int_equal(report_gather_row(g, name, "law", (int64_t)k, INT64_MIN, v, &w), E_OK);
        }
}

static void long_lives_keep_their_extremes(void **state)
{
    (void)state;
    report_gather g;
    frame f;
    why w = { 0 };
    char note[240];
    assert_int_equal(report_gather_open(&g, &gathered_columns, 1000, &w), E_OK);
    gather_run(&g, 3, 5000);
    assert_true(g.f.n <= 1000);
    assert_int_equal(report_gather_end(&g, &f, note, &w), E_OK);
    assert_true(f.n > 300 && f.n <= 1010);
    assert_int_equal(f.ncell, 3);
    bool spike = false, first = false, last = false;
    for (size_t i = 0; i < f.n; i++) {
        spike = spike || (f.cell[i] == 0 && f.cycle[i] == 777 && f.col[0].v[i] > 98);
        first = first || f.cycle[i] == 1;
        last = last || f.cycle[i] == 5000;
    }
    assert_true(spike && first && last);
    has(note, "Of 15000 rows");
    frame_free(&f);
    report_gather_free(&g);
}

static void very_many_cells_are_sampled(void **state)
{
    (void)state;
    report_gather g;
    frame f;
    why w = { 0 };
    char note[240];
    assert_int_equal(report_gather_open(&g, &gathered_columns, 2000, &w), E_OK);
    gather_run(&g, 3000, 20);
    assert_int_equal(report_gather_end(&g, &f, note, &w), E_OK);
    assert_true(f.n <= 2100);
    assert_true(f.ncell >= 20 && f.ncell <= 400);
    has(note, "of 3000.");
    size_t *rows = mem_zero(f.ncell, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < f.n; i++)
        rows[f.cell[i]]++;
    for (size_t c = 1; c < f.ncell; c++)                /* whole lives, not torn ones */
        assert_true(rows[c] >= 9);
    free(rows);
    frame_free(&f);
    report_gather_free(&g);
}

/* --- the output --- */

typedef struct out_rig {
    fade_host   host;
    fade_value  value[3];
    fade_args   args;
    fade_run    run;
    const fade_output_v1 *vt;
    void       *self;
    char        said[512];
} out_rig;

static void rig_report(const fade_host *h, const fade_report *r)
{
    snprintf(((out_rig *)h->ctx)->said, sizeof ((out_rig *)h->ctx)->said, "%s", r->text);
}

static void rig_open(out_rig *g, const char *path)
{
    const fade_desc *d = report_library()->plugins[0];
    *g = (out_rig){ .value = { { .text = path }, { .text = "" }, { .real = 1000 } } };
    g->host = (fade_host){ sizeof g->host, FADE_ABI_NOW, g, rig_report, NULL, NULL };
    g->args = (fade_args){ sizeof g->args, 3, g->value, d };
    g->run = (fade_run){ .size = sizeof g->run,
                         .id = "01RUN",
                         .name = "a run",
                         .scenario = scenario_text,
                         .made_by = "{\"seed\":5}",
                         .folder = folder,
                         .columns.out = FADE_LIST(gathered) };
    g->vt = library_iface(d, "fade.output/1");
    assert_non_null(g->vt);
    assert_int_equal(g->vt->open(&g->host, &g->args, &g->run, &g->self), FADE_OK);
}

static int32_t rig_rows(out_rig *g, uint64_t first, uint32_t n)
{
    uint64_t number[64];
    const char *cell[64];
    int64_t time[64], cycle[64];
    double v[2][64], *col[] = { v[0], v[1] };
    for (uint32_t i = 0; i < n; i++) {
        number[i] = first + i;
        cell[i] = "B1";
        time[i] = INT64_MIN;
        cycle[i] = (int64_t)(first + i + 1);
        v[0][i] = 2 - 0.01 * (double)(first + i);
        v[1][i] = 0;
    }
    fade_block b = {
        .size = sizeof b, .n = n, .cap = n, .number = number, .cell = cell, .time = time, .cycle = cycle, .col = col
    };
    return g->vt->rows(g->self, &b);
}

static void rig_event(out_rig *g, const char *kind, const char *cell, const char *json_text)
{
    static uint64_t number = 0;
    fade_event e = { .size = sizeof e, .number = number++, .kind = kind, .cell = cell, .json = json_text, .text = "" };
    assert_int_equal(g->vt->event(g->self, &e), FADE_OK);
}

static void the_output_writes_a_report(void **state)
{
    (void)state;
    out_rig g;
    rig_open(&g, "run.html");
    assert_int_equal(rig_rows(&g, 0, 40), FADE_OK);
    assert_int_equal(rig_rows(&g, 20, 40), FADE_OK);    /* twice is harmless */
    rig_event(&g, "score", NULL, "{\"variant\":\"law\",\"model\":\"physics\",\"n\":3,\"rmse\":0.0123}");
    rig_event(&g, "lane-end", "B1", "{\"physics\":\"law\",\"reason\":\"too old\",\"failed\":true}");
    rig_event(&g, "progress", NULL, NULL);
    assert_int_equal(g.vt->flush(g.self), FADE_OK);
    assert_false(file_exists(in_folder("run.html")));
    assert_int_equal(g.vt->close(g.self, 0, ""), FADE_OK);
    char *html = slurp("run.html");
    has(html, "<title>a run</title>");
    has(html, "1 cell under one law, 60 rows. It ended, but some of its lanes failed.");
    has(html, "measured capacity falls from 2 to 1.41 Ah in 60 cycles");
    has(html, "12.3");
    free(html);
}

static void an_output_that_ends_early_says_why(void **state)
{
    (void)state;
    out_rig g;
    rig_open(&g, "early.html");
    assert_int_equal(rig_rows(&g, 0, 10), FADE_OK);
    assert_int_equal(g.vt->close(g.self, -1, "the disk is full"), FADE_OK);
    char *html = slurp("early.html");
    has(html, "It ended early: the disk is full.");
    free(html);
    rig_open(&g, "none/there/x.html");
    assert_int_equal(g.vt->close(g.self, 0, ""), FADE_EIO);
    has(g.said, "none/there/x.html");
}

static void an_interrupted_output_goes_on(void **state)
{
    (void)state;
    out_rig g;
    rig_open(&g, "whole.html");
    for (uint64_t k = 0; k < 60; k++)
        assert_int_equal(rig_rows(&g, 50 * k, 50), FADE_OK);
    rig_event(&g, "score", NULL, "{\"variant\":\"law\",\"model\":\"physics\",\"n\":3,\"rmse\":0.0123}");
    assert_int_equal(g.vt->close(g.self, 0, ""), FADE_OK);

    rig_open(&g, "parts.html");
    for (uint64_t k = 0; k < 40; k++)
        assert_int_equal(rig_rows(&g, 50 * k, 50), FADE_OK);
    rig_event(&g, "score", NULL, "{\"variant\":\"law\",\"model\":\"physics\",\"n\":3,\"rmse\":0.0123}");
    assert_int_equal(g.vt->flush(g.self), FADE_OK);
    assert_true(file_exists(in_folder("parts.html.state")));
    assert_int_equal(g.vt->close(g.self, -1, "interrupted"), FADE_OK);
    g.run.first[0] = 1500;                              /* the snapshot is older than what is kept here */
    assert_int_equal(g.vt->open(&g.host, &g.args, &g.run, &g.self), FADE_OK);
    for (uint64_t k = 30; k < 60; k++)
        assert_int_equal(rig_rows(&g, 50 * k, 50), FADE_OK);
    assert_int_equal(g.vt->close(g.self, 0, ""), FADE_OK);
    assert_false(file_exists(in_folder("parts.html.state")));
    char *whole = slurp("whole.html"), *parts = slurp("parts.html");
    assert_string_equal(whole, parts);
    free(whole);
    free(parts);
}

static void a_finished_run_is_read_back(void **state)
{
    (void)state;
    why w = { 0 };
    text t = { 0 };
    out_rig g;
    text_add(&t, "battery_id,cycle_count,time,variant,capacity_ah,x\n");
    for (int k = 1; k <= 20; k++)
        text_addf(&t, "B1,%d,,,%g,0\n", k, 2 - 0.01 * (k - 1));
    assert_int_equal(file_write(in_folder("rows.csv"), text_of(&t), t.n, &w), E_OK);
    text_free(&t);
    for (int with = 1; with >= 0; with--) {
        rig_open(&g, "back.html");
        g.vt->close(g.self, 0, "");
        g.run.first[0] = 20;
        assert_int_equal(g.vt->open(&g.host, &g.args, &g.run, &g.self), FADE_OK);
        assert_int_equal(rig_rows(&g, 10, 30), FADE_OK);
        assert_int_equal(g.vt->close(g.self, 0, ""), FADE_OK);
        char *html = slurp("back.html");
        has(html, with ? "40 rows" : "20 rows");
        has(html, with ? "falls from 2 to 1.61 Ah in 40 cycles" : "falls from 1.8 to 1.61 Ah in 20 cycles");
        has(html, with ? "Measured" : "The run was resumed; rows from before are not shown.");
        free(html);
        unlink(in_folder("rows.csv"));
    }
}

static void a_damaged_state_is_none(void **state)
{
    (void)state;
    why w = { 0 };
    report_gather g, h;
    report_state now = { 7, 3, 5, 1 }, got = { 0 };
    json_t *scores = json_array(), *lanes = json_array();
    bool found;
    assert_int_equal(report_gather_open(&g, &gathered_columns, 1000, &w), E_OK);
    gather_run(&g, 100, 200);
    json_array_append_new(scores, json_integer(4));
    assert_int_equal(report_state_save(in_folder("s.part"), &now, &g, scores, lanes, &w), E_OK);
    assert_int_equal(report_gather_open(&h, &gathered_columns, 1000, &w), E_OK);
    assert_int_equal(report_state_load(in_folder("s.part"), &got, &h, scores, lanes, &found, &w), E_OK);
    assert_true(found);
    assert_int_equal(got.next, 7);
    assert_int_equal(json_array_size(scores), 2);
    assert_int_equal(h.f.n, g.f.n);
    assert_int_equal(h.nseen, 100);
    assert_memory_equal(h.f.col[0].v, g.f.col[0].v, g.f.n * sizeof(double));
    report_gather_free(&h);
    char *at = NULL;
    size_t n = 0;
    assert_int_equal(file_read(in_folder("s.part"), 1 << 24, &at, &n, &w), E_OK);
    for (size_t k = 0; k < 50; k++) {
        at[k * n / 50] ^= 1;
        assert_int_equal(file_write(in_folder("s.part"), at, k % 2 ? n : k * n / 50, &w), E_OK);
        at[k * n / 50] ^= 1;
        assert_int_equal(report_gather_open(&h, &gathered_columns, 1000, &w), E_OK);
        assert_int_equal(report_state_load(in_folder("s.part"), &got, &h, scores, lanes, &found, &w), E_OK);
        assert_false(found);
        assert_int_equal(h.f.n, 0);
        report_gather_free(&h);
    }
    free(at);
    json_decref(scores);
    json_decref(lanes);
    report_gather_free(&g);
}

/* --- failures --- */

static void short_of_memory_is_a_sentence(void **state)
{
    (void)state;
    result r = { .name = OWN("x"), .scenario = OWN(scenario_text), .about = about_of("x") };
    fill(&r.rows, 14, 30);
    int failed = 0;
    for (long k = 1; k < 60; k++) {
        why w = { 0 };
        mem_fail_at(k);
        result *one = &r;
        int rc = report_html(&one, 1, NULL, NULL, in_folder("m.html"), &w);
        mem_fail_at(0);
        failed += rc == E_NOMEM;
        if (rc && (rc != E_NOMEM || !*w.text))
            fail_msg("allocation %ld: %d \"%s\"", k, rc, w.text);
    }
    assert_true(failed > 4);
    close_result(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thinning_keeps_the_extremes),
        cmocka_unit_test(quantiles_ranks_and_shares),
        cmocka_unit_test(the_page_escapes_everything),
        cmocka_unit_test(names_cannot_break_out),
        cmocka_unit_test(a_result_has_its_sections),
        cmocka_unit_test(losses_that_do_not_add_up_are_told),
        cmocka_unit_test(nothing_is_loaded_from_elsewhere),
        cmocka_unit_test(many_cells_become_bands),
        cmocka_unit_test(several_results_stand_below_each_other),
        cmocka_unit_test(a_result_without_rows_still_says_something),
        cmocka_unit_test(a_comparison_has_ranks_and_parts),
        cmocka_unit_test(a_sweep_has_its_views),
        cmocka_unit_test(long_lives_keep_their_extremes),
        cmocka_unit_test(very_many_cells_are_sampled),
        cmocka_unit_test(the_output_writes_a_report),
        cmocka_unit_test(an_output_that_ends_early_says_why),
        cmocka_unit_test(an_interrupted_output_goes_on),
        cmocka_unit_test(a_finished_run_is_read_back),
        cmocka_unit_test(a_damaged_state_is_none),
        cmocka_unit_test(short_of_memory_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
