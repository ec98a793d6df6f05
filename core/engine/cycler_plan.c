/* SPDX-License-Identifier: MIT
 * cycler_plan.c - from one step of the protocol to the next: groups, jumps, skipped steps, and lanes that are through.
 */
#include "core/engine/cycler.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MOST_HOPS = 100000 };                      /* operations, or steps that end at once, without time passing */
static const double FIRST_DT = 1.0;               /* s */

/* What lane i's model is told to hold; tiles are padded with copies of the last lane. */
static void lay(cycler *c, uint32_t i, int input, double v)
{
    double *column = input >= 0 ? c->wp->in[input] : NULL;
    for (uint32_t j = i, n = i + 1 < c->t->live ? i + 1 : c->wp->b.n; column && j < n; j++)
        column[j] = v;
}

/* Lane i does no more: the row keeps what its last step put out, whatever other lanes of the tile go on to do. */
static void through(cycler *c, uint32_t i)
{
    lanerun *l = &c->run[i];
    size_t n = c->wp->b.n;
    if (l->s) {
        c->busy--;
        c->fresh -= l->fresh;
        c->drives -= l->s->drive != NULL;
    }
    l->s = NULL;
    l->fresh = false;
    l->dt = 0;
    for (uint32_t r = 0; r < c->q->wout; r++)
        c->wp->kept_out[r * n + i] = c->wp->outbuf[r * n + i];
    lay(c, i, c->q->control, FADE_BY_CURRENT);
    lay(c, i, c->q->demand, 0);
    lay(c, i, c->q->ambient, l->ambient);
}

static bool skipped(const cycler *c, uint32_t i, const protocol_op *op)
{
    for (size_t k = op->skip; k < op->skip + op->nskip; k++) {
        const cycler_when *when = &c->q->when[k];
        double v = when->from < 0 ? (double)c->e->lane[c->t->first + i].cycle : c->k->val[when->from][i];
        if (when->above ? v > when->value : v < when->value)
            return true;
    }
    return false;
}

static void begin(cycler *c, uint32_t i, size_t pc)
{
    lanerun *l = &c->run[i];
    const protocol_step *s = &c->plan->op[pc].step;
    if (!l->s)
        c->busy++;
    else
        c->drives -= l->s->drive != NULL;
    c->fresh += !l->fresh;
    c->drives += s->drive != NULL;
    l->s = s;
    l->pc = pc;
    l->fresh = true;
    l->dt = FIRST_DT;
    l->end = isfinite(s->duration) ? s->duration : s->guard;
    l->in_step = l->moved = l->drawn = l->hi = l->lo = l->pass = 0;
    l->trials = 0;
    l->tries = 0;
    l->point = 0;
    lay(c, i, c->q->control, s->control);
    lay(c, i, c->q->demand, s->drive ? s->drive->y[0] : s->demand);
    lay(c, i, c->q->ambient, isnan(s->temperature) ? l->ambient : s->temperature);
    if (++l->idle > MOST_HOPS)
        cycler_fail(c, i, "%s: the protocol goes round without time passing, at step %zu, \"%.80s\"", c->q->sp->label,
                    c->plan->op[pc].number, s->text);
}

void cycler_go(cycler *c, uint32_t i, size_t pc)
{
    lanerun *l = &c->run[i];
    for (long hops = 0; pc < c->plan->n; hops++) {
        const protocol_op *op = &c->plan->op[pc];
        if (hops > MOST_HOPS) {
            cycler_fail(c, i, "%s: the protocol jumps without end", c->q->sp->label);
            return;
        }
        if (op->nskip && skipped(c, i, op)) {
            pc = op->past;
            continue;
        }
        if (op->kind == PROTOCOL_STEP) {
            begin(c, i, pc);
            return;
        }
        if (op->kind == PROTOCOL_GROUP)
            l->counter[op->depth] = 0;
        bool again = op->kind != PROTOCOL_AGAIN || ++l->counter[op->depth] < op->times;
        pc = again ? op->to : pc + 1;
    }
    through(c, i);
}

void cycler_next(cycler *c, uint32_t i)
{
    lanerun *l = &c->run[i];
    l->between = l->drawn < 0 ? 0 : l->between + l->drawn;
    l->best = l->between > l->best ? l->between : l->best;
    cycler_go(c, i, c->plan->op[l->pc].to);
}

void cycler_fail(cycler *c, uint32_t i, const char *format, ...)
{
    char say[400];
    va_list a;
    va_start(a, format);
    vsnprintf(say, sizeof say, format, a);
    va_end(a);
    through(c, i);
    if (c->test) {
        c->run[i].best = c->run[i].ohm = NAN;
        object_warn_once(c->q->object, "reference_test", "the reference test of cell %s at cycle %lld was given up: %s",
                         c->e->lane[c->t->first + i].cell, (long long)c->e->lane[c->t->first + i].cycle, say);
        return;
    }
    if (!c->e->lp[(size_t)(c->t->first + i) * c->e->nphysics + c->p].over)
        step_lane_over(c->e, c->t, i, c->p, OVER_FAILED, say, c->e->lane[c->t->first + i].cycle);
    c->k->active[i] = 0;
}

void cycler_give_up(cycler *c, uint32_t i, int32_t code)
{
    const lanerun *l = &c->run[i];
    why w = { 0 };
    object_lane_why(c->q->object, code, (int32_t)i, &w);
    cycler_fail(c, i, "%s (%.6g s into step %zu of the protocol, \"%.80s\")", w.text, l->in_step,
                c->plan->op[l->pc].number, l->s->text);
}
