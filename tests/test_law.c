/* SPDX-License-Identifier: MIT
 * test_law.c - laws that misbehave: NaN, refusals, steps asked for in smaller pieces, a model that gives up.
 *
 * The law is a built-in: loss = 0.001 per cycle and 0.001 per day, and the parameter `trouble` says what goes wrong at
 * cycle 5 of the lanes whose `hit` is 1.
 */
#include "engine_rig.h"
#include "tests/near.h"

enum { TROUBLE_NONE, TROUBLE_NAN, TROUBLE_REFUSE, TROUBLE_RETRY, TROUBLE_GIVE_UP, TROUBLE_FOR_EVER, TROUBLE_BOUND };

typedef struct law {
    const fade_host *host;
    int              trouble;
} law;

static const fade_param params[] = {
    { "trouble", "", "What goes wrong.", "", FADE_INT, 0, 0, 0, 6, 0, 0, NULL },
    { "hit", "", "In which lanes.", "", FADE_REAL, FADE_PER_CELL, 1, 0, 1, 0, 0, NULL },
};
static const fade_column state[] = {
    { "n", "", "Cycles.", 0, 0, 0, 0, 0, 1, 0 },
    { "wide", "", "Three alike.", 1, 0, 0, 0, 0, 3, 0 },
};
static const fade_column in[] = { { "duration", "s", "Time.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL } };
static const fade_column out[] = { { "loss", "1", "Loss.", 0, 0, 1, 0, 0, 1, 0 } };

static int32_t law_create(const fade_host *h, const fade_args *a, void **m)
{
    law *l = malloc(sizeof *l);
    *m = l;
    if (l)
        *l = (law){ h, (int)a->at[0].real };
    return l ? FADE_OK : FADE_ENOMEM;
}

static int32_t trouble(const law *m, fade_tile *b, uint32_t i)
{
    switch (m->trouble) {
    case TROUBLE_NAN: b->x1[0][i] = NAN; break;
    case TROUBLE_BOUND: b->out[0][i] = 1.5; break;
    case TROUBLE_REFUSE:
        fade_say(m->host, 3, FADE_ERANGE, (int32_t)i, "this is no life");
        b->status[i] = FADE_ERANGE;
        break;
    case TROUBLE_RETRY:
        if (b->dt[i] > 0.3) {
            b->status[i] = FADE_RETRY;
            b->wish[i] = b->dt[i] / 3;
        }
        break;
    case TROUBLE_FOR_EVER: b->status[i] = FADE_RETRY; break;
    case TROUBLE_GIVE_UP: return FADE_ESOLVE;
    default: break;
    }
    return FADE_OK;
}

static int32_t law_step(const void *model, fade_tile *b)
{
    int32_t rc = FADE_OK;
    for (uint32_t i = 0; i < b->n; i++) {
        b->x1[0][i] = b->x[0][i] + b->dt[i] + b->in[0][i] / 86400;
        for (uint32_t j = 0; j < 3; j++)
            b->x1[1][j * b->n + i] = b->x[1][j * b->n + i] * (1 + 0.01 * (j + 1) * b->dt[i]);
        b->out[0][i] = 1e-3 * b->x1[0][i];
        if (b->row[i] == 5 && b->param[0][i] > 0 && i < b->live)
            rc = trouble(model, b, i) ? FADE_ESOLVE : rc;
    }
    return rc;
}

static int32_t law_observe(const void *model, fade_tile *b)
{
    (void)model;
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = 1e-3 * b->x[0][i];
    return FADE_OK;
}

static const fade_model_v1 model_v1 = { .size = sizeof model_v1, .create = law_create, .destroy = free,
                                        .step = law_step, .observe = law_observe };
static const void *law_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}
static const fade_desc law_desc = { .size = sizeof law_desc,
                                    .flags = FADE_PER_CYCLE,
                                    .id = "trouble",
                                    .kind = "physics",
                                    .version = "1.0.0",
                                    .licence = "MIT",
                                    .doc = "A law for tests.",
                                    .cite = "",
                                    .params = FADE_LIST(params),
                                    .columns = { FADE_LIST(state), FADE_LIST(in), FADE_LIST(out), { 0 } },
                                    .iface = law_iface };
static const fade_desc *const law_plugins[] = { &law_desc, NULL };
static const fade_library law_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof law_library,
                                          law_plugins };

/* Three cells, ten cycles of a day; the second cell is hit. */
static ran run_trouble(int kind)
{
    char s[600];
    library_register(&law_library);
    snprintf(
        s, sizeof s,
        "[run]\nname = \"t\"\ncycles = 10\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\n"
        "cells = 3\nduration = \"1 day\"\n[[physics]]\nplugin = \"trouble\"\ntrouble = %d\nhit = [0, 1, 0]\n" RIG_OUT,
        kind);
    return rig_run(s, (engine_options){ 0 });
}

static size_t rows_of(const char *cell)
{
    size_t n = 0;
    for (size_t i = 0; i < rig.n; i++)
        n += strcmp(rig.cell[i], cell) == 0;
    return n;
}

static const char *second(void) { return rig.cell[10]; }

static void without_trouble(void **state_)
{
    (void)state_;
    ran r = run_trouble(TROUBLE_NONE);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 30);
    assert_near(rig_at(29, "physics_loss"), 0.02, 1e-15);
    rig_done(&r);
}

/* The lane that is hit keeps its four finished rows and says why it ended; the others finish. */
static void one_lane_ends(void **state_)
{
    (void)state_;
    static const struct { int kind; const char *say; } cases[] = {
        { TROUBLE_NAN, "trouble wrote NaN into n" },
        { TROUBLE_BOUND, "trouble wrote loss = 1.5 1, outside its declared 0..1" },
        { TROUBLE_REFUSE, "this is no life" },
        { TROUBLE_FOR_EVER, "smaller steps without end" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ran r = run_trouble(cases[i].kind);
        assert_int_equal(r.rc, E_PARTIAL);
        assert_int_equal(rig.n, 24);
        assert_int_equal(rows_of(second()), 4);
        assert_non_null(strstr(rig.events, cases[i].say));
        assert_near(rig_at(23, "physics_loss"), 0.02, 1e-15);
        assert_int_equal(rig.outcome, 0);
        rig_done(&r);
    }
}

/* Smaller pieces of an event are the event: its cycles and its time are cut alike. */
static void pieces_are_the_whole(void **state_)
{
    (void)state_;
    ran r = run_trouble(TROUBLE_RETRY);
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 30);
    for (size_t i = 0; i < 10; i++)
        assert_near(rig_at(10 + i, "physics_loss"), rig_at(i, "physics_loss"), 1e-12);
    rig_done(&r);
}

/* The whole model gives up: every lane at work ends there, rows before it are kept. */
static void a_model_gives_up(void **state_)
{
    (void)state_;
    ran r = run_trouble(TROUBLE_GIVE_UP);
    assert_int_equal(r.rc, E_PARTIAL);
    assert_int_equal(rig.n, 12);
    rig_done(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_trouble),
        cmocka_unit_test(one_lane_ends),
        cmocka_unit_test(pieces_are_the_whole),
        cmocka_unit_test(a_model_gives_up),
    };
    return cmocka_run_group_tests(tests, rig_setup, rig_teardown);
}
