/* SPDX-License-Identifier: MIT
 * fuzz_draws.c - any bytes as a file of draws: a sentence that names the file, or finite draws, each of which some cell
 * finds.
 */
#include "core/study/fit_draws.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void look(const fit_draws *d)
{
    size_t *of = calloc(d->n, sizeof *of);
    must(of && d->nparam > 0 && d->n > 0);
    for (size_t i = 0; i < d->n; i++) {
        for (size_t j = 0; j < d->nparam; j++)
            must(isfinite(d->v[i * d->nparam + j]));
        size_t many = i < 100 ? fit_draws_of(d, d->cell[i], of) : 0, mine = 0;
        for (size_t k = 0; k < many; k++) {
            must(of[k] < d->n);
            mine += of[k] == i;
        }
        must(i >= 100 || mine == 1);
    }
    free(of);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char path[64];
    int fd = memfd_create("draws.csv", 0);
    must(fd >= 0 && write(fd, at, n) == (ssize_t)n);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    fit_draws d = { 0 };
    why w = { 0 };
    if (fit_draws_read(path, &d, &w) == E_OK)
        look(&d);
    else
        must(strstr(w.text, path) != NULL);
    fit_draws_free(&d);
    close(fd);
    return 0;
}
