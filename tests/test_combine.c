/* SPDX-License-Identifier: MIT
 * test_combine.c - several laws as one physics: what each takes is kept, what they make together is the loss.
 */
#include "tests/compare_rig.h"

#include "core/script/script.h"
#include "core/study/sweep_inside.h"
#include "tests/near.h"

/* ---- a law that shows which loss it saw when its row began ---- */

static const fade_column look_state[] = { { "n", "", "Rows so far.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_column look_in[] = { { "loss", "1", "Loss at the start of the row.", 0, 0, 1, 0, 0, 1, 0 } };
static const fade_column look_out[] = { { "seen", "1", "The same.", 0, 0, 0, 0, 0, 1, 0 },
                                        { "bound", "1", "What `level` was.", 0, 0, 0, 0, 0, 1, 0 } };
static const fade_param look_params[] = {
    { "level", "1", "A column of another part.", "", FADE_REAL, FADE_PER_CELL | FADE_LIVE, 0, 0, 1, 0, 0, NULL },
};

static int32_t look_step(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++) {
        b->x1[0][i] = b->x[0][i] + 1;
        b->out[0][i] = b->in[0][i];
        b->out[1][i] = b->param[0][i];
    }
    return FADE_OK;
}

static int32_t look_observe(const void *m, fade_tile *b)
{
    (void)m;
    (void)b;
    return FADE_OK;
}

static int32_t look_create(const fade_host *h, const fade_args *a, void **m)
{
    static int nothing;
    (void)h;
    (void)a;
    *m = &nothing;
    return FADE_OK;
}

static void look_destroy(void *m) { (void)m; }

static const fade_model_v1 look_v1 = { .size = sizeof look_v1, .create = look_create, .destroy = look_destroy,
                                       .step = look_step, .observe = look_observe };
static const void *look_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &look_v1 : NULL;
}
static const fade_desc look_desc = { .size = sizeof look_desc,
                                     .flags = FADE_PER_CYCLE,
                                     .id = "looker",
                                     .kind = "physics",
                                     .version = "1.0.0",
                                     .licence = "MIT",
                                     .doc = "Looks.",
                                     .cite = "",
                                     .params = FADE_LIST(look_params),
                                     .columns = { .state = FADE_LIST(look_state),
                                                  .in = FADE_LIST(look_in),
                                                  .out = FADE_LIST(look_out) },
                                     .iface = look_iface };
static const fade_desc *const look_plugins[] = { &look_desc, NULL };
static const fade_library look_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof look_library,
                                           look_plugins };

static int open_rig(void **state)
{
    library_register(&look_library);
    return setup(state);
}

/* ---- scenarios ---- */

#define RUN(cycles, more) "[run]\nname = \"c\"\nseed = 5\ncycles = " cycles "\n" more
#define CELLS(n)                                                                                                    \
    "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ncells = " n "\nduration = \"1 day\"\n"             \
    "depth = 0.8\nsoc_mean = 0.6\ntemperature_mean = \"35 degC\"\nc_rate = 1\n"
#define PHYSICS(name, combine, parts)                                                                               \
    "[[physics]]\nname = \"" name "\"\ncombine = \"" combine "\"\nparts = [" parts "]\n"
#define POWER_A "{ plugin = \"power-law\", name = \"a\", c = 0.01, z = 0.5 }"
#define POWER_B "{ plugin = \"power-law\", name = \"b\", c = 0.001, z = 1 }"
#define SPREAD "k_ref = { mean = 2e-5, sd = 2e-6 }"
#define CALENDAR "{ plugin = \"naumann2020\", name = \"calendar\", ageing = \"calendar\", " SPREAD " }"
#define CYCLE "{ plugin = \"naumann2020\", name = \"cycle\", ageing = \"cycle\" }"

static double at_cell(const char *variant, const char *cell, int64_t cycle, const char *key)
{
    for (size_t i = 0; i < rig.n; i++)
        if (rig.cycle[i] == cycle && strcmp(rig.variant[i], variant) == 0 && strcmp(rig.cell[i], cell) == 0)
            return rig_at(i, key);
    fail_msg("no row of %s, %s, cycle %lld", variant, cell, (long long)cycle);
    return NAN;
}

static void ran_well(const ran *r)
{
    if (r->rc)
        fail_msg("%s", r->w.text);
}

/* ---- the sum of a law's sides is the law ---- */

#define SIDES                                                                                                       \
    CELLS("11") "[[physics]]\nplugin = \"naumann2020\"\nname = \"both\"\n" SPREAD "\n" PHYSICS("sum", "add",          \
                                                                                            CALENDAR ", " CYCLE) RIG_OUT

static void sides_of_a_law_add_up_to_it(void **state)
{
    (void)state;
    static const char *const keys[] = { "physics_loss", "physics_resistance_ratio", "physics_capacity", "soh",
                                        "physics_loss_calendar", "physics_loss_cycle" };
    ran r = rig_run(RUN("400", "tile = 8\nthreads = 2\n") SIDES, (engine_options){ 0 });
    ran_well(&r);
    assert_int_equal(rig.n, 2 * 11 * 400);
    size_t compared = 0;
    for (int c = 1; c <= 11; c++)
        for (int64_t n = 1; n <= 400; n += 57)
            for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
                char cell[16];
                snprintf(cell, sizeof cell, "cell-%02d", c);
                double both = at_cell("both", cell, n, keys[k]);
                assert_true(both > 0);
                near(at_cell("sum", cell, n, keys[k]), both, 1e-12);
                compared++;
            }
    assert_int_equal(compared, 11 * 8 * 6);
    assert_true(at_cell("sum", "cell-01", 400, "physics_loss") != at_cell("sum", "cell-02", 400, "physics_loss"));
    near(at_cell("sum", "cell-03", 400, "physics_capacity"),
         2 * (1 - at_cell("sum", "cell-03", 400, "physics_loss_calendar") -
              at_cell("sum", "cell-03", 400, "physics_loss_cycle")),
         1e-12);
    rig_done(&r);
}

static void the_shape_of_tiles_changes_nothing(void **state)
{
    (void)state;
    static double kept[11 * 2 * 50][3];
    static const char *const keys[] = { "physics_loss", "physics_resistance_ratio", "physics_capacity" };
    ran r = rig_run(RUN("50", "tile = 1024\nthreads = 1\n") SIDES, (engine_options){ 0 });
    ran_well(&r);
    for (size_t i = 0; i < rig.n; i++)
        for (size_t k = 0; k < 3; k++)
            kept[i][k] = rig_at(i, keys[k]);
    rig_done(&r);
    r = rig_run(RUN("50", "tile = 8\nthreads = 3\n") SIDES, (engine_options){ 0 });
    ran_well(&r);
    assert_int_equal(rig.n, 11 * 2 * 50);
    for (size_t i = 0; i < rig.n; i++)
        for (size_t k = 0; k < 3; k++)
            assert_true(kept[i][k] == rig_at(i, keys[k]));
    rig_done(&r);
}

/* ---- hand values ---- */

static double power_a(int64_t n) { return 0.01 * sqrt((double)n); }
static double power_b(int64_t n) { return 0.001 * (double)n; }

static void each_rule_is_what_it_says(void **state)
{
    (void)state;
    ran r = rig_run(RUN("300", "") CELLS("3") PHYSICS("sum", "add", POWER_A ", " POWER_B)
                        PHYSICS("most", "max", POWER_A ", " POWER_B)
                            PHYSICS("rest", "multiply", POWER_A ", " POWER_B) RIG_OUT,
                    (engine_options){ 0 });
    ran_well(&r);
    for (int64_t n = 1; n <= 300; n += 23) {
        double a = power_a(n), b = power_b(n);
        near(at_cell("sum", "cell-2", n, "physics_loss"), a + b, 1e-14);
        near(at_cell("most", "cell-2", n, "physics_loss"), a > b ? a : b, 1e-14);
        near(at_cell("rest", "cell-2", n, "physics_loss"), 1 - (1 - a) * (1 - b), 1e-14);
        near(at_cell("rest", "cell-2", n, "physics_loss_a"), a, 1e-14);
        near(at_cell("rest", "cell-2", n, "physics_loss_b"), b, 1e-14);
        near(at_cell("rest", "cell-2", n, "physics_capacity"), 2 * (1 - a) * (1 - b), 1e-14);
    }
    rig_done(&r);
}

/* Of laws with a growth of resistance; a part without one has no say in it. */
static void growths_of_resistance_combine_too(void **state)
{
    (void)state;
#define LAWS                                                                                                       \
    "{ plugin = \"naumann2020\", ageing = \"calendar\", name = \"Sam-1\" }, " POWER_B                               \
    ", { plugin = \"schmalstieg2014\", ageing = \"cycle\" }"
    ran r = rig_run(RUN("200", "") CELLS("1") PHYSICS("sum", "add", LAWS) PHYSICS("most", "max", LAWS)
                        PHYSICS("rest", "multiply", LAWS) RIG_OUT,
                    (engine_options){ 0 });
    ran_well(&r);
    for (int64_t n = 1; n <= 200; n += 33) {
        double a = at_cell("sum", "cell-1", n, "physics_resistance_ratio_sam_1");
        double b = at_cell("sum", "cell-1", n, "physics_resistance_ratio_schmalstieg2014");
        double x = at_cell("sum", "cell-1", n, "physics_loss_sam_1"), y = power_b(n);
        double z = at_cell("sum", "cell-1", n, "physics_loss_schmalstieg2014");
        assert_true(a > 1 && b > 1 && x > 0 && z > 0 && a != b);
        near(at_cell("sum", "cell-1", n, "physics_resistance_ratio"), 1 + (a - 1) + (b - 1), 1e-14);
        near(at_cell("most", "cell-1", n, "physics_resistance_ratio"), a > b ? a : b, 0);
        near(at_cell("rest", "cell-1", n, "physics_resistance_ratio"), a * b, 1e-14);
        near(at_cell("sum", "cell-1", n, "physics_loss"), x + y + z, 1e-14);
        near(at_cell("most", "cell-1", n, "physics_loss"), fmax(x, fmax(y, z)), 1e-15);
        near(at_cell("rest", "cell-1", n, "physics_loss"), 1 - (1 - x) * (1 - y) * (1 - z), 1e-14);
    }
    rig_done(&r);
}

static void a_loss_ends_at_one(void **state)
{
    (void)state;
    ran r = rig_run(RUN("3", "") CELLS("1")
                        PHYSICS("sum", "add", "{ plugin = \"power-law\", name = \"a\", c = 0.4, z = 1 }, "
                                              "{ plugin = \"power-law\", name = \"b\", c = 0.3, z = 1 }") RIG_OUT,
                    (engine_options){ 0 });
    ran_well(&r);
    near(rig_at(0, "physics_loss"), 0.7, 1e-14);
    near(rig_at(1, "physics_loss"), 1, 0);
    near(rig_at(2, "physics_capacity"), 0, 0);
    near(rig_at(1, "physics_loss_a"), 0.8, 1e-14);
    rig_done(&r);
}

/* ---- the joint loss is a loss like any ---- */

static void it_stops_lives(void **state)
{
    (void)state;
    static const struct { const char *stop; int64_t last; } cases[] = {
        { "\"physics_loss > 0.21\"", 107 },            /* 0.01 sqrt n + 0.001 n is 0.20896 at 106, 0.21044 at 107 */
        { "\"79% capacity\"", 107 },
        { "\"physics_loss_b > 0.0505\"", 51 },
        { "\"loss_a > 0.0905\"", 82 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char toml[900];
        snprintf(toml, sizeof toml, "[run]\nname = \"s\"\ncycles = 400\nstop = [%s]\n%s", cases[i].stop,
                 CELLS("1") PHYSICS("sum", "add", POWER_A ", " POWER_B) RIG_OUT);
        ran r = rig_run(toml, (engine_options){ 0 });
        ran_well(&r);
        assert_int_equal(rig.cycle[rig.n - 1], cases[i].last);
        rig_done(&r);
    }
}

/* Other parts read it, and the parts' own, as at the start of the row. */
static void parts_read_it_as_the_row_began(void **state)
{
    (void)state;
    ran r = rig_run(RUN("60", "") CELLS("9")
                        PHYSICS("sum", "multiply",
                                "{ plugin = \"looker\", level = \"@loss_b\" }, " POWER_A ", " POWER_B) RIG_OUT,
                    (engine_options){ 0 });
    ran_well(&r);
    assert_true(rig_at(0, "physics_seen") == 0);
    for (int64_t n = 2; n <= 60; n++)
        near(at_cell("sum", "cell-9", n, "physics_seen"), at_cell("sum", "cell-9", n - 1, "physics_loss"), 0);
    near(at_cell("sum", "cell-9", 60, "physics_bound"), power_b(59), 1e-14);
    rig_done(&r);
}

static void a_run_goes_on_in_the_middle(void **state)
{
    (void)state;
    double whole = 0, sum = 0;                          /* rows come in another order */
    ran r = rig_run(RUN("100", "") SIDES, (engine_options){ 0 });
    for (size_t i = 0; i < rig.n; i++)
        whole += rig_at(i, "physics_loss") * (double)rig.cycle[i];
    rig_done(&r);
    r = rig_run(RUN("37", "") SIDES, (engine_options){ 0 });
    assert_int_equal(rig.n, 37 * 22);
    rig_done(&r);
    r = rig_run(RUN("100", "") SIDES, (engine_options){ .resume = true });
    ran_well(&r);
    assert_int_equal(rig.n, 2200);
    for (size_t i = 0; i < rig.n; i++)
        sum += rig_at(i, "physics_loss") * (double)rig.cycle[i];
    near(sum, whole, 1e-12 * whole);
    near(at_cell("sum", "cell-04", 100, "physics_loss"), at_cell("both", "cell-04", 100, "physics_loss"), 1e-12);
    rig_done(&r);
}

/* A cell model beside two laws: it is charged by what they leave. */
static void a_cell_model_stands_beside_them(void **state)
{
    (void)state;
    ran r = rig_run(RUN("4", "") CELLS("1")
                        PHYSICS("cell", "add", "{ plugin = \"thevenin\", capacity = \"@capacity\" }, " POWER_A ", "
                                               "{ plugin = \"power-law\", name = \"b\", c = 0.1, z = 1 }")
                            "[protocol]\nsteps = [\"Discharge at 1C until 3 V\", \"Charge at 1C until 4.1 V\"]\n"
                        RIG_OUT,
                    (engine_options){ 0 });
    ran_well(&r);
    for (size_t i = 0; i < 4; i++)
        near(rig_at(i, "physics_capacity"), 2 * (1 - power_a((int64_t)i + 1) - 0.1 * (double)(i + 1)), 1e-12);
    double charge = rig_at(0, "physics_discharge_capacity");
    assert_true(charge > 1 && rig_at(3, "physics_discharge_capacity") < 0.75 * charge);
    rig_done(&r);
}

/* ---- compare ---- */

static void models_compare(void **state)
{
    (void)state;
    side s = run_one_file(RUN("400", "") CELLS("2")
                              PHYSICS("sum", "add", "{ plugin = \"two-ways\", name = \"two\" }, " POWER_B)
                                  PHYSICS("most", "max", POWER_A ", " POWER_B),
                          (compare_options){ .ablate = true });
    good(&s);
    const compare_model *sum = model(&s, "sum", "physics", NULL), *most = model(&s, "most", "physics", NULL);
    near(sum->capacity, 2 * (1 - 0.04 - 0.8), 1e-12);
    near(most->capacity, 2 * (1 - 0.4), 1e-12);
    near(most->eol, 201, 0);
    assert_int_equal(most->nloss, 2);
    for (size_t i = 0; i < 2; i++)
        near(most->loss[i].value, strcmp(most->loss[i].key, "a") == 0 ? power_a(400) : power_b(400), 1e-12);
    near(model(&s, "most", "physics", "b of most")->capacity, 2 * (1 - power_a(400)), 1e-12);
    near(model(&s, "sum", "physics", "b of sum")->capacity, 2 * (1 - 0.04 - 0.4), 1e-12);
    near(model(&s, "sum", "physics", "sei of two")->capacity, 2 * (1 - 0.8), 1e-12);
    done(&s);
}

static void scenarios_compare(void **state)
{
    (void)state;
    side s = run_two_files(RUN("300", "") CELLS("3") "[[physics]]\nplugin = \"naumann2020\"\n" SPREAD "\n",
                           RUN("300", "") CELLS("3") PHYSICS("sum", "add", CALENDAR ", " CYCLE));
    good(&s);
    const compare_model *both = model(&s, "naumann2020", "physics", NULL), *sum = model(&s, "sum", "physics", NULL);
    near(sum->capacity, both->capacity, 1e-12);
    assert_int_equal(sum->nloss, 2);
    for (int i = 0; i < 2; i++) {
        assert_string_equal(sum->loss[i].key, both->loss[i].key);
        near(sum->loss[i].value, both->loss[i].value, 1e-12);
    }
    done(&s);
}

/* ---- said wrongly ---- */

static void problems_say_what_to_do(void **state)
{
    (void)state;
    static const struct { const char *physics, *said;
    } cases[] = {
        { PHYSICS("s", "ad", POWER_A ", " POWER_B), "expected one of add|max|multiply, did you mean \"add\"?" },
        { PHYSICS("s", "add", POWER_A), "combine joins the losses of several parts, and there is one" },
        { "[[physics]]\nplugin = \"xu2018\"\ncombine = \"add\"\n",
          "combine joins the losses of several parts, and there is no parts" },
        { "[[physics]]\nparts = [{ plugin = \"xu2018\", combine = \"add\" }, { plugin = \"looker\" }]\n",
          "it stands beside parts = [..], not in one of them" },
        { PHYSICS("s", "add", POWER_A ", { plugin = \"looker\" }"),
          "physics s: combine joins the losses of several parts; only a writes loss" },
        { PHYSICS("s", "max", "{ plugin = \"looker\" }, { plugin = \"looker\", name = \"b\" }"),
          "none of them writes loss" },
        { PHYSICS("s", "add", "{ plugin = \"power-law\" }, { plugin = \"power-law\" }"),
          "two writers of column 'loss_power_law': parts power-law and power-law; give one of them name = \"..\"" },
        { PHYSICS("s", "add",
                  "{ plugin = \"naumann2020\", name = \"a b\" }, { plugin = \"power-law\", name = \"A-b\" }"),
          "two writers of column 'loss_a_b': parts a b and A-b" },
        { PHYSICS("s", "add", "{ plugin = \"power-law\", name = \"a law with a very long name\" }, " POWER_B),
          "of at most 22 bytes" },
        { PHYSICS("s", "max", "{ plugin = \"naumann2020\" }, { plugin = \"schmalstieg2014\" }"),
          "two writers of column 'loss_calendar': naumann2020 and schmalstieg2014; each column has one" },
        { "[[physics]]\nparts = [" POWER_A ", " POWER_B "]\n", "two writers of column 'loss': a and b" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        char toml[1200], path[128];
        scenario *sc = NULL;
        engine *e = NULL;
        tree_problems p = { 0 };
        why w = { 0 };
        bool said = false;
        snprintf(toml, sizeof toml, "%s%s", RUN("9", "") CELLS("1"), cases[k].physics);
        snprintf(path, sizeof path, "%s/s.toml", rig_folder);
        assert_int_equal(file_write(path, toml, strlen(toml), &w), 0);
        int rc = scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w);
        rc = rc ? rc : engine_open(sc, &(engine_options){ 0 }, &e, &p, &w);
        assert_int_not_equal(rc, E_OK);
        for (size_t i = 0; i < p.n; i++)
            said = said || strstr(p.at[i].text, cases[k].said);
        if (!said)
            fail_msg("%zu: \"%s\" is not \"%s\"", k, p.n ? p.at[0].text : w.text, cases[k].said);
        engine_close(e);
        scenario_close(sc);
        tree_problems_free(&p);
    }
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    char path[128];
    why w = { 0 };
    const char *toml = RUN("9", "") CELLS("1") PHYSICS("s", "add", POWER_A ", " POWER_B);
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), 0);
    int failed = 0;
    for (int at = 1; at < 4000; at++) {
        scenario *sc = NULL;
        engine *e = NULL;
        tree_problems p = { 0 };
        assert_int_equal(scenario_open(path, &(scenario_options){ 0 }, &sc, &p, &w), E_OK);
        mem_fail_at((unsigned)at);
        int rc = engine_open(sc, &(engine_options){ 0 }, &e, &p, &w);
        mem_fail_at(0);
        engine_close(e);
        scenario_close(sc);
        tree_problems_free(&p);
        failed += rc != E_OK;
        if (rc == E_OK)
            break;
    }
    assert_true(failed > 20 && failed < 3999);
}

/* ---- said in Lua; told by a plan ---- */

static void a_lua_scenario_says_it_too(void **state)
{
    (void)state;
    static const char made[] =
        "return { run = { cycles = 100 }, cell = { nominal_capacity = 2 }, source = { plugin = 'constant' },\n"
        "physics = { { name = 'sum', combine = 'add', parts = { { plugin = 'power-law', name = 'a', c = 0.01 },\n"
        "  { plugin = 'power-law', name = 'b', c = 0.001, z = 1 } } } }, output = { { plugin = 'capture' } } }";
    scenario *sc = NULL;
    script *k = NULL;
    engine *e = NULL;
    tree_problems p = { 0 };
    why w = { 0 };
    int rc = script_scenario_text("life.lua", made, &(scenario_options){ 0 }, NULL, &sc, &k, &p, &w);
    rc = rc ? rc : engine_open(sc, &(engine_options){ .folder = rig_folder }, &e, &p, &w);
    if (rc)
        fail_msg("%s", w.text);
    text t = { 0 };
    engine_plan(e, &t);
    assert_non_null(strstr(text_of(&t), "  combined   sum: sum of loss_a, loss_b\n"));
    text_free(&t);
    assert_int_equal(engine_run(e, &w), E_OK);
    near(rig_at(rig.n - 1, "physics_loss"), power_a(100) + power_b(100), 1e-14);
    engine_close(e);
    scenario_close(sc);
    script_close(k);
    tree_problems_free(&p);
}

/* An axis of a sweep may be the rule. */
static void a_sweep_may_ask_for_the_rule(void **state)
{
    (void)state;
    char path[128];
    why w = { 0 };
    scenario *sc = NULL;
    tree_problems p = { 0 };
    const char *toml = RUN("9", "") CELLS("1") PHYSICS("s", "add", POWER_A ", " POWER_B);
    snprintf(path, sizeof path, "%s/s.toml", rig_folder);
    assert_int_equal(file_write(path, toml, strlen(toml), &w), 0);
    scenario_options o = { .set = (const char *[]){ "physics.combine=\"max\"" }, .nset = 1 };
    assert_int_equal(scenario_open(path, &o, &sc, &p, &w), E_OK);
    assert_int_equal(sc->physics[0].combine, COMBINE_MAX);
    text key = { 0 };
    sweep_set_key(sc, "physics.combine", &key);
    sweep_set_key(sc, "physics.b.c", &key);
    assert_string_equal(text_of(&key), "physics.1.combinephysics.1.parts.2.c");
    text_free(&key);
    scenario_close(sc);
    tree_problems_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides_of_a_law_add_up_to_it),
        cmocka_unit_test(the_shape_of_tiles_changes_nothing),
        cmocka_unit_test(each_rule_is_what_it_says),
        cmocka_unit_test(growths_of_resistance_combine_too),
        cmocka_unit_test(a_loss_ends_at_one),
        cmocka_unit_test(it_stops_lives),
        cmocka_unit_test(parts_read_it_as_the_row_began),
        cmocka_unit_test(a_run_goes_on_in_the_middle),
        cmocka_unit_test(a_cell_model_stands_beside_them),
        cmocka_unit_test(models_compare),
        cmocka_unit_test(scenarios_compare),
        cmocka_unit_test(problems_say_what_to_do),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
        cmocka_unit_test(a_lua_scenario_says_it_too),
        cmocka_unit_test(a_sweep_may_ask_for_the_rule),
    };
    return cmocka_run_group_tests_name("combine", tests, open_rig, rig_teardown);
}
