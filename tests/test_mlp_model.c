/* SPDX-License-Identifier: MIT
 * test_mlp_model.c - a trained mlp: its predictions against a plain implementation, frozen layers, transfer, refusals,
 * its stream.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mlp_rig.h"
#include <unistd.h>

static void frozen_layers_keep_their_bits(void **state)
{
    (void)state;
    data d;
    waves(&d);
    static const size_t ends[] = { 0, 16, 31, 35 }; /* weights before each layer of 3-4-3-1 */
    for (uint32_t freeze = 0; freeze <= 3; freeze++) {
        rig *g = open_small("tanh", 20);
        static memory m;
        double before[NPARAM], after[NPARAM];
        void *from = planted(g, &d.t);
        save(g, from, &m);
        last(&m, NPARAM, before);
        rig_value(g, "freeze")->real = freeze;
        rig_value(g, "l2")->real = 0.1;
        void *model = learn(g, &d.t, from);
        save(g, model, &m);
        last(&m, NPARAM, after);
        assert_memory_equal(before, after, ends[freeze] * sizeof *before);
        for (size_t q = ends[freeze]; q < NPARAM; q++)
            assert_true(before[q] != after[q]);
        g->model->destroy(from);
        g->model->destroy(model);
        rig_close(g);
    }
}

/* Eight rows of a cell whose curve is that of the others, shifted: starting from theirs beats starting anew. */
static void transfer(void **state)
{
    (void)state;
    data d, few;
    sine(&d, 0.02);
    sine(&few, 0);
    few.t.n = 8;
    for (int i = 0; i < 8; i++) {
        few.x[0][i] = (i + 0.5) / 8;
        few.y[i] = 0.2 + sin(2 * M_PI * few.x[0][i]);
    }
    rig *g = open_sine(1);
    void *base = learn(g, &d.t, NULL);
    double e[2];
    for (int k = 0; k < 2; k++) {
        rig *h = open_sine(1);
        rig_value(h, "rate")->real = 0.003;
        rig_value(h, "validation")->real = 2;
        rig_value(h, "freeze")->real = k ? 0 : 1;
        assert_int_equal(rig_make(h, 8, learn(h, &few.t, k ? NULL : base)), 0);
        double x, sum = 0;
        for (int i = 0; i <= 20; i++) {
            x = 0.03 + 0.94 * i / 20;
            sum += pow(predict(h, &x, NULL, NULL) - 0.2 - sin(2 * M_PI * x), 2) / 21;
        }
        e[k] = sqrt(sum);
        rig_close(h);
    }
    print_message("from a model %.3f, anew %.3f\n", e[0], e[1]);
    assert_true(e[0] < 0.1 && e[0] < 0.5 * e[1]);
    g->model->destroy(base);
    rig_close(g);
}

/* Four networks under three masks against the plain implementation: mean and sigma to 1e-11. */
static void ensembles_and_masks(void **state)
{
    (void)state;
    enum { MEMBERS = 4, PASSES = 3, SIZE = 25 };
    static memory m;
    data d;
    sine(&d, 0.1);
    for (int a = 0; a < 4; a++)
        for (int mc = 0; mc < 2; mc++) {
            rig *g = open_sine(a);
            rig_value(g, "members")->real = MEMBERS;
            rig_value(g, "epochs")->real = 8;
            rig_value(g, "dropout")->real = mc ? 0.3 : 0;
            rig_value(g, "mc")->real = mc ? PASSES : 0;
            rig_value(g, "standardise")->real = 0;
            void *model = learn(g, &d.t, NULL);
            save(g, model, &m);
            double w[MEMBERS * SIZE + PASSES * 8], noise, sigma, mean = 0, m2 = 0, x = 0.3, y[MEMBERS * PASSES];
            last(&m, MEMBERS * SIZE + (mc ? PASSES * 8 : 0), w);
            memcpy(&noise, m.at + HEAD - 8, sizeof noise);
            int n = 0;
            for (int k = 0; k < MEMBERS; k++)
                for (int pass = 0; pass < (mc ? PASSES : 1); pass++)
                    y[n++] = plain(a, 1, (int[]){ 1, 8, 1 }, w + k * SIZE,
                                   mc ? w + MEMBERS * SIZE + pass * 8 : NULL, &x);
            for (int k = 0; k < n; k++)
                mean += y[k] / n;
            for (int k = 0; k < n; k++)
                m2 += pow(y[k] - mean, 2) / n;
            assert_int_equal(rig_make(g, 8, model), 0);
            assert_true(rig_near(predict(g, &x, &sigma, NULL), mean, 1e-11));
            assert_true(rig_near(sigma, sqrt(m2 + noise * noise), 1e-11));
            assert_true(noise > 0 && m2 > 0);
            rig_close(g);
        }
}

static void bits_at_any_tile(void **state) /* a row's numbers do not depend on how many come with it, nor where */
{
    (void)state;
    data d;
    sine(&d, 0.1);
    rig *small = open_sine(3), *large = open_sine(3);
    rig_value(small, "epochs")->real = rig_value(large, "epochs")->real = 10;
    assert_int_equal(rig_make(small, 8, learn(small, &d.t, NULL)), 0);
    assert_int_equal(rig_make(large, 256, learn(large, &d.t, NULL)), 0);
    for (int i = 0; i < 256; i++)
        large->in[0][i] = -0.2 + 1.4 * i / 255;
    assert_int_equal(rig_step(large), 0);
    for (int i = 0; i < 256; i += 5) {
        double s, far, y = predict(small, &(double){ large->in[0][i] }, &s, &far);
        assert_memory_equal(&y, &rig_out(large, "mean")[i], sizeof y);
        assert_memory_equal(&s, &rig_out(large, "sigma")[i], sizeof s);
        assert_memory_equal(&far, &rig_out(large, "distance")[i], sizeof far);
    }
    rig_close(small);
    rig_close(large);
}

static void bounded_and_unknown(void **state)
{
    (void)state;
    data d;
    sine(&d, 0);
    rig *g = open_sine(0);
    rig_value(g, "bound")->real = 1.25;
    rig_value(g, "epochs")->real = 50;
    assert_int_equal(rig_make(g, 8, learn(g, &d.t, NULL)), 0);
    double low = INFINITY, high = -INFINITY, mean = 0, sd = 0, x_high = 0, far, sigma;
    for (int i = 0; i < ROWS; i++) {
        low = fmin(low, d.y[i]);
        high = fmax(high, d.y[i]);
        x_high = fmax(x_high, d.x[0][i]);
        mean += d.x[0][i] / ROWS;
    }
    for (int i = 0; i < ROWS; i++)
        sd += pow(d.x[0][i] - mean, 2) / ROWS;
    sd = sqrt(sd);
    static const double xs[] = { 5, -5, 1e9, -1e9, 1e300, -1e300 };
    double half = 1.25 * 0.5 * (high - low) + 1e-12;
    for (int k = 0; k < 6; k++)
        assert_true(fabs(predict(g, &xs[k], &sigma, &far) - 0.5 * (high + low)) <= half && isfinite(sigma) && far > 0);
    predict(g, &xs[0], NULL, &far);
    assert_true(rig_near(far, (5 - x_high) / sd, 1e-9));
    double a = predict(g, &(double){ NAN }, NULL, &far);
    assert_true(far == 1);
    assert_true(rig_near(a, predict(g, &mean, NULL, &far), 1e-9));
    assert_true(far == 0);
    rig_close(g);
}

static void weights_of_rows(void **state) /* weight 0 is as if the row were not there */
{
    (void)state;
    static memory m, n;
    data d, e;
    sine(&d, 0.3);
    sine(&e, 0.3);
    d.t.weight = d.weight;
    for (int i = 60; i < ROWS; i++) {
        d.weight[i] = i % 2 ? 0 : 1;
        d.y[i] = i % 2 ? d.y[i] : NAN;
    }
    e.t.n = 60;
    rig *g = open_sine(1);
    rig_value(g, "epochs")->real = 5;
    void *a = learn(g, &d.t, NULL), *b = learn(g, &e.t, NULL);
    save(g, a, &m);
    save(g, b, &n);
    assert_memory_equal(m.at + 12, n.at + 12, m.n - 12);
    g->model->destroy(a);
    g->model->destroy(b);
    rig_close(g);
}

static void refuse(rig *g, const fade_table *t, const void *from, const char *says)
{
    void *model = g;
    g->said = 0;
    assert_true(g->corrector->train(&g->host, &g->args, t, from, &model) < 0);
    assert_null(model);
    assert_int_equal(g->said, 1);
    if (!strstr(g->text, says))
        fail_msg("\"%s\" does not say \"%s\"", g->text, says);
}

static void refusals(void **state)
{
    (void)state;
    static const double other[] = { 7 }, half[] = { 2.5 };
    data d;
    sine(&d, 0);
    rig *g = open_sine(1);
    rig_value(g, "epochs")->real = 3;
    void *from = learn(g, &d.t, NULL);
    rig_value(g, "freeze")->real = 1;
    refuse(g, &d.t, NULL, "none to start from");
    rig_value(g, "freeze")->real = 3;
    refuse(g, &d.t, from, "2 layers");
    rig_value(g, "freeze")->real = 0;
    set_layers(g, 1, other);
    refuse(g, &d.t, from, "other layers");
    set_layers(g, 1, half);
    refuse(g, &d.t, NULL, "layers[0] = 2.5");
    set_layers(g, 1, narrow);
    rig_value(g, "mc")->real = 5;
    refuse(g, &d.t, NULL, "dropout is 0");
    rig_value(g, "mc")->real = 0;
    d.t.ncol = 2;
    memcpy(d.x[1], d.x[0], sizeof d.x[0]);
    refuse(g, &d.t, from, "has 1 features");
    d.t.ncol = 1;
    d.t.column = features + 1;
    refuse(g, &d.t, from, "cycle");
    d.t.column = features;
    d.t.ncol = 0;
    refuse(g, &d.t, NULL, "0 features");
    d.t.ncol = 1;
    for (int i = 0; i < ROWS; i++)
        d.y[i] = 1e160 * d.x[0][i];
    refuse(g, &d.t, NULL, "too large");
    for (int i = 0; i < ROWS; i++)
        d.y[i] = i < 2 ? 1 : NAN;
    refuse(g, &d.t, NULL, "2 of 120 rows");
    g->model->destroy(from);
    rig_close(g);
}

static int32_t cancel(const fade_host *h, double done, const char *what)
{
    (void)h;
    (void)done;
    (void)what;
    return FADE_ECANCEL;
}

static void can_be_stopped(void **state)
{
    (void)state;
    data d;
    sine(&d, 0);
    rig *g = open_sine(1);
    void *model = NULL;
    g->host.progress = cancel;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
    assert_null(model);
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    static memory m, again;
    data d;
    sine(&d, 0.1);
    rig *g = open_sine(1), *h = rig_open("mlp");
    rig_value(g, "epochs")->real = 10;
    rig_value(g, "dropout")->real = 0.1;
    rig_value(g, "mc")->real = 3;
    assert_int_equal(rig_make(g, 8, learn(g, &d.t, NULL)), 0);
    save(g, g->object, &m);
    assert_int_equal(rig_make(h, 8, load(h, &m)), 0);
    assert_int_equal(m.read, m.n);
    assert_int_equal(h->columns.in.n, 1);
    assert_string_equal(((const fade_column *)h->columns.in.at)[0].key, "cycle");
    for (int i = -3; i < 9; i++) {
        double x = i / 5.0, a[3], b[3];
        a[0] = predict(g, &x, &a[1], &a[2]);
        b[0] = predict(h, &x, &b[1], &b[2]);
        assert_memory_equal(a, b, sizeof a);
    }
    save(h, h->object, &again);
    assert_int_equal(again.n, m.n);
    assert_memory_equal(again.at, m.at, m.n);
    fade_stream s = { sizeof s, &again, mem_read, mem_write };
    again.limit = again.n - 1; /* a full disk */
    again.n = 0;
    assert_int_equal(h->corrector->save(h->object, &s), FADE_EIO);
    rig_close(g);
    rig_close(h);
}

static void damaged_streams(void **state) /* cut anywhere, any one byte changed, noise: a sentence each */
{
    (void)state;
    static memory good, bad;
    data d;
    sine(&d, 0.3);
    rig *g = open_sine(1);
    rig_value(g, "epochs")->real = 2;
    void *trained_one = learn(g, &d.t, NULL);
    save(g, trained_one, &good);
    fade_stream s = { sizeof s, &bad, mem_read, mem_write };
    for (size_t k = 0; k < 2 * good.n + 200; k++) {
        void *model = &d;
        memcpy(bad.at, good.at, good.n);
        bad.n = k < good.n ? k : good.n;
        bad.read = 0;
        if (k >= good.n && k < 2 * good.n)
            bad.at[k - good.n] ^= 1u << (k % 8);
        for (size_t i = k % 2 ? 8 : 0; k >= 2 * good.n && i < bad.n; i++)
            bad.at[i] = (unsigned char)(draw() * 127);
        g->said = 0;
        assert_true(g->corrector->load(&g->host, &g->args, &s, &model) < 0);
        assert_null(model);
        assert_int_equal(g->said, 1);
    }
    g->model->destroy(trained_one);
    rig_close(g);
}

int main(void)
{
    const char *build = getenv("FADE_BUILD");
    char path[512];
    snprintf(path, sizeof path, "%s/plugins/mlp.so", build ? build : "build");
    if (access(path, F_OK) != 0) {
        printf("%s is not there: it needs cblas\n", path);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frozen_layers_keep_their_bits),
        cmocka_unit_test(transfer),
        cmocka_unit_test(ensembles_and_masks),
        cmocka_unit_test(bits_at_any_tile),
        cmocka_unit_test(bounded_and_unknown),
        cmocka_unit_test(weights_of_rows),
        cmocka_unit_test(refusals),
        cmocka_unit_test(can_be_stopped),
        cmocka_unit_test(stream),
        cmocka_unit_test(damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
