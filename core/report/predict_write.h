/* SPDX-License-Identifier: MIT
 * predict_write.h - predictions piece by piece into CSV, JSON, JSON lines or Parquet.
 */
#ifndef FADE_REPORT_PREDICT_WRITE_H
#define FADE_REPORT_PREDICT_WRITE_H
#include "core/study/model_predict.h"

typedef struct predict_writer predict_writer;
/* By the ending of the path (.csv, .json, .jsonl, .parquet); path NULL: stdout, as `format` says ("csv" ..).  The model is lent;
 * columns: model_predict_columns.  E_USAGE: no such format. */
int predict_writer_open(const model_saved *, int columns, const char *path, const char *format, predict_writer **out, why *w);
int predict_writer_rows(void *writer, const model_predicted *, why *w);          /* for model_predict_options.rows */
/* Ends the file and puts it in its place; not called, or after a failure, nothing is left. */
int predict_writer_end(predict_writer *, why *w);
void predict_writer_close(predict_writer *);      /* accepts NULL */
#endif
