/* SPDX-License-Identifier: MIT
 * subject.c - a model under test: made by create, or trained on a planted table.
 */
#include "core/host/subject.h"
#include "core/base/mem.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const fade_column features[SUBJECT_FEATURES] = {
    { "cycle", "", "Number of the cycle.", 0, 0, 0, 1, 240, 1, FADE_PLANNED },
    { "cycle_sqrt", "", "Its square root.", 0, 0, 0, 1, 15.5, 1, FADE_PLANNED },
    { "efc", "", "Equivalent full cycles.", 0, 0, 0, 0.8, 200, 1, FADE_PLANNED },
    { "physics_capacity", "Ah", "Capacity as the physics has it.", 0, 0, 0, 1.4, 2.0, 1, FADE_PLANNED },
};

bool subject_table_make(subject_table *s, uint64_t n)
{
    *s = (subject_table){ 0 };
    double *all = mem_columns((SUBJECT_FEATURES + 1) * (n + 8));
    s->cell = mem_zero(2 * (n + 1), sizeof *s->cell);
    s->id = mem_zero(n + 1, sizeof *s->id);
    if (!all || !s->cell || !s->id) {
        free(all);
        free(s->cell);
        free(s->id);
        return false;
    }
    s->row = s->cell + n + 1;
    for (uint32_t k = 0; k < SUBJECT_FEATURES; k++) {
        s->column[k] = features[k];
        s->shelf[k] = s->col[k] = all + k * (n + 8);
    }
    s->target = all + SUBJECT_FEATURES * (n + 8);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t half = (n + 1) / 2, row = i < half ? i : i - half;
        double c = (double)(row + 1);
        s->cell[i] = i >= half;                         /* two cells, one behind the other */
        s->row[i] = (uint32_t)row;
        s->id[i] = s->cell[i] + 1;                      /* as a tile's first lanes have it */
        s->col[0][i] = c;
        s->col[1][i] = sqrt(c);
        s->col[2][i] = 0.9 * c + 0.05 * (i >= half);
        s->col[3][i] = 2.0 - 0.02 * sqrt(c) - 0.01 * (i >= half);
        s->target[i] = 0.1 - 0.002 * c + 0.01 * sin(c);
    }
    s->table = (fade_table){ sizeof s->table, SUBJECT_FEATURES, n,    s->column, s->shelf, s->target, NULL,
                             s->cell,         s->row,           s->id };
    return true;
}

void subject_table_free(subject_table *s)
{
    free(s->col[0]);
    free(s->cell);
    free(s->id);
    *s = (subject_table){ 0 };
}

/* ---- making
 * ---------------------------------------------------------------------------------------------------------------- */

int32_t subject_make(subject *s, void **model)
{
    *model = NULL;
    if (!s->corrector)
        return s->vt->create(&s->host.host, &s->t->given, model);
    subject_table table;
    if (!subject_table_make(&table, SUBJECT_ROWS))
        return FADE_ENOMEM;
    int32_t rc = s->corrector->train(&s->host.host, &s->t->given, &table.table, NULL, model);
    subject_table_free(&table);
    return rc;
}

void subject_drop(subject *s, void *model)
{
    if (model && s->vt->destroy)
        s->vt->destroy(model);
}

static bool interfaces(subject *s)
{
    const fade_desc *d = s->t->desc;
    if (strcmp(d->kind, "corrector") == 0) {
        s->corrector = library_iface(d, "fade.corrector/1");
        s->vt = s->corrector ? s->corrector->model : NULL;
        if (!s->corrector || !s->corrector->train)
            s->vt = NULL;
    } else {
        s->vt = library_iface(d, "fade.model/1");
        if (s->vt && !s->vt->create)
            s->vt = NULL;
    }
    if (!s->vt || !s->vt->step) {
        s->vt = NULL;
        trial_skip(s->t, "its interfaces are not whole: see the test \"interfaces\"");
    }
    return s->vt != NULL;
}

bool subject_columns(subject *s)
{
    s->cols = s->t->desc->columns;
    if (s->vt->columns) {
        int32_t rc = s->vt->columns(s->model, &s->cols);
        if (rc)
            trial_refusal(s->t, &s->host, rc, "columns");
        if (rc)
            return false;
    }
    if (s->corrector && s->cols.in.n == 0)
        s->cols.in = (fade_list){ s->features, SUBJECT_FEATURES, sizeof s->features[0] };
    return true;
}

bool subject_open(trial *t, subject *s)
{
    *s = (subject){ .t = t, .per_cycle = (t->desc->flags & FADE_PER_CYCLE) != 0 };
    if (!interfaces(s))
        return false;
    if (!t->value && !trial_values(t))
        return false;
    const fade_param *missing = trial_missing(t);
    if (missing) {
        trial_skip(t, "needs \"%s\": put it into check.toml beside the plugin", missing->key);
        return false;
    }
    s->features = mem_zero(SUBJECT_FEATURES, sizeof *s->features);
    if (!s->features || !trial_host_open(t, &s->host)) {
        subject_close(s);
        return false;
    }
    memcpy(s->features, features, sizeof features);
    int32_t rc = subject_make(s, &s->model);
    if (rc != FADE_OK) {
        trial_refusal(t, &s->host, rc, s->corrector ? "train" : "create");
        trial_fail(t, "with its defaults %s returns %s: %s", s->corrector ? "train" : "create", trial_word(rc),
                   s->host.text);
        s->model = NULL;
    }
    if (rc != FADE_OK || !subject_columns(s)) {
        subject_close(s);
        return false;
    }
    return true;
}

void subject_close(subject *s)
{
    if (s->vt)
        subject_drop(s, s->model);
    trial_host_close(&s->host);
    free(s->features);
    s->model = NULL;
    s->features = NULL;
}
