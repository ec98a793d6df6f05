/* SPDX-License-Identifier: MIT
 * test_duty_save.c - duties in snapshots: a run that was stopped or killed anywhere ends in the rows of one that was
 * not, and a damaged snapshot is a sentence.
 */
#include "tests/duty_random.h"

#include "core/base/text.h"

/* Snapshots are written thousands of times here: in memory, where there is such a place. */
static int setup(void **state)
{
    int rc = watch_setup(state);
    char fast[] = "/dev/shm/fade-rig-XXXXXX";
    if (!rc && mkdtemp(fast)) {
        rmdir(rig_folder);
        strcpy(rig_folder, fast);
    }
    return rc;
}

static int teardown(void **state) { return rig_teardown(state); }

typedef struct plan { const char *duty, *physics; } plan;

/* Lanes that differ in what rates() and cycles() read. */
#define OWN "[[physics]]\nplugin = \"watch\"\ntilt = [0.5, 0.2]\n"

static ran run_plan(const plan *p, bool resume, atomic_int *stop)
{
    engine_options opt = { .resume = resume, .stop = stop };
    return watch_run("tile = 8\nsnapshot = 0", p->duty, p->physics, opt);
}

static void snapshot_file(char path[128], const char *name) { snprintf(path, 128, "%s/%s", rig_folder, name); }

static void copy_file(const char *from, const char *to)
{
    char a[128], b[128], *at;
    size_t n;
    why w;
    snapshot_file(a, from);
    snapshot_file(b, to);
    assert_int_equal(file_read(a, 1 << 26, &at, &n, &w), 0);
    assert_int_equal(file_write(b, at, n, &w), 0);
    free(at);
}

/* Stopped with every `at`-th block until it is through; once more from the first stop, as if it had been killed later.
 */
static void in_pieces(const plan *p, const watch_rows *whole, size_t at)
{
    atomic_int stop;
    series.stop = &stop;
    series.stop_at = at;
    int stops = 0;
    for (int rc = E_CANCEL; rc == E_CANCEL; stops++) {
        atomic_store(&stop, 0);
        ran r = run_plan(p, stops > 0, &stop);
        rc = r.rc;
        if (rc != E_CANCEL && rc)
            print_error("%s\n", r.w.text);
        rig_done(&r);
        if (rc == E_CANCEL && stops == 0)
            copy_file("state.fade", "first.fade");
        assert_true(rc == E_CANCEL || rc == 0);
        assert_true(stops < 4000);
    }
    watch_rows r = watch_take(NULL);
    watch_same(whole, &r);
    watch_drop(&r);
    series.stop = NULL;
    if (stops == 1)
        return;
    copy_file("first.fade", "state.fade");
    ran again = run_plan(p, true, NULL);
    assert_int_equal(again.rc, 0);
    rig_done(&again);
    r = watch_take(NULL);
    watch_same(whole, &r);
    watch_drop(&r);
}

static void stopped_anywhere(const plan *p)
{
    ran r = run_plan(p, false, NULL);
    assert_int_equal(r.rc, 0);
    rig_done(&r);
    watch_rows whole = watch_take(NULL);
    assert_true(whole.n > 3);
    static const size_t every[] = { 2, 3, 7, 40 };
    for (size_t k = 0; k < sizeof every / sizeof *every; k++)
        in_pieces(p, &whole, every[k]);
    watch_drop(&whole);
}

static void one_stream(void **state)
{
    (void)state;
    static const plan plans[] = {
        { "row = \"1 day\"", NULL },
        { "row = \"30 days\"", NULL },         /* steps behind the last row */
        { "row = \"25 min\"", OWN },           /* lanes that make their own */
        { "row = \"2 days\"\nkeep = \"energy\"", OWN },
        { "row = \"2 days\"\ngate = 0.05\nbreak_time = \"3 days\"", NULL },
    };
    for (size_t k = 0; k < sizeof plans / sizeof *plans; k++) {
        random_duty((int)k % RANDOM_KINDS, 8000, k % 2 ? 1e6 : 0, 3600, .4);
        series.cells = 2;
        series.cap = k == 2 ? 97 : 41;
        watch.fade = watch.open_fade = 1e-4;
        watch_duty.flags = k % 2 ? FADE_LENT_SAMPLES : 0;
        watch_duty.activation = k == 4 ? 3e4 : 0;
        stopped_anywhere(&plans[k]);
    }
}

static void a_law_that_counts_no_rainflow_cycles(void **state)
{
    (void)state;
    static const plan p = { "row = \"1 day\"", NULL };
    random_duty(1, 8000, 0, 3600, .4);
    series.cap = 50;
    watch.fade = 1e-4;
    watch_duty.cycle = (fade_list){ 0 };
    stopped_anywhere(&p);
}

/* More than one rule, and a law without an inside. */
static void several_laws(void **state)
{
    (void)state;
    static const plan p = { "row = \"3 days\"",
                            "[[physics]]\nplugin = \"watch\"\n[[physics]]\nplugin = \"blind\"\n[[physics]]\n"
                            "plugin = \"watch\"\nname = \"b\"\nspeed = 2\n" };
    random_duty(1, 8000, 0, 3600, .4);
    series.cap = 50;
    watch.fade = watch.open_fade = 1e-4;
    stopped_anywhere(&p);
}

static void several_streams(void **state)
{
    (void)state;
    static const plan p = { "row = \"1 day\"", NULL };
    for (int k = 0; k < 4; k++) {
        random_duty(1, 5000, 0, 3600, .4);
        series.apart = true;
        series.cells = 5;
        series.cap = 61;
        series.shift = 2;
        series.slower = .17;
        series.less = k % 2 ? 100 : 0;
        series.late = k > 1 ? 120 : 0;
        series.backwards = k > 1;
        series.whole = k == 2;
        watch.fade = watch.open_fade = 1e-4;
        stopped_anywhere(&p);
    }
}

/* ---- damage ---- */

static char *sound;
static size_t sound_n;

static void write_damaged(const char *body, size_t n)
{
    char path[128];
    text t = { 0 };
    why w;
    uint64_t length = n;
    uint32_t crc = file_crc32(0, body, n);
    text_addn(&t, sound, 16);
    text_addn(&t, (const char *)&length, sizeof length);
    text_addn(&t, body, n);
    text_addn(&t, (const char *)&crc, sizeof crc);
    snapshot_file(path, "state.fade");
    assert_int_equal(file_write(path, t.at, t.n, &w), 0);
    text_free(&t);
}

/* Goes on from what lies there: by a sentence, or to the end. */
static int go_on(const plan *p)
{
    ran r = run_plan(p, true, NULL);
    int rc = r.rc;
    if (rc && rc != E_PARTIAL)
        assert_true(strlen(r.w.text) > 10);
    rig_done(&r);
    return rc;
}

static void take_snapshot(const plan *p, size_t at)
{
    atomic_int stop = 0;
    char path[128];
    why w;
    series.stop = &stop;
    series.stop_at = at;
    ran r = run_plan(p, false, &stop);
    assert_int_equal(r.rc, E_CANCEL);
    rig_done(&r);
    series.stop = NULL;
    snapshot_file(path, "state.fade");
    assert_int_equal(file_read(path, 1 << 26, &sound, &sound_n, &w), 0);
}

static void damaged_words(const plan *p)
{
    static const uint64_t evil[] = { 0,
                                     1,
                                     3,
                                     1000,
                                     UINT64_MAX,
                                     (uint64_t)1 << 31,
                                     (uint64_t)1 << 62,
                                     0x7ff8000000000000u,
                                     0x7ff0000000000000u,
                                     0xfff0000000000000u,
                                     0x3ff0000000000000u,
                                     0xc08f400000000000u };
    char *body = malloc(sound_n);
    size_t n = sound_n - 28, refused = 0, tried = 0;
    assert_non_null(body);
    for (size_t at = n - 8; at > n - n / 2; at -= 8) {             /* words from the end on: the duty's lie last */
        memcpy(body, sound + 24, n);
        size_t k = (size_t)(watch_draw() * 12), lots = watch_draw() < .1 ? 3 : 1;
        for (size_t j = 0; j < lots; j++) {
            size_t where = j ? n - 8 * (1 + (size_t)(watch_draw() * (double)(n / 16))) : at;
            memcpy(body + where, &evil[(k + j) % 12], 8);
        }
        write_damaged(body, n);
        refused += go_on(p) != 0;
        tried++;
    }
    assert_true(tried > 200 && refused > tried / 20);
    for (size_t cut = 1; cut < n; cut += 1 + n / 150) {
        write_damaged(sound + 24, n - cut);
        assert_true(go_on(p) != 0);
    }
    free(body);
}

static void damaged_snapshots(void **state)
{
    (void)state;
    static const plan p = { "row = \"20 days\"", NULL };
    for (int k = 0; k < 4; k++) {
        random_duty(1, 300, 0, 3600, .4);
        series.apart = k % 2;
        series.cells = k % 2 ? 2 : 1;
        series.cap = 30;
        watch.fade = 1e-4;
        watch_duty.flags = FADE_LENT_SAMPLES;
        take_snapshot(&p, k < 2 ? 3 : 9);
        damaged_words(&p);
        free(sound);
        sound = NULL;
    }
}

static void a_law_that_books_by_another_rule_meanwhile(void **state)
{
    (void)state;
    static const plan p = { "row = \"1 day\"", NULL };
    random_duty(1, 300, 0, 3600, .4);
    series.cap = 30;
    take_snapshot(&p, 4);
    watch_duty.break_time = 3600;                 /* the plugin was changed meanwhile: another rule, as many of them */
    write_damaged(sound + 24, sound_n - 28);
    assert_int_equal(go_on(&p), 0);
    free(sound);
    sound = NULL;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, watch_clean, watch_clean)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_stream),
        TEST(a_law_that_counts_no_rainflow_cycles),
        TEST(several_laws),
        TEST(several_streams),
        TEST(damaged_snapshots),
        TEST(a_law_that_books_by_another_rule_meanwhile),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
