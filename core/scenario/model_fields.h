/* SPDX-License-Identifier: MIT
 * model_fields.h - the manifest's members, once for who writes them and who reads them.
 */
#ifndef FADE_SCENARIO_MODEL_FIELDS_H
#define FADE_SCENARIO_MODEL_FIELDS_H
#include "core/scenario/model.h"

enum { FIELD_TEXT, FIELD_WHOLE, FIELD_REAL, FIELD_BOOL, FIELD_RAW };
enum { FIELD_MUST = 1, FIELD_NULL = 2, FIELD_SKIP = 4 }; /* has to be there; may be null or absent, then NULL; a NaN is not written */

typedef struct model_field {
    const char *group, *key;                      /* group "": the top */
    int         type, flags;
    size_t      at;
} model_field;

/* X(group, key, type, flags, member), groups together */
#define MODEL_MEMBERS(X) \
    X("", "version", FIELD_WHOLE, FIELD_MUST, format) \
    X("", "fade", FIELD_TEXT, FIELD_MUST, fade) \
    X("", "made", FIELD_TEXT, 0, made) \
    X("plugin", "id", FIELD_TEXT, FIELD_MUST, plugin) \
    X("plugin", "version", FIELD_TEXT, FIELD_MUST, plugin_version) \
    X("plugin", "sha256", FIELD_TEXT, 0, plugin_sha256) \
    X("plugin", "settings", FIELD_TEXT, 0, settings) \
    X("plugin", "pooled", FIELD_BOOL, 0, pooled) \
    X("plugin", "gated", FIELD_BOOL, 0, gated) \
    X("plugin", "unseen", FIELD_BOOL, 0, unseen) \
    X("learns", "target", FIELD_TEXT, FIELD_MUST, target) \
    X("learns", "unit", FIELD_TEXT, FIELD_MUST, unit) \
    X("learns", "ask", FIELD_TEXT, FIELD_MUST, ask) \
    X("learns", "physics", FIELD_TEXT, FIELD_NULL, physics) \
    X("learns", "table", FIELD_TEXT, FIELD_NULL, physics_table) \
    X("training", "name", FIELD_TEXT, 0, training) \
    X("training", "rows", FIELD_WHOLE, FIELD_MUST, rows) \
    X("training", "where", FIELD_TEXT, 0, where) \
    X("training", "split", FIELD_TEXT, 0, split) \
    X("training", "seed", FIELD_WHOLE, FIELD_MUST, seed) \
    X("training", "table_sha256", FIELD_TEXT, 0, table_sha256) \
    X("training", "from", FIELD_TEXT, 0, from) \
    X("training", "file", FIELD_TEXT, 0, file) \
    X("training", "scenario", FIELD_TEXT, 0, scenario) \
    X("weights", "bytes", FIELD_WHOLE, FIELD_MUST, weights_bytes) \
    X("weights", "sha256", FIELD_TEXT, FIELD_MUST, weights_sha256) \
    X("weights", "types", FIELD_WHOLE, FIELD_MUST, fingerprint) \
    X("scores", "", FIELD_RAW, 0, scores)

#define FEATURE_MEMBERS(X) \
    X("", "key", FIELD_TEXT, FIELD_MUST, key) \
    X("", "unit", FIELD_TEXT, FIELD_MUST, unit) \
    X("", "when", FIELD_TEXT, 0, when) \
    X("", "doc", FIELD_TEXT, 0, doc)

#define SOURCE_MEMBERS(X) \
    X("", "path", FIELD_TEXT, FIELD_MUST, path) \
    X("", "sha256", FIELD_TEXT, 0, sha256)

#define CELL_MEMBERS(X) \
    X("", "name", FIELD_TEXT, FIELD_MUST, name) \
    X("", "last", FIELD_WHOLE, 0, last) \
    X("", "from", FIELD_REAL, FIELD_SKIP, from) \
    X("", "to", FIELD_REAL, FIELD_SKIP, to) \
    X("", "risen", FIELD_REAL, FIELD_SKIP, risen)

#define PART_MEMBERS(X) \
    X("", "cell", FIELD_TEXT, FIELD_NULL, cell) \
    X("", "rows", FIELD_WHOLE, FIELD_MUST, rows) \
    X("", "gate", FIELD_REAL, FIELD_MUST, gate) \
    X("", "stretch", FIELD_REAL, FIELD_MUST, stretch) \
    X("", "reach", FIELD_REAL, 0, reach) \
    X("", "before", FIELD_REAL, 0, before) \
    X("", "after", FIELD_REAL, 0, after) \
    X("", "trials", FIELD_WHOLE, 0, trials) \
    X("", "grow", FIELD_REAL, 0, grow) \
    X("", "ahead_grow", FIELD_REAL, FIELD_SKIP, ahead_grow) \
    X("", "ahead_stretch", FIELD_REAL, FIELD_SKIP, ahead_stretch)

typedef struct model_fields { const model_field *at; size_t n; } model_fields;
extern const model_fields model_members, model_feature_members, model_source_members, model_cell_members,
    model_part_members;

#define MODEL_MARK "fade-model"
#define MODEL_SUM "\n,\"sha256\":\""              /* what stands before the last member's 64 digits */
#define MODEL_END "\"}\n"
#endif
