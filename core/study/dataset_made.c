/* SPDX-License-Identifier: MIT
 * dataset_made.c - the catalogue of made columns: of the row's place, of one column of the same row, and of earlier
 * rows.
 *
 * A name is read from its end: "rest_log_lag_2" is the log of rest, two rows before; both sides of "_over_" by
 * themselves.  What looks back looks at earlier rows only (lag 1 or more), never at the row itself: a rolling mean that
 * includes the row's own capacity is the answer.
 */
#include "core/engine/transform.h"
#include "core/study/dataset_inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double WORN = 0.1;                  /* a cycle's part of what is not yet away: 1 - lambda */
enum { DEEPEST = 6, LONGEST_KEY = 120, MOST_BACK = 100000 };

static int make(dataset *d, const char *key, int depth, why *w);

/* ---- of earlier rows: x[0 .. i) of one cell, the last k of them ---- */

typedef struct past { const double *x; size_t i, k; } past;

/* First row of the window. */
static size_t from(const past *p)
{
    return p->i > p->k ? p->i - p->k : 0;
}

static double lag(const past *p)
{
    return p->i >= p->k ? p->x[p->i - p->k] : NAN;
}

static double mean(const past *p)
{
    double sum = 0, n = 0;
    for (size_t j = from(p); j < p->i; j++)
        if (isfinite(p->x[j])) {
            sum += p->x[j];
            n++;
        }
    return n > 0 ? sum / n : NAN;
}

static double spread(const past *p)
{
    double m = mean(p), sum = 0, n = 0;
    for (size_t j = from(p); j < p->i; j++)
        if (isfinite(p->x[j])) {
            sum += (p->x[j] - m) * (p->x[j] - m);
            n++;
        }
    return n > 1 ? sqrt(sum / (n - 1)) : NAN;
}

/* Least squares through the known values, per row. */
static double slope(const past *p)
{
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
    for (size_t j = from(p); j < p->i; j++) {
        if (!isfinite(p->x[j]))
            continue;
        double dx = (double)j - mx;
        n++;
        mx += dx / n;
        my += (p->x[j] - my) / n;
        sxx += dx * ((double)j - mx);
        sxy += dx * (p->x[j] - my);
    }
    return sxx > 0 ? sxy / sxx : NAN;
}

static double least(const past *p)
{
    double v = NAN;
    for (size_t j = from(p); j < p->i; j++)
        v = fmin(v, p->x[j]);
    return v;
}

static double most(const past *p)
{
    double v = NAN;
    for (size_t j = from(p); j < p->i; j++)
        v = fmax(v, p->x[j]);
    return v;
}

static double difference(const past *p)
{
    return p->i > p->k ? p->x[p->i - 1] - p->x[p->i - 1 - p->k] : NAN;
}

static double ratio(const past *p)
{
    return p->i > p->k && p->x[p->i - 1 - p->k] != 0 ? p->x[p->i - 1] / p->x[p->i - 1 - p->k] : NAN;
}

static double last(const past *p)
{
    for (size_t j = p->i; j-- > 0;)
        if (isfinite(p->x[j]))
            return p->x[j];
    return NAN;
}

/* unit NULL: as the column's.  own: the lag is K, else 1. */
static const struct back {
    const char *suffix, *unit, *doc;
    double    (*of)(const past *);
    bool        number, own;
} back[] = {
    { "_lag_", NULL, "%s, %zu rows before.", lag, true, true },
    { "_mean_", NULL, "Mean of %s over the %zu rows before.", mean, true, false },
    { "_std_", NULL, "Standard deviation of %s over the %zu rows before.", spread, true, false },
    { "_slope_", NULL, "Slope per row of %s over the %zu rows before, by least squares.", slope, true, false },
    { "_min_", NULL, "Least %s of the %zu rows before.", least, true, false },
    { "_max_", NULL, "Largest %s of the %zu rows before.", most, true, false },
    { "_diff_", NULL, "%s of the row before, less its value another %zu rows earlier.", difference, true, false },
    { "_ratio_", "1", "%s of the row before, over its value another %zu rows earlier.", ratio, true, false },
    { "_last", NULL, "The last known %s before this row.", last, false, false },
};
enum { NBACK = sizeof back / sizeof back[0] };

/* ---- running over a cell's rows: the whole of x[n] to y[n] ---- */

static void total(const double *x, size_t n, double *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += isfinite(x[i]) ? x[i] : 0;
        y[i] = sum;
    }
}

static void before(const double *x, size_t n, double *y)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        y[i] = sum;
        sum += isfinite(x[i]) ? x[i] : 0;
    }
}

static void deviation(const double *x, size_t n, double *y)
{
    double sum = 0, known = 0;
    for (size_t i = 0; i < n; i++) {
        y[i] = known > 0 ? x[i] - sum / known : x[i] - x[i];
        sum += isfinite(x[i]) ? x[i] : 0;
        known += isfinite(x[i]) != 0;
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void normalised(const double *x, size_t n, double *y)
{
    double first = NAN;
    for (size_t i = 0; i < n; i++) {
        first = isfinite(first) ? first : x[i];
        y[i] = first != 0 ? x[i] / first : NAN;
    }
}

/* What a row's x has more than the one before, beyond what is usual in the cell (the median), never below 0: of start
 * times, the pause. */
static void beyond(const double *x, size_t n, double *y)
{
    size_t m = 0;
    for (size_t i = 1; i < n; i++)
        if (isfinite(x[i] - x[i - 1]))
            y[m++] = x[i] - x[i - 1];
    qsort(y, m, sizeof *y, by_value);
    double usual = m ? (y[(m - 1) / 2] + y[m / 2]) / 2 : NAN;
    for (size_t i = 0; i < n; i++)
        y[i] = !i ? 0 : isfinite(x[i] - x[i - 1]) ? fmax(0, x[i] - x[i - 1] - usual) : NAN;
}

static const struct running {
    const char *suffix, *unit, *doc;
    void      (*of)(const double *x, size_t n, double *y);
    uint32_t    lag;
} running[] = {
    { "_sum", NULL, "Sum of %s up to this row.", total, 0 },
    { "_before", NULL, "Sum of %s over all rows before.", before, 1 },
    { "_deviation", NULL, "%s less its mean over all rows before.", deviation, 0 },
    { "_normalised", "1", "%s over its first known value of the cell.", normalised, 0 },
    { "_pause", NULL, "Rise of %s since the row before beyond the usual one of the cell, its median.", beyond, 0 },
};
enum { NRUNNING = sizeof running / sizeof running[0] };

/* U of the plugin `reversible` before each row, of rests x in s, tau in h: what it takes off at an amplitude of 1. */
static void away(const double *x, size_t n, double tau, double *y)
{
    double u = 0;
    for (size_t i = 0; i < n; i++) {
        bool known = isfinite(x[i]);
        u *= known ? exp(-fmax(0, x[i]) / (3600 * tau)) : 1;
        y[i] = u;
        u += known ? WORN * (1 - u) : 0;
    }
}

/* ---- of the row's place ---- */

static double place_cycle(const dataset_store *s, size_t i)
{
    return s->cycle[i] >= 0 ? (double)s->cycle[i] : (double)s->row[i];
}

static double place_row(const dataset_store *s, size_t i)
{
    return (double)s->row[i];
}

static double place_time(const dataset_store *s, size_t i)
{
    int64_t start = s->time[s->first[s->cell[i]]];
    return start == INT64_MIN || s->time[i] == INT64_MIN ? NAN : (double)(s->time[i] - start) * 1e-6;
}

static const struct place {
    const char *key, *unit, *doc;
    double    (*of)(const dataset_store *, size_t i);
} place[] = {
    { "cycle", "", "Number of the cycle.", place_cycle },
    { "row", "", "Number of the row within its cell.", place_row },
    { "time", "s", "Time since the cell's first row, by its time stamps.", place_time },
};
enum { NPLACE = sizeof place / sizeof place[0] };

/* For help and docs; tests see to it that every pattern works. */
static const dataset_made catalogue[] = {
    { "cycle", "", "planned", "Number of the cycle." },
    { "row", "", "planned", "Number of the row within its cell." },
    { "time", "s", "planned", "Time since the cell's first row, by its time stamps." },
    { "COLUMN_sqrt", "", "as COLUMN", "Square root." },
    { "COLUMN_log", "", "as COLUMN", "Natural logarithm of one plus it." },
    { "COLUMN_squared", "", "as COLUMN", "Square." },
    { "COLUMN_reciprocal", "", "as COLUMN", "One over it." },
    { "COLUMN_abs", "", "as COLUMN", "Its size, without its sign." },
    { "COLUMN_sum", "of COLUMN", "as COLUMN", "Sum up to this row: rests accumulated." },
    { "COLUMN_before", "of COLUMN", "earlier rows", "Sum over all rows before." },
    { "COLUMN_deviation", "of COLUMN", "as COLUMN", "Less its mean over all rows before." },
    { "COLUMN_normalised", "1", "as COLUMN", "Over its first known value of the cell." },
    { "COLUMN_pause", "of COLUMN", "planned",
      "Its rise since the row before, beyond the cell's usual (median) one: of times, rests." },
    { "COLUMN_away_K", "1", "as COLUMN", "Reversible loss that K hours of rest take to 1/e; COLUMN: rests in s." },
    { "throughput_before", "Ah", "earlier rows", "Charge moved in all rows before: of throughput, else of capacity." },
    { "COLUMN_over_COLUMN", "", "the later of both", "One over the other, of the same row." },
    { "COLUMN_lag_K", "of COLUMN", "earlier rows", "Its value K rows before." },
    { "COLUMN_last", "of COLUMN", "earlier rows", "Its last known value before this row." },
    { "COLUMN_mean_K", "of COLUMN", "earlier rows", "Mean over the K rows before." },
    { "COLUMN_std_K", "of COLUMN", "earlier rows", "Standard deviation (n - 1) over the K rows before." },
    { "COLUMN_slope_K", "of COLUMN", "earlier rows", "Slope per row over the K rows before, by least squares." },
    { "COLUMN_min_K", "of COLUMN", "earlier rows", "Least of the K rows before." },
    { "COLUMN_max_K", "of COLUMN", "earlier rows", "Largest of the K rows before." },
    { "COLUMN_diff_K", "of COLUMN", "earlier rows", "Of the row before, less its value another K rows earlier." },
    { "COLUMN_ratio_K", "1", "earlier rows", "Of the row before, over its value another K rows earlier." },
};

size_t dataset_catalogue(const dataset_made **out)
{
    *out = catalogue;
    return sizeof catalogue / sizeof catalogue[0];
}

/* ---- making one ---- */

typedef struct making { dataset *d; const char *key; int depth; why *w; } making;

static double *room(const making *m)
{
    return mem_zero(m->d->store->n + 1, sizeof(double));
}

/* The column that the first n letters name; < 0: said, unless `quiet`. */
static int stem(const making *m, size_t n)
{
    char name[LONGEST_KEY];
    snprintf(name, sizeof name, "%.*s", (int)n, m->key);
    return make(m->d, name, m->depth + 1, m->w);
}

static int put(const making *m, const dataset_column *of, const char *in, const char *doc, uint32_t lags, double *v)
{
    dataset_column c = *of;
    c.key = m->key;
    c.unit = in ? in : of->unit;
    c.doc = doc;
    c.lag += lags;
    return dataset_add(m->d, &c, v, m->w);
}

static int make_place(const making *m, const struct place *p)
{
    const dataset_store *s = m->d->store;
    dataset_column c = { .key = m->key, .unit = p->unit, .doc = p->doc, .when = WHEN_PLANNED };
    double *v = room(m);
    for (size_t i = 0; v && i < s->n; i++)
        v[i] = p->of(s, i);
    return dataset_add(m->d, &c, v, m->w);
}

static int make_transform(const making *m, const transform *t, size_t n)
{
    int of = stem(m, n);
    if (of < 0)
        return of;
    char doc[200];
    double *v = room(m);
    const double *x = m->d->store->col[of];
    for (size_t i = 0; v && i < m->d->store->n; i++)
        v[i] = t->of(x[i]);
    snprintf(doc, sizeof doc, "%s %.100s.", t->doc, m->d->col[of].key);
    return put(m, &m->d->col[of], t->unit, doc, 0, v);
}

static int make_running(const making *m, const struct running *r, size_t n)
{
    int of = stem(m, n);
    if (of < 0)
        return of;
    if (r->of == beyond && (m->d->col[of].when != WHEN_PLANNED || m->d->col[of].of_answer))
        return -fail(m->w, E_INPUT,
                     "column %s: the usual rise of %s is that of all rows, later ones too, so it must be planned",
                     m->key, m->d->col[of].key);
    char doc[200];
    double *v = room(m);
    const dataset_store *s = m->d->store;
    for (size_t c = 0; v && c < m->d->ncell; c++)
        r->of(s->col[of] + s->first[c], s->first[c + 1] - s->first[c], v + s->first[c]);
    snprintf(doc, sizeof doc, r->doc, m->d->col[of].key);
    return put(m, &m->d->col[of], r->unit, doc, r->lag, v);
}

static int make_back(const making *m, const struct back *b, size_t n, size_t k)
{
    int of = stem(m, n);
    if (of < 0)
        return of;
    char doc[240];
    double *v = room(m);
    const dataset_store *s = m->d->store;
    for (size_t i = 0; v && i < s->n; i++) {
        size_t first = s->first[s->cell[i]];
        v[i] = b->of(&(past){ s->col[of] + first, i - first, k });
    }
    snprintf(doc, sizeof doc, b->doc, m->d->col[of].key, k);
    return put(m, &m->d->col[of], b->unit, doc, b->own ? (uint32_t)k : 1, v);
}

/* "COLUMN_away_48": a length to cut off, the hours. */
static bool away_of(const char *key, size_t *n, double *hours)
{
    static const char word[] = "_away_";
    size_t digits = strlen(key), m = sizeof word - 1;
    while (digits > 0 && key[digits - 1] >= '0' && key[digits - 1] <= '9')
        digits--;
    *hours = key[digits] ? strtod(key + digits, NULL) : 0;
    *n = digits > m ? digits - m : 0;
    return *n > 0 && *hours > 0 && strncmp(key + *n, word, m) == 0;
}

static int make_away(const making *m, size_t n, double hours)
{
    int of = stem(m, n);
    if (of < 0)
        return of;
    if (strcmp(m->d->col[of].unit, "s") != 0)
        return -fail(m->w, E_INPUT, "%s: %s is in \"%s\", but what is away comes back in rests, in s", m->key,
                     m->d->col[of].key, m->d->col[of].unit);
    char doc[200];
    double *v = room(m);
    const dataset_store *s = m->d->store;
    for (size_t c = 0; v && c < m->d->ncell; c++)
        away(s->col[of] + s->first[c], s->first[c + 1] - s->first[c], hours, v + s->first[c]);
    snprintf(doc, sizeof doc, "Reversible loss that is away, where %g h of %.80s take it to 1/e.", hours,
             m->d->col[of].key);
    return put(m, &m->d->col[of], "1", doc, 0, v);
}

static int make_over(const making *m, size_t n, const char *under)
{
    int a = stem(m, n), b = a < 0 ? a : make(m->d, under, m->depth + 1, m->w);
    if (b < 0)
        return b;
    const dataset_column *x = &m->d->col[a], *y = &m->d->col[b];
    if (!x->lag != !y->lag)
        return -fail(m->w, E_INPUT,
                     "column %s: %s is of the row itself and %s of earlier rows; their ratio would be neither", m->key,
                     x->lag ? y->key : x->key, x->lag ? x->key : y->key);
    double *v = room(m);
    for (size_t i = 0; v && i < m->d->store->n; i++)
        v[i] = m->d->store->col[b][i] != 0 ? m->d->store->col[a][i] / m->d->store->col[b][i] : NAN;
    dataset_column c = { .key = m->key, .unit = strcmp(x->unit, y->unit) == 0 ? "1" : "",
                         .doc = "One column over another.", .when = x->when > y->when ? x->when : y->when,
                         .lag = x->lag < y->lag ? x->lag : y->lag,
                         .of_answer = x->of_answer || y->of_answer, .of_start = x->of_start || y->of_start };
    return dataset_add(m->d, &c, v, m->w);
}

/* "COLUMN_lag_3": the one that ends the key, and its number.  NULL: none. */
static const struct back *back_of(const char *key, size_t *n, size_t *k)
{
    size_t end = strlen(key), digits = end;
    while (digits > 0 && key[digits - 1] >= '0' && key[digits - 1] <= '9')
        digits--;
    *k = digits < end ? strtoul(key + digits, NULL, 10) : 0;
    for (size_t i = 0; i < NBACK; i++) {
        size_t m = strlen(back[i].suffix), at = back[i].number ? digits : end;
        bool numbered = digits < end && end - digits < 7 && *k > 0 && *k <= MOST_BACK;
        if (at > m && strncmp(key + at - m, back[i].suffix, m) == 0 && (!back[i].number || numbered)) {
            *n = at - m;
            *k = back[i].number ? *k : 1;
            return &back[i];
        }
    }
    return NULL;
}

static int unknown(const making *m)
{
    const char *words[512];
    size_t n = 0;
    for (; n < NPLACE; n++)
        words[n] = place[n].key;
    for (size_t i = 0; i < m->d->ncol && n < 512; i++)
        words[n++] = m->d->col[i].key;
    const char *near = text_nearest(m->key, words, n);
    char like[200] = "";                          /* temperature: temperature_mean, temperature_max, .. */
    size_t used = 0, found = 0;
    for (size_t i = NPLACE; i < n && found < 4; i++)
        if (text_starts(words[i], m->key) && used + strlen(words[i]) + 8 < sizeof like)
            used += (size_t)snprintf(like + used, sizeof like - used, "%s%s", found++ ? ", " : "", words[i]);
    near = found ? like : near;
    return -fail(m->w, E_INPUT,
                 "there is no column %s%s%s%s; made ones end with _lag_K, _mean_K, _std_K, _slope_K, _log, _sum and "
                 "others (docs/features-to-learn-from.md)",
                 m->key, near ? " (did you mean " : "", near ? near : "", near ? "?)" : "");
}

static int make_named(const making *m)
{
    size_t n, k;
    for (size_t i = 0; i < NPLACE; i++)
        if (strcmp(place[i].key, m->key) == 0)
            return make_place(m, &place[i]);
    if (strcmp(m->key, "throughput_before") == 0 && dataset_find(m->d, "throughput") < 0)
        return make_running(&(making){ m->d, "capacity_before", m->depth, m->w }, &running[1], strlen("capacity"));
    const char *over = strstr(m->key, "_over_");
    if (over && over > m->key && over[6])
        return make_over(m, (size_t)(over - m->key), over + 6);
    double hours;
    if (away_of(m->key, &n, &hours))
        return make_away(m, n, hours);
    const struct back *b = back_of(m->key, &n, &k);
    if (b)
        return make_back(m, b, n, k);
    for (size_t i = 0; i < NRUNNING; i++)
        if (text_ends(m->key, running[i].suffix) && strlen(m->key) > strlen(running[i].suffix))
            return make_running(m, &running[i], strlen(m->key) - strlen(running[i].suffix));
    const transform *t = transform_of(m->key, &n);
    if (t)
        return make_transform(m, t, n);
    return unknown(m);
}

static int make(dataset *d, const char *key, int depth, why *w)
{
    int there = dataset_find(d, key);
    if (there >= 0)
        return there;
    if (depth > DEEPEST || strlen(key) >= LONGEST_KEY)
        return -fail(w, E_INPUT, "column %.80s is made of too many others: at most %d steps and %d letters", key,
                     DEEPEST, LONGEST_KEY);
    return make_named(&(making){ d, key, depth, w });
}

int dataset_column_of(dataset *d, const char *key, why *w)
{
    return make(d, key, 0, w);
}
