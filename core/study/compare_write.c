/* SPDX-License-Identifier: MIT
 * compare_write.c - a comparison as JSON and as CSV.
 */
#include "core/base/mem.h"
#include "core/study/compare_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const rank_names[COMPARE_RANKS] = { "rmse", "mae", "mape", "r2", "bias", "eol_error" };

/* ---- JSON ---- */

static void json_numbers(const compare_model *m, json *j)
{
    char key[48];
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        const compare_number *k = &compare_numbers[i];
        json_number(j, k->key, compare_value(m, k->at));
        if (!k->least)
            continue;
        snprintf(key, sizeof key, "%s_at_least", k->key);
        json_number(j, key, compare_value(m, k->least));
    }
    json_number(j, "eol_observed", m->eol_observed);
    json_number(j, "eol_observed_at_least", m->eol_observed_least);
    json_whole(j, "cells", (int64_t)m->cells);
    json_whole(j, "reached", (int64_t)m->reached);
}

static void json_loss(const compare_model *m, json *j)
{
    json_open(j, "loss", '[');
    for (size_t i = 0; i < m->nloss; i++) {
        json_open(j, NULL, '{');
        json_text(j, "key", m->loss[i].key);
        json_text(j, "unit", m->loss[i].unit);
        json_number(j, "value", m->loss[i].value);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void json_names(const compare_model *m, json *j)
{
    json_text(j, "scenario", m->scenario);
    json_text(j, "variant", m->variant);
    json_text(j, "model", m->model);
}

static void json_model(const compare_model *m, json *j)
{
    json_open(j, NULL, '{');
    json_names(m, j);
    json_whole(j, "n", (int64_t)m->n);
    json_numbers(m, j);
    json_loss(m, j);
    json_open(j, "rank", '{');
    for (int i = 0; i < COMPARE_RANKS; i++)
        json_number(j, rank_names[i], m->rank[i]);
    json_close(j, '}');
    json_number(j, "rank_mean", m->rank_mean);
    compare_ranges_json(m, j);
    json_close(j, '}');
}

static void json_changed(const compare *c, const compare_model *m, const compare_number *k, json *j)
{
    bool least;
    char key[48];
    double by = compare_changed(c, m, k, &least);
    json_number(j, k->key, least ? NAN : by);
    if (!k->least)
        return;
    snprintf(key, sizeof key, "%s_at_least", k->key);
    json_number(j, key, least ? by : NAN);
}

static void json_change(const compare *c, const compare_model *m, json *j)
{
    json_open(j, NULL, '{');
    json_names(m, j);
    json_text(j, "without", m->without);
    json_text(j, "refused", m->refused);
    json_whole(j, "n", (int64_t)m->n);
    json_numbers(m, j);
    json_open(j, "change", '{');
    for (size_t i = 0; i < COMPARE_NUMBERS; i++)
        if (compare_numbers[i].changes)
            json_changed(c, m, &compare_numbers[i], j);
    json_close(j, '}');
    json_close(j, '}');
}

void compare_json(const compare *c, json *j)
{
    json_open(j, NULL, '{');
    json_open(j, "scenarios", '[');
    for (size_t k = 0; k < c->nscenario; k++) {
        json_open(j, NULL, '{');
        json_text(j, "file", c->file[k]);
        json_text(j, "name", c->name[k]);
        json_close(j, '}');
    }
    json_close(j, ']');
    json_bool(j, "complete", c->nscenario == c->wanted);
    json_text(j, "target", c->target);
    json_text(j, "unit", "Ah");
    json_number(j, "end_of_life_soh", c->eol);
    json_open(j, "models", '[');
    for (size_t i = 0; i < c->n; i++)
        if (!c->at[i].without)
            json_model(&c->at[i], j);
    json_close(j, ']');
    json_open(j, "ablation", '[');
    for (size_t i = 0; i < c->n; i++)
        if (c->at[i].without)
            json_change(c, &c->at[i], j);
    json_close(j, ']');
    json_text(j, "note", c->note);
    json_close(j, '}');
}

/* ---- CSV: one row a model; what is unknown is empty ---- */

static void csv_text(text *t, const char *s)
{
    bool quotes = strpbrk(s, ",\"\r\n") != NULL;
    if (quotes)
        text_addc(t, '"');
    for (; *s; s++) {
        if (*s == '"')
            text_addc(t, '"');
        text_addc(t, *s);
    }
    if (quotes)
        text_addc(t, '"');
}

static void csv_number(text *t, double v)
{
    char made[32];
    text_addc(t, ',');
    if (isfinite(v))
        text_addn(t, made, text_number(v, made));
}

/* Every mechanism of any model, in the order they come. */
static const compare_loss **mechanisms(const compare *c, size_t *n)
{
    size_t most = 1;
    *n = 0;
    for (size_t i = 0; i < c->n; i++)
        most += c->at[i].nloss;
    const compare_loss **all = mem_zero(most, sizeof *all);
    for (size_t i = 0; all && i < c->n; i++)
        for (size_t k = 0; k < c->at[i].nloss; k++) {
            size_t at = 0;
            while (at < *n && strcmp(all[at]->key, c->at[i].loss[k].key) != 0)
                at++;
            if (at == *n)
                all[(*n)++] = &c->at[i].loss[k];
        }
    return all;
}

static void csv_head(text *t, const compare_loss *const *loss, size_t nloss)
{
    text_add(t, "scenario,variant,model,without,n");
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        const compare_number *k = &compare_numbers[i];
        const char *end = strcmp(k->unit, "Ah") == 0  ? "_ah"
                          : strcmp(k->unit, "%") == 0 ? "_percent"
                          : strcmp(k->unit, "s") == 0 ? "_s"
                                                      : "";
        const char *key = strcmp(k->key, "seconds") == 0 ? "time" : k->key;
        text_addf(t, ",%s%s", key, end);
        if (k->least)
            text_addf(t, ",%s%s_at_least", k->key, end);
    }
    text_add(t, ",eol_observed,eol_observed_at_least,cells,reached,validity");
    for (int i = 0; i < COMPARE_RANKS; i++)
        text_addf(t, ",rank_%s", rank_names[i]);
    text_add(t, ",rank_mean");
    for (size_t i = 0; i < nloss; i++) {
        text_add(t, ",");
        csv_text(t, loss[i]->key);
    }
    text_add(t, "\n");
}

static void csv_model(const compare_model *m, text *t, const compare_loss *const *loss, size_t nloss)
{
    csv_text(t, m->scenario);
    text_addc(t, ',');
    csv_text(t, m->variant);
    text_addc(t, ',');
    csv_text(t, m->model);
    text_addc(t, ',');
    csv_text(t, m->without ? m->without : "");
    text_addf(t, ",%llu", (unsigned long long)m->n);
    for (size_t i = 0; i < COMPARE_NUMBERS; i++) {
        csv_number(t, compare_value(m, compare_numbers[i].at));
        if (compare_numbers[i].least)
            csv_number(t, compare_value(m, compare_numbers[i].least));
    }
    csv_number(t, m->eol_observed);
    csv_number(t, m->eol_observed_least);
    text_addf(t, ",%zu,%zu,", m->cells, m->reached);
    csv_text(t, m->validity ? m->validity : "");
    for (int i = 0; i < COMPARE_RANKS; i++)
        csv_number(t, m->rank[i]);
    csv_number(t, m->rank_mean);
    for (size_t i = 0; i < nloss; i++) {
        double v = NAN;
        for (size_t k = 0; k < m->nloss; k++)
            if (strcmp(m->loss[k].key, loss[i]->key) == 0)
                v = m->loss[k].value;
        csv_number(t, v);
    }
    text_addc(t, '\n');
}

void compare_csv(const compare *c, text *t)
{
    size_t n;
    const compare_loss **loss = mechanisms(c, &n);
    if (!loss) {
        t->failed = true;
        return;
    }
    csv_head(t, loss, n);
    for (size_t i = 0; i < c->n; i++)
        csv_model(&c->at[i], t, loss, n);
    free(loss);
}
