/* SPDX-License-Identifier: MIT
 * test_series.c - a corrector with state over a data set: what it says of a row depends neither on which other rows are
 * asked for nor on how they are cut into pieces.
 */
#include "tests/dataset_rig.h"
#include "core/study/series.h"
#include <unistd.h>

enum { CELLS = 3, ROWS = 100, ALL = CELLS * ROWS };

static const char settings[] = "[cell]\ninitial_capacity = 2\n"
                               "[[physics]]\nplugin = \"power-law\"\nc = 5e-3\nz = 0.5\n"
                               "[[corrector]]\nplugin = \"lstm\"\n"
                               "features = [\"rest\", \"cycle\"]\nscope = \"pooled\"\n"
                               "window = 5\nhidden = 4\nepochs = 12\n[evaluate]\n";

typedef struct bench { scenario *s; dataset d; learner k; learnt m; } bench;

/* What a rest does goes away over the next rows: only a memory can say it. */
static char *rows(void)
{
    text csv = { 0 };
    text_add(&csv, "cell,cycle,capacity_ah,rest\n");
    for (int c = 0; c < CELLS; c++) {
        double left = 0;
        for (int i = 1; i <= ROWS; i++) {
            double rest = random_uniform(3, (uint64_t)c, (uint64_t)i, 1) < 0.2 ? 36000 : 600;
            left = 0.7 * left + 1e-6 * rest;
            text_addf(&csv, "c%d,%d,%.9g,%.9g\n", c, i, 2 * (1 - 5e-3 * sqrt(i)) + left, rest);
        }
    }
    return text_take(&csv);
}

static void opened(bench *b)
{
    *b = (bench){ 0 };
    why w = { 0 };
    char *csv = rows();
    size_t row[ALL];
    b->s = rig_scenario(csv, settings);
    free(csv);
    b->d = rig_read(b->s, (dataset_options){ .physics = 0 });
    assert_int_equal(b->d.n, ALL);
    assert_int_equal(learner_open(&b->s->corrector[0], &b->d, ASK_FORECAST, 42, &b->k, &w), E_OK);
    for (size_t i = 0; i < ALL; i++)
        row[i] = i;
    assert_int_equal(learner_train(&b->k, row, ALL, NULL, &b->m, &w), E_OK);
    assert_non_null(b->m.model);
}

static void closed(bench *b)
{
    learner_drop(&b->k, &b->m);
    learner_close(&b->k);
    dataset_free(&b->d);
    scenario_close(b->s);
}

static void predicted(bench *b, const size_t *row, size_t n, double *y)
{
    why w = { 0 };
    learner_said said = { .correction = y };
    assert_int_equal(learner_predict(&b->k, &b->m, row, n, &said, &w), E_OK);
}

static void any_rows(void **state) /* every third, one alone, the same twice, backwards */
{
    (void)state;
    bench b;
    double all[ALL], some[ALL];
    size_t row[ALL], n = 0;
    opened(&b);
    for (size_t i = 0; i < ALL; i++)
        row[i] = i;
    predicted(&b, row, ALL, all);
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < ALL; i++) {
        low = fmin(low, all[i]);
        high = fmax(high, all[i]);
    }
    assert_true(high - low > 0.005);              /* it learnt something */
    for (size_t i = 2; i < ALL; i += 3)
        row[n++] = i;
    predicted(&b, row, n, some);
    for (size_t i = 0; i < n; i++)
        assert_true(some[i] == all[row[i]]);
    for (size_t i = 0; i < ALL; i += 17) {
        predicted(&b, (size_t[]){ i, i }, 2, some);
        assert_true(some[0] == all[i] && some[1] == all[i]);
    }
    for (size_t i = 0; i < ALL; i++)
        row[i] = ALL - 1 - i;
    predicted(&b, row, 40, some);
    for (size_t i = 0; i < 40; i++)
        assert_true(some[i] == all[row[i]]);
    closed(&b);
}

/* Pieces of any size: the state is what counts, and may be taken away and brought back. */
static void any_pieces(void **state)
{
    (void)state;
    bench b;
    double all[ALL], kept[64];
    size_t row[ALL];
    why w = { 0 };
    opened(&b);
    for (size_t i = 0; i < ALL; i++)
        row[i] = i;
    predicted(&b, row, ROWS, all);
    predictor *p = &b.k.tile;
    assert_int_equal(p->nstate, 4 * 2 + 1);
    assert_int_equal(predictor_begin(p, b.m.model, 7, &w), E_OK);
    for (uint32_t at = 0, some = 1; at < ROWS; at += some, some = some % 7 + 1) {
        some = at + some > ROWS ? ROWS - at : some;
        for (uint32_t i = 0; i < some; i++)
            for (size_t f = 0; f < 2; f++)
                p->in[f][i] = b.d.col[b.k.feature[f]].v[at + i];
        assert_int_equal(predictor_run(p, b.m.model, 7, some, &w), E_OK);
        for (uint32_t i = 0; i < some; i++) {
            double far = p->out[p->distance][i];
            assert_true(far == 0);
            assert_near(b.m.gate * p->out[p->mean][i], all[at + i], 1e-15);
        }
        memcpy(kept, p->state, p->nstate * sizeof *kept);
        for (size_t k = 0; k < p->nstate; k++)
            p->state[k] = NAN;
        memcpy(p->state, kept, p->nstate * sizeof *kept);
    }
    closed(&b);
}

static void a_memory_helps(void **state) /* where ridge over the same features leaves most of it */
{
    (void)state;
    bench b;
    opened(&b);
    if (!(b.m.gate > 0.8 && b.m.after < 0.5 * b.m.before))
        fail_msg("gate %g, RMSE from %g to %g", b.m.gate, b.m.before, b.m.after);
    closed(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_rows),
        cmocka_unit_test(any_pieces),
        cmocka_unit_test(a_memory_helps),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
