/* SPDX-License-Identifier: MIT
 * fuzz_duty.c - any samples as a duty, and any damage to the snapshot of one: rows that add up or a sentence, never a
 * crash.
 *
 * An input that starts with 'S' damages the body of a real snapshot and goes on from it: four bytes each, an offset in
 * words from its end, which of some values, which byte of it.  Any other begins with six bytes of settings; then
 * samples of three bytes: time since the last, state of charge, temperature.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/engine/inside.h"
#include "tests/series_rig.h"
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

enum { MOST = 4096 };

#define COLUMN(key, unit) { key, unit, "Of a fuzzed duty.", 0, 0, 0, 0, 0, 1, FADE_OPTIONAL }
static const fade_column state[] = { COLUMN("passed", "s") };
static const fade_column in[] = { COLUMN("duration", "s"), COLUMN("warm", "1"),      COLUMN("mean_warm", "1"),
                                  COLUMN("ring", ""),      COLUMN("open_ring", ""), COLUMN("depth", "1") };
static const fade_column law_out[] = { COLUMN("loss", "1"), COLUMN("seconds", "s") };
static const fade_column reads[] = { COLUMN("temperature", "K"), COLUMN("anode_potential", "V"),
                                     COLUMN("c_rate", "1/h") };
static const fade_column rate[] = { COLUMN("warm", "1") }, cycle[] = { COLUMN("ring", "") };

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
        b->x1[0][i] = b->x[0][i] + b->in[0][i];
        b->out[0][i] = fmin(1, 1e-9 * b->x1[0][i]);
        b->out[1][i] = b->x1[0][i];
        const fade_samples *s = i < b->live && b->samples ? b->samples[i] : NULL;
        double sum = 0;
        for (uint32_t k = 0; s && k < s->n; k++)
            sum += s->weight[k] + 0 * s->in[1][k];
        if (s && !(fabs(sum - 1) < 1e-9))
            abort();
    }
    return FADE_OK;
}

static int32_t observe(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++) {
        b->out[0][i] = fmin(1, 1e-9 * b->x[0][i]);
        b->out[1][i] = b->x[0][i];
    }
    return FADE_OK;
}

static int32_t copies(const void *m, fade_tile *b)
{
    (void)m;
    for (uint32_t i = 0; i < b->n; i++)
        b->out[0][i] = b->in[0][i];
    return FADE_OK;
}

static fade_duty_v1 duty_v1 = { .size = sizeof duty_v1,
                                .flags = FADE_LENT_SAMPLES,
                                .in = FADE_LIST(reads),
                                .rate = FADE_LIST(rate),
                                .cycle = FADE_LIST(cycle),
                                .rates = copies,
                                .cycles = copies };
static const fade_model_v1 model_v1 = { .size = sizeof model_v1, .create = make, .destroy = free, .step = step,
                                          .observe = observe };
static const void *law_iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.duty/1") == 0 ? (const void *)&duty_v1 : strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}
static const fade_desc law = { .size = sizeof law,
                               .flags = FADE_PER_CYCLE,
                               .id = "fuzz-law",
                               .kind = "physics",
                               .version = "1.0.0",
                               .licence = "MIT",
                               .doc = "A clock.",
                               .cite = "",
                               .iface = law_iface,
                               .columns = {
                                   .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(law_out) } };
static const fade_desc *const plugins[] = { &law, NULL };
static const fade_library library = { FADE_MAGIC, FADE_ABI_NEED, FADE_FINGERPRINT, sizeof library, plugins };

static const char toml[] =
    "[run]\nname = \"f\"\nthreads = 1\n[cell]\nnominal_capacity = 2\n[source]\nplugin = \"series\"\n"
    "[[physics]]\nplugin = \"fuzz-law\"\n";

static char folder[] = "/tmp/fade-fuzz-XXXXXX", path[64];
static scenario *sc;
static char *real;
static size_t nreal;
static double t[MOST], soc[MOST], temperature[MOST];

static void remove_all(void)
{
    unlink(path);
    rmdir(folder);
    free(real);
    scenario_close(sc);
}

/* Samples of a plain duty, for the snapshot that is damaged. */
static void plain(void)
{
    for (size_t i = 0; i < 400; i++) {
        t[i] = 3600.0 * (double)i;
        soc[i] = (double)(i * 7 % 11) / 10;
        temperature[i] = 290 + (double)(i % 24);
    }
    series.n = 400;
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
    series.cap = 50;
    series.cells = 2;
    duty_v1.break_time = 86400;
    duty_v1.break_efc = 1;
    sc->duty.row = 20 * 86400;
    sc->duty.keep = 0;
    sc->duty.gate = 0;
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
    library_register(&series_library);
    if (library_folder_add(getenv("FADE_BUILD") ? "build-fuzz/plugins" : "build/plugins", &w) ||
        file_write(file, toml, strlen(toml), &w) || scenario_open(file, &(scenario_options){ 0 }, &sc, &p, &w)) {
        fprintf(stderr, "%s\n", w.text);
        abort();
    }
    sc->noutput = 0;
    unlink(file);
    atexit(remove_all);
    atomic_int stop = 1;                          /* with the first chunk */
    engine *e;
    engine_options opt = { .folder = folder, .stop = &stop };
    plain();
    if (engine_open(sc, &opt, &e, &p, &w) || engine_run(e, &w) != E_CANCEL ||
        file_read(path, 1 << 24, &real, &nreal, &w))
        abort();
    engine_close(e);
}

static int run(bool resume, double *seconds)
{
    tree_problems p = { 0 };
    why w = { 0 };
    engine *e = NULL;
    engine_options opt = { .folder = resume ? folder : NULL, .resume = resume };
    int rc = engine_open(sc, &opt, &e, &p, &w);
    rc = rc ? rc : engine_run(e, &w);
    if (rc && !*w.text)
        abort();
    *seconds = e && e->ntile && e->tile[0].live ? e->tile[0].seconds[0] : 0;
    engine_close(e);
    tree_problems_free(&p);
    return rc;
}

static void damaged(const uint8_t *at, size_t n)
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
    char *body = malloc(nreal);
    size_t body_n = nreal - 28, words = body_n / 8 - 1;
    double seconds;
    if (!body)
        abort();
    memcpy(body, real, nreal);
    for (size_t i = 0; i + 4 <= n; i += 4) {
        char *word = body + 24 + body_n - 8 * (1 + ((size_t)at[i] << 8 | at[i + 1]) % words);
        if (at[i + 2] % 16 < 12)
            memcpy(word, &evil[at[i + 2] % 16], 8);
        else
            word[at[i + 2] % 8] = (char)at[i + 3];
    }
    uint32_t crc = file_crc32(0, body + 24, body_n);
    memcpy(body + 24 + body_n, &crc, sizeof crc);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(body, 1, nreal, f) != nreal || fclose(f))
        abort();
    free(body);
    plain();
    run(true, &seconds);
}

static void samples(const uint8_t *at, size_t n)
{
    static const double rows[] = { 86400, 60, 3600, 1e6, 977, 86400 * 30.0 }, odd[] = { NAN, INFINITY, -1, 0 };
    sc->duty.row = rows[at[0] % 6];
    duty_v1.break_time = at[1] % 4 ? 3600.0 * at[1] : 0;
    duty_v1.break_efc = at[2] % 4 ? 0.05 * at[2] : 0;
    sc->duty.keep = at[3] & 1 ? DUTY_ENERGY : DUTY_SOC;
    sc->duty.gate = at[3] & 2 ? 0.05 : 0;
    series.cap = at[4];
    series.cells = 1 + at[5] % 3;
    size_t count = (n - 6) / 3 < MOST ? (n - 6) / 3 : MOST;
    double now = 0;
    bool sound = true;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *b = at + 6 + 3 * i;
        now += b[0] == 0xff ? -1 : b[0] * 180.0;
        t[i] = now;
        soc[i] = b[1] < 0xfe ? b[1] / 253.0 : odd[b[1] & 1];
        temperature[i] = b[2] < 0xfc ? 250 + b[2] / 3.0 : odd[b[2] & 3];
        sound &= b[1] < 0xfe && b[2] < 0xfc && (i == 0 || b[0] % 0xff > 0);
    }
    series.n = count;
    series.t = t;
    series.soc = soc;
    series.temperature = temperature;
    double seconds, want = count ? t[count - 1] - t[0] : 0;
    if (count < 1 || want / sc->duty.row > 20000)
        return;
    int rc = run(false, &seconds);
    if ((rc == 0) != sound || (!rc && fabs(seconds - want) > 1e-6 * (1 + want)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    if (!sc)
        open_all();
    if (n && at[0] == 'S')
        damaged(at + 1, n - 1);
    else if (n > 6)
        samples(at, n);
    return 0;
}
