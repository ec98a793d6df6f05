/* SPDX-License-Identifier: MIT
 * verb_export.c - fade export: rows of a result as CSV, BDF, JSON or Parquet.
 */
#include "core/cli/cli.h"

static int run_export(int argc, char **argv)
{
    (void)argc;
    return cli_usage(&verb_export, "%s is not built yet", argv[0]);
}

const cli_verb verb_export = { .name = "export", .help = "rows of a result as CSV, BDF, JSON or Parquet", .args = "RESULT", .run = run_export };
