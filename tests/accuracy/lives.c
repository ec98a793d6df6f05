/* SPDX-License-Identifier: MIT
 * lives.c - MATR's cells: how long they will live, told from the per-cycle columns of their first 100 cycles.
 *
 * Ridge on the log of the last row's number; cells of one charge policy are left out together, and the penalty is
 * chosen within the others.  b1c1 and b1c3 are censored: never learnt from, and counted only where the forecast is
 * shorter than they have lived.
 */

#include "core/base/file.h"
#include "tests/accuracy/accuracy.h"

enum { FEATURES = 7, FIRST = 100, MOST = 64 };
static const char *const feature[FEATURES] = { "log fall of the capacity 10..100",
                                               "slope of the capacity 2..100",
                                               "slope 91..100",
                                               "capacity at 2",
                                               "rise to the largest capacity",
                                               "mean charge time 2..6",
                                               "resistance at 100 less least" };

typedef struct life {
    char name[16], policy[64];
    double q[FIRST + 1], charge[FIRST + 1], r[FIRST + 1], x[FEATURES], last;
    bool censored;
} life;

static double slope(const double *v, int from, int to)
{
    double n = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
    for (int i = from; i <= to; i++)
        if (isfinite(v[i]) && v[i] > 0.5) {
            double dx = i - mx;
            n++;
            mx += dx / n;
            my += (v[i] - my) / n;
            sxx += dx * (i - mx);
            sxy += dx * (v[i] - my);
        }
    return sxx > 0 ? sxy / sxx : 0;
}

static double mean(const double *v, int from, int to)
{
    double sum = 0, n = 0;
    for (int i = from; i <= to; i++)
        if (isfinite(v[i]) && v[i] > 0) {
            sum += v[i];
            n++;
        }
    return n > 0 ? sum / n : 0;
}

static void features(life *c)
{
    double most = 0, least = INFINITY;
    for (int i = 2; i <= FIRST; i++) {
        most = fmax(most, c->q[i]);
        least = c->r[i] > 0 ? fmin(least, c->r[i]) : least;
    }
    const double x[FEATURES] = { log(fmax(1e-5, mean(c->q, 8, 12) - mean(c->q, 96, 100) + 0.01)),
                                 slope(c->q, 2, 100),
                                 slope(c->q, 91, 100),
                                 mean(c->q, 2, 4),
                                 most - mean(c->q, 2, 4),
                                 mean(c->charge, 2, 6),
                                 mean(c->r, 96, 100) - least };
    memcpy(c->x, x, sizeof x);
}

static size_t read_lives(life *c)
{
    char *at = NULL, *save = NULL, *line;
    size_t n = 0, size;
    why w = { 0 };
    if (file_read(lab_data("percycle/matr_b1.csv"), 1u << 26, &at, &size, &w))
        lab_stop("reading", &w);
    strtok_r(at, "\n", &save);
    while ((line = strtok_r(NULL, "\n", &save))) {
        char *v[14] = { 0 };
        for (int i = 0; i < 14 && line; i++)
            v[i] = strsep(&line, ",");
        if (!v[13])
            continue;
        if (n == 0 || strcmp(c[n - 1].name, v[1]) != 0) {
            memset(&c[n], 0, sizeof *c);
            snprintf(c[n].name, sizeof c[n].name, "%s", v[1]);
            snprintf(c[n].policy, sizeof c[n].policy, "%s", v[2]);
            c[n].censored = strcmp(v[1], "b1c1") == 0 || strcmp(v[1], "b1c3") == 0;
            n++;
        }
        life *now = &c[n - 1];
        int cycle = atoi(v[3]);
        now->last = cycle;
        if (cycle <= FIRST && v[13][0] != 'f' && v[13][0] != 'g') {
            now->q[cycle] = strtod(v[4], NULL);
            now->charge[cycle] = strtod(v[5], NULL);
            now->r[cycle] = strtod(v[12], NULL);
        }
    }
    free(at);
    for (size_t i = 0; i < n; i++)
        features(&c[i]);
    return n;
}

static bool learns(const life *c, size_t i, size_t from, size_t without)
{
    return !c[i].censored && strcmp(c[i].policy, c[from].policy) != 0 && strcmp(c[i].policy, c[without].policy) != 0;
}

/* log life of cell `of`, learnt from the cells of all other policies than those of `of` and `without`. */
static double ridge_says(const life *c, size_t n, size_t of, size_t without, double lambda)
{
    double m[FEATURES] = { 0 }, s[FEATURES] = { 0 }, y = 0, a[FEATURES][FEATURES + 1] = { { 0 } }, k = 0;
    for (size_t i = 0; i < n; i++)
        if (learns(c, i, of, without)) {
            k++;
            y += (log(c[i].last) - y) / k;
            for (int j = 0; j < FEATURES; j++)
                m[j] += (c[i].x[j] - m[j]) / k;
        }
    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < FEATURES && learns(c, i, of, without); j++)
            s[j] += pow(c[i].x[j] - m[j], 2) / k;
    for (size_t i = 0; i < n; i++)
        for (int r = 0; r < FEATURES && learns(c, i, of, without); r++) {
            double z = (c[i].x[r] - m[r]) / sqrt(s[r] + 1e-30);
            for (int q = 0; q < FEATURES; q++)
                a[r][q] += z * (c[i].x[q] - m[q]) / sqrt(s[q] + 1e-30);
            a[r][FEATURES] += z * (log(c[i].last) - y);
        }
    for (int r = 0; r < FEATURES; r++)
        a[r][r] += lambda * k;
    for (int r = 0; r < FEATURES; r++)
        for (int q = r + 1; q < FEATURES; q++) {
            double f = a[q][r] / a[r][r];
            for (int j = r; j <= FEATURES; j++)
                a[q][j] -= f * a[r][j];
        }
    for (int r = FEATURES - 1; r >= 0; r--) {
        for (int q = r + 1; q < FEATURES; q++)
            a[r][FEATURES] -= a[r][q] * a[q][FEATURES];
        a[r][FEATURES] /= a[r][r];
        y += a[r][FEATURES] * (c[of].x[r] - m[r]) / sqrt(s[r] + 1e-30);
    }
    return y;
}

static double choose_penalty(const life *c, size_t n, size_t of)
{
    double best = 1, least = INFINITY;
    for (double lambda = 1e-3; lambda < 40; lambda *= 3.1622776601683795) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            if (learns(c, i, of, of)) {
                double off = ridge_says(c, n, i, of, lambda) - log(c[i].last);
                sum += off * off;
            }
        if (sum < least) {
            least = sum;
            best = lambda;
        }
    }
    return best;
}

void part_lives(void)
{
    static life c[MOST];
    size_t n = read_lives(c);
    metrics e = { 0 }, d = { 0 };
    printf("MATR, life from the first %d cycles: ridge on", FIRST);
    for (int j = 0; j < FEATURES; j++)
        printf("%s %s", j ? "," : "", feature[j]);
    printf("\n  cell   policy                 lived   ridge   dummy\n");
    for (size_t i = 0; i < n; i++) {
        double dummy = 0, k = 0, says = exp(ridge_says(c, n, i, i, choose_penalty(c, n, i)));
        for (size_t j = 0; j < n; j++)
            if (learns(c, j, i, i))
                dummy += (log(c[j].last) - dummy) / ++k;
        dummy = exp(dummy);
        printf("  %-6s %-20s %s%6.0f  %6.0f  %6.0f\n", c[i].name, c[i].policy, c[i].censored ? "> " : "  ", c[i].last,
               says, dummy);
        metrics_add(&e, c[i].last, c[i].censored ? fmax(says, c[i].last) : says);
        metrics_add(&d, c[i].last, c[i].censored ? fmax(dummy, c[i].last) : dummy);
    }
    printf(
        "  RMSE %.0f cycles, MAPE %.1f %%; dummy %.0f, %.1f %% (Severson 2019: 9.1 %% with delta-Q on other batches)\n",
        metrics_rmse(&e), metrics_mape(&e), metrics_rmse(&d), metrics_mape(&d));
    sheet("MATR, life from 100 cycles, RMSE over the dummy's", metrics_rmse(&e) / metrics_rmse(&d), 1, "");
}
