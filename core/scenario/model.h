/* SPDX-License-Identifier: MIT
 * model.h - a trained corrector as a folder that outlives versions of fade: manifest.json says what it is, weights.bin is what the plugin saved.
 *
 * docs/models.md describes the format.  A reader passes over members it does not know, so a format may grow; a number in `version` above
 * MODEL_FORMAT is refused.  The manifest ends with the SHA-256 of all that stands before, and holds that of the weights.
 */
#ifndef FADE_SCENARIO_MODEL_H
#define FADE_SCENARIO_MODEL_H
#include "core/base/mem.h"
#include "core/base/text.h"
#include "core/base/tree.h"
#include "core/base/why.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_FORMAT = 1, MODEL_FEATURES = 256, MODEL_PARTS = 1000000, MODEL_BACKGROUND = 4096 };

typedef struct model_feature {
    const char *key, *unit, *doc, *when;          /* when: "planned", "early", "after": the moment it is known */
} model_feature;

typedef struct model_source { const char *path, *sha256; } model_source;      /* sha256 "": no file, or too many */

typedef struct model_cell {
    const char *name;
    int64_t     last;                             /* number of its last row that was learnt from */
    double      from, to, risen;                  /* of a capacity: at the first and the last of these rows, and how laws fell short before; NaN: not told */
} model_cell;

typedef struct model_part {                       /* one trained model: of one cell, or of all */
    const char   *cell;                           /* NULL: all */
    const char   *weights;                        /* lies in model.weights when read */
    size_t        bytes;                          /* 0: it learnt nothing, the physics stands alone */
    double        gate, stretch, reach;           /* weight 0..1; factor on sigma; distance at which the weight has fallen to 1/e */
    double        before, after;                  /* RMSE without and with, on rows kept back from training */
    int64_t       rows;
    const double *horizon, *half;                 /* [nband] half widths of the 90 % band, by rows behind the last known one */
    size_t        nband;
    double        grow;                           /* behind the last horizon the band widens as (h / horizon)^grow */
    const double *ahead_horizon, *ahead_half;     /* [nahead] the same of cells it was trained on, where `horizon` is of cells held out */
    size_t        nahead;
    double        ahead_grow, ahead_stretch;
    int64_t       trials;                         /* rows the gate was earned on */
} model_part;

/* What the manifest says.  Texts are never NULL but where this says so. */
typedef struct model_saved {
    const char *folder, *sha256;                  /* where it lies; of the manifest: the model's own name */
    int64_t     format;
    const char *fade, *made;                      /* version of fade; RFC 3339 */
    const char *plugin, *plugin_version, *plugin_sha256, *settings;      /* settings: TOML */
    bool        pooled, gated;
    bool        unseen;                           /* gate and bands come from trials on cells that were held out: bands count rows of a cell */
    const char *ask, *target, *unit;              /* "forecast", ..; column that was learnt, its unit */
    const char *physics, *physics_table;          /* label; the merged [[physics]] as TOML; NULL: none, the target itself was learnt */
    const char *training, *where, *split, *table_sha256, *from;         /* name of the scenario; from: sha256 of the model it began with, or "" */
    int64_t     rows, seed;
    const char *file;                             /* of the scenario: what its relative paths lie beside */
    const char *scenario;                         /* all of it as TOML, so that rows alone can be predicted later */
    const char *scores;                           /* JSON object */
    int64_t     fingerprint, weights_bytes;       /* of number types, as weights are bytes of a like machine */
    const char *weights_sha256;

    model_feature *feature;
    size_t         nfeature;
    model_source  *source;
    size_t         nsource;
    model_cell    *cell;                          /* trained on */
    size_t         ncell;
    const double  *background;                    /* [nbackground][nfeature]: some rows that were learnt from, NaN unknown */
    size_t         nbackground;
    model_part    *part;
    size_t         npart;
    char          *weights;
    mem_arena     *arena;
} model_saved;

/* E_INPUT with a finished sentence that names the file: no such folder, cut, damaged, foreign, of a newer format. */
int model_read(const char *folder, model_saved **out, why *w);
/* The same of bytes: what the folder's two files hold (weights NULL: not looked at). */
int model_of_bytes(const char *folder, const char *manifest, size_t n, const char *weights, size_t bytes, model_saved **out, why *w);
void model_close(model_saved *);                        /* accepts NULL */

/* manifest.json as text, its checksum at the end; weights_bytes and weights_sha256 are those of the parts' weights. */
int model_manifest(const model_saved *, text *out, why *w);
/* Either the old folder or the whole new one is there, whatever ends the process.  Replaces a saved model, never another folder. */
int model_write(const char *folder, const model_saved *, why *w);
/* Its settings as a table of t with `plugin` in front, as it would stand in a scenario.  E_INPUT. */
int model_table(const model_saved *, tree *t, tree_problems *p, tree_node **out, why *w);
/* The settings of a corrector's table, which is what it holds beside keys that every corrector has, as TOML. */
void model_settings(const tree_node *table, text *out);
/* The part that is for a cell: its own, or that of all; NULL: none. */
const model_part *model_part_of(const model_saved *, const char *cell);
#endif
