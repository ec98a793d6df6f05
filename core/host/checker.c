/* SPDX-License-Identifier: MIT
 * checker.c - the table of tests, and the order in which a plugin meets them.
 */
#include "core/host/checker.h"
#include "core/base/clock.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/host/checker_inside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ABI "docs/abi.md#"
enum { F = CHECKER_FAIL, W = CHECKER_WARN };

/* id, kinds (l library; p c s o; x any other; d: that see inside rows), severity, runs, why, doc, run */
static const trial_test tests[] = {
    { "load-symbol", "l", F, 1, "Everything but fade_library_v1 is hidden, or plugins meet each other's names.",
      ABI "library", checker_load_symbol },
    { "load-imports", "l", W, 1,
      "A plugin never prints, exits, jumps out or changes the process; it reports through the host.", ABI "forbidden",
      checker_load_imports },
    { "load-bind", "l", F, 1, "A missing symbol must show now, not in the middle of a run.", ABI "library",
      checker_load_bind },
    { "load-prove", "l", F, 1, "Magic, ABI number, sizes and tables are read before any code of the plugin runs.",
      ABI "library", checker_load_prove },
    { "load-name", "l", F, 1, "A plugin is found by its file: id.so.", ABI "library", checker_load_name },
    { "load-fast", "l", F, 1, "`fade plugin list` opens every plugin there is: 50 ms is the limit.", ABI "threads",
      checker_load_fast },
    { "load-silent", "l", F, 1, "Standard output belongs to results.", ABI "forbidden", checker_load_silent },
    { "load-threads", "l", F, 1, "Loading starts nothing: threads begin in [io] functions or not at all.",
      ABI "threads", checker_load_threads },
    { "load-clean", "l", F, 1, "Floating-point mode, locale, signals and folder are the process's.", ABI "forbidden",
      checker_load_clean },
    { "descriptor", "pcsox", F, 1, "Scenarios, help, files and wiring are made from these tables.", ABI "descriptor",
      checker_descriptor },
    { "interfaces", "pcso", F, 1, "The kind says which functions the host will call.", ABI "kinds",
      checker_interfaces },
    { "create", "pc", F, 1, "With its defaults a plugin works, or says in one sentence why not.", ABI "errors",
      checker_create },
    { "param-bounds", "p", F, 1, "What a table allows must work: each parameter at its least, default and greatest.",
      ABI "parameters", checker_param_bounds },
    { "param-random", "p", F, 1, "Fits and sweeps go anywhere within the bounds.", ABI "parameters",
      checker_param_random },
    { "optional", "p", F, 1, "An optional input is NaN when nobody writes it.", ABI "columns", checker_optional },
    { "state-restore", "pc", F, 1, "Snapshots, rollback and branching copy the state columns and nothing else.",
      ABI "state", checker_state_restore },
    { "process", "pc", F, 2, "The same run gives the same bits in every process.", ABI "determinism", checker_process },
    { "tile-size", "pc", F, 1, "Results do not depend on how many lanes lie in a tile.", ABI "tiles",
      checker_tile_size },
    { "tile-lanes", "pc", F, 1, "Results do not depend on a lane's position.", ABI "tiles", checker_tile_lanes },
    { "tile-padding", "pc", F, 1, "Lanes from `live` on are no cells.", ABI "tiles", checker_tile_padding },
    { "tile-const", "pc", F, 1,
      "x, in and param are the host's: a rejected step costs nothing because they never change.", ABI "tiles",
      checker_tile_const },
    { "threads", "pc", F, 1, "One model serves all workers at once.", ABI "threads", checker_threads },
    { "fail-lane", "pc", F, 1, "One bad cell ends one lane.", ABI "errors", checker_fail_lane },
    { "fail-retry", "p", F, 1, "RETRY names the dt to come again with.", ABI "errors", checker_fail_retry },
    { "fail-memory", "pcso", F, 1, "A failed allocation is a code, not a crash, and leaves nothing behind.",
      ABI "memory", checker_fail_memory },
    { "step-pure", "pc", F, 1, "No allocation in [work]: it is a lock, and the time it takes is anybody's guess.",
      ABI "threads", checker_step_pure },
    { "step-invariance", "p", F, 1, "One step of two is two steps of one: the answer does not depend on the step.",
      ABI "determinism", checker_step_invariance },
    { "golden", "pcso", F, 1, "Numbers from the paper or an independent program, in golden.csv.", ABI "golden",
      checker_golden },
    { "speed", "pc", CHECKER_NOTE, 1, "What a cell-step costs.", ABI "tiles", checker_speed },
    { "duty-lists", "pd", F, 1,
      "What a law that sees inside rows reads of samples, and what it makes of them, is said in tables.", ABI "duty",
      checker_duty_lists },
    { "duty-rates", "pd", F, 1,
      "rates() and cycles() are functions of a sample or a cycle: shared, cut and put together at will.", ABI "duty",
      checker_duty_rates },
    { "duty-steps", "pd", F, 1,
      "Under a duty cycles are booked at break points and time passes in between, in steps of any length.", ABI "duty",
      checker_duty_steps },
    { "duty-rows", "pd", F, 1, "steps() of a row is step() one behind the other, to the bit.", ABI "duty",
      checker_duty_rows },
    { "source-rows", "s", F, 1, "Rows name a cell, rise in cycle, and fit the block.", ABI "source",
      checker_source_rows },
    { "source-position", "s", F, 1, "A resumed run goes on at the position of its last block.", ABI "source",
      checker_source_position },
    { "source-again", "s", F, 1, "Samples that a source passes over are those of a period before, to the bit.",
      ABI "source", checker_source_again },
    { "open-missing", "so", F, 1, "A path that leads nowhere is the commonest mistake there is.", ABI "errors",
      checker_open_missing },
    { "open-garbage", "s", F, 1, "A damaged file ends in a sentence, within seconds.", ABI "errors",
      checker_open_garbage },
    { "corrector-learns", "c", W, 1, "On planted data a corrector beats the plain mean.", ABI "corrector",
      checker_corrector_learns },
    { "corrector-saves", "c", F, 1, "A saved and loaded model predicts the same bits.", ABI "corrector",
      checker_corrector_saves },
    { "corrector-garbage", "c", F, 1, "load() meets any bytes at all.", ABI "corrector", checker_corrector_garbage },
    { "corrector-tables", "c", F, 1, "Tables can be empty, short, constant or full of holes.", ABI "corrector",
      checker_corrector_tables },
    { "corrector-cancel", "c", W, 1, "Long training can be stopped.", ABI "corrector", checker_corrector_cancel },
    { "output-rows", "o", F, 1, "A block that comes twice is written once.", ABI "output", checker_output_rows },
    { "output-resume", "o", F, 1, "On resume, rows from first[] on are void: an interrupted run ends in the same file.",
      ABI "output", checker_output_resume },
};

const trial_test *checker_tests(size_t *n)
{
    *n = sizeof tests / sizeof tests[0];
    return tests;
}

const trial_test *checker_test(const char *id)
{
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        if (strcmp(tests[i].id, id) == 0)
            return &tests[i];
    return NULL;
}

static int unknown(const char *id, why *w)
{
    const char *ids[sizeof tests / sizeof tests[0]];
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        ids[i] = tests[i].id;
    const char *near = text_nearest(id, ids, sizeof ids / sizeof ids[0]);
    return fail(w, E_USAGE, "there is no test \"%s\"%s%s%s", id, near ? "; did you mean \"" : "", near ? near : "",
                near ? "\"?" : "");
}

int checker_add(checker_result *r, const char *test, const char *plugin_id, int status, const char *said,
                double seconds)
{
    if (r->n == r->cap) {
        checker_row *more = mem_grow(r->row, r->cap ? 2 * r->cap : 64, sizeof *more);
        if (!more)
            return E_NOMEM;
        r->row = more;
        r->cap = r->cap ? 2 * r->cap : 64;
    }
    checker_row *row = &r->row[r->n];
    *row = (checker_row){ test, mem_dup(plugin_id), mem_dup(said), status, seconds };
    if (!row->plugin || !row->text) {
        free(row->plugin);
        free(row->text);
        return E_NOMEM;
    }
    r->n++;
    return E_OK;
}

void checker_free(checker_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        free(r->row[i].plugin);
        free(r->row[i].text);
    }
    free(r->row);
    free(r->path);
    free(r->plugins);
    *r = (checker_result){ 0 };
}

int checker_worst(const checker_result *r)
{
    int worst = CHECKER_OK;
    for (size_t i = 0; i < r->n; i++)
        if (r->row[i].status > worst)
            worst = r->row[i].status;
    return worst;
}

/* ---- in this process
 * ------------------------------------------------------------------------------------------------------- */

static const char *const kinds[] = { "library", "physics", "corrector", "source", "output" };

static char letter(const char *kind)
{
    for (size_t i = 1; kind && i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return kind[0];
    return 'x';
}

/* "physics sqrtsei, output foo" */
static char *names(const trial_library *l)
{
    text out = { 0 };
    for (const fade_desc *const *d = l->plugins; *d; d++)
        text_addf(&out, "%s%s %s", out.n ? ", " : "", (*d)->kind ? (*d)->kind : "(no kind)",
                  (*d)->id ? (*d)->id : "(no id)");
    return text_take(&out);
}

/* Does `plugins` hold a kind the test is for? */
static bool concerns(const trial_test *test, const char *plugins)
{
    bool at_word = true;
    for (const char *p = plugins; *p; p++) {
        size_t n = strcspn(p, " ");
        bool known = false;
        for (size_t k = 1; at_word && k < sizeof kinds / sizeof kinds[0]; k++)
            known = known || (strlen(kinds[k]) == n && strncmp(p, kinds[k], n) == 0);
        if (at_word && strchr(test->kinds, known ? *p : 'x'))
            return true;
        at_word = p[0] == ' ' && p > plugins && p[-1] == ',';
    }
    return false;
}

static int one(const trial_test *test, const fade_desc *d, const char *path, const checker_options *opt,
               checker_result *out)
{
    trial t = { .test = test, .opt = opt, .path = path, .desc = d, .plugin = { d, path, "" } };
    int64_t t0 = clock_monotonic_ns();
    test->run(&t);
    double seconds = 1e-9 * (double)(clock_monotonic_ns() - t0);
    int rc = checker_add(out, test->id, d && d->id ? d->id : "", t.status, text_of(&t.said), seconds);
    text_free(&t.said);
    free(t.value);
    tree_close(t.tree);
    return rc;
}

static bool sees_inside(const fade_desc *d)
{
    return d->iface && d->iface(d, "fade.duty/1");
}

int checker_here(const trial_test *test, const char *path, const checker_options *opt, checker_result *out, why *w)
{
    if (test->kinds[0] == 'l') {
        bool file = strchr(path, '/') != NULL;
        int rc =
            file ? one(test, NULL, path, opt, out) : checker_add(out, test->id, "", CHECKER_SKIP, "it is built in", 0);
        return rc ? fail(w, rc, "no memory for the rows of a check") : E_OK;
    }
    trial_library l = { 0 };
    why said = { 0 };
    if (trial_load(path, &l, &said))
        return checker_add(out, test->id, "", CHECKER_FAIL, said.text, 0) ? fail(w, E_NOMEM, "the rows of a check")
                                                                          : E_OK;
    if (!out->plugins)
        out->plugins = names(&l);
    for (const fade_desc *const *d = l.plugins; *d; d++)
        if (strchr(test->kinds, letter((*d)->kind)) && (!strchr(test->kinds, 'd') || sees_inside(*d)) &&
            one(test, *d, path, opt, out))
            return fail(w, E_NOMEM, "no memory for the rows of a check");
    return E_OK;
}

/* What a plugin prints must not mix with rows on standard output. */
static int stdout_aside(void)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    if (saved >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    return saved;
}

static void stdout_back(int saved)
{
    if (saved < 0)
        return;
    fflush(stdout);
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

/* Once a library is refused, nothing that follows can be asked of it. */
static bool refused(const checker_result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->row[i].status == CHECKER_FAIL &&
            (strcmp(r->row[i].test, "load-prove") == 0 || strcmp(r->row[i].test, "load-bind") == 0))
            return true;
    return false;
}

static int run_all(const char *path, const checker_options *opt, checker_result *out, why *w)
{
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++) {
        const trial_test *test = &tests[i];
        if (opt->only && strcmp(opt->only, test->id) != 0)
            continue;
        if (test->kinds[0] != 'l' && (refused(out) || (out->plugins && !concerns(test, out->plugins))))
            continue;
        int rc = opt->exe ? checker_apart(test, path, opt, out, w) : checker_here(test, path, opt, out, w);
        if (rc)
            return rc;
    }
    return E_OK;
}

int checker_run(const char *path, const checker_options *given, checker_result *out, why *w)
{
    checker_options opt = *given;
    if (opt.limit <= 0.0)
        opt.limit = 10.0;
    if (opt.only && !checker_test(opt.only))
        return unknown(opt.only, w);
    char *whole = strchr(path, '/') || file_exists(path) ? realpath(path, NULL) : mem_dup(path);
    if (!whole)
        return fail(w, E_PLUGIN, "there is no file %s", path);
    out->path = whole;
    int saved = opt.exe ? -1 : stdout_aside();
    int rc = run_all(whole, &opt, out, w);
    stdout_back(saved);
    if (!out->plugins)
        out->plugins = mem_dup("");
    return rc;
}

/* ---- files that belong to a plugin
 * ----------------------------------------------------------------------------------------- */

static char *beside_try(const char *folder, const char *middle, const char *name)
{
    text t = { 0 };
    text_addf(&t, "%s%s/%s", folder, middle, name);
    char *path = text_take(&t);
    if (path && file_exists(path) && !file_is_folder(path))
        return path;
    free(path);
    return NULL;
}

char *checker_beside(const char *library, const char *name)
{
    if (!strchr(library, '/'))
        return NULL;
    char *folder = mem_dup(library);
    if (!folder)
        return NULL;
    char *slash = strrchr(folder, '/'), id[128], middle[256];
    *slash = '\0';
    snprintf(id, sizeof id, "%s", slash + 1);
    if (text_ends(id, ".so"))
        id[strlen(id) - 3] = '\0';
    char *found = beside_try(folder, "", name);
    for (size_t k = 1; !found && k < sizeof kinds / sizeof kinds[0]; k++) {
        size_t n = strlen(kinds[k]);                    /* csv.so and output-csv.so: two kinds share an id */
        bool named = strncmp(id, kinds[k], n) == 0 && id[n] == '-';
        snprintf(middle, sizeof middle, "/../../plugins/%s/%s", kinds[k], named ? id + n + 1 : id);
        found = beside_try(folder, middle, name);
    }
    free(folder);
    return found;
}
