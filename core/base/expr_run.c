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
    double              *same, *held, *reg, **at;       /* at: where each place is, of the lanes at hand */
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

static void place_columns(const frame *f, int in, double *base, size_t stride)
{
    for (uint32_t i = f->e->from[in]; i < f->e->from[in + 1]; i++)
        f->at[i] = base + stride * f->e->place[i].at;
}

/* Places that go with the lanes. */
static void place_lanes(const frame *f, uint32_t lane)
{
    const uint32_t *from = f->e->from;
    const expr_place *p = f->e->place;
    place_columns(f, EXPR_IN_HELD, f->held + lane, f->lanes);
    for (uint32_t i = from[EXPR_IN_VAR]; i < from[EXPR_IN_VAR + 1]; i++)
        f->at[i] = (double *)(uintptr_t)(f->var[p[i].at] + lane);
    for (uint32_t i = from[EXPR_IN_Y]; i < from[EXPR_IN_Y + 1]; i++)
        f->at[i] = f->y ? f->y[p[i].at] + lane : NULL;
}

static void place_all(const frame *f)
{
    const uint32_t *from = f->e->from;
    place_columns(f, EXPR_IN_NUMBERS, f->e->number, 8);
    place_columns(f, EXPR_IN_SAME, f->same, 8);
    place_columns(f, EXPR_IN_REG, f->reg, f->block);
    for (uint32_t i = from[EXPR_IN_SAME_VAR]; i < from[EXPR_IN_SAME_VAR + 1]; i++)
        f->at[i] = (double *)(uintptr_t)f->var[f->e->place[i].at];
    place_lanes(f, 0);
}

static void power(const frame *f, uint32_t n, int form, const double *a, const double *b, double *y)
{
    double wide[EXPR_BLOCK];
    if (form != EXPR_VV)
        f->loops->at[EXPR_COPY][EXPR_VS](n, form == EXPR_VS ? b : a, NULL, wide);
    f->math->pow(n, form == EXPR_SV ? wide : a, form == EXPR_VS ? wide : b, y);
}

static void run(const frame *f, const expr_code *c, const expr_code *end, uint32_t n)
{
    for (; c < end; c++) {
        const double *a = f->at[c->a], *b = f->at[c->b];
        double *y = f->at[c->to];
        switch (c->op) {
        case EXPR_EXP: f->math->exp(n, a, y); break;
        case EXPR_LOG: f->math->log(n, a, y); break;
        case EXPR_TANH: f->math->tanh(n, a, y); break;
        case EXPR_POW: power(f, n, c->form, a, b, y); break;
        case EXPR_ERF:
            for (uint32_t i = 0; i < n; i++)
                y[i] = i && a[i] == a[i - 1] ? y[i - 1] : erf(a[i]);
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
    size_t columns = (size_t)8 * e->nsame + (size_t)n * e->nheld + (size_t)block_of(e, n) * e->nreg;
    return LINE + columns * sizeof(double) + e->from[EXPR_INS] * sizeof(double *);
}

/* A call for n lanes that uses the scratch so. */
static frame frame_of(const fade_expr *e, uint32_t n, const double *const *var, void *scratch, double *const *y)
{
    double *same = (double *)(((uintptr_t)scratch + LINE - 1) / LINE * LINE);
    double *held = same + (size_t)8 * e->nsame, *reg = held + (size_t)n * e->nheld;
    uint32_t block = block_of(e, n);
    return (frame){
        e, loops_in_use(), vmath_table(), var, y, same, held, reg, (double **)(reg + (size_t)block * e->nreg), n, block
    };
}

void expr_eval(const fade_expr *e, uint32_t n, const double *const *var, void *scratch, double *const *y)
{
    frame f = frame_of(e, n, var, scratch, y);
    uint32_t from = y ? e->held : e->once, to = y ? e->ncode : e->held;
    if (n == 0)
        return;
    place_all(&f);
    run(&f, e->code, e->code + e->once, 8);
    for (uint32_t lane = 0; lane < n; lane += e->block) {
        if (lane)
            place_lanes(&f, lane);
        run(&f, e->code + from, e->code + to, block_of(e, n - lane));
    }
    if (n > e->block)
        place_lanes(&f, 0);                             /* where expr_lane looks for them */
}

/* An operation on one value: what the loops make of each. */
double expr_single(int op, double a, double b)
{
    switch (op) {
    case EXPR_COPY: return a;
    case EXPR_NEG: return -a;
    case EXPR_ABS: return fabs(a);
    case EXPR_SQRT: return sqrt(a);
    case EXPR_EXP: return vmath_exp1(a);
    case EXPR_LOG: return vmath_log1(a);
    case EXPR_TANH: return vmath_tanh1(a);
    case EXPR_ERF: return erf(a);
    case EXPR_ADD: return a + b;
    case EXPR_SUB: return a - b;
    case EXPR_MUL: return a * b;
    case EXPR_DIV: return a / b;
    case EXPR_MIN: return a < b || a != a ? a : b;
    case EXPR_MAX: return a > b || a != a ? a : b;
    default: return vmath_pow1(a, b);
    }
}

/* Where things are is known from that call, but for results; lane i of what goes with the lanes, which stands behind.
 */
void expr_lane(const fade_expr *e, uint32_t n, uint32_t i, void *scratch, double *const *y)
{
    const uint32_t still = e->from[EXPR_IN_HELD];
    double **at = frame_of(e, n, NULL, scratch, NULL).at;
    for (uint32_t k = e->from[EXPR_IN_Y]; k < e->from[EXPR_INS]; k++)
        at[k] = y[e->place[k].at];
    for (const expr_code *c = e->code + e->held, *end = e->code + e->ncode; c < end; c++)
        at[c->to][c->to < still ? 0 : i] =
            expr_single(c->op, at[c->a][c->a < still ? 0 : i], at[c->b][c->b < still ? 0 : i]);
}
