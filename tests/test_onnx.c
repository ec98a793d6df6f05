/* SPDX-License-Identifier: MIT
 * test_onnx.c - models as ONNX files: read back byte by byte here, and run by onnxruntime in tests/e2e/onnx.sh, for
 * which this program writes CASE.onnx and CASE.csv (features, mean, sigma, distance) into the folder it is given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rig.h"
#include <stdbool.h>
#include <unistd.h>

enum { ROWS = 80, P = 3, BIG = 1 << 20, LANES = 64 };

typedef struct memory {
    unsigned char at[BIG];
    size_t n, limit;
} memory;

static int32_t put(void *ctx, const void *from, size_t n)
{
    memory *m = ctx;
    if (n > m->limit - m->n)
        return FADE_EIO;
    memcpy(m->at + m->n, from, n);
    m->n += n;
    return 0;
}

static const char *folder;

/* ---- models ---- */

static const struct model {
    const char *name, *plugin;
    int activation, members, mc, hidden;
    bool raw;
} models[] = {
    { "ridge", "ridge", 0, 0, 0, 0, false },
    { "relu", "mlp", 0, 3, 0, 2, false },
    { "tanh", "mlp", 1, 3, 0, 2, false },
    { "sigmoid", "mlp", 2, 3, 0, 2, false },
    { "gelu", "mlp", 3, 3, 0, 2, false },
    { "masks", "mlp", 3, 2, 4, 2, false },
    { "one", "mlp", 1, 1, 0, 1, false },
    { "linear", "mlp", 0, 2, 0, 0, true },
};
enum { NMODEL = sizeof models / sizeof models[0] };

static const fade_column features[P] = {
    { .key = "cycle", .unit = "", .width = 1 },
    { .key = "depth", .unit = "1", .width = 1 },
    { .key = "temperature_mean", .unit = "K", .width = 1 },
};

static void configure(rig *g, const struct model *m)
{
    static const double layers[] = { 7, 5 };
    if (strcmp(m->plugin, "mlp") != 0) {
        rig_value(g, "lambda")->real = 0.5;
        return;
    }
    rig_value(g, "layers")->v = layers;
    rig_value(g, "layers")->n = (uint32_t)m->hidden;
    rig_value(g, "activation")->real = m->activation;
    rig_value(g, "members")->real = m->members;
    rig_value(g, "mc")->real = m->mc;
    rig_value(g, "dropout")->real = m->mc ? 0.3 : 0;
    rig_value(g, "standardise")->real = !m->raw;
    rig_value(g, "epochs")->real = 30;
}

/* A trained model with a tile of LANES rows; one feature is unknown in places, the last never varies. */
static rig *trained(const struct model *m)
{
    double x[P][ROWS], y[ROWS];
    uint32_t cell[ROWS] = { 0 }, row[ROWS];
    const double *col[P] = { x[0], x[1], x[2] };
    for (uint32_t i = 0; i < ROWS; i++) {
        x[0][i] = i;
        x[1][i] = i % 7 == 3 ? NAN : 0.5 + 0.4 * sin(1.7 * i);
        x[2][i] = 298.15;
        y[i] = 0.01 * cos(0.1 * i) + (i % 7 == 3 ? 0 : 0.02 * x[1][i]);
        row[i] = i;
    }
    fade_table t = { .size = sizeof t, .ncol = P, .n = ROWS, .column = features, .col = col, .target = y, .cell = cell,
                     .row = row };
    rig *g = rig_open(m->plugin);
    void *model = NULL;
    configure(g, m);
    if (g->corrector->train(&g->host, &g->args, &t, NULL, &model))
        fail_msg("%s: %s", m->name, g->text);
    assert_int_equal(rig_make(g, LANES, model), 0);
    for (int i = 0; i < LANES; i++) {
        g->in[0][i] = i == 5 ? NAN : -20 + 3 * i;
        g->in[1][i] = i == 6 ? INFINITY : i % 5 == 0 ? NAN : 0.04 * i - 0.5;
        g->in[2][i] = i % 9 ? 298.15 : 310;
    }
    assert_int_equal(rig_step(g), 0);
    return g;
}

static void write_onnx(rig *g, memory *m, size_t limit, int32_t want)
{
    const fade_onnx_v1 *vt = g->desc->iface(g->desc, "fade.onnx/1");
    assert_non_null(vt);
    assert_true(vt->size >= sizeof *vt);
    m->n = 0;
    m->limit = limit;
    fade_stream s = { .size = sizeof s, .ctx = m, .write = put };
    assert_int_equal(vt->write(g->object, &s), want);
}

/* ---- protobuf ---- */

typedef struct field {
    uint64_t number, value;        /* value of a varint */
    const unsigned char *at;       /* bytes of a length-delimited field */
    size_t n;
} field;

static uint64_t varint(const unsigned char **at, const unsigned char *end)
{
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        assert_true(*at < end);
        v |= (uint64_t)(**at & 127) << shift;
        if (*(*at)++ < 128)
            return v;
    }
    fail_msg("a varint of more than ten bytes");
    return 0;
}

/* The next field of a message; false behind the last.  Only the wire types an ONNX file of ours has. */
static bool next(const unsigned char **at, const unsigned char *end, field *f)
{
    if (*at == end)
        return false;
    uint64_t tag = varint(at, end);
    *f = (field){ .number = tag >> 3 };
    assert_true((tag & 7) == 0 || (tag & 7) == 2);
    if ((tag & 7) == 0) {
        f->value = varint(at, end);
        return true;
    }
    f->n = varint(at, end);
    f->at = *at;
    assert_true(f->n <= (size_t)(end - *at));
    *at += f->n;
    return true;
}

static void text_of(const field *f, char to[32])
{
    assert_true(f->n < 32);
    memcpy(to, f->at, f->n);
    to[f->n] = '\0';
}

enum { NAMES = 512 };
typedef struct names {
    char at[NAMES][32];
    int n;
} names;

static bool known(const names *k, const char *name)
{
    for (int i = 0; i < k->n; i++)
        if (strcmp(k->at[i], name) == 0)
            return true;
    return false;
}

static void learn(names *k, const char *name)
{
    assert_true(k->n < NAMES);
    assert_false(known(k, name));
    memcpy(k->at[k->n++], name, 32);
}

/* Inputs stand before the node that reads them, and every output is new. */
static void read_node(const field *node, names *k)
{
    static const char *const ops[] = { "Sub", "Mul", "Div", "Add", "IsNaN", "Where", "Clip", "Gemm", "Relu", "Tanh",
                                       "Sigmoid", "Concat", "ReduceMean", "ReduceMax", "ReduceSumSquare", "Sqrt",
                                       "Max", "Identity" };
    const unsigned char *at = node->at;
    char text[32];
    bool op = false;
    for (field f; next(&at, node->at + node->n, &f);) {
        if (f.number != 5)
            text_of(&f, text);
        if (f.number == 1)
            assert_true(known(k, text));
        else if (f.number == 2)
            learn(k, text);
        for (size_t i = 0; f.number == 4 && i < sizeof ops / sizeof ops[0]; i++)
            op = op || strcmp(ops[i], text) == 0;
    }
    assert_true(op);
}

static void read_constant(const field *tensor, names *k)
{
    const unsigned char *at = tensor->at;
    size_t n = 1, bytes = 0;
    char text[32];
    for (field f; next(&at, tensor->at + tensor->n, &f);)
        if (f.number == 1)
            n *= f.value;
        else if (f.number == 2)
            assert_int_equal(f.value, 11);
        else if (f.number == 8)
            text_of(&f, text);
        else
            bytes = f.n;
    assert_int_equal(bytes, n * sizeof(double));
    learn(k, text);
}

static void read_graph(const field *graph)
{
    static names k;
    const unsigned char *at = graph->at;
    int outputs = 0;
    k.n = 0;
    learn(&k, (char[32]){ "features" });
    for (field f; next(&at, graph->at + graph->n, &f);) {
        if (f.number == 1)
            read_node(&f, &k);
        else if (f.number == 5)
            read_constant(&f, &k);
        outputs += f.number == 12;
    }
    assert_int_equal(outputs, 3);
    assert_true(known(&k, "mean") && known(&k, "sigma") && known(&k, "distance"));
}

static void read_opset(const field *opset)
{
    const unsigned char *at = opset->at;
    for (field f; next(&at, opset->at + opset->n, &f);)
        assert_true(f.number == 1 ? f.n == 0 : f.value == 13);
}

static void keep(const struct model *m, const rig *g, const memory *file)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s.onnx", folder, m->name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(file->at, 1, file->n, f), file->n);
    fclose(f);
    snprintf(path, sizeof path, "%s/%s.csv", folder, m->name);
    f = fopen(path, "w");
    assert_non_null(f);
    for (int i = 0; i < LANES; i++)
        fprintf(f, "%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n", g->in[0][i], g->in[1][i], g->in[2][i], g->out[0][i],
                g->out[1][i], g->out[2][i]);
    fclose(f);
}

static void graphs_are_whole(void **state)
{
    (void)state;
    static memory m;
    for (int k = 0; k < NMODEL; k++) {
        rig *g = trained(&models[k]);
        write_onnx(g, &m, BIG, 0);
        const unsigned char *at = m.at;
        int seen = 0;
        for (field f; next(&at, m.at + m.n, &f);) {
            if (f.number == 1)
                assert_int_equal(f.value, 8);
            else if (f.number == 8)
                read_opset(&f);
            else if (f.number == 7)
                read_graph(&f);
            seen |= 1 << f.number;
        }
        const int all = 1 << 1 | 1 << 2 | 1 << 7 | 1 << 8 | 1 << 14;
        assert_int_equal(seen & all, all);
        if (folder)
            keep(&models[k], g, &m);
        rig_close(g);
    }
}

static void a_full_disk(void **state)
{
    (void)state;
    static memory m;
    for (int k = 0; k < 2; k++) {
        rig *g = trained(&models[k]);
        g->said = 0;
        write_onnx(g, &m, 100, FADE_EIO);
        assert_int_equal(g->said, 1);
        rig_close(g);
    }
}

static void same_bytes_twice(void **state)
{
    (void)state;
    static memory a, b;
    rig *g = trained(&models[2]);
    write_onnx(g, &a, BIG, 0);
    write_onnx(g, &b, BIG, 0);
    assert_int_equal(a.n, b.n);
    assert_memory_equal(a.at, b.at, a.n);
    rig_close(g);
}

int main(int argc, char **argv)
{
    const char *build = getenv("FADE_BUILD"), *const needed[] = { "mlp", "ridge" };
    char path[512];
    folder = argc > 1 ? argv[1] : NULL;
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/plugins/%s.so", build ? build : "build", needed[i]);
        if (access(path, F_OK) != 0) {
            printf("%s is not there: it needs BLAS and LAPACKE\n", path);
            return 77;
        }
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_are_whole),
        cmocka_unit_test(a_full_disk),
        cmocka_unit_test(same_bytes_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
