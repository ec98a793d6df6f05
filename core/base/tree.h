/* SPDX-License-Identifier: MIT
 * tree.h - a parsed scenario before it means anything: tables, arrays and scalars, each knowing file, line and column.
 *
 * TOML and Lua both become this.  Nodes live in the tree's arena until tree_close.
 */
#ifndef FADE_BASE_TREE_H
#define FADE_BASE_TREE_H
#include "core/base/text.h"
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* TREE_CALL: a function of a script; `integer` is its number there, `text` says what it is ("function life.lua:12"). */
enum { TREE_TABLE, TREE_ARRAY, TREE_TEXT, TREE_REAL, TREE_INT, TREE_BOOL, TREE_DATE, TREE_CALL };

typedef struct tree_node tree_node;
struct tree_node {
    int         kind;
    const char *file;                             /* "life.toml", "--set", "environment FADE_SET_x" */
    int         line, column;                     /* of the value, 1-based; 0 unknown */
    int         key_line, key_column;             /* of its key; 0: as the value's */
    const char *key;                              /* in a table; NULL otherwise */
    const char *text;                             /* TEXT; DATE in RFC 3339; CALL */
    double      real;                             /* REAL, INT, BOOL */
    int64_t     integer;                          /* INT, BOOL, CALL */
    tree_node  *first, *last, *next;              /* children in order; sibling */
    size_t      n;                                /* children */
    bool        used;                             /* the checks have met it: what is left is an unknown key */
};

typedef struct tree tree;
tree *tree_open(void);                                                     /* an empty table as root; NULL: no memory */
void tree_close(tree *);                                                   /* accepts NULL */
tree_node *tree_root(tree *);
tree_node *tree_make(tree *, int kind, const char *file, int line, int column);      /* loose; text fields are copied by tree_text */
const char *tree_text(tree *, const char *);                               /* a copy that lives as long */
void *tree_room(tree *, size_t n);                                         /* n zeroed bytes that live as long; NULL: no memory */
void *tree_block(tree *, size_t n, size_t size);                           /* zeroed, lives as long; NULL: no memory */
int tree_put(tree_node *table, const char *key, tree_node *child);         /* key must live as long (tree_text); replaces; E_OK */
void tree_append(tree_node *table, const char *key, tree_node *child);     /* the same for a key known to be new */
void tree_push(tree_node *array, tree_node *child);
tree_node *tree_clone(tree *, const tree_node *);                          /* nodes are new, texts are shared; NULL: no memory */
bool tree_failed(const tree *);                                            /* memory ran out somewhere since tree_open */
tree_node *tree_get(const tree_node *table, const char *key);              /* NULL when absent or not a table */
tree_node *tree_find(const tree_node *table, const char *dotted);          /* "run.seed"; an array of one table is entered, "physics.1.k" by index */
/* Lays `over` on `under`: tables merge key by key, anything else replaces.  Both must live as long as `under`'s tree; see tree_failed. */
void tree_merge(tree *, tree_node *under, const tree_node *over);
/* "a.b" = node, making tables on the way; an index (from 1) enters an array, a bare name the first of an array of tables; a part in "" may
 * hold dots.  E_INPUT: not a table there, no such index, too deep. */
int tree_set(tree *, tree_node *root, const char *dotted, tree_node *value, why *w);
void tree_toml(const tree_node *root, text *out);                          /* as TOML that parses to the same */

void tree_inline(const tree_node *, text *out);                            /* one value in TOML, on one line: what --set takes */

/* All that is wrong with a scenario, gathered in one pass: "file:line:column: message". */
typedef struct tree_problem { const char *file; int line, column, code; const char *text; } tree_problem;
typedef struct tree_problems {
    tree_problem *at;
    size_t        n, cap;
    bool          failed;                         /* one could not be kept: no memory */
} tree_problems;                                  /* start from {0}; at most TREE_PROBLEMS are kept */
enum { TREE_PROBLEMS = 200, TREE_DEPTH = 64 };
/* Adds one; node may be NULL.  Returns code. */
int tree_complain(tree_problems *, const tree_node *at, int code, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The same where the key stands: for keys that are unknown. */
int tree_complain_key(tree_problems *, const tree_node *at, int code, const char *format, ...) __attribute__((format(printf, 4, 5)));
int tree_complain_at(tree_problems *, const char *file, int line, int column, int code, const char *sentence);
void tree_problems_sort(tree_problems *);         /* by file, line, column; as they came otherwise */
int tree_problem_line(const tree_problem *, text *out);                    /* file:line:column: text */
void tree_problems_free(tree_problems *);
#endif
