/* SPDX-License-Identifier: MIT
 * protocol.c - sentences of a test protocol, read word by word.
 *
 *   Discharge|Charge at QUANTITY | Hold at VOLTAGE | Rest
 *   then  [for TIME] [or] [until END [or END ..]]  [(TIME period)]
 *
 * The words are PyBaMM's; an END is a voltage, current, C-rate, capacity or time, a voltage or current also behind <
 * or >.  Every complaint names the column where the reading stopped.
 */
#include "core/scenario/protocol.h"
#include "core/base/text.h"
#include "core/fade_plugin.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { IN_CURRENT = 1, IN_VOLTAGE = 2, IN_POWER = 4, IN_RESISTANCE = 8, IN_CAPACITY = 16, IN_TIME = 32, IN_RATE = 64 };
enum { LONGEST = 1000 };                          /* bytes of a sentence */

static const struct unit_word { const char *word; int kind; double scale; } units[] = {
    { "A", IN_CURRENT, 1 },       { "mA", IN_CURRENT, 1e-3 },   { "V", IN_VOLTAGE, 1 },     { "mV", IN_VOLTAGE, 1e-3 },
    { "W", IN_POWER, 1 },         { "mW", IN_POWER, 1e-3 },     { "kW", IN_POWER, 1e3 },    { "Ohm", IN_RESISTANCE, 1 },
    { "mOhm", IN_RESISTANCE, 1e-3 }, { "Ah", IN_CAPACITY, 1 },  { "mAh", IN_CAPACITY, 1e-3 }, { "A.h", IN_CAPACITY, 1 },
    { "C", IN_RATE, 1 },          { "s", IN_TIME, 1 },          { "sec", IN_TIME, 1 },      { "second", IN_TIME, 1 },
    { "seconds", IN_TIME, 1 },    { "min", IN_TIME, 60 },       { "minute", IN_TIME, 60 },  { "minutes", IN_TIME, 60 },
    { "m", IN_TIME, 60 },         { "h", IN_TIME, 3600 },       { "hr", IN_TIME, 3600 },    { "hour", IN_TIME, 3600 },
    { "hours", IN_TIME, 3600 },
};

/* What may stand behind "at" and behind "until", by the first word.  `forward` is the sign of current, power and
 * resistance, and of the way the voltage goes. */
static const struct verb { const char *word; int at, until; double forward; const char *say, *ends;
} verbs[] = {
    { "Discharge", IN_CURRENT | IN_RATE | IN_POWER | IN_RESISTANCE,
      IN_VOLTAGE | IN_CURRENT | IN_RATE | IN_CAPACITY | IN_TIME, 1,
      "a current (1 A, 50 mA, 1C, C/2), a power (2 W) or a resistance (4 Ohm)",
      "a voltage (2.5 V), a current (50 mA, C/20), a capacity (1 Ah) or a time" },
    { "Charge", IN_CURRENT | IN_RATE | IN_POWER | IN_RESISTANCE,
      IN_VOLTAGE | IN_CURRENT | IN_RATE | IN_CAPACITY | IN_TIME, -1,
      "a current (1 A, 50 mA, 1C, C/2), a power (2 W) or a resistance (4 Ohm); a voltage is held: \"Hold at 4.2 V\"",
      "a voltage (4.2 V), a current (50 mA, C/20), a capacity (1 Ah) or a time" },
    { "Hold", IN_VOLTAGE, IN_CURRENT | IN_RATE | IN_CAPACITY | IN_TIME, 1, "a voltage (4.2 V)",
      "a current (50 mA, C/20), a capacity (1 Ah) or a time" },
    { "Rest", 0, IN_VOLTAGE | IN_TIME, 0, "", "a voltage and its side (> 3.5 V) or a time" },
};
/* Ends from a key of their own: what the step does decides. */
static const struct verb any = { "", 0, IN_VOLTAGE | IN_CURRENT | IN_RATE | IN_CAPACITY | IN_TIME, 0, "",
                                 "a voltage (2.5 V), a current (50 mA, C/20), a capacity (1 Ah) or a time" };

typedef struct reader {
    const char *start, *at;
    double      nominal;                          /* Ah */
    why        *w;
} reader;

typedef struct quantity {
    double      value;                            /* SI; A for a C-rate */
    int         kind;
    const char *at;
} quantity;

static int stuck(const reader *r, const char *at, const char *sentence)
{
    return fail(r->w, E_INPUT, "column %d: %s", (int)(at - r->start) + 1, sentence);
}

static void skip(reader *r)
{
    while (*r->at == ' ' || *r->at == '\t')
        r->at++;
}

/* Takes `word` when it comes next, whatever its case. */
static bool take(reader *r, const char *word)
{
    size_t n = strlen(word);
    skip(r);
    if (strncasecmp(r->at, word, n) || isalnum((unsigned char)r->at[n]))
        return false;
    r->at += n;
    return true;
}

/* Bytes of the number that comes next: 12, .5, 1e-3, but not the unit behind it. */
static size_t number_length(const char *at)
{
    size_t n = strspn(at, "0123456789.");
    if (n && (at[n] == 'e' || at[n] == 'E')) {
        size_t sign = at[n + 1] == '-' || at[n + 1] == '+', digits = strspn(at + n + 1 + sign, "0123456789");
        n += digits ? 1 + sign + digits : 0;
    }
    return n;
}

static int read_number(reader *r, double *out)
{
    skip(r);
    size_t n = number_length(r->at);
    if (!n || !text_real(r->at, n, out))
        return stuck(r, r->at,
                     *r->at == '-' ? "a number without a sign is expected: Charge and Discharge say the direction"
                                   : "a number is expected here");
    if (!(*out > 0) || !isfinite(*out))
        return stuck(r, r->at, "a number above 0 is expected here");
    r->at += n;
    return E_OK;
}

static const struct unit_word *read_unit(reader *r)
{
    skip(r);
    size_t n = 0;
    while (isalpha((unsigned char)r->at[n]) || (r->at[n] == '.' && isalpha((unsigned char)r->at[n + 1])))
        n++;
    for (int exact = 1; exact >= 0; exact--)      /* mW is not MW: the case decides where it can */
        for (size_t i = 0; i < sizeof units / sizeof *units; i++)
            if (strlen(units[i].word) == n && (exact ? strncmp : strncasecmp)(units[i].word, r->at, n) == 0 &&
                (exact || n > 2)) {
                r->at += n;
                return &units[i];
            }
    return NULL;
}

/* A C-rate becomes amperes by the nominal capacity. */
static int to_current(const reader *r, quantity *q)
{
    if (q->kind != IN_RATE)
        return E_OK;
    if (!(r->nominal > 0))
        return stuck(r, q->at, "a C-rate needs [cell] nominal_capacity");
    q->value *= r->nominal;
    q->kind = IN_CURRENT;
    return E_OK;
}

/* "C/2": one over a number. */
static int read_fraction(reader *r, quantity *q)
{
    double n;
    r->at++;
    skip(r);
    r->at++;
    int rc = read_number(r, &n);
    q->kind = IN_RATE;
    q->value = rc ? 0 : 1 / n;
    return rc;
}

/* One of the kinds allowed; `say` names them. */
static int read_quantity(reader *r, int allowed, const char *say, quantity *q)
{
    char sentence[200];
    skip(r);
    *q = (quantity){ .at = r->at };
    bool fraction = (*r->at == 'C' || *r->at == 'c') && r->at[1 + strspn(r->at + 1, " ")] == '/';
    int rc = fraction ? read_fraction(r, q) : read_number(r, &q->value);
    if (rc)
        return rc;
    if (!fraction) {
        skip(r);
        const char *at = r->at;
        const struct unit_word *u = read_unit(r);
        snprintf(sentence, sizeof sentence, "the unit is missing or unknown; expected %s", say);
        if (!u)
            return stuck(r, at, sentence);
        q->kind = u->kind;
        q->value *= u->scale;
    }
    snprintf(sentence, sizeof sentence, "expected %s", say);
    if (!(q->kind & allowed))
        return stuck(r, q->at, sentence);
    return to_current(r, q);
}

static int read_demand(reader *r, const struct verb *v, protocol_step *s)
{
    static const int control[] = { [IN_CURRENT] = FADE_BY_CURRENT,
                                   [IN_VOLTAGE] = FADE_BY_VOLTAGE,
                                   [IN_POWER] = FADE_BY_POWER,
                                   [IN_RESISTANCE] = FADE_BY_RESISTANCE };
    quantity q;
    s->control = FADE_BY_CURRENT;
    s->demand = 0;
    if (!v->at)
        return E_OK;
    if (!take(r, "at"))
        return stuck(r, r->at, "\"at\" is expected here");
    int rc = read_quantity(r, v->at, v->say, &q);
    if (rc)
        return rc;
    s->control = control[q.kind];
    s->demand = q.kind == IN_VOLTAGE ? q.value : v->forward * q.value;
    return E_OK;
}

/* +1, -1 or 0 as the sentence says: ">", "<", neither. */
static int read_side(reader *r)
{
    skip(r);
    if (*r->at != '<' && *r->at != '>')
        return 0;
    r->at++;
    return r->at[-1] == '>' ? 1 : -1;
}

/* Which way a limit without < or > lies: a discharge lowers the voltage. */
static int natural_side(const protocol_step *s)
{
    return s->control == FADE_BY_VOLTAGE || s->demand == 0 ? 0 : s->demand > 0 ? -1 : 1;
}

static int add_limit(reader *r, const quantity *q, int side, protocol_step *s)
{
    int what = q->kind == IN_VOLTAGE ? PROTOCOL_VOLTAGE : q->kind == IN_CURRENT ? PROTOCOL_CURRENT : PROTOCOL_CAPACITY;
    if (side && what == PROTOCOL_CAPACITY)
        return stuck(r, q->at, "charge only rises in a step: write the capacity without < or >");
    if (what == PROTOCOL_CURRENT && s->control == FADE_BY_CURRENT && !s->drive)
        return stuck(r, q->at, "the step holds the current, so it cannot wait for one");
    if (what == PROTOCOL_VOLTAGE && s->control == FADE_BY_VOLTAGE && !s->drive)
        return stuck(r, q->at, "the step holds the voltage, so it cannot wait for one");
    if (what == PROTOCOL_VOLTAGE && !side && !(side = natural_side(s)))
        return stuck(r, q->at, "a rest does not say which way the voltage goes: write > or < before it");
    if (s->nlimit == PROTOCOL_LIMITS)
        return stuck(r, q->at, "a step can wait for 8 things at most");
    s->limit[s->nlimit++] = (protocol_limit){ .what = what, .side = side, .value = q->value };
    return E_OK;
}

/* One end behind "until". */
static int read_end(reader *r, const struct verb *v, protocol_step *s)
{
    quantity q;
    skip(r);
    const char *at = r->at;
    int side = read_side(r), rc = read_quantity(r, v->until, v->ends, &q);
    if (rc)
        return rc;
    if (q.kind != IN_TIME)
        return add_limit(r, &q, side, s);
    if (side)
        return stuck(r, at, "a time stands without < or >");
    s->duration = q.value < s->duration ? q.value : s->duration;
    return E_OK;
}

/* "for 10 hours or until 3.3 V or 1 Ah", in either order; "or" may join what follows "until". */
static int read_ends(reader *r, const struct verb *v, protocol_step *s, bool open)
{
    int rc = open ? read_end(r, v, s) : E_OK;
    while (!rc) {
        bool given = isfinite(s->duration) || s->nlimit, joined = given && take(r, "or");
        quantity q = { 0 };
        if (!isfinite(s->duration) && take(r, "for")) {
            rc = read_quantity(r, IN_TIME, "a time (30 seconds, 10 minutes, 1 hour)", &q);
            s->duration = rc ? INFINITY : q.value;
        } else if ((joined || !open) && take(r, "until")) {
            open = true;
            rc = read_end(r, v, s);
        } else if (joined && open) {
            rc = read_end(r, v, s);
        } else if (joined) {
            return stuck(r, r->at, "\"for\" or \"until\" is expected behind \"or\"");
        } else {
            break;
        }
    }
    return rc;
}

/* A step without "for" ends some day: its limit may be out of reach. */
static double guard(const protocol_step *s, double nominal_ah)
{
    enum { HOUR = 3600, DAYS = 10 * 24, TIMES = 10 };
    double by_rate = s->control == FADE_BY_CURRENT && s->demand != 0 ? nominal_ah / fabs(s->demand) : 0;
    if (isfinite(s->duration))
        return INFINITY;
    return HOUR * fmax(DAYS, by_rate > 0 ? TIMES * by_rate : 0);
}

static int ends_given(reader *r, const struct verb *v, const protocol_step *s, const char *at)
{
    skip(r);
    if (s->nlimit || isfinite(s->duration))
        return E_OK;
    return stuck(r, r->at > at ? r->at : at,
                 v->at ? "\"for\" or \"until\" is expected here"
                       : "\"for\" and a time are expected: Rest for 10 minutes");
}

/* " (1 minute period)" */
static int read_period(reader *r, protocol_step *s)
{
    quantity q;
    skip(r);
    if (*r->at != '(')
        return E_OK;
    r->at++;
    int rc = read_quantity(r, IN_TIME, "a time (1 minute period)", &q);
    if (rc)
        return rc;
    if (!take(r, "period") || *r->at != ')')
        return stuck(r, r->at, "\"period)\" is expected here");
    r->at++;
    s->period = q.value;
    return E_OK;
}

static int nothing_more(reader *r)
{
    skip(r);
    if (!*r->at)
        return E_OK;
    bool degrees = strstr(r->at, "oC") || strstr(r->at, "degC");
    return stuck(r, r->at,
                 degrees ? "a temperature is a key of the scenario, not a part of the sentence"
                         : "nothing more is expected here");
}

static int parse(const char *sentence, double nominal_ah, bool needs_end, protocol_step *out, why *w)
{
    reader r = { sentence, sentence, nominal_ah, w };
    const struct verb *v = NULL;
    *out = (protocol_step){ .text = sentence, .duration = INFINITY, .temperature = NAN };
    if (strlen(sentence) > LONGEST)
        return stuck(&r, sentence, "the sentence has more than 1000 characters");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && !v; i++)
        v = take(&r, verbs[i].word) ? &verbs[i] : NULL;
    if (!v)
        return stuck(&r, r.at, "a step starts with Discharge, Charge, Rest or Hold");
    int rc = read_demand(&r, v, out);
    const char *at = r.at;
    rc = rc ? rc : read_ends(&r, v, out, false);
    rc = rc || !needs_end ? rc : ends_given(&r, v, out, at);
    rc = rc ? rc : read_period(&r, out);
    out->guard = guard(out, nominal_ah);
    return rc ? rc : nothing_more(&r);
}

int protocol_parse(const char *sentence, double nominal_ah, protocol_step *out, why *w)
{
    return parse(sentence, nominal_ah, true, out, w);
}

int protocol_parse_open(const char *sentence, double nominal_ah, protocol_step *out, why *w)
{
    return parse(sentence, nominal_ah, false, out, w);
}

int protocol_until(const char *ends, double nominal_ah, protocol_step *s, why *w)
{
    reader r = { ends, ends, nominal_ah, w };
    if (strlen(ends) > LONGEST)
        return stuck(&r, ends, "the ends have more than 1000 characters");
    take(&r, "until");
    int rc = read_ends(&r, &any, s, true);
    s->guard = guard(s, nominal_ah);
    return rc ? rc : nothing_more(&r);
}
