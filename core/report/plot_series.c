/* SPDX-License-Identifier: MIT
 * plot_series.c - what a picture shows: which cells, models and columns of which results.
 *
 * Without a column asked for it is capacity: what was measured as markers, the physics dashed, the corrected solid in
 * its band.
 */
#include "core/base/mem.h"
#include "core/report/export.h"
#include "core/report/plot.h"
#include "core/study/lifetime.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct place {                                  /* one result among those in a picture */
    const result       *r;
    const plot_options *o;
    plot               *out;
    const char         *prefix;                         /* its name, where there are several; else "" */
    int                 x;
    double              per;                            /* of x; 0: as it is */
    const char         *time;                           /* what x is told in by default; NULL: cycles */
    bool                many_cells, one_model;          /* one_model: of all results, which are known by their names */
    int                *color;                          /* the next one free */
} place;

static int find_column(const result *r, const char *name, int *out, why *w)
{
    *out = frame_find(&r->rows, name);
    if (*out >= 0)
        return E_OK;
    const char *near = frame_nearest(&r->rows, name);
    return near ? fail(w, E_INPUT, "no column \"%s\" in %s, did you mean \"%s\"?", name, r->name, near)
                : fail(w, E_INPUT, "no column \"%s\" in %s; `fade show --json` lists them", name, r->name);
}

static int find_x(place *k, why *w)
{
    static const struct {
        const char *said;
        double per;
    } spans[] = { { "years", 365 * 86400.0 }, { "days", 86400 }, { "hours", 3600 } };
    const char *said = k->o->x ? k->o->x : k->time ? k->time : "cycle";
    k->x = PLOT_X_CYCLE;
    k->per = 0;
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++)
        if (strcmp(said, spans[i].said) == 0)
            k->per = spans[i].per;
    k->time = said;
    if (strcmp(said, "cycle") == 0 || strcmp(said, "cycle_count") == 0)
        return E_OK;
    k->out->time = strcmp(said, "time") == 0;
    if (!k->out->time)
        return find_column(k->r, k->per > 0 ? "test_time" : said, &k->x, w);
    k->x = PLOT_X_TIME;
    return E_OK;
}

/* Where zero is of what an axis of the picture shows: temperatures that a sweep varies in K are shown in degC. */
static double zero_of(const frame *f, int column)
{
    const frame_column *c = &f->col[column];
    bool kelvin = strchr(c->name, '.') && strcmp(c->unit, "K") == 0;
    for (size_t i = 0; i < f->n && kelvin; i++)
        kelvin = !(c->v[i] <= 150);                     /* a difference of two */
    return kelvin ? 273.15 : 0;
}

/* "Capacity / Ah"; a ratio has no unit. */
static void label_of(const frame *f, int column, double zero, char out[PLOT_NAME])
{
    if (column < 0) {
        snprintf(out, PLOT_NAME, "%s", column == PLOT_X_TIME ? "Date" : "Cycle");
        return;
    }
    const frame_column *c = &f->col[column];
    char name[110];
    if (strchr(c->name, '.')) {                         /* what a sweep varies */
        frame_label(f, column, name, sizeof name);
        snprintf(out, PLOT_NAME, "%s / %.30s", name, zero > 0 ? "degC" : *c->unit ? c->unit : "1");
    } else
        export_name_bdf(c->name, c->key, c->unit, out);
    if (text_ends(out, " / 1"))
        out[strlen(out) - 4] = '\0';
}

static double x_of(const plot_series *s, size_t row)
{
    if (s->x == PLOT_X_CYCLE)
        return (double)s->f->cycle[row];
    if (s->x == PLOT_X_TIME)
        return s->f->time[row] == INT64_MIN ? NAN : (double)s->f->time[row] / 1e6;
    return (s->per > 0 ? s->f->col[s->x].v[row] / s->per : s->f->col[s->x].v[row]) - s->zero;
}

bool plot_point(const plot_series *s, size_t row, double *x, double *y, double *upper)
{
    const frame *f = s->f;
    if ((s->cell != UINT32_MAX && f->cell[row] != s->cell) ||
        (s->variant != UINT32_MAX && f->variant[row] != s->variant) ||
        (s->since >= 0 && !isfinite(f->col[s->since].v[row])) || (s->by && s->by[row] != s->level))
        return false;
    *x = x_of(s, row);
    *y = f->col[s->y].v[row];
    *upper = s->upper >= 0 ? f->col[s->upper].v[row] : *y;
    return isfinite(*x) && isfinite(*y) && isfinite(*upper);
}

static bool has_points(const plot_series *s)
{
    double x, y, upper;
    for (size_t i = 0; i < s->f->n; i++)
        if (plot_point(s, i, &x, &y, &upper))
            return true;
    return false;
}

static void measure(plot *p)
{
    double x, y, upper;
    p->least_x = p->least_y = INFINITY;
    p->most_x = p->most_y = -INFINITY;
    for (size_t i = 0; i < p->n; i++)
        for (size_t row = 0; row < p->series[i].f->n; row++)
            if (plot_point(&p->series[i], row, &x, &y, &upper)) {
                p->least_x = fmin(p->least_x, x);
                p->most_x = fmax(p->most_x, x);
                p->least_y = fmin(p->least_y, y);
                p->most_y = fmax(p->most_y, upper);
            }
}

/* Adds one where there is something to see; what finds no room is told. */
static bool add(plot *out, const plot_series *s)
{
    if (s->y < 0 || !has_points(s))
        return false;
    if (out->n == PLOT_SERIES) {
        if (!out->left_out.n)
            text_addf(&out->left_out, "more than %d lines: the others are left out", (int)PLOT_SERIES);
        return false;
    }
    out->series[out->n++] = *s;
    return true;
}

/* "life: V0001, xu2018", as much of it as tells lines apart; of several cells only the `main` line has a name. */
static void name_it(const place *k, uint32_t cell, const char *what, bool main, char out[PLOT_NAME])
{
    const char *id = k->many_cells ? k->r->rows.cell_name[cell] : "";
    bool both = k->many_cells && k->r->rows.nvariant > 1;
    if (k->one_model && !k->many_cells && main)
        snprintf(out, PLOT_NAME, "%.120s", k->prefix);
    else if (!k->many_cells)
        snprintf(out, PLOT_NAME, "%.60s%s%.60s", k->prefix, *k->prefix ? ": " : "", what);
    else
        snprintf(out, PLOT_NAME, "%.40s%s%.40s%s%.60s", main ? k->prefix : "", main && *k->prefix ? ": " : "",
                 main ? id : "", both && main ? ": " : "", both && main ? what : "");
}

/* What was measured is the same in every variant, and often in every result: drawn once. */
static bool is_drawn(const plot *out, const plot_series *s)
{
    for (size_t i = 0; i < out->n; i++) {
        const plot_series *q = &out->series[i];
        size_t a = 0, b = 0;
        if (q->style != PLOT_POINTS || strcmp(q->f->cell_name[q->cell], s->f->cell_name[s->cell]) != 0)
            continue;
        for (;; a++, b++) {
            while (a < q->f->n && (q->f->cell[a] != q->cell || q->f->variant[a] != q->variant))
                a++;
            while (b < s->f->n && (s->f->cell[b] != s->cell || s->f->variant[b] != s->variant))
                b++;
            if (a == q->f->n || b == s->f->n)
                break;
            double u = q->f->col[q->y].v[a], v = s->f->col[s->y].v[b];
            if (q->f->cycle[a] != s->f->cycle[b] || !(fabs(u - v) < 1e-12 || (isnan(u) && isnan(v))))
                break;
        }
        if (a == q->f->n || b == s->f->n)
            return true;
    }
    return false;
}

/* The first variant of each physics draws its dashed line. */
static bool physics_is_new(const frame *f, uint32_t variant, size_t length)
{
    for (uint32_t v = 0; v < variant; v++)
        if (frame_physics_length(f, v) == length &&
            strncmp(f->variant_name[v], f->variant_name[variant], length) == 0)
            return false;
    return true;
}

static void add_variant(place *k, uint32_t cell, uint32_t variant, const int y[4])
{
    const frame *f = &k->r->rows;
    const char *name = f->variant_name[variant];
    size_t length = frame_physics_length(f, variant);
    bool corrected = name[length] && y[1] >= 0, any = false;
    char what[PLOT_NAME];
    plot_series s = { .style = PLOT_BAND, .color = *k->color, .f = f, .cell = cell, .variant = variant, .x = k->x,
                      .per = k->per, .y = y[2], .upper = y[3], .since = -1 };
    bool band = corrected && y[3] >= 0 && add(k->out, &s);
    s.upper = -1;
    if (!corrected || physics_is_new(f, variant, length)) {
        s.style = PLOT_DASHED;
        s.y = y[0];
        snprintf(what, sizeof what, "%.*s", (int)length, *name ? name : "physics");
        name_it(k, cell, what, !corrected, s.name);
        any = add(k->out, &s);
    }
    if (corrected) {
        s.style = PLOT_SOLID;
        s.y = y[1];
        s.since = band ? y[2] : -1;                     /* before it is trained a corrector adds nothing */
        name_it(k, cell, name, true, s.name);
        any = add(k->out, &s) || any;
    }
    *k->color += any || band;
}

static void add_capacity(place *k, uint32_t cell)
{
    const frame *f = &k->r->rows;
    int observed = frame_find(f, "capacity"), physics = frame_find(f, "physics_capacity");
    const int y[4] = { physics >= 0 ? physics : observed, frame_find(f, "hybrid_capacity"),
                       frame_find(f, "hybrid_lower"), frame_find(f, "hybrid_upper") };
    plot_series s = { .f = f, .cell = cell, .x = k->x, .per = k->per, .y = observed, .upper = -1, .since = -1,
                      .style = PLOT_POINTS, .color = k->many_cells ? *k->color : -1 };
    for (uint32_t i = 0; i < f->n; i++)                 /* the variant whose rows carry the measurements */
        if (f->cell[i] == cell) {
            s.variant = f->variant[i];
            break;
        }
    name_it(k, cell, "measured", false, s.name);
    if (physics >= 0 && observed >= 0 && !is_drawn(k->out, &s))
        add(k->out, &s);
    for (uint32_t v = 0; v < f->nvariant; v++)
        add_variant(k, cell, v, y);
}

static void add_column(place *k, uint32_t cell, int y)
{
    const frame *f = &k->r->rows;
    for (uint32_t v = 0; v < f->nvariant; v++) {
        plot_series s = { .style = PLOT_SOLID,
                          .color = *k->color,
                          .dash = k->many_cells ? (int)v : 0,
                          .f = f,
                          .cell = cell,
                          .variant = v,
                          .x = k->x,
                          .per = k->per,
                          .y = y,
                          .upper = -1,
                          .since = -1 };
        name_it(k, cell, f->variant_name[v], true, s.name);
        bool drawn = add(k->out, &s);
        *k->color += drawn && !k->many_cells;
    }
    *k->color += k->many_cells;
}

/* Many cells under several models are too much for one picture: then the first cell, else the first few.  A few go
 * together, a colour a cell and a dash a model. */
static size_t cells_of(const result *r, bool column, plot *out)
{
    size_t n = r->rows.ncell, most = r->rows.nvariant > 1 ? 1 : PLOT_CELLS;
    if (column && r->rows.nvariant > 1 && n <= PLOT_CELLS && n * r->rows.nvariant <= PLOT_BOTH)
        return n;
    if (n > most && !out->left_out.n)
        text_addf(&out->left_out, "%s has %zu cells: drawn %s %s%s; --cell and --variant choose", r->name, n,
                  most == 1 ? "is" : "are the first,", r->rows.cell_name[0],
                  most == 1 ? "" : " and the five behind it");
    return n < most ? n : most;
}

static int add_result(place *k, why *w)
{
    const frame *f = &k->r->rows;
    int y = -1, rc = find_x(k, w);
    if (!rc && k->o->y)
        rc = find_column(k->r, k->o->y, &y, w);
    if (rc)
        return rc;
    if (!*k->out->x) {
        label_of(f, k->x, 0, k->out->x);
        if (k->per > 0)
            snprintf(k->out->x, PLOT_NAME, "Time / %.20s", k->time);
        if (y >= 0)
            label_of(f, y, 0, k->out->y);
        else
            snprintf(k->out->y, PLOT_NAME, "Capacity / Ah");
    }
    size_t n = cells_of(k->r, y >= 0, k->out);
    k->many_cells = n > 1;
    for (size_t c = 0; c < n; c++)
        if (y >= 0)
            add_column(k, (uint32_t)c, y);
        else
            add_capacity(k, (uint32_t)c);
    return E_OK;
}

/* "soc_mean 20 %", "temperature_mean 25 degC" */
static void name_level(const frame_column *c, double level, char out[PLOT_NAME])
{
    unit declared, human;
    double scale, offset;
    const char *dot = strrchr(c->name, '.'), *said = strcmp(c->unit, "1") ? units_human(c->unit) : "";
    if (*said && !units_parse(c->unit, &declared, NULL) && !units_parse(said, &human, NULL) &&
        units_convert(&declared, &human, NAN, &scale, &offset))
        level = level * scale + offset;
    snprintf(out, PLOT_NAME, "%.60s %.6g%s%.30s", dot ? dot + 1 : c->name, level, *said ? " " : "", said);
}

/* The next level above the last one; NaN: there is none. */
static double next_level(const frame *f, const double *v, double last)
{
    double next = INFINITY;
    for (size_t i = 0; i < f->n; i++)
        if (v[i] > last && v[i] < next)
            next = v[i];
    return isfinite(next) ? next : NAN;
}

/* A line for each level of a column, or one of all of them. */
static int add_lines(place *k, plot_series *s, why *w)
{
    int by;
    s->style = PLOT_MEANS;
    if (strcmp(k->o->by, "variant") == 0) {
        *k->color += add(k->out, s);
        return E_OK;
    }
    int rc = find_column(k->r, k->o->by, &by, w);
    if (rc)
        return rc;
    const frame_column *c = &s->f->col[by];
    char before[PLOT_NAME], level[PLOT_NAME];
    snprintf(before, sizeof before, "%.90s%s", s->name, *s->name ? ", " : "");
    s->by = c->v;
    for (double at = next_level(s->f, c->v, -INFINITY); isfinite(at) && k->out->n < PLOT_SERIES;
         at = next_level(s->f, c->v, at)) {
        s->level = at;
        s->color = *k->color;
        name_level(c, at, level);
        snprintf(s->name, sizeof s->name, "%.90s%.60s", before, level);
        *k->color += add(k->out, s);
    }
    return E_OK;
}

/* A point per case. */
static int add_cases(place *k, why *w)
{
    int y;
    if (!k->o->x || !k->o->y)
        return fail(w, E_USAGE, "%s is a sweep's store: what to draw is said by --x and --y, columns of its cases",
                    k->r->name);
    int rc = find_column(k->r, k->o->x, &k->x, w);
    if (!rc)
        rc = find_column(k->r, k->o->y, &y, w);
    if (rc)
        return rc;
    const frame *f = &k->r->rows;
    double zero = zero_of(f, k->x);
    label_of(f, k->x, zero, k->out->x);
    label_of(f, y, 0, k->out->y);
    for (uint32_t v = 0; v < f->nvariant && !rc; v++) { /* what was varied in words tells colours */
        plot_series s = { .style = PLOT_POINTS,
                          .color = *k->color,
                          .f = f,
                          .cell = UINT32_MAX,
                          .variant = v,
                          .x = k->x,
                          .zero = zero,
                          .y = y,
                          .upper = -1,
                          .since = -1 };
        snprintf(s.name, sizeof s.name, "%.70s%s%.70s", k->prefix, *k->prefix && *f->variant_name[v] ? ": " : "",
                 f->variant_name[v]);
        if (k->o->by)
            rc = add_lines(k, &s, w);
        else
            *k->color += add(k->out, &s);
    }
    return rc;
}

/* The capacity at the end of life: of the first row that tells what its SoH refers to. */
static void find_eol(const result *r, plot *out)
{
    const frame *f = &r->rows;
    int physics = frame_find(f, "physics_capacity"), soh = frame_find(f, "soh");
    double eol = result_eol(r, NULL);
    for (size_t i = 0; i < f->n && physics >= 0 && soh >= 0 && isnan(out->eol); i++)
        out->eol = eol * f->col[physics].v[i] / f->col[soh].v[i];
    snprintf(out->eol_name, sizeof out->eol_name, "end of life, SoH %.4g %%", eol * 100);
}

static bool is_health(const result *r, const char *y)
{
    int at = r->cases || !y ? -1 : frame_find(&r->rows, y);
    return at >= 0 && strcmp(r->rows.col[at].key, "soh") == 0;
}

static void title_it(const result *r, size_t n, const plot_options *o, plot *out)
{
    const frame *f = &r->rows;
    if (o->title)
        snprintf(out->title, sizeof out->title, "%s", o->title);
    else if (n == 1 && !r->cases && f->ncell && (f->ncell == 1 || (f->nvariant > 1 && out->left_out.n)) &&
             !strstr(r->name, f->cell_name[0]))
        snprintf(out->title, sizeof out->title, "%.80s: %.64s", r->name, f->cell_name[0]);
    else if (n == 1 && !r->cases && f->nvariant == 1 && *f->variant_name[0])
        snprintf(out->title, sizeof out->title, "%.80s: %.64s", r->name, f->variant_name[0]);
    else if (n == 1)
        snprintf(out->title, sizeof out->title, "%.150s", r->name);
}

static bool share_one_model(result *const *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (r[i]->cases || r[i]->rows.nvariant != 1 ||
            strcmp(r[i]->rows.variant_name[0], r[0]->rows.variant_name[0]) != 0)
            return false;
    return n > 1;
}

/* Of duties time is the axis, in what the longest of them is told in; NULL: the rows of some are cycles. */
static const char *time_of(result *const *r, size_t n)
{
    double last = 0, per;
    for (size_t i = 0; i < n; i++) {
        int at = r[i]->cases || r[i]->samples ? -1 : frame_duty_time(&r[i]->rows);
        if (at < 0)
            return NULL;
        for (size_t row = 0; row < r[i]->rows.n; row++)
            last = fmax(last, r[i]->rows.col[at].v[row]);
    }
    return frame_time_unit(last, &per);
}

int plot_gather(result *const *r, size_t n, const plot_options *o, plot *out, why *w)
{
    int color = 0, rc = E_OK;
    *out = (plot){ .eol = NAN };
    for (size_t i = 0; i < n && !rc; i++) {
        place k = { .r = r[i], .o = o, .out = out, .prefix = n > 1 ? r[i]->name : "", .color = &color,
                    .one_model = share_one_model(r, n), .time = time_of(r, n) };
        rc = r[i]->cases ? add_cases(&k, w) : add_result(&k, w);
    }
    if (rc)
        return rc;
    if (!out->n)
        return fail(w, E_INPUT, "%s has nothing to draw: no row knows both %s and %s", r[0]->name,
                    o->y ? o->y : "a capacity", o->x ? o->x : "cycle");
    measure(out);
    if (!o->y && !r[0]->cases)
        find_eol(r[0], out);
    else if (o->eol > 0 || is_health(r[0], o->y)) {
        out->eol = o->eol > 0 ? o->eol : result_eol(r[0], NULL);
        snprintf(out->eol_name, sizeof out->eol_name, "end of life, %.4g %%", 100 * out->eol);
    }
    title_it(r[0], n, o, out);
    return E_OK;
}
