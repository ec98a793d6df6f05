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

/* ---- scenario_sets.c: parameters = ".." ---------------------------------------------------------------------------- */

void scenario_from_here(reading *r, tree_node *path);            /* a path of the command line or the environment */
/* Puts the table of the set in place of every `parameters` of a physics, a part of one, or a corrector. */
void scenario_lay_parameters(reading *r, tree_node *root);
double scenario_set_capacity(reading *r, const tree_node *root); /* Ah, the physics' sets'; NaN: none, or problems were added */

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

/* ---- scenario_features.c: features = [..] -------------------------------------------------------------------------- */

/* What a corrector learns from; "capacity_lag_{1:5}" stands for five names.  node may be NULL: the usual ones. */
void scenario_read_features(reading *r, tree_node *node, scenario_corrector *out);

/* ---- scenario_models.c: model = "..", from = ".." ------------------------------------------------------------------- */

/* What a corrector's table stands for: itself, or, of a saved model, plugin and settings as they were when it was trained.  NULL: a problem
 * was added. */
const tree_node *scenario_model_table(reading *r, const tree_node *node, scenario_corrector *out);
void scenario_read_from(reading *r, const tree_node *node, scenario_corrector *out);
void scenario_models_close(scenario *);

/* ---- protocol_plan.c, protocol_drive.c: what is done in a cycle -------------------------------------------------- */

void scenario_read_protocol(reading *r, const tree_node *section);
bool scenario_read_drive(reading *r, const tree_node *table, protocol_step *out);       /* false: a problem was added */

/* ---- scenario_lists.c: conditions, stops, the split -------------------------------------------------------------- */

void scenario_read_conditions(reading *r, const tree_node *node);
void scenario_read_stops(reading *r, const tree_node *node);
void scenario_read_split(reading *r, const tree_node *node);
void scenario_read_trace(reading *r, const tree_node *section);   /* scenario_trace.c */

/* A text node, or a problem: "what" names it.  NULL: not one. */
const char *scenario_text(reading *r, const tree_node *node, const char *what);
#endif
