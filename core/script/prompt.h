/* SPDX-License-Identifier: MIT
 * prompt.h - lines from a person: a small editor with history on a terminal, plain reading elsewhere.
 */
#ifndef FADE_SCRIPT_PROMPT_H
#define FADE_SCRIPT_PROMPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct prompt_lines prompt_lines;
prompt_lines *prompt_lines_open(FILE *in, FILE *out);     /* NULL: no memory; edits when both are terminals */
/* One line without its end, valid until the next call; NULL: the end (Ctrl-D).  Ctrl-C empties the line: *cancelled. */
const char *prompt_lines_next(prompt_lines *, const char *prompt, int *cancelled);
bool prompt_lines_pressed(void);                          /* Ctrl-C since the last line, on a terminal; asked once */
void prompt_lines_close(prompt_lines *);                  /* accepts NULL */
#endif
