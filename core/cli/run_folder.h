/* SPDX-License-Identifier: MIT
 * run_folder.h - the folder of a result: taken by one run at a time, never somebody else's.
 */
#ifndef FADE_CLI_RUN_FOLDER_H
#define FADE_CLI_RUN_FOLDER_H
#include "core/base/why.h"
#include <stdbool.h>

/* Makes the folder and locks it.  E_USAGE: it holds a result and neither flag is given, or nothing to resume, or files that are no
 * result; E_FAILED: another run holds it; E_IO.  With `overwrite` what fade left there is removed, and nothing else. */
int run_folder_take(const char *folder, bool overwrite, bool resume, int *lock, why *w);
int run_folder_write(const char *folder, const char *name, const char *made, why *w);
#endif
