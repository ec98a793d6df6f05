/* SPDX-License-Identifier: MIT
 * cells.c - files and names of the scenario become cells: one duty for all of them, or a duty or climate for each.
 */
#include "inside.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define USUAL 298.15                              /* K, where nobody says a temperature */
#define COARSE 3600.0                             /* s: samples further apart would miss a day's temperature */

static int32_t no_memory(const source *s)
{
    return source_fail(s, FADE_ENOMEM, NULL, 0, "no memory for the cells");
}

/* ---- names ---- */

char *cells_id(const source *s, uint64_t i)
{
    return s->id + i * s->id_bytes;
}

/* cell-007: i padded with zeros to the width of the last one. */
static void count_name(char id[COUNTED_BYTES], uint64_t i, uint64_t last)
{
    int width = 1;
    for (uint64_t k = last; k >= 10; k /= 10)
        width++;
    snprintf(id, COUNTED_BYTES, "cell-%0*llu", width, (unsigned long long)i);
}

/* "duties/office.csv.gz" -> "office", of letters, digits, '_', '.' and '-'. */
static void stem_name(char id[ID_BYTES], const char *path)
{
    static const char *const ends[] = { ".gz", ".csv", ".txt", ".tsv", ".dat" };
    static const char legal[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    const char *slash = strrchr(path, '/');
    snprintf(id, ID_BYTES, "%.64s", slash ? slash + 1 : path);
    for (size_t k = 0, again = 0; k < sizeof ends / sizeof ends[0]; k = again ? 0 : k + 1) {
        size_t n = strlen(id), m = strlen(ends[k]);
        again = n > m && strcmp(id + n - m, ends[k]) == 0;
        if (again)
            id[n - m] = '\0';
    }
    for (char *c = id; *c; c++)
        *c = strchr(legal, *c) ? *c : '_';
}

static bool is_legal(const char *name)
{
    char id[ID_BYTES];
    stem_name(id, name);
    size_t n = strlen(name);
    return n > 0 && n < ID_BYTES && !strchr(name, '/') && strncmp(id, name, strlen(id)) == 0;
}

static int32_t take_names(source *s, const fade_value *names)
{
    if (names->n != s->ncell)
        return source_fail(s, FADE_EINVAL, NULL, 0, "cell_names has %u names, there are %llu cells", names->n,
                           (unsigned long long)s->ncell);
    for (uint64_t i = 0; i < s->ncell; i++) {
        if (!is_legal(names->texts[i]))
            return source_fail(s, FADE_EINVAL, NULL, 0, "cell_names: '%.80s' is not [A-Za-z0-9_.-]{1,64}",
                               names->texts[i]);
        snprintf(cells_id(s, i), ID_BYTES, "%s", names->texts[i]);
    }
    return FADE_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* No two cells have one name. */
static int32_t check_names(const source *s)
{
    const char **sorted = calloc(s->ncell, sizeof *sorted);
    int32_t rc = sorted ? FADE_OK : no_memory(s);
    for (uint64_t i = 0; !rc && i < s->ncell; i++)
        sorted[i] = cells_id(s, i);
    if (!rc)
        qsort(sorted, s->ncell, sizeof *sorted, by_name);
    for (uint64_t i = 1; !rc && i < s->ncell; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            rc = source_fail(s, FADE_EINVAL, NULL, 0, "two cells would both be called %s: say cell_names", sorted[i]);
    free(sorted);
    return rc;
}

static int32_t name_cells(source *s, bool by_file, const fade_value *names)
{
    s->id_bytes = by_file || names->n ? ID_BYTES : COUNTED_BYTES;
    s->id = calloc(s->ncell, s->id_bytes);
    if (!s->id)
        return no_memory(s);
    int32_t rc = names->n ? take_names(s, names) : FADE_OK;
    for (uint64_t i = 0; !names->n && i < s->ncell; i++)
        if (by_file)
            stem_name(cells_id(s, i), s->nduty > 1 || !s->nclimate ? s->duty[i].path : s->climate[i].path);
        else
            count_name(cells_id(s, i), i + 1, s->ncell);
    return rc || (!names->n && !by_file) ? rc : check_names(s);
}

/* ---- files ---- */

static int32_t read_duties(source *s, const fade_value *paths)
{
    unsigned roles = ROLES_DUTY;
    if (s->nclimate || !isnan(s->o.temperature))
        roles &= ~(1u << ROLE_TEMPERATURE);
    double longest = COARSE;
    for (size_t i = 0; i < s->nclimate; i++)
        longest = i == 0 || s->climate[i].step < longest ? s->climate[i].step : longest;
    for (; s->nduty < paths->n; s->nduty++) {
        series x;
        duty *d = &s->duty[s->nduty];
        int32_t rc = series_read(s, paths->texts[s->nduty], roles, &x);
        if (rc)
            return rc;
        rc = duty_make(s, &x, d);
        series_free(&x);
        if (!rc && s->nclimate)
            rc = duty_split(s, d, longest > COARSE ? longest : COARSE);
        if (rc) {
            duty_free(d);
            return rc;
        }
    }
    return FADE_OK;
}

static int32_t read_climates(source *s, const fade_value *paths)
{
    for (; s->nclimate < paths->n; s->nclimate++) {
        int32_t rc = climate_read(s, paths->texts[s->nclimate], &s->climate[s->nclimate]);
        if (rc)
            return rc;
    }
    return FADE_OK;
}

/* Both ends of a repetition should meet. */
static void check_seam(const source *s, const player *p)
{
    const duty *d = p->duty;
    double jump = fabs(d->end_soc - d->soc[0]);
    if (p->end_time > d->once && jump > s->o.seam)
        source_say(s, 2, d->path, 0,
                   "soc ends at %.4g, each repetition starts at %.4g: a jump of %.4g, above seam = %g",
                   d->end_soc, d->soc[0], jump, s->o.seam);
}

static int32_t make_players(source *s)
{
    bool warned = false;
    s->turn = s->nplayer;
    for (size_t i = 0; i < s->nplayer; i++) {
        player *p = &s->player[i];
        *p = (player){ .duty = &s->duty[s->nduty > 1 ? i : 0],
                       .climate = !s->nclimate ? NULL : &s->climate[s->nclimate > 1 ? i : 0],
                       .kelvin = isnan(s->o.temperature) ? USUAL : s->o.temperature,
                       .id = s->nplayer > 1 ? cells_id(s, i) : NULL };
        int32_t rc = play_prepare(s, p);
        if (rc)
            return rc;
        if (i == 0 || s->nduty > 1)
            check_seam(s, p);
        if (!warned && !p->climate && !p->duty->kelvin && isnan(s->o.temperature)) {
            source_say(s, 2, p->duty->path, 0, "no column of temperature is known, and neither temperature nor "
                       "temperature_path is given: 25 degC is taken");
            warned = true;
        }
    }
    return FADE_OK;
}

int32_t cells_open(source *s, const fade_value *paths, const fade_value *climates, const fade_value *names)
{
    size_t n = paths->n > climates->n ? paths->n : climates->n;
    if (paths->n > 1 && climates->n > 1 && paths->n != climates->n)
        return source_fail(s, FADE_EINVAL, NULL, 0,
                           "%u duties and %u climates: one of either is for all cells, else each cell has both",
                           paths->n, climates->n);
    bool shared = n == 1 && s->o.cells == 1 && names->n > 1;  /* names count the cells */
    s->ncell = n > 1 ? n : shared ? names->n : s->o.cells;
    if (n > 1 && s->o.cells > 1 && s->o.cells != n)
        return source_fail(s, FADE_EINVAL, NULL, 0, "cells = %llu, but there are %zu duties or climates, a cell each",
                           (unsigned long long)s->o.cells, n);
    s->duty = calloc(paths->n, sizeof *s->duty);
    s->climate = calloc(climates->n + 1, sizeof *s->climate);
    s->player = calloc(n, sizeof *s->player);
    if (!s->duty || !s->climate || !s->player)
        return no_memory(s);
    int32_t rc = read_climates(s, climates);
    rc = rc ? rc : read_duties(s, paths);
    rc = rc ? rc : name_cells(s, n > 1, names);
    s->nplayer = n;
    return rc ? rc : make_players(s);
}
