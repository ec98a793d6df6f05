/* SPDX-License-Identifier: MIT
 * test_mlp.c - how networks learn: the gradient by finite differences, Adam by PyTorch's numbers, a sine, early
 * stopping.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mlp_rig.h"
#include <unistd.h>

typedef struct problem { /* the loss of the planted network, all in one */
    const data *d;
    int act;
    double l1, l2, dropout;
    int order[12]; /* the row in each lane */
    uint64_t seed;
} problem;

static double loss_of(const problem *p, const double *w)
{
    static const int width[] = { 3, 4, 3, 1 };
    double sum = 0, weight = 0, total = 0;
    for (int i = 0; i < 12; i++)
        weight += p->d->weight[i] / 12;
    for (int lane = 0; lane < 12; lane++) {
        int i = p->order[lane];
        double x[3] = { p->d->x[0][i], p->d->x[1][i], p->d->x[2][i] }, mask[7];
        for (int u = 0; u < 7; u++) /* numbers are drawn unit by unit, 16 lanes each */
            mask[u] = random_uniform(p->seed, 0, (uint64_t)(u * 16 + lane), 2) < p->dropout ? 0 : 1 / (1 - p->dropout);
        double e = plain(p->act, 2, width, w, mask, x) - p->d->y[i];
        sum += p->d->weight[i] / weight * e * e / 12;
    }
    for (int l = 0, at = 0; l < 3; at += (width[l] + 1) * width[l + 1], l++)
        for (int k = at; k < at + width[l] * width[l + 1]; k++)
            total += p->l1 * fabs(w[k]) + p->l2 * w[k] * w[k];
    return sum + total;
}

/* As teach.c shuffles: Fisher and Yates from the end, stream 1. */
static void shuffled(problem *p)
{
    for (int i = 0; i < 12; i++)
        p->order[i] = i;
    for (int i = 12; i > 1; i--) {
        int j = (int)(random_uniform(p->seed, 0, (uint64_t)(12 - i), 1) * i), swap = p->order[i - 1];
        p->order[i - 1] = p->order[j];
        p->order[j] = swap;
    }
}

/* With no memory Adam's step is rate g / (|g| + epsilon): one epoch shows the gradient.  Central differences, h = 1e-5,
 * agree to 1e-8. */
static void gradients(void **state)
{
    (void)state;
    data d;
    waves(&d);
    for (int a = 0; a < 4; a++)
        for (int k = 0; k < 6; k++) {
            problem p = { .d = &d, .act = a, .l1 = k & 1 ? 0.03 : 0, .l2 = k & 2 ? 0.05 : 0,
                          .dropout = k == 4 ? 0.4 : 0, .seed = 99 };
            rig *g = open_small(acts[a], 1);
            g->seed = p.seed;
            for (int i = 0; i < 12; i++)
                d.weight[i] = k == 5 ? 1 + 0.3 * (i % 4) : 1;
            d.t.weight = d.weight;
            shuffled(&p);
            rig_value(g, "beta1")->real = rig_value(g, "beta2")->real = 0;
            rig_value(g, "epsilon")->real = rig_value(g, "rate")->real = 1;
            rig_value(g, "l1")->real = p.l1;
            rig_value(g, "l2")->real = p.l2;
            rig_value(g, "dropout")->real = p.dropout;
            double w[NPARAM], after[NPARAM];
            trained(g, &d.t, after);
            for (int q = 0; q < NPARAM; q++)
                w[q] = 0.5 * sin(1.7 * q + 0.3);
            for (int q = 0; q < NPARAM; q++) {
                double moved = w[q] - after[q], gradient = moved / (1 - fabs(moved)), at = w[q];
                w[q] = at + 1e-5;
                double up = loss_of(&p, w);
                w[q] = at - 1e-5;
                double down = loss_of(&p, w);
                w[q] = at;
                if (!(fabs(gradient - (up - down) / 2e-5) < 1e-8))
                    fail_msg("%s, case %d, weight %d: %.12g, by differences %.12g", acts[a], k, q, gradient,
                             (up - down) / 2e-5);
            }
            rig_close(g);
        }
}

/* PyTorch 2.15, float64, to 1e-12:
 *   import torch, math; torch.set_default_dtype(torch.float64)
 *   X = torch.tensor([[math.sin(1.3*i + 2.1*j) for j in range(3)] for i in range(12)])
 *   y = torch.tensor([math.cos(0.9*i) for i in range(12)])
 *   # W, c of the layers 3-4-3-1 in order, weight k of all = 0.5*sin(1.7*k + 0.3), each requires_grad
 *   opt = torch.optim.Adam(all, lr=0.01)
 *   # per step: a = X.T; a = W@a + c[:,None], act(a) but for the last layer (gelu with approximate='tanh')
 *   # loss = ((a[0]-y)**2).mean() + sum(0.01*W.abs().sum() + 0.02*(W**2).sum() for all W); opt.step()
 *   # weights 0, 5, 16, 20, 31, 34 after one and after ten steps */
static void adam_as_pytorch(void **state)
{
    (void)state;
    static const double want[4][2][6] = {
        { { 0.1377601074210047, 0.2824586000321039, 0.3396200169170607, 0.1373411619723655, 0.187962577463977,
            0.4899052903775716 },
          { 0.05860603896616864, 0.1925806507934538, 0.2673827536815343, 0.1617602669702198, 0.1059080263570668,
            0.4019406961220791 } },
        { { 0.1377601124573581, 0.3024585203317984, 0.3396200166302203, 0.1373411659713306, 0.2079625698623233,
            0.48990529037045 },
          { 0.0466581564310963, 0.2260400283107203, 0.2505236622366708, 0.2230346435168765, 0.2984075237768147,
            0.4029994211467701 } },
        { { 0.1377601096739455, 0.282458601261513, 0.339620017959592, 0.137341163946393, 0.187962575378496,
            0.4899052904151499 },
          { 0.04842359649740149, 0.1930402675243283, 0.2528248947543804, 0.2182694857816112, 0.103653099687103,
            0.4055617067022761 } },
        { { 0.1377601096181454, 0.2824585997714938, 0.3396200172585169, 0.137341164931323, 0.2079625714573411,
            0.4899052903711458 },
          { 0.04881745381904374, 0.1935195908142835, 0.2514320914425235, 0.2243209974718569, 0.2991856523136008,
            0.4017176717365386 } },
    };
    static const int which[] = { 0, 5, 16, 20, 31, 34 };
    data d;
    waves(&d);
    for (int a = 0; a < 4; a++)
        for (int ten = 0; ten < 2; ten++) {
            rig *g = open_small(acts[a], ten ? 10 : 1);
            rig_value(g, "rate")->real = 0.01;
            rig_value(g, "l1")->real = 0.01;
            rig_value(g, "l2")->real = 0.02;
            double w[NPARAM];
            trained(g, &d.t, w);
            for (int q = 0; q < 6; q++)
                assert_true(rig_near(w[which[q]], want[a][ten][q], 1e-12));
            rig_close(g);
        }
}

static void learns_a_sine(void **state) /* within 0.05 of it, from 120 rows with noise of sd 0.03 */
{
    (void)state;
    data d;
    sine(&d, 0.05);
    for (int a = 0; a < 4; a++) {
        rig *g = open_sine(a);
        double sigma, far;
        rig_value(g, "epochs")->real = a == 2 ? 900 : 300;
        rig_value(g, "plateau")->real = 30;
        assert_int_equal(rig_make(g, 8, learn(g, &d.t, NULL)), 0);
        double e = rmse(g);
        print_message("%s: %.4f\n", acts[a], e);
        assert_true(e < 0.05);
        predict(g, (double[]){ 0.5 }, &sigma, &far);
        assert_true(sigma > 0.02 && sigma < 0.12 && far == 0);
        rig_close(g);
    }
}

static int epochs_seen;
static int32_t count(const fade_host *h, double done, const char *what)
{
    (void)h;
    assert_true(done >= 0 && done <= 1.0000001);
    assert_string_equal(what, "train");
    epochs_seen++;
    return FADE_OK;
}

static int epochs_of(rig *g, const fade_table *t)
{
    epochs_seen = 0;
    g->host.progress = count;
    g->model->destroy(learn(g, t, NULL));
    return epochs_seen;
}

static void stops_early(void **state) /* noise teaches nothing: the held rows say so, and all epochs go on without */
{
    (void)state;
    data d;
    sine(&d, 0);
    for (int i = 0; i < ROWS; i++) {
        d.y[i] = draw();
        d.cell[i] = (uint32_t)i / 20;
    }
    rig *g = open_sine(1);
    rig_value(g, "members")->real = 1;
    rig_value(g, "epochs")->real = 600;
    rig_value(g, "patience")->real = 10;
    rig_value(g, "refit")->real = 0;
    for (int by = 0; by < 3; by++) {
        rig_value(g, "validation")->real = by;
        int n = epochs_of(g, &d.t);
        assert_true(by == 2 ? n == 600 : n > 10 && n < 120);
    }
    rig_value(g, "validation")->real = 0; /* and again on all rows, so long as it had helped: patience less */
    int once = epochs_of(g, &d.t);
    rig_value(g, "refit")->real = 1;
    assert_int_equal(epochs_of(g, &d.t), 2 * once - 10);
    rig_close(g);
}

/* What they hold does not reach a network that is not refitted. */
static void the_held_rows_are_the_later_ones(void **state)
{
    (void)state;
    data d, e;
    sine(&d, 0.1);
    for (int i = 0; i < ROWS; i++)
        d.cell[i] = (uint32_t)i / 60;
    e = d;
    table(&e, ROWS, 1);
    memcpy(e.cell, d.cell, sizeof e.cell);
    for (int i = 0; i < ROWS; i++)
        e.y[i] += i % 60 >= 48 ? 1e-3 * draw() : 0;
    static memory m, n;
    double a[25], b[25];
    rig *g = open_sine(1);
    rig_value(g, "members")->real = 1;
    rig_value(g, "epochs")->real = 5;
    rig_value(g, "refit")->real = 0;
    rig_value(g, "standardise")->real = 0;
    void *one = learn(g, &d.t, NULL), *two = learn(g, &e.t, NULL);
    save(g, one, &m);
    save(g, two, &n);
    last(&m, 25, a);
    last(&n, 25, b);
    assert_memory_equal(a, b, sizeof a);
    e.y[47] += 1e-3; /* the last that is not held back */
    g->model->destroy(two);
    two = learn(g, &e.t, NULL);
    save(g, two, &n);
    last(&n, 25, b);
    assert_memory_not_equal(a, b, sizeof a);
    g->model->destroy(one);
    g->model->destroy(two);
    rig_close(g);
}

/* Rows of noise with a sine in it, 1761 weights: over four seeds, without early stopping the error is larger. */
static void early_stopping_helps(void **state)
{
    (void)state;
    static const double wide[] = { 40, 40 };
    data d;
    sine(&d, 2);
    double e[2] = { 0 };
    for (int k = 0; k < 8; k++) {
        rig *g = open_sine(0);
        g->seed = (uint64_t)k / 2;
        set_layers(g, 2, wide);
        rig_value(g, "members")->real = 1;
        rig_value(g, "epochs")->real = 500;
        rig_value(g, "decay")->real = 1;
        rig_value(g, "held")->real = 0.3;
        rig_value(g, "validation")->real = k % 2 ? 2 : 0;
        assert_int_equal(rig_make(g, 8, learn(g, &d.t, NULL)), 0);
        e[k % 2] += rmse(g) / 4;
        rig_close(g);
    }
    print_message("with %.3f, without %.3f\n", e[0], e[1]);
    assert_true(e[0] < 0.9 * e[1]);
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    static memory m[3];
    data d;
    sine(&d, 0.1);
    for (int k = 0; k < 3; k++) {
        rig *g = open_sine(3);
        g->seed = k < 2 ? 5 : 6;
        rig_value(g, "epochs")->real = 20;
        rig_value(g, "dropout")->real = 0.2;
        rig_value(g, "mc")->real = 4;
        void *model = learn(g, &d.t, NULL);
        save(g, model, &m[k]);
        g->model->destroy(model);
        rig_close(g);
    }
    assert_int_equal(m[0].n, m[1].n);
    assert_memory_equal(m[0].at, m[1].at, m[0].n);
    assert_memory_not_equal(m[0].at, m[2].at, m[0].n);
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
        cmocka_unit_test(gradients),
        cmocka_unit_test(adam_as_pytorch),
        cmocka_unit_test(learns_a_sine),
        cmocka_unit_test(stops_early),
        cmocka_unit_test(the_held_rows_are_the_later_ones),
        cmocka_unit_test(early_stopping_helps),
        cmocka_unit_test(same_seed_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
