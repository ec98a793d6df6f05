/* SPDX-License-Identifier: MIT
 * random.h - counter-based random numbers: a function of (seed, id, row, stream), no state.
 */
#ifndef FADE_BASE_RANDOM_H
#define FADE_BASE_RANDOM_H
#include <stdint.h>
uint64_t random_bits(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream);
double random_uniform(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream);   /* in (0, 1), 53 bits */
double random_normal(uint64_t seed, uint64_t id, uint64_t row, uint64_t stream);    /* Box-Muller or inverse, by vmath, same bits anywhere */
#endif
