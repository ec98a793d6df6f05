/* SPDX-License-Identifier: MIT
 * result_cases.c - a sweep's store as a frame: a row per case, with what was varied and what was collected as columns.
 */
#include "core/base/mem.h"
#include "core/study/result_inside.h"
#include <stdlib.h>
#include <string.h>

int result_read_cases(result_reader *k, sqlite3 *db, why *w)
{
    (void)db;
    return fail(w, E_INPUT, "%s: a sweep's store cannot be read yet", k->path);
}
