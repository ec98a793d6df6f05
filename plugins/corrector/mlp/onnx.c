/* SPDX-License-Identifier: MIT
 * onnx.c - a trained mlp as an ONNX graph: standardisation, every network under every mask, their mean and spread,
 * noise.
 */
#include "../common_onnx.h"
#include "mlp.h"
#include <math.h>

static uint32_t clip(onnx *o, uint32_t x, double low, double high)
{
    return onnx_three(o, "Clip", x, onnx_number(o, low), onnx_number(o, high));
}

static uint32_t relu(onnx *o, uint32_t z)
{
    return onnx_one(o, "Relu", z);
}

static uint32_t tangent(onnx *o, uint32_t z)
{
    return onnx_one(o, "Tanh", z);
}

static uint32_t sigmoid(onnx *o, uint32_t z)
{
    return onnx_one(o, "Sigmoid", z);
}

/* As net.c has it. */
static uint32_t gelu(onnx *o, uint32_t z)
{
    uint32_t cube = onnx_two(o, "Mul", onnx_two(o, "Mul", z, z), z);
    uint32_t sum = onnx_two(o, "Add", z, onnx_two(o, "Mul", cube, onnx_number(o, 0.044715)));
    uint32_t t = onnx_one(o, "Tanh", onnx_two(o, "Mul", sum, onnx_number(o, 0.79788456080286535588)));
    uint32_t half = onnx_two(o, "Mul", z, onnx_number(o, 0.5));
    return onnx_two(o, "Mul", half, onnx_two(o, "Add", t, onnx_number(o, 1)));
}

static uint32_t net(onnx *o, const shape *s, const double *w, const double *mask, uint32_t z)
{
    static uint32_t (*const act[NACT])(onnx *, uint32_t) = {
        [ACT_RELU] = relu, [ACT_TANH] = tangent, [ACT_SIGMOID] = sigmoid, [ACT_GELU] = gelu
    };
    for (uint32_t l = 0; l < s->layers; l++) {
        uint32_t in = s->width[l], out = s->width[l + 1];
        z = onnx_gemm(o, z, in, out, w, w + (size_t)in * out);
        w += ((size_t)in + 1) * out;
        if (l + 1 == s->layers)
            break;
        z = act[s->act](o, z);
        if (mask) {
            z = onnx_two(o, "Mul", z, onnx_row(o, out, mask));
            mask += out;
        }
    }
    return z;
}

/* [rows][networks times masks]; one column needs no Concat. */
static uint32_t nets(onnx *o, const mlp *r, uint32_t z, uint32_t *y)
{
    uint32_t n = 0, passes = r->passes ? r->passes : 1;
    for (uint32_t k = 0; k < r->members; k++)
        for (uint32_t pass = 0; pass < passes; pass++)
            y[n++] = net(o, &r->shape, r->w + k * net_size(&r->shape),
                         r->passes ? r->mask + pass * net_units(&r->shape) : NULL, z);
    uint32_t all = onnx_begin(o, "Concat", n, y, NULL);
    onnx_flag(o, "axis", 1, 0);
    onnx_close(o);
    return all;
}

int32_t onnx_save(const void *model, const fade_stream *s)
{
    const mlp *r = model;
    uint32_t p = r->shape.width[0], *y = malloc((size_t)r->members * (r->passes + 1) * sizeof *y);
    if (!y) {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory for an mlp as ONNX");
        return FADE_ENOMEM;
    }
    onnx o;
    onnx_file(&o, mlp_desc, p, r->column);
    uint32_t unknown = onnx_unknown(&o);
    uint32_t z = onnx_two(&o, "Mul", onnx_two(&o, "Sub", 0, onnx_row(&o, p, r->shift)), onnx_row(&o, p, r->per));
    z = onnx_three(&o, "Where", unknown, onnx_row(&o, p, r->fill), z);
    uint32_t all = nets(&o, r, clip(&o, z, -MLP_WEIGHT, MLP_WEIGHT), y);
    uint32_t apart = onnx_two(&o, "Sub", all, onnx_reduce(&o, "ReduceMean", all, 1));
    uint32_t spread = onnx_reduce(&o, "ReduceMean", onnx_two(&o, "Mul", apart, apart), 0);
    spread = onnx_two(&o, "Mul", spread, onnx_number(&o, r->y_scale * r->y_scale));
    spread = onnx_two(&o, "Add", spread, onnx_number(&o, r->noise * r->noise));
    uint32_t mean = onnx_two(&o, "Mul", onnx_reduce(&o, "ReduceMean", all, 0), onnx_number(&o, r->y_scale));
    mean = onnx_two(&o, "Add", mean, onnx_number(&o, r->y_shift));
    onnx_output(&o, "mean", clip(&o, mean, r->least, r->most));
    onnx_output(&o, "sigma", onnx_one(&o, "Sqrt", spread));
    onnx_distance(&o, p, unknown, r->low, r->high, r->scale, r->varied);
    free(y);
    return onnx_write(&o, r->host, s);
}
