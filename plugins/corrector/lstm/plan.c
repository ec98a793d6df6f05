/* SPDX-License-Identifier: MIT
 * plan.c - windows over the samples of a row: features named NAME_at_Ts are the readings of one channel, T in order the
 * steps, and what else is given holds for every step.
 *
 * What a channel lacks at some time is its mean there, which is 0 once scaled.
 */
#include "lstm.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The length of NAME in NAME_at_Ts, and T; 0: it is not so named. */
static size_t channel(const char *key, unsigned long *t)
{
    const char *at = NULL;
    for (const char *next = strstr(key, "_at_"); next; next = strstr(next + 1, "_at_"))
        at = next;
    char *end;
    if (!at || at == key || at[4] < '0' || at[4] > '9')
        return 0;
    *t = strtoul(at + 4, &end, 10);
    return strcmp(end, "s") == 0 ? (size_t)(at - key) : 0;
}

typedef struct reading {
    size_t n; /* letters of the channel; 0: no reading */
    unsigned long t;
} reading;

static int same_channel(const char *a, const reading *x, const char *b, const reading *y)
{
    return x->n == y->n && memcmp(a, b, x->n) == 0;
}

const char *lstm_plan(const char *key, size_t apart, lstm_shape *s, lstm_place *place)
{
    reading r[LSTM_FEATURES];
    unsigned long step[LSTM_FEATURES];
    uint32_t steps = 0, slots = 0;
    for (uint32_t j = 0; j < s->p; j++) {
        r[j] = (reading){ .t = 0 };
        r[j].n = channel(key + j * apart, &r[j].t);
        uint32_t at = 0;
        while (at < steps && step[at] < r[j].t)
            at++;
        if (r[j].n && (at == steps || step[at] != r[j].t)) {
            memmove(step + at + 1, step + at, (steps++ - at) * sizeof *step);
            step[at] = r[j].t;
        }
    }
    if (steps < 2 || steps > LSTM_WINDOW)
        return steps < 2 ? "lstm over samples needs features that are readings at two times or more, as "
                           "charge_voltage_at_{60:3000:60}s"
                         : "lstm over samples takes readings at 128 times at most";
    for (uint32_t j = 0; j < s->p; j++) {
        uint32_t k = 0, at = 0;
        while (r[j].n && k < j && !(r[k].n && same_channel(key + k * apart, &r[k], key + j * apart, &r[j])))
            k++;
        while (r[j].n && step[at] != r[j].t)
            at++;
        place[j].slot = r[j].n && k < j ? place[k].slot : slots++;
        place[j].step = r[j].n ? at : LSTM_EVERY;
    }
    s->window = steps;
    s->in = slots;
    return NULL;
}
