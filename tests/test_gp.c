/* SPDX-License-Identifier: MIT
 * test_gp.c - the Gaussian process against scikit-learn's: mean, deviation, likelihood and its slopes at given
 * hyper-parameters, and the likelihood that is reached; its kernels in words; its stream.
 *
 * Numbers by scikit-learn 1.9.1:
 *   i = np.arange(30.); X = np.c_[i, 2*np.cos(1.7*i) + 0.1*i]; y = np.sin(0.3*i) + 0.2*X[:,1] + 0.05*np.cos(7.1*i)
 *   A = np.array([[10.5, 0.3], [40., -1.], [0., 5.]]); C, W, L = ConstantKernel, WhiteKernel, DotProduct(0, "fixed")
 *   # "rbf": k = C(2)*RBF(1.5) + W(.1), "matern32": k = C(2)*Matern([1.5, .7], nu=1.5) + W(.1), "linear": C(.8)*L +
 * W(.1), # "periodic": C(2)*ExpSineSquared(1.2, 1.3) + W(.1) on the first column, sums and products of these as in the
 * text g = GaussianProcessRegressor(k, alpha=1e-10, optimizer=None, normalize_y=True).fit((X - X.mean(0))/X.std(0), y)
 *   g.log_marginal_likelihood(g.kernel_.theta, eval_gradient=True), g.predict((A - X.mean(0))/X.std(0),
 * return_std=True)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/corrector_rig.h"

enum { N = 30, POINTS = 3, MOST = 8 };

typedef struct answer {
    const char *text;
    int ard, p, n;
    double start[MOST], likelihood, slope[MOST], mean[POINTS], sigma[POINTS];
} answer;

static const answer answers[] = {
    { "rbf", 0, 2, 3, { 1.5, 2, 0.1 }, -49.6690913160809, { -58.8450683034706, 7.06795489547225, 19.4766400120617 },
      { -0.00207562750614482, 1.29735586874148, 0.689763917947407 }, { 0.264498347454969, 0.899797060501281,
      0.816555667830603 } },
    { "rbf", 1, 2, 4, { 1.5, 0.7, 2, 0.1 }, -51.9151488125181, { -46.8140031982741, -6.11499843970014,
      6.39232609603825, 16.2861985766337 },
      { -0.254192613112545, 0.873762028861954, 0.611879100552853 }, { 0.292225940665684, 1.04427964914909,
      1.04609081252453 } },
    { "rbf(a) * rbf(b)", 0, 2, 4, { 1.5, 0.7, 2, 0.1 }, -51.9151488125181, { -46.8140031982741, -6.11499843970014,
      6.39232609603825, 16.2861985766337 },
      { -0.254192613112545, 0.873762028861954, 0.611879100552853 }, { 0.292225940665684, 1.04427964914909,
      1.04609081252453 } },
    { "matern12", 0, 2, 3, { 1.5, 2, 0.1 }, -34.5407044649913, { 4.37575448086371, -5.91351200518778,
      -1.65630510164266 },
      { 0.0255640973232187, 0.649535479072355, 0.598926447160681 }, { 0.47590577888073, 1.04494483164226,
      1.01711358411706 } },
    { "matern32", 1, 2, 4, { 1.5, 0.7, 2, 0.1 }, -36.4817411564517, { -12.8450617867197, 7.48906350620481,
      0.332572606449899, -1.3686896861798 },
      { -0.0816779177196095, 0.540025014815576, 0.55764996498692 }, { 0.358971421212366, 1.06847340839023,
      1.06762180954469 } },
    { "matern52", 0, 2, 3, { 0.4, 0.5, 0.02 }, -30.9604141008034, { 14.5804723877444, 3.57169298625423,
      -0.741566521224691 },
      { 0.0923354371687469, 0.499305572150192, 0.49948314878324 }, { 0.222113666598984, 0.54421092097921,
      0.544208681271883 } },
    { "matern52", 1, 2, 4, { 1.5, 0.7, 2, 0.1 }, -38.3529708174865, { -23.991400379506, 6.06513006407236,
      3.44150845154547, 0.363052495847027 },
      { -0.147514860913156, 0.589505567603798, 0.56440568175997 }, { 0.328341944851304, 1.06482895870922,
      1.06408418869241 } },
    { "linear", 0, 2, 2, { 0.8, 0.1 }, -122.908499968763, { -0.890490508669671, 110.420989494628 },
      { 0.273849553357315, 0.045172146491804, 1.15519644699619 }, { 0.24077256781702, 0.308360879083968,
      0.290287755632128 } },
    { "periodic", 0, 1, 4, { 1.2, 1.3, 2, 0.1 }, -140.909922130879, { -10.7423395344874, -140.508553216088,
      0.546064748346168, 120.433369665835 },
      { 0.567540860856163, 0.565095951120394, 0.618674697241494 }, { 0.266930278245914, 0.26166493690339,
      0.262425826309458 } },
    { "rbf + linear", 0, 2, 4, { 1.5, 2, 0.8, 0.1 }, -49.4122319997595, { -55.8579488505075, 6.50995124948859,
      -0.474101962517395, 18.6984993941715 },
      { 0.00625593987081247, 2.08788890891455, 0.473859129789558 }, { 0.264688392318351, 1.23186327088255,
      1.03108447451059 } },
    { "matern52 * periodic + constant + white", 0, 1, 6, { 1.7, 1.2, 1.3, 2, 0.5, 0.1 }, -30.7979724533629, {
      -8.15692401052554, -6.67498168768567, -0.138160497275731, 4.10227535403367, -0.08011634620834, -3.71451590751924
      },
      { 0.294917255936259, 1.66658247530188, 0.494529604404339 }, { 0.289485627810448, 0.824184333269253,
      0.314608304401139 } },
    { "(rbf + linear) * matern32", 0, 2, 5, { 1.5, 2.5, 2, 0.8, 0.1 }, -31.3538465042282, { -6.47394667591495,
      -6.92788927283938, 1.64006282407464, -0.503191563858856, -3.28135629510029 },
      { -0.0328411120707146, 0.797373914718849, 0.650613788540331 }, { 0.303294122158523, 2.09849188987803,
      1.716201769679 } },
};

static const double points[POINTS][2] = { { 10.5, 0.3 }, { 40, -1 }, { 0, 5 } };

/* What it says of itself, beside warnings and errors. */
static double said_likelihood, said_slope[MOST];
static int said_slopes, said_rows;
static void listen(const fade_host *h, const fade_report *r)
{
    const char *at = strstr(r->text, "slope ");
    if (r->level == 0 && at && said_slopes < MOST)
        said_slope[said_slopes++] = strtod(at + 6, NULL);
    at = strstr(r->text, "log likelihood ");
    if (at && sscanf(r->text, "gp on %d of", &said_rows) == 1)
        said_likelihood = strtod(at + 15, NULL);
    rig_report(h, r);
}

static crig_table d;

static void waves(void)
{
    crig_shape(&d, N, 2);
    for (int i = 0; i < N; i++) {
        d.x[0][i] = i;
        d.x[1][i] = 2 * cos(1.7 * i) + 0.1 * i;
        d.y[i] = sin(0.3 * i) + 0.2 * d.x[1][i] + 0.05 * cos(7.1 * i);
    }
}

/* A life of 168 cycles with jumps after rests. */
static void life(void)
{
    crig_shape(&d, 168, 2);
    for (int i = 0; i < 168; i++) {
        d.x[0][i] = i;
        d.x[1][i] = exp(-(i % 23) / 3.0);
        d.y[i] = 1.86 - 0.0031 * i + 0.02 * sin(i / 30.0) + 0.03 * d.x[1][i] + 0.003 * cos(7.1 * i);
    }
}

static rig *opened(const char *kernel, int ard)
{
    rig *g = rig_open("gp");
    g->host.report = listen;
    rig_value(g, "kernel")->text = kernel;
    rig_value(g, "ard")->real = ard;
    said_slopes = said_rows = 0;
    return g;
}

static rig *trained(rig *g, const void *from)
{
    void *model = NULL;
    int32_t rc = g->corrector->train(&g->host, &g->args, &d.t, from, &model);
    if (rc)
        print_message("%s\n", g->text);
    assert_int_equal(rc, 0);
    assert_int_equal(rig_make(g, 8, model), 0);
    return g;
}

static void set_start(rig *g, const double *v, int n)
{
    rig_value(g, "start")->v = v;
    rig_value(g, "start")->n = (uint32_t)n;
    rig_value(g, "optimise")->real = 0;
}

static int near_abs(double a, double b, double tol)
{
    if (fabs(a - b) <= tol)
        return 1;
    print_message("%.17g is not %.17g within %g\n", a, b, tol);
    return 0;
}

/* To 1e-9: mean, deviation, likelihood; slopes to 1e-8 of themselves or of 1. */
static void same_as_sklearn(void **state)
{
    (void)state;
    for (size_t c = 0; c < sizeof answers / sizeof *answers; c++) {
        const answer *a = &answers[c];
        waves();
        d.t.ncol = (uint32_t)a->p;
        rig *g = opened(a->text, a->ard);
        set_start(g, a->start, a->n);
        trained(g, NULL);
        print_message("%s\n", a->text);
        assert_true(near_abs(said_likelihood, a->likelihood, 1e-9 * fabs(a->likelihood)));
        assert_int_equal(said_slopes, a->n);
        for (int i = 0; i < a->n; i++)
            assert_true(near_abs(said_slope[i], a->slope[i], 1e-8 * fmax(1, fabs(a->slope[i]))));
        for (int i = 0; i < POINTS; i++) {
            double sigma;
            assert_true(near_abs(crig_predict(g, points[i], &sigma, NULL), a->mean[i], 1e-9));
            assert_true(near_abs(sigma, a->sigma[i], 1e-9));
        }
        rig_close(g);
    }
}

/* The most likelihood of scikit-learn from 31 starts within the same bounds; ours may be 1e-3 below. */
static void climbs_as_high(void **state)
{
    (void)state;
    static const struct climbing {
        const char *text;
        int ard;
        void (*make)(void);
        double likelihood;
        int starts; /* two kernels that are alike have several tops */
    } all[] = {
        { "rbf + linear", 0, waves, -12.694813318399282, 3 },
        { "matern32", 1, waves, 16.613046372465117, 3 },
        { "rbf + linear", 0, life, 459.5724237127077, 3 },
        { "rbf", 1, life, 461.6925998330758, 3 },
        { "matern52 + matern12", 0, life, 483.07370282213157, 10 },
    };
    for (size_t c = 0; c < sizeof all / sizeof *all; c++) {
        all[c].make();
        rig *g = opened(all[c].text, all[c].ard);
        rig_value(g, "starts")->real = all[c].starts;
        trained(g, NULL);
        print_message("%s: %.6f, scikit-learn %.6f\n", all[c].text, said_likelihood, all[c].likelihood);
        assert_true(said_likelihood > all[c].likelihood - 1e-3);
        rig_close(g);
    }
}

static void says_which_letter(void **state)
{
    (void)state;
    static const struct wrong {
        const char *text, *says;
    } all[] = {
        { "rbf + lineal", "letter 7, \"lineal\": a kernel must stand here" },
        { "rbf +", "letter 6, \"(the end)\": a kernel" },
        { "rbf linear", "letter 5, \"linear\": \"+\", \"*\" or the end" },
        { "(rbf + linear", "letter 14, \"(the end)\": \"+\", \"*\" or \")\"" },
        { "rbf(cycle)", "letter 5, \"cycle)\": a feature of this corrector must stand here, such as a" },
        { "rbf(a, a)", "letter 8, \"a)\": the feature is there already" },
        { "rbf(a b)", "letter 7, \"b)\": a \",\" or \")\"" },
        { "", "letter 1" },
        { "rbf ** rbf", "letter 6, \"* rbf\": a kernel" },
        { "rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf+rbf",
          "letter 65, \"rbf\": there are 16 kernels" },
        { "(rbf+rbf+rbf+rbf+rbf+rbf)*(rbf+rbf+rbf+rbf+rbf+rbf)",
          "letter 26, \"*(rbf+rbf+rbf+rbf+rbf+rb\": multiplied out" },
        { "rbf)", "letter 4, \")\": \"+\", \"*\" or the end" },
        { "((((((((((((((((((((((((((((((((((((rbf", "nested more than 32" },
    };
    waves();
    for (size_t c = 0; c < sizeof all / sizeof *all; c++) {
        rig *g = opened(all[c].text, 0);
        void *model = g;
        assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
        if (!strstr(g->text, all[c].says))
            fail_msg("%s", g->text);
        assert_null(model);
        assert_int_equal(g->said, 1);
        rig_close(g);
    }
}

static void wrong_starts(void **state)
{
    (void)state;
    static const double v[] = { 1, 1, -1, 1 };
    waves();
    rig *g = opened("rbf", 0);
    void *model;
    set_start(g, v, 2);
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(
        strstr(g->text, "start has 2 values, the kernel has 3 hyper-parameters: the first is the length of rbf"));
    set_start(g, v, 3);
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "start: value 3, the variance of white, is -1, must be above 0"));
    rig_close(g);
}

/* A row of weight 3 says as much as three rows: noise / 3 each. */
static void weights(void **state)
{
    (void)state;
    static const double start[] = { 1.2, 1, 0.2 }, twice[] = { 1.2, 1, 0.2 * 2.0 };
    double sigma, other;
    waves();
    rig *a = opened("rbf", 0);
    set_start(a, start, 3);
    trained(a, NULL);
    for (int i = 0; i < N; i++)
        d.weight[i] = 2;
    d.t.weight = d.weight;
    rig *b = opened("rbf", 0);
    set_start(b, start, 3);
    trained(b, NULL);
    assert_true(crig_predict(a, points[0], &sigma, NULL) ==
                crig_predict(b, points[0], &other, NULL)); /* only ratios count */
    assert_true(sigma == other);
    rig_close(a);
    rig_close(b);
    for (int i = 0; i < N; i++) /* half of weight 1.5, half unknown and weight 0: noise is that of the mean weight */
        d.y[i] = i % 2 ? d.y[i] : NAN;
    d.weight[5] = 0;
    b = opened("rbf", 0);
    set_start(b, twice, 3);
    trained(b, NULL);
    assert_int_equal(said_rows, N / 2 - 1);
    rig_close(b);
}

static void unknown_features(void **state)
{
    (void)state;
    double mean = 0, far;
    waves();
    for (int i = 0; i < N; i++)
        d.x[1][i] = i % 5 == 0 ? NAN : d.x[1][i];
    for (int i = 0, n = 0; i < N; i++)
        if (i % 5)
            mean += (d.x[1][i] - mean) / ++n;
    rig *g = trained(opened("rbf + linear", 0), NULL);
    double a = crig_predict(g, (double[]){ 12, NAN }, NULL, &far);
    assert_true(far == 1);
    assert_true(rig_near(a, crig_predict(g, (double[]){ 12, mean }, NULL, &far), 1e-9));
    assert_true(far == 0);
    crig_predict(g, (double[]){ 29 + sqrt((N * N - 1) / 12.0), mean }, NULL, &far);
    assert_true(rig_near(far, 1, 1e-9));
    rig_close(g);
}

/* Far from all rows: the mean of the target, and the deviation of the process; without sigma that deviation everywhere.
 */
static void far_away(void **state)
{
    (void)state;
    static const double start[] = { 0.5, 1.3, 0.04 };
    double mean = 0, m2 = 0, sigma, bound;
    waves();
    for (int i = 0; i < N; i++)
        mean += d.y[i] / N;
    for (int i = 0; i < N; i++)
        m2 += (d.y[i] - mean) * (d.y[i] - mean) / N;
    rig *g = opened("matern52", 0), *h = opened("matern52", 0);
    set_start(g, start, 3);
    set_start(h, start, 3);
    rig_value(h, "sigma")->real = 0;
    trained(g, NULL);
    trained(h, NULL);
    assert_true(rig_near(crig_predict(g, (double[]){ 1e4, 0 }, &sigma, NULL), mean, 1e-12));
    assert_true(rig_near(sigma, sqrt(1.34 * m2), 1e-12));
    assert_true(crig_predict(g, points[0], &sigma, NULL) == crig_predict(h, points[0], &bound, NULL));
    assert_true(rig_near(bound, sqrt(1.34 * m2), 1e-12));
    assert_true(sigma < 0.5 * bound);
    const char *bad = crig_round(h, "gp", points[0]);
    if (bad)
        fail_msg("not true: %s", bad);
    rig_close(g);
    rig_close(h);
}

/* 2000 rows of three cells: cost is bounded, and what was planted is still found. */
static void thinned(void **state)
{
    (void)state;
    uint64_t seed = 3;
    crig_shape(&d, 2000, 1);
    for (int i = 0; i < 2000; i++) {
        d.cell[i] = (uint32_t)(i >= 100) + (uint32_t)(i >= 1200);
        d.row[i] = (uint32_t)(i - (i >= 1200 ? 1200 : i >= 100 ? 100 : 0));
        d.x[0][i] = d.row[i];
        d.y[i] = sin(0.01 * d.row[i]) + 0.05 * crig_draw(&seed);
    }
    rig *g = opened("rbf", 0);
    rig_value(g, "most_rows")->real = 200;
    rig_value(g, "tune_rows")->real = 100;
    trained(g, NULL);
    assert_int_equal(said_rows, 200); /* 10 + 110 + 80 */
    for (double x = 10; x < 1000; x += 97)
        assert_true(near_abs(crig_predict(g, &x, NULL, NULL), sin(0.01 * x), 0.03));
    rig_close(g);
    for (int i = 0; i < 2000; i++)
        d.cell[i] = (uint32_t)i; /* more cells than rows that may stay */
    g = opened("rbf", 0);
    rig_value(g, "most_rows")->real = 150;
    rig_value(g, "tune_rows")->real = 50;
    trained(g, NULL);
    assert_int_equal(said_rows, 150);
    rig_close(g);
}

/* From a model of the same kernel the climb begins where that one ended, and a model kept fixed keeps its
 * hyper-parameters. */
static void warm(void **state)
{
    (void)state;
    waves();
    rig *a = trained(opened("rbf", 0), NULL);
    double reached = said_likelihood;
    rig *b = opened("rbf", 0);
    rig_value(b, "optimise")->real = 0;
    trained(b, a->object);
    assert_true(rig_near(said_likelihood, reached, 1e-9));
    rig *c = trained(opened("rbf + linear", 0), a->object); /* another kernel: as if from nothing */
    assert_true(crig_predict(a, points[1], NULL, NULL) == crig_predict(b, points[1], NULL, NULL));
    rig_close(a);
    rig_close(b);
    rig_close(c);
}

static void same_each_time(void **state)
{
    (void)state;
    double sigma, again;
    life();
    rig *a = trained(opened("rbf(a) * linear + matern32", 1), NULL),
        *b = trained(opened("rbf(a) * linear + matern32", 1), NULL);
    assert_true(crig_predict(a, points[1], &sigma, NULL) == crig_predict(b, points[1], &again, NULL));
    assert_true(sigma == again);
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
    rig *g = opened("rbf", 0);
    void *model = g;
    g->host.progress = cancel;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
    assert_null(model);
    g->host.progress = NULL;
    for (int i = 0; i < N; i++)
        d.y[i] = i < 2 ? 1 : NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "2 of 30 rows"));
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "0 features"));
    waves();
    for (int i = 0; i < N; i++)
        d.y[i] *= 1e200;
    assert_true(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model) < 0);
    assert_null(model);
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    waves();
    rig *g = trained(opened("rbf(a) * periodic(b) + linear", 1), NULL);
    const char *bad = crig_round(g, "gp", points[1]);
    bad = bad ? bad : crig_damage(g, 37);
    if (bad)
        fail_msg("not true: %s", bad);
    rig_close(g);
}

int main(void)
{
    if (crig_missing("gp"))
        return 77;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_sklearn), cmocka_unit_test(climbs_as_high),   cmocka_unit_test(says_which_letter),
        cmocka_unit_test(wrong_starts),    cmocka_unit_test(weights),          cmocka_unit_test(unknown_features),
        cmocka_unit_test(far_away),        cmocka_unit_test(thinned),          cmocka_unit_test(warm),
        cmocka_unit_test(same_each_time),  cmocka_unit_test(refused),          cmocka_unit_test(stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
