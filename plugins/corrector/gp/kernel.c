/* SPDX-License-Identifier: MIT
 * kernel.c - "rbf(cycle) * (linear + periodic)" as a sum of products of leaves.
 *
 *     sum     = product { "+" product }        factor = NAME [ "(" feature { "," feature } ")" ]  |  "(" sum ")"
 *     product = factor { "*" factor }
 *
 * Products of sums are multiplied out; each addend then has a variance of its own, so leaves have none.
 */
#include "gp.h"
#include <ctype.h>

static const struct kind {
    const char *name;
    int lengths, period;
} kinds[GP_KINDS] = {
    [GP_RBF] = { "rbf", 1, 0 },           [GP_MATERN12] = { "matern12", 1, 0 }, [GP_MATERN32] = { "matern32", 1, 0 },
    [GP_MATERN52] = { "matern52", 1, 0 }, [GP_PERIODIC] = { "periodic", 1, 1 }, [GP_LINEAR] = { "linear", 0, 0 },
    [GP_CONSTANT] = { "constant", 0, 0 }, [GP_WHITE] = { "white", 0, 0 },
};

typedef struct sum {
    uint32_t n, term[GP_TERMS];
} sum;

typedef struct parser {
    const fade_host *host;
    const features *f;
    gp_kernel *k;
    const char *text, *at;
    int ard, depth, failed;
} parser;

static void deny(parser *p, const char *at, const char *what)
{
    char text[420];
    if (!p->failed)
        snprintf(text, sizeof text, "kernel \"%.200s\": letter %zu, \"%.24s\": %s", p->text, (size_t)(at - p->text) + 1,
                 *at ? at : "(the end)", what);
    if (!p->failed)
        fade_say(p->host, 3, FADE_EINVAL, -1, text);
    p->failed = 1;
}

static void skip(parser *p)
{
    while (*p->at == ' ' || *p->at == '\t')
        p->at++;
}

static size_t word(const char *at)
{
    size_t n = 0;
    while (isalnum((unsigned char)at[n]) || at[n] == '_' || at[n] == '.')
        n++;
    return n;
}

static void feature(parser *p, gp_leaf *l)
{
    skip(p);
    size_t n = word(p->at);
    for (uint32_t j = 0; n && j < p->f->p; j++)
        if (strlen(p->f->key[j]) == n && memcmp(p->f->key[j], p->at, n) == 0) {
            for (uint32_t i = 0; i < l->n; i++)
                if (l->feature[i] == j) {
                    deny(p, p->at, "the feature is there already");
                    return;
                }
            l->feature[l->n++] = (uint16_t)j;
            p->at += n;
            skip(p);
            return;
        }
    char text[160];
    snprintf(text, sizeof text, "a feature of this corrector must stand here, such as %.64s", p->f->key[0]);
    deny(p, p->at, text);
}

static void leaf_features(parser *p, gp_leaf *l)
{
    if (*p->at != '(') {
        for (l->n = 0; l->n < p->f->p; l->n++)
            l->feature[l->n] = (uint16_t)l->n;
        return;
    }
    do {
        p->at++;
        feature(p, l);
    } while (!p->failed && *p->at == ',');
    if (!p->failed && *p->at != ')')
        deny(p, p->at, "a \",\" or \")\" must stand here");
    p->at += !p->failed;
}

static sum leaf(parser *p)
{
    gp_kernel *k = p->k;
    const char *from = p->at;
    size_t n = word(from);
    int kind = 0;
    while (kind < GP_KINDS && !(strlen(kinds[kind].name) == n && memcmp(kinds[kind].name, from, n) == 0))
        kind++;
    if (kind == GP_KINDS)
        deny(p, from,
             "a kernel must stand here: rbf, matern12, matern32, matern52, linear, periodic, constant, white or \"(\"");
    else if (k->nleaf == GP_LEAVES)
        deny(p, from, "there are 16 kernels before it, which is as many as can be");
    if (p->failed)
        return (sum){ 0 };
    gp_leaf *l = &k->leaf[k->nleaf];
    *l = (gp_leaf){ .kind = kind };
    p->at += n;
    skip(p);
    leaf_features(p, l);
    l->nlength = !kinds[kind].lengths ? 0 : p->ard ? l->n : 1;
    l->theta = k->ntheta;
    k->ntheta += l->nlength + (uint32_t)kinds[kind].period;
    k->white |= (uint32_t)(kind == GP_WHITE) << k->nleaf;
    return (sum){ 1, { 1u << k->nleaf++ } };
}

static sum add(parser *p);

static sum factor(parser *p)
{
    skip(p);
    if (*p->at != '(')
        return leaf(p);
    const char *open = p->at++;
    if (++p->depth > 32)
        deny(p, open, "brackets are nested more than 32 deep");
    sum s = p->failed ? (sum){ 0 } : add(p);
    p->depth--;
    if (!p->failed && *p->at != ')')
        deny(p, p->at, "\"+\", \"*\" or \")\" must stand here");
    p->at += !p->failed;
    return s;
}

static sum multiply(parser *p)
{
    sum s = factor(p);
    for (skip(p); !p->failed && *p->at == '*'; skip(p)) {
        const char *at = p->at++;
        sum by = factor(p), all = { 0 };
        if (!p->failed && s.n * by.n > GP_TERMS)
            deny(p, at, "multiplied out these are more than 32 addends");
        for (uint32_t i = 0; i < s.n && !p->failed; i++)
            for (uint32_t j = 0; j < by.n; j++)
                all.term[all.n++] = s.term[i] | by.term[j];
        s = all;
    }
    return s;
}

static sum add(parser *p)
{
    sum s = multiply(p);
    for (skip(p); !p->failed && *p->at == '+'; skip(p)) {
        const char *at = p->at++;
        sum more = multiply(p);
        if (!p->failed && s.n + more.n > GP_TERMS)
            deny(p, at, "these are more than 32 addends");
        for (uint32_t i = 0; i < more.n && !p->failed; i++)
            s.term[s.n++] = more.term[i];
    }
    return s;
}

/* Is some addend noise alone?  A process without noise believes every row to the letter. */
static int noisy(const gp_kernel *k)
{
    for (uint32_t t = 0; t < k->nterm; t++)
        if (k->term[t] & k->white)
            return 1;
    return 0;
}

int32_t kernel_parse(const fade_host *host, const char *text, int ard, const features *f, gp_kernel *k)
{
    char said[160];
    memset(k, 0, sizeof *k);
    k->p = f->p;
    if (!text || strlen(text) >= GP_TEXT)
        return features_say(host, FADE_EINVAL, "a kernel's text must have 1 .. 255 letters");
    parser p = { .host = host, .f = f, .k = k, .text = text, .at = text, .ard = ard };
    sum s = add(&p);
    if (!p.failed && *p.at)
        deny(&p, p.at, "\"+\", \"*\" or the end must stand here");
    if (p.failed)
        return FADE_EINVAL;
    memcpy(k->term, s.term, sizeof k->term);
    k->nterm = s.n;
    if (!noisy(k)) {
        if (k->nleaf == GP_LEAVES || k->nterm == GP_TERMS)
            return features_say(
                host, FADE_EINVAL,
                "the kernel's text leaves no room for a noise: add \"+ white\" and take something away");
        k->leaf[k->nleaf] = (gp_leaf){ .kind = GP_WHITE, .theta = k->ntheta };
        k->white |= 1u << k->nleaf;
        k->term[k->nterm++] = 1u << k->nleaf++;
    }
    k->ntheta += k->nterm;
    if (k->ntheta <= GP_THETA)
        return FADE_OK;
    snprintf(said, sizeof said,
             "the kernel has %u hyper-parameters, at most %d can be: name fewer features or say ard = false",
             (unsigned)k->ntheta, GP_THETA);
    return features_say(host, FADE_EINVAL, said);
}

static uint32_t first_variance(const gp_kernel *k)
{
    return k->ntheta - k->nterm;
}

static void put(char *out, size_t n, const char *more)
{
    size_t have = strlen(out);
    snprintf(out + have, n - have, "%s", more);
}

void kernel_theta_name(const gp_kernel *k, const features *f, uint32_t theta, char *out, size_t n)
{
    out[0] = '\0';
    if (theta >= first_variance(k)) {
        uint32_t term = k->term[theta - first_variance(k)];
        put(out, n, "variance of ");
        for (uint32_t l = 0, some = 0; l < k->nleaf; l++)
            if (term >> l & 1) {
                put(out, n, some++ ? " * " : "");
                put(out, n, kinds[k->leaf[l].kind].name);
            }
        return;
    }
    for (uint32_t l = 0; l < k->nleaf; l++) {
        const gp_leaf *a = &k->leaf[l];
        const struct kind *is = &kinds[a->kind];
        if (theta < a->theta || theta >= a->theta + a->nlength + (uint32_t)is->period)
            continue;
        uint32_t j = theta - a->theta;
        int period = j == a->nlength;
        snprintf(out, n, "%s of %s%s%s%s", period ? "period" : "length", is->name,
                 period || a->nlength < 2 ? "" : " in ", period || a->nlength < 2 ? "" : f->key[a->feature[j]], "");
    }
}

/* Of standardised features, whose whole range is about 3.5, and a target of variance 1. */
void kernel_theta_range(const gp_kernel *k, uint32_t theta, double *least, double *most, double *guess)
{
    uint32_t t = theta - first_variance(k);
    if (theta >= first_variance(k)) {
        int noise = (k->term[t] & k->white) != 0;
        *least = noise ? 1e-6 : 1e-5;
        *most = noise ? 1e1 : 1e4;
        *guess = noise ? 0.1 : 1;
        return;
    }
    *least = 1e-2;
    *most = 1e3;
    *guess = 1;
}
