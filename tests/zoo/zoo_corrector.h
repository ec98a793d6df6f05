/* SPDX-License-Identifier: MIT
 * zoo_corrector.h - a corrector that is sound (a straight line in the first feature), until a file of the zoo replaces one part of it.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OUT(k) { k, "Ah", "One of three.", 0, 0, 0, 0, 0, 1, 0 }
#ifndef ZOO_OUT
#define ZOO_OUT OUT("mean"), OUT("sigma"), OUT("distance")
#endif
static const fade_column out[] = { ZOO_OUT };

typedef struct line { double a, b; } line;

#ifndef ZOO_MUTE
static int32_t complain(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}
#endif

static line fit(const fade_table *t)
{
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (uint64_t i = 0; i < t->n; i++) {
        if (isnan(t->col[0][i]))
            continue;
        n++;
        x += t->col[0][i];
        y += t->target[i];
        xx += t->col[0][i] * t->col[0][i];
        xy += t->col[0][i] * t->target[i];
    }
    double d = n * xx - x * x, b = d > 0 && isfinite(d) && isfinite(xy) ? (n * xy - x * y) / d : 0;
    return n > 0 ? (line){ (y - b * x) / n, b } : (line){ 0, 0 };
}

#ifndef ZOO_TRAIN
#define ZOO_TRAIN
#endif
static int32_t train(const fade_host *host, const fade_args *args, const fade_table *t, const void *from, void **model)
{
    (void)args;
    (void)from;
    if (t->n < 2)
        return complain(host, FADE_EINVAL, "two rows at least");
    line *m = calloc(1, sizeof *m);
    if (!m)
        return FADE_ENOMEM;
    *m = fit(t);
    *model = m;
    ZOO_TRAIN
    return FADE_OK;
}

static int32_t step(const void *model, fade_tile *b)
{
    const line *m = model;
    for (uint32_t i = 0; i < b->n; i++) {
        double f = isnan(b->in[0][i]) ? 0 : b->in[0][i];
        b->out[0][i] = m->a + m->b * f;
        b->out[1][i] = 0.01;
        b->out[2][i] = fabs(f);
    }
    return FADE_OK;
}

#ifndef ZOO_SAVE
#define ZOO_SAVE s->write(s->ctx, "zoo line", 8) || s->write(s->ctx, model, sizeof(line))
#endif
static int32_t save(const void *model, const fade_stream *s)
{
    return ZOO_SAVE ? FADE_EIO : FADE_OK;
}

#ifndef ZOO_LOAD
#define ZOO_LOAD s->read(s->ctx, head, 8) || memcmp(head, "zoo line", 8) != 0 || s->read(s->ctx, &m, sizeof m)
#endif
static int32_t load(const fade_host *host, const fade_args *args, const fade_stream *s, void **model)
{
    (void)args;
    char head[8];
    line m = { 0, 0 };
    if (ZOO_LOAD)
        return complain(host, FADE_EINVAL, "this is no line of the zoo");
    line *made = malloc(sizeof *made);
    if (!made)
        return FADE_ENOMEM;
    *made = m;
    *model = made;
    return FADE_OK;
}

static const fade_model_v1 model_v1 = { .size = sizeof model_v1, .destroy = free, .step = step, .observe = step };
#ifndef ZOO_CORRECTOR
#define ZOO_CORRECTOR .flags = 0
#endif
static const fade_corrector_v1 corrector_v1 = { .size = sizeof corrector_v1, .model = &model_v1, .train = train, .save = save, .load = load, ZOO_CORRECTOR };

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.corrector/1") == 0 ? &corrector_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc, .id = ID, .kind = "corrector", .version = "1.0.0", .licence = "MIT", .doc = "A zoo.", .cite = "",
    .columns = { .out = FADE_LIST(out) }, .iface = iface,
};
FADE_LIBRARY(&desc);
