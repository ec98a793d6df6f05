/* SPDX-License-Identifier: MIT
 * expr_run.c - the code of formulas run over columns, a block of lanes at a time.
 */
#include "core/base/expr_inside.h"
#include "core/base/vmath.h"
#include <math.h>
#include <string.h>

enum { LINE = 64 };                                     /* bytes; columns that start on one are faster */

typedef struct frame {                                  /* one call of expr_eval */
    const fade_expr     *e;
    const expr_loops    *loops;
    const fade_math_v1  *math;
    const double *const *var;
    double *const       *y;
    double              *same, *held, *reg;
    size_t               lanes, block;                  /* of what is held, and of a register */
} frame;

static const expr_loops *loops_in_use(void)
{
    static const struct { const char *isa; const expr_loops *loops; } sets[] = {
#ifdef __x86_64__
        { "avx512", &expr_avx512_loops },
        { "avx2", &expr_avx2_loops },
#endif
        { "sse2", &expr_sse2_loops },
    };
    const char *isa = vmath_isa();
    size_t i = 0;
    while (i + 1 < sizeof sets / sizeof *sets && strcmp(sets[i].isa, isa) != 0)
        i++;
    return sets[i].loops;
}

static double *at(const frame *f, expr_place p, uint32_t lane)
{
    switch (p.in) {
    case EXPR_IN_NUMBERS: return f->e->number + (size_t)8 * p.at;
    case EXPR_IN_SAME: return f->same + (size_t)8 * p.at;
    case EXPR_IN_HELD: return f->held + f->lanes * p.at + lane;
    case EXPR_IN_REG: return f->reg + f->block * p.at;
    case EXPR_IN_Y: return f->y[p.at] + lane;
    case EXPR_IN_VAR: return (double *)(uintptr_t)(f->var[p.at] + lane);
    default: return (double *)(uintptr_t)f->var[p.at];
    }
}

static void power(const frame *f, uint32_t n, int form, const double *a, const double *b, double *y)
{
    double wide[EXPR_BLOCK];
    if (form != EXPR_VV)
        f->loops->at[EXPR_COPY][EXPR_VS](n, form == EXPR_VS ? b : a, NULL, wide);
    f->math->pow(n, form == EXPR_SV ? wide : a, form == EXPR_VS ? wide : b, y);
}

static void run(const frame *f, const expr_code *c, const expr_code *end, uint32_t n, uint32_t lane)
{
    for (; c < end; c++) {
        const double *a = at(f, c->a, lane), *b = at(f, c->b, lane);
        double *y = at(f, c->to, lane);
        switch (c->op) {
        case EXPR_EXP: f->math->exp(n, a, y); break;
        case EXPR_LOG: f->math->log(n, a, y); break;
        case EXPR_TANH: f->math->tanh(n, a, y); break;
        case EXPR_POW: power(f, n, c->form, a, b, y); break;
        case EXPR_ERF:
            for (uint32_t i = 0; i < n; i++)
                y[i] = erf(a[i]);
            break;
        default: f->loops->at[c->op][c->form](n, a, b, y);
        }
    }
}

static uint32_t block_of(const fade_expr *e, uint32_t n)
{
    return n < e->block ? n : e->block;
}

size_t expr_scratch(const fade_expr *e, uint32_t n)
{
    return LINE + ((size_t)8 * e->nsame + (size_t)n * e->nheld + (size_t)block_of(e, n) * e->nreg) * sizeof(double);
}

void expr_eval(const fade_expr *e, uint32_t n, const double *const *var, void *scratch, double *const *y)
{
    double *same = (double *)(((uintptr_t)scratch + LINE - 1) / LINE * LINE);
    double *held = same + (size_t)8 * e->nsame, *reg = held + (size_t)n * e->nheld;
    frame f = { e, loops_in_use(), vmath_table(), var, y, same, held, reg, n, block_of(e, n) };
    uint32_t from = y ? e->held : e->once, to = y ? e->ncode : e->held;
    if (n)
        run(&f, e->code, e->code + e->once, 8, 0);
    for (uint32_t lane = 0; lane < n; lane += e->block)
        run(&f, e->code + from, e->code + to, block_of(e, n - lane), lane);
}

double expr_single(int op, double a, double b)
{
    double x[8] = { a, a, a, a, a, a, a, a }, z[8] = { b, b, b, b, b, b, b, b }, *y = x, number[8];
    const double *var[2] = { x, z };
    expr_code c = { .op = (uint8_t)op, .a = { EXPR_IN_SAME_VAR, 0 }, .b = { EXPR_IN_SAME_VAR, 1 },
                    .to = { EXPR_IN_Y, 0 } };
    fade_expr e = { .number = number };
    run(&(frame){ &e, loops_in_use(), vmath_table(), var, &y, NULL, NULL, NULL, 8, 8 }, &c, &c + 1, 8, 0);
    return x[0];
}
