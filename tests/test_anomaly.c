/* SPDX-License-Identifier: MIT
 * test_anomaly.c - the isolation forest beside scikit-learn's, its path lengths exactly; Mahalanobis exactly; CUSUM by
 * hand, and how many rows pass between its false alarms.
 *
 * Numbers by scikit-learn 1.9.1, of the rows that plant() makes (X, the far ones out) and points A:
 *   P = [-IsolationForest(n_estimators=300, max_samples=256, random_state=k).fit(X).score_samples(A) for k in
 * range(20)] np.mean(P, 0)   # deviations 0.004 .. 0.009;  roc_auc_score(out, score of X): 0.9225, deviation 0.0047
 *   np.sqrt(EmpiricalCovariance().fit(X).mahalanobis(A));  sklearn.ensemble._iforest._average_path_length
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/random.h"
#include "tests/corrector_rig.h"

enum { N = 400, POINTS = 8, LANES = 512 };

static const double points[POINTS][2] = { { 0, 0 }, { 1, 1 }, { -2, -1.5 },  { 3, -3 },
                                          { 5, 4 }, { 0, 3 }, { 1.5, -1.5 }, { -1, 0.5 } };
static const double forest_score[POINTS] = { 0.38696, 0.41738, 0.4549, 0.66829, 0.73421, 0.62905, 0.54513, 0.45926 };
static const double mahalanobis[POINTS] = { 0.146219449731011, 0.839947122920906, 1.33822988081845, 5.42513375387361,
                                            3.38915066736352,  3.4923472715777,   2.63972464936108, 1.48888692405531 };

static uint64_t seed_of_run = 1;
static void uniform(const fade_host *h, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u)
{
    (void)h;
    random_uniform_n(seed_of_run, n, id, row, stream, u);
}
static const fade_rng_v1 rng = { .size = sizeof rng, .uniform = uniform };
static const void *iface(const fade_host *h, const char *id)
{
    return strcmp(id, "fade.rng/1") == 0 ? &rng : rig_iface(h, id);
}

static crig_table d;

/* Every twentieth row lies apart. */
static void plant(void)
{
    uint64_t seed = 7;
    crig_shape(&d, N, 2);
    for (int i = 0; i < N; i++) {
        double g[2];
        int far = i % 20 == 19;
        for (int k = 0; k < 2; k++) {
            g[k] = 0;
            for (int m = 0; m < 6; m++)
                g[k] += crig_draw(&seed);
        }
        d.x[0][i] = g[0] * (far ? 2 : 1) + (far ? 1.5 : 0);
        d.x[1][i] = 0.7 * g[0] + 0.5 * g[1] - (far ? 1.5 : 0);
        d.y[i] = i % 2 ? 3 : -4;
    }
}

static rig *opened(int method)
{
    rig *g = rig_open("anomaly");
    g->host.iface = iface;
    rig_value(g, "method")->real = method;
    return g;
}

static rig *trained(rig *g, uint32_t lanes)
{
    void *model = NULL;
    int32_t rc = g->corrector->train(&g->host, &g->args, &d.t, NULL, &model);
    if (rc)
        fail_msg("%s", g->text);
    assert_int_equal(rig_make(g, lanes, model), 0);
    return g;
}

static double score(rig *g, const double *x)
{
    assert_true(crig_predict(g, x, NULL, NULL) == 0);
    return rig_out(g, "score")[5];
}

/* Share of pairs of a far and a near row in which the far one scores higher. */
static double auc(rig *g)
{
    double s[N], won = 0, pairs = 0;
    for (int i = 0; i < N; i++)
        s[i] = score(g, (double[]){ d.x[0][i], d.x[1][i] });
    for (int i = 19; i < N; i += 20)
        for (int k = 0; k < N; k++)
            if (k % 20 != 19) {
                won += s[i] > s[k] ? 1 : s[i] == s[k] ? 0.5 : 0;
                pairs++;
            }
    return won / pairs;
}

/* Scores within 0.03 of the mean of scikit-learn's twenty forests (4 of their deviations), area within 0.02. */
static void forest_as_sklearn(void **state)
{
    (void)state;
    plant();
    for (seed_of_run = 1; seed_of_run <= 3; seed_of_run++) {
        rig *g = opened(0);
        rig_value(g, "trees")->real = 300;
        trained(g, 8);
        for (int k = 0; k < POINTS; k++) {
            double s = score(g, points[k]);
            if (fabs(s - forest_score[k]) > 0.03)
                fail_msg("point %d scores %.4f, scikit-learn %.4f", k, s, forest_score[k]);
        }
        double area = auc(g);
        print_message("area under the curve %.4f, scikit-learn 0.9225 +- 0.0047\n", area);
        assert_true(fabs(area - 0.9225) < 0.02);
        rig_close(g);
    }
    seed_of_run = 1;
}

/* All rows alike but one: each tree cuts once, and lengths are 1 and 1 + c(n - 1); to 1e-12. */
static void path_lengths(void **state)
{
    (void)state;
    static const double c[] = { 0, 0, 1, 1.20739235758962, 1.85165590713929 }, c10 = 3.7488804844755;
    for (int n = 3; n <= 4; n++) {
        crig_shape(&d, (uint64_t)n, 1);
        for (int i = 0; i < n; i++)
            d.x[0][i] = i == 1;
        rig *g = trained(opened(0), 8);
        assert_true(rig_near(score(g, (double[]){ 0 }), pow(2, -(1 + c[n - 1]) / c[n]), 1e-12));
        assert_true(rig_near(score(g, (double[]){ 1 }), pow(2, -1 / c[n]), 1e-12));
        rig_close(g);
    }
    crig_shape(&d, 10, 1);
    for (int i = 0; i < 10; i++)
        d.x[0][i] = i == 4;
    rig *g = trained(opened(0), 8);
    assert_true(rig_near(score(g, (double[]){ 1 }), pow(2, -1 / c10), 1e-12));
    rig_close(g);
    for (int i = 0; i < 10; i++)
        d.x[0][i] = 3; /* nothing to cut: 2^-1 */
    g = trained(opened(0), 8);
    assert_true(rig_near(score(g, (double[]){ 3 }), 0.5, 1e-12));
    rig_close(g);
}

static void mahalanobis_exactly(void **state) /* 1e-12 of scikit-learn */
{
    (void)state;
    double sigma, far;
    plant();
    rig *g = trained(opened(1), 8);
    for (int k = 0; k < POINTS; k++)
        assert_true(rig_near(score(g, points[k]), mahalanobis[k], 1e-12));
    crig_predict(g, points[0], &sigma, &far);
    assert_true(rig_near(sigma, sqrt(12.5), 1e-12) && far == 0); /* what is left uncorrected: (9 + 16) / 2 */
    rig_close(g);
    for (int i = 0; i < N; i++)
        d.x[1][i] = 2 * d.x[0][i]; /* says the same */
    g = trained(opened(1), 8);
    assert_true(isfinite(score(g, points[3])) && score(g, points[3]) > 1e3);
    rig_close(g);
}

/* 5 % of the training rows alarm where that is the share. */
static void alarms(void **state)
{
    (void)state;
    plant();
    for (int method = 0; method < 2; method++) {
        rig *g = opened(method);
        rig_value(g, "share")->real = 0.05;
        trained(g, 8);
        int n = 0;
        for (int i = 0; i < N; i++) {
            score(g, (double[]){ d.x[0][i], d.x[1][i] });
            n += rig_out(g, "alarm")[5] > 0;
        }
        assert_int_equal(n, 20);
        rig_close(g);
    }
}

/* In control: mean 0 and deviation 1 exactly. */
static rig *cusum(double limit, uint32_t lanes, uint32_t p)
{
    crig_shape(&d, 4, p);
    for (uint32_t j = 0; j < p; j++)
        for (int i = 0; i < 4; i++)
            d.x[j][i] = i % 2 ? 1 : -1;
    rig *g = opened(2);
    rig_value(g, "limit")->real = limit;
    return trained(g, lanes);
}

static void cusum_by_hand(void **state)
{
    (void)state;
    /* up .7 .3 1.8 0 0 0 0, down 0 0 0 2.5 2.5 4 5 */
    static const double z[] = { 1.2, 0.1, 2, -3, NAN, -2, -1.5 }, s[] = { 0.7, 0.3, 1.8, 2.5, 2.5, 4, 5 };
    rig *g = cusum(4, 8, 2); /* of two features the larger sum: 2.5 and 0.5, then 2.5 and 4 */
    assert_true(fabs(score(g, (double[]){ 3, -1 }) - 2.5 / 4) < 1e-12);
    assert_true(fabs(score(g, (double[]){ 0.5, -4 }) - 4.0 / 4) < 1e-12);
    rig_close(g);
    g = cusum(4, 8, 1);
    for (int k = 0; k < 7; k++) {
        assert_true(fabs(score(g, &z[k]) - s[k] / 4) < 1e-12);
        assert_true((rig_out(g, "alarm")[5] > 0) == (k == 6)); /* at the limit itself there is none */
        rig_call(g, g->model->observe);
        assert_true(fabs(rig_out(g, "score")[5] - s[k] / 4) < 1e-12);
    }
    rig_close(g);
}

/* Rows until the first alarm, mean of `rounds` times LANES runs. */
static double run_length(double limit, double shift, int rounds)
{
    static uint64_t id[LANES], row[LANES];
    double sum = 0;
    for (int r = 0; r < rounds; r++) {
        rig *g = cusum(limit, LANES, 1);
        char over[LANES] = { 0 };
        int left = LANES;
        for (uint64_t k = 1; left && k < 100000; k++) {
            for (uint32_t i = 0; i < LANES; i++) {
                id[i] = (uint64_t)r * LANES + i;
                row[i] = k;
            }
            random_normal_n(11, LANES, id, row, 0, g->in[0]);
            for (uint32_t i = 0; i < LANES; i++)
                g->in[0][i] += shift;
            rig_step(g);
            for (uint32_t i = 0; i < LANES; i++)
                if (!over[i] && rig_out(g, "alarm")[i] > 0) {
                    over[i] = 1;
                    left--;
                    sum += (double)k;
                }
        }
        rig_close(g);
    }
    return sum / (rounds * LANES);
}

/* Two-sided, slack 0.5: Lucas and Crosier 1982, table 1; within 3 standard errors of as many runs. */
static void cusum_run_lengths(void **state)
{
    (void)state;
    static const struct length {
        double limit, shift, rows, within;
        int rounds;
    } all[] = { { 4, 0, 168, 11, 4 }, { 5, 0, 465, 44, 2 }, { 4, 1, 8.38, 0.32, 4 }, { 5, 1, 10.4, 0.35, 4 } };
    for (int k = 0; k < 4; k++) {
        double n = run_length(all[k].limit, all[k].shift, all[k].rounds);
        print_message("limit %g, shift %g: an alarm after %.2f rows, published %g\n", all[k].limit, all[k].shift, n,
                      all[k].rows);
        assert_true(fabs(n - all[k].rows) < all[k].within);
    }
}

static void unknown_features(void **state)
{
    (void)state;
    double far;
    plant();
    for (int method = 0; method < 3; method++) {
        rig *g = trained(opened(method), 8);
        assert_true(isfinite(score(g, (double[]){ NAN, 0.5 })));
        crig_predict(g, (double[]){ NAN, 0.5 }, NULL, &far);
        assert_true(far == 1);
        rig_close(g);
    }
}

static int32_t cancel(const fade_host *h, double done, const char *what)
{
    (void)h;
    (void)what;
    return done >= 0 && done <= 1 ? FADE_ECANCEL : FADE_OK;
}

static void refused(void **state)
{
    (void)state;
    plant();
    rig *g = opened(0);
    void *model = g;
    g->host.progress = cancel;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
    assert_null(model);
    d.t.n = 2;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "2 of 2 rows"));
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    plant();
    d.t.n = 60;
    for (int method = 0; method < 3; method++) {
        rig *g = opened(method);
        rig_value(g, "trees")->real = 5;
        trained(g, 8);
        const char *bad = crig_round(g, "anomaly", points[3]);
        bad = bad ? bad : crig_damage(g, 29);
        if (bad)
            fail_msg("not true: %s", bad);
        rig_close(g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forest_as_sklearn), cmocka_unit_test(path_lengths),      cmocka_unit_test(mahalanobis_exactly),
        cmocka_unit_test(alarms),            cmocka_unit_test(cusum_by_hand),     cmocka_unit_test(cusum_run_lengths),
        cmocka_unit_test(unknown_features),  cmocka_unit_test(refused),           cmocka_unit_test(stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
