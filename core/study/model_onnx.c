/* SPDX-License-Identifier: MIT
 * model_onnx.c - the plugin writes the graph (fade.onnx/1), the host adds what only it knows.
 *
 * A protobuf message may go on behind its end: repeated fields that follow are added.  So metadata of the host's is
 * appended to the bytes of the plugin's without reading them.
 */
#include "core/study/model_onnx.h"
#include <string.h>

static int32_t text_write(void *ctx, const void *at, size_t n)
{
    text_addn(ctx, at, n);
    return ((text *)ctx)->failed ? FADE_ENOMEM : FADE_OK;
}

int model_onnx_part(const model_saved *m, const char *cell, size_t *out, why *w)
{
    *out = 0;
    for (size_t i = 0; cell && i < m->npart; i++)
        if (!m->part[i].cell || strcmp(m->part[i].cell, cell) == 0) {
            *out = i;
            return E_OK;
        }
    if (!cell && m->npart == 1)
        return E_OK;
    text all = { 0 };
    for (size_t i = 0; i < m->npart && all.n < 200; i++)
        text_addf(&all, "%s%s", i ? ", " : "", m->part[i].cell ? m->part[i].cell : "all");
    int rc = cell ? fail(w, E_INPUT, "%s has no model of cell %s, only of %s", m->folder, cell, text_of(&all))
                  : fail(w, E_INPUT, "%s holds %zu models, and an ONNX file holds one: choose a cell of %s", m->folder,
                         m->npart, text_of(&all));
    text_free(&all);
    return rc;
}

static void add_length(text *t, size_t n)
{
    for (; n > 127; n >>= 7)
        text_addc(t, (char)(unsigned char)(128 | (n & 127)));
    text_addc(t, (char)n);
}

static void add_field(text *t, char field, const char *value)
{
    text_addc(t, (char)(field << 3 | 2));
    add_length(t, strlen(value));
    text_add(t, value);
}

/* ModelProto.metadata_props (14): key (1), value (2) */
static void tell(text *out, const char *key, const char *value)
{
    text pair = { 0 };
    add_field(&pair, 1, key);
    add_field(&pair, 2, value);
    text_addc(out, (char)(14 << 3 | 2));
    add_length(out, pair.n);
    text_addn(out, text_of(&pair), pair.n);
    out->failed = out->failed || pair.failed;
    text_free(&pair);
}

static void tell_number(text *out, const char *key, double value)
{
    char number[32];
    text_number(value, number);
    tell(out, key, number);
}

int model_onnx(const model_saved *m, const model_opened *k, size_t part, text *out, why *w)
{
    const model_part *p = &m->part[part];
    const fade_desc *d = k->plugin->desc;
    const fade_onnx_v1 *vt = library_iface(d, "fade.onnx/1");
    if (!vt || !FADE_HAS(vt, write) || !vt->write)
        return fail(w, E_INPUT, "%s: %s does not write ONNX files; mlp and ridge do", m->folder, d->id);
    if (!k->part[part])
        return fail(w, E_INPUT, "%s: the model of %s learnt nothing, so there is nothing to write", m->folder,
                    p->cell ? p->cell : "all cells");
    fade_stream stream = { .size = sizeof stream, .ctx = out, .write = text_write };
    int32_t rc = vt->write(k->part[part], &stream);
    if (rc < 0)
        return object_why(k->object, rc, "write its model as ONNX", w);
    tell(out, "target", m->target);
    tell(out, "unit", m->unit);
    tell(out, "physics", m->physics ? m->physics : "none");
    tell(out, "cell", p->cell ? p->cell : "all");
    tell_number(out, "gate", p->gate);
    tell_number(out, "stretch", p->stretch);
    tell_number(out, "reach", p->reach);
    tell(out, "model", m->sha256 ? m->sha256 : "");
    return out->failed ? fail(w, E_NOMEM, "no memory for %s as ONNX", m->folder) : E_OK;
}
