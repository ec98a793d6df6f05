/* SPDX-License-Identifier: MIT
 * table.h - columns and tables of numbers in Lua: userdata over arrays of doubles, and what a study does with them.
 *
 * A column holds n numbers, NaN unknown, or n words: then its numbers count into its list of different words.  A table holds columns of
 * one length by name.  All memory is Lua's, so an error anywhere leaks nothing.
 */
#ifndef FADE_SCRIPT_TABLE_H
#define FADE_SCRIPT_TABLE_H
#include "core/base/text.h"
#include "core/base/why.h"
#include <lauxlib.h>
#include <lua.h>

#define TABLE_COLUMN "fade.column"
#define TABLE_FRAME "fade.table"
enum { TABLE_WORDS = 1, TABLE_UNIT, TABLE_DOC, TABLE_COLUMN_VALUES = 3 };       /* user values of a column */
enum { TABLE_NAMES = 1, TABLE_MAP, TABLE_FRAME_VALUES = 2 };                     /* of a table: list of names; name -> column */

typedef struct table_column { size_t n; int words; double v[]; } table_column;  /* words: v counts into the words from 1, NaN none */
typedef struct table_frame { size_t n; } table_frame;

void table_metatables(lua_State *L);              /* makes both kinds known; once a state */
/* columns: table.c */
double *table_push(lua_State *L, size_t n, const char *unit, const char *doc);   /* a new column on the stack, NaN throughout */
void table_push_words(lua_State *L, size_t n, const uint32_t *index, char *const *word, size_t nword);    /* index may be NULL: no words yet */
void table_word(lua_State *L, int column, size_t i, int value);                  /* row i (from 0) of a column of words gets the string at `value` */
table_column *table_check(lua_State *L, int arg);
void table_value(lua_State *L, int column, size_t i);                            /* pushes row i (from 0): a number, a word or nil */
void table_from_list(lua_State *L, int list);     /* pushes a column made of a Lua list of numbers or of words, or the column it is */
int table_new_column(lua_State *L);               /* fade.column */
void table_column_text(lua_State *L, int column, size_t i, char out[64], const char **word);     /* row i for people; *word where it is one */
int table_statistic(lua_State *L);                /* method: mean, min, ..; upvalue 1 says which.  table_stats.c */
int table_quantile(lua_State *L);
int table_median(lua_State *L);
int table_order(const void *a, const void *b);    /* doubles, rising, NaN last */
/* tables: table_frame.c, table_rows.c, table_print.c */
void table_push_frame(lua_State *L, size_t n);    /* a new table without columns */
void table_put(lua_State *L, int frame, const char *name, const char *alias);    /* pops a column: the table's `name` (alias may be NULL) */
table_frame *table_check_frame(lua_State *L, int arg);
void table_column_of(lua_State *L, int frame, int name);                         /* pushes the column called by the string at `name`, or raises */
void table_take(lua_State *L, int frame, const size_t *row, size_t n);           /* pushes the rows named, in that order */
int table_new_frame(lua_State *L);                /* fade.table */
int table_where(lua_State *L);
int table_sort(lua_State *L);
int table_groups(lua_State *L);
int table_row(lua_State *L);
int table_rows(lua_State *L);
int table_csv(lua_State *L);
int table_tostring(lua_State *L);
void table_row_metatable(lua_State *L);
void table_column_metatable(lua_State *L);
/* A growing text that Lua frees. */
text *table_text(lua_State *L);
#endif
