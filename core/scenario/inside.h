/* SPDX-License-Identifier: MIT
 * inside.h - what the files that read a scenario share.
 */
#ifndef FADE_SCENARIO_INSIDE_H
#define FADE_SCENARIO_INSIDE_H
#include "core/scenario/scenario.h"

typedef struct reading {
    scenario      *s;
    tree          *t;
    tree_problems *p;
    why           *w;
} reading;

/* ---- scenario_load.c: bases, environment, --set, ${NAME} --------------------------------------------------------- */

int scenario_read_file(reading *r, const char *path, tree_node **out);
int scenario_lay_base(reading *r, tree_node *root);
void scenario_make_lists(reading *r, tree_node *root);
void scenario_lay_environment(reading *r, tree_node *root);
void scenario_lay_sets(reading *r, tree_node *root, const scenario_options *);
void scenario_expand(reading *r, tree_node *node);               /* ${NAME} in this text */
void scenario_expand_paths(reading *r, tree_node *root);         /* in every text under a key that holds a path */

/* ---- scenario_keys.c: the table ---------------------------------------------------------------------------------- */

/* Reads the keys of `section` into `base` (the struct their offsets are in); absent ones get their default.  node may be NULL.
 * Keys that are not in the table are problems unless `open`: then they are someone else's. */
void scenario_read_section(reading *r, const char *section, const tree_node *node, void *base, bool open);
size_t scenario_section_keys(const char *section, const char **out, size_t max);       /* NULL-terminated; for args_read */
void scenario_check_sections(reading *r, const tree_node *root);

/* ---- scenario_parts.c: what holds plugins ------------------------------------------------------------------------ */

void scenario_read_source(reading *r, tree_node *root);
void scenario_read_physics(reading *r, tree_node *root);
void scenario_read_correctors(reading *r, tree_node *root);
void scenario_read_outputs(reading *r, tree_node *root);

/* ---- scenario_lists.c: conditions, stops, steps, the split ------------------------------------------------------- */

void scenario_read_conditions(reading *r, const tree_node *node);
void scenario_read_stops(reading *r, const tree_node *node);
void scenario_read_steps(reading *r, const tree_node *section);
void scenario_read_split(reading *r, const tree_node *node);

/* A text node, or a problem: "what" names it.  NULL: not one. */
const char *scenario_text(reading *r, const tree_node *node, const char *what);
#endif
