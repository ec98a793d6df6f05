/* SPDX-License-Identifier: MIT
 * fuzz_mat.c - damaged .mat files: rows or one sentence, never a crash, a hang or a wild allocation.
 *
 * The first byte says how the rest is meant: a whole file; one variable's bytes, plain or packed; or edits (place,
 * byte) of a small sound recording, plain or packed, so that no corpus is needed to get past the first tags.
 */
#include "tests/mat_writer.h"
#include "tests/source_rig.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static mat_bytes made_of(const uint8_t *at, size_t n)
{
    static const mat_plan plan = { "T0001", 2, 12, 1, 6 };
    unsigned how = at[0] % 5;
    at++;
    n--;
    if (how == 0) {
        mat_bytes file = { NULL, 0, 0 };
        mat_put(&file, at, n);
        return file;
    }
    if (how < 3)
        return mat_file(at, n, how == 2);
    mat_bytes v = mat_variable(&plan);
    for (; n >= 3; at += 3, n -= 3)
        v.at[(at[0] | (size_t)at[1] << 8) % v.n] = at[2];
    mat_bytes file = mat_file(v.at, v.n, how == 4);
    free(v.at);
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static rig g;
    if (!g.vt && !rig_open(&g, "nasa"))
        abort();
    if (n == 0)
        return 0;
    mat_bytes file = made_of(at, n);
    char path[512];
    rig_rows r = { 0 };
    rig_file(path, "fuzz.mat", file.at, file.n);
    rig_set(&g, "path", path);
    g.errors = 0;
    g.warning[0] = '\0';
    int32_t rc = rig_read(&g, NULL, 8, 0, &r);
    if (g.errors != (rc < 0) || (rc == 0 && r.code != FADE_END))
        __builtin_trap();                         /* a refusal without a sentence, or two */
    rig_free(&r);
    unlink(path);
    free(file.at);
    return 0;
}
