/* SPDX-License-Identifier: MIT
 * verb_plot.c - fade plot RESULT.. -o PICTURE: a picture for a paper, by gnuplot.
 */
#include "core/base/json.h"
#include "core/cli/cli.h"
#include "core/report/report.h"
#include <stdlib.h>

enum { RESULTS = 32 };

/* "6x4": inches. */
static int read_size(const char *said, plot_options *o, why *w)
{
    char *end;
    if (!said)
        return E_OK;
    o->width = strtod(said, &end);
    o->height = *end == 'x' ? strtod(end + 1, &end) : 0;
    if (*end || !(o->width >= 1 && o->width <= 50) || !(o->height >= 1 && o->height <= 50))
        return fail(w, E_USAGE, "--size is \"%s\"; WIDTHxHEIGHT in inches, 1 to 50, is wanted, as in 6x4", said);
    return E_OK;
}

static int draw(const cli *c, result *const *r, size_t n, why *w)
{
    text left_out = { 0 };
    const char *path = cli_text(c, "out");
    plot_options o = { .y = cli_text(c, "y"),
                       .x = cli_text(c, "x"),
                       .title = cli_text(c, "title"),
                       .by = cli_text(c, "by"),
                       .cycles = cli_text(c, "cycles"),
                       .keep = cli_has(c, "keep"),
                       .left_out = &left_out };
    o.trace = cli_has(c, "dqdv") ? PLOT_DQDV : cli_has(c, "trace") ? PLOT_TRACE : PLOT_ROWS;
    int rc = read_size(cli_text(c, "size"), &o, w);
    if (!rc)
        rc = plot_file(r, n, &o, path, w);
    if (!rc && left_out.n)
        cli_say("%s\n", text_of(&left_out));
    if (!rc && cli_json()) {
        json j = { 0 };
        json_open(&j, NULL, '{');
        json_text(&j, "picture", path);
        json_text(&j, "left_out", left_out.n ? text_of(&left_out) : NULL);
        json_close(&j, '}');
        text_addc(&j.out, '\n');
        cli_put(text_of(&j.out), j.out.n);
        text_free(&j.out);
    } else if (!rc) {
        cli_say("the picture is %s\n", path);
    }
    text_free(&left_out);
    return rc;
}

static int run_plot(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    result *r[RESULTS] = { NULL };
    int rc = E_OK, n = 0, status = cli_parse(&verb_plot, argc, argv, 1, RESULTS, &c);
    if (status != CLI_GO)
        return status;
    if (!cli_text(&c, "out"))
        return cli_usage(&verb_plot, "where the picture goes is said by -o FILE.svg, .png or .pdf");
    result_options o = { .cell = cli_text(&c, "cell"), .variant = cli_text(&c, "variant") };
    if (cli_has(&c, "trace") || cli_has(&c, "dqdv"))
        o.samples = RESULT_SAMPLES;
    if (o.samples && c.narg > 1)
        return cli_usage(&verb_plot, "samples are drawn of one result");
    for (; n < c.narg && !rc; n++)
        rc = result_open_some(c.arg[n], &o, &r[n], &w);
    if (!rc)
        rc = draw(&c, r, (size_t)n, &w);
    for (int i = 0; i < n; i++)
        result_close(r[i]);
    return rc ? cli_fail(&w) : 0;
}

static const cli_flag plot_flags[] = {
    { "out", 'o', "FILE", "the picture: .svg, .png or .pdf", false },
    { "y", 'y', "COLUMN", "default: capacity measured, by physics and corrected", false },
    { "x", 'x', "COLUMN", "default cycle, of a duty years; time: the date; years, days, hours: since the first row",
      false },
    { "by", 0, "COLUMN", "of a sweep: a line for each value of this one; variant: of what varies in words", false },
    { "trace", 0, NULL, "of samples: voltage, current and temperature against time, a colour a cycle", false },
    { "dqdv", 0, NULL, "of samples: dQ/dV of charge and discharge against voltage, a colour a cycle", false },
    { "cycles", 0, "N,N", "of samples: these cycles alone", false },
    { "title", 0, "TEXT", "default: the result's name; \"\" for none", false },
    { "size", 0, "WxH", "in inches (default 6x4)", false },
    { "cell", 0, "ID", "this cell alone", false },
    { "variant", 0, "NAME", "this model alone, as in xu2018+ridge", false },
    { "keep", 0, NULL, "leave the data FILE.dat and the script FILE.gp", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const plot_examples[] = {
    "fade plot results/life -o life.pdf",
    "fade plot results/life -o soh.png --y soh --cell B0005 --size 8x5",
    "fade plot results/a results/b -o both.svg --title \"two temperatures\"",
    "fade plot results/cell -o cycle.svg --trace --cell cell-1",
    "fade plot results/cell -o dqdv.svg --dqdv --cycles 1,500",
    "fade plot results/sweep -o sweep.svg --x physics.k_t --y capacity",
    "fade plot results/sweep -o lines.svg --x source.soc_mean --y soh --by source.temperature_mean",
    NULL,
};
const cli_verb verb_plot = {
    .name = "plot",
    .help = "a picture for a paper, by gnuplot",
    .args = "RESULT ..",
    .flag = plot_flags,
    .example = plot_examples,
    .run = run_plot,
};
