/* SPDX-License-Identifier: MIT
 * inside.h - what the files of this plugin share.
 *
 * A file -> series (its columns, in s, 1, A, W, K; mended) -> duty (one repetition, as it is stitched) -> players, one a cell, which
 * copy the duty into blocks, repetition after repetition, with the temperature of a climate.  Which samples there are is known when
 * all is open: a position is how many rows and samples came before it.
 */
#ifndef FADE_PROFILE_INSIDE_H
#define FADE_PROFILE_INSIDE_H
#include "fade_plugin.h"
#include <stdbool.h>

enum { ROLE_TIME, ROLE_SOC, ROLE_CURRENT, ROLE_POWER, ROLE_TEMPERATURE, ROLE_WARMEST, ROLE_COLDEST, ROLE_N };
enum { ROLES_DUTY = 1 << ROLE_TIME | 1 << ROLE_SOC | 1 << ROLE_CURRENT | 1 << ROLE_POWER | 1 << ROLE_TEMPERATURE,
       ROLES_CLIMATE = 1 << ROLE_TIME | 1 << ROLE_TEMPERATURE | 1 << ROLE_WARMEST | 1 << ROLE_COLDEST };
enum { SIGN_AUTO, SIGN_DISCHARGE, SIGN_CHARGE };
enum { REPAIR_ERROR, REPAIR_HOLD, REPAIR_INTERPOLATE, REPAIR_DROP };
enum { ID_BYTES = 65, COUNTED_BYTES = 16, NAME_BYTES = 64 };
enum { TURN = 1024 };                             /* samples of one cell before the next cell has its turn */
#define DAY 86400.0                               /* s */
#define LATEST 1e12                               /* s; later than that a time is no time */

typedef struct measure {                          /* a unit: x in it is x * scale + offset in s, 1, A, W, K */
    int         role;
    const char *words;
    double      scale, offset;
} measure;

typedef struct options {
    const char    *column[ROLE_N];                /* NULL: found by its name */
    const measure *unit[ROLE_N];                  /* NULL: as the header says */
    double         temperature, capacity, energy, efficiency, soc_start;      /* NaN: not given; K, Ah, Wh */
    double         length, period, rest, seam, gap;                           /* NaN: not given; s, 1 */
    int            separator, sign, repair;
    uint64_t       cells;
} options;

typedef struct source source;

typedef struct series {                           /* the columns of a file that are of use */
    const char *path;                             /* the host's */
    size_t      n, cap;
    double     *value[ROLE_N];                    /* [n]; NULL: not in the file */
    char        name[ROLE_N][NAME_BYTES];         /* its header */
    uint64_t   *line;                             /* [n] 1-based */
    bool        timed, dated, unix_time;          /* has a time; has dates; as seconds since 1970 */
    int64_t     date;                             /* us since 1970 UTC, of time 0; INT64_MIN without dates */
    double      phase;                            /* s, of time 0 since its year began; 0 without dates */
    double      step;                             /* s, the median */
} series;

typedef struct duty {                             /* one repetition */
    const char *path;
    size_t      n;                                /* samples of it; the one that closes it is the next one's first */
    double     *t, *soc, *kelvin;                 /* [n]; kelvin may be NULL */
    double      period, once;                     /* s; once: when a single repetition ends */
    bool        closed;
    double      end_soc, end_kelvin;              /* of the last sample of the last repetition */
    int64_t     date;                             /* us since 1970 UTC, of time 0, or INT64_MIN */
    double      phase;                            /* s, of time 0 on the axis of climates */
} duty;

typedef struct climate {                          /* temperature over its own period, without end */
    const char *path;
    size_t      n;
    double     *t, *kelvin, *slope;               /* [n + 1]: the last is the first of the next period */
    double      period, step;
} climate;

typedef struct climate_at {                       /* a place in it; `found` false: to be looked for */
    bool    found;
    int64_t period;
    size_t  index;
} climate_at;

typedef struct player {                           /* a cell, or all cells */
    const duty    *duty;
    const climate *climate;                       /* NULL: the duty's own temperature, or else `kelvin` */
    double         kelvin;
    const char    *id;                            /* NULL: all cells */
    uint64_t       total, done;                   /* samples */
    double         next;                          /* time of the next one; infinite behind the last */
    double         end_time, end_soc, end_kelvin; /* the last sample */
    bool           exact;                        /* times of repetitions lose nothing: they follow each other as those of the first */
    climate_at     at;
} player;

struct source {
    const fade_host     *host;
    const fade_text_v1  *text;
    const fade_clock_v1 *clock;
    const fade_csv_v1   *csv;
    options              o;
    duty                *duty;
    climate             *climate;
    player              *player;
    size_t               nduty, nclimate, nplayer, turn;   /* turn: whose it is; nplayer: to be found */
    char                *id;                      /* id_bytes each */
    size_t               id_bytes;
    uint64_t             ncell, told, played;     /* cells; of which so many had their row; samples */
};

/* say.c: a sentence to the host; path NULL and line 0 are left out */
int32_t source_fail(const source *, int32_t code, const char *path, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void source_say(const source *, int32_t level, const char *path, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* names.c */
int names_rank(const char *header, int role, const measure **unit);   /* how well it means it, 0 best; -1 not; *unit NULL: none said */
const measure *names_usual(int role);             /* the unit meant where none is said */
const measure *names_unit(const char *word);      /* NULL unknown */
const char *names_role(int role);                 /* "soc" */

/* series.c, repair.c, charge.c */
int32_t series_read(const source *, const char *path, unsigned roles, series *);       /* mended */
void series_free(series *);
int32_t repair_series(const source *, series *);  /* times rise, no value is missing, gaps are short; or a sentence */
int32_t charge_soc(const source *, series *);     /* state of charge from current or power */

/* duty.c, climate.c */
int32_t duty_make(const source *, series *, duty *);                  /* takes its columns */
int32_t duty_split(const source *, duty *, double longest);           /* samples between those further apart than that, s */
void duty_free(duty *);
double duty_period(const series *, bool closes, bool gap);            /* gap: one sample may be missing for whole days */
int32_t duty_kelvin(const source *, const series *);                  /* temperatures are some */
int32_t climate_read(const source *, const char *path, climate *);
/* Temperature at time + shift; time rises, also from call to call while the place is found. */
void climate_column(const climate *, double shift, uint32_t n, const double *time, double *kelvin, climate_at *);
void climate_free(climate *);

/* cells.c: files and names -> duties, climates, players */
char *cells_id(const source *, uint64_t i);
int32_t cells_open(source *, const fade_value *paths, const fade_value *climates, const fade_value *names);

/* play.c */
double play_time(const player *, uint64_t index);
int32_t play_prepare(const source *, player *);   /* total and the last sample */
void play_fill(source *, fade_block *);           /* the next samples */
void play_skip(source *, uint64_t samples);       /* as if so many had been filled in */
uint32_t play_again(source *, uint64_t period, uint32_t most);        /* passes over samples that are those of `period` before */
#endif
