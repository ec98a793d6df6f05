/* SPDX-License-Identifier: MIT
 * test_compare.c - models side by side: ranks, errors worked out by hand, ends of life, refusals, parts taken away.
 */
#include "tests/compare_rig.h"
#include "tests/data.h"

/* ---- ranks ---- */

/* The numbers are those of scipy.stats.rankdata 1.17.1 ("average"; nan_policy "omit"). */
static void ties_share_their_mean_rank(void **state)
{
    (void)state;
    static const struct { size_t n; double v[9], rank[9]; } cases[] = {
        { 7, { 0.3, 0.1, 0.3, 2, 0.1, 0.1, -5 }, { 5.5, 3, 5.5, 7, 3, 3, 1 } },
        { 9, { 0.02483, 0.04608, 0.06535, 0.07783, 0.16627, 0.20531, 0.20531, 0.34781, 0.35633 },
          { 1, 2, 3, 4, 5, 6.5, 6.5, 8, 9 } },
        { 4, { 7, 7, 7, 7 }, { 2.5, 2.5, 2.5, 2.5 } },
        { 6, { NAN, 3, 1, NAN, 1, 2 }, { NAN, 4, 1.5, NAN, 1.5, 3 } },
        { 1, { NAN }, { NAN } },
        { 3, { INFINITY, -INFINITY, 0 }, { 3, 1, 2 } },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        double rank[9];
        why w;
        assert_int_equal(compare_ranks(cases[k].v, cases[k].n, rank, &w), E_OK);
        for (size_t i = 0; i < cases[k].n; i++)
            assert_true(rank[i] == cases[k].rank[i] || (isnan(rank[i]) && isnan(cases[k].rank[i])));
    }
}

/* ---- ends of life ---- */

static void a_life_ends_where_it_stays_below(void **state)
{
    (void)state;
    static const double soh[] = { 0.9, 0.79, 0.81, 0.79, NAN, 0.78, 0.77, 0.9 };
    static const struct { uint64_t hold; bool reached; int64_t cycle; } cases[] = {
        { 0, true, 20 }, { 1, true, 20 }, { 2, true, 40 }, { 3, true, 40 }, { 4, false, 0 }
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        crossing c = { 0 };
        for (size_t i = 0; i < sizeof soh / sizeof *soh; i++)
            compare_crossing(&c, soh[i], 0.8, cases[k].hold, 10 * (int64_t)(i + 1));
        assert_int_equal(c.reached, cases[k].reached);
        assert_int_equal(c.cycle, cases[k].cycle);
    }
}

/* Eight rows of a cell of 2 Ah: the law loses 1 % a cycle and is 10 mAh low from row 5 on, but 10 mAh high at first. */
#define HAND                                                                                                        \
    "[run]\nname = \"hand\"\n[cell]\nnominal_capacity = 2\ninitial_capacity = 2\n"                                  \
    "[health]\neol = 0.9325\n"                                                                                      \
    "[source]\nplugin = \"csv\"\npath = \"hand.csv\"\n"                                                             \
    "[[physics]]\nplugin = \"power-law\"\nc = 0.01\nz = 1\n[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.5 }\n"

static void put_hand(void)
{
    static const char rows[] = "cell,cycle,capacity_ah\nA,1,1.97\nA,2,1.95\nA,3,1.93\nA,4,1.92\n"
                               "A,5,1.91\nA,6,1.89\nA,7,1.87\nA,8,1.85\n";
    char path[128];
    why w;
    snprintf(path, sizeof path, "%s/hand.csv", rig_folder);
    assert_int_equal(file_write(path, rows, strlen(rows), &w), 0);
}

static void errors_and_ends_are_those_worked_out_by_hand(void **state)
{
    (void)state;
    put_hand();
    side s = run_one_file(HAND, (compare_options){ 0 });
    good(&s);
    assert_int_equal(s.c->n, 4);
    assert_string_equal(s.c->target, "capacity");
    const compare_model *law_ = model(&s, "power-law", "physics", NULL);
    assert_int_equal(law_->n, 4);
    near(law_->rmse, 0.01, 1e-12);
    near(law_->mae, 0.01, 1e-12);
    near(law_->bias, -0.01, 1e-12);
    near(law_->max_error, 0.01, 1e-12);
    near(law_->r2, 1 - 4e-4 / 2e-3, 1e-9);              /* measured: 1.88 +- 0.03, 0.01 */
    assert_true(law_->eol == 7 && law_->eol_observed == 8 && law_->eol_error == 1 && law_->eol_bias == -1);
    near(law_->capacity, 1.84, 1e-12);
    assert_true(law_->seconds > 0);
    const compare_model *last = model(&s, "naive", "persistence", NULL);
    near(last->mae, 0.04, 1e-12);                       /* 0.01, 0.03, 0.05, 0.07 */
    assert_true(isnan(last->eol) && last->eol_least == 8 && last->reached == 0 && last->cells == 1);
    assert_true(isnan(last->eol_error) && last->eol_error_least == 0);
    const compare_model *drift = model(&s, "naive", "drift", NULL);
    near(drift->bias, ((1.92 - 1.91) + (1.92 - 1.89) + (1.92 - 1.87) + (1.92 - 1.85)) / 4 - 0.05 / 3 * 2.5, 1e-12);
    assert_true(drift->eol == 8 && drift->eol_error == 0);      /* 1.92 - 4 * 0.05 / 3 = 1.8533 */
    assert_true(law_->rank[COMPARE_RMSE] == 3 && drift->rank_mean < law_->rank_mean);
    assert_true(last->rank[COMPARE_RMSE] == 4);
    done(&s);
}

static void an_end_before_the_origin_is_no_forecast(void **state)
{
    (void)state;
    put_hand();
    const char *set[] = { "health.eol=0.97" };
    side s = run_one_file(HAND, (compare_options){ .scenario = &(scenario_options){ .set = set, .nset = 1 } });
    good(&s);
    const compare_model *m = model(&s, "power-law", "physics", NULL);
    assert_true(m->cells == 0 && isnan(m->eol) && isnan(m->eol_least) && isnan(m->eol_error) && isnan(m->eol_observed));
    assert_true(isnan(m->rank[COMPARE_EOL]));
    done(&s);
}

static void where_nobody_ends_there_is_nothing_to_rank(void **state)
{
    (void)state;
    put_hand();
    const char *set[] = { "health.eol=0.1" };
    side s = run_one_file(HAND, (compare_options){ .scenario = &(scenario_options){ .set = set, .nset = 1 } });
    good(&s);
    const compare_model *m = model(&s, "power-law", "physics", NULL);
    assert_true(m->cells == 1 && m->eol_least == 8 && m->eol_observed_least == 8 && isnan(m->eol_error_least));
    assert_true(isnan(m->rank[COMPARE_EOL]) && !isnan(m->rank_mean));
    done(&s);
}

/* ---- lives without measurements, and what the fade is made of ---- */

#define LIFE                                                                                                           \
    "[run]\nname = \"life\"\ncycles = 400\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"constant\"\ncells = 3\n"
#define TWO "[[physics]]\nplugin = \"two-ways\"\n"
#define POWER "[[physics]]\nplugin = \"power-law\"\nc = 0.01\nz = 0.5\n"

static void lives_compare_without_measurements(void **state)
{
    (void)state;
    side s = run_two_files(LIFE TWO, LIFE POWER);
    good(&s);
    assert_int_equal(s.c->n, 2);
    assert_int_equal(s.c->nscenario, 2);
    assert_null(s.c->target);
    const compare_model *two = model(&s, "two-ways", "physics", NULL), *power = model(&s, "power-law", "physics", NULL);
    /* 0.02 sqrt(n / 100) + n / 1000 > 0.2 from 174 on (0.19938 at 173); 0.01 sqrt(n) > 0.2 never within 400 */
    assert_true(two->eol == 175 || two->eol == 174);
    near(two->eol, 174, 0);
    assert_true(isnan(power->eol) && power->eol_least == 400);
    near(two->capacity, 2 * (1 - 0.04 - 0.4), 1e-12);
    assert_int_equal(two->nloss, 2);
    assert_string_equal(two->loss[0].key, "sei");
    near(two->loss[0].value, 0.04, 1e-15);
    assert_string_equal(two->loss[1].key, "plating");
    near(two->loss[1].value, 0.4, 1e-12);
    assert_int_equal(power->nloss, 0);
    assert_true(isnan(two->rmse) && isnan(two->rank_mean) && two->n == 0);
    assert_int_equal(s.c->rows[0].ncell, 3);
    assert_true(s.c->rows[0].n == 3 * 400);
    done(&s);
}

static void a_switch_of_a_law_is_a_part(void **state)
{
    (void)state;
    side s = run_one_file(LIFE TWO POWER, (compare_options){ .ablate = true });
    good(&s);
    const compare_model *m = model(&s, "two-ways", "physics", "sei of two-ways");
    near(m->eol, 201, 0);                               /* 0.001 n >= 0.2: below from 201 on */
    assert_string_equal(s.c->at[m->whole].variant, "two-ways");
    assert_int_equal(s.c->n, 3);                        /* power-law has none */
    text t = { 0 };
    compare_text(s.c, false, &t);
    assert_non_null(strstr(text_of(&t), "What changes without a part:"));
    assert_non_null(strstr(text_of(&t), "+27.0"));
    assert_non_null(strstr(text_of(&t), "plating"));
    assert_null(strchr(text_of(&t), '\033'));
    text_free(&t);
    done(&s);
}

static void a_part_that_others_need_is_told(void **state)
{
    (void)state;
    side s = run_one_file(
        LIFE "[[physics]]\nname = \"cell\"\nparts = [{ plugin = \"thevenin\", capacity = \"@capacity\" }, "
             "{ plugin = \"power-law\", c = 0.001 }]\n"
             "[protocol]\nsteps = [\"Discharge at 1C until 3 V\", \"Charge at 1C until 4.1 V\"]\n",
        (compare_options){ .ablate = true,
                           .scenario = &(scenario_options){ .set = (const char *[]){ "run.cycles=3" }, .nset = 1 } });
    good(&s);
    const compare_model *m = model(&s, "cell", "physics", "power-law of cell");
    assert_non_null(m->refused);
    assert_non_null(strstr(m->refused, "capacity"));
    assert_null(model(&s, "cell", "physics", "thevenin of cell")->refused);
    text t = { 0 };
    json j = { 0 };
    compare_text(s.c, true, &t);
    assert_non_null(strstr(text_of(&t), "cell physics does not run without power-law of cell: "));
    assert_non_null(strstr(text_of(&t), "\033[1m"));
    compare_json(s.c, &j);
    assert_non_null(strstr(text_of(&j.out), "\"refused\":\""));
    text_free(&t);
    text_free(&j.out);
    done(&s);
}

/* ---- refusals ---- */

static void other_rows_are_refused_by_name(void **state)
{
    (void)state;
    put_hand();
    static const struct { const char *a, *b, *said;
    } cases[] = {
        { HAND, HAND "[conditions]\ndepth = 0.5\n", "conditions.depth is set there, not set here" },
        { HAND "[conditions]\ndepth = 0.5\n", HAND, "conditions.depth is not set there, set here" },
        { HAND "[conditions]\ndepth = 0.5\n", HAND "[conditions]\ndepth = 0.6\n",
          "conditions.depth is 0.6 there, 0.5 here" },
        { HAND "[conditions]\ndepth = 0.5\nsoc_mean = 0.5\n", HAND "[conditions]\nsoc_mean = 0.5\ndepth = 0.5\n",
          NULL },
        { LIFE POWER "[protocol]\nsteps = [\"Rest for 1 hour\"]\n",
          LIFE POWER "[protocol]\nsteps = [\"Rest for 2 hours\"]\n",
          "protocol.steps is Rest for 2 hours there, Rest for 1 hour here" },
        { LIFE POWER, LIFE POWER "[health]\neol = 0.7\n", "health.eol is 0.7 there, 0.8 here" },
        { LIFE POWER, LIFE POWER "[health]\nhold = 3\n", "health.hold is 3 there, 1 here" },
        { "[run]\nname = \"x\"\ncycles = 400\nstop = \"90% capacity\"\n[source]\nplugin = \"constant\"\n" POWER,
          "[run]\nname = \"x\"\ncycles = 400\n[source]\nplugin = \"constant\"\n" POWER,
          "run.stop is not set there, 90% capacity here" },
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        side s = run_two_files(cases[k].a, cases[k].b);
        if (!cases[k].said)
            good(&s);
        else {
            assert_int_equal(s.rc, E_INPUT);
            assert_null(s.c);
            if (!strstr(s.w.text, cases[k].said) || !strstr(s.w.text, "cannot stand beside"))
                fail_msg("%s", s.w.text);
        }
        done(&s);
    }
}

#define FLEET                                                                                                        \
    "[run]\nname = \"f\"\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"virtual\"\ntruth = \"xu2018\"\n"         \
    "parameters = { k_t = \"7e-10 1/s\", k_delta1 = 1.36e5 }\ncells = 4\ncycles = 1800\npace = 0.2\nnoise = \"3 mAh\"\n"
#define HALF "[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.5 }\ntruth = \"true_capacity\"\n"
#define XU "[[physics]]\nplugin = \"xu2018\"\n"
#define RIDGE "[corrector]\nplugin = \"ridge\"\nfeatures = [\"cycle\", \"cycle_sqrt\"]\n"

static void other_parameters_of_a_source_are_refused_by_name(void **state)
{
    (void)state;
    side s = run_two_files(FLEET XU HALF, FLEET "recovery = \"15 mAh\"\n" XU HALF);
    assert_int_equal(s.rc, E_INPUT);
    assert_non_null(strstr(s.w.text, "source.recovery is 0.015 there, 0.02 here"));
    done(&s);
    s = run_two_files(FLEET XU HALF, FLEET XU);
    assert_int_equal(s.rc, E_INPUT);
    assert_non_null(strstr(s.w.text, "evaluate.split is not set there, set here"));
    done(&s);
    s = run_two_files(FLEET XU HALF, FLEET XU
                      "[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.4 }\ntruth = \"true_capacity\"\n");
    assert_non_null(strstr(s.w.text, "evaluate.split is holdout:0.4 there, holdout:0.5 here"));
    done(&s);
    s = run_two_files(FLEET XU HALF, LIFE POWER);
    assert_non_null(strstr(s.w.text, "source.plugin is constant there, virtual here"));
    done(&s);
}

static void other_random_numbers_are_found_out_by_the_rows(void **state)
{
    (void)state;
    const char *a = FLEET XU HALF;
    text b = { 0 };
    text_addf(&b, "[run]\nseed = 7\n%s", strstr(a, "name = \"f\""));
    side s = run_two_files(a, text_of(&b));
    assert_int_equal(s.rc, E_INPUT);
    assert_non_null(strstr(s.w.text, "cell V0001 measured other values there (seed 7 there, 42 here?)"));
    assert_int_equal(s.c->nscenario, 1);
    text_free(&b);
    done(&s);
}

static void problems_of_any_scenario_come_with_their_place(void **state)
{
    (void)state;
    side s = run_two_files(LIFE POWER, LIFE "[[physics]]\nplugin = \"pover-law\"\n");
    assert_int_equal(s.rc, E_PLUGIN);
    assert_int_equal(s.p.n, 1);
    assert_non_null(strstr(s.p.at[0].file, "b.toml"));
    assert_null(s.c);
    done(&s);
    s = run_files(NULL, 0, (compare_options){ 0 });
    assert_int_equal(s.rc, E_USAGE);
    done(&s);
}

/* ---- a fleet: what a correction is worth; the same numbers as a run's ---- */

static void a_correction_that_knows_physics_helps(void **state)
{
    (void)state;
    side s = run_one_file(FLEET XU RIDGE HALF, (compare_options){ .ablate = true });
    good(&s);
    const compare_model *hybrid = model(&s, "xu2018+ridge", "hybrid", NULL),
                        *bare = model(&s, "xu2018+ridge", "hybrid", "ridge");
    const compare_model *physics = model(&s, "xu2018", "physics", NULL),
                        *one = model(&s, "xu2018+ridge", "hybrid", "cycle of ridge");
    assert_true(bare->rmse == physics->rmse && bare->n == physics->n);
    assert_true(bare->rmse > 3 * hybrid->rmse);
    assert_true(hybrid->rank_mean < physics->rank_mean);
    assert_true(hybrid->eol_error < physics->eol_error ||
                (isnan(physics->eol_error) && hybrid->eol_error < physics->eol_error_least));
    assert_true(one->rmse > 0 && one->rmse != hybrid->rmse);
    assert_non_null(model(&s, "xu2018+ridge", "hybrid", "cycle_sqrt of ridge"));
    assert_non_null(model(&s, "xu2018+ridge", "hybrid", "the gate of ridge"));
    for (int k = 0; k < COMPARE_NAIVE; k++)
        assert_true(model(&s, "naive", compare_naive[k], NULL)->rmse > hybrid->rmse);
    assert_int_equal(s.c->n, 2 + 3 + 4);
    done(&s);
}

static double score_of(json_t *result_, const char *variant, const char *kind, const char *key)
{
    size_t i;
    json_t *one;
    json_array_foreach(json_object_get(result_, "scores"), i, one)
    {
        if (strcmp(json_string_value(json_object_get(one, "variant")), variant) == 0 &&
            strcmp(json_string_value(json_object_get(one, "model")), kind) == 0)
            return json_number_value(json_object_get(one, key));
    }
    fail_msg("no score %s %s", variant, kind);
    return 0;
}

static void numbers_are_those_of_a_run(void **state)
{
    (void)state;
    side s = run_one_file(FLEET XU POWER RIDGE HALF, (compare_options){ 0 });
    good(&s);
    ran r = rig_run(FLEET XU POWER RIDGE HALF RIG_OUT, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    static const char *const keys[] = { "rmse", "mae", "mape", "r2", "max_error", "bias" };
    for (size_t i = 0; i < s.c->n; i++) {
        const compare_model *m = &s.c->at[i];
        bool physics = strcmp(m->model, "physics") == 0;
        char variant[64];
        snprintf(variant, sizeof variant, "%s%s", m->variant, physics ? "+ridge" : "");
        const double got[] = { m->rmse, m->mae, m->mape, m->r2, m->max_error, m->bias };
        for (size_t k = 0; k < 6; k++)
            assert_true(got[k] == score_of(r.result, variant, m->model, keys[k]));
    }
    int at = frame_find(&s.c->rows[0], "hybrid_capacity");
    assert_int_equal(rig.n, s.c->rows[0].n);
    for (size_t i = 0; i < rig.n; i += 997)
        assert_true(rig_at(i, "hybrid_capacity") == s.c->rows[0].col[at].v[i]);
    double sum = 0;
    size_t cell, ends = 0;
    json_t *lane;
    json_array_foreach(json_object_get(r.result, "lanes"), cell, lane)
    {
        json_t *end = json_object_get(lane, "end_of_life_cycle");
        if (strcmp(json_string_value(json_object_get(lane, "physics")), "xu2018") != 0)
            continue;
        sum += json_is_null(end) ? 1800 : (double)json_integer_value(end);
        ends++;
    }
    const compare_model *xu = model(&s, "xu2018", "physics", NULL);
    near(isnan(xu->eol) ? xu->eol_least : xu->eol, sum / (double)ends, 1e-9);
    rig_done(&r);
    done(&s);
}

/* Everything but the times. */
static char *told(const side *s)
{
    for (size_t i = 0; i < s->c->n; i++)
        s->c->at[i].seconds = NOT;
    json j = { 0 };
    text t = { 0 };
    compare_json(s->c, &j);
    compare_csv(s->c, &t);
    text_add(&j.out, text_of(&t));
    text_free(&t);
    return text_take(&j.out);
}

static void the_number_of_threads_changes_nothing(void **state)
{
    (void)state;
    const char *one[] = { "run.threads=1", "source.cells=40" },
               *four[] = { "run.threads=4", "source.cells=40", "run.tile=8" };
    side a =
        run_one_file(FLEET XU POWER RIDGE HALF,
                     (compare_options){ .ablate = true, .scenario = &(scenario_options){ .set = one, .nset = 2 } });
    side b =
        run_one_file(FLEET XU POWER RIDGE HALF,
                     (compare_options){ .ablate = true, .scenario = &(scenario_options){ .set = four, .nset = 3 } });
    good(&a);
    good(&b);
    char *x = told(&a), *y = told(&b);
    assert_string_equal(x, y);
    free(x);
    free(y);
    done(&a);
    done(&b);
}

static void several_scenarios_share_the_naive_ones(void **state)
{
    (void)state;
    side s = run_two_files(FLEET XU RIDGE HALF, FLEET POWER HALF);
    good(&s);
    assert_int_equal(s.c->n, 3 + 3);
    assert_string_equal(s.c->at[2].variant, "power-law");
    assert_true(strstr(s.c->at[2].scenario, "b.toml") != NULL);
    assert_string_equal(s.c->at[3].model, "persistence");
    double sum = 0;
    for (size_t i = 0; i < 6; i++)
        sum += s.c->at[i].rank[COMPARE_RMSE];
    near(sum, 21, 0);
    text t = { 0 };
    compare_csv(s.c, &t);
    size_t lines = 0;
    for (const char *at = text_of(&t); *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, 7);
    text_free(&t);
    done(&s);
}

/* ---- what stands in the way ---- */

static void cells_that_fail_leave_the_rest(void **state)
{
    (void)state;
    side s = run_one_file(LIFE TWO "fails = 50\n", (compare_options){ 0 });
    assert_int_equal(s.rc, E_PARTIAL);
    assert_non_null(strstr(s.w.text, "1 of 3 lanes ended by failure"));
    assert_non_null(strstr(s.c->note, "1 of 3 lanes ended by failure"));
    const compare_model *m = model(&s, "two-ways", "physics", NULL);
    assert_true(m->cells == 3 && m->reached == 2 && isnan(m->eol));
    near(m->eol_least, (174 + 174 + 50) / 3.0, 0.4);
    text t = { 0 };
    compare_text(s.c, false, &t);
    assert_non_null(strstr(text_of(&t), "\nNote: "));
    text_free(&t);
    done(&s);
}

static void other_numbers_of_rows_are_noted(void **state)
{
    (void)state;
    const char *set[] = { "run.stop=\"87% capacity\"", "source.cells=1", "physics.2.c=0.003" };
    side s = run_one_file(FLEET XU POWER HALF,
                          (compare_options){ .scenario = &(scenario_options){ .set = set, .nset = 3 } });
    good(&s);
    assert_true(model(&s, "xu2018", "physics", NULL)->n != model(&s, "power-law", "physics", NULL)->n);
    assert_non_null(strstr(s.c->note, "models were scored on "));
    for (size_t i = 0; i < s.c->n; i++)
        assert_true(s.c->at[i].n > 0 || isnan(s.c->at[i].rank_mean));
    done(&s);
}

static void files_hold_mechanisms_and_odd_names(void **state)
{
    (void)state;
    side s = run_one_file(LIFE TWO "name = \"a, \\\"b\\\"\"\n" POWER, (compare_options){ 0 });
    good(&s);
    text t = { 0 };
    json j = { 0 };
    compare_csv(s.c, &t);
    assert_non_null(strstr(text_of(&t), ",rank_mean,sei,plating\n"));
    assert_non_null(strstr(text_of(&t), ",\"a, \"\"b\"\"\",physics,,0,"));
    assert_non_null(strstr(text_of(&t), ",0.04,0.4"));
    assert_non_null(strstr(text_of(&t), ",power-law,physics,,0,"));
    compare_json(s.c, &j);
    json_t *v = json_loads(text_of(&j.out), 0, NULL);
    json_t *loss = json_object_get(json_array_get(json_object_get(v, "models"), 0), "loss");
    assert_int_equal(json_array_size(loss), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(loss, 1), "key")), "plating");
    json_decref(v);
    text_free(&t);
    text_free(&j.out);
    done(&s);
}

/* ---- scenarios opened by a host ---- */

static int opened, closed;

static int host_open(void *ctx, const char *file, const char *made, const scenario_options *o, scenario **out,
                     const engine_hooks **hooks, void **keep_, tree_problems *p, why *w)
{
    tree_node *root = NULL;
    tree *t = tree_open();
    opened++;
    *hooks = NULL;
    *keep_ = ctx;
    int rc = toml_parse(t, file, made, strlen(made), p, &root);
    if (!rc)
        tree_merge(t, tree_root(t), root);
    return rc ? rc : scenario_from_tree(t, file, o, out, p, w);
}

static void host_close(void *ctx, void *keep_, scenario *sc)
{
    assert_ptr_equal(ctx, keep_);
    closed++;
    scenario_close(sc);
}

static void a_host_opens_scenarios(void **state)
{
    (void)state;
    const sweep_host host = { .open = host_open, .close = host_close, .ctx = &opened };
    side s = run_one_file(FLEET XU RIDGE HALF, (compare_options){ .host = &host, .ablate = true });
    side t = run_one_file(FLEET XU RIDGE HALF, (compare_options){ .ablate = true });
    good(&s);
    good(&t);
    char *x = told(&s), *y = told(&t);
    assert_string_equal(x, y);
    free(x);
    free(y);
    assert_int_equal(opened, 1 + 3);
    assert_int_equal(closed, opened);
    done(&s);
    done(&t);
    const char *none = "/nowhere/a.toml";
    s = run_files(&none, 1, (compare_options){ .host = &host });
    assert_int_equal(s.rc, E_INPUT);
    assert_non_null(strstr(s.w.text, "/nowhere/a.toml"));
    done(&s);
}

/* ---- bounds, stops, memory ---- */

static void rows_for_pictures_are_thinned(void **state)
{
    (void)state;
    side s = run_one_file(FLEET XU POWER HALF, (compare_options){ .rows = 1000 });
    good(&s);
    const frame *f = &s.c->rows[0];
    assert_true(f->n <= 1000 && f->n > 400);
    assert_int_equal(f->ncell, 4);
    int64_t gap = f->cycle[2] - f->cycle[0];
    assert_true(gap >= 16 && (gap & (gap - 1)) == 0);
    assert_true(frame_find(f, "physics_capacity") >= 0);
    side all = run_one_file(FLEET XU POWER HALF, (compare_options){ 0 });
    assert_int_equal(all.c->rows[0].n, 4 * 1800 * 2);
    for (size_t i = 0; i < s.c->n; i++)
        assert_true(s.c->at[i].eol_least == all.c->at[i].eol_least || s.c->at[i].eol == all.c->at[i].eol);
    done(&all);
    done(&s);
}

static atomic_int stop_now;
static char last_said[200];

static void stop_at_second(void *ctx, const char *doing)
{
    (void)ctx;
    snprintf(last_said, sizeof last_said, "%s", doing);
    if (text_starts(doing, "2 of 2, "))
        atomic_store(&stop_now, 1);
}

static void stopped_it_keeps_what_is_finished(void **state)
{
    (void)state;
    atomic_store(&stop_now, 0);
    const char *file[] = { put(0, FLEET XU HALF), put(1, FLEET POWER HALF) };
    side s = run_files(file, 2, (compare_options){ .stop = &stop_now, .progress = stop_at_second });
    assert_int_equal(s.rc, E_CANCEL);
    if (!strstr(s.w.text, "1 of 2 scenarios are finished"))
        fail_msg("%s (%s)", s.w.text, last_said);
    assert_non_null(s.c);
    assert_int_equal(s.c->n, 1 + 3);
    assert_true(model(&s, "xu2018", "physics", NULL)->rank_mean > 0);
    json j = { 0 };
    compare_json(s.c, &j);
    assert_non_null(strstr(text_of(&j.out), "\"complete\":false"));
    text_free(&j.out);
    done(&s);
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    const char *set[] = { "source.cycles=12", "source.cells=2" };
    compare_options o = { .ablate = true, .scenario = &(scenario_options){ .set = set, .nset = 2 } };
    const char *file[] = { put(0, FLEET XU RIDGE HALF), put(1, FLEET XU HALF) };
    side s = run_files(file, 2, o);
    long first = mem_count(), all;
    good(&s);
    done(&s);
    s = run_files(file, 2, o);
    all = mem_count() - first;
    done(&s);
    for (long k = 1; k < all; k += 1 + k / 40) {
        mem_fail_at(k);
        s = run_files(file, 2, o);
        mem_fail_at(0);
        if (s.c) {
            char *t = told(&s);
            free(t);
        }
        assert_true(s.rc || s.c);
        done(&s);
    }
}

static void tables_short_of_memory_say_so(void **state)
{
    (void)state;
    side s = run_one_file(FLEET XU RIDGE HALF, (compare_options){ .ablate = true });
    good(&s);
    for (long k = 1; k <= 6; k++) {
        text t = { 0 };
        mem_fail_at(k);
        compare_text(s.c, false, &t);
        mem_fail_at(0);
        text_free(&t);
    }
    text t = { 0 };
    mem_fail_at(1);
    compare_csv(s.c, &t);
    mem_fail_at(0);
    assert_true(t.failed);
    text_free(&t);
    done(&s);
}

/* ---- a measured cell ---- */

static void a_measured_cell_beside_the_naive_ones(void **state)
{
    (void)state;
    const char *folder = data_file(".");
    if (!folder || !data_file("nasa/B0005.mat"))
        skip();
    setenv("FADE_DATA", folder, 1);
    const char *file = "scenarios/nasa-b0005.toml";
    side s = run_files(&file, 1, (compare_options){ 0 });
    good(&s);
    assert_int_equal(s.c->n, 3 * 2 + 3);
    for (size_t i = 0; i < s.c->n; i++) {
        const compare_model *m = &s.c->at[i];
        assert_int_equal(m->n, 84);
        assert_true(m->eol_observed == 125);            /* first discharge under 1.4 Ah */
    }
    const compare_model *last = model(&s, "naive", "persistence", NULL), *drift = model(&s, "naive", "drift", NULL);
    near(last->rmse, 0.16627, 5e-6);
    near(drift->rmse, 0.02483, 5e-6);
    assert_true(last->eol_error_least == 43 && drift->eol_error == 0);
    const compare_model *law_ = model(&s, "power-law+ridge", "hybrid", NULL);
    assert_true(law_->eol == 153 && law_->eol_error == 28);
    assert_true(law_->rmse < last->rmse);
    const compare_model *plain = model(&s, "exp-fade", "physics", NULL);
    const compare_model *little = model(&s, "exp-fade+ridge", "hybrid", NULL);
    assert_true(little->rank[COMPARE_RMSE] == 6 && plain->rank[COMPARE_RMSE] == 7);     /* its gate opens a little */
    done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ties_share_their_mean_rank),
        cmocka_unit_test(a_life_ends_where_it_stays_below),
        cmocka_unit_test(errors_and_ends_are_those_worked_out_by_hand),
        cmocka_unit_test(an_end_before_the_origin_is_no_forecast),
        cmocka_unit_test(where_nobody_ends_there_is_nothing_to_rank),
        cmocka_unit_test(lives_compare_without_measurements),
        cmocka_unit_test(a_switch_of_a_law_is_a_part),
        cmocka_unit_test(a_part_that_others_need_is_told),
        cmocka_unit_test(other_rows_are_refused_by_name),
        cmocka_unit_test(other_parameters_of_a_source_are_refused_by_name),
        cmocka_unit_test(other_random_numbers_are_found_out_by_the_rows),
        cmocka_unit_test(problems_of_any_scenario_come_with_their_place),
        cmocka_unit_test(a_correction_that_knows_physics_helps),
        cmocka_unit_test(numbers_are_those_of_a_run),
        cmocka_unit_test(the_number_of_threads_changes_nothing),
        cmocka_unit_test(several_scenarios_share_the_naive_ones),
        cmocka_unit_test(cells_that_fail_leave_the_rest),
        cmocka_unit_test(other_numbers_of_rows_are_noted),
        cmocka_unit_test(files_hold_mechanisms_and_odd_names),
        cmocka_unit_test(a_host_opens_scenarios),
        cmocka_unit_test(rows_for_pictures_are_thinned),
        cmocka_unit_test(stopped_it_keeps_what_is_finished),
        cmocka_unit_test(memory_that_runs_out_is_an_error),
        cmocka_unit_test(tables_short_of_memory_say_so),
        cmocka_unit_test(a_measured_cell_beside_the_naive_ones),
    };
    return cmocka_run_group_tests_name("compare", tests, setup, rig_teardown);
}
