/* SPDX-License-Identifier: MIT
 * verb_export.c - fade export RESULT: its rows as CSV, BDF, JSON or Parquet.
 */
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/cli/cli.h"
#include "core/report/report.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct { const char *ending, *format; } endings[] = {
    { ".bdf.csv", "bdf" }, { ".bdf.gz", "bdf.gz" }, { ".bdf.parquet", "bdf.parquet" }, { ".bdf", "bdf" },
    { ".csv", "csv" }, { ".json", "json" }, { ".parquet", "parquet" },
};

/* As asked for, else by the file's ending. */
static const char *format_of(const cli *c, const char *path)
{
    const char *said = cli_text(c, "format");
    for (size_t i = 0; !said && path && i < sizeof endings / sizeof *endings; i++)
        if (text_ends(path, endings[i].ending))
            said = endings[i].format;
    return said ? said : "csv";
}

/* "a,b" and repeated flags; *room holds the words. */
static size_t split_columns(const cli *c, char **room, const char **out, size_t cap)
{
    const char *said[CLI_VALUES];
    size_t n = cli_all(c, "columns", said, CLI_VALUES), made = 0;
    text t = { 0 };
    for (size_t i = 0; i < n; i++)
        text_addf(&t, "%s%s", i ? "," : "", said[i]);
    *room = n ? text_take(&t) : NULL;
    char *save = NULL;
    for (char *word = *room ? strtok_r(*room, ", ", &save) : NULL; word && made < cap;
         word = strtok_r(NULL, ", ", &save))
        out[made++] = word;
    return made;
}

static bool means_folder(const char *path)
{
    return path && (file_is_folder(path) || text_ends(path, "/"));
}

static int put_out(const result *r, const export_options *o, const char *path, why *w)
{
    size_t files = 1;
    const char *what = r->samples ? "samples" : "rows";
    int rc;
    if (!path || strcmp(path, "-") == 0) {
        if (text_ends(o->format, "parquet") && isatty(STDOUT_FILENO))
            return fail(w, E_USAGE, "Parquet is not for a terminal's eyes: name a file by -o");
        return export_rows(r, o, stdout, w);
    }
    rc = means_folder(path) ? export_folder(r, o, path, &files, w) : export_file(r, o, path, w);
    if (!rc && files == 1)
        cli_say("%zu %s are in %s\n", r->rows.n, what, path);
    else if (!rc)
        cli_say("%zu %s are in %zu files in %s\n", r->rows.n, what, files, path);
    return rc;
}

static int run_export(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    result *r = NULL;
    const char *column[CLI_VALUES];
    char *room = NULL;
    int status = cli_parse(&verb_export, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    const char *path = cli_text(&c, "out"), *layout = cli_text(&c, "layout");
    export_options o = { .format = cli_json() && !cli_text(&c, "format") ? "json" : format_of(&c, path),
                         .names = cli_text(&c, "names"), .column = column,
                         .columnwise = layout && strcmp(layout, "columns") == 0 };
    o.ncolumn = split_columns(&c, &room, column, CLI_VALUES);
    result_options wanted = { .cell = cli_text(&c, "cell"), .variant = cli_text(&c, "variant") };
    wanted.samples = cli_has(&c, "samples")           ? RESULT_SAMPLES
                     : text_starts(o.format, "bdf") && !cli_has(&c, "cycles") ? RESULT_SAMPLES_ANY
                                                      : RESULT_NO_SAMPLES;
    int rc = result_open_some(c.arg[0], &wanted, &r, &w);
    if (!rc)
        rc = put_out(r, &o, path, &w);
    result_close(r);
    free(room);
    return rc ? cli_fail(&w) : 0;
}

static const cli_flag export_flags[] = {
    { "format", 'f', "csv|bdf|json|parquet|bdf.gz|bdf.parquet", "default: by the ending of --out, else csv", false },
    { "samples", 0, NULL, "the samples within cycles ([trace]); bdf takes them where there are any", false },
    { "cycles", 0, NULL, "of bdf: a row per cycle all the same", false },
    { "out", 'o', "FILE", "default: stdout; a folder (or NAME/) gets a file per cell and model", false },
    { "names", 0, "fade|pybamm", "names of columns; pybamm: as PyBaMM's variables are called", false },
    { "cell", 0, "ID", "this cell alone", false },
    { "variant", 0, "NAME", "this model alone, as in xu2018+ridge", false },
    { "columns", 'c', "A,B", "these columns in this order, by name or key", true },
    { "layout", 0, "records|columns", "of JSON: an object per row (default), or a list per column", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const export_examples[] = {
    "fade export results/fleet > fleet.csv",
    "fade export results/fleet -o fleet.parquet",
    "fade export results/fleet --format bdf -o bdf/",
    "fade export results/cell --samples --cell cell-1 -o traces.parquet",
    "fade export results/fleet --format json --layout columns --columns cycle_count,capacity_ah",
    "fade export results/fleet --names pybamm --cell V0003 --variant xu2018+ridge",
    NULL,
};
const cli_verb verb_export = {
    .name = "export",
    .help = "rows of a result as CSV, BDF, JSON or Parquet",
    .args = "RESULT",
    .flag = export_flags,
    .example = export_examples,
    .run = run_export,
};
