/* SPDX-License-Identifier: MIT
 * duty_iface.h - "fade.duty/1" of a law, proved as far as its tables go: what the engine and the checker both ask first.
 */
#ifndef FADE_HOST_DUTY_IFACE_H
#define FADE_HOST_DUTY_IFACE_H
#include "core/base/why.h"
#include "core/fade_plugin.h"
#include <stdbool.h>

/* What can be read of a sample.  X(name, key, unit, sentence) */
#define DUTY_READS(X)                                                                                               \
    X(SOC, "soc", "1", "State of charge.")                                                                          \
    X(TEMPERATURE, "temperature", "K", "Temperature of the cell.")                                                  \
    X(ANODE, "anode_potential", "V", "Potential of a graphite anode against lithium, at rest.")                     \
    X(C_RATE, "c_rate", "1/h", "Rate over the stretch that ends at the sample; below 0 in charge.")                 \
    X(TIME, "time", "s", "Time since the start of the duty.")
#define DUTY_READS_ENUM(name, ...) DUTY_READS_##name,
enum { DUTY_READS(DUTY_READS_ENUM) DUTY_READS_N };
#undef DUTY_READS_ENUM

enum { DUTY_MOST_IN = 64, DUTY_MOST_CYCLES = 16 };       /* columns of a sample or of rates(); of cycles() */

/* What cycles() reads, in this order. */
extern const fade_column duty_iface_cycle_in[4];
extern const fade_column duty_iface_sample[DUTY_READS_N];

/* *out is NULL where the law has no inside.  E_PLUGIN: it has one that makes no sense. */
int duty_iface_get(const fade_desc *, const fade_duty_v1 **out, why *w);
int duty_iface_read(const fade_column *);                /* DUTY_READS_* of a column of fade_duty_v1.in; -1 */
#endif
