/* SPDX-License-Identifier: MIT
 * test_object.c - what a plugin reports reaches log and `why`; services answer; threads may report at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/host/object.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const fade_desc desc = { .size = sizeof desc, .id = "law", .kind = "physics" };
static const fade_desc desc2 = { .size = sizeof desc2, .id = "law2", .kind = "physics" };
static const plugin law = { &desc, "built in", "" }, law2 = { &desc2, "built in", "" };
static char path[] = "/tmp/fade-object-XXXXXX";

static object *make(const tree_node *node)
{
    object *o;
    assert_int_equal(object_open(&law, node, 42, &o, NULL), E_OK);
    return o;
}

static char *logged(void)
{
    char *at;
    size_t n;
    assert_int_equal(file_read(path, 1 << 20, &at, &n, NULL), E_OK);
    assert_int_equal(truncate(path, 0), 0);
    return at;
}

static void has(const char *plain, const char *part)
{
    if (!strstr(plain, part))
        fail_msg("'%s' is not in: %s", part, plain);
}

static const char *lane_name(void *ctx, int32_t lane, int64_t *cycle)
{
    (void)ctx;
    *cycle = 12;
    return lane == 3 ? "B0005" : "other";
}

static void reports_are_logged(void **unused)
{
    (void)unused;
    tree *t = tree_open();
    tree_node *node = tree_make(t, TREE_TABLE, "life.toml", 9, 1);
    object *o = make(node);
    o->lane_name = lane_name;
    fade_say(&o->host, 2, FADE_ERANGE, 3, "hot");
    char *at = logged();
    has(at, "law: hot");
    has(at, "plugin=law");
    has(at, "at=life.toml:9");
    has(at, "cell=B0005");
    has(at, "cycle=12");
    has(at, "code=FADE_ERANGE");
    free(at);
    fade_say(&o->host, 1, 0, -1, "hello");
    fade_say(&o->host, 0, 0, -1, "quiet");
    at = logged();
    has(at, "info law: hello");
    assert_null(strstr(at, "cell="));
    assert_null(strstr(at, "quiet"));
    free(at);
    assert_int_equal(o->warnings, 1);
    o->host.report(&o->host, &(fade_report){ .level = 99, .lane = -1 });
    assert_int_equal(o->last.level, 3);
    assert_string_equal(o->last_text, "it gives no reason");
    free(logged());
    object_close(o);
    tree_close(t);
}

static void codes_become_sentences(void **unused)
{
    (void)unused;
    static const struct { int32_t code; int why; const char *text;
    } cases[] = {
        { FADE_EINVAL, E_INPUT, "FADE_EINVAL" },  { FADE_ENOMEM, E_NOMEM, "no memory" },
        { FADE_ESOLVE, E_SOLVE, "no solution" },  { FADE_EIO, E_IO, "FADE_EIO" },
        { FADE_EBUG, E_PLUGIN, "FADE_EBUG" },     { FADE_ECANCEL, E_CANCEL, "told to stop" },
        { FADE_ERANGE, E_DOMAIN, "FADE_ERANGE" }, { -99, E_PLUGIN, "returned -99" },
    };
    tree *t = tree_open();
    object *o = make(tree_make(t, TREE_TABLE, "life.toml", 9, 1));
    why w;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(object_why(o, cases[i].code, "create", &w), cases[i].why);
        has(w.text, "law cannot create: ");
        has(w.text, cases[i].text);
        has(w.text, "(life.toml:9)");
    }
    fade_say(&o->host, 3, FADE_ESOLVE, -1, "the mesh has no points");
    assert_int_equal(object_why(o, FADE_ESOLVE, "create", &w), E_SOLVE);
    assert_string_equal(w.text, "law: the mesh has no points (life.toml:9)");
    assert_int_equal(object_why(o, FADE_ESOLVE, "create", &w), E_SOLVE);
    has(w.text, "without a sentence");
    fade_say(&o->host, 2, 0, -1, "only a warning");
    object_why(o, FADE_EIO, "read", &w);
    assert_null(strstr(w.text, "warning"));
    free(logged());
    object_close(o);
    tree_close(t);
}

static void lanes_have_their_own(void **unused)
{
    (void)unused;
    object *a = make(NULL), *b = make(NULL);
    why w;
    fade_say(&a->host, 3, FADE_ESOLVE, 5, "five of a");
    fade_say(&b->host, 3, FADE_ESOLVE, 5, "five of b");
    fade_say(&a->host, 3, FADE_ESOLVE, 6, "six of a");
    assert_int_equal(object_lane_why(a, FADE_ESOLVE, 5, &w), E_SOLVE);
    assert_string_equal(w.text, "law: five of a");
    object_lane_why(a, FADE_ESOLVE, 5, &w);
    assert_string_equal(w.text, "law cannot step: it found no solution (FADE_ESOLVE, without a sentence)");
    object_lane_why(b, FADE_ESOLVE, 5, &w);
    assert_string_equal(w.text, "law: five of b");
    object_lane_why(a, FADE_ERANGE, 7, &w);
    has(w.text, "outside what its law or table covers");
    free(logged());
    object_close(a);
    object_close(b);
    object_close(NULL);
}

static void floods_are_dammed(void **unused)
{
    (void)unused;
    object *o = make(NULL);
    for (int i = 0; i < 1000; i++)
        fade_say(&o->host, 2, 0, -1, "again");
    char *at = logged();
    size_t n = 0;
    for (const char *c = at; *c; c++)
        n += *c == '\n';
    assert_int_equal(n, 101);
    has(at, "further messages of this level are only counted");
    free(at);
    assert_int_equal(o->warnings, 1000);
    object_close(o);
}

static void warnings_are_said_once(void **unused)
{
    (void)unused;
    object *o = make(NULL);
    for (int i = 0; i < 50; i++) {
        object_warn_once(o, "temperature", "temperature_mean = %d K is outside", 400 + i);
        object_warn_once(o, "depth", "depth = %d is outside", 2);
    }
    char *at = logged();
    has(at, "law: temperature_mean = 400 K is outside");
    assert_null(strstr(at, "401 K"));
    assert_null(strstr(strstr(at, "depth = 2") + 1, "depth = 2"));
    free(at);
    assert_int_equal(o->warnings, 2);
    for (int i = 0; i < 40; i++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        object_warn_once(o, key, "%s", key);
        object_warn_once(o, key, "%s", key);
    }
    assert_int_equal(o->warnings, 42);
    free(logged());
    object_close(o);
}

static void services_answer(void **unused)
{
    (void)unused;
    object *o = make(NULL);
    const fade_host *h = &o->host;
    assert_ptr_equal(h->ctx, o);
    assert_int_equal(h->abi, FADE_ABI(1, 0));
    assert_int_equal(h->size, sizeof *h);
    static const char *const ids[] = { "fade.rng/1",   "fade.math/1", "fade.log/1", "fade.clock/1",
                                       "fade.text/1",  "fade.csv/1",  "fade.expr/1" };
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        assert_non_null(h->iface(h, ids[i]));
    assert_null(h->iface(h, "fade.rng/2"));
    assert_null(h->iface(h, NULL));
    const fade_log_v1 *lg = h->iface(h, "fade.log/1");
    assert_int_equal(lg->wants(h, 0), 0);
    assert_int_equal(lg->wants(h, 1), 1);
    assert_int_equal(lg->wants(h, 3), 1);
    const fade_text_v1 *tx = h->iface(h, "fade.text/1");
    char out[96];
    assert_int_equal(tx->number(0.1, out), 3);
    assert_string_equal(out, "0.1");
    tx->name(&(fade_column){ .key = "temperature_mean", .unit = "K" }, out);
    assert_string_equal(out, "temperature_mean_celsius");
    int64_t us;
    const fade_clock_v1 *clock = h->iface(h, "fade.clock/1");
    assert_int_equal(clock->parse("1970-01-01T00:00:01Z", &us), FADE_OK);
    assert_int_equal(us, 1000000);
    double x[8] = { 0, 1, 2, 3, 4, 5, 6, 7 }, y[8];
    const fade_math_v1 *math = h->iface(h, "fade.math/1");
    math->exp(8, x, y);
    assert_true(fabs(y[1] - 2.718281828459045) < 1e-15);
    object_close(o);
}

static void draws_are_functions(void **unused)
{
    (void)unused;
    object *a = make(NULL), *b = make(NULL), *other;
    assert_int_equal(object_open(&law2, NULL, 42, &other, NULL), E_OK);
    const fade_rng_v1 *r = a->host.iface(&a->host, "fade.rng/1");
    uint64_t id[64], row[64];
    double u[64], v[64], z[64], sum = 0, square = 0;
    for (int i = 0; i < 64; i++) {
        id[i] = 7 + (uint64_t)i;
        row[i] = 1;
    }
    r->uniform(&a->host, 64, id, row, 0, u);
    r->uniform(&b->host, 1, id + 9, row + 9, 0, v);
    assert_true(u[9] == v[0]);
    r->uniform(&a->host, 64, id, row, 1, v);
    assert_true(u[0] != v[0]);
    r->uniform(&other->host, 64, id, row, 0, v);
    assert_true(u[0] != v[0]);
    b->seed = 43;
    r->uniform(&b->host, 64, id, row, 0, v);
    assert_true(u[0] != v[0]);
    for (uint64_t k = 0; k < 100; k++) {
        for (int i = 0; i < 64; i++)
            row[i] = k;
        r->normal(&a->host, 64, id, row, 2, z);
        for (int i = 0; i < 64; i++) {
            sum += z[i];
            square += z[i] * z[i];
        }
    }
    assert_true(fabs(sum / 6400) < 0.05);
    assert_true(fabs(square / 6400 - 1) < 0.08);
    object_close(a);
    object_close(b);
    object_close(other);
}

static int32_t stop_at_half(void *ctx, double done, const char *what)
{
    assert_string_equal(what, "train");
    *(int *)ctx += 1;
    return done >= 0.5 ? FADE_ECANCEL : FADE_OK;
}

static void progress_is_handed_up(void **unused)
{
    (void)unused;
    object *o = make(NULL);
    int calls = 0;
    assert_int_equal(o->host.progress(&o->host, 0.1, "train"), FADE_OK);
    o->progress = stop_at_half;
    o->ctx = &calls;
    assert_int_equal(o->host.progress(&o->host, 0.1, "train"), FADE_OK);
    assert_int_equal(o->host.progress(&o->host, 0.6, "train"), FADE_ECANCEL);
    assert_int_equal(calls, 2);
    object_close(o);
}

static void *shout(void *at)
{
    object *o = at;
    why w;
    for (int32_t i = 0; i < 200; i++) {
        char say[32], want[64];
        int32_t lane = i % 7;
        snprintf(say, sizeof say, "%p %d", (void *)&w, i);
        snprintf(want, sizeof want, "law: %s", say);
        fade_say(&o->host, 3, FADE_ESOLVE, lane, say);
        object_warn_once(o, "same", "same");
        object_lane_why(o, FADE_ESOLVE, lane, &w);
        if (strcmp(w.text, want) != 0)
            return at;
    }
    return NULL;
}

static void threads_report_at_once(void **unused)
{
    (void)unused;
    object *o = make(NULL);
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&t[i], NULL, shout, o), 0);
    for (int i = 0; i < 4; i++) {
        void *bad;
        pthread_join(t[i], &bad);
        assert_null(bad);
    }
    assert_int_equal(o->warnings, 1);
    free(logged());
    object_close(o);
}

static void memory_runs_out(void **unused)
{
    (void)unused;
    object *o = (object *)1;
    why w;
    mem_fail_at(1);
    assert_int_equal(object_open(&law, NULL, 1, &o, &w), E_NOMEM);
    mem_fail_at(0);
    assert_null(o);
    has(w.text, "plugin law");
    o = make(NULL);
    mem_fail_at(1);
    object_warn_once(o, "k", "said all the same");
    mem_fail_at(0);
    char *at = logged();
    has(at, "said all the same");
    free(at);
    object_close(o);
}

int main(void)
{
    int fd = mkstemp(path);
    if (fd < 0 || close(fd) || log_open(&(log_options){ .level = LOG_INFO, .file = path }, NULL))
        return 99;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_are_logged),
        cmocka_unit_test(codes_become_sentences),
        cmocka_unit_test(lanes_have_their_own),
        cmocka_unit_test(floods_are_dammed),
        cmocka_unit_test(warnings_are_said_once),
        cmocka_unit_test(services_answer),
        cmocka_unit_test(draws_are_functions),
        cmocka_unit_test(progress_is_handed_up),
        cmocka_unit_test(threads_report_at_once),
        cmocka_unit_test(memory_runs_out),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    log_close();
    unlink(path);
    return rc;
}
