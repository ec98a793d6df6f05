/* SPDX-License-Identifier: MIT
 * expr.h - formulas as text, compiled once and run over columns with vmath: "fade.expr/1".
 *
 * The same bits at any n, position and vector width, and whether a variable is `same` or not.  docs/formulas.md says what
 * may be written.
 */
#ifndef FADE_BASE_EXPR_H
#define FADE_BASE_EXPR_H
#include "core/base/why.h"
#include "core/fade_plugin.h"

typedef struct expr_ask {                         /* lent during expr_compile */
    uint32_t           n, nvar;
    const char *const *name, *const *text;        /* [n] formulas; a later one may name earlier ones */
    const uint8_t     *wanted;                    /* [n] those that have a y; NULL: all */
    const char *const *var;                       /* [nvar] */
    const uint8_t     *same;                      /* [nvar] 1: one value for all lanes; 2: held; NULL: none */
} expr_ask;

/* E_INPUT with "formula NAME, column N: ..", E_NOMEM; *out is then NULL. */
int expr_compile(const expr_ask *, fade_expr **out, why *w);
size_t expr_scratch(const fade_expr *, uint32_t n);                               /* bytes that eval needs for n lanes */
/* n a multiple of 8; a `same` column needs 8 values; y[i] of a formula that is not wanted may be NULL.  With y NULL what
 * is made of held variables alone is put into scratch: calls with y for as many lanes take it from there.  Thread: any. */
void expr_eval(const fade_expr *, uint32_t n, const double *const *var, void *scratch, double *const *y);
/* Lane i alone, behind a call with y NULL for n lanes of the same columns: what is not held may be another value now. */
void expr_lane(const fade_expr *, uint32_t n, uint32_t i, void *scratch, double *const *y);
void expr_close(fade_expr *);                     /* accepts NULL */
const fade_expr_v1 *expr_table(void);             /* "fade.expr/1" */
#endif
