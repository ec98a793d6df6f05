/* SPDX-License-Identifier: MIT
 * metrics_class.h - predicted probabilities of an event against whether it came: does the order hold, do the numbers hold?
 *
 * Always beside the base rate: where 2 % fail, "none fails" is right in 98 %.
 */
#ifndef FADE_STUDY_METRICS_CLASS_H
#define FADE_STUDY_METRICS_CLASS_H
#include "core/base/why.h"
#include <stddef.h>

enum { CLASS_BINS = 10 };
typedef struct metrics_class {                    /* NaN: cannot be said, as the auc where all are of one kind */
    size_t n, events, skipped;                    /* rows; those with the event; those with an unknown side */
    double base_rate;
    double auc;                                   /* of the ROC curve: an event ranks above a non-event so often; ties count half */
    double average_precision;                     /* of the precision-recall curve; no skill: the base rate */
    size_t true_positive, false_positive, true_negative, false_negative;       /* at `threshold` and above it is called an event */
    double threshold, accuracy, precision, recall, f1, mcc;
    double brier, brier_base, brier_skill;        /* mean squared error; that of always saying the base rate; 1 - their ratio */
    double log_loss, log_loss_base;               /* nats; probabilities kept 2.2e-16 off 0 and 1 */
    double ece;                                   /* expected calibration error: mean |said - came| over the bins, by rows */
    size_t bin_n[CLASS_BINS];                     /* reliability: rows with a probability in [0, 0.1), .., */
    double bin_said[CLASS_BINS], bin_came[CLASS_BINS];        /* their mean probability, and how often the event came */
} metrics_class;

/* p[n] 0..1, came[n] 0 or 1; NaN in either is skipped.  E_NOMEM. */
int metrics_class_of(const double *p, const double *came, size_t n, double threshold, metrics_class *out, why *w);
#endif
