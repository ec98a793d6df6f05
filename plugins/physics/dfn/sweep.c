/* SPDX-License-Identifier: MIT
 * sweep.c - the equations of one linearisation, node by node, eliminated on the way: 2 x 2 blocks in the electrodes,
 * one equation in the separator.
 *
 * The unknowns of a node are c_e and phi = phi_s - phi_e; with the solid's and the electrolyte's current adding up to
 * i,
 *
 *   i_e = (dphi + i Rs + chi dln c_e) / (Rs + Re)                  between two nodes, Rs and Re in ohm m2
 *   a h j = i_e(right) - i_e(left)
 *   eps h dc_e/dt = -dN + (1 - t+)/F a h j,   N = -dc_e / (half + half of h / (D b))
 *
 * and j is eliminated at its node: dj = gp dphi + gc dc_e + gr.  The potential of the electrolyte itself is only summed
 * up, into the voltage.
 */
#define DFN_VECTORS
#include "dfn.h"

/* What a face says to the node on its right. */
typedef struct face {
    v8 N, Nl, Nr;          /* flux of salt and its slopes by c on the left and right */
    v8 ie, el, er, gs, di; /* current in the electrolyte; by c left, right, by dphi, by i */
    v8 vc, vp;             /* V by the right node */
} face;

typedef struct blocks {
    v8 Lcc, Lpc, Lpp, Dcc, Dcp, Dpc, Dpp, Ucc, Upc, Upp, rc, rp, wp;
} blocks;

/* The face right of node k of part p; q the part on its other side.  e < 0: all current is in the electrolyte. */
static inline __attribute__((always_inline)) void face_at(group *g, face *f, uint32_t k, int32_t e, const part *p,
                                                          real *vl, real *vpl)
{
    const v8 *c = g->c + k, *rd = g->rd + k, *qd = g->qd + k, *rk = g->rk + k, *qk = g->qk + k, *ln = g->lnc + k;
    const real zero = { 0 };
    for (int l = 0; l < W; l++) {
        real by = 1.0 / (rd[0][l] + rd[1][l]), dc = c[1][l] - c[0][l], b2 = by * by * dc;
        f->N[l] = -by * dc;
        f->Nl[l] = by - b2 * rd[0][l] * qd[0][l];
        f->Nr[l] = -by - b2 * rd[1][l] * qd[1][l];
        real Re = rk[0][l] + rk[1][l], Rl = -rk[0][l] * qk[0][l], Rr = -rk[1][l] * qk[1][l], dln = ln[1][l] - ln[0][l];
        real cl = g->chi[l] / c[0][l], cr = g->chi[l] / c[1][l];
        if (e >= 0) {
            real Rs = p->rs[l], gs = 1.0 / (Rs + Re);
            real ie = gs * (g->phi[e + 1][l] - g->phi[e][l] + g->i[l] * Rs + g->chi[l] * dln);
            f->ie[l] = ie;
            f->gs[l] = gs;
            f->di[l] = Rs * gs;
            f->el[l] = -gs * (cl + ie * Rl);
            f->er[l] = gs * (cr - ie * Rr);
            g->V0[l] += g->chi[l] * dln - ie * Re;
            g->vi[l] -= Re * Rs * gs;
            f->vp[l] = -Re * gs;
            vpl[l] += Re * gs;
            f->vc[l] = cr - ie * Rr - Re * f->er[l];
            vl[l] += -cl - ie * Rl - Re * f->el[l];
        } else {
            f->ie[l] = g->i[l];
            f->gs[l] = f->el[l] = f->er[l] = f->vp[l] = zero;
            f->di[l] = zero + 1.0;
            g->V0[l] += g->chi[l] * dln - g->i[l] * Re;
            g->vi[l] -= Re;
            f->vc[l] = cr - g->i[l] * Rr;
            vl[l] += -cl - g->i[l] * Rl;
        }
    }
}

static inline __attribute__((always_inline)) void store(group *g, uint32_t k, const blocks *b)
{
    v8 *to = g->keep + (size_t)KEEP * k;
    const real none = { 0 };
    for (int l = 0; l < W; l++) {
        const real all[KEEP] = { b->Lcc[l], b->Lpc[l], b->Lpp[l], b->Dcc[l], b->Dcp[l], b->Dpc[l], b->Dpp[l],
                                   b->Ucc[l], b->Upc[l], b->Upp[l], b->rc[l],  b->rp[l],  none,      b->wp[l] };
        for (int q = 0; q < KEEP; q++)
            to[q][l] = all[q];
    }
}

static inline __attribute__((always_inline)) void eliminate(group *g, uint32_t k, const blocks *b, real *worst)
{
    static const v8 none[4];
    const v8 *m = k ? g->M + 4 * (k - 1) : none, *y = k ? g->Y + 4 * (k - 1) : none;
    v8 *M = g->M + 4 * k, *Y = g->Y + 4 * k;
    for (int l = 0; l < W; l++) {
        real Lcc = b->Lcc[l], Lpc = b->Lpc[l], Lpp = b->Lpp[l];
        real a = b->Dcc[l] - Lcc * m[0][l], c = b->Dpc[l] - Lpc * m[0][l] - Lpp * m[2][l];
        real d = b->Dpp[l] - Lpc * m[1][l] - Lpp * m[3][l], e = b->Dcp[l] - Lcc * m[1][l];
        real r0 = b->rc[l] - Lcc * y[0][l], r1 = b->rp[l] - Lpc * y[0][l] - Lpp * y[1][l];
        real w0 = -Lcc * y[2][l], w1 = b->wp[l] - Lpc * y[2][l] - Lpp * y[3][l];
        real ad = a * d, ec = e * c, det = ad - ec, by = 1.0 / det;
        real size = PICK(ad < 0, -ad, ad) + PICK(ec < 0, -ec, ec), good = PICK(det < 0, -det, det) / size;
        worst[l] = PICK(good >= worst[l], worst[l], good);
        a *= by, d *= by, e *= by, c *= by;
        M[0][l] = d * b->Ucc[l] - e * b->Upc[l];
        M[1][l] = -e * b->Upp[l];
        M[2][l] = a * b->Upc[l] - c * b->Ucc[l];
        M[3][l] = a * b->Upp[l];
        Y[0][l] = d * r0 - e * r1;
        Y[1][l] = a * r1 - c * r0;
        Y[2][l] = d * w0 - e * w1;
        Y[3][l] = a * w1 - c * w0;
    }
}

/* Node k of an electrode (e >= 0) or of the separator, between faces f and r. */
static inline __attribute__((always_inline)) void node_at(const group *g, uint32_t k, int32_t e, const part *p,
                                                          const face *f, const face *r, blocks *b)
{
    const real zero = { 0 };
    for (int l = 0; l < W; l++) {
        real w = p->eps[l] * p->h[l] * g->inv[l];
        real F1 = w * (g->c[k][l] - g->cs[k][l]) + r->N[l] - f->N[l];
        b->Lcc[l] = -f->Nl[l];
        b->Ucc[l] = r->Nr[l];
        b->Dcc[l] = w + r->Nl[l] - f->Nr[l];
        if (e >= 0) {
            real gp = g->gp[e][l], gc = g->gc[e][l], gr = g->gr[e][l], ah = p->ah[l], s = g->src[l] * ah;
            F1 -= s * (g->j[e][l] - g->js[e][l]);
            real F2 = ah * (g->j[e][l] - g->js[e][l]) + f->ie[l] - r->ie[l];
            b->Dcc[l] -= s * gc;
            b->Dcp[l] = -s * gp;
            b->Lpc[l] = f->el[l];
            b->Lpp[l] = -f->gs[l];
            b->Dpc[l] = ah * gc + f->er[l] - r->el[l];
            b->Dpp[l] = ah * gp + f->gs[l] + r->gs[l];
            b->Upc[l] = -r->er[l];
            b->Upp[l] = -r->gs[l];
            b->rc[l] = s * gr - F1;
            b->rp[l] = -F2 - ah * gr;
            b->wp[l] = r->di[l] - f->di[l];
        } else {
            b->rc[l] = -F1;
            b->Dpp[l] = zero + 1.0;
            b->Dcp[l] = b->Lpc[l] = b->Lpp[l] = b->Dpc[l] = b->Upc[l] = b->Upp[l] = b->rp[l] = b->wp[l] = zero;
        }
    }
}

/* The run of nodes of one part; `f` is the face on their left, and then the one on their right. */
static inline __attribute__((always_inline)) void sweep_part(group *g, face *f, uint32_t from, uint32_t to, int32_t e,
                                                             const part *p, bool keep, real *worst)
{
    for (uint32_t k = from; k < to; k++) {
        face r;
        blocks b;
        v8 *vc = g->vc + k, *vp = g->vp + k;
        for (int l = 0; l < W; l++)
            vc[0][l] = f->vc[l], vp[0][l] = f->vp[l];
        if (k + 1 == g->n)
            r = (face){ .N = { { 0 } } };
        else
            face_at(g, &r, k, e >= 0 && k + 1 < to ? e : -1, p, *vc, *vp);
        node_at(g, k, e, p, f, &r, &b);
        if (keep)
            store(g, k, &b);
        eliminate(g, k, &b, worst);
        *f = r;
        e += e >= 0;
    }
}

LANES_WIDE static void dfn_sweep_lanes(group *g, bool keep, double worst_pivot[LANES])
{
    face f = { .N = { { 0 } } };
    v8 worst;
    uint32_t s = g->nn, p = g->nn + g->ns;
    for (int l = 0; l < W; l++) {
        worst[l] = g->i[l] * 0.0 + 1.0;
        g->V0[l] = g->phi[g->ne - 1][l] - g->phi[0][l] - g->i[l] * g->rend[l];
        g->vi[l] = -g->rend[l];
    }
    sweep_part(g, &f, 0, s, 0, &g->p[NEGATIVE], keep, worst);
    sweep_part(g, &f, s, p, -1, &g->p[SEPARATOR], keep, worst);
    sweep_part(g, &f, p, g->n, (int32_t)g->nn, &g->p[POSITIVE], keep, worst);
    for (int l = 0; l < W; l++) {
        g->vp[0][l] -= 1.0;
        g->vp[g->n - 1][l] += 1.0;
    }
    memcpy(worst_pivot, worst, sizeof worst);
}

LANES_WIDE static void dfn_back_lanes(group *g)
{
    v8 z0 = { { 0 } }, z1 = { { 0 } }, w0 = { { 0 } }, w1 = { { 0 } }, vz = { { 0 } }, vw = { { 0 } };
    for (uint32_t k = g->n; k-- > 0;) {
        const v8 *M = g->M + 4 * k;
        v8 *Y = g->Y + 4 * k;
        for (int l = 0; l < W; l++) {
            real a0 = Y[0][l] - M[0][l] * z0[l] - M[1][l] * z1[l], a1 = Y[1][l] - M[2][l] * z0[l] - M[3][l] * z1[l];
            real b0 = Y[2][l] - M[0][l] * w0[l] - M[1][l] * w1[l], b1 = Y[3][l] - M[2][l] * w0[l] - M[3][l] * w1[l];
            Y[0][l] = z0[l] = a0;
            Y[1][l] = z1[l] = a1;
            Y[2][l] = w0[l] = b0;
            Y[3][l] = w1[l] = b1;
            vz[l] += g->vc[k][l] * a0 + g->vp[k][l] * a1;
            vw[l] += g->vc[k][l] * b0 + g->vp[k][l] * b1;
        }
    }
    for (int l = 0; l < W; l++)
        g->vz[l] = vz[l], g->vw[l] = vw[l];
}

/* What has clones cannot be hidden: only static ones stay inside the library. */
void dfn_sweep(group *g, bool keep, double worst_pivot[LANES])
{
    dfn_sweep_lanes(g, keep, worst_pivot);
}

void dfn_back(group *g)
{
    dfn_back_lanes(g);
}
