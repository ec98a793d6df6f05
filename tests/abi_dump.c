/* SPDX-License-Identifier: MIT
 * abi_dump.c - prints the plugin ABI as this compiler sees it: `struct size`, `struct.field offset size type`, `NAME
 * value`.
 */
#include "core/fade_plugin.h"
#include "tests/abi_list.h"
#include <stdio.h>

#define SIZE(s, size) printf("%s %zu\n", #s, sizeof(s));
#define FIELD(s, field, at, size, ...) \
    printf("%s.%s %zu %zu %s\n", #s, #field, offsetof(s, field), sizeof(((s *)0)->field), #__VA_ARGS__);
#define VALUE(name, value) printf("%s %lld\n", #name, (long long)(name));

int main(void)
{
    ABI_LIST(SIZE, FIELD, VALUE)
    return 0;
}
