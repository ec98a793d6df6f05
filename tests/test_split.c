/* SPDX-License-Identifier: MIT
 * test_split.c - splits as text and as lists of rows that never leak.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/split_rows.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const same[] = { "holdout:0.5",      "holdout:0.25",       "first:100", "rolling:0.5/10",
                                    "rolling:0.5/1/30", "rolling:100/10",     "cells",     "groups",
                                    "random:0.2",       "rolling:100/10/500", "first:1" };
static const char *const other[][2] = { { "holdout", "holdout:0.5" },
                                        { "time:0.8", "holdout:0.8" },
                                        { "first", "first:100" },
                                        { "rolling", "rolling:0.5/1" },
                                        { "rolling:0.7/5/5", "rolling:0.7/5" },
                                        { "random", "random:0.2" },
                                        { "holdout:5e-1", "holdout:0.5" } };
static const char *const wrong[][2] = {
    { "hodlout:0.5", "did you mean \"holdout\"" },
    { "cell", "did you mean \"cells\"" },
    { "vehicle", "there are holdout, first, rolling, cells, groups, random" },
    { "", "there is no kind of split \"\"" },
    { "holdout:1", "the fraction 1 of known rows is outside 0..1" },
    { "holdout:nan", "is outside 0..1" },
    { "random:-1", "the fraction -1 of tested rows is outside 0..1" },
    { "holdout:0.5/10", "a number is expected behind the colon, as in \"holdout:0.5\"" },
    { "holdout:", "a number is expected" },
    { "first:0.5", "the number of known rows is 0.5; a whole number from 1" },
    { "first:0", "the number of known rows is 0" },
    { "first:1e300", "a whole number from 1" },
    { "rolling:0.5/0", "the step between origins is 0" },
    { "rolling:0.5/10/2.5", "the number of rows ahead is 2.5" },
    { "rolling:0.5/10/20/30", "as in \"rolling:0.5/10\"" },
    { "rolling:0.5//", "a number is expected" },
    { "cells:3", "nothing comes behind \"cells\"" },
};

static void as_text(void **state)
{
    (void)state;
    split_spec s;
    char said[64];
    why w = { 0 };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(split_parse(same[i], &s, &w), E_OK);
        split_say(&s, said);
        assert_string_equal(said, same[i]);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(split_parse(other[i][0], &s, &w), E_OK);
        split_say(&s, said);
        assert_string_equal(said, other[i][1]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(split_parse(wrong[i][0], &s, &w) != E_OK);
        if (!strstr(w.text, wrong[i][1]))
            fail_msg("%s: %s", wrong[i][0], w.text);
    }
}

/* ---- rows ---- */

enum { MOST = 400, CELLS = 12 };
typedef struct made {
    split_layout at;
    size_t       first[CELLS + 1], ncell;
    double       target[MOST];
    const char  *name[CELLS], *group[CELLS];
} made;

static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" };

static void make(made *m, uint64_t seed)
{
    *m = (made){ .ncell = 2 + random_bits(seed, 0, 0, 1) % (CELLS - 2) };
    for (size_t c = 0; c < m->ncell; c++) {
        m->name[c] = names[c];
        m->group[c] = names[random_bits(seed, c, 0, 2) % 3];
        m->first[c + 1] = m->first[c] + 1 + random_bits(seed, c, 0, 3) % 30;
    }
    m->group[0] = names[0];
    m->group[1] = names[1];
    for (size_t i = 0; i < MOST; i++)
        m->target[i] = random_uniform(seed, i, 0, 4) < 0.1 ? NAN : 1;
    m->at = (split_layout){ .n = m->first[m->ncell], .ncell = m->ncell, .first = m->first, .target = m->target,
                            .name = m->name, .group = m->group };
}

static size_t cell_of(const made *m, size_t row)
{
    size_t c = 0;
    while (m->first[c + 1] <= row)
        c++;
    return c;
}

/* No row in both, none unknown, lists rise; in time nothing trained on lies behind a row that is asked for in its cell,
 * and the horizon
 * counts from the last known row; of a cell that is left out nothing is trained on. */
static void check_fold(const made *m, const split_rows *k, const split_fold *f, size_t *asked)
{
    char side[MOST] = { 0 };
    size_t last[CELLS] = { 0 };
    for (size_t i = 0; i < f->ntrain; i++) {
        size_t row = f->train[i], c = cell_of(m, row);
        assert_true(row < m->at.n && isfinite(m->target[row]) && (i == 0 || row > f->train[i - 1]));
        side[row] = 1;
        last[c] = row - m->first[c] + 1;
    }
    for (size_t i = 0; i < f->ntest; i++) {
        size_t row = f->test[i], c = cell_of(m, row), at = row - m->first[c] + 1;
        assert_true(row < m->at.n && isfinite(m->target[row]) && (i == 0 || row > f->test[i - 1]));
        assert_int_equal(side[row], 0);
        asked[row]++;
        if (split_in_time(&k->s)) {
            assert_true(at > last[c] && last[c] <= f->origin[c]);
            assert_true(f->horizon[i] == (double)(at - f->origin[c]) && f->horizon[i] >= 1);
            assert_true(k->s.kind != SPLIT_ROLLING || f->horizon[i] <= (double)k->s.ahead);
        } else if (k->s.kind != SPLIT_RANDOM) {
            assert_int_equal(last[c], 0);
        }
        for (size_t j = 0; k->s.kind == SPLIT_GROUPS && j < m->ncell; j++)
            assert_true(strcmp(m->group[j], m->group[c]) || last[j] == 0);
    }
}

static void never_leaks(void **state)
{
    (void)state;
    static made m;
    for (uint64_t seed = 1; seed <= 40; seed++)
        for (size_t j = 0; j < sizeof same / sizeof *same; j++) {
            split_spec s;
            split_rows k = { 0 };
            why w = { 0 };
            size_t asked[MOST] = { 0 };
            make(&m, seed);
            split_parse(same[j], &s, &w);
            int rc = split_rows_open(&s, &m.at, seed, &k, &w);
            if (rc)                               /* first:100 of cells that are shorter */
                assert_non_null(strstr(w.text, "leaves no measured row to ask for"));
            for (size_t i = 0; i < k.nfold && !rc; i++)
                check_fold(&m, &k, split_rows_fold(&k, i), asked);
            bool once = s.kind == SPLIT_ROLLING && s.ahead == s.every;
            for (size_t row = 0; row < m.at.n && !rc; row++) {
                size_t c = cell_of(&m, row), at = row - m.first[c];
                bool wanted = s.kind == SPLIT_CELLS || s.kind == SPLIT_GROUPS ||
                              (split_in_time(&s) && at >= split_origin(&s, m.first[c + 1] - m.first[c]));
                if (wanted && isfinite(m.target[row]) && (s.kind != SPLIT_ROLLING || once))
                    assert_int_equal(asked[row], 1);
            }
            split_rows_close(&k);
        }
}

static void random_is_the_seeds(void **state)
{
    (void)state;
    static made m;
    split_spec s = { .kind = SPLIT_RANDOM, .fraction = 0.3 };
    split_rows a = { 0 }, b = { 0 }, c = { 0 };
    make(&m, 5);
    assert_int_equal(split_rows_open(&s, &m.at, 1, &a, NULL), E_OK);
    assert_int_equal(split_rows_open(&s, &m.at, 1, &b, NULL), E_OK);
    assert_int_equal(split_rows_open(&s, &m.at, 2, &c, NULL), E_OK);
    const split_fold *fa = split_rows_fold(&a, 0), *fb = split_rows_fold(&b, 0), *fc = split_rows_fold(&c, 0);
    assert_true(fa->ntest == fb->ntest && !memcmp(fa->test, fb->test, fa->ntest * sizeof *fa->test));
    assert_true(fa->ntest != fc->ntest || memcmp(fa->test, fc->test, fa->ntest * sizeof *fa->test));
    assert_true(fa->ntest > 0 && fa->ntrain > fa->ntest);
    split_rows_close(&a);
    split_rows_close(&b);
    split_rows_close(&c);
}

static void refused(void **state)
{
    (void)state;
    static made m;
    why w = { 0 };
    split_rows k = { 0 };
    split_spec s = { .kind = SPLIT_CELLS };
    make(&m, 1);
    m.at.ncell = 1;
    m.at.n = m.first[1];
    assert_int_equal(split_rows_open(&s, &m.at, 1, &k, &w), E_INPUT);
    assert_non_null(strstr(w.text, "there is one cell only, a, and nothing left to learn from"));
    split_rows_close(&k);
    s.kind = SPLIT_GROUPS;
    assert_int_equal(split_rows_open(&s, &m.at, 1, &k, &w), E_INPUT);
    assert_non_null(strstr(w.text, "there is one group only, a"));
    split_rows_close(&k);
    s = (split_spec){ .kind = SPLIT_HOLDOUT, .fraction = 0.5 };
    for (int i = 1; i <= 4; i++) {
        mem_fail_at(i);
        assert_int_equal(split_rows_open(&s, &m.at, 1, &k, &w), E_NOMEM);
        mem_fail_at(0);
        split_rows_close(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_text),
        cmocka_unit_test(never_leaks),
        cmocka_unit_test(random_is_the_seeds),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
