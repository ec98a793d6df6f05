/* SPDX-License-Identifier: MIT
 * test_zoo.c - every broken plugin of tests/zoo/ is called what it is: the test that fails, and the words it fails
 * with.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* File, test, status, and a part of the sentence; "a|b": either. */
static const struct animal { const char *file, *test, *status, *says;
} animals[] = {
    { "exports-two", "load-symbol", "fail", "exports \"zoo_helper\" beside fade_library_v1" },
    { "no-symbol", "load-symbol", "fail", "has no symbol fade_library_v1" },
    { "no-symbol", "load-prove", "fail", "exports no fade_library_v1" },
    { "not-elf", "load-prove", "fail", "not an ELF file" },
    { "imports-puts", "load-imports", "warn", "calls puts(): use fade_say" },
    { "imports-puts", "create", "fail", "prints \"hello from the zoo\"" },
    { "imports-exit", "load-imports", "warn", "calls exit(): use a FADE_E code" },
    { "unbound", "load-bind", "fail", "undefined symbol: zoo_nowhere" },
    { "unbound", "load-prove", "fail", "undefined symbol: zoo_nowhere" },
    { "magic-wrong", "load-prove", "fail", "begins with 0x12345678" },
    { "abi-newer", "load-prove", "fail", "needs ABI 1.9, this fade offers 1.0" },
    { "abi-major", "load-prove", "fail", "needs ABI 2.0, this fade offers 1.0" },
    { "fingerprint-other", "load-prove", "fail",
      "was built with double/pointer/size_t/int of 8/8/8/2 bytes, this fade with 8/8/8/4" },
    { "library-small", "load-prove", "fail", "its fade_library_v1 has 4 bytes" },
    { "symbol-function", "load-prove", "fail", "its fade_library_v1 is not data" },
    { "symbol-short", "load-prove", "fail", "its fade_library_v1 has 4 bytes" },
    { "plugins-none", "load-prove", "fail", "lists no plugins" },
    { "plugins-twice", "load-prove", "fail", "twice, as descriptors 1 and 2" },
    { "desc-small", "load-prove", "fail", "descriptor 1 has 8 bytes" },
    { "desc-no-iface", "load-prove", "fail", "has no iface()" },
    { "desc-no-id", "load-prove", "fail", "descriptor 1 has no id (NULL)" },
    { "list-empty", "load-prove", "fail", "counts 2 rows and has none" },
    { "list-stride", "load-prove", "fail", "has 8 bytes, this fade needs" },
    { "other-name", "load-name", "fail", "the file other-name.so holds no plugin of that name, but \"elsewhere\"" },
    { "load-slow", "load-fast", "fail", "loading takes" },
    { "load-loud", "load-silent", "fail", "prints \"hello\" while it is loaded" },
    { "load-thread", "load-threads", "fail", "loading starts 1 thread" },
    { "load-crash", "load-bind", "fail", "crashed with signal 11|AddressSanitizer" },
    { "load-hang", "load-bind", "fail", "did not end within 1 s" },
    { "load-exit", "load-bind", "fail", "ended the process with status 3" },
    { "mode-float", "load-clean", "fail", "changes the floating-point mode" },
    { "mode-locale", "load-clean", "fail", "changes the locale from C to C.UTF-8" },
    { "mode-signal", "load-clean", "fail", "sets a handler for signal 2" },
    { "mode-umask", "load-clean", "fail", "changes the umask" },
    { "mode-folder", "load-clean", "fail", "changes the working directory to /" },
    { "desc-id", "descriptor", "fail", "id-legal: id 'Zoo' is not [a-z][a-z0-9-]*" },
    { "desc-kind", "descriptor", "fail", "kind-known: kind 'magic' is none of" },
    { "desc-version", "descriptor", "fail", "version: version '1' is not MAJOR.MINOR.PATCH" },
    { "desc-licence", "descriptor", "fail", "licence: licence is empty" },
    { "desc-flags", "descriptor", "fail", "flags-known: flags 0x" },
    { "desc-doc", "descriptor", "fail", "doc-present: doc is empty" },
    { "desc-param-key", "descriptor", "fail", "key-legal: parameter 2: key 'K2'" },
    { "desc-column-key", "descriptor", "fail", "key-legal: input 1: key 'mean temperature'" },
    { "desc-param-twice", "descriptor", "fail", "key-unique: parameter 'k' stands twice" },
    { "desc-param-nested", "descriptor", "fail", "key-nested: parameter 'k' is in the way of 'k.a'" },
    { "desc-param-plugin", "descriptor", "fail", "parameter 'plugin' is what every plugin's table says already" },
    { "desc-param-unit", "descriptor", "fail", "unit-parses: parameter a: unit 'parsec'" },
    { "desc-param-unit-null", "descriptor", "fail", "parameter a: unit is NULL" },
    { "desc-curve-unit", "descriptor", "fail", "its type wants 2, joined by ';'" },
    { "desc-setting-unit", "descriptor", "fail", "a setting has no unit, not 'K'" },
    { "desc-param-type", "descriptor", "fail", "type-known: parameter a: type 99" },
    { "desc-param-flags", "descriptor", "fail", "parameter a: flags 0x40000000 has bits" },
    { "desc-cell-int", "descriptor", "fail", "FADE_PER_CELL is for FADE_REAL" },
    { "desc-live", "descriptor", "fail", "FADE_LIVE needs FADE_PER_CELL" },
    { "desc-required", "descriptor", "fail", "FADE_REQUIRED has a default, 1" },
    { "desc-log", "descriptor", "fail", "FADE_LOG of a number that is never above 0" },
    { "desc-bounds", "descriptor", "fail", "bounds-order: parameter a: min 2 is above max 0" },
    { "desc-range", "descriptor", "fail", "parameter a: lo 2 is above hi 1" },
    { "desc-range-out", "descriptor", "fail", "reaches outside min..max 0 .. 2" },
    { "desc-choice-empty", "descriptor", "fail", "choice 2 of \"x||y\" is empty" },
    { "desc-choice-twice", "descriptor", "fail", "choice 'x' stands twice" },
    { "desc-choice-default", "descriptor", "fail", "default 5 is no index into its 2 choices" },
    { "desc-default-out", "descriptor", "fail", "default-fits: parameter a: default 5 is outside 0 .. 2" },
    { "desc-default-infinite", "descriptor", "fail", "its default is infinite" },
    { "desc-default-whole", "descriptor", "fail", "default 0.5 is not whole" },
    { "desc-default-bool", "descriptor", "fail", "default 0.5 is neither 0 nor 1" },
    { "desc-default-curve", "descriptor", "fail", "is no curve" },
    { "desc-deprecated", "descriptor", "fail", "deprecated in favour of 'b', which is no other parameter" },
    { "desc-param-doc", "descriptor", "fail", "parameter a: doc is not one sentence" },
    { "desc-source-null", "descriptor", "fail", "parameter a: source is NULL" },
    { "desc-fitted", "descriptor", "fail", "FADE_FITTED needs a source" },
    { "desc-width", "descriptor", "fail", "width 1048576 is above 65536" },
    { "desc-column-flags", "descriptor", "fail", "flags 0x4 mean nothing there" },
    { "desc-column-moment", "descriptor", "fail", "it is FADE_PLANNED or FADE_EARLY, not both" },
    { "desc-state-init", "descriptor", "fail", "state sum: init 5 is outside 0 .. 1" },
    { "iface-none", "interfaces", "fail", "has no interface fade.model/1" },
    { "iface-any", "interfaces", "fail", "iface() answers an unknown id" },
    { "model-small", "interfaces", "fail", "its fade.model/1 has 16 bytes" },
    { "model-no-step", "interfaces", "fail", "has no step()" },
    { "model-no-create", "interfaces", "fail", "has no create()" },
    { "model-no-observe", "interfaces", "fail", "has no observe()" },
    { "model-no-leave", "interfaces", "fail", "has no leave()" },
    { "model-no-refresh", "interfaces", "fail", "has no refresh()" },
    { "corrector-no-save", "interfaces", "fail", "has no save()" },
    { "source-no-next", "interfaces", "fail", "has no next()" },
    { "output-no-flush", "interfaces", "fail", "has no flush()" },
    { "create-mute", "create", "fail", "create fails with FADE_ESOLVE but reports no sentence" },
    { "create-code", "create", "fail", "create returns -99, which is no FADE_E code" },
    { "create-lines", "create", "fail", "reports a text with a newline" },
    { "create-once", "create", "fail", "works once but not twice" },
    { "create-same", "create", "fail", "gives the same model twice" },
    { "create-crash", "create", "fail", "crashed with signal 11|AddressSanitizer" },
    { "init-hole", "param-bounds", "fail", "init leaves state \"sum\" unfilled" },
    { "columns-bad", "create", "fail", "its columns: plugin columns-bad: output loss: unit 'parsec'" },
    { "nan-at-greatest", "param-bounds", "fail", "with k = 1 (its greatest): x1[sum] is NaN" },
    { "bounds-broken", "param-bounds", "fail", "with its defaults: out[loss] is" },
    { "bounds-far", "param-bounds", "warn", "the lane's status should be FADE_ERANGE" },
    { "nan-at-random", "param-random", "fail", "of seed 1: x1[sum] is NaN" },
    { "optional-needed", "optional", "fail", "without an optional input: x1[sum] is NaN" },
    { "state-hidden", "state-restore", "fail", "a new object that got the state columns goes another way" },
    { "state-memo", "state-restore", "fail", "a new object that got the state columns goes another way" },
    { "process-address", "process", "fail", "another process gives other bits" },
    { "tile-counts", "tile-size", "fail", "a tile of 8 and one of 1024 differ for the same cell: x[sum]" },
    { "tile-position", "tile-lanes", "fail", "a cell in lane" },
    { "padding-leaks", "tile-padding", "fail", "garbage in the padding leaks into out[loss]" },
    { "padding-ends", "tile-padding", "fail", "ends the model with FADE_EINVAL" },
    { "writes-x", "tile-const", "fail", "step writes to x[sum], which it may only read" },
    { "writes-in", "tile-const", "fail", "step writes to in[temperature_mean], which it may only read" },
    { "writes-behind", "tile-const", "fail", "step writes behind the end of out[loss]" },
    { "writes-scratch", "tile-const", "fail", "step writes behind the end of tile[scratch]" },
    { "reaches-out", "tile-const", "fail", "step reaches for memory that is not its own" },
    { "threads-share", "threads", "fail", "eight threads on one model give other bits than one" },
    { "lane-ends-all", "fail-lane", "fail", "ends the whole model with FADE_EINVAL: set its status instead" },
    { "lane-neighbour", "fail-lane", "fail", "a bad cell in lane 3 changes x1[sum] in lane 4" },
    { "retry-wishless", "fail-retry", "fail", "RETRY at dt = 1000 leaves wish at inf" },
    { "retry-code", "fail-retry", "fail", "status 77 at dt = 1000 is no code of a lane" },
    { "wish-nan", "fail-retry", "fail", "wish is nan" },
    { "memory-crash", "fail-memory", "fail", "crashed with signal 11|AddressSanitizer" },
    { "memory-code", "fail-memory", "fail",
      "create returns FADE_ESOLVE, not FADE_ENOMEM, when its allocation 1 fails" },
    { "memory-leak", "fail-memory", "fail", "create leaves 1 block behind when its allocation 2 fails" },
    { "step-allocates", "step-pure", "fail", "step allocates memory (4 times in 4 calls)" },
    { "step-dependent", "step-invariance", "fail", "a step of 2 moves x[sum] to" },
    { "golden-wrong", "golden", "fail", "golden.csv row 1: out.loss is 0.01, not 0.02" },
    { "step-ends", "tile-size", "fail", "step returns FADE_ESOLVE in row 1: nothing converges" },
    { "source-empty", "source-rows", "fail", "gives no row at all" },
    { "source-cell", "source-rows", "fail", "has the cell \"cell one\", which is no id" },
    { "source-cycle", "source-rows", "fail", "comes after" },
    { "source-moves", "source-rows", "fail", "does not stay where it was" },
    { "source-blocks", "source-rows", "fail", "is another one in blocks of 7 than in blocks of 64" },
    { "source-end", "source-rows", "fail", "gives FADE_END once and then something else" },
    { "source-fails", "source-rows", "fail", "next returns FADE_EIO after 0 rows" },
    { "inside-sound", "duty-rates", "ok", "" },
    { "inside-sound", "duty-steps", "ok", "" },
    { "inside-stranger", "duty-lists", "fail", "reads voltage (V) of samples: there are soc (1), temperature (K)" },
    { "inside-unit", "duty-lists", "fail", "reads temperature (degC) of samples" },
    { "inside-function", "duty-lists", "fail", "its fade.duty/1 has a list without a function: rate" },
    { "inside-function", "duty-rates", "skip", "its lists are wrong: see duty-lists" },
    { "inside-small", "duty-lists", "fail", "its fade.duty/1 has 8 bytes" },
    { "inside-negative", "duty-lists", "fail", "has break_time -1: 0 or more is needed" },
    { "inside-flags", "duty-lists", "fail", "has flags 0x40: bits this fade does not know" },
    { "inside-twice", "duty-lists", "fail", "soc stands twice as in of its fade.duty/1" },
    { "inside-seconds", "duty-lists", "fail", "has fade.duty/1, which is for laws per cycle" },
    { "inside-unheard", "duty-lists", "fail", "rate cold is no input of the law, neither cold nor mean_cold" },
    { "inside-lost", "duty-lists", "fail", "cycle swing is no input: what closes is lost, only open_swing is heard" },
    { "inside-needed", "duty-lists", "fail", "input warm comes from samples alone: declare it FADE_OPTIONAL" },
    { "inside-rows", "duty-lists", "note", "it books cycles at the ends of rows" },
    { "inside-empty", "duty-rates", "fail", "rates makes warm -inf of soc 0" },
    { "inside-shallow", "duty-rates", "fail", "nan of depth 0.0001" },
    { "inside-refuses", "duty-rates", "fail", "rates returns FADE_ESOLVE without a sentence" },
    { "inside-status", "duty-rates", "warn", "rates refuses (FADE_ERANGE) soc 1" },
    { "inside-neighbour", "duty-rates", "fail", "rates of the same sample differs by where it lies" },
    { "inside-counts", "duty-rates", "fail", "rates of the same sample differs by how many lie in a tile" },
    { "inside-remembers", "duty-rates", "fail", "cycles of the same sample differs from call to call" },
    { "inside-step-only", "duty-rates", "fail", "differs when parameters that are FADE_STEP_ONLY are unknown" },
    { "inside-lent-only", "duty-rates", "fail", "differs when what is FADE_OPTIONAL of a sample is unknown" },
    { "inside-pads", "duty-rates", "fail", "cycles of the same sample differs with garbage in the padding" },
    { "inside-writes", "duty-rates", "fail", "rates writes behind the end of out[warm]" },
    { "inside-writes-in", "duty-rates", "fail", "rates writes to in[soc], which it may only read" },
    { "inside-reaches", "duty-rates", "fail", "rates reaches for memory that is not its own" },
    { "inside-allocates", "duty-rates", "fail", "rates allocates memory (64 times)" },
    { "inside-clock", "duty-steps", "fail", "a step without time and cycles moves the state: x[heat]" },
    { "inside-follows", "duty-steps", "fail", "the state follows depth, C-rates or efc of what was booked before" },
    { "inside-days", "duty-steps", "fail", "a step of a day and two of half a day differ: x[heat]" },
    { "inside-halves", "duty-steps", "fail", "cycles booked at once and by halves differ: x[swings]" },
    { "inside-row", "duty-rows", "ok", "" },
    { "inside-row-stale", "duty-rows", "fail", "the health behind step 3 is" },
    { "inside-only", "duty-steps", "fail", "is 0 where it alone is asked for (only), else" },
    { "inside-only-state", "duty-steps", "fail", "asked for one output alone (only) it steps otherwise: x[heat]" },
    { "duty-falls", "source-rows", "fail", "cell (all): time 1140 does not rise above 1140" },
    { "duty-hole", "source-rows", "fail", "soc is nan, outside 0 .. 1" },
    { "duty-late", "source-rows", "fail", "comes after samples: a duty says first which cells there are" },
    { "duty-stranger", "source-rows", "fail", "is of cell C3, which had no row of stream 0 before" },
    { "duty-columns", "source-rows", "fail", "sample column 1 is soc: a duty (FADE_DUTY) has time, soc, temperature" },
    { "duty-repeats", "source-again", "ok", "" },
    { "duty-claims", "source-again", "fail", "again passes over sample 5, which is not that of 1 before" },
    { "duty-drifts", "source-again", "fail", "later than the one before, not" },
    { "duty-astray", "source-again", "fail", "behind samples that again passed over" },
    { "source-end", "source-again", "ok", "" },
    { "source-position", "source-position", "fail", "is not the one that follows" },
    { "source-nowhere", "open-missing", "fail", "is taken without a word, though there is nothing" },
    { "source-vague", "open-missing", "fail", "the sentence does not name the path" },
    { "source-garbage", "open-garbage", "fail", "crashed with signal 11|AddressSanitizer" },
    { "corrector-dull", "corrector-learns", "warn", "the plain mean's" },
    { "corrector-outs", "corrector-learns", "warn", "its outputs are not mean, sigma and distance" },
    { "corrector-bytes", "corrector-saves", "fail", "one model saved twice gives other bytes" },
    { "corrector-half", "corrector-saves", "fail", "load reads 16 of the 24 bytes that save wrote" },
    { "corrector-forgets", "corrector-saves", "fail", "loaded, it predicts" },
    { "corrector-trusts", "corrector-garbage", "fail", "is loaded without a word" },
    { "corrector-mute", "corrector-garbage", "fail", "but reports no sentence" },
    { "corrector-nan", "corrector-tables", "fail", "trained on a table with a hole in every row, it predicts" },
    { "corrector-deaf", "corrector-cancel", "warn", "progress() said stop, train returns FADE_OK" },
    { "output-twice", "output-rows", "fail", "each block given twice: zoo.txt differs from line 9" },
    { "output-resume", "output-resume", "fail", "interrupted and resumed: zoo.txt differs" },
    { "output-close", "output-rows", "fail", "close returns FADE_EIO" },
};

static const char *build(void)
{
    const char *b = getenv("FADE_BUILD");
    return b && *b ? b : "build";
}

/* Standard output of a command; the caller frees. */
static char *output_of(const char *command)
{
    enum { MOST = 1 << 16 };
    char *all = calloc(1, MOST);
    FILE *f = popen(command, "r");
    assert_non_null(all);
    assert_non_null(f);
    size_t n = fread(all, 1, MOST - 1, f);
    all[n] = '\0';
    pclose(f);
    return all;
}

static int says(const char *all, const char *part)
{
    char one[256];
    size_t n = strcspn(part, "|");
    if (part[n] != '|' || strstr(part, "||"))
        return strstr(all, part) != NULL;
    snprintf(one, sizeof one, "%.*s", (int)n, part);
    return strstr(all, one) != NULL || strstr(all, part + n + 1) != NULL;
}

static int zoo_built(void **state)
{
    char command[512];
    (void)state;
    unsetenv("MAKEFLAGS");
    snprintf(command, sizeof command, "make -s -j2 -f tests/zoo/Makefile ZOO=%s/zoo", build());
    return system(command);
}

/* What only a process of its own survives or shows; the others are quicker in one. */
static int apart(const char *part)
{
    static const char *const words[] = { "crashed", "did not end", "ended the process", "hello from",
                                         "another process" };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(part, words[i]))
            return 1;
    return 0;
}

static void every_animal_is_named(void **state)
{
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof animals / sizeof animals[0]; i++) {
        const struct animal *a = &animals[i];
        char command[512], row[128];
        const char *how = apart(a->says) ? strstr(a->says, "did not end") ? "--limit 1" : "" : "--in-process";
        snprintf(command, sizeof command, "%s/fade plugin check %s/zoo/%s.so --only %s %s", build(), build(), a->file,
                 a->test, how);
        char *all = output_of(command);
        snprintf(row, sizeof row, "  %-5s %s ", a->status, a->test);
        if (!strstr(all, row) || !says(all, a->says)) {
            print_error("%s, %s: wanted %s \"%s\", got\n%s\n", a->file, a->test, a->status, a->says, all);
            wrong++;
        }
        free(all);
    }
    assert_int_equal(wrong, 0);
}

/* A failed row is status 5, a warning is none. */
static void the_status_says_so(void **state)
{
    char command[512];
    (void)state;
    snprintf(command, sizeof command, "%s/fade plugin check %s/zoo/writes-x.so --only tile-const > /dev/null", build(),
             build());
    assert_int_equal(system(command) >> 8, 5);
    snprintf(command, sizeof command,
             "%s/fade plugin check %s/zoo/corrector-dull.so --only corrector-learns > /dev/null", build(), build());
    assert_int_equal(system(command), 0);
    snprintf(command, sizeof command, "%s/fade plugin check %s/zoo/writes-x.so --only tile-konst 2> /dev/null", build(),
             build());
    assert_int_equal(system(command) >> 8, 2);
}

/* Loading ends with the first refusal: what follows is not asked. */
static void a_refused_file_is_asked_no_more(void **state)
{
    char command[512];
    (void)state;
    snprintf(command, sizeof command, "%s/fade plugin check %s/zoo/abi-newer.so --json", build(), build());
    char *all = output_of(command);
    assert_non_null(strstr(all, "\"test\":\"load-prove\""));
    assert_null(strstr(all, "\"test\":\"descriptor\""));
    assert_non_null(strstr(all, "\"plugins\":\"\""));
    free(all);
}

static void what_anyone_may_write_is_refused(void **state)
{
    char command[1200], file[512];
    (void)state;
    snprintf(file, sizeof file, "%s/zoo/open-to-all.so", build());
    snprintf(command, sizeof command, "cp %s/zoo/golden-wrong.so %s", build(), file);
    assert_int_equal(system(command), 0);
    assert_int_equal(chmod(file, 0777), 0);
    snprintf(command, sizeof command, "%s/fade plugin check %s --only load-prove", build(), file);
    char *all = output_of(command);
    assert_non_null(strstr(all, "anyone may write to"));
    free(all);
    remove(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_animal_is_named),
        cmocka_unit_test(the_status_says_so),
        cmocka_unit_test(a_refused_file_is_asked_no_more),
        cmocka_unit_test(what_anyone_may_write_is_refused),
    };
    return cmocka_run_group_tests(tests, zoo_built, NULL);
}
