/* SPDX-License-Identifier: MIT
 * test_trend.c - trend against numpy: one law, laws by likelihood; averages and spread, what is carried on, its stream.
 *
 * Numbers by numpy 2.4.6:
 *   n = np.arange(1, 41.); u = 0.5 + 0.5*np.sin(1.3*n); z = n/40; y = 2 - 0.3*z**0.7 - 0.05*u + 0.002*np.cos(5*n)
 *   for m in (1e6, 0.25): w = np.exp((z - 1)/m); X = np.c_[np.ones(40), -z**0.5, -u]; ww = w.copy()
 *       for _ in range(12):
 *           th = np.linalg.solve(X.T @ (X*ww[:, None]), X.T @ (ww*y)); r = y - X @ th
 *           s = 1.345*1.4826*np.sort(abs(r - np.sort(r)[20]))[20]; ww = w/np.sqrt(1 + (r/s)**2)
 *       th @ [1, -1.5**.5, -.2]
 * By likelihood, with y[19] += 0.1 and m = 1e6 for z**0.5 and z (A the mean of both fits, r, s as above of y - A):
 *   nv = np.sqrt(1 + (r/s)**2); xs = np.array([41, 60.])
 *   for l in [3*(80/3)**(k/4) for k in range(5)]:
 *       K = np.exp(-abs(n[:, None] - n)/l); Ks = np.exp(-abs(xs[:, None] - n)/l)
 *       for g in [.1, .3, 1, 3, 10, 30]:
 *           C = g*K + np.diag(nv); Ci = np.linalg.inv(C)
 *           for p in (0.5, 1):
 *               X = np.c_[np.ones(40), z**p, u]; G = X.T @ Ci @ X; th = np.linalg.solve(G, X.T @ Ci @ y); e = y - X @
 * th ll += [-.5*(37*np.log(e @ Ci @ e) + np.linalg.slogdet(C)[1] + np.linalg.slogdet(G)[1])] pred += [np.c_[np.ones(2),
 * (xs/40)**p, [.2, .2]] @ th + g*Ks @ Ci @ e] w = np.exp(ll - max(ll)); w /= w.sum(); w @ pred
 * Three cells of 20, 30 and 40 cycles, each beside the other two, mates = 0.5, z**0.5, m = 0.5, at cycle 60:
 *   x = [n[:20], n[:30], n]; y = [2 + .1*c - (.3 + .1*c)*(v/40)**.7 + .002*np.cos(5*v + c) for c, v in enumerate(x)]
 *   k = [x[own] <= span, x[mate] <= span ..], span = x[own][-1]; S = (x[k]/span)**.5
 *   w = [1, .25, .25]*np.exp((x[k]/x[k][-1] - 1)/.5); twelve rounds as above, s of each cell's own r, and
 *   b = -sum(ww*(S - S_)*(y - y_))/sum(ww*(S - S_)**2), S_, y_ and c = sum(ww*(y + b*S))/sum(ww) of each cell alone
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/corrector_rig.h"
#include "tests/near.h"

enum { N = 40, CELLS = 3 };
static crig_table d;
static uint64_t id[CRIG_ROWS];

static void plant(uint32_t p)
{
    crig_shape(&d, N, p);
    for (int i = 0; i < N; i++) {
        double n = i + 1, z = n / N, u = 0.5 + 0.5 * sin(1.3 * n);
        d.x[0][i] = n;
        d.x[1][i] = u;
        d.x[2][i] = 0;
        d.y[i] = 2 - 0.3 * pow(z, 0.7) - 0.05 * u + 0.002 * cos(5 * n);
    }
}

typedef struct wish {
    double power[4], length[4], memory[4];
    uint32_t npower, nlength, nmemory;
    double carry, soft, likely, likely_lasts, mates; /* likely_lasts 0: as shipped */
} wish;

static rig *train(wish *o)
{
    rig *g = rig_open("trend");
    void *model = NULL;
    struct {
        const char *key;
        double *v;
        uint32_t n;
    } list[] = { { "powers", o->power, o->npower },
                 { "lengths", o->length, o->nlength },
                 { "memories", o->memory, o->nmemory } };
    for (int i = 0; i < 3; i++) {
        fade_value *v = rig_value(g, list[i].key);
        v->v = list[i].v;
        v->n = list[i].n;
    }
    rig_value(g, "carry")->real = o->carry;
    rig_value(g, "carry_soft")->real = o->soft;
    rig_value(g, "likely")->real = o->likely;
    rig_value(g, "mates")->real = o->mates;
    if (o->likely_lasts > 0)
        rig_value(g, "likely_lasts")->real = o->likely_lasts;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), 0);
    assert_non_null(model);
    assert_int_equal(rig_make(g, 8, model), 0);
    for (uint32_t i = 0; i < 8; i++)
        g->id[i] = i + 1;
    return g;
}

/* 1e-7: a touch of 1e-9 of the diagonal keeps what nothing is known of at 0. */
static void one_law(void **state)
{
    (void)state;
    static const struct {
        double memory, said;
    } known[] = { { 1e6, 1.6203027573167812 }, { 0.25, 1.6067921289945477 } };
    plant(2);
    for (int k = 0; k < 2; k++) {
        double sigma, far;
        rig *g = train(&(wish){ .power = { 0.5 }, .npower = 1, .memory = { known[k].memory }, .nmemory = 1 });
        double got = crig_predict(g, (double[]){ 60, 0.2 }, &sigma, &far);
        if (fabs(got - known[k].said) > 1e-7)
            fail_msg("memory %g: %.17g, not %.17g", known[k].memory, got, known[k].said);
        assert_true(sigma > 1e-4 && sigma < 0.02);
        assert_true(far == 0);
        assert_near(crig_predict(g, (double[]){ 60, NAN }, NULL, NULL),
                    crig_predict(g, (double[]){ 60, 0 }, NULL, NULL), 0);
        crig_predict(g, (double[]){ 120, 0.2 }, NULL, &far);
        assert_near(far, 1, 1e-12); /* one span behind the one that is given */
        rig_close(g);
    }
}

/* The mean of what each says alone; sigma has their spread beside the noise. */
static void an_average(void **state)
{
    (void)state;
    static const double at[] = { 80, 0.3 };
    double alone[4], mean = 0, square = 0, sigma;
    plant(2);
    for (int k = 0; k < 4; k++) {
        wish o = { .power = { 0.5 },
                   .npower = k % 2,
                   .length = { 2 },
                   .nlength = !(k % 2),
                   .memory = { k < 2 ? 1 : 0.2 },
                   .nmemory = 1 };
        rig *g = train(&o);
        mean += (alone[k] = crig_predict(g, at, NULL, NULL)) / 4;
        rig_close(g);
    }
    for (int k = 0; k < 4; k++)
        square += (alone[k] - mean) * (alone[k] - mean) / 4;
    rig *g = train(
        &(wish){ .power = { 0.5 }, .npower = 1, .length = { 2 }, .nlength = 1, .memory = { 1, 0.2 }, .nmemory = 2 });
    assert_near(crig_predict(g, at, &sigma, NULL), mean, 1e-12);
    assert_true(sigma > sqrt(square) && sigma < sqrt(square) + 0.01);
    rig_close(g);
    plant(3); /* a loss that never was: two laws, one beside nothing */
    g = train(&(wish){ .power = { 0.5 }, .npower = 1, .memory = { 1 }, .nmemory = 1 });
    assert_true(isfinite(crig_predict(g, (double[]){ 80, 0.3, 0.3 }, NULL, NULL)));
    rig_close(g);
}

static void the_newest_rows_are_carried_on(void **state)
{
    (void)state;
    wish o = { .power = { 0.7 }, .npower = 1, .memory = { 1e6 }, .nmemory = 1 };
    double at[4];
    plant(2);
    for (int i = N - 3; i < N; i++)
        d.y[i] += 0.05;
    rig *g = train(&o);
    double without = crig_predict(g, (double[]){ 41, 0.5 }, NULL, NULL);
    rig_close(g);
    o.carry = 3;
    g = train(&o);
    for (int k = 0; k < 3; k++) /* 20 cycles take it to 1/e */
        at[k] = crig_predict(g, (double[]){ 40 + 20 * k, 0.5 }, NULL, NULL);
    assert_true(at[0] - without > 0.03 && at[0] - without < 0.06);
    rig_close(g);
    for (int i = 0; i < N; i++) /* with several cells there is no newest row */
        d.cell[i] = i >= N / 2;
    g = train(&o);
    assert_near(crig_predict(g, (double[]){ 41, 0.5 }, NULL, NULL), without, 1e-9);
    rig_close(g);
}

static void far_ones_are_not_carried(void **state)
{
    (void)state;
    wish o = { .power = { 0.7 }, .npower = 1, .memory = { 1e6 }, .nmemory = 1, .carry = 6 };
    double said[2];
    plant(2);
    d.y[N - 2] += 0.3;
    for (int soft = 0; soft < 2; soft++) {
        o.soft = soft;
        rig *g = train(&o);
        said[soft] = crig_predict(g, (double[]){ 40, 0.5 }, NULL, NULL);
        rig_close(g);
    }
    o.carry = 0;
    rig *g = train(&o);
    double without = crig_predict(g, (double[]){ 40, 0.5 }, NULL, NULL);
    assert_true(said[0] - without > 0.04);
    assert_true(fabs(said[1] - without) < 0.004);
    rig_close(g);
}

static wish two_laws(double likely, double lasts)
{
    plant(2);
    d.y[19] += 0.1;
    return (wish){ .power = { 0.5, 1 }, .npower = 2, .memory = { 1e6 }, .nmemory = 1, .likely = likely,
                   .likely_lasts = lasts };
}

static void laws_by_their_likelihood(void **state)
{
    (void)state;
    static const double known[] = { 1.6880485796634894, 1.62055034678069 };
    wish o = two_laws(1, 1e9);
    rig *g = train(&o);
    for (int k = 0; k < 2; k++) {
        double sigma, got = crig_predict(g, (double[]){ k ? 60 : 41, 0.2 }, &sigma, NULL);
        if (fabs(got - known[k]) > 1e-7)
            fail_msg("%.17g, not %.17g", got, known[k]);
        assert_true(sigma > 0 && sigma < 0.1);
    }
    rig_close(g);
    o = two_laws(1, 1e9);
    for (int i = 0; i < N; i++) { /* a column that says nothing is no law's loss */
        d.x[1][i] = 0;
        d.y[i] = 2 - 0.3 * (i + 1.0) / N + 0.002 * cos(5 * (i + 1.0));
    }
    g = train(&o);
    assert_near(crig_predict(g, (double[]){ 60, 0 }, NULL, NULL), 1.55, 0.01);
    rig_close(g);
    o = two_laws(1, 1e9);
    for (int i = 0; i < N; i++) /* nor does it fail where nothing is left to explain */
        d.y[i] = 2 - 0.3 * (i + 1.0) / N;
    g = train(&o);
    assert_near(crig_predict(g, (double[]){ 60, 0.2 }, NULL, NULL), 1.55, 1e-6);
    rig_close(g);
}

/* Half at the last known cycle, 1/e of it half a span on; sigma has how both differ. */
static void their_share_fades(void **state)
{
    (void)state;
    static const double share[] = { 0, 1, 0.5 }, lasts[] = { 0, 1e9, 0 };
    double at[3][2], sigma[3];
    for (int k = 0; k < 3; k++) {
        wish o = two_laws(share[k], lasts[k]);
        rig *g = train(&o);
        at[k][0] = crig_predict(g, (double[]){ 40, 0.2 }, NULL, NULL);
        at[k][1] = crig_predict(g, (double[]){ 60, 0.2 }, &sigma[k], NULL);
        rig_close(g);
    }
    double half = 0.5 * exp(-1), off = at[1][1] - at[0][1];
    assert_near(at[2][0], 0.5 * (at[0][0] + at[1][0]), 1e-9);
    assert_near(at[2][1], at[0][1] + half * off, 1e-9);
    assert_near(sigma[2] * sigma[2], sigma[0] * sigma[0] + half * (1 - half) * off * off, 1e-9);
}

/* What one cell wanders tells nothing of another: at the last row of all is what is said far behind it. */
static void several_cells_have_no_level(void **state)
{
    (void)state;
    double at[2][2];
    for (int several = 0; several < 2; several++) {
        wish o = two_laws(1, 1e9);
        o.npower = 0;
        o.length[0] = 0.01; /* a law that is flat from the second cycle on */
        o.nlength = 1;
        for (int i = 0; i < N; i++) {
            d.cell[i] = several && i >= N / 2;
            d.y[i] = 2 + 0.05 * sin(0.3 * i);
        }
        rig *g = train(&o);
        for (int k = 0; k < 2; k++)
            at[several][k] = crig_predict(g, (double[]){ k ? 4000 : 40, 0 }, NULL, NULL);
        rig_close(g);
    }
    assert_true(fabs(at[0][0] - at[0][1]) > 0.01);
    assert_near(at[1][0], at[1][1], 1e-9);
}

/* Rest adds capacity: what would be a reversible gain is none. */
static void no_gain(void **state)
{
    (void)state;
    plant(2);
    for (int i = 0; i < N; i++)
        d.y[i] += 0.2 * d.x[1][i];
    rig *g = train(&(wish){ .power = { 0.7 }, .npower = 1, .memory = { 1e6 }, .nmemory = 1 });
    assert_near(crig_predict(g, (double[]){ 41, 0 }, NULL, NULL), crig_predict(g, (double[]){ 41, 1 }, NULL, NULL), 0);
    rig_close(g);
}

/* ---- cells beside their mates ---- */

/* Cells of 20, 30 and 40 cycles; that of number `asked` has the id of the lane that crig_predict reads. */
static void plant_cells(uint32_t asked)
{
    uint32_t at = 0;
    crig_shape(&d, 90, 1);
    for (uint32_t c = 0; c < CELLS; c++)
        for (uint32_t n = 1; n <= 20 + 10 * c; n++, at++) {
            d.cell[at] = c;
            d.row[at] = n;
            id[at] = c == asked ? 4 : 100 + c;
            d.x[0][at] = n;
            d.y[at] = 2 + 0.1 * c - (0.3 + 0.1 * c) * pow(n / 40.0, 0.7) + 0.002 * cos(5.0 * n + c);
        }
    d.t.id = id;
}

static wish one_of_three(double mates)
{
    return (wish){ .power = { 0.5 }, .npower = 1, .memory = { 0.5 }, .nmemory = 1, .mates = mates };
}

static double at_60(wish o)
{
    rig *g = train(&o);
    double said = crig_predict(g, (double[]){ 60 }, NULL, NULL);
    rig_close(g);
    return said;
}

static void losses_are_shared(void **state)
{
    (void)state;
    static const double known[CELLS] = { 1.6164555391222604, 1.6069279155754543, 1.5869456369167754 };
    for (uint32_t c = 0; c < CELLS; c++) {
        plant_cells(c);
        double got = at_60(one_of_three(0.5));
        if (fabs(got - known[c]) > 1e-7)
            fail_msg("cell %u: %.17g, not %.17g", (unsigned)c, got, known[c]);
    }
}

/* Alone a cell is what it is in a table of its own; so is one whose mates have too few rows. */
static void a_cell_without_mates_is_alone(void **state)
{
    (void)state;
    plant_cells(0);
    d.t.n = 20;
    double alone = at_60(one_of_three(0));
    assert_near(at_60(one_of_three(5)), alone, 0);
    d.t.n = 22; /* two rows of the next one */
    assert_near(at_60(one_of_three(5)), at_60(one_of_three(0)), 0);
    d.t.n = 90;
    assert_near(at_60(one_of_three(1e-12)), alone, 1e-9);
}

/* What mates did later than the cell's last cycle is not used, in the losses and in the likely laws. */
static void later_rows_of_mates_tell_nothing(void **state)
{
    (void)state;
    for (int likely = 0; likely < 2; likely++) {
        wish o = one_of_three(0.5);
        double said[2];
        o.power[1] = 1;
        o.npower = 2;
        o.likely = likely;
        o.carry = 3;
        for (int k = 0; k < 2; k++) {
            plant_cells(0);
            for (int i = 20; i < 90 && k; i++)
                d.y[i] += d.x[0][i] > 20 ? 7 : 0;
            said[k] = at_60(o);
        }
        assert_near(said[0], said[1], 0);
        plant_cells(0);
        d.y[20 + 10] += 1; /* an earlier one does */
        assert_true(fabs(at_60(o) - said[0]) > 1e-9);
    }
}

/* Nine cells of one exponent, 0.5, each with its own size and level.  0: the last one alone. */
static void plant_shape(uint64_t seed, int mates)
{
    uint32_t at = 0;
    crig_shape(&d, 0, 1);
    for (uint32_t c = 0; c < 9; c++)
        for (uint32_t n = 1; n <= 30; n++) {
            double noise = 0.03 * crig_draw(&seed);
            if (c < 8 && !mates)
                continue;
            d.cell[at] = c;
            d.row[at] = n;
            id[at] = c == 8 ? 4 : 100 + c;
            d.x[0][at] = n;
            d.y[at++] = 2 + 0.05 * c - (0.1 + 0.02 * c) * sqrt(n / 30.0) + noise;
        }
    d.t.n = at;
    d.t.id = id;
}

/* Which of two laws holds is told by all of them; three known spans ahead it matters.  Sizes differ by a factor of 2.6:
 * the likely laws have losses of their own. */
static void a_shape_is_shared(void **state)
{
    (void)state;
    enum { SEEDS = 30 };
    double off[2] = { 0 };
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        for (int mates = 0; mates < 2; mates++) {
            wish o = { .power = { 0.5, 1 }, .npower = 2, .memory = { 1e6 }, .nmemory = 1, .likely = 1,
                       .likely_lasts = 1e9, .mates = mates ? 8 : 0 };
            plant_shape(seed * 977, mates);
            rig *g = train(&o);
            off[mates] += fabs(crig_predict(g, (double[]){ 120 }, NULL, NULL) - (2.4 - 0.26 * 2)) / SEEDS;
            rig_close(g);
        }
    print_message("off by %.4f alone, by %.4f beside eight mates\n", off[0], off[1]);
    assert_true(off[1] < 0.6 * off[0]);
}

static void a_stranger_is_as_all_are(void **state)
{
    (void)state;
    plant_cells(CELLS);
    double all = at_60(one_of_three(0));
    assert_near(at_60(one_of_three(0.5)), all, 0);
    plant_cells(1);
    d.t.size = offsetof(fade_table, id); /* a host that tells no ids */
    assert_near(at_60(one_of_three(0.5)), all, 0);
    d.t.size = sizeof d.t;
    d.t.id = NULL;
    assert_near(at_60(one_of_three(0.5)), all, 0);
}

static void lanes_are_cells(void **state)
{
    (void)state;
    double said[CELLS];
    for (uint32_t c = 0; c < CELLS; c++) {
        plant_cells(c);
        said[c] = at_60(one_of_three(0.5));
    }
    plant_cells(CELLS);
    for (int i = 0; i < 90; i++)
        id[i] = d.cell[i] + 2;
    wish o = one_of_three(0.5);
    rig *g = train(&o);
    crig_predict(g, (double[]){ 60 }, NULL, NULL);
    for (uint32_t c = 0; c < CELLS; c++)
        assert_near(rig_out(g, "mean")[c + 1], said[c], 0);
    rig_close(g);
}

static void cells_in_a_stream(void **state)
{
    (void)state;
    for (int likely = 0; likely < 2; likely++) {
        wish o = one_of_three(0.5);
        o.likely = likely;
        o.carry = 3;
        plant_cells(1);
        rig *g = train(&o);
        const char *bad = crig_round(g, "trend", (double[]){ 50 });
        bad = bad ? bad : crig_damage(g, 7);
        if (bad)
            fail_msg("does not hold: %s", bad);
        rig_close(g);
    }
}

static void refused_tables(void **state)
{
    (void)state;
    rig *g = rig_open("trend");
    void *model = &d;
    plant(2);
    for (int i = 2; i < N; i++)
        d.y[i] = NAN;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_null(model);
    assert_non_null(strstr(g->text, "2 rows with all features known"));
    d.t.ncol = 0;
    assert_int_equal(g->corrector->train(&g->host, &g->args, &d.t, NULL, &model), FADE_EINVAL);
    assert_non_null(strstr(g->text, "0 features"));
    rig_close(g);
}

static void stream(void **state)
{
    (void)state;
    plant(2);
    rig *g = train(&(wish){
        .power = { 0.5 }, .npower = 1, .length = { 2 }, .nlength = 1, .memory = { 1, 0.2 }, .nmemory = 2, .carry = 3 });
    const char *bad = crig_round(g, "trend", (double[]){ 50, 0.3 });
    bad = bad ? bad : crig_damage(g, 7);
    if (bad)
        fail_msg("does not hold: %s", bad);
    rig_close(g);
    wish o = two_laws(0.5, 0);
    g = train(&o);
    bad = crig_round(g, "trend", (double[]){ 50, 0.3 });
    bad = bad ? bad : crig_damage(g, 7);
    if (bad)
        fail_msg("does not hold: %s", bad);
    rig_close(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_law),
        cmocka_unit_test(an_average),
        cmocka_unit_test(the_newest_rows_are_carried_on),
        cmocka_unit_test(far_ones_are_not_carried),
        cmocka_unit_test(laws_by_their_likelihood),
        cmocka_unit_test(their_share_fades),
        cmocka_unit_test(several_cells_have_no_level),
        cmocka_unit_test(no_gain),
        cmocka_unit_test(losses_are_shared),
        cmocka_unit_test(a_cell_without_mates_is_alone),
        cmocka_unit_test(later_rows_of_mates_tell_nothing),
        cmocka_unit_test(a_shape_is_shared),
        cmocka_unit_test(a_stranger_is_as_all_are),
        cmocka_unit_test(lanes_are_cells),
        cmocka_unit_test(cells_in_a_stream),
        cmocka_unit_test(refused_tables),
        cmocka_unit_test(stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
