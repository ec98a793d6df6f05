/* SPDX-License-Identifier: MIT
 * data.h - where measured data lie in tests: FADE_DATA, or ../shared/data from the project's root.
 */
#ifndef FADE_TESTS_DATA_H
#define FADE_TESTS_DATA_H
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The absolute path of `name` below the data's folder (scenarios take relative ones from where they lie), in a buffer
   of eight that take turns; NULL, and said, where it is absent. */
static inline const char *data_file(const char *name)
{
    static char whole[8][PATH_MAX];
    static int at;
    const char *folder = getenv("FADE_DATA");
    char path[PATH_MAX], *to = whole[at++ % 8];
    snprintf(path, sizeof path, "%s/%s", folder && *folder ? folder : "../shared/data", name);
    if (realpath(path, to) && access(to, R_OK) == 0)
        return to;
    printf("skipped: no %s (set FADE_DATA)\n", path);
    return NULL;
}
#endif
