/* SPDX-License-Identifier: MIT
 * expr_inside.h - what the files of expr share; nobody else includes it.
 *
 * A text becomes nodes (expr_parse), those are made again by better ones (expr_rewrite), what is wanted of them becomes
 * code with registers (expr_emit), and that is run in blocks of lanes (expr_run).
 */
#ifndef FADE_BASE_EXPR_INSIDE_H
#define FADE_BASE_EXPR_INSIDE_H
#include "core/base/expr.h"
#include <stdbool.h>

/* X(NAME, operands): a node's operation, or an instruction's. */
#define EXPR_OPS(X)                                                                                                 \
    X(NUMBER, 0) X(VAR, 0) X(NEG, 1) X(ABS, 1) X(SQRT, 1) X(COPY, 1) X(EXP, 1) X(LOG, 1) X(TANH, 1) X(ERF, 1)       \
    X(ADD, 2) X(SUB, 2) X(MUL, 2) X(DIV, 2) X(MIN, 2) X(MAX, 2) X(POW, 2)
#define EXPR_ENUM(name, operands) EXPR_##name,
enum { EXPR_OPS(EXPR_ENUM) EXPR_NOPS };
#undef EXPR_ENUM
extern const uint8_t expr_operands[EXPR_NOPS];

enum {
    EXPR_LONGEST = 65536,                         /* bytes of a formula */
    EXPR_DEEPEST = 200,                           /* brackets, signs and exponents inside each other */
    EXPR_NODES = 100000                           /* of all formulas together */
};

/* ---- nodes ---- */

enum { EXPR_OF_SAME = 1, EXPR_OF_HELD = 2, EXPR_OF_LANES = 4 };

typedef struct expr_node {                        /* operands stand before it */
    uint8_t  op;
    bool     same;                                /* of numbers and `same` variables only */
    uint8_t  of;                                  /* EXPR_OF_ of the variables in it */
    uint32_t uses;                                /* places that need its value */
    uint32_t a, b;                                /* nodes; of VAR a is the variable */
    double   value;                               /* of NUMBER */
} expr_node;

typedef struct expr_graph {                       /* no two nodes are equal */
    expr_node     *at;                            /* at[0] is the number 0 */
    uint32_t       n, cap;
    uint32_t      *slot;                          /* hash table of nodes, 0 free; 2 * cap slots */
    const uint8_t *same;                          /* of variables; NULL: none */
    bool           failed;                        /* no memory: everything put since is node 0 */
    uint32_t       depth;                         /* of rewriting */
} expr_graph;

bool expr_graph_open(expr_graph *, const uint8_t *same);
void expr_graph_close(expr_graph *);
uint32_t expr_number(expr_graph *, double);
uint32_t expr_variable(expr_graph *, uint32_t);
uint32_t expr_put(expr_graph *, int op, uint32_t a, uint32_t b);          /* as it is; b is 0 for one operand */

/* Formula `i` of `ask`; `known` are the roots of the earlier ones. */
int expr_parse(const expr_ask *ask, uint32_t i, const uint32_t *known, expr_graph *, uint32_t *root, why *w);
bool expr_is_function(const char *name);
/* Makes what root[n] need of `from` again in `to` and moves the roots there; without memory `to` has failed. */
void expr_rewrite(expr_graph *from, expr_graph *to, const uint8_t *wanted, uint32_t n, uint32_t *root);

/* ---- code ---- */

enum { EXPR_IN_NUMBERS, EXPR_IN_SAME, EXPR_IN_REG, EXPR_IN_SAME_VAR, EXPR_IN_HELD, EXPR_IN_VAR, EXPR_IN_Y, EXPR_INS };
typedef struct expr_place {
    uint32_t in, at;
} expr_place;

enum { EXPR_VV, EXPR_VS, EXPR_SV, EXPR_FORMS };   /* which operand is one value for all lanes; COPY of one: VS */
typedef struct expr_code {
    uint8_t  op, form;
    uint32_t a, b, to;                            /* which of the places */
} expr_code;

struct fade_expr {
    double    *number;                            /* 8 times each */
    expr_place *place;                            /* all that code speaks of, by `in` and `at` */
    uint32_t   from[EXPR_INS + 1];                /* the first place of each kind */
    expr_code *code;                              /* `once` of them run over 8 lanes before the others run over all */
    uint32_t   nnumber, ncode, once, held;        /* behind `once`, up to `held`: what is held */
    uint32_t   nsame, nheld, nreg;                /* columns of 8 values, of all lanes, and of `block` */
    uint32_t   block;                             /* lanes */
};

int expr_emit(const expr_graph *, const uint8_t *wanted, uint32_t n, const uint32_t *root, fade_expr *, why *w);

/* ---- loops ---- */

enum { EXPR_BLOCK = 256 };                        /* the most lanes at a time */
typedef void expr_loop(uint32_t n, const double *a, const double *b, double *y);
typedef struct expr_loops {
    expr_loop *at[EXPR_NOPS][EXPR_FORMS];         /* NULL: vmath's or libm's */
} expr_loops;
extern const expr_loops expr_sse2_loops;
#ifdef __x86_64__
extern const expr_loops expr_avx2_loops;
extern const expr_loops expr_avx512_loops;
#endif
double expr_single(int op, double a, double b);   /* one lane: the same bits as the columns */
#endif
