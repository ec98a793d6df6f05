/* SPDX-License-Identifier: MIT
 * test_lstm.c - a network with memory: PyTorch's numbers, the gradient by differences, cells kept apart, a series that
 * only memory explains, what no file should hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/random.h"
#include "tests/lstm_rig.h"
#include <unistd.h>

static void waves_of_weights(double *w)
{
    for (int k = 0; k < NW; k++)
        w[k] = 0.4 * sin(1.7 * k + 0.3);
}

/* ---- a plain second implementation ---- */

static double plain(const double *w, const lstm_data *d, int row)
{
    double h[L][H] = { { 0 } }, c[L][H] = { { 0 } }, y;
    int past = row % CELL < W - 1 ? row % CELL : W - 1;
    for (int i = row - past; i <= row; i++) {
        double x[P] = { d->x[0][i], d->x[1][i] };
        lstm_plain(w, P, x, h[0], c[0]);
        lstm_plain(w + 4 * H * (P + H + 1), H, h[0], h[1], c[1]);
    }
    y = w[NW - 1];
    for (int r = 0; r < H; r++)
        y += w[NW - 1 - H + r] * h[1][r];
    return y;
}

static double loss(const double *w, const lstm_data *d)
{
    double sum = 0;
    for (int i = 0; i < ROWS; i++)
        sum += pow(plain(w, d, i) - d->y[i], 2) / ROWS;
    return sum;
}

/* ---- predictions, row after row ---- */

static void begin(rig *g)
{
    rig_fill(g->x[0], 8 * rig_width(&g->columns.state, 0), 0);
    rig_fill(g->x[1], 8, 0);
}

static double next(rig *g, const double *x)
{
    for (uint32_t j = 0; j < g->columns.in.n; j++)
        rig_fill(g->in[j], 8, x[j]);
    assert_int_equal(rig_step(g), 0);
    return rig_out(g, "mean")[5];
}

static void series(rig *g, const lstm_data *d, double *y)
{
    for (int i = 0; i < ROWS; i++) {
        if (i % CELL == 0)
            begin(g);
        y[i] = next(g, (double[]){ d->x[0][i], d->x[1][i] });
    }
}

static rig *planted(const lstm_data *d, const double *w, lstm_bytes *m)
{
    rig *g = lstm_small();
    void *model = NULL;
    lstm_plant(g, d, w, m);
    assert_int_equal(lstm_load(g, m, &model), 0);
    assert_int_equal(rig_make(g, 8, model), 0);
    return g;
}

/* To 1e-13.
 *   import torch, math; torch.set_default_dtype(torch.float64); p, H, L, W = 2, 3, 2, 4
 *   z = [[math.sin(1.3*i+0.7*j) for j in range(p)] for i in range(12)]; y = [math.cos(0.9*i) for i in range(12)]
 *   w = [0.4*math.sin(1.7*k+0.3) for k in range(160)]; net = torch.nn.LSTM(p, H, L); at = 0
 *   for l in range(L):
 *       c = (p if l == 0 else H) + H + 1; m = torch.tensor(w[at:at+4*H*c]).reshape(4*H, c); at += 4*H*c
 *       getattr(net, f"weight_ih_l{l}").data = m[:, :c-H-1].clone(); b = getattr(net, f"bias_hh_l{l}")
 *       getattr(net, f"weight_hh_l{l}").data = m[:, c-H-1:c-1].clone(); b.data = torch.zeros(4*H)
 *       getattr(net, f"bias_ih_l{l}").data = m[:, c-1].clone(); b.requires_grad = False
 *   v = torch.tensor(w[at:], requires_grad=True)
 *   opt = torch.optim.Adam([q for q in net.parameters() if q.requires_grad] + [v], lr=0.01)
 *   def answers():                                   # two cells of six rows
 *       h = [net(torch.tensor(z[i-min(i%6, W-1):i+1])[:, None, :])[0][-1, 0] for i in range(12)]
 *       return torch.stack([(a * v[:H]).sum() + v[H] for a in h])
 *   print(answers())
 *   for _ in range(3): opt.zero_grad(); ((answers() - torch.tensor(y))**2).mean().backward(); opt.step()
 *   print(answers())
 */
static const double torch_before[ROWS] = {
    0.114572375120701, 0.101672614816536, 0.0992207657740283, 0.0978482948388935,
    0.0964949791420688, 0.0936169122097325, 0.117395016857725, 0.105926648026749,
    0.100836608419982, 0.0959833355080898, 0.0933982427935808, 0.0943864453618741
};
static const double torch_after[ROWS] = {
    0.0661818194192142, 0.0451437637339077, 0.0391570024067068, 0.0347339516937062,
    0.0327885253723625, 0.0293105461132509, 0.070997627869275, 0.0516284789047037,
    0.040924418626786, 0.0321345926294014, 0.029074502019117, 0.0304428391600995
};

static void as_torch_predicts(void **state) /* and as the plain implementation does, 1e-14 */
{
    (void)state;
    static lstm_bytes m;
    lstm_data d;
    double w[NW], y[ROWS];
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &m);
    series(g, &d, y);
    for (int i = 0; i < ROWS; i++) {
        assert_true(rig_near(y[i], torch_before[i], 1e-13));
        assert_true(rig_near(y[i], plain(w, &d, i), 1e-14));
    }
    rig_close(g);
}

static void as_torch_learns(void **state) /* three steps of Adam, 1e-10 */
{
    (void)state;
    static lstm_bytes m;
    lstm_data d;
    double w[NW], y[ROWS];
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &m), *h = lstm_small();
    rig_value(h, "epochs")->real = 3;
    rig_value(h, "bound")->real = 100;
    assert_int_equal(rig_make(h, 8, lstm_train(h, &d.t, g->object)), 0);
    series(h, &d, y);
    for (int i = 0; i < ROWS; i++)
        assert_true(rig_near(y[i], torch_after[i], 1e-10));
    rig_close(g);
    rig_close(h);
}

/* Adam's first step is rate g / (|g| + epsilon), which shows g.  Central differences, h = 1e-5: 1e-8; with l2 too. */
static void gradients(void **state)
{
    (void)state;
    static lstm_bytes m, after;
    lstm_data d;
    lstm_waves(&d);
    for (int l2 = 0; l2 < 2; l2++) {
        double w[NW], moved[NW];
        waves_of_weights(w);
        rig *g = planted(&d, w, &m), *h = lstm_small();
        rig_value(h, "epochs")->real = rig_value(h, "rate")->real = rig_value(h, "epsilon")->real = 1;
        rig_value(h, "l2")->real = 0.05 * l2;
        assert_int_equal(rig_make(h, 8, lstm_train(h, &d.t, g->object)), 0);
        assert_int_equal(lstm_save(h, h->object, &after), 0);
        lstm_weights(&after, moved);
        for (int k = 0; k < NW; k++) {
            double by = w[k] - moved[k], gradient = by / (1 - fabs(by)), keep = w[k];
            w[k] = keep + 1e-5;
            double up = loss(w, &d);
            w[k] = keep - 1e-5;
            double down = loss(w, &d);
            w[k] = keep;
            if (!(fabs(gradient - 0.1 * l2 * keep - (up - down) / 2e-5) < 1e-8))
                fail_msg("weight %d: %.12g, by differences %.12g", k, gradient, (up - down) / 2e-5);
        }
        rig_close(g);
        rig_close(h);
    }
}

/* What lies further back than the window says nothing; what lies within it does. */
static void sees_its_window(void **state)
{
    (void)state;
    static lstm_bytes m;
    lstm_data d;
    double w[NW], a[9], b[9];
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &m);
    for (int k = 0; k < 2; k++) {
        begin(g);
        for (int i = 0; i < 9; i++)
            (k ? b : a)[i] = next(g, (double[]){ sin(i) + (k && i == 2), cos(i) });
    }
    for (int i = 0; i < 9; i++)
        assert_int_equal(a[i] == b[i], i < 2 || i > 2 + W - 1);
    rig_close(g);
}

/* y(t) = 0.8 y(t - 1) + 0.3 u(t), of which only u is shown: without memory no better than a residual sd of 0.23. */
typedef struct memory {
    double u[600], y[600];
    uint32_t cell[600], row[600];
    const double *col[1];
    fade_table t;
} memory;

static void autoregress(memory *d, uint64_t seed)
{
    static const fade_column u[1] = { { .key = "rest", .unit = "s", .width = 1 } };
    double before = 0;
    for (int i = 0; i < 600; i++) {
        d->cell[i] = (uint32_t)(i / 150);
        d->row[i] = (uint32_t)(i % 150 + 1);
        d->u[i] = 2 * random_uniform(seed, 0, (uint64_t)i, 0) - 1;
        before = i % 150 ? 0.8 * before + 0.3 * d->u[i] : 0.3 * d->u[i];
        d->y[i] = before;
    }
    d->col[0] = d->u;
    d->t = (fade_table){ .size = sizeof d->t, .ncol = 1, .n = 600, .column = u, .col = d->col, .target = d->y,
                         .cell = d->cell, .row = d->row };
}

static double error(rig *g, const memory *d)
{
    double sum = 0;
    for (int i = 0; i < 600; i++) {
        if (i % 150 == 0)
            begin(g);
        sum += pow(next(g, &d->u[i]) - d->y[i], 2) / 600;
    }
    return sqrt(sum);
}

static void remembers(void **state) /* on cells it never saw: RMSE under a third of what is possible without memory */
{
    (void)state;
    static memory d, e;
    autoregress(&d, 1);
    autoregress(&e, 2);
    rig *g = rig_open("lstm");
    rig_value(g, "epochs")->real = 60;
    assert_int_equal(rig_make(g, 8, lstm_train(g, &d.t, NULL)), 0);
    double far = error(g, &e), sigma = rig_out(g, "sigma")[0];
    if (!(far < 0.077))
        fail_msg("RMSE %g", far);
    assert_true(sigma > 0.4 * far && sigma < 2.5 * far);
    rig_close(g);
}

/* Gates that are wide open or shut, far beyond where their exp would end: still the plain implementation's numbers. */
static void steep(void **state)
{
    (void)state;
    static lstm_bytes m;
    lstm_data d;
    double w[NW], y[ROWS];
    lstm_waves(&d);
    waves_of_weights(w);
    for (int k = 0; k < NW; k++)
        w[k] *= k < NW - 1 - H ? 1e4 : 1;
    rig *g = planted(&d, w, &m);
    series(g, &d, y);
    for (int i = 0; i < ROWS; i++)
        if (!rig_near(y[i], plain(w, &d, i), 1e-13))
            fail_msg("row %d: %.17g, plain %.17g", i, y[i], plain(w, &d, i));
    rig_close(g);
}

enum { MANY = 24 };

static double wave(int step, int lane, int j)
{
    return step == 2 && lane == 5 && j == 1 ? NAN : sin(1.1 * step + 0.37 * lane + j);
}

/* A lane's bits are its own: 24 cells at once, one of them with an unknown, and each by itself. */
static void lanes_apart(void **state)
{
    (void)state;
    static lstm_bytes m;
    static double y[MANY][6];
    lstm_data d;
    double w[NW];
    void *model = NULL;
    lstm_waves(&d);
    waves_of_weights(w);
    rig *one = planted(&d, w, &m), *g = lstm_small();
    assert_int_equal(lstm_load(g, &m, &model), 0);
    assert_int_equal(rig_make(g, MANY, model), 0);
    for (int s = 0; s < 6; s++) {
        for (int j = 0; j < P; j++)
            for (int i = 0; i < MANY; i++)
                g->in[j][i] = wave(s, i, j);
        assert_int_equal(rig_step(g), 0);
        for (int i = 0; i < MANY; i++)
            y[i][s] = rig_out(g, "mean")[i];
    }
    for (int i = 0; i < MANY; i++) {
        begin(one);
        for (int s = 0; s < 6; s++)
            assert_true(next(one, (double[]){ wave(s, i, 0), wave(s, i, 1) }) == y[i][s]);
    }
    rig_close(g);
    rig_close(one);
}

static void same_again(void **state) /* the same bytes for the same seed, others for another */
{
    (void)state;
    static lstm_bytes m[3];
    lstm_data d;
    lstm_waves(&d);
    for (int k = 0; k < 3; k++) {
        rig *g = rig_open("lstm");
        g->seed = k == 2;
        rig_value(g, "epochs")->real = 5;
        void *model = lstm_train(g, &d.t, NULL);
        assert_int_equal(lstm_save(g, model, &m[k]), 0);
        g->model->destroy(model);
        rig_close(g);
    }
    assert_int_equal(m[0].n, m[1].n);
    assert_memory_equal(m[0].at, m[1].at, m[0].n);
    assert_memory_not_equal(m[0].at, m[2].at, m[0].n);
}

static void rows_without_target(void **state) /* are seen in windows, and not learnt from */
{
    (void)state;
    static lstm_bytes a, b;
    lstm_data d;
    lstm_waves(&d);
    double weight[ROWS];
    for (int i = 0; i < ROWS; i++)
        weight[i] = i % 3 != 1;
    for (int k = 0; k < 2; k++) {
        rig *g = lstm_small();
        rig_value(g, "epochs")->real = 4;
        d.t.weight = k ? weight : NULL;
        for (int i = 0; i < ROWS; i++)
            d.y[i] = i % 3 != 1 ? cos(0.9 * i) : k ? 99 : NAN;
        void *model = lstm_train(g, &d.t, NULL);
        assert_int_equal(lstm_save(g, model, k ? &b : &a), 0);
        g->model->destroy(model);
        rig_close(g);
    }
    assert_memory_equal(a.at, b.at, a.n);
}

static void starts_from_another(void **state) /* no epoch: its weights; another shape is refused */
{
    (void)state;
    static lstm_bytes m, after;
    lstm_data d;
    double w[NW], same[NW];
    void *model = NULL;
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &m), *h = lstm_small();
    model = lstm_train(h, &d.t, g->object);
    assert_int_equal(lstm_save(h, model, &after), 0);
    lstm_weights(&after, same);
    assert_memory_equal(w, same, sizeof w);
    h->model->destroy(model);
    rig_value(h, "hidden")->real = 5;
    assert_int_equal(h->corrector->train(&h->host, &h->args, &d.t, g->object, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(h->text, "2 layers of 3 and a window of 4, here they are 2, 2, 5 and 4"));
    rig_close(g);
    rig_close(h);
}

static int32_t cancel(const fade_host *h, double done, const char *what)
{
    assert_true(done >= 0 && done <= 1);
    assert_string_equal(what, "train");
    return --((rig *)h->ctx)->lane < 0 ? FADE_ECANCEL : 0;
}

static void refused_and_stopped(void **state)
{
    (void)state;
    lstm_data d;
    lstm_waves(&d);
    rig *g = rig_open("lstm");
    void *model = &d;
    for (int k = 0; k < 6; k++) {
        g->host.progress = cancel;
        g->lane = k;
        assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_ECANCEL);
        assert_null(model);
    }
    g->host.progress = NULL;
    for (int i = 0; i < ROWS; i++)
        d.y[i] = i < 3 ? 1 : NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "3 of 12 rows"));
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "0 features"));
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    static lstm_bytes m, again;
    lstm_data d;
    double w[NW], a[ROWS], b[ROWS];
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &m), *h = rig_open("lstm");
    void *model = NULL;
    assert_int_equal(lstm_load(h, &m, &model), 0);
    assert_int_equal(m.read, m.n);
    assert_int_equal(rig_make(h, 8, model), 0);
    assert_string_equal(((const fade_column *)h->columns.in.at)[1].key, "temperature_mean");
    assert_int_equal(rig_width(&h->columns.state, 0), (W - 1) * P);
    series(g, &d, a);
    series(h, &d, b);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(lstm_save(h, h->object, &again), 0);
    assert_memory_equal(again.at, m.at, m.n);
    again.limit = again.n - 1;                    /* a full disk */
    assert_int_equal(lstm_save(h, h->object, &again), FADE_EIO);
    rig_close(g);
    rig_close(h);
}

static void damaged_streams(void **state) /* cut anywhere, one byte changed, noise: one sentence each */
{
    (void)state;
    static lstm_bytes good, bad;
    lstm_data d;
    double w[NW];
    lstm_waves(&d);
    waves_of_weights(w);
    rig *g = planted(&d, w, &good);
    for (size_t k = 0; k < 2 * good.n + 100; k++) {
        void *model = &d;
        bad = good;
        if (k < good.n)
            bad.n = k;
        else if (k < 2 * good.n)
            bad.at[k - good.n] ^= 1u << (k % 8);
        else
            for (size_t i = k % 2 ? 8 : 0; i < bad.n; i++)
                bad.at[i] = (unsigned char)(256 * random_uniform(9, k, i, 0));
        g->said = 0;
        assert_true(lstm_load(g, &bad, &model) < 0);
        assert_null(model);
        assert_int_equal(g->said, 1);
    }
    bad = good;                                   /* a checksum that fits does not make a number of what is none */
    memset(bad.at + bad.n - 8, 0xff, 8);
    lstm_seal(&bad);
    void *model;
    assert_true(lstm_load(g, &bad, &model) < 0);
    assert_non_null(strstr(g->text, "a weight"));
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_torch_predicts), cmocka_unit_test(as_torch_learns),     cmocka_unit_test(gradients),
        cmocka_unit_test(sees_its_window),   cmocka_unit_test(remembers),           cmocka_unit_test(same_again),
        cmocka_unit_test(steep),             cmocka_unit_test(lanes_apart),
        cmocka_unit_test(rows_without_target), cmocka_unit_test(starts_from_another),
        cmocka_unit_test(refused_and_stopped), cmocka_unit_test(stream),            cmocka_unit_test(damaged_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
