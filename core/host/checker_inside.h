/* SPDX-License-Identifier: MIT
 * checker_inside.h - the tests of the checker, by the file they stand in; nobody else includes it.
 */
#ifndef FADE_HOST_CHECKER_INSIDE_H
#define FADE_HOST_CHECKER_INSIDE_H
#include "core/host/golden.h"
#include "core/host/subject.h"
#include "core/host/trial.h"

const trial_test *checker_tests(size_t *n);
const trial_test *checker_test(const char *id);           /* NULL: no such */
const char *checker_word(int status);                     /* "ok" .. "fail" */
int checker_add(checker_result *, const char *test, const char *plugin, int status, const char *text, double seconds);
int checker_here(const trial_test *, const char *path, const checker_options *, checker_result *out, why *w);
int checker_apart(const trial_test *, const char *path, const checker_options *, checker_result *out, why *w);

void checker_golden_source(trial *, const golden *);      /* the kinds whose golden.csv is their own business */
void checker_golden_output(trial *, const char *path);

#define CHECKER_TESTS(X)                                                                                                     \
    X(load_symbol) X(load_imports) X(load_bind) X(load_prove) X(load_name) X(load_fast) X(load_silent) X(load_threads)       \
    X(load_clean) X(descriptor) X(interfaces) X(create) X(param_bounds) X(param_random) X(optional) X(state_restore)         \
    X(process) X(tile_size) X(tile_lanes) X(tile_padding) X(tile_const) X(threads) X(fail_lane) X(fail_retry) X(fail_memory) \
    X(step_pure) X(step_invariance) X(golden) X(speed) X(source_rows) X(source_position) X(source_again) X(open_missing) X(open_garbage)     \
    X(corrector_learns) X(corrector_saves) X(corrector_garbage) X(corrector_tables) X(corrector_cancel) X(output_rows)       \
    X(output_resume) X(duty_lists) X(duty_rates) X(duty_steps) X(duty_rows)
#define CHECKER_DECLARE(name) void checker_##name(trial *);
CHECKER_TESTS(CHECKER_DECLARE)
#undef CHECKER_DECLARE
#endif
