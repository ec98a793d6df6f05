/* SPDX-License-Identifier: MIT
 * abi.c - the plugin ABI is what was published: each offset, size, type and value, checked by the compiler and against
 * docs/abi.dump.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/fade_plugin.h"
#include "tests/abi_list.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if !defined __x86_64__ || !defined __LP64__
#error "abi_list.h was written for x86-64"
#endif

#define SIZE(s, size) _Static_assert(sizeof(s) == (size), #s " has another size");
#define FIELD(s, field, at, size, ...)                                                                                 \
    _Static_assert(offsetof(s, field) == (at), #s "." #field " moved");                                                \
    _Static_assert(sizeof(((s *)0)->field) == (size), #s "." #field " has another size");                              \
    _Static_assert(__builtin_types_compatible_p(__typeof__(((s *)0)->field), __typeof__(__VA_ARGS__)),                 \
                   #s "." #field " has another type");
#define VALUE(name, value) _Static_assert((name) == (value), #name " has another value");

ABI_LIST(SIZE, FIELD, VALUE)

/* Every struct ends where its last field does: nothing is left out of the list. */
#define NO_SIZE(s, size)
#define SUM_FIELD(s, field, at, size, ...) { #s, (at) + (size) },
#define NO_VALUE(name, value)
#define SUM_SIZE(s, size) { #s, size },
#define NO_FIELD(s, field, at, size, ...)
typedef struct entry { const char *name; size_t n; } entry;

static void lists_are_whole(void **unused)
{
    (void)unused;
    static const entry structs[] = { ABI_LIST(SUM_SIZE, NO_FIELD, NO_VALUE) };
    static const entry ends[] = { ABI_LIST(NO_SIZE, SUM_FIELD, NO_VALUE) };
    for (size_t i = 0; i < sizeof structs / sizeof structs[0]; i++) {
        size_t end = 0;
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++)
            if (strcmp(ends[k].name, structs[i].name) == 0 && ends[k].n > end)
                end = ends[k].n;
        if ((end + 7) / 8 * 8 != (structs[i].n + 7) / 8 * 8)
            fail_msg("%s has %zu bytes, its listed fields end at %zu", structs[i].name, structs[i].n, end);
    }
}

/* Line by line what abi_dump prints. */
static void dump_is_stored(void **unused)
{
    (void)unused;
    FILE *f = fopen("docs/abi.dump", "r");
    assert_non_null(f);
    char line[400], want[400];
    size_t n = 0;
#define NEXT_LINE(...)                                                                          \
    snprintf(want, sizeof want, __VA_ARGS__);                                                   \
    if (!fgets(line, sizeof line, f))                                                           \
        fail_msg("docs/abi.dump ends before %s", want);                                         \
    line[strcspn(line, "\n")] = '\0';                                                           \
    assert_string_equal(line, want);                                                            \
    n++;
#define DUMP_SIZE(s, size) NEXT_LINE("%s %zu", #s, sizeof(s))
#define DUMP_FIELD(s, field, at, size, ...) \
    NEXT_LINE("%s.%s %zu %zu %s", #s, #field, offsetof(s, field), sizeof(((s *)0)->field), #__VA_ARGS__)
#define DUMP_VALUE(name, value) NEXT_LINE("%s %lld", #name, (long long)(name))
    ABI_LIST(DUMP_SIZE, DUMP_FIELD, DUMP_VALUE)
    assert_null(fgets(line, sizeof line, f));
    fclose(f);
    assert_true(n > 200);
}

static void lists_have_strides(void **unused)
{
    (void)unused;
    static const fade_param p[3];
    const fade_list l = FADE_LIST(p);
    assert_ptr_equal(l.at, p);
    assert_int_equal(l.n, 3);
    assert_int_equal(l.stride, sizeof(fade_param));
    const fade_host old = { .size = offsetof(fade_host, iface) };
    assert_true(FADE_HAS(&old, report));
    assert_false(FADE_HAS(&old, iface));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_whole),
        cmocka_unit_test(dump_is_stored),
        cmocka_unit_test(lists_have_strides),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
