/* SPDX-License-Identifier: MIT
 * test_polynomial.c - polynomials against numpy and scikit-learn: products, penalty, cross-validation, deviation; the
 * hold beyond the reach; the stream.
 *
 * Numbers by numpy 2 and scikit-learn 1.9.1:
 *   i = np.arange(40.); X = np.c_[i, 2*np.cos(1.7*i)]; X[7,1] = 50
 *   y = np.sin(0.08*i) + 0.2*np.cos(1.7*i)*(1 + 0.02*i) + 0.05*np.cos(7.1*i); A = np.array([[10.5, .3], [45., -1.],
 * [400., 5.]]) q = np.quantile(X, [.01, .99], axis=0); c, h = q.mean(0), (q[1] - q[0])/2 def cols(x, reach): t =
 * np.clip((x - c)/h, -1 - reach, 1 + reach); return PolynomialFeatures(d, include_bias=False).fit_transform(t)
 *   (interactions = false: np.hstack([t**k for k in range(1, d + 1)]))
 *   s = StandardScaler().fit(cols(X, reach)); Z = s.transform(cols(X, reach)); Ridge(alpha=lam).fit(Z,
 * y).predict(s.transform(cols(A, reach))) H = 1/n + Z (Z'Z + lam)^-1 Z'; noise^2 = mean(e^2 / max(1 - diag H, 1e-3));
 * sigma = noise sqrt(1 + leverage of cols(A, 1e6)) lam None: least n |e|^2 / (n - trace H)^2 of n * 10**(-9 + k/4), k =
 * 0 .. 48
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/corrector_rig.h"

enum { N = 40, POINTS = 3 };

static const struct answer {
    int degree, interactions;
    double lambda, reach, mean[POINTS], sigma[POINTS];
} answers[] = {
    { 1, 0, 0.001, 0.5, { 0.612081979509943, 0.617305847589656, 0.681021703565169 },
      { 0.435889376047899, 0.457430423191027, 2.31080315191666 } },
    { 2, 1, 0.5, 0.5, { 0.802206103704523, -0.851370263552892, -0.51859902562049 },
      { 0.0570065548105344, 0.0709568882197524, 10.7187123417722 } },
    { 3, 0, 2, 0, { 0.801219803897297, -0.0880852326507676, 0.591321962195358 },
      { 0.0603882046446183, 0.100704848698244, 349.294134009614 } },
    { 3, 1, NAN, 0.5, { 0.802165566300626, -0.879826584622984, -0.255952746896676 },
      { 0.0527092517893761, 0.0946957055128684, 382.281905960163 } },
    { 5, 1, NAN, 1, { 0.77761040658401, -0.411716158874829, 0.842728590726412 },
      { 0.0410511896932228, 0.262158535223, 419093.288930891 } },
    { 5, 0, 0.01, 0.5, { 0.7900035120991, -0.533313768747746, 0.0773211135530157 },
      { 0.0567930238739917, 0.355787949669875, 555489.736914049 } },
    { 4, 1, 10, 2, { 0.771899498962064, -1.02153070382646, -15.1546210183209 },
      { 0.144954596975559, 0.289608474817958, 16765.0757864164 } },
};
static const double points[POINTS][2] = { { 10.5, 0.3 }, { 45, -1 }, { 400, 5 } };

static crig_table d;

static void waves(void)
{
    crig_shape(&d, N, 2);
    for (int i = 0; i < N; i++) {
        d.x[0][i] = i;
        d.x[1][i] = i == 7 ? 50 : 2 * cos(1.7 * i);
        d.y[i] = sin(0.08 * i) + 0.2 * cos(1.7 * i) * (1 + 0.02 * i) + 0.05 * cos(7.1 * i);
    }
}

static rig *trained(int degree, int interactions, double lambda, double reach)
{
    rig *g = rig_open("polynomial");
    void *model = NULL;
    rig_value(g, "degree")->real = degree;
    rig_value(g, "interactions")->real = interactions;
    rig_value(g, "lambda")->real = lambda;
    rig_value(g, "reach")->real = reach;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), 0);
    assert_int_equal(rig_make(g, 8, model), 0);
    return g;
}

static void same_as_sklearn(void **state) /* to 1e-8: a fifth power of a column is nearly another one */
{
    (void)state;
    waves();
    for (size_t c = 0; c < sizeof answers / sizeof *answers; c++) {
        const struct answer *a = &answers[c];
        rig *g = trained(a->degree, a->interactions, a->lambda, a->reach);
        for (int i = 0; i < POINTS; i++) {
            double sigma;
            assert_true(rig_near(crig_predict(g, points[i], &sigma, NULL), a->mean[i], 1e-8));
            assert_true(rig_near(sigma, a->sigma[i], 1e-8));
        }
        rig_close(g);
    }
}

/* Beyond the reach the mean stands still, and sigma goes on growing. */
static void held(void **state)
{
    (void)state;
    double mean[4], sigma[4], far[4];
    crig_shape(&d, 101, 1);
    for (int i = 0; i <= 100; i++) {
        d.x[0][i] = i;
        d.y[i] = 1e-6 * i * i * i + 1e-3 * cos(7.1 * i);
    }
    rig *g = trained(3, 0, 0, 0.5); /* percentiles 1 and 99: the reach ends at 50 + 1.5 * 49 = 123.5 */
    static const double at[] = { 100, 123.5, 130, 1e9 };
    for (int k = 0; k < 4; k++)
        mean[k] = crig_predict(g, &at[k], &sigma[k], &far[k]);
    assert_true(fabs(mean[0] - 1) < 5e-3 && fabs(mean[1] - 1e-6 * 123.5 * 123.5 * 123.5) < 0.02);
    assert_true(mean[3] == mean[2] && rig_near(mean[2], mean[1], 1e-12));
    assert_true(sigma[0] < sigma[1] && sigma[1] < sigma[2] && sigma[2] < sigma[3] && isfinite(sigma[3]));
    assert_true(far[0] == 0 && rig_near(far[1], 23.5 / sqrt((101 * 101 - 1) / 12.0), 1e-12));
    rig_close(g);
}

static void unknown_and_constant(void **state)
{
    (void)state;
    double far, mean = 0;
    waves();
    for (int i = 0, n = 0; i < N; i++) {
        d.x[1][i] = i % 4 ? d.x[1][i] : NAN;
        if (i % 4)
            mean += (d.x[1][i] - mean) / ++n;
    }
    rig *g = trained(3, 1, NAN, 0.5);
    double a = crig_predict(g, (double[]){ 12, NAN }, NULL, &far);
    assert_true(far == 1);
    assert_true(rig_near(a, crig_predict(g, (double[]){ 12, mean }, NULL, &far), 1e-9));
    rig_close(g);
    for (int i = 0; i < N; i++)
        d.x[0][i] = 300, d.x[1][i] = NAN;
    g = trained(3, 1, NAN, 0.5);
    a = crig_predict(g, (double[]){ 300, NAN }, NULL, &far);
    assert_true(isfinite(a) && far == 0);
    assert_true(crig_predict(g, (double[]){ 330, 5 }, NULL, &far) == a);
    rig_close(g);
    waves();
    for (int i = 0; i < N; i++) /* all alike but one */
        d.x[0][i] = i == 11;
    g = trained(2, 0, 0.1, 0.5);
    assert_true(isfinite(crig_predict(g, points[0], NULL, NULL)));
    rig_close(g);
}

static void weights(void **state) /* weight 2 is the row twice, where percentiles are the same */
{
    (void)state;
    waves();
    for (int i = 0; i < 20; i++) {
        d.x[0][i] = i % 10;
        d.x[1][i] = cos(1.7 * (i % 10));
        d.y[i] = sin(0.3 * (i % 10));
    }
    d.t.n = 20;
    rig *a = trained(2, 1, 0, 0.5);
    d.t.weight = d.weight;
    for (int i = 10; i < 20; i++)
        d.weight[i] = 1e-9;
    rig *b = trained(2, 1, 0, 0.5);
    assert_true(rig_near(crig_predict(a, points[0], NULL, NULL), crig_predict(b, points[0], NULL, NULL), 1e-6));
    rig_close(a);
    rig_close(b);
}

static int32_t cancel(const fade_host *h, double done, const char *what)
{
    (void)h;
    assert_true(done >= 0 && done <= 1);
    assert_string_equal(what, "train");
    return FADE_ECANCEL;
}

static void refused(void **state)
{
    (void)state;
    waves();
    rig *g = rig_open("polynomial");
    void *model = g;
    rig_value(g, "degree")->real = 5;
    rig_value(g, "interactions")->real = 1;
    d.t.ncol = 8; /* 1286 products */
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(g->text, "8 features to degree 5 have more than 512 products: lower degree"));
    d.t.ncol = 2;
    g->host.progress = cancel;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
    g->host.progress = NULL;
    for (int i = 2; i < N; i++)
        d.y[i] = NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "2 of 40 rows"));
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    waves();
    rig *g = trained(3, 1, NAN, 0.5);
    const char *bad = crig_round(g, "polynomial", points[1]);
    bad = bad ? bad : crig_damage(g, 7);
    if (bad)
        fail_msg("not true: %s", bad);
    rig_close(g);
}

int main(void)
{
    if (crig_missing("polynomial"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_sklearn), cmocka_unit_test(held),    cmocka_unit_test(unknown_and_constant),
        cmocka_unit_test(weights),         cmocka_unit_test(refused), cmocka_unit_test(stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
