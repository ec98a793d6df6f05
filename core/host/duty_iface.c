/* SPDX-License-Identifier: MIT
 * duty_iface.c - "fade.duty/1" of a law, proved as far as its tables go.
 */
#include "core/host/duty_iface.h"
#include "core/host/iface.h"
#include "core/host/library.h"
#include <math.h>
#include <string.h>

#define SAMPLE(name, key, unit, doc) { key, unit, doc, 0, 0, 0, 0, 0, 1, 0 },
const fade_column duty_iface_sample[DUTY_READS_N] = { DUTY_READS(SAMPLE) };
#undef SAMPLE

const fade_column duty_iface_cycle_in[4] = {
    { "depth", "1", "Range of the cycle.", 0, 0, 0, 0, 0, 1, 0 },
    { "soc_mean", "1", "Mean of its two points.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature_mean", "K", "Mean temperature between them.", 0, 0, 0, 0, 0, 1, 0 },
    { "duration", "s", "Time between them.", 0, 0, 0, 0, 0, 1, 0 },
};

int duty_iface_read(const fade_column *c)
{
    for (int k = 0; k < DUTY_READS_N; k++)
        if (strcmp(duty_iface_sample[k].key, c->key) == 0 && strcmp(duty_iface_sample[k].unit, c->unit) == 0)
            return k;
    return -1;
}

static int numbers(const fade_desc *d, const fade_duty_v1 *v, why *w)
{
    const struct {
        const char *name;
        double is;
    } all[] = { { "break_time", v->break_time }, { "break_efc", v->break_efc }, { "activation", v->activation } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!(all[i].is >= 0) || !(all[i].is < INFINITY))
            return fail(w, E_PLUGIN, "%s: its fade.duty/1 has %s %g: 0 or more is needed", d->id, all[i].name,
                        all[i].is);
    if (v->flags & ~(uint32_t)(FADE_LENT_SAMPLES | FADE_LENT_TO_STEPS))
        return fail(w, E_PLUGIN, "%s: its fade.duty/1 has flags 0x%x: bits this fade does not know", d->id, v->flags);
    return E_OK;
}

static int list(const fade_desc *d, const fade_list *l, const char *name, uint32_t most, bool function, why *w)
{
    if (l->n > most)
        return fail(w, E_PLUGIN, "%s: its fade.duty/1 lists %u columns as %s, at most %u", d->id, l->n, name, most);
    if (l->n && (!l->at || l->stride < sizeof(fade_column)))
        return fail(w, E_PLUGIN, "%s: its fade.duty/1 lists %u columns as %s that are not there", d->id, l->n, name);
    if (l->n && !function)
        return fail(w, E_PLUGIN, "%s: its fade.duty/1 has a list without a function: %s", d->id, name);
    for (uint32_t i = 0; i < l->n; i++) {
        const fade_column *c = library_at(l, i);
        if (!c->key || !*c->key || !c->unit || c->width > 1)
            return fail(w, E_PLUGIN, "%s: column %u of %s in its fade.duty/1 has no key, no unit, or is wide", d->id,
                        i + 1, name);
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(((const fade_column *)library_at(l, j))->key, c->key) == 0)
                return fail(w, E_PLUGIN, "%s: %s stands twice as %s of its fade.duty/1", d->id, c->key, name);
    }
    return E_OK;
}

int duty_iface_get(const fade_desc *d, const fade_duty_v1 **out, why *w)
{
    *out = NULL;
    if (!d->iface || !d->iface(d, "fade.duty/1"))
        return E_OK;
    const fade_duty_v1 *v = iface_get(d, "fade.duty/1", w);
    int rc = v ? numbers(d, v, w) : E_PLUGIN;
    rc = rc ? rc : list(d, &v->in, "in", DUTY_MOST_IN, true, w);
    rc = rc ? rc : list(d, &v->rate, "rate", DUTY_MOST_IN, v->rates != NULL, w);
    rc = rc ? rc : list(d, &v->cycle, "cycle", DUTY_MOST_CYCLES, v->cycles != NULL, w);
    for (uint32_t i = 0; !rc && i < v->in.n; i++) {
        const fade_column *c = library_at(&v->in, i);
        if (duty_iface_read(c) < 0)
            rc = fail(w, E_PLUGIN, "%s reads %s (%s) of samples: there are soc (1), temperature (K), anode_potential "
                      "(V), c_rate (1/h) and time (s)", d->id, c->key, c->unit);
    }
    if (!rc && !(d->flags & FADE_PER_CYCLE))
        rc = fail(w, E_PLUGIN, "%s has fade.duty/1, which is for laws per cycle (FADE_PER_CYCLE)", d->id);
    *out = rc ? NULL : v;
    return rc;
}
