/* SPDX-License-Identifier: MIT
 * vmath.c - which kernels of vmath are in use.
 */
#include "core/base/vmath_inside.h"
#include <pthread.h>
#include <stdbool.h>
#include <string.h>

static fade_math_v1 table;                              /* a copy of the set in use */
static const char *name;

static bool always(void)
{
    return true;
}

#ifdef __x86_64__
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

static const struct set {
    const char         *name;
    bool              (*has)(void);
    const fade_math_v1 *table;
} sets[] = {                                            /* best first */
#ifdef __x86_64__
    { "avx512", has_avx512, &vmath_avx512_table },
    { "avx2", has_avx2, &vmath_avx2_table },
#endif
    { "sse2", always, &vmath_sse2_table },
};

static int use(const char *isa)
{
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
        if ((!isa || strcmp(isa, sets[i].name) == 0) && sets[i].has()) {
            table = *sets[i].table;
            table.exp1 = vmath_exp1;
            table.log1 = vmath_log1;
            table.log1p1 = vmath_log1p1;
            table.tanh1 = vmath_tanh1;
            table.pow1 = vmath_pow1;
            name = sets[i].name;
            return 0;
        }
    return -1;
}

static void use_best(void)
{
    use(NULL);
}

static void once(void)
{
    static pthread_once_t done = PTHREAD_ONCE_INIT;
    pthread_once(&done, use_best);
}

const fade_math_v1 *vmath_table(void)
{
    once();
    return &table;
}

int vmath_use(const char *isa)
{
    once();
    return use(isa);
}

const char *vmath_isa(void)
{
    once();
    return name;
}
