/* SPDX-License-Identifier: MIT
 * dfn.c - the porous-electrode model of Doyle, Fuller and Newman: its table, its columns, how it is made.
 *
 * sweep.c has the equations, particle.c and modes.c the particles, newton.c the solution of a stage, step.c the step.
 */
#include "dfn.h"

static const fade_param params[] = {
    POROUS_PARAMS
    { "points_negative", "", "Volumes across the negative electrode.", "", FADE_INT, 0, 30, 2, 200, 0, 0, NULL },
    { "points_separator", "", "Volumes across the separator.", "", FADE_INT, 0, 10, 1, 200, 0, 0, NULL },
    { "points_positive", "", "Volumes across the positive electrode.", "", FADE_INT, 0, 20, 2, 200, 0, 0, NULL },
    { "particle_modes", "", "Modes of diffusion in a particle, the last third of them bundles.", "", FADE_INT, 0, 15, 1,
      MOST_MODES, 0, 0, NULL },
    { "tolerance", "V", "Error of a step, by which its length is chosen.", "", FADE_REAL, 0, 5e-5, 1e-9, 1, 0, 0,
      NULL },
    { "linear_solver", "", "blocks: eight lanes at once, LAPACK where a pivot is bad; lapack: always, lane by lane.",
      "", FADE_CHOICE, FADE_ADVANCED, 0, 0, 0, 0, 0, "blocks|lapack" },
};
_Static_assert(sizeof params / sizeof params[0] == DFN_PARAMS, "one id for each parameter");

static const fade_column state[S_N] = {
    { "electrolyte", "mol/m3", "Salt in the electrolyte, across the cell.", 1000, 0, 0, 0, 0, 60, 0 },
    { "particle_negative", "mol/m3", "Mean and modes of lithium in the particles, across the electrode.", 0, 0, 0, 0, 0,
      320, 0 },
    { "particle_positive", "mol/m3", "Mean and modes of lithium in the particles, across the electrode.", 0, 0, 0, 0, 0,
      320, 0 },
    { "potential", "V", "Solid over electrolyte, across both electrodes.", 0, 0, 0, 0, 0, 40, 0 },
    { "current", "A", "Current.", 0, 0, 0, 0, 0, 1, 0 },
    { "voltage", "V", "Voltage.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Temperature of the cell.", 298.15, 0, 0, 0, 0, 1, 0 },
    { "empty", "1", "Stoichiometry of the negative electrode at 0 % of charge.", 0, 0, 0, 0, 0, 1, 0 },
    { "full", "1", "Stoichiometry of the negative electrode at 100 % of charge.", 1, 0, 0, 0, 0, 1, 0 },
    { "capacity", "Ah", "Capacity between them.", 0, 0, 0, 0, 0, 1, 0 },
    { "lithium", "Ah", "Lithium of the new cell.", 0, 0, 0, 0, 0, 1, 0 },
    { "lithium_lost_sei", "Ah", "Lithium in the layer that has grown.", 0, 0, 0, 0, 0, 1, 0 },
    { "layer", "m", "Thickness of the layer, across the negative electrode.", 0, 0, 0, 0, 0, 30, 0 },
};
static const fade_column in[] = {
    { "control", "", "What is held: 0 current, 1 voltage, 2 power, 3 resistance.", 0, 0, 3, 0, 0, 1, FADE_PLANNED },
    { "demand", "A|V|W|ohm", "How much of it.", 0, -1e6, 1e6, 0, 0, 1, FADE_PLANNED },
    { "temperature_ambient", "K", "Temperature of the surroundings.", 298.15, 150, 500, 243.15, 343.15, 1,
      FADE_PLANNED },
};
static const fade_column out[O_N] = {
    { "voltage", "V", "Terminal voltage.", 0, 0, 0, 0, 0, 1, 0 },
    { "current", "A", "Current, discharge positive.", 0, 0, 0, 0, 0, 1, 0 },
    { "power", "W", "Power given, discharge positive.", 0, 0, 0, 0, 0, 1, 0 },
    { "heat", "W", "Heat made.", 0, 0, 0, 0, 0, 1, 0 },
    { "temperature", "K", "Cell temperature.", 298.15, 0, 0, 243.15, 343.15, 1, 0 },
    { "soc", "1", "State of charge, by the lithium in the negative electrode.", 1, -1, 2, 0, 1, 1, 0 },
    { "throughput", "Ah", "Charge moved in either direction.", 0, 0, 0, 0, 0, 1, FADE_TOTAL },
    { "capacity", "Ah", "Capacity at a slow rate between the voltage limits.", 0, 0, 0, 0, 0, 1, 0 },
    { "anode_potential", "V", "Solid over electrolyte where the negative electrode meets the separator.", 0, 0, 0, 0, 0,
      1, 0 },
    { "lli", "1", "Ratio of the new cell's lithium that is lost.", 0, 0, 0, 0, 0, 1, 0 },
    { "lam_negative", "1", "Ratio of the new cell's negative material that is lost.", 0, 0, 0, 0, 0, 1, 0 },
    { "lam_positive", "1", "Ratio of the new cell's positive material that is lost.", 0, 0, 0, 0, 0, 1, 0 },
    { "lithium_lost_sei", "Ah", "Lithium in the layer that has grown.", 0, 0, 0, 0, 0, 1, 0 },
    { "sei_thickness", "m", "Mean thickness of the layer.", 0, 0, 0, 0, 0, 1, 0 },
};

static void destroy(void *model)
{
    dfn *m = model;
    if (m)
        porous_close(&m->p);
    free(m);
}

/* Other ageing belongs to spm and spme: silence would be a wrong answer. */
static int32_t unable(const porous *p)
{
    const char *what = p->sei > SEI_EC ? "sei.model von-kolzenberg or slide1..3"
                       : p->sei_cracks ? "sei_on_cracks"
                       : p->plating    ? "plating.model"
                       : p->lam        ? "lam.models"
                       : p->cracks     ? "cracks.model"
                       : p->clogging   ? "porosity_change"
                                       : NULL;
    char say[120];
    if (!what)
        return FADE_OK;
    snprintf(say, sizeof say, "%s is not in dfn, must be left out there; spm and spme have it", what);
    return porous_refuse(p->host, FADE_EINVAL, say);
}

static int32_t create(const fade_host *host, const fade_args *args, void **model)
{
    const fade_value *at = args->at;
    dfn *m = calloc(1, sizeof *m);
    if (!m)
        return porous_refuse(host, FADE_ENOMEM, "no memory for dfn");
    int32_t rc = porous_open(&m->p, host, args);
    if (rc) {
        free(m);
        return rc;
    }
    rc = unable(&m->p);
    if (rc) {
        destroy(m);
        return rc;
    }
    m->nn = (uint32_t)at[P_POINTS_N].real;
    m->ns = (uint32_t)at[P_POINTS_S].real;
    m->np = (uint32_t)at[P_POINTS_P].real;
    m->n = m->nn + m->ns + m->np;
    m->ne = m->nn + m->np;
    m->tolerance = at[P_TOLERANCE].real;
    dfn_modes_make(&m->modes, (uint32_t)at[P_MODES].real);
    porous *p = &m->p;
    m->laws = (dfn_laws){ .U = { &p->U[0], &p->U[1] },
                          .D = &p->De,
                          .kappa = &p->kappa,
                          .math = p->math,
                          .layer = p->sei,
                          .pivot = at[P_SOLVER].real > 0 ? 2 : 1e-11 };
    if (p->entropic) {
        bool cell = p->dU_cell.cell;
        m->laws.E[0] = cell ? NULL : &p->dU[0];
        m->laws.E[1] = cell ? &p->dU_cell : &p->dU[1];
    }
    memcpy(m->state, state, sizeof state);
    m->state[S_SALT].width = m->n;
    m->state[S_NEGATIVE].width = m->nn * (1 + m->modes.n);
    m->state[S_POSITIVE].width = m->np * (1 + m->modes.n);
    m->state[S_PHI].width = m->ne;
    m->state[S_FILM].width = m->nn;
    *model = m;
    return FADE_OK;
}

static int32_t columns(const void *model, fade_columns *c)
{
    const dfn *m = model;
    *c = (fade_columns){ .state = { m->state, S_N, sizeof m->state[0] }, .in = FADE_LIST(in), .out = FADE_LIST(out) };
    return FADE_OK;
}

static const fade_model_v1 model_v1 = {
    .size = sizeof model_v1,
    .create = create,
    .destroy = destroy,
    .columns = columns,
    .scratch = dfn_scratch,
    .init = dfn_init,
    .step = dfn_step,
    .observe = dfn_observe,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.model/1") == 0 ? &model_v1 : NULL;
}

static const fade_desc desc = {
    .size = sizeof desc,
    .id = "dfn",
    .kind = "physics",
    .version = "1.0.0",
    .licence = "MIT",
    .doc = "The porous-electrode model of Doyle, Fuller and Newman, per second.",
    .cite = "M. Doyle, T. F. Fuller, J. Newman, J. Electrochem. Soc. 140 (1993) 1526, doi 10.1149/1.2221597; "
            "parameters: C.-H. Chen et al., "
            "J. Electrochem. Soc. 167 (2020) 080534, doi 10.1149/1945-7111/ab9050",
    .params = FADE_LIST(params),
    .columns = { .state = FADE_LIST(state), .in = FADE_LIST(in), .out = FADE_LIST(out) },
    .iface = iface,
};
FADE_LIBRARY(&desc);
