/* SPDX-License-Identifier: MIT
 * vehicles.c - a made-up fleet of electric vehicles, a row every quarter of an hour, in the thirty columns of a well-
 * known maintenance table: with targets that are noise, or with wear that shows.
 *
 * signal = "none" is the negative control: what is to be predicted is drawn independently of all else, so a score
 * sheet must find no skill. signal = "planted" gives each vehicle a hidden wear that rises at its own pace; sensors
 * see it through noise, and what is to be predicted follows from it, so a model must find it on vehicles and times it
 * never saw.  Every value is a function of seed, vehicle, row and column.
 */
#include "fade_plugin.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* X(key, unit, mean, standard deviation, least, most, effect of wear from 0 to 1, flags, sentence) */
#define SENSORS(X)                                                                                                     \
    X(soc, "1", 0.55, 0.22, 0.05, 1, 0, FADE_EARLY, "State of charge.")                                                \
    X(soh, "1", 0.97, 0.01, 0.5, 1, -0.12, FADE_TARGET, "State of health.")                      \
    X(voltage, "V", 380, 15, 250, 420, -6, FADE_EARLY, "Voltage of the pack.")                                         \
    X(current, "A", 35, 40, -150, 300, 0, FADE_EARLY, "Current of the pack, positive in discharge.")                   \
    X(temperature, "K", 303, 5, 253, 350, 4, FADE_EARLY, "Temperature of the pack.")                                   \
    X(charge_cycles, "", 0, 0, 0, 1e5, 0, FADE_PLANNED, "Charges so far.")                                             \
    X(motor_temperature, "K", 333, 8, 253, 450, 15, FADE_EARLY, "Temperature of the motor.")                           \
    X(motor_vibration, "m/s2", 1.2, 0.4, 0, 20, 2.5, FADE_EARLY, "Vibration of the motor, root mean square.")          \
    X(motor_torque, "N*m", 120, 50, -300, 400, 0, FADE_EARLY, "Torque of the motor.")                                  \
    X(motor_speed, "1/s", 60, 25, 0, 250, 0, FADE_EARLY, "Turns of the motor.")                                        \
    X(power, "W", 14000, 9000, -60000, 120000, 1500, FADE_EARLY, "Power drawn.")                                       \
    X(brake_pad_wear, "1", 0.1, 0.05, 0, 1, 0.6, FADE_EARLY, "Wear of the brake pads.")                                \
    X(brake_pressure, "Pa", 3e6, 1e6, 0, 1e7, 0, FADE_EARLY, "Pressure of the brakes.")                                \
    X(regenerative_brake_efficiency, "1", 0.75, 0.06, 0, 1, -0.1, FADE_EARLY,                                          \
      "Share of the braking that is recovered.")                                                                       \
    X(tire_pressure, "Pa", 2.4e5, 1e4, 1e5, 4e5, -1e4, FADE_EARLY, "Pressure of the tires.")                           \
    X(tire_temperature, "K", 310, 6, 250, 380, 0, FADE_EARLY, "Temperature of the tires.")                             \
    X(suspension_load, "N", 4000, 600, 0, 20000, 0, FADE_EARLY, "Load of the suspension.")                             \
    X(temperature_ambient, "K", 288, 9, 233, 323, 0, FADE_EARLY, "Temperature outside.")                               \
    X(humidity, "1", 0.6, 0.15, 0, 1, 0, FADE_EARLY, "Relative humidity outside.")                                     \
    X(load_weight, "kg", 250, 120, 0, 1500, 0, FADE_PLANNED, "Load carried.")                                          \
    X(driving_speed, "m/s", 14, 7, 0, 50, 0, FADE_EARLY, "Mean speed.")                                                \
    X(distance, "m", 0, 0, 0, 1e12, 0, FADE_EARLY, "Driven so far.")                                                   \
    X(idle_time, "s", 200, 120, 0, 900, 0, FADE_EARLY, "Time at rest in this quarter of an hour.")                     \
    X(route_roughness, "1", 0.3, 0.12, 0, 1, 0, FADE_PLANNED, "Roughness of the route.")

#define TARGETS(X)                                                                                                     \
    X(rul, "s", "Useful life that remains.")                                                                           \
    X(failure_probability, "1", "Chance to fail within the horizon, as a maintenance system would score it.")          \
    X(failed, "", "1 where the vehicle fails within the horizon, else 0.")                                             \
    X(maintenance_type, "", "0 none, 1 preventive, 2 corrective, 3 predictive.")                                       \
    X(time_to_failure, "s", "Time until the next failure.")                                                            \
    X(component_health_score, "1", "Health of the worst component.")

typedef struct sensor { double mean, sd, least, most, wear; } sensor;
#define ENUM(key, ...) AT_##key,
enum { SENSORS(ENUM) NSENSOR, FIRST_TARGET = NSENSOR - 1, TARGETS(ENUM) NCOLUMN };
#define SENSOR(key, unit, mean, sd, least, most, wear, flags, doc) { mean, sd, least, most, wear },
static const sensor sensors[] = { SENSORS(SENSOR) };
#define SENSOR_COLUMN(key, unit, mean, sd, least, most, wear, flags, doc)                                              \
    { #key, unit, doc, 0, least, most, 0, 0, 0, flags },
#define TARGET_COLUMN(key, unit, doc) { #key, unit, doc, 0, 0, 0, 0, 0, 0, FADE_TARGET },
static const fade_column out[] = { SENSORS(SENSOR_COLUMN) TARGETS(TARGET_COLUMN) };

enum { VEHICLES, ROWS, SIGNAL, STEP, LIFE, HORIZON };
static const fade_param params[] = {
    { "vehicles", "", "How many: EV-01, EV-02, ..", "", FADE_INT, 0, 40, 1, 100000, 0, 0, NULL },
    { "rows", "", "Rows of each.", "", FADE_INT, 0, 200, 1, 1e9, 0, 0, NULL },
    { "signal", "", "What is to be predicted: noise (the negative control), or the wear that sensors show.", "",
      FADE_CHOICE, 0, 0, 0, 0, 0, 0, "none|planted" },
    { "step", "s", "Time from row to row; a quarter of an hour in the table this is like.", "", FADE_REAL, 0, 900, 1,
      1e7, 0, 0, NULL },
    { "life", "s",
      "Median life of the fleet; a vehicle's own is within a factor of about two. Not given: twice as long as the "
      "rows.",
      "", FADE_REAL, 0, NAN, 1, 1e12, 0, 0, NULL },
    { "horizon", "s", "Within which a vehicle counts as failed. Not given: a tenth of the life.", "", FADE_REAL, 0, NAN,
      1, 1e12, 0, 0, NULL },
};

typedef struct fleet {
    const fade_host   *host;
    const fade_rng_v1 *rng;
    uint64_t           vehicles, rows, done;      /* rows handed out, vehicle by vehicle */
    int                planted;
    double             step, life, horizon;
    char               id[][16];
} fleet;

enum { STREAM_PACE = 100, STREAM_START, STREAM_TARGET };

static double normal(const fleet *f, uint64_t vehicle, uint64_t row, uint32_t stream)
{
    double z;
    f->rng->normal(f->host, 1, &vehicle, &row, stream, &z);
    return z;
}

static double uniform(const fleet *f, uint64_t vehicle, uint64_t row, uint32_t stream)
{
    double u;
    f->rng->uniform(f->host, 1, &vehicle, &row, stream, &u);
    return u;
}

static double within(double v, double least, double most) { return v < least ? least : v > most ? most : v; }

/* How long this vehicle lives from new, and its wear at the first row. */
static double life_of(const fleet *f, uint64_t v) { return f->life * exp(0.35 * normal(f, v, 0, STREAM_PACE)); }
static double wear_at(const fleet *f, uint64_t v, uint64_t row)
{
    double start = 0.6 * uniform(f, v, 0, STREAM_START);
    return start + (double)row * f->step / life_of(f, v);
}

static void read_sensors(const fleet *f, uint64_t v, uint64_t row, double wear, fade_block *b, uint32_t at)
{
    for (uint32_t c = 0; c < NSENSOR; c++) {
        const sensor *s = &sensors[c];
        b->col[c][at] =
            within(s->mean + s->sd * normal(f, v, row, c) + (f->planted ? s->wear * wear : 0), s->least, s->most);
    }
    b->col[AT_charge_cycles][at] = floor((double)row * f->step / 86400) + floor(300 * uniform(f, v, 1, STREAM_START));
    b->col[AT_distance][at] = 12.0 * (double)row * f->step * (0.6 + 0.8 * uniform(f, v, 2, STREAM_START));
}

/* Noise with plausible marginals: nothing else of the row has a part in it. */
static void draw_targets(const fleet *f, uint64_t v, uint64_t row, fade_block *b, uint32_t at)
{
    double u[6];
    for (uint32_t i = 0; i < 6; i++)
        u[i] = uniform(f, v, row, STREAM_TARGET + i);
    b->col[AT_rul][at] = u[0] * f->life;
    b->col[AT_failure_probability][at] = u[1] * u[1];
    b->col[AT_failed][at] = u[2] < 0.1;
    b->col[AT_maintenance_type][at] = floor(4 * u[3] * u[3]);
    b->col[AT_time_to_failure][at] = -log(u[4]) * f->life / 2;
    b->col[AT_component_health_score][at] = u[5];
}

static void tell_targets(const fleet *f, uint64_t v, uint64_t row, double wear, fade_block *b, uint32_t at)
{
    double left = fmax(0, (1 - wear) * life_of(f, v)),
           chance = 1 / (1 + exp((left - f->horizon) / (0.05 * f->horizon)));
    b->col[AT_rul][at] = left;
    b->col[AT_failure_probability][at] = within(chance + 0.03 * normal(f, v, row, STREAM_TARGET), 0, 1);
    b->col[AT_failed][at] = uniform(f, v, row, STREAM_TARGET + 1) < chance;
    b->col[AT_maintenance_type][at] = wear > 0.95 ? 2 : wear > 0.8 ? 3 : uniform(f, v, row, STREAM_TARGET + 2) < 0.05;
    b->col[AT_time_to_failure][at] = left;
    b->col[AT_component_health_score][at] = within(1 - wear + 0.05 * normal(f, v, row, STREAM_TARGET + 3), 0, 1);
}

static int32_t vehicles_open(const fade_host *host, const fade_args *a, const char *position, void **source)
{
    uint64_t n = (uint64_t)a->at[VEHICLES].real;
    char *end = NULL, text[400];
    unsigned long long done = position && *position ? strtoull(position, &end, 10) : 0;
    const fade_rng_v1 *rng = host->iface(host, "fade.rng/1");
    fleet *f = calloc(1, sizeof *f + n * sizeof f->id[0]);
    if (!f || !rng) {
        free(f);
        fade_say(host, 3, f ? FADE_EBUG : FADE_ENOMEM, -1,
                 f ? "vehicles needs the host's fade.rng/1" : "no memory for a fleet");
        return f ? FADE_EBUG : FADE_ENOMEM;
    }
    *f = (fleet){ .host = host, .rng = rng, .vehicles = n, .rows = (uint64_t)a->at[ROWS].real, .done = done,
                  .planted = (int)a->at[SIGNAL].real, .step = a->at[STEP].real, .life = a->at[LIFE].real };
    if (end && (*end || done > n * f->rows)) {
        snprintf(text, sizeof text, "position '%.255s' is not a number of rows from 0 to %llu", position,
                 (unsigned long long)(n * f->rows));
        fade_say(host, 3, FADE_EINVAL, -1, text);
        free(f);
        return FADE_EINVAL;
    }
    if (isnan(f->life))
        f->life = 2 * (double)f->rows * f->step;
    f->horizon = isnan(a->at[HORIZON].real) ? f->life / 10 : a->at[HORIZON].real;
    int digits = snprintf(NULL, 0, "%llu", (unsigned long long)n);
    for (uint64_t i = 0; i < n; i++)
        snprintf(f->id[i], sizeof f->id[i], "EV-%0*llu", digits, (unsigned long long)(i + 1));
    *source = f;
    return FADE_OK;
}

static void vehicles_close(void *source) { free(source); }

static int32_t vehicles_next(void *source, fade_block *b, int32_t timeout_ms)
{
    static const int64_t began = 1577836800;      /* 2020-01-01 */
    (void)timeout_ms;
    fleet *f = source;
    b->n = 0;
    if (b->stream != 0 || f->done == f->vehicles * f->rows)
        return FADE_END;
    for (; b->n < b->cap && f->done < f->vehicles * f->rows; b->n++, f->done++) {
        uint64_t v = f->done / f->rows, row = f->done % f->rows;
        double wear = wear_at(f, v, row);
        b->cell[b->n] = f->id[v];
        b->cycle[b->n] = (int64_t)row + 1;
        b->time[b->n] = (began + (int64_t)v * 18077 + (int64_t)((double)row * f->step)) * 1000000;
        read_sensors(f, v, row, wear, b, b->n);
        f->planted ? tell_targets(f, v, row, wear, b, b->n) : draw_targets(f, v, row, b, b->n);
    }
    if (b->position)
        snprintf(b->position, 256, "%llu", (unsigned long long)f->done);
    return FADE_OK;
}

static const fade_source_v1 source_v1 = {
    .size = sizeof source_v1, .open = vehicles_open, .close = vehicles_close, .next = vehicles_next
};

static const void *vehicles_iface(const fade_desc *desc, const char *id)
{
    (void)desc;
    return strcmp(id, "fade.source/1") == 0 ? &source_v1 : NULL;
}

static const fade_desc vehicles_desc = {
    .size = sizeof vehicles_desc,
    .id = "vehicles",
    .kind = "source",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "A made-up fleet of electric vehicles: a negative control whose targets are noise, or wear that shows.",
    .cite = "",
    .params = FADE_LIST(params),
    .columns = { .out = FADE_LIST(out) },
    .iface = vehicles_iface,
};
FADE_LIBRARY(&vehicles_desc);
