/* SPDX-License-Identifier: MIT
 * unseen.c - the capacity of a cell that was never measured, from its charge and the first minutes of its discharge:
 * one of B0005-7 from the other two, whose charges the .mat files have.  The three ran side by side, so that this is
 * easier than a stranger would be.  Then the others, of which only the first minutes are known, from other groups.
 *
 * Then the charge down to 2.7 V beside NASA's own label.
 */
#include "tests/accuracy/accuracy.h"
#include <unistd.h>

#define LEARN(name, plugin, more)                                                                                      \
    "[[corrector]]\nname = \"" name "\"\nplugin = \"" plugin "\"\nscope = \"pooled\"\nfeatures = [" more "]\n"
#define GP(name, more) LEARN(name, "gp", more) "kernel = \"rbf + linear\"\n"
#define REST           "\"rest_log\", \"rest_away_48\""
#define BASE           "\"charge_accepted\", " REST
#define CURVE          ", \"charge_accepted_cv\", \"charge_cc_time\", \"charge_voltage_at_1000s\""
#define PEAK           ", \"charge_dqdv_peak\", \"charge_dqdv_voltage\""
#define START          ", \"voltage_at_60s\", \"voltage_at_300s\""
#define WARM           ", \"temperature_start\""

/* Each without and with the temperature at which the discharge begins. */
#define BOTH(name, plugin, more) LEARN(name, plugin, more) LEARN(name " T", plugin, more WARM)

/* Rows behind one whole charge: three of 168 in each cell are not. */
static const char where[] = "charge_accepted > 1.1 and charge_accepted < 2.2";
static const char menu[] = BOTH("ridge, accepted and rests", "ridge", BASE)
    BOTH("ridge, + constant voltage", "ridge", BASE ", \"charge_accepted_cv\"")
        BOTH("ridge, + start", "ridge", BASE START) BOTH("ridge, + curve", "ridge", BASE CURVE)
            BOTH("ridge, + curve, start", "ridge", BASE CURVE START)
                BOTH("ridge, + curve, peak, start", "ridge", BASE CURVE PEAK START)
                    GP("gp, accepted and rests", BASE) GP("gp, accepted and rests T", BASE WARM);

/* What the others have: rests, the first minutes, no charge. */
static const char minutes[] = LEARN("ridge, rests", "ridge", REST) BOTH("ridge, first minutes", "ridge", REST START)
    LEARN("ridge, fall of the first minutes T", "ridge", REST ", \"voltage_at_300s_over_voltage_at_60s\"" WARM)
        LEARN("forest, first minutes T", "xgboost", REST START WARM) "mode = \"forest\"\n";

/* RMSE of each cell of one group by learner k, which learns from the cells of the groups that are neither `group` nor
 * `apart`; and of the mean of what it learns from. */
static void learn_group(lab *l, size_t k, int group, int apart, double *got, double *dummy)
{
    why w = { 0 };
    learnt model;
    size_t n = 0, *row = mem_zero(2 * l->d.n + 2, sizeof *row), *own = row + l->d.n + 1;
    double *total = mem_zero(l->d.n + 1, sizeof *total), mean = 0;
    for (size_t i = 0; i < l->d.n; i++)
        if (l->group[l->d.cell[i]] != group && l->group[l->d.cell[i]] != apart && isfinite(lab_target(l, i))) {
            row[n++] = i;
            mean += (lab_target(l, i) - mean) / (double)n;
        }
    if (learner_train(&l->k[k], row, n, NULL, &model, &w))
        lab_stop(l->s->corrector[k].part.label, &w);
    for (size_t c = 0; c < l->ncell; c++) {
        metrics e = { 0 }, plain = { 0 };
        size_t m = l->d.first[c + 1] - l->d.first[c];
        if (l->group[c] != group)
            continue;
        for (size_t i = 0; i < m; i++)
            own[i] = l->d.first[c] + i;
        if (learner_predict(&l->k[k], &model, own, m, &(learner_said){ .total = total }, &w))
            lab_stop(l->s->corrector[k].part.label, &w);
        for (size_t i = 0; i < m; i++) {
            metrics_add(&e, lab_target(l, own[i]), total[i]);
            metrics_add(&plain, lab_target(l, own[i]), mean);
        }
        got[c] = metrics_rmse(&e);
        dummy[c] = metrics_rmse(&plain);
    }
    learner_drop(&l->k[k], &model);
    free(row);
    free(total);
}

typedef struct estimates { double got[LAB_MENU][LAB_CELLS], dummy[LAB_CELLS]; size_t best[LAB_CELLS]; } estimates;

/* What learner k earns on the cells of all groups but one, each from the groups that are neither's. */
static double earned_without(lab *l, size_t k, int group)
{
    double got[LAB_CELLS], dummy[LAB_CELLS], sum = 0;
    for (int g = 0; g < (int)l->ncell; g++)
        if (g != group && l->group[g] == g)
            learn_group(l, k, g, group, got, dummy);
    for (size_t c = 0; c < l->ncell; c++)
        sum += l->group[c] != group ? got[c] : 0;
    return sum;
}

static void estimate_group(lab *l, int group, estimates *e)
{
    double least = INFINITY;
    size_t best = 0;
    for (size_t k = 0; k < l->nk; k++) {
        double earned = earned_without(l, k, group);
        learn_group(l, k, group, group, e->got[k], e->dummy);
        best = earned < least ? k : best;
        least = fmin(least, earned);
    }
    for (size_t c = 0; c < l->ncell; c++)
        e->best[c] = l->group[c] == group ? best : e->best[c];
}

/* A line a learner, a column a cell; the mean over the cells of what was chosen, and of the dummy. */
static double estimate_all(lab *l, const char *chosen, double *dummy)
{
    estimates *e = mem_zero(1, sizeof *e);
    double mean = 0;
    *dummy = 0;
    for (int g = 0; g < (int)l->ncell; g++)
        if (l->group[g] == g)
            estimate_group(l, g, e);
    printf("  %-36s", "");
    for (size_t c = 0; c < l->ncell; c++)
        printf("   %s", l->d.name[c]);
    for (size_t k = 0; k < l->nk; k++) {
        printf("\n  %-36s", l->s->corrector[k].part.label);
        for (size_t c = 0; c < l->ncell; c++)
            printf(" %7.4f", e->got[k][c]);
    }
    printf("\n  %-36s", "the others' mean (dummy)");
    for (size_t c = 0; c < l->ncell; c++)
        printf(" %7.4f", e->dummy[c]);
    printf("\n  %-36s", chosen);
    for (size_t c = 0; c < l->ncell; c++) {
        mean += e->got[e->best[c]][c] / (double)l->ncell;
        *dummy += e->dummy[c] / (double)l->ncell;
        printf(" %7.4f", e->got[e->best[c]][c]);
    }
    printf("\n");
    free(e);
    return mean;
}

/* A folder of links to the three. */
static void link_three(char *folder, int make)
{
    static const char *const name[] = { "B0005.mat", "B0006.mat", "B0007.mat" };
    why w = { 0 };
    if (make && !mkdtemp(folder))
        lab_stop("no folder", &w);
    for (int i = 0; i < 3; i++) {
        char to[128], from[64];
        snprintf(to, sizeof to, "%s/%s", folder, name[i]);
        snprintf(from, sizeof from, "nasa/%s", name[i]);
        char *whole = realpath(lab_data(from), NULL);
        if (make ? !whole || symlink(whole, to) : unlink(to))
            lab_stop(to, &w);
        free(whole);
    }
    if (!make)
        rmdir(folder);
}

static void by_charge(void)
{
    lab *l = mem_zero(1, sizeof *l);
    text t = { 0 };
    char folder[] = "/tmp/fade-three-XXXXXX";
    double dummy;
    link_three(folder, 1);
    text_addf(&t, "[source]\nplugin = \"nasa\"\npath = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n%s", folder, menu);
    lab_open(l, text_of(&t), where, -1, ASK_ESTIMATE);
    link_three(folder, 0);
    printf("NASA, estimation of a cell never seen, among B0005-7 (T: with the temperature at the start)\n");
    double mean = estimate_all(l, "chosen on the other two", &dummy);
    sheet("B0005-7, one from the other two, mean RMSE", mean, 0.014, "Ah");
    text_free(&t);
    lab_close(l);
    free(l);
}

static void by_minutes(void)
{
    lab *l = mem_zero(1, sizeof *l);
    text t = { 0 };
    double dummy;
    text_addf(&t,
              "[source]\nplugin = \"nasa\"\npath = \"%s\"\nindex = \"%s\"\n[[physics]]\nplugin = "
              "\"power-law\"\n%s",
              lab_data("nasa/samples"), lab_data("nasa/percycle.csv"), minutes);
    lab_open(l, text_of(&t), NULL, -1, ASK_ESTIMATE);
    lab_group(l, nasa_groups);
    printf("\nNASA, estimation of a cell never seen from cells of other groups, without its charges\n");
    double mean = estimate_all(l, "chosen on the other groups", &dummy);
    sheet("eleven cells from other groups, over the dummy's RMSE", mean / dummy, 1, "");
    text_free(&t);
    lab_close(l);
    free(l);
}

void part_unseen(void)
{
    by_charge();
    by_minutes();
}

void part_integral(void)
{
    lab *a = mem_zero(1, sizeof *a), *b = mem_zero(1, sizeof *b);
    text t = { 0 };
    text_addf(&t, "[source]\nplugin = \"nasa\"\npath = \"%s\"\nindex = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n",
              lab_data("nasa/samples"), lab_data("nasa/percycle.csv"));
    lab_open(a, text_of(&t), NULL, -1, ASK_FORECAST);
    text_free(&t);
    text_addf(&t, "[source]\nplugin = \"csv\"\npath = \"%s\"\n[[physics]]\nplugin = \"power-law\"\n",
              lab_data("nasa/percycle.csv"));
    lab_open(b, text_of(&t), NULL, -1, ASK_FORECAST);
    text_free(&t);
    size_t same = 0, off = 0, none = 0;
    double worst = 0;
    for (size_t i = 0; i < a->d.n && i < b->d.n; i++) {
        double by = fabs(lab_target(a, i) - lab_target(b, i));
        none += isnan(lab_target(a, i));
        same += by <= 1e-4;
        off += by > 1e-4;
        worst = by > worst ? by : worst;
    }
    printf("NASA, charge down to 2.7 V beside the label: %zu within 1e-4 Ah (worst %.2g), %zu not, %zu never reach it, "
           "of %zu\n",
           same, worst, off, none, a->d.n);
    sheet("discharges that are not within 1e-4 Ah of the label", (double)off, 0, "");
    lab_close(a);
    lab_close(b);
    free(a);
    free(b);
}
