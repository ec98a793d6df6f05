/* SPDX-License-Identifier: MIT
 * onnx.c - a trained ridge as an ONNX graph: standardisation, the weights, the leverage behind sigma.
 */
#include "../common_onnx.h"
#include "ridge.h"

int32_t onnx_save(const void *model, const fade_stream *s)
{
    const ridge *r = model;
    uint32_t p = r->p;
    double *zero = calloc(p, sizeof *zero);
    if (!zero) {
        fade_say(r->host, 3, FADE_ENOMEM, -1, "no memory for a ridge as ONNX");
        return FADE_ENOMEM;
    }
    onnx o;
    onnx_file(&o, ridge_desc, p, r->column);
    uint32_t unknown = onnx_unknown(&o), none = onnx_row(&o, p, zero);
    uint32_t z = onnx_two(&o, "Sub", 0, onnx_row(&o, p, r->mean));
    z = onnx_two(&o, "Mul", onnx_two(&o, "Div", z, onnx_row(&o, p, r->scale)), onnx_row(&o, p, r->varied));
    z = onnx_three(&o, "Where", unknown, none, z);
    uint32_t mean = onnx_reduce(&o, "ReduceMean", onnx_gemm(&o, z, p, 1, r->w, &r->intercept), 0);
    uint32_t lever = onnx_reduce(&o, "ReduceSumSquare", onnx_gemm(&o, z, p, p, r->w + p, zero), 0);
    uint32_t sigma = onnx_one(&o, "Sqrt", onnx_two(&o, "Add", lever, onnx_number(&o, 1 + r->share)));
    onnx_output(&o, "mean", mean);
    onnx_output(&o, "sigma", onnx_two(&o, "Mul", sigma, onnx_number(&o, r->noise)));
    onnx_distance(&o, p, unknown, r->low, r->high, r->scale, r->varied);
    free(zero);
    return onnx_write(&o, r->host, s);
}
