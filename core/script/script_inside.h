/* SPDX-License-Identifier: MIT
 * script_inside.h - what the files on Lua scenarios share.
 */
#ifndef FADE_SCRIPT_SCRIPT_INSIDE_H
#define FADE_SCRIPT_SCRIPT_INSIDE_H
#include "core/script/module_tree.h"
#include "core/script/script.h"
#include "core/script/script_state.h"

struct script {
    char          *path, *text;
    script_options o;
    script_state   state;                         /* of the main thread */
    module_tree    tree;                          /* its functions */
    const scenario *s;
    engine_hooks   hooks;
    bool           hooked;
};

/* One state with the file run in it and its functions in order. */
typedef struct script_copy {
    script_state state;
    module_tree  tree;
} script_copy;
int script_copy_open(script_copy *, const char *path, const char *made, const script_options *, why *w);
void script_copy_close(script_copy *);

/* script_hooks.c */
void script_hooks_fill(script *);

/* script_model.c: tables with a function `step` under `physics` become plugins; what describes them leaves the tree.  `made` is the text
 * the functions come from, of the file `path`.  Problems are added to p. */
int script_model_take(tree *t, tree_node *root, const char *path, const char *made, const script_options *, tree_problems *p, why *w);
/* The same where the functions live in the user's own state L, in the list of that reference: they are called there. */
int script_model_here(tree *t, tree_node *root, lua_State *L, int list, tree_problems *p, why *w);
/* The same for `plugin = "model.lua"`: a file that returns such a table. */
int script_model_files(tree *t, tree_node *root, const script_options *, tree_problems *p, why *w);

/* What a Lua model is, for as long as the process lives: fade_desc.own. */
typedef struct script_model {
    char          *path, *text;
    script_options o;
    int            step, init, observe;           /* numbers of its functions; 0: none */
    fade_desc      desc;
    fade_library   library;
    const fade_desc *plugins[2];
    struct script_model *next;
    uint64_t       hash;
    lua_State     *L;                             /* the user's own state; NULL: each worker has one */
    int            functions;                     /* in L: reference of their list */
    const void    *function;                      /* in L: which `step` it is */
} script_model;
extern const fade_model_v1 script_step_v1;        /* script_step.c */
#endif
