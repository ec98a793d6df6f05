/* SPDX-License-Identifier: MIT
 * iface.c - the interfaces a plugin can have, and which functions each must hold: one table.
 */
#include "core/host/iface.h"
#include <string.h>

enum { NEEDED = 6 };

typedef struct need {
    const char *name;                                   /* NULL behind the last */
    size_t      offset;
} need;

#define AT(type, field) { #field, offsetof(type, field) }

static const struct {
    const char *id, *kind;                              /* kind: the one that must have it, or NULL */
    uint32_t    size;                                   /* as published with the id */
    need        needed[NEEDED];
} table[] = {
    { "fade.source/1",
      "source",
      offsetof(fade_source_v1, again),
      { AT(fade_source_v1, open), AT(fade_source_v1, close), AT(fade_source_v1, next) } },
    { "fade.model/1",
      "physics",
      sizeof(fade_model_v1),
      { AT(fade_model_v1, create), AT(fade_model_v1, destroy), AT(fade_model_v1, step) } },
    { "fade.corrector/1",
      "corrector",
      sizeof(fade_corrector_v1),
      { AT(fade_corrector_v1, model), AT(fade_corrector_v1, train), AT(fade_corrector_v1, save),
        AT(fade_corrector_v1, load) } },
    { "fade.output/1",
      "output",
      sizeof(fade_output_v1),
      { AT(fade_output_v1, open), AT(fade_output_v1, rows), AT(fade_output_v1, flush), AT(fade_output_v1, close) } },
    { "fade.onnx/1", NULL, sizeof(fade_onnx_v1), { AT(fade_onnx_v1, write) } },
    { "fade.explain/1", NULL, sizeof(fade_explain_v1), { AT(fade_explain_v1, shares) } },
    { "fade.duty/1", NULL, offsetof(fade_duty_v1, steps), { { NULL, 0 } } },
};
enum { NTABLE = sizeof table / sizeof table[0] };

const char *const iface_kinds[] = { "source", "physics", "corrector", "output", NULL };

const char *iface_of_kind(const char *kind)
{
    for (size_t i = 0; kind && i < NTABLE; i++)
        if (table[i].kind && strcmp(table[i].kind, kind) == 0)
            return table[i].id;
    return NULL;
}

/* Pointers of any type lie in the tables as plain words here. */
static bool empty(const void *at, size_t offset)
{
    void (*word)(void);
    memcpy(&word, (const char *)at + offset, sizeof word);
    return word == NULL;
}

const void *iface_get(const fade_desc *d, const char *id, why *w)
{
    const void *at = d->iface ? d->iface(d, id) : NULL;
    if (!at) {
        fail(w, E_PLUGIN, "plugin %s of kind %s has no interface %s", d->id, d->kind, id);
        return NULL;
    }
    uint32_t size;
    memcpy(&size, at, sizeof size);
    for (size_t i = 0; i < NTABLE; i++) {
        if (strcmp(table[i].id, id) != 0)
            continue;
        if (size < table[i].size) {
            fail(w, E_PLUGIN, "plugin %s: its %s has %u bytes, this fade needs %u", d->id, id, size, table[i].size);
            return NULL;
        }
        for (const need *n = table[i].needed; n->name; n++)
            if (empty(at, n->offset)) {
                fail(w, E_PLUGIN, "plugin %s: its %s has no %s(), which this fade needs", d->id, id, n->name);
                return NULL;
            }
    }
    return at;
}
