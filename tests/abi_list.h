/* SPDX-License-Identifier: MIT
 * abi_list.h - the plugin ABI as it was published (x86-64, LP64): sizes, offsets, types and values.
 *
 * A published line never changes; what is added to core/fade_plugin.h is added here.
 */
#ifndef FADE_TESTS_ABI_LIST_H
#define FADE_TESTS_ABI_LIST_H

/* S(struct, size)  F(struct, field, offset, size, type)  V(name, value) */
#define ABI_LIST(S, F, V) \
    S(fade_list, 16) \
    F(fade_list, at, 0, 8, const void *) \
    F(fade_list, n, 8, 4, uint32_t) \
    F(fade_list, stride, 12, 4, uint32_t) \
    S(fade_param, 88) \
    F(fade_param, key, 0, 8, const char *) \
    F(fade_param, unit, 8, 8, const char *) \
    F(fade_param, doc, 16, 8, const char *) \
    F(fade_param, source, 24, 8, const char *) \
    F(fade_param, type, 32, 4, int32_t) \
    F(fade_param, flags, 36, 4, uint32_t) \
    F(fade_param, def, 40, 8, double) \
    F(fade_param, min, 48, 8, double) \
    F(fade_param, max, 56, 8, double) \
    F(fade_param, lo, 64, 8, double) \
    F(fade_param, hi, 72, 8, double) \
    F(fade_param, text, 80, 8, const char *) \
    S(fade_column, 72) \
    F(fade_column, key, 0, 8, const char *) \
    F(fade_column, unit, 8, 8, const char *) \
    F(fade_column, doc, 16, 8, const char *) \
    F(fade_column, init, 24, 8, double) \
    F(fade_column, min, 32, 8, double) \
    F(fade_column, max, 40, 8, double) \
    F(fade_column, lo, 48, 8, double) \
    F(fade_column, hi, 56, 8, double) \
    F(fade_column, width, 64, 4, uint32_t) \
    F(fade_column, flags, 68, 4, uint32_t) \
    S(fade_columns, 64) \
    F(fade_columns, state, 0, 16, fade_list) \
    F(fade_columns, in, 16, 16, fade_list) \
    F(fade_columns, out, 32, 16, fade_list) \
    F(fade_columns, sample, 48, 16, fade_list) \
    S(fade_value, 48) \
    F(fade_value, real, 0, 8, double) \
    F(fade_value, text, 8, 8, const char *) \
    F(fade_value, v, 16, 8, const double *) \
    F(fade_value, n, 24, 4, uint32_t) \
    F(fade_value, m, 28, 4, uint32_t) \
    F(fade_value, key, 32, 8, const char *const *) \
    F(fade_value, texts, 40, 8, const char *const *) \
    S(fade_args, 24) \
    F(fade_args, size, 0, 4, uint32_t) \
    F(fade_args, n, 4, 4, uint32_t) \
    F(fade_args, at, 8, 8, const fade_value *) \
    F(fade_args, desc, 16, 8, const fade_desc *) \
    S(fade_report, 32) \
    F(fade_report, level, 0, 4, int32_t) \
    F(fade_report, code, 4, 4, int32_t) \
    F(fade_report, file, 8, 8, const char *) \
    F(fade_report, line, 16, 4, int32_t) \
    F(fade_report, lane, 20, 4, int32_t) \
    F(fade_report, text, 24, 8, const char *) \
    S(fade_host, 40) \
    F(fade_host, size, 0, 4, uint32_t) \
    F(fade_host, abi, 4, 4, uint32_t) \
    F(fade_host, ctx, 8, 8, void *) \
    F(fade_host, report, 16, 8, void (*)(const fade_host *, const fade_report *)) \
    F(fade_host, progress, 24, 8, int32_t (*)(const fade_host *, double, const char *)) \
    F(fade_host, iface, 32, 8, const void *(*)(const fade_host *, const char *)) \
    S(fade_rng_v1, 24) \
    F(fade_rng_v1, size, 0, 4, uint32_t) \
    F(fade_rng_v1, uniform, 8, 8, void (*)(const fade_host *, uint32_t, const uint64_t *, const uint64_t *, uint32_t, double *)) \
    F(fade_rng_v1, normal, 16, 8, void (*)(const fade_host *, uint32_t, const uint64_t *, const uint64_t *, uint32_t, double *)) \
    S(fade_math_v1, 120) \
    F(fade_math_v1, size, 0, 4, uint32_t) \
    F(fade_math_v1, exp, 8, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, expm1, 16, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, log, 24, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, log1p, 32, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, tanh, 40, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, asinh, 48, 8, void (*)(uint32_t, const double *, double *)) \
    F(fade_math_v1, pow, 56, 8, void (*)(uint32_t, const double *, const double *, double *)) \
    F(fade_math_v1, curve, 64, 8, void (*)(uint32_t, const fade_value *, const double *, double *)) \
    F(fade_math_v1, dense, 72, 8, void (*)(uint32_t, uint32_t, uint32_t, const double *, const double *, double *)) \
    F(fade_math_v1, exp1, 80, 8, double (*)(double)) \
    F(fade_math_v1, log1, 88, 8, double (*)(double)) \
    F(fade_math_v1, log1p1, 96, 8, double (*)(double)) \
    F(fade_math_v1, tanh1, 104, 8, double (*)(double)) \
    F(fade_math_v1, pow1, 112, 8, double (*)(double, double)) \
    S(fade_log_v1, 16) \
    F(fade_log_v1, size, 0, 4, uint32_t) \
    F(fade_log_v1, wants, 8, 8, int32_t (*)(const fade_host *, int32_t)) \
    S(fade_clock_v1, 32) \
    F(fade_clock_v1, size, 0, 4, uint32_t) \
    F(fade_clock_v1, utc_us, 8, 8, int64_t (*)(void)) \
    F(fade_clock_v1, monotonic_ns, 16, 8, int64_t (*)(void)) \
    F(fade_clock_v1, parse, 24, 8, int32_t (*)(const char *, int64_t *)) \
    S(fade_text_v1, 40) \
    F(fade_text_v1, size, 0, 4, uint32_t) \
    F(fade_text_v1, number, 8, 8, uint32_t (*)(double, char *)) \
    F(fade_text_v1, time, 16, 8, uint32_t (*)(int64_t, char *)) \
    F(fade_text_v1, name, 24, 8, uint32_t (*)(const fade_column *, char *)) \
    F(fade_text_v1, real, 32, 8, int32_t (*)(const char *, uint32_t, double *)) \
    S(fade_csv_field, 16) \
    F(fade_csv_field, at, 0, 8, const char *) \
    F(fade_csv_field, n, 8, 4, uint32_t) \
    S(fade_csv_v1, 56) \
    F(fade_csv_v1, size, 0, 4, uint32_t) \
    F(fade_csv_v1, open, 8, 8, int32_t (*)(const fade_host *, const char *, char, fade_csv **)) \
    F(fade_csv_v1, next, 16, 8, int32_t (*)(fade_csv *, const fade_csv_field **, uint32_t *)) \
    F(fade_csv_v1, line, 24, 8, uint64_t (*)(const fade_csv *)) \
    F(fade_csv_v1, offset, 32, 8, uint64_t (*)(const fade_csv *)) \
    F(fade_csv_v1, seek, 40, 8, int32_t (*)(fade_csv *, uint64_t, uint64_t)) \
    F(fade_csv_v1, close, 48, 8, void (*)(fade_csv *)) \
    S(fade_expr_v1, 48) \
    F(fade_expr_v1, size, 0, 4, uint32_t) \
    F(fade_expr_v1, compile, 8, 8, int32_t (*)(const fade_host *, uint32_t, const char *const *, const char *const *, const uint8_t *, \
      uint32_t, const char *const *, const uint8_t *, fade_expr **)) \
    F(fade_expr_v1, scratch, 16, 8, size_t (*)(const fade_expr *, uint32_t)) \
    F(fade_expr_v1, eval, 24, 8, void (*)(const fade_expr *, uint32_t, const double *const *, void *, double *const *)) \
    F(fade_expr_v1, close, 32, 8, void (*)(fade_expr *)) \
    F(fade_expr_v1, lane, 40, 8, void (*)(const fade_expr *, uint32_t, uint32_t, void *, double *const *)) \
    S(fade_samples, 40) \
    F(fade_samples, size, 0, 4, uint32_t) \
    F(fade_samples, n, 4, 4, uint32_t) \
    F(fade_samples, live, 8, 4, uint32_t) \
    F(fade_samples, reserved, 12, 4, uint32_t) \
    F(fade_samples, weight, 16, 8, const double *) \
    F(fade_samples, in, 24, 8, const double *const *) \
    F(fade_samples, rate, 32, 8, const double *const *) \
    S(fade_tile, 128) \
    F(fade_tile, size, 0, 4, uint32_t) \
    F(fade_tile, n, 4, 4, uint32_t) \
    F(fade_tile, live, 8, 4, uint32_t) \
    F(fade_tile, only, 12, 4, uint32_t) \
    F(fade_tile, id, 16, 8, const uint64_t *) \
    F(fade_tile, row, 24, 8, const uint64_t *) \
    F(fade_tile, t, 32, 8, const double *) \
    F(fade_tile, dt, 40, 8, const double *) \
    F(fade_tile, param, 48, 8, const double *const *) \
    F(fade_tile, in, 56, 8, const double *const *) \
    F(fade_tile, x, 64, 8, const double *const *) \
    F(fade_tile, x1, 72, 8, double *const *) \
    F(fade_tile, out, 80, 8, double *const *) \
    F(fade_tile, wish, 88, 8, double *) \
    F(fade_tile, status, 96, 8, int32_t *) \
    F(fade_tile, scratch, 104, 8, void *) \
    F(fade_tile, worker, 112, 8, void *) \
    F(fade_tile, samples, 120, 8, const fade_samples *const *) \
    S(fade_model_v1, 88) \
    F(fade_model_v1, size, 0, 4, uint32_t) \
    F(fade_model_v1, flags, 4, 4, uint32_t) \
    F(fade_model_v1, create, 8, 8, int32_t (*)(const fade_host *, const fade_args *, void **)) \
    F(fade_model_v1, destroy, 16, 8, void (*)(void *)) \
    F(fade_model_v1, columns, 24, 8, int32_t (*)(const void *, fade_columns *)) \
    F(fade_model_v1, scratch, 32, 8, size_t (*)(const void *, uint32_t)) \
    F(fade_model_v1, enter, 40, 8, int32_t (*)(const void *, uint32_t, void **)) \
    F(fade_model_v1, leave, 48, 8, void (*)(void *)) \
    F(fade_model_v1, init, 56, 8, int32_t (*)(const void *, fade_tile *)) \
    F(fade_model_v1, refresh, 64, 8, int32_t (*)(const void *, fade_tile *)) \
    F(fade_model_v1, step, 72, 8, int32_t (*)(const void *, fade_tile *)) \
    F(fade_model_v1, observe, 80, 8, int32_t (*)(const void *, fade_tile *)) \
    S(fade_steps, 48) \
    F(fade_steps, size, 0, 4, uint32_t) \
    F(fade_steps, output, 4, 4, uint32_t) \
    F(fade_steps, scaled, 8, 8, const uint8_t *) \
    F(fade_steps, ends, 16, 8, const uint8_t *) \
    F(fade_steps, health, 24, 8, double *) \
    F(fade_steps, left, 32, 8, double (*)(const fade_steps *, double)) \
    F(fade_steps, left_all, 40, 8, void (*)(const fade_steps *, uint32_t, const double *, double *)) \
    S(fade_duty_v1, 104) \
    F(fade_duty_v1, size, 0, 4, uint32_t) \
    F(fade_duty_v1, flags, 4, 4, uint32_t) \
    F(fade_duty_v1, break_time, 8, 8, double) \
    F(fade_duty_v1, break_efc, 16, 8, double) \
    F(fade_duty_v1, activation, 24, 8, double) \
    F(fade_duty_v1, in, 32, 16, fade_list) \
    F(fade_duty_v1, rate, 48, 16, fade_list) \
    F(fade_duty_v1, cycle, 64, 16, fade_list) \
    F(fade_duty_v1, rates, 80, 8, int32_t (*)(const void *, fade_tile *)) \
    F(fade_duty_v1, cycles, 88, 8, int32_t (*)(const void *, fade_tile *)) \
    F(fade_duty_v1, steps, 96, 8, int32_t (*)(const void *, fade_tile *, const fade_steps *)) \
    S(fade_table, 72) \
    F(fade_table, size, 0, 4, uint32_t) \
    F(fade_table, ncol, 4, 4, uint32_t) \
    F(fade_table, n, 8, 8, uint64_t) \
    F(fade_table, column, 16, 8, const fade_column *) \
    F(fade_table, col, 24, 8, const double *const *) \
    F(fade_table, target, 32, 8, const double *) \
    F(fade_table, weight, 40, 8, const double *) \
    F(fade_table, cell, 48, 8, const uint32_t *) \
    F(fade_table, row, 56, 8, const uint32_t *) \
    F(fade_table, id, 64, 8, const uint64_t *) \
    S(fade_stream, 32) \
    F(fade_stream, size, 0, 4, uint32_t) \
    F(fade_stream, ctx, 8, 8, void *) \
    F(fade_stream, read, 16, 8, int32_t (*)(void *, void *, size_t)) \
    F(fade_stream, write, 24, 8, int32_t (*)(void *, const void *, size_t)) \
    S(fade_corrector_v1, 48) \
    F(fade_corrector_v1, size, 0, 4, uint32_t) \
    F(fade_corrector_v1, flags, 4, 4, uint32_t) \
    F(fade_corrector_v1, model, 8, 8, const fade_model_v1 *) \
    F(fade_corrector_v1, train, 16, 8, int32_t (*)(const fade_host *, const fade_args *, const fade_table *, const void *, void **)) \
    F(fade_corrector_v1, update, 24, 8, int32_t (*)(const fade_host *, const void *, const fade_table *, void **)) \
    F(fade_corrector_v1, save, 32, 8, int32_t (*)(const void *, const fade_stream *)) \
    F(fade_corrector_v1, load, 40, 8, int32_t (*)(const fade_host *, const fade_args *, const fade_stream *, void **)) \
    S(fade_onnx_v1, 16) \
    F(fade_onnx_v1, size, 0, 4, uint32_t) \
    F(fade_onnx_v1, flags, 4, 4, uint32_t) \
    F(fade_onnx_v1, write, 8, 8, int32_t (*)(const void *, const fade_stream *)) \
    S(fade_explain_v1, 24) \
    F(fade_explain_v1, size, 0, 4, uint32_t) \
    F(fade_explain_v1, flags, 4, 4, uint32_t) \
    F(fade_explain_v1, shares, 8, 8, int32_t (*)(const void *, uint64_t, const double *const *, double *const *)) \
    F(fade_explain_v1, gain, 16, 8, int32_t (*)(const void *, double *)) \
    S(fade_block, 72) \
    F(fade_block, size, 0, 4, uint32_t) \
    F(fade_block, stream, 4, 4, uint32_t) \
    F(fade_block, n, 8, 4, uint32_t) \
    F(fade_block, cap, 12, 4, uint32_t) \
    F(fade_block, number, 16, 8, uint64_t *) \
    F(fade_block, cell, 24, 8, const char **) \
    F(fade_block, variant, 32, 8, const char **) \
    F(fade_block, time, 40, 8, int64_t *) \
    F(fade_block, cycle, 48, 8, int64_t *) \
    F(fade_block, col, 56, 8, double *const *) \
    F(fade_block, position, 64, 8, char *) \
    S(fade_source_v1, 56) \
    F(fade_source_v1, size, 0, 4, uint32_t) \
    F(fade_source_v1, flags, 4, 4, uint32_t) \
    F(fade_source_v1, open, 8, 8, int32_t (*)(const fade_host *, const fade_args *, const char *, void **)) \
    F(fade_source_v1, close, 16, 8, void (*)(void *)) \
    F(fade_source_v1, columns, 24, 8, int32_t (*)(const void *, fade_columns *)) \
    F(fade_source_v1, next, 32, 8, int32_t (*)(void *, fade_block *, int32_t)) \
    F(fade_source_v1, commit, 40, 8, int32_t (*)(void *, const char *)) \
    F(fade_source_v1, again, 48, 8, uint32_t (*)(void *, uint32_t, uint32_t, char *)) \
    S(fade_run, 128) \
    F(fade_run, size, 0, 4, uint32_t) \
    F(fade_run, flags, 4, 4, uint32_t) \
    F(fade_run, id, 8, 8, const char *) \
    F(fade_run, name, 16, 8, const char *) \
    F(fade_run, scenario, 24, 8, const char *) \
    F(fade_run, made_by, 32, 8, const char *) \
    F(fade_run, folder, 40, 8, const char *) \
    F(fade_run, columns, 48, 64, fade_columns) \
    F(fade_run, first, 112, 16, uint64_t[2]) \
    S(fade_event, 72) \
    F(fade_event, size, 0, 4, uint32_t) \
    F(fade_event, level, 4, 4, int32_t) \
    F(fade_event, code, 8, 4, int32_t) \
    F(fade_event, number, 16, 8, uint64_t) \
    F(fade_event, time, 24, 8, int64_t) \
    F(fade_event, cycle, 32, 8, int64_t) \
    F(fade_event, cell, 40, 8, const char *) \
    F(fade_event, kind, 48, 8, const char *) \
    F(fade_event, text, 56, 8, const char *) \
    F(fade_event, json, 64, 8, const char *) \
    S(fade_output_v1, 48) \
    F(fade_output_v1, size, 0, 4, uint32_t) \
    F(fade_output_v1, flags, 4, 4, uint32_t) \
    F(fade_output_v1, open, 8, 8, int32_t (*)(const fade_host *, const fade_args *, const fade_run *, void **)) \
    F(fade_output_v1, rows, 16, 8, int32_t (*)(void *, const fade_block *)) \
    F(fade_output_v1, event, 24, 8, int32_t (*)(void *, const fade_event *)) \
    F(fade_output_v1, flush, 32, 8, int32_t (*)(void *)) \
    F(fade_output_v1, close, 40, 8, int32_t (*)(void *, int32_t, const char *)) \
    S(fade_desc, 152) \
    F(fade_desc, size, 0, 4, uint32_t) \
    F(fade_desc, flags, 4, 4, uint32_t) \
    F(fade_desc, id, 8, 8, const char *) \
    F(fade_desc, kind, 16, 8, const char *) \
    F(fade_desc, version, 24, 8, const char *) \
    F(fade_desc, licence, 32, 8, const char *) \
    F(fade_desc, doc, 40, 8, const char *) \
    F(fade_desc, cite, 48, 8, const char *) \
    F(fade_desc, params, 56, 16, fade_list) \
    F(fade_desc, columns, 72, 64, fade_columns) \
    F(fade_desc, iface, 136, 8, const void *(*)(const fade_desc *, const char *)) \
    F(fade_desc, own, 144, 8, const void *) \
    S(fade_library, 24) \
    F(fade_library, magic, 0, 4, uint32_t) \
    F(fade_library, abi, 4, 4, uint32_t) \
    F(fade_library, fingerprint, 8, 4, uint32_t) \
    F(fade_library, size, 12, 4, uint32_t) \
    F(fade_library, plugins, 16, 8, const fade_desc *const *) \
    V(FADE_OK, 0) \
    V(FADE_RETRY, 1) \
    V(FADE_END, 2) \
    V(FADE_EINVAL, -1) \
    V(FADE_ENOMEM, -2) \
    V(FADE_ESOLVE, -3) \
    V(FADE_EIO, -4) \
    V(FADE_EBUG, -5) \
    V(FADE_ECANCEL, -6) \
    V(FADE_ERANGE, -7) \
    V(FADE_REAL, 0) \
    V(FADE_INT, 1) \
    V(FADE_BOOL, 2) \
    V(FADE_CHOICE, 3) \
    V(FADE_TEXT, 4) \
    V(FADE_PATH, 5) \
    V(FADE_LIST_OF, 6) \
    V(FADE_CURVE, 7) \
    V(FADE_GRID, 8) \
    V(FADE_TEXTS, 9) \
    V(FADE_MAP, 10) \
    V(FADE_PATHS, 11) \
    V(FADE_REQUIRED, 1) \
    V(FADE_PER_CELL, 2) \
    V(FADE_ADVANCED, 4) \
    V(FADE_DEPRECATED, 8) \
    V(FADE_LIVE, 16) \
    V(FADE_FITTED, 32) \
    V(FADE_EXAMPLE, 64) \
    V(FADE_LOG, 128) \
    V(FADE_STEP_ONLY, 256) \
    V(FADE_OPTIONAL, 1) \
    V(FADE_MEMO, 2) \
    V(FADE_TOTAL, 4) \
    V(FADE_PLANNED, 8) \
    V(FADE_EARLY, 16) \
    V(FADE_TARGET, 32) \
    V(FADE_PER_CYCLE, 1) \
    V(FADE_BY_CURRENT, 0) \
    V(FADE_BY_VOLTAGE, 1) \
    V(FADE_BY_POWER, 2) \
    V(FADE_BY_RESISTANCE, 3) \
    V(FADE_HOLD, 1) \
    V(FADE_DUTY, 2) \
    V(FADE_LENT_SAMPLES, 1) \
    V(FADE_LENT_TO_STEPS, 2) \
    V(FADE_MAGIC, 0x31454446) \
    V(FADE_ABI_NOW, 0x10000) \
    V(FADE_FINGERPRINT, 0x08080804)

#endif
