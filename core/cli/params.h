/* SPDX-License-Identifier: MIT
 * params.h - the parameters of a scenario's plugins, as the scenario has them or as a file keeps them.
 *
 * A file of parameters is a piece of a scenario: [source], [[physics]], [[corrector]] with every number in its declared unit, written so
 * that it reads back to the same bits; as TOML, or the same as JSON.  Paths stay with the scenario.
 */
#ifndef FADE_CLI_PARAMS_H
#define FADE_CLI_PARAMS_H
#include "core/base/json.h"
#include "core/scenario/scenario.h"

#define PARAMS_HEADER "# Parameters of "          /* how the TOML begins */

typedef struct param {
    char              at[48];                     /* "physics.1", "physics.2.parts.1" */
    const char       *plugin, *key;
    const tree_node  *value;
    const fade_param *desc;                       /* NULL: from a file */
    bool              set;                        /* it is given, no default */
    const char       *unit, *source, *flag, *doc; /* "" unknown; of a parameter set, else of the plugin's table */
    const char       *ref;                        /* the source's short word; "" */
} param;

typedef struct params {
    tree   *tree;
    param  *at;                                   /* in the order of the scenario */
    size_t  n;
    bool    failed;                               /* no memory */
} params;

int params_of(const scenario *, params *, why *w);                  /* the scenario must outlive it */
/* A parameter set: shipped, a file of one, or BPX.  E_INPUT: see p, or w. */
int params_of_set(const char *name, params *, tree_problems *p, why *w);
bool params_is_set(const char *name);
void params_short(const tree_node *, text *out);                    /* a value for people: curves as "63 points", long texts cut */
int params_read(const char *path, params *, why *w);                /* .json, else TOML; E_INPUT */
bool params_is_file(const char *path);                              /* written by params_write?  Anything else is a scenario */
void params_toml(const params *, const char *name, text *out);      /* of a scenario called so */
void params_json(const params *, json *out);
void params_value_json(json *, const char *key, const tree_node *);
void params_free(params *);
#endif
