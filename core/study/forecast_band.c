/* SPDX-License-Identifier: MIT
 * forecast_band.c - how wide a band must be to hold: forecasts from earlier origins, scored on known rows.
 *
 * A score is how far off a value was in half widths of its forecast's own 90 % band, below it negative.  What makes
 * two of them alike is how far they reach beside what was known then: rows ahead over rows known.  The ends of a band
 * at x lie at quantiles of the scores about x, each cell and origin weighing the same (split conformal prediction over
 * series; scores of one series go together, so that the finite-sample correction counts series, not rows).  That a law
 * can be wrong enters as a share of the change it foretells, as large as makes the bands of the earlier origins best.
 */
#include "core/base/mem.h"
#include "core/base/random.h"
#include "core/study/forecast_inside.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define Z95    1.6448536269514722                 /* standard normal, 95 % */
#define REACH  0.35                               /* of log x: how far scores are alike */
#define LEAST  0.25                               /* a band is not made narrower than so */
#define ALIKE  0.7                                /* of the log of rows known: origins that are alike */
#define CLOSE  0.15                               /* of log x, there: errors grow fast, records end */
#define NEAR   0.25                               /* the same where later rows of whole records tell of a knee */
#define LOST   0.15                               /* of the log of what was lost by then, there */
#define LOST_LEAST 0.01                           /* added to it, of the capacity: who lost next to nothing is alike */

double forecast_normal_half(double share)
{
    return random_quantile(0.5 + share / 2);
}

void forecast_view_half(const view *v, size_t row, double *down, double *up)
{
    double doubt = forecast_view_doubt(v, row);
    double few = 1 + (Z95 * Z95 + 1) / (4 * v->dof);      /* Student's quantile over the normal one */
    double other = Z95 * Z95 * (v->spread_c[row] * v->spread_c[row] + v->noise * v->noise + doubt * doubt);
    *down = hypot(few * sqrt(v->down[row] * v->down[row] + other), v->wrong_inside ? v->wrong_down[row] : 0);
    *up = hypot(few * sqrt(v->up[row] * v->up[row] + other), v->wrong_inside ? v->wrong_up[row] : 0);
}

double forecast_view_doubt(const view *v, size_t row)
{
    return row < v->known ? 0 : v->doubt * fabs(v->middle[row] - v->middle[v->known - 1]);
}

double forecast_view_lost(const view *v)
{
    return log(fabs(1 - v->middle[v->known - 1] / v->middle[0]) + LOST_LEAST);
}

int forecast_scores_add(scores *s, const course *k, const view *v, uint32_t cell, size_t known, why *w)
{
    uint32_t series = s->nseries++;
    double last = -INFINITY, alike = v->wrong_inside ? NEAR : ALIKE;
    double share = (double)v->known / (double)known, age = log(share) / alike, lost = forecast_view_lost(v);
    double near = exp(-0.5 * age * age) / (v->wrong_inside ? share : 1);  /* origins lie evenly in share */
    for (size_t r = v->known; r < k->n; r++) {
        double down, up, off = k->seen[r] - v->middle[r] - v->correction[r];
        double x = log((double)(r - v->known + 1) / (double)v->known);
        if (!isfinite(off) || x - last < DISCREPANCY_THIN)
            continue;
        last = x;
        if (s->n == s->cap) {
            size_t cap = s->cap ? 2 * s->cap : 1024;
            struct score *more = mem_grow(s->at, cap, sizeof *more);
            if (!more)
                return fail(w, E_NOMEM, "no memory for %zu scores of forecasts", cap);
            s->at = more;
            s->cap = cap;
        }
        forecast_view_half(v, r, &down, &up);
        double change = fabs(v->middle[r] - v->middle[v->known - 1]);
        s->at[s->n++] = (struct score){ x, near, off, fmax(down, 1e-12), fmax(up, 1e-12), change, lost, series,
                                           cell };
    }
    return E_OK;
}

typedef struct heavy { double off, weight; size_t at; } heavy;        /* at: number of the score */

static double in_halves(const struct score *s, double doubt)
{
    double half = s->off < 0 ? s->down : s->up, more = Z95 * doubt * s->change;
    return s->off / sqrt(half * half + more * more);
}

static int by_off(const void *a, const void *b)
{
    double x = ((const heavy *)a)->off, y = ((const heavy *)b)->off;
    return (x > y) - (x < y);
}

typedef struct asking {
    const scores *s;
    double lost;                     /* by the cell that asks; NaN: whoever lost how much */
    double doubt, first, most, span; /* first, most: nearest and farthest x scored; span: how far are alike */
    int64_t       but, also;                      /* cells that do not count */
    heavy        *h;                              /* [n] rising in off */
    double       *of;                             /* [2][nseries] */
    double       *group;                          /* [2][ngroup]; NULL */
    size_t        ngroup;
} asking;

/* Weights of scores about x, each series normed to at most 1: their sum, and how many alike series say as much. */
static double weigh(asking *a, double x, double *alike)
{
    const scores *s = a->s;
    double all = 0, square = 0, *of = a->of, *near = a->of + s->nseries;
    memset(of, 0, 2 * (size_t)s->nseries * sizeof *of);
    for (size_t i = 0; i < s->n; i++) {
        const struct score *k = &s->at[a->h[i].at];
        double z = (k->x - x) / a->span, l = isfinite(a->lost - k->lost) ? (k->lost - a->lost) / LOST : 0;
        double weight = k->cell == a->but || k->cell == a->also ? 0 : k->near * exp(-0.5 * (z * z + l * l));
        a->h[i].weight = weight;
        of[k->series] += weight;
        near[k->series] = fmax(near[k->series], weight);
    }
    for (size_t i = 0; i < s->n; i++) {
        uint32_t series = s->at[a->h[i].at].series;
        a->h[i].weight *= of[series] > 0 ? near[series] / of[series] : 0;
    }
    for (uint32_t i = 0; i < s->nseries; i++) {
        all += near[i];
        square += near[i] * near[i];
    }
    *alike = square > 0 ? all * all / square : 1;
    return all;
}

/* Where the sum of weights reaches `want`, from below or from above. */
static double reach(const heavy *h, size_t n, double want, bool from_above)
{
    double sum = 0, out = 0;
    for (size_t i = 0; i < n && sum < want; i++) {
        const heavy *k = &h[from_above ? n - 1 - i : i];
        sum += k->weight;
        out = k->weight > 0 ? k->off : out;
    }
    return out;
}

/* Ends of the band at x that misses equally often on either side, below and above. */
static void ends(asking *a, double x, double share, double *down, double *up)
{
    double alike, all = weigh(a, fmin(x, a->most), &alike), plain = forecast_normal_half(share) / Z95;
    double want = (0.5 + fmin(1, share * (alike + 1) / alike) / 2) * all;
    *up = fmax(reach(a->h, a->s->n, want, false), LEAST * plain);
    *down = fmax(-reach(a->h, a->s->n, want, true), LEAST * plain);
}

static void believe(asking *a, double doubt)
{
    a->doubt = doubt;
    for (size_t i = 0; i < a->s->n; i++)
        a->h[i] = (heavy){ in_halves(&a->s->at[i], doubt), 0, i };
    qsort(a->h, a->s->n, sizeof *a->h, by_off);
}

/* Room, and whether there is enough to ask. */
static bool ask(const scores *s, double doubt, int64_t but, asking *a)
{
    size_t n = 0;
    *a = (asking){ .s = s, .but = but, .also = -1, .first = INFINITY, .most = -INFINITY, .span = REACH, .lost = NAN };
    for (size_t i = 0; i < s->n; i++)
        if (s->at[i].cell != but) {
            a->first = fmin(a->first, s->at[i].x);
            a->most = fmax(a->most, s->at[i].x);
            n++;
        }
    a->h = mem_zero(s->n + 1, sizeof *a->h);
    a->of = mem_zero(2 * (size_t)s->nseries + 1, sizeof *a->of);
    if (n < SCORES_LEAST || !a->h || !a->of)
        return false;
    believe(a, doubt);
    return true;
}

void forecast_scores_curve(const scores *s, double share, double doubt, int64_t but, factors *out)
{
    asking a;
    bool enough = ask(s, doubt, but, &a);
    for (size_t i = 0; i < FACTORS; i++) {
        out->down[i] = out->up[i] = forecast_normal_half(share) / Z95;
        if (enough)
            ends(&a, FACTOR_FROM + (double)i * FACTOR_STEP, share, &out->down[i], &out->up[i]);
    }
    free(a.h);
    free(a.of);
}

/* Mean interval score of 90 % bands (Gneiting and Raftery 2007) about all x at once. */
static double interval_score(asking *a)
{
    const scores *s = a->s;
    double down, up, sum = 0, count = 0, wide = 2 / 0.1;
    factors f;
    for (size_t i = 0; i < FACTORS; i++)
        ends(a, FACTOR_FROM + (double)i * FACTOR_STEP, 0.9, &f.down[i], &f.up[i]);
    for (size_t i = 0; i < s->n; i++) {
        const struct score *k = &s->at[i];
        double more = Z95 * a->doubt * k->change;
        if (k->cell == a->but)
            continue;
        forecast_factors_at(&f, exp(k->x), 1, &down, &up);
        down *= sqrt(k->down * k->down + more * more);
        up *= sqrt(k->up * k->up + more * more);
        sum += down + up + wide * (fmax(-k->off - down, 0) + fmax(k->off - up, 0));
        count++;
    }
    return sum / count;
}

double forecast_scores_doubt(const scores *s, int64_t but)
{
    static const double doubts[] = { 0, 0.1, 0.2, 0.4 };
    double best = INFINITY, out = 0;
    asking a;
    bool enough = ask(s, 0, but, &a);
    for (size_t i = 0; enough && i < sizeof doubts / sizeof *doubts; i++) {
        believe(&a, doubts[i]);
        double v = interval_score(&a);
        out = v < best ? doubts[i] : out;
        best = fmin(best, v);
    }
    free(a.h);
    free(a.of);
    return out;
}

const double forecast_place_plain[PLACES] = { -1, -0.41006, 0, 0.41006, 1 };        /* of the normal distribution */

/* What the table of other labs counts for among a set's cells: labs' errors differ in size by a factor of two, so it is
 * worth two cells; and as one cell's place. */
#define SPREAD_CELLS 2
#define PLACE_CELLS  1

/* Student's t of v degrees where the normal distribution has z (Abramowitz and Stegun 26.7.5; within 1 % from v = 2).
 */
static double student(double z, double v)
{
    double z2 = z * z;
    return z * (1 + (z2 + 1) / (4 * v) + ((5 * z2 + 16) * z2 + 3) / (96 * v * v) +
                (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * v * v * v));
}

/* Each group of cells weighs the same, however many cells and origins it has; how many groups tell of x. */
static double even(asking *a, double *all)
{
    const scores *s = a->s;
    double square = 0, *sum = a->group, *near = a->group + a->ngroup;
    memset(sum, 0, 2 * a->ngroup * sizeof *sum);
    for (size_t i = 0; i < s->n; i++) {
        const struct score *k = &s->at[a->h[i].at];
        sum[k->cell] += a->h[i].weight;
        near[k->cell] = fmax(near[k->cell], a->of[s->nseries + k->series]);
    }
    for (size_t i = 0; i < s->n; i++) {
        uint32_t cell = s->at[a->h[i].at].cell;
        a->h[i].weight *= sum[cell] > 0 ? near[cell] / sum[cell] : 0;
    }
    *all = 0;
    for (size_t g = 0; g < a->ngroup; g++) {
        *all += near[g];
        square += near[g] * near[g];
    }
    return square > 0 ? *all * *all / square : 0;
}

/* Between the middles of neighbouring weights. */
static double between(const asking *a, double want)
{
    double sum = 0, last = 0, off = NAN;
    for (size_t i = 0; i < a->s->n; i++) {
        const heavy *k = &a->h[i];
        double middle = sum + k->weight / 2;
        if (!(k->weight > 0))
            continue;
        if (middle >= want)
            return isnan(off) ? k->off : off + (want - last) / (middle - last) * (k->off - off);
        sum += k->weight;
        last = middle;
        off = k->off;
    }
    return off;
}

/* Quantiles of the next cell's score.  Where n cells are too few to have one (a tail of one in n + 1 is the least they
 * tell), Student's predictive distribution stands for it, with the table as so many cells; the more they are beyond
 * that, the more their own quantile counts. */
static void places_at(asking *a, double x, double others, double out[PLACES])
{
    static const double level[PLACES] = { 0.05, 0.25, 0.5, 0.75, 0.95 }, least[PLACES] = { 19, 3, 1, 3, 19 };
    double alike, all, mean = 0, square = 0, plain = 1 / (student(Z95, SPREAD_CELLS) * sqrt(1 + 1.0 / PLACE_CELLS));
    weigh(a, fmax(fmin(x, a->most), a->first), &alike);
    double n = fmin(even(a, &all), others);
    for (size_t i = 0; i < a->s->n; i++)
        mean += a->h[i].weight / all * a->h[i].off;
    for (size_t i = 0; i < a->s->n; i++)
        square += a->h[i].weight / all * (a->h[i].off - mean) * (a->h[i].off - mean);
    double place = n * mean / (n + PLACE_CELLS), off = n * PLACE_CELLS / (n + PLACE_CELLS) * mean * mean;
    double var = (SPREAD_CELLS * plain * plain + n * square + off) / (SPREAD_CELLS + n);
    double spread = sqrt(var * (1 + 1 / (n + PLACE_CELLS)));
    for (size_t i = 0; i < PLACES; i++) {
        double own = fmax(0, 1 - least[i] / n), z = random_quantile(level[i]);
        double told = between(a, (level[i] * (n + 1) - 0.5) / n * all);
        out[i] = (1 - own) * (place + student(z, SPREAD_CELLS + n) * spread) + (own > 0 ? own * told : 0);
        out[i] = i ? fmax(out[i], out[i - 1]) : out[i];
    }
}

/* ---- how bands of the other cells, each told by the rest of them, held ---- */

#define TRUST 10                                  /* cells that count as much as no change does */
enum { CHECKED_MOST = 40 };                       /* so many say enough; fewer than FORECAST_OTHERS_LEAST too little */
enum { CHECKED_ROWS = 8, CHECKED_FEW = 2 };       /* rows of each; where there are more cells than that */

typedef struct checked { double far, weight; } checked;

static int by_far(const void *a, const void *b)
{
    double x = ((const checked *)a)->far, y = ((const checked *)b)->far;
    return (x > y) - (x < y);
}

/* The factor on a band with which `level` of the points lie inside, as far as n cells can tell. */
static double factor_for(checked *c, size_t count, double n, double level)
{
    double all = 0, sum = 0, out = 1;
    qsort(c, count, sizeof *c, by_far);
    for (size_t i = 0; i < count; i++)
        all += c[i].weight;
    for (size_t i = 0; i < count && sum < (level * (n + 1) - 0.5) / n * all; i++) {
        sum += c[i].weight;
        out = c[i].far;
    }
    return fmin(fmax(pow(fmax(out, 1e-3), n / (n + TRUST)), 0.3), 1);
}

/* What the origins of a cell that are most like the one that is asked for count; each how many of their rows are looked
 * at. */
static double nearest(const scores *s, size_t cell, size_t rows, size_t *each)
{
    double best = 0;
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        best = s->at[i].cell == cell ? fmax(best, s->at[i].near) : best;
    best *= 1 - 1e-9;
    for (size_t i = 0; i < s->n; i++)
        n += s->at[i].cell == cell && s->at[i].near >= best;
    *each = (n + rows - 1) / rows;
    return best;
}

/* Factors on the 90 % and on the 50 % band, from those origins of each other cell, told by the rest of them. */
static void check_others(asking *a, double others, double *wide, double *inner)
{
    const scores *s = a->s;
    const double asked = a->lost;
    checked *c = mem_zero(2 * (s->n + 1), sizeof *c), *half = c ? c + s->n + 1 : NULL;
    const size_t stride = (a->ngroup + CHECKED_MOST - 1) / CHECKED_MOST, rows = stride > 1 ? CHECKED_FEW : CHECKED_ROWS;
    size_t count = 0, cells = 0;
    *wide = *inner = 1;
    for (size_t g = 0; c && others >= FORECAST_OTHERS_LEAST && g < a->ngroup; g += stride) {
        size_t from = count, each, at = 0;
        double q[PLACES], near = nearest(s, g, rows, &each);
        a->also = (int64_t)g;
        for (size_t i = 0; (int64_t)g != a->but && i < s->n; i++) {
            if (s->at[i].cell != g || s->at[i].near < near || at++ % each)
                continue;
            a->lost = isfinite(asked) ? s->at[i].lost : NAN;
            places_at(a, s->at[i].x, others - 1, q);
            double off = in_halves(&s->at[i], a->doubt) - q[2];
            c[count].far = off / (off > 0 ? q[4] - q[2] : q[0] - q[2]);
            half[count].far = off / (off > 0 ? q[3] - q[2] : q[1] - q[2]);
            count += isfinite(c[count].far) && isfinite(half[count].far);
        }
        for (size_t i = from; i < count; i++)
            c[i].weight = half[i].weight = 1.0 / (double)(count - from);
        cells += count > from;
    }
    a->also = -1;
    a->lost = asked;
    if (cells >= FORECAST_OTHERS_LEAST) {
        *wide = factor_for(c, count, (double)cells, 0.9);
        *inner = factor_for(half, count, (double)cells, 0.5);
    }
    free(c);
}

static void stretch(double q[PLACES], double wide, double inner)
{
    q[0] = q[2] + wide * (q[0] - q[2]);
    q[4] = q[2] + wide * (q[4] - q[2]);
    q[1] = fmax(q[0], q[2] + inner * (q[1] - q[2]));
    q[3] = fmin(q[4], q[2] + inner * (q[3] - q[2]));
}

static int room_for_groups(const scores *s, asking *a)
{
    for (size_t i = 0; i < s->n; i++)
        a->ngroup = s->at[i].cell >= a->ngroup ? s->at[i].cell + 1 : a->ngroup;
    a->group = mem_zero(2 * a->ngroup + 1, sizeof *a->group);
    return a->group != NULL;
}

void forecast_scores_places(const scores *s, double doubt, int64_t but, size_t others, double lost, places *out)
{
    asking a;
    double q[PLACES];
    bool enough = ask(s, doubt, but, &a) && others && room_for_groups(s, &a);
    double wide = 1, inner = 1;
    a.span = CLOSE;
    a.lost = lost;
    if (enough)
        check_others(&a, (double)others, &wide, &inner);
    for (size_t g = 0; g < FACTORS; g++) {
        memcpy(q, forecast_place_plain, sizeof q);
        if (enough)
            places_at(&a, FACTOR_FROM + (double)g * FACTOR_STEP, (double)others, q);
        stretch(q, wide, inner);
        for (size_t i = 0; i < PLACES; i++)
            out->at[i][g] = q[i];
    }
    free(a.h);
    free(a.of);
    free(a.group);
}

void forecast_places_at(const places *p, double ahead, double known, double out[PLACES])
{
    double at = (log(ahead / known) - FACTOR_FROM) / FACTOR_STEP;
    at = fmin(fmax(at, 0), FACTORS - 1);
    size_t i = at < FACTORS - 1 ? (size_t)at : FACTORS - 2;
    for (size_t k = 0; k < PLACES; k++)
        out[k] = p->at[k][i] + (at - (double)i) * (p->at[k][i + 1] - p->at[k][i]);
}

void forecast_factors_at(const factors *f, double ahead, double known, double *down, double *up)
{
    double at = (log(ahead / known) - FACTOR_FROM) / FACTOR_STEP;
    at = fmin(fmax(at, 0), FACTORS - 1);
    size_t i = at < FACTORS - 1 ? (size_t)at : FACTORS - 2;
    at -= (double)i;
    *down = f->down[i] + at * (f->down[i + 1] - f->down[i]);
    *up = f->up[i] + at * (f->up[i + 1] - f->up[i]);
}
