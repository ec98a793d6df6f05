/* SPDX-License-Identifier: MIT
 * band.c - one lane's system by LAPACK, with pivoting: where the blocks' own pivots are not to be trusted.
 */
#include "dfn.h"
#include <lapacke.h>
#include <string.h>

enum { BELOW = 3, ROWS = 3 * BELOW + 1 };

static void put(group *g, uint32_t row, uint32_t col, double v)
{
    g->band[(size_t)col * ROWS + 2 * BELOW + row - col] = v;
}

/* Node k has rows and columns 2k (c_e) and 2k + 1 (the potential; in the separator a one). */
bool dfn_band(group *g, uint32_t lane)
{
    uint32_t n = 2 * g->n;
    double *rhs = g->band + (size_t)ROWS * n;
    memset(g->band, 0, sizeof(double) * ROWS * n);
    for (uint32_t k = 0; k < g->n; k++) {
        const v8 *b = g->keep + (size_t)KEEP * k;
        uint32_t r = 2 * k;
        if (k > 0) {
            put(g, r, r - 2, b[0][lane]);
            put(g, r + 1, r - 2, b[1][lane]);
            put(g, r + 1, r - 1, b[2][lane]);
        }
        for (uint32_t c = 0; c < 4; c++)
            put(g, r + c / 2, r + c % 2, b[3 + c][lane]);
        if (k + 1 < g->n) {
            put(g, r, r + 2, b[7][lane]);
            put(g, r + 1, r + 2, b[8][lane]);
            put(g, r + 1, r + 3, b[9][lane]);
        }
        for (uint32_t c = 0; c < 4; c++)
            rhs[r + c % 2 + (c / 2) * n] = b[10 + c][lane];
    }
    if (LAPACKE_dgbsv_work(LAPACK_COL_MAJOR, (lapack_int)n, BELOW, BELOW, 2, g->band, ROWS, (lapack_int *)g->pivot, rhs,
                           (lapack_int)n))
        return false;
    g->vz[lane] = g->vw[lane] = 0;
    for (uint32_t k = 0; k < g->n; k++)
        for (uint32_t c = 0; c < 4; c++)
            g->Y[4 * k + c][lane] = rhs[2 * k + c % 2 + (c / 2) * n];
    for (uint32_t k = 0; k < g->n; k++) {
        g->vz[lane] += g->vc[k][lane] * g->Y[4 * k][lane] + g->vp[k][lane] * g->Y[4 * k + 1][lane];
        g->vw[lane] += g->vc[k][lane] * g->Y[4 * k + 2][lane] + g->vp[k][lane] * g->Y[4 * k + 3][lane];
    }
    return true;
}
