/* SPDX-License-Identifier: MIT
 * labs.c - cells of six labs, the second half of each from its first.  Laws are chosen over the groups of the
 * same lab that are not the cell's (over the other cells where there is one group), and so is the width of the band.
 */
#include "core/base/file.h"
#include "tests/accuracy/accuracy.h"
#include <unistd.h>

static const char rests[] = "\"cycle\", \"time_pause_away_24\", \"time_pause_away_48\"", cycles[] = "\"cycle\"";
static const struct {
    const char *name, *file, *more, *features;
} set[] = {
    { "NASA", NULL, "", rests },
    { "MATR", "percycle/matr_b1.csv", "", cycles },
    { "CALCE", "percycle/calce_cs2.csv", "", cycles },
    { "ISEA", "percycle/isea_rwth.csv", "", cycles },
    { "TJU", "percycle/tju.csv", "keep_flags = [\"row\"]\n", cycles },
    { "XJTU", "percycle/xjtu.csv", "keep_flags = [\"row\"]\n", cycles },
};
enum { SETS = sizeof set / sizeof *set };

static const char *const menu[] = {
    /* laws that bend down, straight ones, knees */
    "powers = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]\nlengths = [1, 2, 4]\n",
    "powers = [0.5, 0.6, 0.7, 0.8, 0.9, 1]\n",
    "powers = [0.8, 1, 1.2, 1.5]\n",
    "powers = [1, 1.5, 2, 3]\n",
    "powers = [2, 3, 4]\n",
    "powers = [4, 6, 8]\n",
    "powers = [8, 10]\n",
};
enum { LAWS = sizeof menu / sizeof *menu, BINS = 8 };
static const char *const remember[] = { "memories = [1e6]\n", "memories = [0.5, 0.25]\n",
                                        "memories = [0.5, 0.25, 0.15]\n" };
enum { MEMORIES = sizeof remember / sizeof *remember };
/* Each cell by itself, and beside its mates. */
static const struct {
    const char *name, *said;
} together[] = { { "", "" },
                 { "mates 0.3", "scope = \"pooled\"\nmates = 0.3\n" },
                 { "mates 1", "scope = \"pooled\"\nmates = 1\n" } };
enum { WAYS = sizeof together / sizeof *together };

static void source_of(text *t, size_t s, char folder[32], char path[128])
{
    why w = { 0 };
    *path = '\0';
    if (!set[s].file) {
        if (!mkdtemp(folder))
            lab_stop("no folder", &w);
        nasa_join(folder, path);
    }
    text_addf(t,
              "[cell]\nnominal_capacity = 2\n[source]\nplugin = \"csv\"\npath = \"%s\"\n%s[[physics]]\nplugin = "
              "\"power-law\"\n",
              set[s].file ? lab_data(set[s].file) : path, set[s].more);
}

static void open_set(lab *l, size_t s, const char *correctors, int64_t physics, int ask)
{
    char folder[32] = "/tmp/fade-labs-XXXXXX", path[128];
    text t = { 0 };
    source_of(&t, s, folder, path);
    text_add(&t, correctors);
    lab_open(l, text_of(&t), "capacity > 0.1", physics, ask);
    if (set[s].file) {
        lab_kin(l);
    } else {
        lab_group(l, nasa_groups);
        unlink(path);
        rmdir(folder);
    }
    text_free(&t);
}

/* ---- the second half from the first ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of the forecast of one cell by learner k: errors, by rows behind the origin over rows known. */
typedef struct off {
    double *says;
    size_t m, n;
} off;

static double part_of(const off *o, size_t i)
{
    return (double)(i + 1) / (double)o->m;
}

/* Half the width that held 90 % of the errors of other groups' cells (each with its own chosen learner) about as far
 * ahead; a cell counts once. */
static double half_width(const lab *l, const off *all, size_t c, double at)
{
    static double v[1u << 20];
    size_t n = 0;
    for (size_t o = 0; o < l->ncell; o++)
        for (size_t i = 0; l->group[o] != l->group[c] && i < all[o].n && n < sizeof v / sizeof *v; i++)
            if (fabs(part_of(&all[o], i) - at) <= 0.5 / BINS)
                v[n++] = fabs(lab_target(l, l->row[o][all[o].m + i]) - all[o].says[i]);
    qsort(v, n, sizeof *v, by_value);
    size_t k = (size_t)ceil(0.9 * (double)(n + 1));
    return n ? v[k > n ? n - 1 : k - 1] : INFINITY;
}

static double covered(const lab *l, const off *all, double *width)
{
    double inside = 0, cells = 0;
    *width = 0;
    for (size_t c = 0; c < l->ncell; c++) {
        double hit = 0, wide = 0, half[2 * BINS + 1];
        for (int b = 0; b <= 2 * BINS; b++)
            half[b] = half_width(l, all, c, (double)b / (2 * BINS));
        for (size_t i = 0; i < all[c].n; i++) {
            double at = fmin(part_of(&all[c], i), 1), h = half[(int)(at * 2 * BINS + 0.5)];
            hit += fabs(lab_target(l, l->row[c][all[c].m + i]) - all[c].says[i]) <= h;
            wide += 2 * h / (double)all[c].n;
        }
        if (all[c].n) {
            inside += hit / (double)all[c].n;
            *width += wide;
            cells++;
        }
    }
    *width /= cells;
    return inside / cells;
}

static void laws_of(text *t, const char *features, int way)
{
    for (int k = 0; k < LAWS * MEMORIES; k++)
        text_addf(t, "[[corrector]]\nname = \"%d-%d\"\nplugin = \"trend\"\nfeatures = [%s]\n%s%s%s", k / MEMORIES,
                  k % MEMORIES, features, menu[k / MEMORIES], remember[k % MEMORIES], together[way].said);
}

static void forecasts(size_t s, int way, double *picp)
{
    lab *l = mem_zero(1, sizeof *l);
    off all[LAB_CELLS] = { { 0 } };
    text t = { 0 };
    double sum[NAIVES + 1] = { 0 }, width, cells = 0;
    size_t chosen[LAB_CELLS] = { 0 }, better = 0, best = 0;
    laws_of(&t, set[s].features, way);
    open_set(l, s, text_of(&t), -1, ASK_FORECAST);
    double *score = mem_zero(l->nk * l->ncell, sizeof *score);
    for (size_t c = 0; c < l->ncell; c++) {
        all[c].m = lab_origin(l, c, 0.5);
        all[c].n = all[c].m >= LESSON_LEAST ? l->known[c] - all[c].m : 0;
        all[c].says = mem_zero(all[c].n + 1, sizeof(double));
    }
    for (size_t k = 0; k < l->nk; k++)
        for (size_t c = 0; c < l->ncell; c++)
            if (all[c].n)
                score[k * l->ncell + c] = lab_ahead(l, k, c, all[c].m, l->known[c], NULL);
    lab_choose(l, score, l->nk, chosen);
    for (size_t c = 0; c < l->ncell; c++) {
        if (!all[c].n)
            continue;
        double got = lab_ahead(l, chosen[c], c, all[c].m, l->known[c], all[c].says), naive[NAIVES];
        cells++;
        sum[NAIVES] += got;
        for (int k = 0; k < NAIVES; k++)
            sum[k] += naive[k] = lab_naive(l, c, all[c].m, l->known[c], k);
        better += got < naive[NAIVE_LAST];
        best += got < fmin(naive[NAIVE_LAST], fmin(naive[NAIVE_DRIFT], naive[NAIVE_LINE]));
    }
    *picp = covered(l, all, &width);
    printf("  %-6s %3.0f  %7.4f  %7.4f %7.4f %7.4f   %3zu  %3zu    %5.1f %%  %7.4f  %s\n", set[s].name, cells,
           sum[NAIVES] / cells, sum[NAIVE_LAST] / cells, sum[NAIVE_DRIFT] / cells, sum[NAIVE_LINE] / cells, better,
           best, 100 * *picp, width, together[way].name);
    for (size_t c = 0; c < l->ncell; c++)
        free(all[c].says);
    free(score);
    text_free(&t);
    lab_close(l);
    free(l);
}

/* ---- a law and its correction, learnt from cells of other groups, and from a cell's own rows before an origin ---- */

typedef struct gain { size_t better, cells; double worst; } gain;

static void correct_cell(lab *l, size_t c, double origin, gain *g)
{
    why w = { 0 };
    learnt model;
    metrics a = { 0 }, b = { 0 };
    size_t m = lab_origin(l, c, origin), later = l->known[c] - m, n = 0, *row = mem_zero(l->d.n + 1, sizeof *row);
    double *total = mem_zero(2 * later + 2, sizeof *total), *law = total + later + 1;
    for (size_t i = 0; i < l->d.n; i++)
        if (l->group[l->d.cell[i]] != l->group[c] || (l->d.cell[i] == c && i < l->row[c][m]))
            row[n++] = i;
    if (learner_train(&l->k[0], row, n, NULL, &model, &w) ||
        learner_predict(&l->k[0], &model, l->row[c] + m, later, &(learner_said){ .total = total, .physics = law }, &w))
        lab_stop("a correction", &w);
    for (size_t i = 0; i < later; i++) {
        metrics_add(&a, lab_target(l, l->row[c][m + i]), law[i]);
        metrics_add(&b, lab_target(l, l->row[c][m + i]), total[i]);
    }
    g->better += metrics_rmse(&b) < metrics_rmse(&a);
    g->worst = fmax(g->worst, metrics_rmse(&b) / metrics_rmse(&a) - 1);
    g->cells++;
    learner_drop(&l->k[0], &model);
    free(row);
    free(total);
}

static void corrections(size_t s, double origin, gain *all)
{
    lab *l = mem_zero(1, sizeof *l);
    gain g = { .worst = -1 };
    open_set(l, s, "[[corrector]]\nplugin = \"ridge\"\nscope = \"pooled\"\nfeatures = [\"cycle\", \"physics_loss\"]\n",
             0, ASK_FORECAST);
    for (size_t c = 0; c < l->ncell; c++)
        correct_cell(l, c, origin, &g);
    printf("  %-6s better on %3zu of %3zu, at worst %+.0f %%\n", set[s].name, g.better, g.cells, 100 * g.worst);
    all->better += g.better;
    all->cells += g.cells;
    all->worst = fmax(all->worst, g.worst);
    lab_close(l);
    free(l);
}

static void corrections_from(double origin, const char *part)
{
    gain all = { 0 };
    char what[64];
    printf("\nthe power law as shipped and ridge on it, learnt from the other groups of the same lab (and, second "
           "half, its own first): %s\n",
           part);
    for (size_t s = 0; s < SETS; s++)
        corrections(s, origin, &all);
    snprintf(what, sizeof what, "%s, part of the cells that ridge leaves no better", part);
    sheet(what, (double)(all.cells - all.better) / (double)all.cells, 0.25, "");
    snprintf(what, sizeof what, "%s, most that it worsens one", part);
    sheet(what, all.worst, 0.10, "");
}

void part_labs(void)
{
    double picp[SETS];
    printf("second half of life from the first, Ah; cells better than the last value, than all three; 90 %% band\n"
           "  set  cells    trend     last   drift    line  last  all     inside    width\n");
    for (size_t s = 0; s < SETS; s++)
        for (int way = WAYS - 1; way >= 0; way--)
            forecasts(s, way, &picp[s]);
    for (size_t s = 0; s < SETS; s++) {
        char what[64];
        snprintf(what, sizeof what, "%s, 90 %% band: how far from 85 .. 95 %%", set[s].name);
        sheet(what, 100 * fmax(0, fmax(0.85 - picp[s], picp[s] - 0.95)), 0, "%");
    }
    corrections_from(0, "never seen");
    corrections_from(0.5, "second half");
}
