/* SPDX-License-Identifier: MIT
 * common_porous.h - what models of a porous cell share: the parameters, their functions, the electrodes' state of health.
 *
 * porous_open() makes the curves of a model; porous_real(b, P_AREA) is a column of tile->param; porous_health() finds the window that lithium
 * and material leave between the voltage limits (physics: Q_k = F eps L A c_max, Q_Li = Q_n x + Q_p y).
 */
#ifndef FADE_PHYSICS_COMMON_POROUS_H
#define FADE_PHYSICS_COMMON_POROUS_H
#include "fade_plugin.h"
#include "common_porous_table.h"
#include "common_porous_curve.h"

enum { LAM_STRESS = 1, LAM_REACTION = 2, LAM_CURRENT = 4, LAM_DELACOURT = 8, LAM_KINDERMANN = 16 };

typedef struct porous {
    const fade_host *host;
    const fade_math_v1 *math;
    const fade_expr_v1 *expr;
    double F, R;                                  /* coulomb/mol, J/(mol K) */
    int lumped, sei, sei_cracks, plating, cracks, clogging;
    uint32_t lam;                                 /* LAM_.. */
    porous_curve U[2], dU[2], D[2];               /* by electrode: 0 negative, 1 positive; over stoichiometry */
    porous_curve dU_cell;                         /* over the positive's stoichiometry; cell NULL: none */
    porous_curve De, kappa;                       /* over concentration, mol/m3 */
    int entropic;                                 /* some dU is not 0 */
    fade_expr *lam_current;                       /* of I and T, both electrodes; NULL without */
} porous;

static inline void porous_close(porous *p)
{
    for (int k = 0; k < 2; k++) {
        porous_curve_free(&p->U[k]);
        porous_curve_free(&p->dU[k]);
        porous_curve_free(&p->D[k]);
    }
    porous_curve_free(&p->dU_cell);
    porous_curve_free(&p->De);
    porous_curve_free(&p->kappa);
    if (p->lam_current)
        p->expr->close(p->lam_current);
    p->lam_current = NULL;
}

static inline int32_t porous_lam(porous *p, const fade_value *v)
{
    static const char *const name[] = { "stress", "reaction", "current", "delacourt", "kindermann" };
    for (uint32_t i = 0; i < v->n; i++) {
        int k = 0;
        while (k < 5 && strcmp(v->texts[i], name[k]) != 0)
            k++;
        if (k == 5 && strcmp(v->texts[i], "none") != 0) {
            char say[200];
            snprintf(say, sizeof say, "lam.models names \"%.40s\", must be of stress, reaction, current, delacourt, kindermann", v->texts[i]);
            return porous_refuse(p->host, FADE_EINVAL, say);
        }
        p->lam |= k < 5 ? 1u << k : 0;
    }
    return FADE_OK;
}

static inline int32_t porous_lam_current(porous *p, const fade_value *at)
{
    static const char *const name[] = { "negative", "positive" }, *const var[] = { "I", "T" };
    static const uint8_t wanted[] = { 1, 1 }, same[] = { 0, 0 };
    const char *const text[] = { at[P_LI_N].text, at[P_LI_P].text };
    if (!(p->lam & LAM_CURRENT))
        return FADE_OK;
    if (p->expr->compile(p->host, 2, name, text, wanted, 2, var, same, &p->lam_current))
        return porous_refuse(p->host, FADE_EINVAL, "lam.negative_current or lam.positive_current is not a formula in I and T");
    return FADE_OK;
}

/* Every function of the set as a curve. */
static inline int32_t porous_curves(porous *p, const fade_value *at)
{
    double most = fmax(4000, 4 * at[P_C_E].real), least = most / 400; /* mol/m3; straight on below: roots have no slope at 0 */
    const struct {
        const char *key, *text;
        const fade_value *table;
        int cubic;
        double lo, hi;
        porous_curve *to;
    } want[] = {
        { "negative.ocp", at[P_U_N].text, &at[P_UT_N], at[P_UI_N].real > 0, 0, 1, &p->U[0] },
        { "positive.ocp", at[P_U_P].text, &at[P_UT_P], at[P_UI_P].real > 0, 0, 1, &p->U[1] },
        { "negative.entropic", at[P_DU_N].text, &at[P_DUT_N], 0, 0, 1, &p->dU[0] },
        { "positive.entropic", at[P_DU_P].text, &at[P_DUT_P], 0, 0, 1, &p->dU[1] },
        { "negative.diffusivity_function", at[P_DF_N].text, NULL, 0, 0, 1, &p->D[0] },
        { "positive.diffusivity_function", at[P_DF_P].text, NULL, 0, 0, 1, &p->D[1] },
        { "electrolyte.diffusivity", at[P_D_E].text, NULL, 0, least, most, &p->De },
        { "electrolyte.conductivity", at[P_K_E].text, NULL, 0, least, most, &p->kappa },
    };
    int32_t rc = FADE_OK;
    for (size_t i = 0; i < sizeof want / sizeof want[0] && rc == 0; i++) {
        porous_maker w = { p->host, p->expr, want[i].key };
        rc = porous_curve_make(&w, want[i].text, want[i].table, want[i].cubic, want[i].lo, want[i].hi, want[i].to);
    }
    if (rc == 0 && at[P_DUT_C].n) {
        porous_maker w = { p->host, p->expr, "cell.entropic_table" };
        rc = porous_curve_make(&w, NULL, &at[P_DUT_C], 0, 0, 1, &p->dU_cell);
    }
    return rc;
}

/* Reads the settings and makes the curves; on failure it has said why and holds nothing. */
static inline int32_t porous_open(porous *p, const fade_host *host, const fade_args *args)
{
    const fade_value *at = args->at;
    *p = (porous){ .host = host, .math = host->iface(host, "fade.math/1"), .expr = host->iface(host, "fade.expr/1") };
    if (!p->math || !p->expr)
        return porous_refuse(host, FADE_EBUG, "a porous cell needs the host's fade.math/1 and fade.expr/1");
    p->F = at[P_FARADAY].real;
    p->R = at[P_GAS].real;
    p->lumped = at[P_THERMAL].real > 0;
    p->sei = (int)at[P_SEI].real;
    p->sei_cracks = p->sei && at[P_SEI_CRACKS].real > 0;
    p->plating = (int)at[P_PLATING].real;
    p->cracks = (int)at[P_CRACKS].real;
    p->clogging = at[P_CLOGGING].real > 0;
    int32_t rc = porous_lam(p, &at[P_LAM]);
    rc = rc ? rc : porous_lam_current(p, at);
    rc = rc ? rc : porous_curves(p, at);
    if (rc) {
        porous_close(p);
        return rc;
    }
    p->entropic = p->dU_cell.cell != NULL;
    for (int k = 0; k < 2; k++)
        p->entropic |= !p->dU[k].constant || p->dU[k].cell[0] != 0;
    return FADE_OK;
}

/* ---- electrode state of health ---------------------------------------------------------------------------------------------- */

typedef struct porous_window {
    double x100, x0, y100, y0; /* stoichiometries of the full and the empty cell */
    double capacity;           /* in the unit of the Q given */
} porous_window;

/* x with U_p((QLi - Qn x) / Qp) - U_n(x) = V, by Newton inside a bracket: the voltage rises with x.  NAN: there is none. */
static inline double porous_filling(const porous_curve U[2], double Qn, double Qp, double QLi, double V, double guess)
{
    double lo = fmax(0, (QLi - Qp) / Qn), hi = fmin(1, QLi / Qn), x = guess > lo && guess < hi ? guess : (lo + hi) / 2;
    double du, dp;
    if (!(hi > lo))
        return NAN;
    double near = x;
    for (int k = 0; k < 8; k++) { /* from a good guess Newton is there at once */
        double g = porous_at(&U[1], (QLi - Qn * near) / Qp, &dp) - porous_at(&U[0], near, &du) - V, next = near - g / (-dp * Qn / Qp - du);
        if (!(next > lo && next < hi))
            break;
        if (fabs(next - near) <= 1e-13)
            return next;
        near = next;
    }
    if (porous_at(&U[1], (QLi - Qn * lo) / Qp, NULL) - porous_at(&U[0], lo, NULL) > V
        || porous_at(&U[1], (QLi - Qn * hi) / Qp, NULL) - porous_at(&U[0], hi, NULL) < V)
        return NAN;
    for (int k = 0; k < 100; k++) {
        double g = porous_at(&U[1], (QLi - Qn * x) / Qp, &dp) - porous_at(&U[0], x, &du) - V, slope = -dp * Qn / Qp - du;
        if (g > 0)
            hi = x;
        else
            lo = x;
        double next = x - g / slope;
        if (!(next > lo && next < hi))
            next = (lo + hi) / 2;
        if (fabs(next - x) <= 1e-13)
            return next;
        x = next;
    }
    return x;
}

/* 0: the limits cannot be met, *w is untouched.  `w` goes in as the guess. */
static inline int porous_health(const porous_curve U[2], double Qn, double Qp, double QLi, double V_min, double V_max, porous_window *w)
{
    double full = porous_filling(U, Qn, Qp, QLi, V_max, w->x100), empty = porous_filling(U, Qn, Qp, QLi, V_min, w->x0);
    if (!(full > empty))
        return 0;
    *w = (porous_window){ full, empty, (QLi - Qn * full) / Qp, (QLi - Qn * empty) / Qp, Qn * (full - empty) };
    return 1;
}
#endif
