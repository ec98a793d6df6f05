/* SPDX-License-Identifier: MIT
 * test_accuracy.c - the headline of make bench-accuracy cannot rot: trend on NASA's eleven cells, the next cycle, a
 * cycle whose first ten minutes are seen, and the charge integral beside NASA's label.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/log.h"
#include "tests/accuracy/ahead.c"
#include "tests/accuracy/lab.c"
#include "tests/accuracy/nasa.c"

static void need_data(void)
{
    if (!data_file("nasa/percycle.csv"))
        skip();
}

/* 0.0232 and 0.0186 Ah when this was written, with half a share of likely laws 0.0242 and 0.0178; persistence has 0.094
 * and 0.058, a straight line 0.073 and 0.051. */
static void nasa_halves(void **state)
{
    (void)state;
    static const struct {
        double fraction, most[2];
    } known[] = { { 0.5, { 0.026, 0.027 } }, { 0.8, { 0.0205, 0.0185 } } };
    need_data();
    char folder[] = "/tmp/fade-test-accuracy-XXXXXX", path[128], toml[900];
    lab *l = mem_zero(1, sizeof *l);
    assert_non_null(mkdtemp(folder));
    nasa_join(folder, path);
    snprintf(toml, sizeof toml,
             "[source]\nplugin = \"csv\"\npath = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n[[corrector]]\n"
             "plugin = \"trend\"\nfeatures = [\"cycle\", \"time_pause_away_24\", \"time_pause_away_48\"]\n"
             "[[corrector]]\nname = \"half\"\nplugin = \"trend\"\nlikely = 0.5\n"
             "features = [\"cycle\", \"time_pause_away_24\", \"time_pause_away_48\"]\n",
             path);
    lab_open(l, toml, NULL, -1, ASK_FORECAST);
    unlink(path);
    rmdir(folder);
    assert_int_equal(l->ncell, 11);
    for (int k = 0; k < 4; k++) {
        double mean = 0, fraction = known[k % 2].fraction;
        size_t better = 0;
        for (size_t c = 0; c < l->ncell; c++) {
            size_t m = lab_origin(l, c, fraction);
            double got = lab_ahead(l, k / 2, c, m, l->known[c], NULL);
            mean += got / 11;
            better += got < lab_naive(l, c, m, l->known[c], NAIVE_LAST);
        }
        print_message("first %.0f %% known, %s: %.4f Ah, better than the last value on %zu of 11\n", 100 * fraction,
                      l->s->corrector[k / 2].part.label, mean, better);
        assert_true(mean < known[k % 2].most[k / 2]);
        assert_true(better >= 10);
    }
    lab_close(l);
    free(l);
}

/* 0.0034, 0.0068 and 0.0030 Ah when this was written; the last value has 0.0142, 0.0213 and 0.0148. */
static void ten_minutes(void **state)
{
    (void)state;
    static const double most[] = { 0.0038, 0.0073, 0.0034 };
    need_data();
    lab *l = mem_zero(1, sizeof *l);
    open_samples(l, begun_menu, ASK_BEGUN);
    assert_string_equal(l->s->corrector[0].part.label, "gp, 300 600 s, temperature");
    for (size_t c = 0; c < 3; c++) {
        double says[MOST], got = follow(l, 0, c, says);
        print_message("%s, ten minutes seen: %.4f Ah\n", l->d.name[c], got);
        assert_true(got < most[c]);
    }
    lab_close(l);
    free(l);
}

/* 0.0085, 0.0117 and 0.0090 Ah when this was written; the last value as above. */
static void next_cycle(void **state)
{
    (void)state;
    double mean = 0;
    need_data();
    lab *l = mem_zero(1, sizeof *l);
    open_samples(l,
                 "[[corrector]]\nplugin = \"trend\"\nfeatures = [\"cycle\", \"rest_away_24\", \"rest_away_48\"]\n"
                 "carry = 6\ncarry_soft = true\n",
                 ASK_NEXT);
    for (size_t c = 0; c < 3; c++) {
        double says[MOST], got = follow(l, 0, c, says);
        print_message("%s, one cycle ahead: %.4f Ah\n", l->d.name[c], got);
        mean += got / 3;
    }
    assert_true(mean < 0.0102);
    lab_close(l);
    free(l);
}

static void the_label(void **state)
{
    (void)state;
    need_data();
    lab *a = mem_zero(1, sizeof *a), *b = mem_zero(1, sizeof *b);
    text t = { 0 };
    text_addf(&t, "[source]\nplugin = \"nasa\"\npath = \"%s\"\nindex = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n",
              lab_data("nasa/samples"), lab_data("nasa/percycle.csv"));
    lab_open(a, text_of(&t), NULL, -1, ASK_FORECAST);
    text_free(&t);
    text_addf(&t, "[source]\nplugin = \"csv\"\npath = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n",
              lab_data("nasa/percycle.csv"));
    lab_open(b, text_of(&t), NULL, -1, ASK_FORECAST);
    text_free(&t);
    size_t same = 0, none = 0;
    assert_int_equal(a->d.n, 1186);
    assert_int_equal(b->d.n, 1186);
    for (size_t i = 0; i < a->d.n; i++) {
        none += isnan(lab_target(a, i));
        same += fabs(lab_target(a, i) - lab_target(b, i)) <= 1e-4;
    }
    assert_int_equal(same, 1179);
    assert_int_equal(none, 7);
    lab_close(a);
    lab_close(b);
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nasa_halves), cmocka_unit_test(ten_minutes),
                                        cmocka_unit_test(next_cycle), cmocka_unit_test(the_label) };
    log_open(&(log_options){ .level = LOG_SILENT }, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
