/* SPDX-License-Identifier: MIT
 * test_duty_feed.c - what a source of duties may and may not give: units, blocks, cells, and one sentence for whatever
 * is wrong.
 */
#include "tests/watch_rig.h"

/* A source "odd" that gives blocks as a test says: rows, then samples line by line. */
typedef struct odd_sample { const char *cell; double v[6]; } odd_sample;
static struct {
    const char *row[4];                           /* cells of stream 0 */
    const odd_sample *sample;
    size_t n, at, block;                          /* samples a block; 0: all */
    double length;
    fade_columns columns;
    bool told;
} odd;

static int32_t odd_open(const fade_host *h, const fade_args *a, const char *position, void **out)
{
    (void)h;
    (void)a;
    (void)position;
    odd.at = 0;
    odd.told = false;
    return (*out = malloc(1)) ? FADE_OK : FADE_ENOMEM;
}

static int32_t odd_columns(const void *source, fade_columns *c)
{
    (void)source;
    *c = odd.columns;
    return FADE_OK;
}

static int32_t odd_next(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)source;
    (void)timeout_ms;
    b->n = 0;
    b->stream = odd.told;
    for (; !odd.told && b->n < 4 && odd.row[b->n]; b->n++) {
        b->cell[b->n] = odd.row[b->n];
        b->cycle[b->n] = 1;
        b->time[b->n] = INT64_MIN;
        b->col[0][b->n] = odd.length;
    }
    if (!odd.told) {
        odd.told = true;
        return odd.n ? FADE_OK : FADE_END;
    }
    for (size_t k = 0; odd.at < odd.n && (k < odd.block || !odd.block); k++, odd.at++, b->n++) {
        b->cell[b->n] = odd.sample[odd.at].cell;
        b->time[b->n] = INT64_MIN;
        for (uint32_t c = 0; c < odd.columns.sample.n; c++)
            b->col[c][b->n] = odd.sample[odd.at].v[c];
    }
    return odd.at < odd.n ? FADE_OK : FADE_END;
}

static const fade_source_v1 odd_v1 = {
    .size = sizeof odd_v1, .flags = FADE_DUTY, .open = odd_open, .close = free, .columns = odd_columns, .next = odd_next
};
static const void *odd_iface(const fade_desc *d, const char *id)
{
    return (void)d, strcmp(id, "fade.source/1") ? NULL : &odd_v1;
}
static const fade_desc odd_desc = { .size = sizeof odd_desc,
                                    .id = "odd",
                                    .kind = "source",
                                    .version = "1.0.0",
                                    .licence = "MIT",
                                    .doc = "As a test says.",
                                    .cite = "",
                                    .iface = odd_iface };
static const fade_desc *const odd_plugins[] = { &odd_desc, NULL };
static const fade_library odd_library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof odd_library,
                                          odd_plugins };

#define COLUMN(key, unit) { key, unit, "Of a test.", 0, 0, 0, 0, 0, 1, FADE_PLANNED }
static const fade_column length_s[] = { COLUMN("length", "s") }, length_h[] = { COLUMN("length", "h") };
static const fade_column plain[] = { COLUMN("time", "s"), COLUMN("soc", "1"), COLUMN("temperature", "K") };

static int setup(void **state)
{
    int rc = watch_setup(state);
    library_register(&odd_library);
    return rc;
}

static int teardown(void **state) { return rig_teardown(state); }

static int clean(void **state)
{
    memset(&odd, 0, sizeof odd);
    odd.row[0] = "A";
    odd.columns = (fade_columns){ .out = FADE_LIST(length_s), .sample = FADE_LIST(plain) };
    return watch_clean(state);
}

static ran run_odd(const odd_sample *sample, size_t n)
{
    odd.sample = sample;
    odd.n = n;
    return rig_run(
        "[run]\nname = \"o\"\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"odd\"\n[duty]\nrow = \"1 h\"\n"
        "[[physics]]\nplugin = \"watch\"\n" RIG_OUT,
        (engine_options){ 0 });
}

/* The run ends by a sentence that has `part`. */
static void refuses(const odd_sample *sample, size_t n, const char *part)
{
    for (odd.block = 0; odd.block < 3; odd.block++) {
        ran r = run_odd(sample, n);
        const char *text_at = r.problems.n ? r.problems.at[0].text : r.w.text;
        if (r.rc == 0 || !strstr(text_at, part))
            fail_msg("code %d, not \"%s\" but \"%s\"", r.rc, part, text_at);
        rig_done(&r);
    }
}

#define SAMPLES(...)                                                                                                   \
    (const odd_sample[]){ __VA_ARGS__ }, sizeof((const odd_sample[]){ __VA_ARGS__ }) / sizeof(odd_sample)
#define A(t, soc, temperature) { "A", { t, soc, temperature } }
#define ALL(t, soc, temperature) { NULL, { t, soc, temperature } }

static void samples_that_make_no_sense(void **state)
{
    (void)state;
    refuses(SAMPLES(A(0, .5, 300), A(3600, NAN, 300)), "source odd: a sample of A at 3600 s has soc nan");
    refuses(SAMPLES(A(0, INFINITY, 300), A(3600, .5, 300)), "source odd: a sample of A at 0 s has soc inf");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(1, .5, -3)), "source odd: a sample of all cells at 1 s has temperature -3 K");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(1, .5, 0)), "temperature 0 K");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(1, .5, NAN)), "temperature nan K");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(1, .5, INFINITY)), "temperature inf K");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(NAN, .5, 300)), "a sample of all cells has time nan s");
    refuses(SAMPLES(ALL(-INFINITY, .5, 300), ALL(0, .5, 300)), "time -inf s");
    refuses(SAMPLES(ALL(0, .5, 300), ALL(INFINITY, .5, 300)), "time inf s");
    refuses(SAMPLES(A(0, .5, 300), A(7200, .5, 300), A(3600, .5, 300)),
            "a sample of A at 3600 s does not come after that at 7200 s");
    refuses(SAMPLES(A(0, .5, 300), A(7200, .5, 300), A(7200, .5, 300)), "at 7200 s does not come after that at 7200 s");
    refuses(SAMPLES(A(0, .5, 300), { "B", { 0, NAN, 300 } }), "a sample of B at 0 s has soc nan");
}

static void samples_of_one_cell_beside_those_of_all(void **state)
{
    (void)state;
    refuses(SAMPLES(ALL(0, .5, 300), A(3600, .5, 300)), "samples of one cell beside samples of all");
    refuses(SAMPLES(A(0, .5, 300), ALL(3600, .5, 300)), "samples of one cell beside samples of all");
}

static void columns_that_are_not_there(void **state)
{
    (void)state;
    static const fade_column lacks[] = { COLUMN("time", "s"), COLUMN("soc", "1") };
    static const fade_column wrong[] = { COLUMN("time", "s"), COLUMN("soc", "V"), COLUMN("temperature", "K") };
    odd.columns.sample = (fade_list)FADE_LIST(lacks);
    refuses(SAMPLES(ALL(0, .5, 300)), "its samples are a duty and lack the column temperature");
    odd.columns.sample = (fade_list)FADE_LIST(wrong);
    refuses(SAMPLES(ALL(0, .5, 300)), "samples of soc in \"V\" cannot be 1");
    static fade_column many[300];
    for (int i = 0; i < 300; i++)
        many[i] = plain[i % 3];
    odd.columns.sample = (fade_list)FADE_LIST(many);
    refuses(SAMPLES(ALL(0, .5, 300)), "300 columns of samples, at most 256");
}

static void no_cell_at_all(void **state)
{
    (void)state;
    odd.row[0] = NULL;
    refuses(SAMPLES(ALL(0, .5, 300), ALL(3600, .5, 300)), "source odd gave samples and no row that names a cell");
    refuses(NULL, 0, "source odd gave no row that names a cell");
}

/* Units and order are the source's. */
static void units_are_converted(void **state)
{
    (void)state;
    static const fade_column own[] = { COLUMN("temperature", "degC"), COLUMN("voltage", "V"), COLUMN("soc", "%"),
                                       COLUMN("time", "min") };
    odd.columns = (fade_columns){ .out = FADE_LIST(length_h), .sample = FADE_LIST(own) };
    odd.length = 2;
    for (odd.block = 0; odd.block < 3; odd.block++) {
        ran r = run_odd(SAMPLES({ NULL, { 20, 3, 80, 0 } }, { NULL, { 40, 3, 60, 60 } }, { NULL, { 40, 3, 70, 120 } }));
        assert_int_equal(r.rc, 0);
        assert_int_equal(rig.n, 2);
        assert_near(rig_at(0, "temperature_mean"), 30, 1e-9);
        assert_near(rig_at(0, "depth"), .2, 1e-12);
        assert_near(rig_at(1, "soc_mean"), .65, 1e-12);
        assert_near(rig_at(1, "duration"), 3600, 1e-9);
        rig_done(&r);
    }
}

/* How long the duty is says how many rows there will be: progress, and what the last row is. */
static double most_done;
static uint64_t rows_told;
static void take_progress(void *ctx, const engine_progress *p)
{
    (void)ctx;
    most_done = p->done;
    rows_told = p->rows;
}

static void length_is_for_progress_and_the_last_row(void **state)
{
    (void)state;
    static odd_sample many[500];
    static const char toml[] =
        "[run]\nname = \"o\"\n[cell]\nnominal_capacity = 1\n[source]\nplugin = \"odd\"\n[duty]\nrow = \"7 h\"\n"
        "[[physics]]\nplugin = \"watch\"\n" RIG_OUT "every = 20\n";
    for (size_t i = 0; i < 500; i++)
        many[i] = (odd_sample){ NULL, { 3600.0 * (double)i, i % 2, 300 } };
    odd.sample = many;
    odd.n = 500;
    for (int hours = 0; hours < 2; hours++) {
        odd.columns.out = hours ? (fade_list)FADE_LIST(length_h) : (fade_list)FADE_LIST(length_s);
        odd.length = hours ? 499 : 499 * 3600;
        ran r = rig_run(toml, (engine_options){ .progress = take_progress });
        assert_int_equal(r.rc, 0);
        assert_int_equal(rig.n, 5);               /* rows 1, 20, 40, 60 and the last */
        assert_int_equal(rig.cycle[4], 72);
        assert_near(rig_at(4, "duration"), 2 * 3600, 1e-6);
        assert_near(most_done, 1, 0);
        assert_int_equal(rows_told, 72);
        rig_done(&r);
    }
}

static void a_cell_without_a_stretch_says_so(void **state)
{
    (void)state;
    odd.row[1] = "B";
    odd.row[2] = "C";
    watch_log();
    ran r = run_odd(SAMPLES(A(0, .5, 300), { "B", { 0, .5, 300 } }, A(3600, .7, 300)));
    assert_int_equal(r.rc, 0);
    assert_int_equal(rig.n, 1);
    rig_done(&r);
    assert_int_equal(watch_said("A has no row"), 0);
    assert_int_equal(watch_said("B has no row: its duty has fewer than two samples"), 1);
    assert_int_equal(watch_said("C has no row: its duty has fewer than two samples"), 1);
    odd.row[1] = odd.row[2] = NULL;
    r = run_odd(SAMPLES(ALL(0, .5, 300)));
    assert_int_equal(r.rc, 0);
    rig_done(&r);
    assert_int_equal(watch_said("A has no row: its duty has fewer than two samples"), 1);
}

/* A cell that only its samples name is one more. */
static void a_cell_that_comes_later(void **state)
{
    (void)state;
    for (odd.block = 0; odd.block < 3; odd.block++) {
        ran r = run_odd(SAMPLES(A(0, .5, 300), A(3600, .7, 300), { "B", { 0, .5, 300 } }, { "B", { 7200, .5, 310 } }));
        assert_int_equal(r.rc, 0);
        assert_int_equal(rig.n, 3);
        rig_done(&r);
    }
}

/* ---- laws ---- */

static void lists_of_a_law_that_make_no_sense(void **state)
{
    (void)state;
    static const fade_column strange[] = { COLUMN("voltage", "V") }, unit_of[] = { COLUMN("soc", "K") };
    static const odd_sample two[] = { ALL(0, .5, 300), ALL(3600, .7, 300) };
    watch_duty.in = (fade_list)FADE_LIST(strange);
    refuses(
        two, 2,
        "watch reads voltage (V) of samples: there are soc (1), temperature (K), anode_potential (V), c_rate (1/h) and "
        "time (s)");
    watch_duty.in = (fade_list)FADE_LIST(unit_of);
    refuses(two, 2, "watch reads soc (K) of samples");
    watch_duty = watch_duty_first;
    watch_duty.rates = NULL;
    refuses(two, 2, "a list without a function");
    watch_duty = watch_duty_first;
    watch_duty.cycles = NULL;
    refuses(two, 2, "a list without a function");
    watch_duty = watch_duty_first;
    watch_duty.break_time = -1;
    refuses(two, 2, "break_time -1");
    watch_duty.break_time = NAN;
    refuses(two, 2, "break_time nan");
    watch_duty = watch_duty_first;
    watch_duty.activation = -5;
    refuses(two, 2, "activation -5");
}

static void a_law_that_fails_over_samples(void **state)
{
    (void)state;
    static const odd_sample some[] = { ALL(0, .5, 300), ALL(3600, .7, 300), ALL(7200, .2, 300), ALL(10800, .9, 300) };
    watch.rates_code = FADE_EINVAL;
    refuses(some, 4, "watch cannot make rates of samples");
    watch.rates_code = 0;
    watch.cycles_code = FADE_ESOLVE;
    refuses(some, 4, "watch cannot weigh rainflow cycles");
    watch.cycles_code = 0;
    watch.status = FADE_ERANGE;
    refuses(some, 4, "watch cannot make rates of samples");
    watch_duty.rate = (fade_list){ 0 };
    refuses(some, 4, "watch cannot weigh rainflow cycles");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, clean, clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(samples_that_make_no_sense),
        TEST(samples_of_one_cell_beside_those_of_all),
        TEST(columns_that_are_not_there),
        TEST(no_cell_at_all),
        TEST(units_are_converted),
        TEST(length_is_for_progress_and_the_last_row),
        TEST(a_cell_without_a_stretch_says_so),
        TEST(a_cell_that_comes_later),
        TEST(lists_of_a_law_that_make_no_sense),
        TEST(a_law_that_fails_over_samples),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
