/* SPDX-License-Identifier: MIT
 * expr.c - formulas from text to code, and the service "fade.expr/1".
 */
#include "core/base/expr.h"
#include "core/base/expr_inside.h"
#include "core/base/mem.h"
#include <stdlib.h>
#include <string.h>

static bool is_name(const char *at)
{
    static const char digits[] = "0123456789";
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    return at && *at && !strchr(digits, *at) && !at[strspn(at, letters)];
}

/* What else is called so: NULL when nothing. */
static const char *taken(const expr_ask *ask, const char *name, uint32_t nvar, uint32_t nformula)
{
    if (expr_is_function(name))
        return "function";
    for (uint32_t i = 0; i < nvar; i++)
        if (strcmp(name, ask->var[i]) == 0)
            return "variable";
    for (uint32_t i = 0; i < nformula; i++)
        if (strcmp(name, ask->name[i]) == 0)
            return "formula";
    return NULL;
}

static int check_name(const expr_ask *ask, const char *kind, const char *name, uint32_t nvar, uint32_t nformula, why *w)
{
    if (!is_name(name))
        return fail(w, E_INPUT, "%s '%.60s': a name of letters, digits and _ that starts with no digit is expected",
                    kind, name ? name : "");
    const char *as = taken(ask, name, nvar, nformula);
    return as ? fail(w, E_INPUT, "%s %.60s: a name of its own is expected, a %s is called so", kind, name, as) : E_OK;
}

static int check_names(const expr_ask *ask, why *w)
{
    int rc = E_OK;
    for (uint32_t i = 0; i < ask->nvar && !rc; i++)
        rc = check_name(ask, "variable", ask->var[i], i, 0, w);
    for (uint32_t i = 0; i < ask->n && !rc; i++)
        rc = check_name(ask, "formula", ask->name[i], ask->nvar, i, w);
    for (uint32_t i = 0; i < ask->n && !rc; i++)
        if (!ask->text[i])
            rc = fail(w, E_INPUT, "formula %s: a text is expected", ask->name[i]);
    return rc;
}

static int no_memory(const expr_ask *ask, why *w)
{
    return fail(w, E_NOMEM, "no memory for %u formulas", ask->n);
}

static int make(const expr_ask *ask, expr_graph *raw, expr_graph *g, uint32_t *root, fade_expr *e, why *w)
{
    int rc = E_OK;
    for (uint32_t i = 0; i < ask->n && !rc; i++)
        rc = expr_parse(ask, i, root, raw, &root[i], w);
    if (rc)
        return rc;
    expr_rewrite(raw, g, ask->wanted, ask->n, root);
    return g->failed ? no_memory(ask, w) : expr_emit(g, ask->wanted, ask->n, root, e, w);
}

int expr_compile(const expr_ask *ask, fade_expr **out, why *w)
{
    *out = NULL;
    int rc = check_names(ask, w);
    if (rc)
        return rc;
    expr_graph raw = { 0 }, g = { 0 };
    uint32_t *root = mem_zero(ask->n, sizeof *root);
    fade_expr *e = mem_zero(1, sizeof *e);
    if (root && e && expr_graph_open(&raw, ask->same) && expr_graph_open(&g, ask->same))
        rc = make(ask, &raw, &g, root, e, w);
    else
        rc = no_memory(ask, w);
    expr_graph_close(&raw);
    expr_graph_close(&g);
    free(root);
    if (rc)
        expr_close(e);
    else
        *out = e;
    return rc;
}

void expr_close(fade_expr *e)
{
    if (!e)
        return;
    free(e->number);
    free(e->place);
    free(e->code);
    free(e);
}

/* ---- the service ---- */

static int32_t service_compile(const fade_host *host, uint32_t n, const char *const *name, const char *const *text,
                               const uint8_t *wanted, uint32_t nvar, const char *const *var, const uint8_t *same,
                               fade_expr **out)
{
    why w = { 0 };
    const expr_ask ask = { n, nvar, name, text, wanted, var, same };
    int rc = expr_compile(&ask, out, &w);
    if (!rc)
        return FADE_OK;
    int32_t code = rc == E_NOMEM ? FADE_ENOMEM : FADE_EINVAL;
    if (host && host->report)
        fade_say(host, 3, code, -1, w.text);
    return code;
}

const fade_expr_v1 *expr_table(void)
{
    static const fade_expr_v1 table = { sizeof table, service_compile, expr_scratch, expr_eval, expr_close, expr_lane };
    return &table;
}
