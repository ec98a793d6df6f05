/* SPDX-License-Identifier: MIT
 * bands.c - whether the bands of forecasts hold on cells of six labs, and whether their ends of life lie where the
 * distributions say.  How wrong a law may be is learnt from the other labs' cells alone.
 */
#include "core/base/file.h"
#include "core/study/forecast.h"
#include "tests/accuracy/accuracy.h"
#include <unistd.h>

static const struct {
    const char *name, *file, *more, *life;        /* life: an end that cells reach behind half of their rows */
} set[] = {
    { "NASA", NULL, "", "eol = 0.7" },
    { "MATR", "percycle/matr_b1.csv", "", "eol = 0.9" },
    { "CALCE", "percycle/calce_cs2.csv", "", "eol = 0.7" },
    { "ISEA", "percycle/isea_rwth.csv", "", "eol = 0.6" },
    { "TJU", "percycle/tju.csv", "keep_flags = [\"row\"]\n", "eol = 0.8" },
    { "XJTU", "percycle/xjtu.csv", "keep_flags = [\"row\"]\n", "eol = 0.9" },
};
enum { SETS = sizeof set / sizeof *set, MOST_CELLS = 128 };
static const double origin[] = { 0.3, 0.5, 0.7 };
enum { ORIGINS = sizeof origin / sizeof *origin };

/* Rows are read again by each forecast: NASA's join stays in the folder until the end. */
static scenario *open_set(size_t s, char folder[32])
{
    char path[128] = "", toml[192];
    why w = { 0 };
    text t = { 0 };
    tree_problems p = { 0 };
    scenario *sc = NULL;
    strcpy(folder, "/tmp/fade-bands-XXXXXX");
    if (!mkdtemp(folder))
        lab_stop("no folder", &w);
    if (!set[s].file)
        nasa_join(folder, path);
    text_addf(&t, "%s[health]\n%s\n[source]\nplugin = \"csv\"\npath = \"%s\"\n%s[[physics]]\nplugin = \"power-law\"\n",
              set[s].file ? "" : "[cell]\nnominal_capacity = 2\n", set[s].life,
              set[s].file ? lab_data(set[s].file) : path, set[s].more);
    snprintf(toml, sizeof toml, "%s/set.toml", folder);
    int rc = file_write(toml, text_of(&t), t.n, &w);
    rc = rc ? rc : scenario_open(toml, &(scenario_options){ 0 }, &sc, &p, &w);
    for (size_t i = 0; i < p.n; i++)
        fprintf(stderr, "%s\n", p.at[i].text);
    if (rc)
        lab_stop("a scenario", &w);
    tree_problems_free(&p);
    text_free(&t);
    unlink(toml);
    return sc;
}

/* What `fade forecast` does unless told otherwise. */
static int ask(const scenario *s, forecast_options o, forecast *out, why *w)
{
    o.fit.loss = LSQ_SOFT_L1;
    o.fit.starts = 8;
    o.fit.seed = s->seed;
    o.corrector = -1;
    o.eol = NAN;
    return forecast_run(s, &o, out, w);
}

/* ---- how wrong a law was, by how far ahead it spoke ---- */

typedef struct miss {                             /* one value: log of rows ahead over rows known; off, in scales */
    double x, low, high, weight;
    size_t series;
} miss;

typedef struct misses {
    miss *at;
    size_t n, cap, nseries;
} misses;

#define THIN  0.06                                /* of the log: nearer values are one */
#define REACH 0.35

static void harvest(const forecast_cell *c, misses *m)
{
    double last = -INFINITY, down, up, first = c->physics[0], at = c->physics[c->known - 1];
    for (size_t r = c->known; r < c->n; r++) {
        double x = log((double)(r - c->known + 1) / (double)c->known), off = c->seen[r] - c->physics[r];
        if (isnan(off) || x - last < THIN)
            continue;
        if (m->n == m->cap)
            m->at = realloc(m->at, (m->cap = m->cap ? 2 * m->cap : 4096) * sizeof *m->at);
        discrepancy_scale(first, at, c->physics[r], &down, &up);
        m->at[m->n++] = (miss){ last = x, off / down, off / (up * c->risen), 0, m->nseries };
    }
    m->nseries++;
}

static bool by_high;
static int rising(const void *a, const void *b)
{
    const miss *x = a, *y = b;
    double p = by_high ? x->high : x->low, q = by_high ? y->high : y->low;
    return (p > q) - (p < q);
}

/* Weights of the values about x: a set counts as much as another, a series as much as another of its set. */
static double weigh(misses *m, double x, double share)
{
    double *sum = mem_zero(m->nseries + 1, sizeof *sum), *near = mem_zero(m->nseries + 1, sizeof *near), all = 0;
    for (size_t i = 0; i < m->n; i++) {
        double z = (m->at[i].x - x) / REACH, k = exp(-0.5 * z * z);
        sum[m->at[i].series] += k;
        near[m->at[i].series] = fmax(near[m->at[i].series], k);
    }
    for (size_t i = 0; i < m->n; i++) {
        size_t k = m->at[i].series;
        double z = (m->at[i].x - x) / REACH;
        m->at[i].weight = share / (double)m->nseries * exp(-0.5 * z * z) * near[k] / sum[k];
        all += m->at[i].weight;
    }
    free(sum);
    free(near);
    return all;
}

static double at_share(const miss *v, size_t n, double want, bool high)
{
    double sum = 0;
    size_t i = 0;
    while (i + 1 < n && (sum += v[i].weight) < want)
        i++;
    return high ? v[i].high : v[i].low;
}

/* From the sets other than `but` (SETS: from all); never less for farther ahead. */
static discrepancy learn(misses *m, size_t but)
{
    discrepancy out;
    for (size_t g = 0; g < DISCREPANCY_STEPS; g++) {
        double x = ((double)g + DISCREPANCY_FROM) * log(2), all = 0;
        miss *v = NULL;
        size_t n = 0;
        for (size_t s = 0; s < SETS; s++) {
            if (s == but)
                continue;
            all += weigh(&m[s], x, 1);
            v = realloc(v, (n + m[s].n + 1) * sizeof *v);
            memcpy(v + n, m[s].at, m[s].n * sizeof *v);
            n += m[s].n;
        }
        by_high = false;
        qsort(v, n, sizeof *v, rising);
        out.down[g] = fmax(-at_share(v, n, 0.05 * all, false), g ? out.down[g - 1] : 1e-3);
        by_high = true;
        qsort(v, n, sizeof *v, rising);
        out.up[g] = fmax(at_share(v, n, 0.95 * all, true), g ? out.up[g - 1] : 1e-3);
        free(v);
    }
    return out;
}

static void print_table(const char *name, const discrepancy *e)
{
    printf("  %-6s down", name);
    for (size_t g = 0; g < DISCREPANCY_STEPS; g++)
        printf(" %.3f", e->down[g]);
    printf("  up");
    for (size_t g = 0; g < DISCREPANCY_STEPS; g++)
        printf(" %.3f", e->up[g]);
    printf("\n");
}

/* ---- how bands did ---- */

typedef struct coverage {
    double in90, in50, width, crps, cells;
} coverage;

static void add(coverage *h, double in90, double in50, double width, double crps)
{
    h->in90 += in90;
    h->in50 += in50;
    h->width += width;
    h->crps += crps;
    h->cells++;
}

/* A random walk from the last value, with drift or without: steps as they were among the known values. */
static void naive(const forecast_cell *c, bool drift, coverage *h)
{
    double last = NAN, first = NAN, n = 0, square = 0, in90 = 0, in50 = 0, width = 0, crps = 0, values = 0;
    for (size_t r = 0; r < c->known; r++) {
        if (isnan(c->seen[r]))
            continue;
        if (n++ > 0)
            square += pow(c->seen[r] - last, 2);
        first = isnan(first) ? c->seen[r] : first;
        last = c->seen[r];
    }
    double step = drift && n > 1 ? (last - first) / (n - 1) : 0, var = square / (n - 1) - step * step;
    for (size_t r = c->known; r < c->n; r++) {
        double ahead = (double)(r - c->known + 1), sd = sqrt(fmax(var, 1e-12) * ahead * (drift ? 1 + ahead / n : 1));
        double off = fabs(c->seen[r] - last - step * ahead);
        if (isnan(off))
            continue;
        values++;
        in90 += off <= 1.6448536269514722 * sd;
        in50 += off <= 0.6744897501960817 * sd;
        width += 2 * 1.6448536269514722 * sd;
        crps += metrics_crps_gauss(c->seen[r], last + step * ahead, sd);
    }
    if (values > 0)
        add(h, in90 / values, in50 / values, width / values, crps / values);
}

static void score(const forecast *f, coverage *h)
{
    for (size_t i = 0; i < f->ncell; i++) {
        forecast_score s = forecast_scored(&f->cell[i]);
        if (!f->cell[i].refused && s.n)
            add(h, s.picp90, s.picp50, s.mpiw, s.crps);
    }
}

static void line(const char *name, const char *what, const coverage *h)
{
    printf("  %-6s %-30s %3.0f  %5.1f %%  %5.1f %%  %7.4f  %7.4f\n", name, what, h->cells, 100 * h->in90 / h->cells,
           100 * h->in50 / h->cells, h->width / h->cells, h->crps / h->cells);
}

/* ---- where ends lie ---- */

typedef struct lives {
    double from[SETS * MOST_CELLS], to[SETS * MOST_CELLS];
    forecast_pits p;
} lives;

static void print_lives(const char *name, const double *from, const double *to, forecast_pits p)
{
    metrics_pit_between(from, to, p.ended + p.censored, &p.pit);
    printf("  %-6s %3zu %3zu %3zu  ", name, p.ended, p.censored, p.before);
    for (int b = 0; b < PIT_BINS; b += 2)
        printf(" %5.1f", p.pit.bin[b] + p.pit.bin[b + 1]);
    printf("   %.3f  %.3f\n", p.pit.ks, p.pit.ks_p);
}

static void add_lives(size_t s, const forecast *f, lives *all)
{
    size_t at = all->p.ended + all->p.censored;
    forecast_pits before = all->p, own;
    for (size_t i = 0; i < f->ncell; i++)
        forecast_pits_add(&f->cell[i], all->from, all->to, &all->p);
    own = (forecast_pits){ all->p.ended - before.ended, all->p.censored - before.censored,
                           all->p.before - before.before, { 0 } };
    print_lives(set[s].name, all->from + at, all->to + at, own);
}

static const struct {
    const char *what;
    int calibrate;
    bool no_error;
} way[] = {
    { "known rows alone", FORECAST_KNOWN, true },
    { "known rows, other labs' errors", FORECAST_KNOWN, false },
    { "other cells, other labs' errors", FORECAST_OTHERS, false },
    { "others if 12, else known rows", FORECAST_AUTO, false },
};
enum { WAYS = sizeof way / sizeof *way };

typedef struct bench {
    scenario *sc[SETS];
    char folder[SETS][32];
    misses missed[SETS];
    discrepancy error[SETS + 1];               /* learnt from the other sets; from all */
    forecast said[SETS][WAYS];
    coverage held[SETS][WAYS];
} bench;

static void learn_all(bench *b)
{
    printf("bands of the second half of life from the first, power-law as shipped\n  half widths of 90 %% of its "
           "errors at rows ahead over rows known of 1/64, 1/32, .. 2, from all sets but\n");
    for (size_t s = 0; s < SETS; s++)
        for (size_t o = 0; o < ORIGINS; o++) {
            forecast raw;
            why w = { 0 };
            if (!ask(b->sc[s], (forecast_options){ .fraction = origin[o], .no_error = true, .samples = 50 }, &raw, &w))
                for (size_t i = 0; i < raw.ncell; i++)
                    if (!raw.cell[i].refused)
                        harvest(&raw.cell[i], &b->missed[s]);
            forecast_free(&raw);                  /* too early for every cell: nothing is learnt there */
        }
    for (size_t s = 0; s <= SETS; s++) {
        b->error[s] = learn(b->missed, s);
        print_table(s < SETS ? set[s].name : "none", &b->error[s]);
    }
}

static void forecast_set(bench *b, size_t s)
{
    coverage walk = { 0 }, drift = { 0 };
    why w = { 0 };
    for (size_t k = 0; k < WAYS; k++) {
        if (ask(b->sc[s],
                (forecast_options){ .fraction = 0.5,
                                    .samples = 100,
                                    .calibrate = way[k].calibrate,
                                    .error = &b->error[s],
                                    .no_error = way[k].no_error },
                &b->said[s][k], &w))
            lab_stop("a forecast", &w);
        score(&b->said[s][k], &b->held[s][k]);
        line(set[s].name, way[k].what, &b->held[s][k]);
    }
    for (size_t i = 0; i < b->said[s][0].ncell; i++)
        if (!b->said[s][0].cell[i].refused) {
            naive(&b->said[s][0].cell[i], false, &walk);
            naive(&b->said[s][0].cell[i], true, &drift);
        }
    line(set[s].name, "(random walk)", &walk);
    line(set[s].name, "(random walk with drift)", &drift);
    fflush(stdout);
}

static void ends_of(const bench *b, size_t k)
{
    lives *all = mem_zero(1, sizeof *all);
    printf("\n  ends of life in their distributions, %s: ended, not yet, before the origin; "
           "PIT 0 .. 0.2, .. 0.4, ..\n", way[k].what);
    for (size_t s = 0; s < SETS; s++)
        add_lives(s, &b->said[s][k], all);
    print_lives("all", all->from, all->to, all->p);
    free(all);
}

static void close_set(bench *b, size_t s)
{
    char path[64];
    for (size_t k = 0; k < WAYS; k++)
        forecast_free(&b->said[s][k]);
    free(b->missed[s].at);
    scenario_close(b->sc[s]);
    snprintf(path, sizeof path, "%s/nasa.csv", b->folder[s]);
    unlink(path);
    rmdir(b->folder[s]);
}

void part_bands(void)
{
    bench *b = mem_zero(1, sizeof *b);
    for (size_t s = 0; s < SETS; s++)
        b->sc[s] = open_set(s, b->folder[s]);
    learn_all(b);
    printf("\n  set    bands by                       cells  in 90 %%  in 50 %%    width     CRPS\n");
    for (size_t s = 0; s < SETS; s++)
        forecast_set(b, s);
    for (size_t k = 0; k < WAYS; k++)
        ends_of(b, k);
    for (size_t k = 1; k < WAYS; k++)
        for (size_t s = 0; s < SETS; s++) {
            char what[96];
            double picp = b->held[s][k].in90 / b->held[s][k].cells;
            snprintf(what, sizeof what, "%s, %s: from 85 .. 95 %%", set[s].name, way[k].what);
            sheet(what, 100 * fmax(0, fmax(0.85 - picp, picp - 0.95)), 0, "%");
        }
    for (size_t s = 0; s < SETS; s++)
        close_set(b, s);
    free(b);
}
