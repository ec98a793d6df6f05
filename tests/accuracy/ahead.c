/* SPDX-License-Identifier: MIT
 * ahead.c - one cycle ahead over the second half of life, fitted anew before each; then with ten minutes of it seen.
 *
 * Learners and their settings are chosen over the groups other than a cell's own, by their RMSE on those.  The charge
 * integral down to 2.7 V is the label here; part_integral says how near it lies to NASA's own.
 */
#include "tests/accuracy/accuracy.h"

static const char next_menu[] =
#define TREND(name, memory, carry)                                                                                     \
    "[[corrector]]\nname = \"" name                                                                                    \
    "\"\nplugin = \"trend\"\nfeatures = [\"cycle\", \"rest_away_12\", \"rest_away_24\", "                              \
    "\"rest_away_48\", \"rest_away_96\"]\npowers = [0.5, 1]\nmemories = " memory "\ncarry = " carry "\n"
#define RIDGE(name, more)                                                                                              \
    "[[corrector]]\nname = \"" name "\"\nplugin = \"ridge\"\nfeatures = [\"capacity_last\", \"rest_away_24\", "        \
    "\"rest_away_24_lag_1\"" more "]\n"
    TREND("trend, 3 carried", "[0.25]", "3") TREND("trend, 2 carried", "[0.25]", "2")
        TREND("trend, 6 carried", "[0.25]", "6") TREND("trend, short, 3 carried", "[0.25, 0.15]", "3")
            TREND("trend, none carried", "[0.25, 0.15]", "0") RIDGE("ridge", "")
                RIDGE("ridge, longer past",
                      ", \"capacity_mean_3\", \"capacity_slope_6\", \"rest_away_48\", \"rest_away_48_lag_1\"");
/* The laws and memories of nasa.c with the rests as shipped: what the newest rows tell now counts. */
static void next_trends(text *t)
{
    static const char *const carries[] = { "carry = 0\n", "carry = 3\n", "carry = 6\n",
                                           "carry = 3\ncarry_soft = true\n", "carry = 6\ncarry_soft = true\n" };
    for (size_t l = 0; l < NASA_LAWS; l++)
        for (size_t m = 0; m < NASA_LAWS; m++)
            for (size_t c = 0; c < sizeof carries / sizeof *carries; c++)
                text_addf(t,
                          "[[corrector]]\nname = \"%zu%zu%zu\"\nplugin = \"trend\"\nfeatures = [\"cycle\", "
                          "\"rest_away_24\", \"rest_away_48\"]\n%s%s%s",
                          l, m, c, nasa_laws[l], nasa_memories[m], carries[c]);
}

/* First a line in what is told, beside a level that wanders from cycle to cycle and forgets (a Kalman filter's). */
static const char begun_menu[] =
    "[[corrector]]\nname = \"gp, 300 600 s, temperature\"\nplugin = \"gp\"\n"
    "features = [\"cycle\", \"cycle_sqrt\", \"rest_away_12\", \"rest_away_24\", \"rest_away_48\", \"rest_away_96\", "
    "\"voltage_at_300s\", \"voltage_at_600s\", \"temperature_first_600s\"]\n"
    "kernel = \"linear + matern12(cycle)\"\nstarts = 1\nsigma = false\n"
    TREND("trend, 3 carried", "[0.25]", "3") RIDGE("ridge, 600 s", ", \"voltage_at_600s\", \"voltage_at_600s_lag_1\"")
        RIDGE("ridge, 60 300 600 s",
              ", \"voltage_at_60s\", \"voltage_at_300s\", \"voltage_at_600s\", \"voltage_at_60s_lag_1\", "
              "\"voltage_at_300s_lag_1\", \"voltage_at_600s_lag_1\"")
            RIDGE("ridge, 600 s, temperature",
                  ", \"voltage_at_600s\", \"voltage_at_600s_lag_1\", \"temperature_first_600s\", "
                  "\"temperature_first_600s_lag_1\"")
                RIDGE("ridge, 300 600 s, temperature, past",
                      ", \"voltage_at_300s\", \"voltage_at_600s\", \"voltage_at_300s_lag_1\", "
                      "\"voltage_at_600s_lag_1\", \"temperature_first_600s\", \"temperature_first_600s_lag_1\", "
                      "\"capacity_mean_3\"");

static void open_samples(lab *l, const char *menu, int ask)
{
    text t = { 0 };
    text_addf(&t, "[source]\nplugin = \"nasa\"\npath = \"%s\"\nindex = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n%s",
              lab_data("nasa/samples"), lab_data("nasa/percycle.csv"), menu);
    lab_open(l, text_of(&t), NULL, -1, ask);
    lab_group(l, nasa_groups);
    text_free(&t);
}

/* RMSE of learner k over one cell's second half, fitted anew before each of its cycles; says[] gets what it said. */
static double follow(lab *l, size_t k, size_t c, double *says)
{
    size_t from = l->known[c] / 2;
    for (size_t i = from; i < l->known[c]; i++)
        lab_ahead(l, k, c, i, i + 1, &says[i - from]);
    return lab_rmse(l, c, from, l->known[c], says);
}

static double last_one(const lab *l, size_t c)
{
    metrics e = { 0 };
    for (size_t i = l->known[c] / 2; i < l->known[c]; i++)
        metrics_add(&e, lab_target(l, l->row[c][i]), lab_target(l, l->row[c][i - 1]));
    return metrics_rmse(&e);
}

enum { MOST = 128 }; /* cycles of a second half */

/* The mean of the `best` that did best on other groups. */
static void race(const char *menu, int ask, const char *title, int best, double *three, double *all)
{
    lab *l = mem_zero(1, sizeof *l);
    open_samples(l, menu, ask);
    double *score = mem_zero(l->nk * l->ncell, sizeof *score), last = 0;
    double(*says)[MOST] = mem_zero(l->nk * l->ncell, sizeof *says);
    for (size_t k = 0; k < l->nk; k++)
        for (size_t c = 0; c < l->ncell; c++)
            score[k * l->ncell + c] = follow(l, k, c, says[k * l->ncell + c]);
    printf("%s: the mean of the %d best on other groups\n  cell      rmse    last  the best\n", title, best);
    *three = *all = 0;
    for (size_t c = 0; c < l->ncell; c++) {
        size_t order[LAB_BEST], from = l->known[c] / 2;
        double mean[MOST] = { 0 }, naive = last_one(l, c);
        lab_best(l, score, l->nk, c, order);
        for (int b = 0; b < best; b++)
            for (size_t i = 0; i < l->known[c] - from; i++)
                mean[i] += says[order[b] * l->ncell + c][i] / best;
        double got = lab_rmse(l, c, from, l->known[c], mean);
        printf("  %s  %7.4f %7.4f  %s\n", l->d.name[c], got, naive, l->s->corrector[order[0]].part.label);
        *all += got / (double)l->ncell;
        *three += c < 3 ? got / 3 : 0;
        last += naive / (double)l->ncell;
    }
    printf("  mean   %7.4f %7.4f  Ah;  of B0005-7 %.4f\n", *all, last, *three);
    for (size_t k = 0; k < l->nk && getenv("FADE_ACCURACY_ALL"); k++) {
        printf("  %-36s", l->s->corrector[k].part.label);
        for (size_t c = 0; c < l->ncell; c++)
            printf(" %.4f", score[k * l->ncell + c]);
        printf("\n");
    }
    free(says);
    free(score);
    lab_close(l);
    free(l);
}

void part_ahead(void)
{
    double three, all, begun, begun_all;
    text next = { 0 };
    text_add(&next, next_menu);
    next_trends(&next);
    race(text_of(&next), ASK_NEXT, "NASA, one cycle ahead", LAB_BEST, &three, &all);
    race(begun_menu, ASK_BEGUN, "\nNASA, of a cycle whose first ten minutes are seen", 1, &begun, &begun_all);
    text_free(&next);
    sheet("B0005-7, one cycle ahead, mean RMSE", three, 0.010, "Ah");
    sheet("B0005-7, ten minutes seen, mean RMSE", begun, 0.007, "Ah");
    sheet("eleven cells, one cycle ahead, mean RMSE", all, 0.010, "Ah");
    sheet("eleven cells, ten minutes seen, mean RMSE", begun_all, 0.007, "Ah");
}
