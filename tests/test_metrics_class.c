/* SPDX-License-Identifier: MIT
 * test_metrics_class.c - order, decisions and calibration of probabilities against scikit-learn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/mem.h"
#include "core/study/metrics_class.h"
#include <math.h>

static void near(double a, double is)
{
    if (!(fabs(a - is) <= 1e-9 * fmax(1, fabs(is))))
        fail_msg("%.15g is not %.15g", a, is);
}

/* i = np.arange(24); p = np.round(0.5 + 0.45 * np.sin(1.3 * i), 2); came = ((7 * i) % 5 < 2).astype(int) */
static const double p[] = { 0.5,  0.93, 0.73, 0.19, 0.1,  0.6,  0.95, 0.64, 0.13, 0.16, 0.69, 0.94,
                            0.55, 0.08, 0.23, 0.77, 0.92, 0.45, 0.06, 0.31, 0.84, 0.87, 0.36, 0.05 };
static const double came[] = { 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1 };

/* roc_auc_score, average_precision_score, f1_score(came, p >= .5), precision_score, recall_score, accuracy_score,
 * matthews_corrcoef, brier_score_loss, log_loss(came, p), log_loss(came, np.full(24, came.mean())); scikit-learn 1.7 */
static void known(void **state)
{
    (void)state;
    metrics_class c;
    assert_int_equal(metrics_class_of(p, came, 24, 0.5, &c, NULL), E_OK);
    assert_int_equal(c.n, 24);
    near(c.base_rate, 0.4166666666666667);
    near(c.auc, 0.30000000000000004);
    near(c.average_precision, 0.33889067454284844);
    near(c.f1, 0.43478260869565216);
    near(c.precision, 0.38461538461538464);
    near(c.recall, 0.5);
    near(c.accuracy, 0.4583333333333333);
    near(c.mcc, -0.07067534927402196);
    near(c.brier, 0.4435875);
    near(c.log_loss, 1.340278730103894);
    near(c.log_loss_base, 0.6791932659915257);
    near(c.brier_skill, 1 - 0.4435875 / (10.0 / 24 * 14 / 24));
}

/* w = (p * 10).astype(int); counts, p[w == k].mean(), came[w == k].mean(); sum of share * abs(difference) */
static void reliability(void **state)
{
    (void)state;
    const size_t n[] = { 3, 4, 1, 2, 1, 2, 3, 2, 2, 4 };
    metrics_class c;
    metrics_class_of(p, came, 24, 0.5, &c, NULL);
    for (int i = 0; i < CLASS_BINS; i++)
        assert_int_equal(c.bin_n[i], n[i]);
    near(c.bin_said[0], (0.08 + 0.06 + 0.05) / 3);
    near(c.bin_came[0], 1);
    near(c.bin_said[9], 0.935);
    near(c.bin_came[9], 0);
    near(c.ece, 0.44375);
}

static void ties_and_certainty(void **state)
{
    (void)state;
    const double same[] = { 0.3, 0.3, 0.3, 0.3 }, right[] = { 0, 1, 0, 1 }, two[] = { 0, 1, 0, 1 };
    metrics_class c;
    metrics_class_of(same, two, 4, 0.5, &c, NULL);
    near(c.auc, 0.5);
    near(c.average_precision, 0.5);
    near(c.f1, 0);
    assert_true(isnan(c.precision) && isnan(c.mcc));
    metrics_class_of(right, two, 4, 0.5, &c, NULL);
    near(c.auc, 1);
    near(c.f1, 1);
    near(c.mcc, 1);
    near(c.brier_skill, 1);
    assert_true(c.log_loss >= 0 && c.log_loss < 1e-12);
}

static void what_cannot_be_said(void **state)
{
    (void)state;
    const double q[] = { 0.2, NAN, 0.4 }, none[] = { 0, 1, 0 }, open[] = { NAN, NAN, NAN };
    metrics_class c;
    metrics_class_of(q, none, 3, 0.5, &c, NULL);
    assert_true(c.n == 2 && c.skipped == 1 && c.events == 0);
    assert_true(isnan(c.auc) && isnan(c.average_precision) && isnan(c.brier_skill) && c.accuracy == 1);
    metrics_class_of(q, open, 3, 0.5, &c, NULL);
    assert_true(c.n == 0 && c.skipped == 3 && isnan(c.base_rate) && isnan(c.brier) && isnan(c.ece));
    mem_fail_at(1);
    assert_int_equal(metrics_class_of(q, open, 3, 0.5, &c, NULL), E_NOMEM);
    mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known),
        cmocka_unit_test(reliability),
        cmocka_unit_test(ties_and_certainty),
        cmocka_unit_test(what_cannot_be_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
