/* SPDX-License-Identifier: MIT
 * duty_random.h - random duties for tests, of several kinds, with plateaus, nested swings and irregular stamps.
 */
#ifndef FADE_TESTS_DUTY_RANDOM_H
#define FADE_TESTS_DUTY_RANDOM_H
#include "tests/duty_reference.h"
#include "tests/watch_rig.h"

enum { RANDOM_MOST = 20000, RANDOM_KINDS = 5 };

static double random_t[RANDOM_MOST], random_soc[RANDOM_MOST], random_temperature[RANDOM_MOST];

/* n samples `gap` s apart, or as irregular as `loose` (0..1) says, from `first` on. */
static inline void random_duty(int kind, size_t n, double first, double gap, double loose)
{
    double v = 0.5, t = first;
    for (size_t i = 0; i < n; i++) {
        double u = watch_draw();
        v = kind == 1 ? fmin(1, fmax(0, v + .3 * (u - .5))) : v;
        random_t[i] = t;
        random_soc[i] = kind == 0   ? u
                        : kind == 1 ? v
                        : kind == 2 ? floor(u * 5) / 4
                        : kind == 3 ? fmin(1, fmax(0, .5 + .5 * sin((double)i * .26) * (1 + .2 * u)))
                                    : (i / 7 % 2 ? .3 : .8) + (u < .2 ? .1 * u : 0);
        random_temperature[i] = 288 + 20 * watch_draw();
        t += loose > 0 ? gap * (1 - loose + 2 * loose * watch_draw() + (watch_draw() < .02 ? 30 : 0)) : gap;
    }
    watch_series(n, random_t, random_soc, random_temperature);
}
#endif
