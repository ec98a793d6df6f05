/* SPDX-License-Identifier: MIT
 * clock.c - time: UTC for people, monotonic for intervals, RFC 3339 as text.
 */
#include "core/base/clock.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

int64_t clock_utc_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_monotonic_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool leap(int64_t y)
{
    return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
}

static int64_t year_days(int64_t y)                     /* days from 0001-01-01 to the start of year y >= 1 */
{
    y--;
    return y * 365 + y / 4 - y / 100 + y / 400;
}

enum { EPOCH_DAYS = 719162 };                           /* 0001-01-01 to 1970-01-01 */
static const int month_start[13] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365 };

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

size_t clock_text(int64_t us, char out[40])
{
    out[0] = '\0';
    if (us == CLOCK_UNKNOWN)
        return 0;
    int64_t ms = floor_divide(us, 1000), day = floor_divide(ms, 86400000);
    int64_t in_day = ms - day * 86400000;
    day += EPOCH_DAYS;
    int64_t y = day * 400 / 146097 + 1;
    if (y < 1 || y > 9999)
        return (size_t)snprintf(out, 40, "%lldus", (long long)us);      /* no calendar says it */
    while (year_days(y) > day)
        y--;
    while (year_days(y + 1) <= day)
        y++;
    int in_year = (int)(day - year_days(y)), month = 1;
    while (month < 12 && in_year >= month_start[month] + (month > 1 && leap(y)))
        month++;
    int mday = in_year - month_start[month - 1] - (month > 2 && leap(y)) + 1;
    int s = (int)(in_day / 1000);
    return (size_t)snprintf(out, 40, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)y, month, mday, s / 3600, s / 60 % 60,
                            s % 60, (int)(in_day % 1000));
}

/* Exactly n digits; moves *at behind them. */
static bool digits(const char **at, int n, int *out)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        unsigned c = (unsigned char)(*at)[i] - (unsigned)'0';
        if (c > 9)
            return false;
        value = value * 10 + (int)c;
    }
    *at += n;
    *out = value;
    return true;
}

static bool parse_date(const char **at, int64_t *days)
{
    int y, m, d;
    if (!digits(at, 4, &y) || (**at != '-' && **at != '/'))
        return false;
    char between = *(*at)++;
    if (!digits(at, 2, &m) || *(*at)++ != between || !digits(at, 2, &d))
        return false;
    if (y < 1 || m < 1 || m > 12 || d < 1)
        return false;
    int length = month_start[m] - month_start[m - 1] + (m == 2 && leap(y));
    if (d > length)
        return false;
    *days = year_days(y) - EPOCH_DAYS + month_start[m - 1] + (m > 2 && leap(y)) + d - 1;
    return true;
}

static bool parse_time(const char **at, int64_t *us)
{
    int h, m, s = 0;
    *us = 0;
    if (!digits(at, 2, &h) || *(*at)++ != ':' || !digits(at, 2, &m))
        return false;
    if (**at == ':') {
        (*at)++;
        if (!digits(at, 2, &s))
            return false;
        if (**at == '.' || **at == ',') {
            (*at)++;
            if (**at < '0' || **at > '9')
                return false;
            for (int64_t place = 100000; **at >= '0' && **at <= '9'; (*at)++, place /= 10)
                *us += place * (**at - '0');
        }
    }
    if (h > 23 || m > 59 || s > 60)                     /* 60: a leap second */
        return false;
    *us += ((int64_t)h * 3600 + m * 60 + s) * 1000000;
    return true;
}

static bool parse_zone(const char **at, int64_t *us)
{
    *us = 0;
    if (**at == '\0')
        return true;
    if (**at == 'Z' || **at == 'z') {
        (*at)++;
        return true;
    }
    if (**at != '+' && **at != '-')
        return false;
    int sign = *(*at)++ == '-' ? -1 : 1, h, m = 0;
    if (!digits(at, 2, &h))
        return false;
    if (**at == ':')
        (*at)++;
    if (**at && !digits(at, 2, &m))
        return false;
    if (h > 23 || m > 59)
        return false;
    *us = sign * ((int64_t)h * 3600 + m * 60) * 1000000;
    return true;
}

bool clock_parse(const char *at, int64_t *out)
{
    int64_t days, us = 0, zone = 0;
    if (!parse_date(&at, &days))
        return false;
    if (*at == 'T' || *at == 't' || *at == ' ') {
        at++;
        if (!parse_time(&at, &us))
            return false;
        if (*at == ' ')
            at++;
    }
    if (!parse_zone(&at, &zone) || *at)
        return false;
    *out = days * 86400000000 + us - zone;
    return true;
}

/* 48 bits of ms, 80 random bits that count up within one ms: https://github.com/ulid/spec */
void clock_ulid(char out[27])
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static uint64_t last_ms, low;
    static uint16_t high;
    static const char digit[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    pthread_mutex_lock(&lock);
    uint64_t ms = (uint64_t)(clock_utc_us() / 1000);
    struct { uint64_t low; uint16_t high; } fresh = { 0 };
    if (ms > last_ms) {
        if (getrandom(&fresh, sizeof fresh, 0) != (ssize_t)sizeof fresh)
            fresh.low = (uint64_t)clock_monotonic_ns() * 0x9e3779b97f4a7c15u;
        last_ms = ms;
        low = fresh.low;
        high = fresh.high >> 1;                         /* room to count */
    } else if (++low == 0) {
        high++;
    }
    uint64_t time = last_ms, a = low;
    uint32_t b = high;
    pthread_mutex_unlock(&lock);
    for (int i = 9; i >= 0; i--, time >>= 5)
        out[i] = digit[time & 31];
    for (int i = 25; i >= 10; i--) {                    /* b:a as one 80-bit number, five bits a time */
        out[i] = digit[a & 31];
        a = a >> 5 | (uint64_t)(b & 31) << 59;
        b >>= 5;
    }
    out[26] = '\0';
}
