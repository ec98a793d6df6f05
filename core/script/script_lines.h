/* SPDX-License-Identifier: MIT
 * script_lines.h - where the keys of table constructors stand in a Lua file: tables themselves do not remember.
 */
#ifndef FADE_SCRIPT_SCRIPT_LINES_H
#define FADE_SCRIPT_SCRIPT_LINES_H
#include <stddef.h>

typedef struct script_lines script_lines;
typedef struct script_place { int line, column, key_line, key_column; } script_place;      /* of the value, of its key; 0 unknown */

/* Looks through the text; NULL: no memory. */
script_lines *script_lines_open(const char *made);
/* "run.stop.1": where exactly that stands, else the key whose end of the path is the longest that agrees. */
script_place script_lines_find(const script_lines *, const char *path);
void script_lines_close(script_lines *);          /* accepts NULL */
#endif
