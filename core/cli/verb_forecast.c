/* SPDX-License-Identifier: MIT
 * verb_forecast.c - fade forecast: the rest of each cell's life from its known rows, in bands, and when it may end.
 */
#include "core/base/file.h"
#include "core/base/log.h"
#include "core/base/mem.h"
#include "core/cli/cli_open.h"
#include "core/report/forecast_say.h"
#include "core/script/script.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct job {
    cli              c;
    scenario        *s;
    struct script   *script;
    forecast_options o;
    forecast         f;
    forecast_say     say;
    fit_draws        draws;
    const char      *param[CLI_VALUES], *within_said[CLI_VALUES];
    size_t           within[CLI_VALUES];
} job;

/* "last", a share of the rows ("0.5"), or a number of rows ("84"). */
static int read_origin(job *k, why *w)
{
    const char *said = cli_text(&k->c, "origin");
    double v;
    if (!said || strcmp(said, "last") == 0)
        return E_OK;
    if (!text_real(said, strlen(said), &v) || !(v > 0) || (v >= 1 && v != floor(v)) || v > 1e9)
        return fail(w, E_USAGE, "--origin %.40s: last, a share of each cell's rows (0.5), or how many (84)", said);
    if (v < 1)
        k->o.fraction = v;
    else
        k->o.known = (size_t)v;
    return E_OK;
}

static int whole(const job *k, const char *flag, size_t least, size_t most, size_t *out, why *w)
{
    const char *said = cli_text(&k->c, flag);
    double v;
    if (!said)
        return E_OK;
    if (!text_real(said, strlen(said), &v) || v != floor(v) || !(v >= (double)least && v <= (double)most))
        return fail(w, E_USAGE, "--%s %.40s: a whole number from %zu to %zu", flag, said, least, most);
    *out = (size_t)v;
    return E_OK;
}

static int choice(const job *k, const char *flag, const char *const *word, int n)
{
    const char *said = cli_text(&k->c, flag);
    for (int i = 0; said && i < n; i++)
        if (strcmp(said, word[i]) == 0)
            return i;
    return 0;
}

static int find_corrector(job *k, why *w)
{
    const char *said = cli_text(&k->c, "corrector"), *label[64];
    k->o.corrector = said ? -1 : k->s->ncorrector ? 0 : -1;
    if (!said || strcmp(said, "none") == 0)
        return E_OK;
    for (size_t i = 0; i < k->s->ncorrector && i < 64; i++) {
        label[i] = k->s->corrector[i].part.label;
        if (strcmp(said, label[i]) == 0)
            k->o.corrector = (int64_t)i;
    }
    if (k->o.corrector >= 0)
        return E_OK;
    const char *near = text_nearest(said, label, k->s->ncorrector < 64 ? k->s->ncorrector : 64);
    return fail(w, E_INPUT, "the scenario has no [corrector] %.60s%s%s%s", said, near ? ", did you mean " : "",
                near ? near : "", near ? "?" : "");
}

static int read_within(job *k, why *w)
{
    size_t n = cli_all(&k->c, "within", k->within_said, CLI_VALUES);
    for (size_t i = 0; i < n; i++) {
        double v;
        if (!text_real(k->within_said[i], strlen(k->within_said[i]), &v) || v != floor(v) || !(v >= 1 && v <= 1e9))
            return fail(w, E_USAGE, "--within %.40s: a number of rows", k->within_said[i]);
        k->within[i] = (size_t)v;
    }
    k->say = (forecast_say){ .within = k->within, .nwithin = n };
    return E_OK;
}

/* Sets of parameters in place of a fit. */
static int read_draws(job *k, why *w)
{
    static const char *const not_with[] = { "fit", "calibrate", "raw" };
    const char *path = cli_text(&k->c, "parameters");
    if (!path)
        return E_OK;
    for (size_t i = 0; i < sizeof not_with / sizeof *not_with; i++)
        if (cli_has(&k->c, not_with[i]))
            return fail(w, E_USAGE, "--parameters brings what is likely: nothing is fitted or calibrated, so --%s says "
                        "nothing", not_with[i]);
    int rc = fit_draws_read(path, &k->draws, w);
    for (size_t i = 0; i < k->draws.nparam && !rc; i++)
        k->param[i] = k->draws.key[i];
    k->o.nparam = k->draws.nparam;
    k->o.draws = &k->draws;
    return rc;
}

static int read_options(job *k, why *w)
{
    static const char *const plans[] = { "recorded", "repeat", "hold" }, *const rows[] = { "known", "others",
                                                                                           "auto" };
    static const char *const errors[] = { "labs", "none" };
    k->o = (forecast_options){ .fit = { .target = cli_text(&k->c, "target"),
                                        .loss = LSQ_SOFT_L1,
                                        .starts = 8,
                                        .seed = k->s->seed,
                                        .hooks = script_hooks(k->script),
                                        .stop = cli_catch() },
                               .param = k->param,
                               .nparam = cli_all(&k->c, "fit", k->param, CLI_VALUES),
                               .until_eol = cli_has(&k->c, "until-eol"),
                               .plan = choice(k, "plan", plans, 3),
                               .calibrate = choice(k, "calibrate", rows, 3),
                               .raw = cli_has(&k->c, "raw"),
                               .no_error = choice(k, "error", errors, 2) == 1,
                               .eol = NAN,
                               .samples = 200 };
    size_t physics = 1;
    int rc = read_origin(k, w);
    rc = rc ? rc : whole(k, "horizon", 1, 1000000, &k->o.horizon, w);
    rc = rc ? rc : whole(k, "samples", 20, 5000, &k->o.samples, w);
    rc = rc ? rc : whole(k, "physics", 1, k->s->nphysics ? k->s->nphysics : 1, &physics, w);
    rc = rc ? rc : read_within(k, w);
    rc = rc ? rc : read_draws(k, w);
    k->o.physics = (int64_t)physics - 1;
    const char *eol = cli_text(&k->c, "eol");
    if (!rc && eol && (!text_real(eol, strlen(eol), &k->o.eol) || !isfinite(k->o.eol)))
        rc = fail(w, E_USAGE, "--eol %.40s: a number in the unit of what is forecast", eol);
    return rc ? rc : find_corrector(k, w);
}

static void progress(void *ctx, size_t done, size_t of)
{
    (void)ctx;
    cli_say("\rforecast: %zu of %zu cells and origins%s", done, of, done == of ? "\n" : "");
}

static int tell(job *k, why *w)
{
    const char *csv = cli_text(&k->c, "csv"), *figure = cli_text(&k->c, "figure");
    json j = { 0 };
    if (cli_json()) {
        forecast_json(&k->f, &k->say, &j);
        text_addc(&j.out, '\n');
    } else
        forecast_text(&k->f, &k->say, &j.out);
    int rc = cli_put(text_of(&j.out), j.out.n) ? fail(w, E_IO, "the forecast did not get to stdout") : E_OK;
    text_free(&j.out);
    bool errors = !k->o.no_error && strcmp(k->f.target, "capacity") == 0;
    if (!rc && k->o.draws)
        cli_say("of %zu draws in %s; nothing is calibrated: from earlier origins they would know what they learnt "
                "later%s\n",
                k->draws.n, cli_text(&k->c, "parameters"),
                errors ? "; what laws missed by on cells of other labs is added (--error none leaves that out)" : "");
    if (!rc && !k->o.raw && !k->o.draws && k->f.calibrate == FORECAST_KNOWN)
        cli_say("%sbands are calibrated on known rows%s%s\n",
                k->o.calibrate == FORECAST_AUTO ? "fewer than 12 other cells for each, or no capacity: " : "",
                errors ? " and widened by what laws missed by on cells of other labs (--error none leaves that out)"
                       : ": they know no knee that is not among them",
                k->o.calibrate == FORECAST_KNOWN && k->f.ncell > 1
                    ? "; where others lived before, --calibrate auto learns from their whole lives if there are 12"
                    : "");
    if (!rc && csv) {
        text rows = { 0 };
        forecast_csv(&k->f, &rows);
        rc = file_write(csv, text_of(&rows), rows.n, w);
        text_free(&rows);
        if (!rc)
            cli_say("written: %s\n", csv);
    }
    if (!rc && figure && !(rc = forecast_figure(&k->f, figure, w)))
        cli_say("written: %s%s\n", figure, k->f.ncell > FORECAST_PANELS ? ", of the first six cells" : "");
    return rc;
}

static int work(job *k, why *w)
{
    int rc = cli_log_tries(k->s, LOG_SILENT, w); /* a thousand lives at odd places would each complain */
    rc = rc ? rc : read_options(k, w);
    if (isatty(STDERR_FILENO) && !cli_quiet())
        k->o.progress = progress;
    rc = rc ? rc : forecast_run(k->s, &k->o, &k->f, w);
    return rc ? rc : tell(k, w);
}

static int run_forecast(int argc, char **argv)
{
    why w = { 0 };
    job *k = mem_zero(1, sizeof *k);
    if (!k) {
        fail(&w, E_NOMEM, "no memory for a forecast");
        return cli_fail(&w);
    }
    int status = cli_parse(&verb_forecast, argc, argv, 1, 1, &k->c);
    if (status == CLI_GO)
        status = cli_scenario(&k->c, k->c.arg[0], NULL, 0, &k->s, &k->script);
    if (status == CLI_GO)
        status = work(k, &w) ? cli_fail(&w) : 0;
    forecast_free(&k->f);
    fit_draws_free(&k->draws);
    scenario_close(k->s);
    script_close(k->script);
    free(k);
    log_close();
    return status;
}

static const cli_flag forecast_flags[] = {
    { "origin", 0, "WHERE", "last (default), a share of each cell's rows, or a number", false },
    { "fit", 'f', "KEY", "fit this parameter, as fade fit --param (default: the usual ones)", true },
    { "parameters", 0, "FILE", "start from these likely values: fade fit --draws (CSV)", false },
    { "physics", 0, "N", "of the law with this number (default 1)", false },
    { "horizon", 0, "N", "rows behind the origin (default: as the source has)", false },
    { "until-eol", 0, NULL, "on until nine tenths of the samples have ended", false },
    { "samples", 0, "N", "lives drawn for each cell (default 200)", false },
    { "corrector", 0, "NAME", "correct the law by this one; none: by none", false },
    { "plan", 0, "recorded|repeat|hold", "planned inputs: of the source, the known ones again, held", false },
    { "calibrate", 0, "known|others|auto", "bands by known rows, other cells' lives, or these if there are 12", false },
    { "error", 0, "labs|none", "laws may be wrong as on cells of six labs (default)", false },
    { "raw", 0, NULL, "bands as law, corrector and noise say, not calibrated", false },
    { "target", 0, "COLUMN", "the observed column (default: [evaluate] target, else capacity)", false },
    { "eol", 0, "X", "end of life, in the target's unit (default: [health])", false },
    { "within", 0, "N", "probability that the life ends within N rows", true },
    { "csv", 0, "FILE", "all rows with bands and parts of the variance", false },
    { "figure", 0, "FILE", "a picture: .svg, .png or .pdf", false },
    CLI_SET_FLAG,
    CLI_TRUST_FLAG,
    { NULL, 0, NULL, NULL, false },
};
static const char *const forecast_examples[] = {
    "fade forecast scenarios/virtual-fleet.toml --origin 0.5 --figure fleet.png",
    "fade forecast scenarios/virtual-fleet.toml --origin 400 --until-eol --within 100 --within 200",
    "fade forecast scenarios/virtual-fleet.toml --physics 2 --origin 400 -f physics.2.c -f physics.2.z=0.5..1.2 --json",
    "fade forecast scenarios/virtual-fleet.toml --physics 2 --origin 0.5 --parameters likely.csv --csv bands.csv",
    NULL,
};
const cli_verb verb_forecast = {
    .name = "forecast",
    .help = "the rest of each cell's life in bands, and when it may end",
    .args = "SCENARIO",
    .flag = forecast_flags,
    .example = forecast_examples,
    .run = run_forecast,
};
