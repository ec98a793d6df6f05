/* SPDX-License-Identifier: MIT
 * model_training_say.c - what a training came to, in words.
 */
#include "core/report/model_say.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LISTED = 24 };

static const char *name_of(const model_training *k, size_t part)
{
    return k->sc->pooled ? NULL : k->data.name[k->cell[part]];
}

static void part_text(const model_training *k, size_t i, bool corrects, text *out)
{
    const learnt *l = &k->part[i];
    const char *name = name_of(k, i);
    text_addf(out, "  %-20s %8llu rows", name ? name : "all cells", (unsigned long long)l->rows);
    if (!l->model)
        text_add(out, "  too few, or it declined: the physics stands alone\n");
    else if (!corrects)
        text_addc(out, '\n');
    else if (isnan(l->before))
        text_addf(out, "  gate %.2f, untried: too few rows\n", l->gate);
    else
        text_addf(out, "  gate %.2f  RMSE %.4g -> %.4g in %zu trials\n", l->gate, l->before, l->after, l->trials);
}

/* Not the correction, its doubt and its distance. */
static bool is_told(const fade_column *c)
{
    return strcmp(c->key, "mean") != 0 && strcmp(c->key, "sigma") != 0 && strcmp(c->key, "distance") != 0;
}

/* A corrector that tells other things of a row and corrects nothing: errors with it and without it are the same. */
static bool tells_else(const model_training *k, double before, double after)
{
    const fade_list *told = &k->sc->part.plugin->desc->columns.out;
    bool any = false, more = false;
    for (uint32_t i = 0; i < told->n; i++)
        more |= is_told(library_at(told, i));
    for (size_t i = 0; i < k->npart; i++)
        any |= k->part[i].model && k->part[i].gate > 0;
    return !any && before == after && more;
}

static void told_text(const model_training *k, text *out)
{
    const fade_list *told = &k->sc->part.plugin->desc->columns.out;
    text_add(out, "it corrects nothing; what it tells of each row:\n");
    for (uint32_t i = 0; i < told->n; i++) {
        const fade_column *c = library_at(told, i);
        if (is_told(c))
            text_addf(out, "  %-20s %s\n", c->key, c->doc);
    }
}

static void skill_text(const model_training *k, double before, double after, uint64_t trials, text *out)
{
    const char *in = k->data.col[k->data.target].unit;
    if (trials)
        text_addf(out,
                  "skill on the training part: RMSE %.4g %s without, %.4g with, %.1f %% less (%llu rows kept back in "
                  "turn)\n",
                  before, in, after, 100 * (1 - after / before), (unsigned long long)trials);
    leak_text(&k->leak, &k->data, out);
    if (k->worth.rows)
        text_addf(out, "what the features are worth, on %zu rows that it learnt from:\n", k->worth.rows);
    for (size_t i = 0; i < k->learner.nfeature; i++)
        worth_text(&k->worth, i, k->learner.column[i].key, 1, in, out);
}

void model_training_text(const model_training *k, const char *folder, const char *name, text *out)
{
    const dataset_column *target = &k->data.col[k->data.target];
    double before, after;
    uint64_t trials = model_train_skill(k, &before, &after);
    bool corrects = !trials || !tells_else(k, before, after);
    text_addf(out, "%s learnt %s%s%s, to be asked: %s\n", k->sc->part.label, target->key,
              k->physics >= 0 ? " less what the law says: " : ", without physics",
              k->physics >= 0 ? k->s->physics[k->physics].label : "", dataset_ask_word(k->o.ask));
    text_add(out, "  features:");
    for (size_t i = 0; i < k->learner.nfeature; i++)
        text_addf(out, "%s %s", i ? "," : "", k->learner.column[i].key);
    text_addc(out, '\n');
    for (size_t i = 0; i < k->npart && i < LISTED; i++)
        part_text(k, i, corrects, out);
    if (k->npart > LISTED)
        text_addf(out, "  .. and %zu more\n", k->npart - LISTED);
    if (corrects)
        skill_text(k, before, after, trials, out);
    else
        told_text(k, out);
    text_addf(out, "saved: %s (%.12s)\n", folder, name);
}
