/* SPDX-License-Identifier: MIT
 * metrics_class.c - order, calibration and decisions of predicted probabilities.
 */
#include "core/study/metrics_class.h"
#include "core/base/mem.h"

#include <math.h>
#include <stdlib.h>

static const double LEAST = 2.220446049250313e-16;      /* as scikit-learn clips */

typedef struct said { double p; int came; } said;

static int falling(const void *a, const void *b)
{
    const said *x = a, *y = b;
    return (x->p < y->p) - (x->p > y->p);
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

/* Area under both curves, from the highest probability down; equal ones are one step. */
static void order(const said *s, metrics_class *out)
{
    double pos = (double)out->events, neg = (double)(out->n - out->events), tp = 0, fp = 0, area = 0, precise = 0;
    for (size_t i = 0; i < out->n;) {
        double up = 0, side = 0, p = s[i].p;
        for (; i < out->n && !(s[i].p < p); i++) {
            up += s[i].came;
            side += !s[i].came;
        }
        area += side * (tp + up / 2);
        tp += up;
        fp += side;
        precise += pos > 0 ? up / pos * tp / (tp + fp) : 0;
    }
    out->auc = ratio(area, pos * neg);
    out->average_precision = pos > 0 ? precise : NAN;
}

static void decide(const said *s, metrics_class *out)
{
    for (size_t i = 0; i < out->n; i++) {
        size_t *const at[] = { &out->true_negative, &out->false_negative, &out->false_positive, &out->true_positive };
        ++*at[2 * (s[i].p >= out->threshold) + s[i].came];
    }
    double tp = (double)out->true_positive, fp = (double)out->false_positive, fn = (double)out->false_negative;
    double tn = (double)out->true_negative;
    out->accuracy = ratio(tp + tn, (double)out->n);
    out->precision = ratio(tp, tp + fp);
    out->recall = ratio(tp, tp + fn);
    out->f1 = ratio(2 * tp, 2 * tp + fp + fn);
    out->mcc = ratio(tp * tn - fp * fn, sqrt(tp + fp) * sqrt(tp + fn) * sqrt(tn + fp) * sqrt(tn + fn));
}

static double entropy(double p, double share)
{
    p = fmin(fmax(p, LEAST), 1 - LEAST);
    return -share * log(p) - (1 - share) * log1p(-p);
}

static void calibrate(const said *s, metrics_class *out)
{
    double n = (double)out->n;
    out->brier = out->log_loss = 0;
    for (size_t i = 0; i < out->n; i++) {
        int b = (int)(s[i].p * CLASS_BINS);
        b = b < 0 ? 0 : b >= CLASS_BINS ? CLASS_BINS - 1 : b;
        out->bin_n[b]++;
        out->bin_said[b] += s[i].p;
        out->bin_came[b] += s[i].came;
        out->brier += pow(s[i].p - s[i].came, 2) / n;
        out->log_loss += entropy(s[i].p, s[i].came) / n;
    }
    out->ece = 0;
    for (int b = 0; b < CLASS_BINS; b++) {
        out->ece += fabs(out->bin_said[b] - out->bin_came[b]) / n;
        out->bin_said[b] = ratio(out->bin_said[b], (double)out->bin_n[b]);
        out->bin_came[b] = ratio(out->bin_came[b], (double)out->bin_n[b]);
    }
    out->brier_base = out->base_rate * (1 - out->base_rate);
    out->brier_skill = out->brier_base > 0 ? 1 - out->brier / out->brier_base : NAN;
    out->log_loss_base = entropy(out->base_rate, out->base_rate);
}

int metrics_class_of(const double *p, const double *came, size_t n, double threshold, metrics_class *out, why *w)
{
    said *s = mem_zero(n + 1, sizeof *s);
    *out = (metrics_class){ .threshold = threshold, .base_rate = NAN, .auc = NAN, .average_precision = NAN,
                            .accuracy = NAN, .precision = NAN, .recall = NAN, .f1 = NAN, .mcc = NAN, .brier = NAN,
                            .brier_base = NAN, .brier_skill = NAN, .log_loss = NAN, .log_loss_base = NAN,
                            .ece = NAN };
    if (!s)
        return fail(w, E_NOMEM, "no memory to score %zu probabilities", n);
    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i]) || isnan(came[i])) {
            out->skipped++;
            continue;
        }
        s[out->n] = (said){ p[i], came[i] > 0.5 };
        out->events += (size_t)s[out->n++].came;
    }
    if (out->n) {
        out->base_rate = (double)out->events / (double)out->n;
        qsort(s, out->n, sizeof *s, falling);
        order(s, out);
        decide(s, out);
        calibrate(s, out);
    }
    free(s);
    return E_OK;
}
