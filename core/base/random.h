/* SPDX-License-Identifier: MIT
 * random.h - counter-based random numbers: a function of (seed, id, row, stream), no state.
 *
 * The bits are Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011),
 * which passes BigCrush: the counter is (id, row), the key a mix of seed and stream.  The values are frozen: a change
 * breaks every stored seed.
 */
#ifndef FADE_BASE_RANDOM_H
#define FADE_BASE_RANDOM_H
#include <stdint.h>
uint64_t random_bits(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream);
double random_uniform(uint64_t seed, uint64_t id, uint64_t row,
                      uint64_t stream); /* in (0, 1): odd multiples of 2^-53 */
double random_normal(uint64_t seed, uint64_t id, uint64_t row,
                     uint64_t stream); /* the normal quantile of that, within 1e-15 of it */

double random_quantile(double u);                 /* the standard normal quantile of u in (0, 1) */

/* Columns of the same, any n: "fade.rng/1" is made of these.  The quantile uses vmath, so the bits are the same
 * anywhere. */
void random_uniform_n(uint64_t seed, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *u);
void random_normal_n(uint64_t seed, uint32_t n, const uint64_t *id, const uint64_t *row, uint32_t stream, double *z);

void random_philox(const uint32_t counter[4], const uint32_t key[2],
                   uint32_t out[4]); /* Philox4x32-10, for its known answers */
#endif
