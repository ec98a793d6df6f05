/* SPDX-License-Identifier: MIT
 * split.c - splits as text.
 */
#include "core/scenario/split.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"

/* What may stand behind the colon: a share of rows, a number of rows. */
enum { NOTHING = 0, SHARE = 1, COUNT = 2, STEPS = 4 };

static const struct kind {
    const char *word;
    int         kind, takes;
    const char *form;
} kinds[] = {
    { "holdout", SPLIT_HOLDOUT, SHARE, "\"holdout:0.5\"" },
    { "time", SPLIT_HOLDOUT, SHARE, "\"time:0.5\"" },
    { "first", SPLIT_FIRST, COUNT, "\"first:100\"" },
    { "rolling", SPLIT_ROLLING, SHARE | COUNT | STEPS, "\"rolling:0.5/10\"" },
    { "cells", SPLIT_CELLS, NOTHING, "\"cells\"" },
    { "groups", SPLIT_GROUPS, NOTHING, "\"groups\"" },
    { "random", SPLIT_RANDOM, SHARE, "\"random:0.2\"" },
};
enum { NKIND = sizeof kinds / sizeof *kinds };
static const double MOST_ROWS = 9007199254740992.0;

static const struct kind *find(const char *word, size_t n)
{
    for (size_t i = 0; i < NKIND; i++)
        if (strlen(kinds[i].word) == n && memcmp(kinds[i].word, word, n) == 0)
            return &kinds[i];
    return NULL;
}

static int nothing_such(const char *word, size_t n, why *w)
{
    char said[64];
    const char *words[NKIND];
    snprintf(said, sizeof said, "%.*s", n > 60 ? 60 : (int)n, word);
    for (size_t i = 0; i < NKIND; i++)
        words[i] = kinds[i].word;
    const char *near = text_nearest(said, words, NKIND);
    return fail(w, E_INPUT,
                "there is no kind of split \"%s\"%s%s%s; there are holdout, first, rolling, cells, groups, random",
                said,
                near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

int split_kind(const char *word, why *w)
{
    const struct kind *k = find(word, strlen(word));
    return k ? k->kind : -nothing_such(word, strlen(word), w);
}

split_spec split_default(int kind)
{
    return (split_spec){ .kind = kind,
                    .fraction = kind == SPLIT_RANDOM ? 0.2 : kind == SPLIT_HOLDOUT || kind == SPLIT_ROLLING ? 0.5 : 0,
                    .rows = kind == SPLIT_FIRST ? 100 : 0,
                    .every = kind == SPLIT_ROLLING,
                    .ahead = kind == SPLIT_ROLLING };
}

static int whole(double x, const char *said, const char *what, uint64_t *out, why *w)
{
    if (!(x >= 1 && x < MOST_ROWS) || x != floor(x))
        return fail(w, E_DOMAIN, "\"%.60s\": %s is %g; a whole number from 1 is expected", said, what, x);
    *out = (uint64_t)x;
    return E_OK;
}

/* What is known first: a share below 1, or a number of rows. */
static int read_known(const struct kind *k, const char *said, double x, split_spec *out, why *w)
{
    if (k->takes == COUNT || (k->takes & COUNT && x >= 1))
        return whole(x, said, "the number of known rows", &out->rows, w);
    if (!(x > 0 && x < 1))
        return fail(w, E_DOMAIN, "the fraction %g of %s rows is outside 0..1", x,
                    k->kind == SPLIT_RANDOM ? "tested" : "known");
    out->fraction = x;
    return E_OK;
}

int split_parse(const char *said, split_spec *out, why *w)
{
    size_t n = strcspn(said, ":");
    const struct kind *k = find(said, n);
    if (!k)
        return nothing_such(said, n, w);
    *out = split_default(k->kind);
    if (!said[n])
        return E_OK;
    if (!k->takes)
        return fail(w, E_INPUT, "\"%.60s\": nothing comes behind \"%s\"", said, k->word);
    double x[3];
    size_t given = 0;
    for (const char *at = said + n; *at; given++) {
        size_t len = strcspn(++at, "/");
        if (given == 3 || (given && !(k->takes & STEPS)) || !text_real(at, len, &x[given]))
            return fail(w, E_INPUT, "\"%.60s\": a number is expected behind the colon, as in %s", said, k->form);
        at += len;
    }
    int rc = read_known(k, said, x[0], out, w);
    if (!rc && given > 1)
        rc = whole(x[1], said, "the step between origins", &out->every, w);
    out->ahead = out->every;
    if (!rc && given > 2)
        rc = whole(x[2], said, "the number of rows ahead", &out->ahead, w);
    return rc;
}

void split_say(const split_spec *s, char out[64])
{
    static const char *const word[SPLIT_KINDS] = { "holdout", "first", "rolling", "cells", "groups", "random" };
    char known[32] = "";
    if (s->rows)
        snprintf(known, sizeof known, "%llu", (unsigned long long)s->rows);
    else
        text_number(s->fraction, known);
    if (s->kind == SPLIT_CELLS || s->kind == SPLIT_GROUPS)
        snprintf(out, 64, "%s", word[s->kind]);
    else if (s->kind == SPLIT_ROLLING && s->ahead != s->every)
        snprintf(out, 64, "rolling:%s/%llu/%llu", known, (unsigned long long)s->every, (unsigned long long)s->ahead);
    else if (s->kind == SPLIT_ROLLING)
        snprintf(out, 64, "rolling:%s/%llu", known, (unsigned long long)s->every);
    else
        snprintf(out, 64, "%s:%s", word[s->kind], known);
}

bool split_in_time(const split_spec *s)
{
    return s->kind == SPLIT_HOLDOUT || s->kind == SPLIT_FIRST || s->kind == SPLIT_ROLLING;
}

uint64_t split_origin(const split_spec *s, uint64_t total)
{
    uint64_t known = s->rows ? (s->rows < total ? s->rows : total) : (uint64_t)((double)total * s->fraction + 1e-9);
    return known ? known : 1;
}
