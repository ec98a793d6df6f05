/* SPDX-License-Identifier: MIT
 * toml.h - TOML text -> tree, by toml++ (the one C++ file).
 */
#ifndef FADE_SCENARIO_TOML_H
#define FADE_SCENARIO_TOML_H
#ifdef __cplusplus
extern "C" {
#endif
#include "core/base/tree.h"
/* Parses n bytes named `file` into a table node of t.  E_INPUT: "file:line:column: message" is added to p.  More than 64 levels,
 * 8 MiB or 1,000,000 nodes are refused. */
int toml_parse(tree *t, const char *file, const char *at, size_t n, tree_problems *p, tree_node **out);
/* One value in TOML syntax ("0.2", "[1, 2]", "'x'"); a bare word that is no TOML value is taken as text.  For --set and the environment. */
int toml_value(tree *t, const char *file, const char *text, tree_problems *p, tree_node **out);
const char *toml_library(void);                   /* version of toml++, for people */
#ifdef __cplusplus
}
#endif
#endif
