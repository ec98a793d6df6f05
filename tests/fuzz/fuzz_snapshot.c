/* SPDX-License-Identifier: MIT
 * fuzz_snapshot.c - any bytes as the snapshot a run resumes from: a sentence, never a crash.
 *
 * An input that starts with 'B' is a body: it gets a sound envelope, so that what lies behind the checksum is reached
 * too. One that starts with 'M' damages the body of a real snapshot: three bytes each, an offset and a value; 0xffff
 * cuts it there.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static const fade_column out_columns[] = { { "depth", "1", "Depth.", 1, 0, 1, 0, 0, 1, FADE_PLANNED } };

static int32_t open_one(const fade_host *h, const fade_args *a, const char *position, void **source)
{
    (void)h;
    (void)a;
    (void)position;
    return (*source = calloc(1, 1)) ? FADE_OK : FADE_ENOMEM;
}

static int32_t next_one(void *source, fade_block *b, int32_t timeout_ms)
{
    (void)timeout_ms;
    b->n = *(char *)source ? 0 : 1;
    *(char *)source = 1;
    b->stream = 0;
    b->cell[0] = "A";
    b->cycle[0] = 1;
    b->time[0] = INT64_MIN;
    b->col[0][0] = 1;
    return FADE_END;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .flags = FADE_HOLD, .open = open_one, .close = free, .next = next_one
};
static const void *source_iface(const fade_desc *d, const char *id)
{
    return (void)d, strcmp(id, "fade.source/1") ? NULL : &source_v1;
}
static const fade_desc source = { .size = sizeof source,
                                  .id = "fuzz-source",
                                  .kind = "source",
                                  .version = "1.0.0",
                                  .licence = "MIT",
                                  .doc = "One cell.",
                                  .cite = "",
                                  .columns = { .out = FADE_LIST(out_columns) },
                                  .iface = source_iface };

static const fade_column state[] = { { "n", "", "Cycles.", 0, 0, 0, 0, 0, 1, 0 },
                                     { "wide", "", "Wide.", 0, 0, 0, 0, 0, 3, 0 } };
static const fade_column law_out[] = { { "loss", "1", "Loss.", 0, 0, 0, 0, 0, 1, 0 } };

static int32_t make(const fade_host *h, const fade_args *a, void **m)
{
    (void)h;
    (void)a;
    return (*m = malloc(1)) ? FADE_OK : FADE_ENOMEM;
}

static int32_t step(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++) {
        b->x1[0][i] = b->x[0][i] + b->dt[i];
        b->out[0][i] = 1e-3 * b->x1[0][i];
    }
    return FADE_OK;
}

static int32_t observe(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = 1e-3 * b->x[0][i];
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1, .create = make, .destroy = free, .step = step, .observe = observe
};
static const void *law_iface(const fade_desc *d, const char *id)
{
    return (void)d, strcmp(id, "fade.model/1") ? NULL : &model_v1;
}
static const fade_desc law = { .size = sizeof law,
                               .flags = FADE_PER_CYCLE,
                               .id = "fuzz-law",
                               .kind = "physics",
                               .version = "1.0.0",
                               .licence = "MIT",
                               .doc = "A line.",
                               .cite = "",
                               .columns = { .state = FADE_LIST(state), .out = FADE_LIST(law_out) },
                               .iface = law_iface };
static const fade_desc *const plugins[] = { &source, &law, NULL };
static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof library, plugins };

static const char toml[] =
    "[run]\nname = \"f\"\ncycles = 3\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"fuzz-source\"\n"
    "[physics]\nplugin = \"fuzz-law\"\n";

static char   folder[] = "/tmp/fade-fuzz-XXXXXX", path[64];
static scenario *sc;
static char      *real;
static size_t     nreal;

static void remove_all(void)
{
    unlink(path);
    rmdir(folder);
    free(real);
    scenario_close(sc);
}

static void open_all(void)
{
    tree_problems p = { 0 };
    why w = { 0 };
    char file[64];
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof path, "%s/state.fade", folder);
    snprintf(file, sizeof file, "%s/s.toml", folder);
    log_open(&(log_options){ .level = LOG_SILENT }, &w);
    library_register(&library);
    if (library_folder_add(getenv("FADE_BUILD") ? "build-fuzz/plugins" : "build/plugins", &w) ||
        file_write(file, toml, strlen(toml), &w) || scenario_open(file, &(scenario_options){ 0 }, &sc, &p, &w)) {
        fprintf(stderr, "%s\n", w.text);
        abort();
    }
    sc->noutput = 0;
    unlink(file);
    atexit(remove_all);
    engine *e;
    engine_options opt = { .folder = folder };
    if (engine_open(sc, &opt, &e, &p, &w) || engine_run(e, &w) || file_read(path, 1 << 20, &real, &nreal, &w))
        abort();
    engine_close(e);
}

/* A copy of the real body with the damage the input asks for. */
static void damage(const uint8_t *at, size_t n, text *body)
{
    text_addn(body, real + 24, nreal - 28);
    for (size_t i = 0; i + 3 <= n; i += 3) {
        size_t where = ((size_t)at[i] << 8 | at[i + 1]);
        if (where == 0xffff && body->n)
            body->n = (size_t)at[i + 2] * body->n / 256;
        else if (body->n)
            body->at[where % body->n] = (char)at[i + 2];
    }
}

static void envelope(text *t, const char *body, size_t n)
{
    uint32_t crc = file_crc32(0, body, n);
    uint64_t length = n;
    text_addn(t, real, 16);
    text_addn(t, (const char *)&length, sizeof length);
    text_addn(t, body, n);
    text_addn(t, (const char *)&crc, sizeof crc);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    tree_problems p = { 0 };
    why w = { 0 };
    engine *e;
    text t = { 0 };
    if (!sc)
        open_all();
    text body = { 0 };
    if (n && at[0] == 'M') {
        damage(at + 1, n - 1, &body);
        envelope(&t, text_of(&body), body.n);
    } else if (n && at[0] == 'B')
        envelope(&t, (const char *)at + 1, n - 1);
    else
        text_addn(&t, (const char *)at, n);
    text_free(&body);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(text_of(&t), 1, t.n, f) != t.n || fclose(f))
        abort();
    text_free(&t);
    engine_options opt = { .folder = folder, .resume = true };
    if (engine_open(sc, &opt, &e, &p, &w))
        abort();
    snapshot_read(e, &w);
    free(e->sink);
    e->sink = NULL;
    engine_close(e);
    tree_problems_free(&p);
    return 0;
}
