/* SPDX-License-Identifier: MIT
 * fuzz_model.c - any bytes as the manifest of a saved model: a sentence that names the file, never a crash.
 *
 * An input that starts with 'S' is what stands before the checksum: it gets one that holds, so that what lies behind it
 * is reached too.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/scenario/model.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return log_open(&(log_options){ .level = LOG_SILENT }, NULL);
}

/* What was read is written and read again: the same. */
static void again(const model_saved *m)
{
    text made = { 0 };
    why w = { 0 };
    model_saved *same = NULL;
    must(model_manifest(m, &made, &w) == E_OK);
    must(model_of_bytes("m", text_of(&made), made.n, NULL, 0, &same, &w) == E_OK);
    must(same->npart == m->npart && same->nfeature == m->nfeature && strcmp(same->plugin, m->plugin) == 0);
    model_close(same);
    text_free(&made);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    text t = { 0 };
    why w = { 0 };
    model_saved *m = NULL;
    if (n && *at == 'S') {
        char hex[65];
        text_addn(&t, (const char *)at + 1, n - 1);
        file_sha256_bytes(text_of(&t), t.n, hex);
        text_addf(&t, "\n,\"sha256\":\"%s\"}\n", hex);
    } else {
        text_addn(&t, (const char *)at, n);
    }
    int rc = model_of_bytes("m", text_of(&t), t.n, n % 3 ? NULL : "weights", 7, &m, &w);
    must((rc == E_OK) == (m != NULL) && (rc == E_OK) == (*w.text == '\0'));
    must(rc == E_OK || strstr(w.text, "m/manifest.json") || strstr(w.text, "m/weights.bin") || rc == E_NOMEM);
    if (m)
        again(m);
    model_close(m);
    text_free(&t);
    return 0;
}
