/* SPDX-License-Identifier: MIT
 * test_elf.c - symbols of a shared object, and that no damage to one does more than end in a sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/file.h"
#include "core/host/elf.h"
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct found { unsigned exported, wanted, ours, from_libc; } found;

static void each(void *ctx, const char *name, bool defined)
{
    found *f = ctx;
    f->exported += defined;
    f->wanted += !defined;
    f->ours += defined && strcmp(name, "fade_library_v1") == 0;
    f->from_libc += !defined && strcmp(name, "malloc") == 0;
}

static const char *a_plugin(char path[512])
{
    const char *b = getenv("FADE_BUILD");
    snprintf(path, 512, "%s/plugins/power-law.so", b && *b ? b : "build");
    return path;
}

static void a_plugin_exports_one_symbol(void **s)
{
    char path[512];
    found f = { 0 };
    (void)s;
    assert_int_equal(elf_symbols(a_plugin(path), each, &f, NULL), E_OK);
    assert_int_equal(f.ours, 1);
    assert_int_equal(f.from_libc, 1);
    assert_true(f.wanted > 1);
}

static void what_is_none_is_said(void **s)
{
    why w = { 0 };
    unsigned char bytes[64] = "\177ELF\1";
    (void)s;
    assert_int_equal(elf_bytes("x.so", bytes, 3, each, &(found){ 0 }, &w), E_PLUGIN);
    assert_string_equal(w.text, "x.so is not an ELF file (3 bytes)");
    assert_int_equal(elf_bytes("x.so", bytes, 64, each, &(found){ 0 }, &w), E_PLUGIN);
    assert_string_equal(w.text, "x.so is not a 64-bit ELF file (class 1)");
    bytes[4] = 2;
    bytes[16] = 2;
    assert_int_equal(elf_bytes("x.so", bytes, 64, each, &(found){ 0 }, &w), E_PLUGIN);
    assert_string_equal(w.text, "x.so is not a shared object (ELF type 2)");
    bytes[16] = 3;
    assert_int_equal(elf_bytes("x.so", bytes, 64, each, &(found){ 0 }, &w), E_PLUGIN);
    assert_string_equal(w.text, "x.so has no table of sections");
    assert_int_equal(elf_symbols("/nowhere/x.so", each, &(found){ 0 }, &w), E_IO);
}

/* Cut off anywhere, or with a byte of the tables changed: a code, never a read outside (the sanitizers look). */
static void damage_is_survived(void **s)
{
    char path[512], *at;
    size_t n;
    (void)s;
    assert_int_equal(file_read(a_plugin(path), 1 << 26, &at, &n, NULL), E_OK);
    unsigned char *copy = malloc(n);
    assert_non_null(copy);
    for (size_t cut = 0; cut < n; cut += n / 64 + 1) {
        memcpy(copy, at, cut);
        elf_bytes("x.so", copy, cut, each, &(found){ 0 }, NULL);
    }
    for (size_t i = 0; i < 64; i++) {
        memcpy(copy, at, n);
        copy[i] ^= 0xff;
        elf_bytes("x.so", copy, n, each, &(found){ 0 }, NULL);
        memcpy(copy, at, n);
        copy[n - 1 - i * 8] ^= 0xff;                    /* the sections' headers stand at the end */
        elf_bytes("x.so", copy, n, each, &(found){ 0 }, NULL);
    }
    free(copy);
    free(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plugin_exports_one_symbol),
        cmocka_unit_test(what_is_none_is_said),
        cmocka_unit_test(damage_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
