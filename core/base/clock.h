/* SPDX-License-Identifier: MIT
 * clock.h - time: UTC for people, monotonic for intervals, RFC 3339 as text.
 */
#ifndef FADE_BASE_CLOCK_H
#define FADE_BASE_CLOCK_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLOCK_UNKNOWN INT64_MIN
int64_t clock_utc_us(void);
int64_t clock_monotonic_ns(void);
size_t clock_text(int64_t utc_us, char out[40]);          /* 2026-01-01T00:00:00.000Z; "" for CLOCK_UNKNOWN */
/* RFC 3339 and its usual loose forms (space for T, no zone = UTC, no fraction, date alone). */
bool clock_parse(const char *text, int64_t *utc_us);
void clock_ulid(char out[27]);                            /* a new run id: time, then random; rises */
#endif
