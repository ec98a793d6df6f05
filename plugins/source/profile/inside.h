/* SPDX-License-Identifier: MIT
 * inside.h - what the files of this plugin share.
 *
 * A file -> series (its columns, in s, 1, A, W, K) -> duty (one repetition, as it is stitched) -> players, one a cell, which copy
 * the duty into blocks, repetition after repetition.  Which samples there are is known when all is open: a position is how many
 * rows and samples came before it.
 */
#ifndef FADE_PROFILE_INSIDE_H
#define FADE_PROFILE_INSIDE_H
#include "fade_plugin.h"
#include <stdbool.h>

enum { ROLE_TIME, ROLE_SOC, ROLE_CURRENT, ROLE_POWER, ROLE_TEMPERATURE, ROLE_N };
enum { ID_BYTES = 65, TURN = 1024 };              /* samples of one cell before the next cell has its turn */

typedef struct measure {                          /* a unit: x in it is x * scale + offset in s, 1, A, W, K */
    int         role;
    const char *words;
    double      scale, offset;
} measure;

typedef struct options {
    const char *column[ROLE_N];                   /* NULL: found by its name */
    double      temperature, length, period, seam;
    int         separator;
} options;

typedef struct source source;

typedef struct series {                           /* the columns of a file that are of use */
    const char *path;                             /* the host's */
    size_t      n, cap;
    double     *value[ROLE_N];                    /* [n]; NULL: not in the file */
    uint64_t   *line;                             /* [n] 1-based */
    bool        dated;
    int64_t     date;                             /* us since 1970 UTC, of time 0; INT64_MIN without dates */
    double      step;                             /* s, the median */
} series;

typedef struct duty {                             /* one repetition */
    const char *path;
    size_t      n;                                /* samples of it; the one that closes it is the next one's first */
    double     *t, *soc, *kelvin;                 /* [n]; kelvin may be NULL */
    double      period, once;                     /* s; once: when a single repetition ends */
    bool        closed;
    double      end_soc, end_kelvin;              /* of the sample that closes the last repetition */
    int64_t     date;
} duty;

typedef struct player {                           /* a cell, or all cells */
    const duty *duty;
    double      kelvin;                           /* where the duty has none */
    const char *id;                               /* NULL: all cells */
    uint64_t    total, done;                      /* samples */
    double      end_time, end_soc, end_kelvin;    /* the last sample */
} player;

struct source {
    const fade_host    *host;
    const fade_text_v1 *text;
    const fade_clock_v1 *clock;
    const fade_csv_v1  *csv;
    options             o;
    duty               *duty;
    size_t              nduty;
    player             *player;
    size_t              nplayer, turn;            /* turn: whose it is; nplayer: to be found */
    char              (*id)[ID_BYTES];
    uint64_t            ncell, told;              /* cells; of which so many had their row */
};

/* profile.c: a sentence to the host; path NULL and line 0 are left out */
int32_t source_fail(const source *, int32_t code, const char *path, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void source_say(const source *, int32_t level, const char *path, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* names.c */
int names_rank(const char *header, int role, const measure **unit);   /* how well it means it, 0 best; -1 not; *unit NULL: none said */
const measure *names_usual(int role);             /* the unit meant where none is said */
const char *names_role(int role);                 /* "soc" */

/* series.c */
int32_t series_read(const source *, const char *path, bool climate, series *);
void series_free(series *);

/* duty.c */
int32_t duty_make(const source *, series *, duty *);                  /* takes its columns */
void duty_free(duty *);

/* play.c */
double play_time(const player *, uint64_t index);
int32_t play_prepare(const source *, player *);   /* total and the last sample */
void play_fill(source *, fade_block *);           /* the next samples */
void play_skip(source *, uint64_t samples);       /* as if so many had been filled in */
#endif
