/* SPDX-License-Identifier: MIT
 * axis_inside.h - what the files of axis share: the reader of [sweep.axes].
 */
#ifndef FADE_STUDY_AXIS_INSIDE_H
#define FADE_STUDY_AXIS_INSIDE_H
#include "core/study/axis.h"

enum { AXIS_NORMAL, AXIS_LOGNORMAL, AXIS_UNIFORM, AXIS_LOGUNIFORM, AXIS_TRIANGULAR };      /* axis.spread */

typedef struct axis_reader {
    tree            *tree;
    const axis_host *host;
    tree_problems   *p;
    bool             nomem;
} axis_reader;

/* A number or a quantity in the axis' unit; a width is a difference ("2 degC" is 2 K).  false: complained. */
bool axis_number(axis_reader *, const axis *, const tree_node *, double *out);
bool axis_width(axis_reader *, const axis *, const tree_node *, double *out);
bool axis_bare(const axis_target *);               /* its unit is not said */
/* Finite, whole where it must be, within the target's bounds.  false: complained at the node. */
bool axis_bounded(axis_reader *, const axis *, const tree_node *, double v);
/* { from.. } and { kind.. }: fills kind, size, level, and what the quantile needs. */
void axis_read_range(axis_reader *, axis *, const tree_node *table);
void axis_read_spread(axis_reader *, axis *, const tree_node *table);
/* Does this table say a range or a distribution (false: it holds axes with longer keys)? */
bool axis_is_table(const tree_node *table);
#endif
