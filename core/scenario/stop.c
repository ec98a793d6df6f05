/* SPDX-License-Identifier: MIT
 * stop.c - stop conditions from text.
 */
#include "core/scenario/stop.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORMS                                                                                                          \
    "\"70%% capacity\", \"1.4 Ah capacity\", \"500 cycles\", \"10 years\", \"2.5 V\" or \"temperature_max > 60 degC\""

enum { LONGEST = 200 };

/* n bytes without blanks at the ends, into out. */
static void trim(const char *at, size_t n, char out[LONGEST + 1])
{
    while (n && isspace((unsigned char)at[n - 1]))
        n--;
    while (n && isspace((unsigned char)*at)) {
        at++;
        n--;
    }
    memcpy(out, at, n);
    out[n] = '\0';
}

/* True when `at` ends in the word; *front is then what stands before it. */
static bool ends_in(const char *at, const char *word, char front[LONGEST + 1])
{
    size_t n = strlen(at), m = strlen(word);
    if (!text_ends(at, word) || n == m || isalpha((unsigned char)at[n - m - 1]))
        return false;
    trim(at, n - m, front);
    return true;
}

static bool has_unit(const char *quantity)
{
    size_t n = strlen(quantity);
    return n && !isdigit((unsigned char)quantity[n - 1]) && quantity[n - 1] != '.';
}

static int parse_column(tree *t, const char *at, double nominal_ah, scenario_stop *out, why *w)
{
    char key[LONGEST + 1], quantity[LONGEST + 1];
    size_t n = strcspn(at, "<>"), skip = at[n + 1] == '=' ? 2 : 1;
    trim(at, n, key);
    trim(at + n + skip, strlen(at + n + skip), quantity);
    if (!*key || strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_.") != strlen(key))
        return fail(w, E_INPUT, "\"%s\": a column's key is expected before %c, as in \"temperature_max > 60 degC\"", at,
                    at[n]);
    const fade_column *c = scenario_column(key);
    out->kind = STOP_COLUMN;
    out->above = at[n] == '>';
    out->column = tree_text(t, key);
    out->quantity = tree_text(t, quantity);
    out->value = NAN;
    int rc = c || !has_unit(quantity) ? units_quantity(quantity, c ? c->unit : "", nominal_ah, &out->value, w) : E_OK;
    return rc && w ? why_prefix(w, "stop \"%s\"", at) : rc;
}

static int parse_capacity(const char *at, const char *quantity, scenario_stop *out, why *w)
{
    bool ratio = text_ends(quantity, "%");
    out->kind = ratio ? STOP_CAPACITY_RATIO : STOP_CAPACITY;
    if (!has_unit(quantity))
        return fail(w, E_INPUT, "\"%s\": %% or Ah is missing, as in \"70%% capacity\" or \"1.4 Ah capacity\"", at);
    int rc = units_quantity(quantity, ratio ? "1" : "Ah", NAN, &out->value, w);
    if (rc)
        return w ? why_prefix(w, "stop \"%s\"", at) : rc;
    if (!(out->value > 0) || (ratio && out->value > 1))
        return fail(w, E_DOMAIN, "\"%s\": the capacity is outside %s", at, ratio ? "0..100 %" : "0 Ah and more");
    return E_OK;
}

static int parse_count(const char *at, const char *number, scenario_stop *out, why *w)
{
    out->kind = STOP_CYCLES;
    if (!text_real(number, strlen(number), &out->value) || !(out->value >= 1) || out->value > 1e15)
        return fail(w, E_INPUT, "\"%s\": a number of cycles from 1 on is expected", at);
    return E_OK;
}

int stop_parse(tree *t, const char *plain, double nominal_ah, scenario_stop *out, why *w)
{
    char at[LONGEST + 1], front[LONGEST + 1];
    *out = (scenario_stop){ 0 };
    if (strlen(plain) > LONGEST)
        return fail(w, E_INPUT, "a stop condition of more than %d characters", LONGEST);
    trim(plain, strlen(plain), at);
    out->text = tree_text(t, at);
    int rc;
    if (strpbrk(at, "<>"))
        rc = parse_column(t, at, nominal_ah, out, w);
    else if (ends_in(at, "capacity", front))
        rc = parse_capacity(at, front, out, w);
    else if (ends_in(at, "cycles", front) || ends_in(at, "cycle", front))
        rc = parse_count(at, front, out, w);
    else if (ends_in(at, "V", front) && !units_quantity(at, "V", NAN, &out->value, NULL) && out->value > 0) {
        out->kind = STOP_VOLTAGE; /* PyBaMM's: of the cell, at the end of a cycle that came down to it */
        rc = E_OK;
    } else {
        out->kind = STOP_TIME;
        rc = has_unit(at) && !units_quantity(at, "s", NAN, &out->value, NULL) && out->value > 0
                 ? E_OK
                 : fail(w, E_INPUT, "\"%s\" is no stop condition: write " FORMS, at);
    }
    return !rc && tree_failed(t) ? fail(w, E_NOMEM, "no memory for a stop condition") : rc;
}
