/* SPDX-License-Identifier: MIT
 * summary.c - a run in a screenful: what became of the cells, how good each model was, and a progress line on the way.
 */
#include "fade_plugin.h"
#include "grid.h"
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH, CELLS, END_OF_LIFE, PROGRESS };
enum { MODELS = 16, SCORES = 64, REASONS = 6, WARNINGS = 3, WORD = 72 };

static const fade_param params[] = {
    { "path", "", "File for the summary, relative to the result's folder; empty: the terminal.", "", FADE_TEXT, 0, 0, 0,
      0, 0, 0, "" },
    { "cells", "", "Cells listed; the others are counted.", "", FADE_INT, 0, 12, 0, 10000, 0, 0, NULL },
    { "end_of_life", "1", "State of health whose crossing is listed as the end of life; [health] eol unless given.", "",
      FADE_REAL, 0, 0.8, 0, 1, 0, 0, NULL },
    { "progress", "", "A progress line while the run goes on, if the terminal can show one.", "", FADE_BOOL, 0, 1, 0, 1,
      0, 0, NULL },
};

/* Columns of the row table that are looked at, by key. */
enum { OBSERVED, TRUTH, PHYSICS, HYBRID, SOH, TEST_TIME, SPAN, COUNT, NCOL };
static const char *const keys[NCOL] = { "capacity", "true_capacity", "physics_capacity", "hybrid_capacity",
                                        "soh",      "test_time",     "span",             "count" };

typedef struct life {                             /* one listed cell under one model */
    char     model[WORD];
    uint64_t rows;
    int64_t  last_cycle, eol_cycle;
    double   first, last[NCOL];                   /* first: physics capacity */
    double   eol_time;                            /* s */
} life;

typedef struct cell {
    char id[WORD];
    int  n;
    life life[MODELS];
} cell;

typedef struct score {
    char   variant[WORD], model[WORD], unit[16];
    double rmse, mae, mape, r2, max_error, n;
} score;

typedef struct summary {
    const fade_host *host;
    FILE    *out;                                 /* NULL: the terminal */
    char    *name;
    double   eol;
    int      progress, drawn;
    int      col[NCOL];                           /* index in the block; -1 */
    cell    *cell;
    uint32_t listed, most;
    uint64_t *seen;                               /* open addressing: hash of a cell's id; 0 free */
    uint32_t *place;                              /* beside it: listed cell + 1; 0: only counted */
    size_t   cap, cells;
    const char *recent;                           /* the last row's cell, and where it is */
    uint32_t recent_place;
    uint64_t rows, first;                         /* first > 0: a resumed run's first row here */
    score    score[SCORES];
    int      nscore;
    struct { char text[WORD]; uint64_t n; } reason[REASONS + 1];      /* the last: any other */
    int      nreason;
    char     warning[WARNINGS][256];
    uint64_t warnings, errors;
} summary;

static int32_t say(const fade_host *host, int32_t code, const char *text)
{
    fade_say(host, 3, code, -1, text);
    return code;
}

/* ---- cells ---------------------------------------------------------------------------------------------------------
 */

static uint64_t hash(const char *text)
{
    uint64_t h = 14695981039346656037u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 1099511628211u;
    return h ? h : 1;
}

static size_t slot(const summary *s, uint64_t h)
{
    size_t i = (size_t)(h * 0x9e3779b97f4a7c15u >> 20) & (s->cap - 1);
    while (s->seen[i] && s->seen[i] != h)
        i = (i + 1) & (s->cap - 1);
    return i;
}

static int grow(summary *s)
{
    summary bigger = *s;
    bigger.cap = s->cap ? 2 * s->cap : 256;
    bigger.seen = calloc(bigger.cap, sizeof *bigger.seen);
    bigger.place = calloc(bigger.cap, sizeof *bigger.place);
    if (!bigger.seen || !bigger.place) {
        free(bigger.seen);
        free(bigger.place);
        return 0;
    }
    for (size_t i = 0; i < s->cap; i++)
        if (s->seen[i]) {
            size_t to = slot(&bigger, s->seen[i]);
            bigger.seen[to] = s->seen[i];
            bigger.place[to] = s->place[i];
        }
    free(s->seen);
    free(s->place);
    *s = bigger;
    return 1;
}

/* Listed cell + 1, or 0 for one that is only counted. */
static uint32_t find_cell(summary *s, const char *id)
{
    if (id == s->recent)
        return s->recent_place;
    if (2 * s->cells >= s->cap && !grow(s))
        return 0;
    uint64_t h = hash(id);
    size_t i = slot(s, h);
    if (!s->seen[i]) {
        s->seen[i] = h;
        s->cells++;
        if (s->listed < s->most) {
            snprintf(s->cell[s->listed].id, WORD, "%s", id);
            s->place[i] = ++s->listed;
        }
    }
    s->recent = id;
    return s->recent_place = s->place[i];
}

static life *find_life(cell *c, const char *model)
{
    for (int i = 0; i < c->n; i++)
        if (strncmp(c->life[i].model, model, WORD - 1) == 0)
            return &c->life[i];
    if (c->n == MODELS)
        return NULL;
    life *l = &c->life[c->n++];
    snprintf(l->model, WORD, "%s", model);
    l->eol_cycle = -1;
    l->first = 0.0 / 0.0;
    for (int i = 0; i < NCOL; i++)
        l->last[i] = 0.0 / 0.0;
    return l;
}

static double value(const summary *s, const fade_block *b, int key, uint32_t i)
{
    return s->col[key] >= 0 ? b->col[s->col[key]][i] : 0.0 / 0.0;
}

/* State of health of a row: the corrected prediction's where there is one, else the physics'. */
static double soh_of(const summary *s, const fade_block *b, uint32_t i)
{
    double soh = value(s, b, SOH, i), corrected = value(s, b, HYBRID, i) / value(s, b, PHYSICS, i);
    return corrected - corrected == 0 ? soh * corrected : soh;
}

static void see(const summary *s, life *l, const fade_block *b, uint32_t i)
{
    double soh = soh_of(s, b, i);
    l->rows++;
    l->last_cycle = b->cycle[i];
    for (int k = 0; k < NCOL; k++) {
        double x = k == SOH ? soh : value(s, b, k, i);
        if (x == x)
            l->last[k] = x;
    }
    if (l->first != l->first)
        l->first = l->last[PHYSICS];
    if (s->col[SOH] < 0)
        return;
    if (!(soh < s->eol))
        l->eol_cycle = -1;                                /* it came back: not the end */
    else if (l->eol_cycle < 0) {
        l->eol_cycle = b->cycle[i];
        l->eol_time = value(s, b, TEST_TIME, i);
    }
}

/* Rows of a duty are stretches of time, no cycles. */
static int is_duty(const summary *s)
{
    return s->col[SPAN] >= 0 && s->col[COUNT] >= 0 && s->col[TEST_TIME] >= 0;
}

static int32_t summary_rows(void *output, const fade_block *b)
{
    summary *s = output;
    if (b->stream != 0)
        return FADE_OK;
    s->rows += b->n;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t place = find_cell(s, b->cell[i]);
        life *l = place ? find_life(&s->cell[place - 1], b->variant && b->variant[i] ? b->variant[i] : "") : NULL;
        if (l)
            see(s, l, b, i);
    }
    return FADE_OK;
}

/* ---- events --------------------------------------------------------------------------------------------------------
 */

/* The value of a key in a flat JSON object; NULL: not there. */
static const char *member(const char *json, const char *key)
{
    char mark[40];
    snprintf(mark, sizeof mark, "\"%s\":", key);
    const char *at = json ? strstr(json, mark) : NULL;
    if (!at)
        return NULL;
    at += strlen(mark);
    return at + strspn(at, " ");
}

static double member_number(const fade_host *host, const char *json, const char *key)
{
    const fade_text_v1 *text = host->iface(host, "fade.text/1");
    const char *at = member(json, key);
    double x;
    if (!text || !at || text->real(at, (uint32_t)strspn(at, "+-.0123456789eE"), &x))
        return 0.0 / 0.0;
    return x;
}

static void member_text(const char *json, const char *key, char *out, size_t n)
{
    const char *at = member(json, key);
    size_t k = 0;
    if (at && *at == '"')
        for (at++; *at && *at != '"' && k + 1 < n; at++)
            if (*at != '\\' || at[1] == '\\')
                out[k++] = *at;
    out[k] = '\0';
}

static void take_score(summary *s, const fade_event *e)
{
    if (s->nscore == SCORES || e->cell)
        return;
    score *c = &s->score[s->nscore++];
    member_text(e->json, "variant", c->variant, sizeof c->variant);
    member_text(e->json, "model", c->model, sizeof c->model);
    member_text(e->json, "unit", c->unit, sizeof c->unit);
    c->n = member_number(s->host, e->json, "n");
    c->rmse = member_number(s->host, e->json, "rmse");
    c->mae = member_number(s->host, e->json, "mae");
    c->mape = member_number(s->host, e->json, "mape");
    c->r2 = member_number(s->host, e->json, "r2");
    c->max_error = member_number(s->host, e->json, "max_error");
}

static void take_end(summary *s, const fade_event *e)
{
    char physics[WORD], reason[WORD], text[WORD];
    member_text(e->json, "physics", physics, sizeof physics);
    member_text(e->json, "reason", reason, sizeof reason);
    snprintf(text, sizeof text, "%.30s%s%.38s", physics, *physics ? ": " : "", reason);
    int i = 0;
    while (i < s->nreason && strcmp(s->reason[i].text, text) != 0)
        i++;
    if (i == s->nreason && i < REASONS)
        snprintf(s->reason[s->nreason++].text, WORD, "%s", text);
    s->reason[i < REASONS ? i : REASONS].n++;
}

static void take_warning(summary *s, const fade_event *e)
{
    if (e->level >= 3) {
        s->errors++;
        return;
    }
    if (s->warnings < WARNINGS && e->text)
        snprintf(s->warning[s->warnings], sizeof s->warning[0], "%s%s%s", e->cell ? e->cell : "", e->cell ? ": " : "",
                 e->text);
    s->warnings++;
}

static void take_progress(summary *s, const fade_event *e)
{
    double done = member_number(s->host, e->json, "done"), rate = member_number(s->host, e->json, "rate");
    double left = member_number(s->host, e->json, "left"), rows = member_number(s->host, e->json, "rows");
    char doing[WORD];
    if (!s->progress)
        return;
    member_text(e->json, "doing", doing, sizeof doing);
    fprintf(stderr, "\r\033[K%s", doing);
    if (done == done)
        fprintf(stderr, " %3.0f %%", 100 * done);
    if (rows == rows)
        fprintf(stderr, "  %.0f rows", rows);
    if (rate == rate)
        fprintf(stderr, ", %.3g a second", rate);
    if (left == left)
        fprintf(stderr, ", %.0f s left", left);
    fflush(stderr);
    s->drawn = 1;
}

static int32_t summary_event(void *output, const fade_event *e)
{
    static const struct { const char *kind; void (*take)(summary *, const fade_event *); } kinds[] = {
        { "score", take_score }, { "lane-end", take_end }, { "warning", take_warning }, { "progress", take_progress },
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(e->kind, kinds[i].kind) == 0)
            kinds[i].take(output, e);
    return FADE_OK;
}

/* ---- the page ------------------------------------------------------------------------------------------------------
 */

static void print_cells(const summary *s, FILE *out)
{
    const double year = 365 * 86400.0;            /* s */
    grid g = { .columns = 11, .left = 2 };
    char heading[32];
    int duty = is_duty(s);
    snprintf(heading, sizeof heading, "below %.4g %%", 100 * s->eol);
    static const char *const head[2][9] = {
        { "cell", "model", "rows", "cycle", "capacity", "capacity", "corrected", "observed", "SoH" },
        { "", "", "", "last", "first, Ah", "last, Ah", "last, Ah", "last, Ah", "last, %" },
    };
    for (int r = 0; r < 2; r++) {
        grid_row(&g);
        for (int c = 0; c < 9; c++)
            grid_add(&g, "%s", duty && strcmp(head[r][c], "cycle") == 0 ? "row" : head[r][c]);
        grid_add(&g, "%s", !r ? heading : duty ? "from row" : "from cycle");
        grid_add(&g, "%s", r ? "years" : "after");
    }
    for (uint32_t i = 0; i < s->listed; i++)
        for (int k = 0; k < s->cell[i].n; k++) {
            const life *l = &s->cell[i].life[k];
            double truth = l->last[TRUTH] == l->last[TRUTH] ? l->last[TRUTH] : l->last[OBSERVED];
            grid_row(&g);
            grid_add(&g, "%s", k ? "" : s->cell[i].id);
            grid_add(&g, "%s", l->model);
            grid_add(&g, "%" PRIu64, l->rows);
            grid_add(&g, "%" PRId64, l->last_cycle);
            grid_number(&g, "%.4f", l->first);
            grid_number(&g, "%.4f", l->last[PHYSICS]);
            grid_number(&g, "%.4f", l->last[HYBRID]);
            grid_number(&g, "%.4f", truth);
            grid_number(&g, "%.1f", 100 * l->last[SOH]);
            grid_number(&g, "%.0f", l->eol_cycle >= 0 ? (double)l->eol_cycle : 0.0 / 0.0);
            grid_number(&g, "%.2f", duty && l->eol_cycle >= 0 ? l->eol_time / year : 0.0 / 0.0);
        }
    if (s->listed && !g.failed)
        grid_print(&g, 2, out);
    if (s->cells > s->listed)
        fprintf(out, "... and %zu more cells\n", s->cells - s->listed);
    grid_free(&g);
}

static void print_scores(const summary *s, FILE *out)
{
    if (s->nscore == 0)
        return;
    grid g = { .columns = 9, .left = 2 };
    const char *unit = *s->score[0].unit ? s->score[0].unit : "Ah";
    int best = 0;
    for (int i = 1; i < s->nscore; i++)
        if (s->score[i].rmse < s->score[best].rmse || s->score[best].rmse != s->score[best].rmse)
            best = i;
    grid_row(&g);
    grid_add(&g, "model");
    grid_add(&g, "of");
    grid_add(&g, "rows");
    grid_add(&g, "RMSE, %s", unit);
    grid_add(&g, "MAE, %s", unit);
    grid_add(&g, "MAPE, %%");
    grid_add(&g, "R2");
    grid_add(&g, "worst, %s", unit);
    for (int i = 0; i < s->nscore; i++) {
        const score *c = &s->score[i];
        grid_row(&g);
        grid_add(&g, "%s", c->model);
        grid_add(&g, "%s", c->variant);
        grid_number(&g, "%.0f", c->n);
        grid_number(&g, "%.5f", c->rmse);
        grid_number(&g, "%.5f", c->mae);
        grid_number(&g, "%.3f", c->mape);
        grid_number(&g, "%.4f", c->r2);
        grid_number(&g, "%.5f", c->max_error);
        if (i == best)
            grid_add(&g, "best");
    }
    fprintf(out, "\nForecast errors, rows after the forecast origin:\n");
    if (!g.failed)
        grid_print(&g, 0, out);
    grid_free(&g);
}

static void print_rest(const summary *s, int32_t outcome, const char *why, FILE *out)
{
    if (s->nreason)
        fprintf(out, "\nEnded before the last cycle:\n");
    for (int i = 0; i < s->nreason; i++)
        fprintf(out, "  %8" PRIu64 "  %s\n", s->reason[i].n, s->reason[i].text);
    if (s->reason[REASONS].n)
        fprintf(out, "  %8" PRIu64 "  for other reasons\n", s->reason[REASONS].n);
    if (s->warnings)
        fprintf(out, "\n%" PRIu64 " warning%s:\n", s->warnings, s->warnings == 1 ? "" : "s");
    for (uint64_t i = 0; i < s->warnings && i < WARNINGS; i++)
        fprintf(out, "  %s\n", s->warning[i]);
    if (s->warnings > WARNINGS)
        fprintf(out, "  ... and %" PRIu64 " more\n", s->warnings - WARNINGS);
    if (outcome)
        fprintf(out, "\nThe run is not whole: %s\n", why && *why ? why : "it ended early");
}

static int32_t summary_flush(void *output)
{
    (void)output;
    return FADE_OK;
}

static void release(summary *s)
{
    if (s->out)
        fclose(s->out);
    free(s->name);
    free(s->cell);
    free(s->seen);
    free(s->place);
    free(s);
}

static int32_t summary_close(void *output, int32_t outcome, const char *why)
{
    summary *s = output;
    int32_t rc = FADE_OK;
    if (s->drawn)
        fprintf(stderr, "\r\033[K");
    FILE *out = s->out ? s->out : stdout;
    fprintf(out, "%s: %" PRIu64 " rows, %zu cell%s\n\n", s->name, s->rows, s->cells, s->cells == 1 ? "" : "s");
    if (s->first)
        fprintf(out, "The run went on from row %" PRIu64 "; rows before it are not in this table.\n\n", s->first);
    print_cells(s, out);
    print_scores(s, out);
    print_rest(s, outcome, why, out);
    if (fflush(out) || ferror(out))
        rc = say(s->host, FADE_EIO, "the summary cannot be written");
    release(s);
    return rc;
}

static void find_columns(summary *s, const fade_list *list)
{
    for (int k = 0; k < NCOL; k++)
        s->col[k] = -1;
    for (uint32_t i = 0; i < list->n; i++) {
        const fade_column *c = (const fade_column *)((const char *)list->at + (size_t)i * list->stride);
        for (int k = 0; k < NCOL; k++)
            if (strcmp(c->key, keys[k]) == 0)
                s->col[k] = (int)i;
    }
}

static char *dup_path(const char *folder, const char *path)
{
    int absolute = *path == '/' || !folder;
    size_t n = strlen(path) + (folder ? strlen(folder) : 0) + 2;
    char *out = malloc(n);
    if (out)
        snprintf(out, n, "%s%s%s", absolute ? "" : folder, absolute ? "" : "/", path);
    return out;
}

/* At the start already: a wrong path is heard of before the run, not after it. */
static int32_t open_file(summary *s, const char *folder, const char *path)
{
    if (!path || !*path)
        return FADE_OK;
    char *full = dup_path(folder, path), text[512];
    s->out = full ? fopen(full, "w") : NULL;
    snprintf(text, sizeof text, "%.400s: cannot be opened for writing: %s", full ? full : path,
             strerror(full ? errno : ENOMEM));
    free(full);
    return s->out ? FADE_OK : say(s->host, FADE_EIO, text);
}

static int32_t summary_open(const fade_host *host, const fade_args *args, const fade_run *run, void **output)
{
    summary *s = calloc(1, sizeof *s);
    if (!s)
        return say(host, FADE_ENOMEM, "no memory for the summary");
    const char *path = args->at[PATH].text;
    s->host = host;
    s->most = (uint32_t)args->at[CELLS].real;
    s->first = run->first[0];
    s->eol = args->at[END_OF_LIFE].real;
    s->progress = args->at[PROGRESS].real != 0 && isatty(STDERR_FILENO);
    s->name = dup_path(NULL, run->name ? run->name : "run");
    s->cell = calloc((size_t)s->most + 1, sizeof *s->cell);
    find_columns(s, &run->columns.out);
    int32_t rc = s->name && s->cell && grow(s) ? open_file(s, run->folder, path)
                                               : say(host, FADE_ENOMEM, "no memory for the summary");
    if (rc)
        release(s);
    else
        *output = s;
    return rc;
}

static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1,
    .open = summary_open,
    .rows = summary_rows,
    .event = summary_event,
    .flush = summary_flush,
    .close = summary_close,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc summary_desc = {
    .size = sizeof summary_desc, .id = "summary", .kind = "output", .version = "1.0.0", .licence = "MIT",
    .doc = "A run in a screenful: cells, ends of life, forecast errors, warnings; a progress line on the way.",
    .cite = "", .params = FADE_LIST(params), .iface = iface,
};

FADE_LIBRARY(&summary_desc);
