/* SPDX-License-Identifier: MIT
 * test_model.c - saved models: the same bits again, damage of every byte, foreign and newer files, units, and a run
 * with one.
 */
#include "engine_rig.h"

#include "core/study/model_predict.h"
#include "core/study/model_train.h"
#include "model_rig.h"
#include <sys/stat.h>
#include <sys/wait.h>

static const char *build(void)
{
    return getenv("FADE_BUILD") ? getenv("FADE_BUILD") : "build";
}

/* ---- a trained ridge ---- */

static struct { const plugin *plugin; object *object; const fade_corrector_v1 *vt; model_opened opened; } ridge;
static text weights[2];

static void train_one(size_t k)
{
    double x[2][MODEL_RIG_ROWS], y[MODEL_RIG_ROWS];
    const double *col[] = { x[0], x[1] };
    const fade_column column[] = { { .key = "cycle", .unit = "", .width = 1 },
                                   { .key = "temperature", .unit = "K", .width = 1 } };
    for (int i = 0; i < MODEL_RIG_ROWS; i++) {
        x[0][i] = i + 1;
        x[1][i] = 300 + (i * 7 % 11);
        y[i] = 0.01 * (double)(k + 1) * i - 0.002 * x[1][i] + 1e-3 * (i * 5 % 3);
    }
    fade_table t = { .size = sizeof t, .ncol = 2, .n = MODEL_RIG_ROWS, .column = column, .col = col, .target = y };
    fade_value lambda = { .real = 3.5 };
    args a = { .fade = { sizeof a.fade, 1, &lambda, ridge.plugin->desc } };
    void *made = NULL;
    why w;
    assert_int_equal(ridge.vt->train(&ridge.object->host, &a.fade, &t, NULL, &made), 0);
    assert_int_equal(model_part_save(ridge.object, ridge.vt, made, &weights[k], &w), E_OK);
    ridge.vt->model->destroy(made);
}

static int setup(void **state)
{
    why w = { 0 };
    char folder[256];
    snprintf(folder, sizeof folder, "%s/plugins", build());
    if (rig_setup(state) || library_folder_add(folder, &w) || library_find("ridge", &ridge.plugin, &w) ||
        object_open(ridge.plugin, NULL, 42, &ridge.object, &w))
        return -1;
    ridge.vt = library_iface(ridge.plugin->desc, "fade.corrector/1");
    train_one(0);
    train_one(1);
    return 0;
}

static int teardown(void **state)
{
    text_free(&weights[0]);
    text_free(&weights[1]);
    object_close(ridge.object);
    return rig_teardown(state);
}

static model_saved two(void)
{
    const char *at[] = { text_of(&weights[0]), text_of(&weights[1]) };
    return model_rig_saved(at, (size_t[]){ weights[0].n, weights[1].n }, 2);
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", rig_folder, name);
    return path;
}

/* manifest.json and weights.bin as text; the manifest's checksum holds */
static void files_of(text *manifest, text *all)
{
    why w = { 0 };
    model_saved m = two();
    char hex[65];
    text_addn(all, text_of(&weights[0]), weights[0].n);
    text_addn(all, text_of(&weights[1]), weights[1].n);
    file_sha256_bytes(text_of(all), all->n, hex);
    m.weights_sha256 = hex;
    m.weights_bytes = (int64_t)all->n;
    assert_int_equal(model_manifest(&m, manifest, &w), E_OK);
}

static int opens(const text *manifest, const text *all, why *w)
{
    model_saved *m = NULL;
    *w = (why){ 0 };
    int rc = model_of_bytes("m", text_of(manifest), manifest->n, all ? text_of(all) : NULL, all ? all->n : 0, &m, w);
    assert_int_equal(rc == E_OK, m != NULL);
    assert_int_equal(rc == E_OK, *w->text == '\0');
    model_close(m);
    return rc;
}

/* ---- round trip ---- */

static void round_trip(void **state)
{
    (void)state;
    why w = { 0 };
    model_saved m = two(), *back = NULL;
    char folder[256];
    snprintf(folder, sizeof folder, "%s", path_of("deep/er/saved"));
    assert_int_equal(model_write(folder, &m, &w), E_OK);
    assert_int_equal(model_read(folder, &back, &w), E_OK);
    assert_int_equal(back->npart, 2);
    assert_int_equal(back->nfeature, 2);
    assert_string_equal(back->feature[1].unit, "K");
    assert_string_equal(back->settings, m.settings);
    assert_string_equal(back->training, m.training);
    assert_string_equal(back->scenario, m.scenario);
    assert_string_equal(back->physics_table, m.physics_table);
    assert_string_equal(back->scores, m.scores);
    assert_true(back->part[1].gate == m.part[1].gate && back->part[0].after == 1.0 / 3 && isinf(back->part[0].reach));
    assert_true(back->part[0].nband == 2 && back->part[0].horizon[1] == 100 && back->part[0].half[0] == 0.01);
    assert_true(back->part[0].grow == 0.5 && back->part[1].trials == 25 && back->cell[1].last == 38);
    assert_true(back->cell[0].from == 2.01 && back->cell[0].to == 1.85 && back->cell[0].risen == 1.5);
    assert_true(isnan(back->cell[1].from) && back->part[1].nahead == 0);
    assert_true(back->part[0].nahead == 1 && back->part[0].ahead_half[0] == 0.005);
    assert_true(back->part[0].ahead_grow == 0.25 && back->part[0].ahead_stretch == 1.5);
    assert_true(back->nbackground == 2 && back->background[1] == 300.5 && isnan(back->background[3]));
    assert_true(back->gated && !back->pooled);
    assert_int_equal(back->part[1].bytes, weights[1].n);
    assert_memory_equal(back->part[1].weights, weights[1].at, weights[1].n);
    assert_ptr_equal(model_part_of(back, "B"), &back->part[1]);
    assert_null(model_part_of(back, "C"));

    model_opened k = { 0 };
    assert_int_equal(model_open(back, &k, &w), E_OK);
    assert_true(k.args->fade.at[0].real == 3.5);
    text again = { 0 };
    assert_int_equal(model_part_save(k.object, k.vt, k.part[0], &again, &w), E_OK);
    assert_int_equal(again.n, weights[0].n);
    assert_memory_equal(again.at, weights[0].at, again.n);
    text_free(&again);
    model_opened_close(&k);

    text first = { 0 }, second = { 0 };                     /* what was read writes the same manifest */
    m.weights_sha256 = back->weights_sha256;
    m.weights_bytes = back->weights_bytes;
    assert_int_equal(model_manifest(&m, &first, &w), E_OK);
    assert_int_equal(model_manifest(back, &second, &w), E_OK);
    assert_string_equal(text_of(&first), text_of(&second));
    text_free(&first);
    text_free(&second);
    model_close(back);
}

/* ---- damage ---- */

static void each_byte(void **state)
{
    (void)state;
    why w;
    text manifest = { 0 }, all = { 0 };
    files_of(&manifest, &all);
    assert_int_equal(opens(&manifest, &all, &w), E_OK);
    for (size_t i = 0; i < manifest.n; i++) {
        manifest.at[i] ^= 1;
        assert_int_equal(opens(&manifest, &all, &w), E_INPUT);
        assert_non_null(strstr(w.text, "m/manifest.json"));
        manifest.at[i] ^= 1;
    }
    for (size_t i = 0; i < all.n; i++) {
        all.at[i] ^= 0x10;
        assert_int_equal(opens(&manifest, &all, &w), E_INPUT);
        assert_string_equal(w.text, "m/weights.bin: damaged: its checksum does not match the manifest's");
        all.at[i] ^= 0x10;
    }
    text_free(&manifest);
    text_free(&all);
}

static void each_length(void **state)
{
    (void)state;
    why w;
    text manifest = { 0 }, all = { 0 };
    files_of(&manifest, &all);
    for (size_t whole = manifest.n; manifest.n > 0; manifest.n--)
        assert_int_equal(opens(&manifest, &all, &w), manifest.n == whole ? E_OK : E_INPUT);
    text_free(&manifest);
    manifest = all;
    all = (text){ 0 };
    text_free(&manifest);
    files_of(&manifest, &all);
    for (; all.n > 0;) {
        all.n--;
        assert_int_equal(opens(&manifest, &all, &w), E_INPUT);
        assert_non_null(strstr(w.text, "m/weights.bin: cut or foreign"));
    }
    text_free(&manifest);
    text_free(&all);
}

/* A weight flipped by who also mends both checksums: the plugin says no, or loads what saves to the same bytes. */
static void mended_weights(void **state)
{
    (void)state;
    for (size_t i = 0; i < weights[0].n; i++) {
        why w = { 0 };
        weights[0].at[i] ^= 4;
        text manifest = { 0 }, all = { 0 }, again = { 0 };
        model_saved *m = NULL;
        model_opened k = { 0 };
        files_of(&manifest, &all);
        assert_int_equal(model_of_bytes("m", text_of(&manifest), manifest.n, text_of(&all), all.n, &m, &w), E_OK);
        int rc = model_open(m, &k, &w);
        if (!rc) {
            assert_int_equal(model_part_save(k.object, k.vt, k.part[0], &again, &w), E_OK);
            assert_int_equal(again.n, weights[0].n);
            assert_memory_equal(again.at, weights[0].at, again.n);
        } else {
            assert_non_null(strstr(w.text, "m/weights.bin, cell A"));
        }
        model_opened_close(&k);
        model_close(m);
        text_free(&manifest);
        text_free(&all);
        text_free(&again);
        weights[0].at[i] ^= 4;
    }
}

/* ---- foreign, newer, nonsense ---- */

static void foreign(void **state)
{
    (void)state;
    static const struct { const char *json, *says; } list[] = {
        { "[]", "it is a list" },
        { "{}", "its format is not given, not fade-model" },
        { "{\"format\":\"onnx\"}", "its format is onnx, not fade-model" },
        { "{\"format\":\"fade-model\"}", "version is no number" },
        { "{\"format\":\"fade-model\",\"version\":2,\"fade\":\"3.0.0\"}",
          "has format 2, made by fade 3.0.0; this fade reads up to 1: use a newer one" },
        { "{\"format\":\"fade-model\",\"version\":1}", "does not end with its checksum" },
        { "{\"format\":\"fade-model\",\"format\":1}", "cut or damaged at 1" },
        { "", "cut or damaged" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        why w;
        text t = { 0 };
        text_add(&t, list[i].json);
        assert_int_equal(opens(&t, NULL, &w), E_INPUT);
        if (!strstr(w.text, list[i].says))
            fail_msg("%s: %s", list[i].json, w.text);
        text_free(&t);
    }
}

/* Values that a person changed, with a checksum that holds. */
static void nonsense(void **state)
{
    (void)state;
    static const struct { const char *of, *to, *says; } list[] = {
        { "\"gate\":0.75,", "\"gate\":7.75,", "a gate is 0..1" },
        { "\"stretch\":1.25", "\"stretch\":-1.2", "a stretch above 0" },
        { "\"rows\":80", "\"rows\":\"\"", "training.rows is no whole number" },
        { "\"target\":\"capacity\"", "\"targat\":\"capacity\"", "learns.target is missing" },
        { "\"unit\":\"K\"", "\"unit\":999", "features[2].unit is no text" },
        { "\"models\":[", "\"madels\":[", "it has no list models" },
        { "\"name\":\"A\"", "\"name\":111", "cells[1].name is no text" },
        { "\"types\":", "\"typos\":", "weights.types is missing" },
        { "[[3,300.5]", "[[3,300],5", "background[2] has 0 numbers for 2 features" },
        { "[[3,300.5]", "[[33300.5]", "background[1] has 1 numbers for 2 features" },
        { "[[3,300.5],[40,null]]", "1                    ", "it has no list background" },
    };
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        why w;
        text t = { 0 }, all = { 0 };
        files_of(&t, &all);
        char *at = strstr(t.at, list[i].of);
        assert_non_null(at);
        assert_int_equal(strlen(list[i].of), strlen(list[i].to));
        memcpy(at, list[i].to, strlen(list[i].to));
        model_rig_sum(&t);
        assert_int_equal(opens(&t, &all, &w), E_INPUT);
        if (!strstr(w.text, list[i].says))
            fail_msg("%s: %s", list[i].to, w.text);
        text_free(&t);
        text_free(&all);
    }
}

/* ---- the folder ---- */

static void folder(void **state)
{
    (void)state;
    why w = { 0 };
    model_saved m = two(), *back = NULL;
    char at[256], other[300], stale[300];
    snprintf(at, sizeof at, "%s", path_of("put"));
    assert_int_equal(model_read(path_of("nowhere"), &back, &w), E_INPUT);
    assert_non_null(strstr(w.text, "there is no saved model"));
    assert_int_equal(model_read(path_of("s.toml"), &back, &w), E_INPUT);
    assert_int_equal(model_read(rig_folder, &back, &w), E_INPUT);
    assert_non_null(strstr(w.text, "it has no manifest.json"));

    snprintf(stale, sizeof stale, "%s.new-999999999", at);      /* of a process that is no more */
    assert_int_equal(mkdir(stale, 0777), 0);
    assert_int_equal(model_write(at, &m, &w), E_OK);
    assert_false(file_exists(stale));
    m.made = "2027";
    assert_int_equal(model_write(at, &m, &w), E_OK);            /* a saved model is replaced */
    assert_int_equal(model_read(at, &back, &w), E_OK);
    assert_string_equal(back->made, "2027");
    model_close(back);
    snprintf(other, sizeof other, "%s/notes.txt", at);
    assert_int_equal(file_write(other, "x", 1, &w), E_OK);
    m.made = "2028";
    assert_int_equal(model_write(at, &m, &w), E_INPUT);         /* a folder with somebody's notes is not */
    assert_non_null(strstr(w.text, "holds other files"));
    assert_true(file_exists(other));
    unlink(other);
    snprintf(other, sizeof other, "%s/weights.bin", at);
    unlink(other);
    assert_int_equal(model_read(at, &back, &w), E_INPUT);
    assert_non_null(strstr(w.text, "it has no weights.bin"));
    assert_int_equal(file_write(path_of("a-file"), "x", 1, &w), E_OK);
    assert_int_equal(model_write(path_of("a-file"), &m, &w), E_INPUT);
}

/* Killed in the middle of replacing: a whole model is there, the old or the new. */
static void killed(void **state)
{
    (void)state;
    why w = { 0 };
    model_saved m = two(), *back = NULL;
    char at[256];
    snprintf(at, sizeof at, "%s", path_of("killed"));
    assert_int_equal(model_write(at, &m, &w), E_OK);
    for (int k = 0; k < 12; k++) {
        pid_t child = fork();
        if (child == 0)
            for (;;)
                model_write(at, &m, NULL);
        usleep((unsigned)(500 + k * 700));
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
        assert_int_equal(model_read(at, &back, &w), E_OK);
        model_close(back);
    }
    assert_int_equal(model_write(at, &m, &w), E_OK);            /* and sweeps out what they left */
    char command[320];
    snprintf(command, sizeof command, "test \"$(ls -d %s.* 2>/dev/null | wc -l)\" = 0", at);
    assert_int_equal(system(command), 0);
}

/* ---- versions ---- */

/* A folder that format 1 wrote once and that no later fade may refuse. */
static void format_one(void **state)
{
    (void)state;
    why w = { 0 };
    model_saved *m = NULL;
    model_opened k = { 0 };
    if (getenv("FADE_MODEL_STORE")) {                           /* how it was made */
        model_saved one = two();
        assert_int_equal(model_write("tests/models/v1-ridge", &one, &w), E_OK);
    }
    int rc = model_read("tests/models/v1-ridge", &m, &w);
    if (rc)
        fail_msg("%s", w.text);
    assert_int_equal(m->format, 1);
    assert_string_equal(m->plugin, "ridge");
    assert_string_equal(m->feature[1].key, "temperature");
    assert_true(m->part[1].gate == 0.85 && m->part[0].nband == 2);
    assert_int_equal(model_open(m, &k, &w), E_OK);
    assert_non_null(k.part[0]);
    assert_non_null(k.part[1]);
    model_opened_close(&k);
    model_close(m);
}

/* ---- in a run ---- */

#define FLEET(learn, rest) \
    "[run]\nname = \"m\"\n[cell]\nnominal_capacity = \"2 Ah\"\n[conditions]\ntemperature = \"30 degC\"\n" \
    "[source]\nplugin = \"virtual\"\ntruth = \"exp-fade\"\nparameters = { k = 0.21 }\n" \
    "cells = 3\ncycles = 60\nnoise = \"1 mAh\"\n" \
    "[[physics]]\nplugin = \"exp-fade\"\n[corrector]\n" learn rest RIG_OUT

#define SPLIT "[evaluate]\nsplit = { kind = \"holdout\", fraction = 0.5 }\n"

static model_saved of_engine(const char *timed, text *w0, bool shifted)
{
    double x[2][MODEL_RIG_ROWS], y[MODEL_RIG_ROWS];
    const double *col[] = { x[0], x[1] };
    fade_column column[] = { { .key = "cycle", .unit = "", .width = 1 },
                             { .key = "test_time", .unit = timed, .width = 1 } };
    double per = strcmp(timed, "h") == 0 ? 3600 : 1;
    for (int i = 0; i < MODEL_RIG_ROWS; i++) {
        x[0][i] = i + 1;
        x[1][i] = (3600 * i + 100 * (i % 3)) / per + shifted;
        y[i] = 0.01 * i + 1e-3 * (i * 5 % 3);
    }
    fade_table t = { .size = sizeof t, .ncol = 2, .n = MODEL_RIG_ROWS, .column = column, .col = col, .target = y };
    fade_value lambda = { .real = 3.5 };
    args a = { .fade = { sizeof a.fade, 1, &lambda, ridge.plugin->desc } };
    void *made = NULL;
    why w;
    assert_int_equal(ridge.vt->train(&ridge.object->host, &a.fade, &t, NULL, &made), 0);
    text_free(w0);
    assert_int_equal(model_part_save(ridge.object, ridge.vt, made, w0, &w), E_OK);
    ridge.vt->model->destroy(made);
    const char *at[] = { text_of(w0) };
    model_saved m = model_rig_saved(at, &w0->n, 1);
    m.feature[1] = (model_feature){ "test_time", timed, "", "planned" };
    m.part[0].cell = NULL;
    m.pooled = true;
    return m;
}

static double correction_at(size_t row)
{
    return rig_at(row, "correction_capacity");
}

/* In seconds or in hours the same correction; in volts none. */
static void units(void **state)
{
    (void)state;
    static double first[200];
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n", ""), rig_folder);
    model_saved m = of_engine("s", &w0, false);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, 180);
    assert_string_equal(rig.variant[0], "exp-fade+ridge");
    for (size_t i = 0; i < rig.n; i++)
        first[i] = correction_at(i);
    assert_true(fabs(first[0]) > 1e-6 && isfinite(rig_at(5, "hybrid_lower")));
    rig_done(&r);
    m = of_engine("h", &w0, false);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    for (size_t i = 0; i < rig.n; i++)                          /* to the rounding of x / 3600 */
        assert_true(fabs(correction_at(i) - first[i]) < 1e-12);
    rig_done(&r);
    m.feature[1].unit = "V";
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_DOMAIN);
    assert_non_null(strstr(r.w.text, "feature test_time is in s here, the model learnt it in V"));
    rig_done(&r);
    text_free(&w0);
}

static void refused(void **state)
{
    (void)state;
    static const struct { const char *beside, *says; } list[] = {
        { "lambda = 3\n", "lambda stands beside model" },
        { "features = [\"cycle\"]\n", "features stands beside model" },
        { "plugin = \"gp\"\n", "is one of ridge" },
    };
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    model_saved m = of_engine("s", &w0, false);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    for (size_t i = 0; i < 3; i++) {
        snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n%s", ""), rig_folder, list[i].beside);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_INPUT);
        if (!strstr(r.w.text, list[i].says))
            fail_msg("%s", r.w.text);
        rig_done(&r);
    }
    m.feature[1].key = "capacity";                              /* the guard looks at a saved model's features too */
    m.feature[1].unit = "Ah";
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n", ""), rig_folder);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "feature capacity contains the answer"));
    rig_done(&r);
    m = of_engine("s", &w0, false);
    m.physics = NULL;
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "without physics"));
    rig_done(&r);
    text_free(&w0);
}

/* ---- predicting ---- */

typedef struct compared { size_t rows, pieces; double worst; } compared;

/* Against what the last run kept, which is in the same order cell by cell. */
static int compare_rows(void *ctx, const model_predicted *r, why *w)
{
    compared *c = ctx;
    (void)w;
    c->pieces++;
    for (size_t i = 0; i < r->n; i++, c->rows++)
        for (size_t k = 0; k < rig.n; k++)
            if (strcmp(rig.cell[k], r->d->name[r->d->cell[i]]) == 0 && rig.cycle[k] == r->d->cycle[i])
                c->worst = fmax(c->worst, fabs(correction_at(k) - r->correction[i]));
    return E_OK;
}

static compared predict(const model_saved *m, const scenario *s, size_t batch, model_predict_sums *sums)
{
    why w = { 0 };
    compared c = { 0 };
    model_opened k = { 0 };
    model_predict_options o = { .batch = batch, .rows = compare_rows, .ctx = &c };
    *sums = (model_predict_sums){ 0 };
    assert_int_equal(model_open(m, &k, &w), E_OK);
    int rc = model_predict(m, &k, s, &o, sums, &w);
    if (rc)
        fail_msg("%s", w.text);
    model_opened_close(&k);
    return c;
}

/* fade predict corrects as a run does, in whatever unit a feature was learnt. */
static void predicted_as_in_a_run(void **state)
{
    (void)state;
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n", ""), rig_folder);
    for (int i = 0; i < 2; i++) {
        model_predict_sums sums;
        model_saved *back = NULL, m = of_engine(i ? "h" : "s", &w0, false);
        assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
        ran r = rig_run(toml, (engine_options){ 0 });
        assert_int_equal(r.rc, E_OK);
        assert_int_equal(model_read(path_of("timed"), &back, &w), E_OK);
        compared c = predict(back, r.sc, 0, &sums);
        assert_int_equal(c.rows, 180);
        assert_int_equal(c.pieces, 1);
        assert_true(c.worst < 1e-12);                       /* the law's own clock differs by rounding at most */
        assert_int_equal(sums.cells, 3);
        assert_int_equal(sums.known, 180);
        model_close(back);
        rig_done(&r);
    }
    text_free(&w0);
}

/* Trained, saved, read: the same bits as in memory; trained again: the same folder but for its time. */
static void trained_twice(void **state)
{
    (void)state;
    why w = { 0 };
    char toml[2048], first[65], second[65];
    snprintf(toml, sizeof toml,
             FLEET("plugin = \"ridge\"\nfeatures = [\"cycle\"]\nlambda = 2\nscope = \"pooled\"\n", SPLIT));
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    for (int i = 0; i < 2; i++) {
        model_training t = { 0 };
        int rc = model_train(r.sc, &(model_training_options){ 0 }, &t, &w);
        if (rc)
            fail_msg("%s", w.text);
        assert_true(t.split);
        assert_int_equal(t.nrow, 90);
        assert_int_equal(model_train_save(&t, path_of(i ? "twice" : "once"), i ? second : first, &w), E_OK);
        model_train_close(&t);
    }
    model_saved *a = NULL, *b = NULL;
    assert_int_equal(model_read(path_of("once"), &a, &w), E_OK);
    assert_int_equal(model_read(path_of("twice"), &b, &w), E_OK);
    assert_string_equal(a->weights_sha256, b->weights_sha256);
    assert_string_equal(a->table_sha256, b->table_sha256);
    assert_string_equal(a->sha256, first);
    assert_string_equal(a->settings, "lambda = 2\n");
    assert_string_equal(a->split, "holdout:0.5");
    assert_int_equal(a->cell[2].last, 30);
    assert_true(a->pooled && !a->unseen);                       /* the cells ran side by side: one group */
    model_close(a);
    model_close(b);
    model_training t = { 0 };
    assert_int_equal(model_train(r.sc, &(model_training_options){ .corrector = "rigde" }, &t, &w), E_INPUT);
    assert_string_equal(w.text, "there is no corrector rigde (did you mean ridge?): the scenario has ridge");
    model_train_close(&t);
    assert_int_equal(model_train(r.sc, &(model_training_options){ .physics = "x" }, &t, &w), E_INPUT);
    assert_string_equal(w.text, "there is no physics x: the scenario has exp-fade, none");
    model_train_close(&t);
    rig_done(&r);
}

/* One a cell: each its own, and a cell without one is left to the physics. */
static void one_a_cell(void **state)
{
    (void)state;
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    model_saved m = of_engine("s", &w0, false);
    m.part[0].cell = "V0002";
    m.pooled = false;
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n", ""), rig_folder);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    for (size_t i = 0; i < rig.n; i++)
        assert_true((strcmp(rig.cell[i], "V0002") == 0) == (correction_at(i) != 0));
    rig_done(&r);
    text_free(&w0);
}

enum { LONG = 6000 };                             /* cycles: three cells have more rows than a chunk */

/* Cell by cell, whatever order the rows came in. */
static size_t place_of(size_t row)
{
    return (size_t)(rig.cell[row][4] - '1') * LONG + (size_t)rig.cycle[row] - 1;
}

/* Stopped and gone on: the same bits; with another model in the folder: no. */
static void resumed(void **state)
{
    (void)state;
    static double whole[3 * LONG];
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    model_saved m = of_engine("s", &w0, false);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    snprintf(toml, sizeof toml, FLEET("model = \"%s/timed\"\n", ""), rig_folder);
    char *at = strstr(toml, "cycles = 60");
    memmove(at + 13, at + 11, strlen(at + 11) + 1);
    memcpy(at + 11, "00", 2);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    size_t n = rig.n;
    assert_int_equal(n, 3 * LONG);
    for (size_t i = 0; i < n; i++)
        whole[place_of(i)] = rig_at(i, "hybrid_capacity");
    rig_done(&r);
    atomic_int stop = 1;                                        /* after the first chunk */
    r = rig_run(toml, (engine_options){ .stop = &stop });
    assert_int_equal(r.rc, E_CANCEL);
    assert_true(rig.n < n);
    rig_done(&r);
    r = rig_run(toml, (engine_options){ .resume = true });
    assert_int_equal(r.rc, E_OK);
    assert_int_equal(rig.n, n);
    for (size_t i = 0; i < n; i++)
        assert_true(rig_at(i, "hybrid_capacity") == whole[place_of(i)]);
    rig_done(&r);
    m = of_engine("s", &w0, true);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    r = rig_run(toml, (engine_options){ .resume = true });
    assert_int_equal(r.rc, E_INPUT);
    assert_non_null(strstr(r.w.text, "belongs to another scenario"));
    rig_done(&r);
    text_free(&w0);
}

/* A saved model beside one that is trained here. */
static void beside_training(void **state)
{
    (void)state;
    why w = { 0 };
    text w0 = { 0 };
    char toml[2048];
    model_saved m = of_engine("s", &w0, false);
    assert_int_equal(model_write(path_of("timed"), &m, &w), E_OK);
    snprintf(toml, sizeof toml,
             FLEET("model = \"%s/timed\"\nname = \"old\"\n[[corrector]]\nplugin = \"ridge\"\n", SPLIT), rig_folder);
    char *one = strstr(toml, "[corrector]");
    memmove(one + 13, one + 11, strlen(one + 11) + 1);
    memcpy(one, "[[corrector]]", 13);
    ran r = rig_run(toml, (engine_options){ 0 });
    assert_int_equal(r.rc, E_OK);
    assert_non_null(strstr(rig.events, "exp-fade+ridge: 3 models trained"));
    assert_null(strstr(rig.events, "exp-fade+old:"));
    size_t old = 0;
    for (size_t i = 0; i < rig.n; i++)
        old += strcmp(rig.variant[i], "exp-fade+old") == 0 && correction_at(i) != 0;
    assert_int_equal(old, 180);
    rig_done(&r);
    text_free(&w0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip), cmocka_unit_test(each_byte),  cmocka_unit_test(each_length),
        cmocka_unit_test(mended_weights), cmocka_unit_test(foreign), cmocka_unit_test(nonsense),
        cmocka_unit_test(folder), cmocka_unit_test(killed), cmocka_unit_test(format_one), cmocka_unit_test(units),
        cmocka_unit_test(refused), cmocka_unit_test(one_a_cell), cmocka_unit_test(resumed),
        cmocka_unit_test(beside_training), cmocka_unit_test(predicted_as_in_a_run), cmocka_unit_test(trained_twice),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
