/* SPDX-License-Identifier: MIT
 * args_inside.h - what the files of args share: the reader of one value.
 */
#ifndef FADE_HOST_ARGS_INSIDE_H
#define FADE_HOST_ARGS_INSIDE_H
#include "core/host/args.h"

typedef struct args_reader {
    tree            *tree;
    const tree_node *table;
    const fade_desc *desc;
    double           nominal;                     /* Ah, NaN unknown: for C-rates */
    tree_problems   *p;
    bool             nomem;
} args_reader;

/* One parameter as written.  What is wrong is complained of; the value is then what it was. */
void args_value(args_reader *, const fade_param *, const tree_node *, fade_value *, args_spread *);
/* What an absent parameter has. */
void args_default(args_reader *, const fade_param *, fade_value *);
/* Is `v` (as written at `node`) within the parameter's bounds?  false: complained. */
bool args_bounds(args_reader *, const fade_param *, const tree_node *, double v);
/* The k-th of "x;y;z" */
const char *args_axis(const char *unit, int k, char out[64]);
/* Numbers with anything of " ,;" and line breaks between.  Returns how many, at most `most` kept; SIZE_MAX: something else stands there. */
size_t args_numbers(const char *plain, size_t n, double *out, size_t most);
/* Pieces of a reader. */
void *args_room(args_reader *, size_t n, size_t size);
void args_expected(args_reader *, const fade_param *, const tree_node *, const char *what);          /* complains */
/* A number or a quantity in `unit_text`; false: complained. */
bool args_number(args_reader *, const fade_param *, const char *unit_text, const tree_node *, double *out);
bool args_bounded(args_reader *, const fade_param *, const tree_node *, double *out);                 /* in the parameter's unit and bounds */
/* All children of an array; NULL: complained, or no memory. */
double *args_list(args_reader *, const fade_param *, const char *unit_text, const tree_node *array, bool bounds);
void args_hold(const args_reader *, const fade_param *, const tree_node *, const double *v, size_t count);   /* outside lo..hi is said once */
const char **args_words(args_reader *, const char *list, size_t *n);      /* "a|b|c" */
const char *args_path(args_reader *, const tree_node *, const char *path);

typedef void args_read_fn(args_reader *, const fade_param *, const tree_node *, fade_value *, args_spread *);
args_read_fn args_read_list, args_read_curve, args_read_grid, args_read_texts, args_read_map;
#endif
