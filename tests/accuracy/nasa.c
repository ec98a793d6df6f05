/* SPDX-License-Identifier: MIT
 * nasa.c - NASA's eleven cells: the second half of life from the first, the last fifth from the rest.
 *
 * Settings are chosen over the groups other than a cell's own (5-7, 29-30, 34, 45-46, 53-55), by the mean RMSE of
 * forecasts from several origins.
 */
#include "core/base/file.h"
#include "tests/accuracy/accuracy.h"
#include <unistd.h>

const char *const nasa_groups = "B0005 B0006 B0007; B0029 B0030; B0034; B0045 B0046; B0053 B0054 B0055";
static const double origin[] = { 0.5, 0.65, 0.8 };
enum { ORIGINS = sizeof origin / sizeof *origin };

/* ---- the rows ---- */

static char *field(char *line, int n)
{
    for (; n > 0 && line; n--)
        line = (line = strchr(line, ',')) ? line + 1 : NULL;
    return line ? line : (char[]){ "" };
}

static char *whole(const char *path)
{
    char *at = NULL;
    size_t n = 0;
    why w = { 0 };
    if (file_read(path, 1u << 24, &at, &n, &w))
        lab_stop("reading", &w);
    return at;
}

/* cell,cycle,start_time,capacity_ah, .. with the capacity left out where the other table flags the row. */
void nasa_join(const char *folder, char path[128])
{
    char *rows = whole(lab_data("nasa/percycle.csv")), *flags = whole(lab_data("percycle/nasa_pcoe.csv")), *save,
         *fsave;
    text out = { 0 };
    why w = { 0 };
    text_add(&out, "cell,cycle,start_time,capacity_ah,temperature_start_c,voltage_mean_v\n");
    char *line = strtok_r(rows, "\n", &save), *flag = strtok_r(flags, "\n", &fsave);
    while ((line = strtok_r(NULL, "\n", &save)) && (flag = strtok_r(NULL, "\n", &fsave))) {
        const char *mark = field(flag, 13), *key = field(flag, 1), *start = field(line, 3), *q = field(line, 4);
        size_t same = (size_t)(field(line, 2) - line);
        if (strncmp(line, key, strcspn(line, ",")) != 0) {
            snprintf(w.text, sizeof w.text, "%.40s is beside %.40s", line, flag);
            lab_stop("the two tables of NASA's cells do not go together", &w);
        }
        text_addf(&out, "%.*s%.*s,", (int)same, line, (int)strcspn(start, ","), start);
        if (*mark == '\0' || *mark == '\r')
            text_addf(&out, "%.*s", (int)strcspn(q, ","), q);
        text_addf(&out, ",%.*s,\n", (int)strcspn(field(line, 9), ","), field(line, 9));
    }
    snprintf(path, 128, "%s/nasa.csv", folder);
    if (file_write(path, text_of(&out), out.n, &w))
        lab_stop("writing", &w);
    text_free(&out);
    free(rows);
    free(flags);
}

/* ---- the menu ---- */

const char *const nasa_laws[NASA_LAWS] = {
    "powers = [0.3, 0.4, 0.5, 0.6]\nlengths = [1, 2]\n",
    "powers = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8]\nlengths = [1, 2, 4]\n",
    "powers = [0.6, 0.7, 0.8, 0.9, 1]\nlengths = [2, 4]\n",
};
const char *const nasa_memories[NASA_LAWS] = { "memories = [0.5, 0.25]\n", "memories = [0.5, 0.25, 0.15]\n",
                                               "memories = [0.25, 0.15]\n" };
static const char *const rests[] = {
    "\"time_pause_away_24\", \"time_pause_away_48\"",
    "\"time_pause_away_12\", \"time_pause_away_24\", \"time_pause_away_48\", \"time_pause_away_96\""
};
static const char *const carries[] = { "carry = 0\n", "carry = 6\ncarry_lasts = 1e9\n" };
/* How much the laws' likelihood counts, and for how long. */
static const char *const shares[] = {
    "",
    "likely = 0.5\nlikely_lasts = 0.25\n",
    "likely = 0.5\nlikely_lasts = 0.5\n",
    "likely = 0.5\nlikely_lasts = 1\n",
    "likely = 1\nlikely_lasts = 0.25\n",
    "likely = 1\nlikely_lasts = 0.5\n",
    "likely = 1\nlikely_lasts = 1\n",
};
/* Each cell by itself, and beside the cells of its group. */
static const char *const together[] = { "", "scope = \"pooled\"\nmates = 0.3\n" };
#define MANY(a) (sizeof(a) / sizeof *(a))
enum { ALONE, MATES, WAYS = MANY(together) };

static void menu(text *t)
{
    for (size_t w = 0; w < WAYS; w++)
        for (size_t l = 0; l < NASA_LAWS; l++)
            for (size_t m = 0; m < NASA_LAWS; m++)
                for (size_t r = 0; r < MANY(rests); r++)
                    for (size_t c = 0; c < MANY(carries); c++)
                        for (size_t s = 0; s < MANY(shares); s++)
                            text_addf(t,
                                      "[[corrector]]\nname = \"%zu%zu%zu%zu%zu%zu\"\nplugin = \"trend\"\n"
                                      "features = [\"cycle\", %s]\n%s%s%s%s%s",
                                      w, l, m, r, c, s, rests[r], nasa_laws[l], nasa_memories[m], carries[c], shares[s],
                                      together[w]);
}

static void open_nasa(lab *l)
{
    char folder[] = "/tmp/fade-nasa-XXXXXX", path[128];
    text t = { 0 };
    why w = { 0 };
    if (!mkdtemp(folder))
        lab_stop("no folder", &w);
    nasa_join(folder, path);
    text_addf(&t, "[source]\nplugin = \"csv\"\npath = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n", path);
    menu(&t);
    lab_open(l, text_of(&t), NULL, -1, ASK_FORECAST);
    lab_group(l, nasa_groups);
    unlink(path);
    rmdir(folder);
    text_free(&t);
}

/* ---- the sheet ---- */

/* The mean of the forecasts of the LAB_BEST settings, of the first nk, on the groups other than the cell's. */
static double best_mean(lab *l, const double *score, size_t nk, size_t c, size_t m)
{
    double mean[1024] = { 0 }, says[1024];
    size_t n = l->known[c] - m, best[LAB_BEST];
    lab_best(l, score, nk, c, best);
    for (int b = 0; b < LAB_BEST; b++) {
        lab_ahead(l, best[b], c, m, l->known[c], says);
        for (size_t i = 0; i < n; i++)
            mean[i] += says[i] / LAB_BEST;
    }
    return lab_rmse(l, c, m, l->known[c], mean);
}

/* rmse: of the settings for a cell by itself, and of all.  Their means go to mean. */
static void table(lab *l, const double *score, double fraction, double rmse[WAYS][LAB_CELLS], double mean[WAYS])
{
    static const char *const head[] = { "trend", "mates", "last", "drift", "line" };
    double sum[WAYS + NAIVES] = { 0 };
    size_t better[WAYS] = { 0 };
    printf("\n  cell  ");
    for (int n = 0; n < WAYS + NAIVES; n++)
        printf("%8s", head[n]);
    for (size_t c = 0; c < l->ncell; c++) {
        size_t m = lab_origin(l, c, fraction);
        printf("\n  %s ", l->d.name[c]);
        for (int n = 0; n < WAYS + NAIVES; n++) {
            double v = n < WAYS ? best_mean(l, score, l->nk / WAYS * (size_t)(n + 1), c, m) :
                                  lab_naive(l, c, m, l->known[c], n - WAYS);
            if (n < WAYS) {
                rmse[n][c] = v;
                better[n] += v < lab_naive(l, c, m, l->known[c], NAIVE_LAST);
            }
            sum[n] += v / (double)l->ncell;
            printf(" %7.4f", v);
        }
    }
    printf("\n  mean  ");
    for (int n = 0; n < WAYS + NAIVES; n++)
        printf(" %7.4f", sum[n]);
    printf("   Ah, better than persistence on %zu and %zu of %zu\n", better[ALONE], better[MATES], l->ncell);
    memcpy(mean, sum, WAYS * sizeof *mean);
}

void part_nasa(void)
{
    lab *l = mem_zero(1, sizeof *l);
    open_nasa(l);
    double *score = mem_zero(l->nk * l->ncell, sizeof *score), soh[WAYS][LAB_CELLS], rmse[WAYS][LAB_CELLS], half[WAYS],
           fifth[WAYS];
    for (size_t k = 0; k < l->nk; k++)
        for (int o = 0; o < ORIGINS; o++)
            for (size_t c = 0; c < l->ncell; c++)
                score[k * l->ncell + c] += lab_ahead(l, k, c, lab_origin(l, c, origin[o]), l->known[c], NULL) / ORIGINS;
    printf("NASA, second half of life from the first (mean of the 8 settings that did best on the other groups; mates: "
           "those\nthat learn from the first halves of the cell's own group are among them)");
    table(l, score, 0.5, soh, half);
    printf("\nNASA, last fifth from the rest");
    table(l, score, 0.8, rmse, fifth);
    for (int w = 0; w < WAYS; w++) {
        printf("\n%s\n", w == ALONE ? "each cell from its own rows" : "and from its mates'");
        sheet("NASA, second half from the first, mean RMSE", half[w], 0.032, "Ah");
        sheet("NASA, last fifth from the rest, mean RMSE", fifth[w], 0.018, "Ah");
        sheet("B0005, second half, as SoH", soh[w][0] / lab_target(l, l->row[0][0]), 0.014, "");
        sheet("B0006, second half, as SoH", soh[w][1] / lab_target(l, l->row[1][0]), 0.030, "");
        sheet("B0007, second half, as SoH", soh[w][2] / lab_target(l, l->row[2][0]), 0.009, "");
    }
    if (getenv("FADE_ACCURACY_ALL"))
        for (size_t k = 0; k < l->nk; k++) {
            double a = 0, b = 0;
            for (size_t c = 0; c < l->ncell; c++) {
                a += lab_ahead(l, k, c, lab_origin(l, c, 0.5), l->known[c], NULL) / (double)l->ncell;
                b += lab_ahead(l, k, c, lab_origin(l, c, 0.8), l->known[c], NULL) / (double)l->ncell;
            }
            printf("  setting %zu: %.4f %.4f\n", k, a, b);
        }
    free(score);
    lab_close(l);
    free(l);
}
