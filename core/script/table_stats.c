/* SPDX-License-Identifier: MIT
 * table_stats.c - what a column of numbers amounts to: mean, extremes, spread, quantiles; unknown ones are left out.
 */
#include "core/script/table.h"
#include <math.h>
#include <stdlib.h>

enum { MEAN, MIN, MAX, SUM, SD, COUNT };                /* in the order of the names in table_metatables */

static const table_column *numbers(lua_State *L)
{
    const table_column *c = table_check(L, 1);
    luaL_argcheck(L, !c->words, 1, "a column of words has no such number");
    return c;
}

/* mean and sum of squares about it (Welford); what cannot be said is NaN. */
static double statistic(const table_column *c, int which)
{
    double mean = 0, m2 = 0, sum = 0, least = INFINITY, most = -INFINITY;
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        double x = c->v[i];
        if (isnan(x))
            continue;
        n++;
        double d = x - mean;
        mean += d / (double)n;
        m2 += d * (x - mean);
        sum += x;
        least = fmin(least, x);
        most = fmax(most, x);
    }
    const double answer[] = {
        n ? mean : NAN, n ? least : NAN, n ? most : NAN, sum, n > 1 ? sqrt(m2 / (double)(n - 1)) : NAN, (double)n
    };
    return answer[which];
}

int table_statistic(lua_State *L)
{
    int which = (int)lua_tointeger(L, lua_upvalueindex(1));
    const table_column *c = table_check(L, 1);
    if (which == COUNT && c->words) {
        size_t n = 0;
        for (size_t i = 0; i < c->n; i++)
            n += !isnan(c->v[i]);
        lua_pushinteger(L, (lua_Integer)n);
        return 1;
    }
    double answer = statistic(numbers(L), which);
    if (which == COUNT)
        lua_pushinteger(L, (lua_Integer)answer);
    else
        lua_pushnumber(L, answer);
    return 1;
}

int table_order(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    if (isnan(x) || isnan(y))
        return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* The known values in order, in a userdata on the stack. */
static const double *in_order(lua_State *L, const table_column *c, size_t *n)
{
    double *v = lua_newuserdatauv(L, c->n * sizeof *v + 1, 0);
    *n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!isnan(c->v[i]))
            v[(*n)++] = c->v[i];
    qsort(v, *n, sizeof *v, table_order);
    return v;
}

/* Linear between the order statistics, (n - 1) q + 1 (type 7 of Hyndman and Fan 1996). */
static double quantile(const double *v, size_t n, double q)
{
    if (!n)
        return NAN;
    double at = (double)(n - 1) * q;
    size_t i = (size_t)at;
    return i + 1 < n ? v[i] + (at - (double)i) * (v[i + 1] - v[i]) : v[n - 1];
}

int table_quantile(lua_State *L)
{
    const table_column *c = numbers(L);
    int asked = lua_gettop(L);
    size_t n;
    if (asked < 2)
        return luaL_error(L, "quantile wants one or more numbers from 0 to 1");
    luaL_checkstack(L, asked + 2, NULL);
    const double *v = in_order(L, c, &n);
    for (int k = 2; k <= asked; k++) {
        double q = luaL_checknumber(L, k);
        luaL_argcheck(L, q >= 0 && q <= 1, k, "a number from 0 to 1 is wanted");
        lua_pushnumber(L, quantile(v, n, q));
    }
    return asked - 1;
}

int table_median(lua_State *L)
{
    size_t n;
    const double *v = in_order(L, numbers(L), &n);
    lua_pushnumber(L, quantile(v, n, 0.5));
    return 1;
}
