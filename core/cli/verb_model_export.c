/* SPDX-License-Identifier: MIT
 * verb_model_export.c - fade model export DIR --onnx FILE: a saved model for programs that know ONNX.
 */
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/cli/verb_model.h"
#include "core/study/model_onnx.h"
#include <math.h>
#include <string.h>

static void say_json(const model_saved *m, const model_part *p, const char *path, const text *file)
{
    json j = { 0 };
    char hex[65];
    file_sha256_bytes(text_of(file), file->n, hex);
    json_open(&j, NULL, '{');
    json_text(&j, "folder", m->folder);
    json_text(&j, "plugin", m->plugin);
    json_text(&j, "cell", p->cell);
    json_text(&j, "file", path);
    json_whole(&j, "bytes", (int64_t)file->n);
    json_text(&j, "sha256", hex);
    json_open(&j, "features", '[');
    for (size_t i = 0; i < m->nfeature; i++)
        json_text(&j, NULL, m->feature[i].key);
    json_close(&j, ']');
    json_number(&j, "gate", p->gate);
    json_number(&j, "stretch", p->stretch);
    json_number(&j, "reach", p->reach);
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    cli_put(text_of(&j.out), j.out.n);
    text_free(&j.out);
}

/* What is in the file, and what has to be done with its numbers. */
static void say_text(const model_saved *m, const model_part *p, const char *path, const text *file)
{
    cli_say("%s: %s of %s is in %s, %zu bytes\n", m->folder, m->plugin, p->cell ? p->cell : "all cells", path, file->n);
    cli_say("  input features [rows][%zu], in double:", m->nfeature);
    for (size_t i = 0; i < m->nfeature; i++)
        cli_say(" %s%s%s", m->feature[i].key, m->feature[i].unit[0] ? " in " : "", m->feature[i].unit);
    cli_say("\n  a prediction is %s%s%.4g * %smean, its deviation %.4g * sigma\n", m->physics ? m->physics : "",
            m->physics ? " + " : "", p->gate,
            m->physics && isfinite(p->reach) ? "exp(-(distance / reach)^2) * " : "", p->stretch);
}

static int run_export(int argc, char **argv)
{
    cli c;
    why w = { 0 };
    model_saved *m = NULL;
    model_opened k = { 0 };
    text file = { 0 };
    size_t part = 0;
    int status = cli_parse(&verb_model_export, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    const char *path = cli_text(&c, "onnx");
    if (!path)
        return cli_usage(&verb_model_export, "say where to by --onnx FILE");
    int rc = model_read(c.arg[0], &m, &w);
    rc = rc ? rc : model_onnx_part(m, cli_text(&c, "cell"), &part, &w);
    rc = rc ? rc : model_open(m, &k, &w);
    rc = rc ? rc : model_onnx(m, &k, part, &file, &w);
    rc = rc ? rc : file_write(path, text_of(&file), file.n, &w);
    if (!rc)
        (cli_json() ? say_json : say_text)(m, &m->part[part], path, &file);
    text_free(&file);
    model_opened_close(&k);
    model_close(m);
    return rc ? cli_fail(&w) : 0;
}

static const cli_flag export_flags[] = {
    { "onnx", 0, "FILE", "the file to write", false },
    { "cell", 0, "ID", "the model of this cell, where there is one a cell", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const export_examples[] = {
    "fade model export models/pooled --onnx pooled.onnx",
    "fade model export models/fleet --cell V0002 --onnx v0002.onnx --json",
    NULL,
};
const cli_verb verb_model_export = {
    .name = "export",
    .help = "a saved mlp or ridge as an ONNX file, for programs without fade",
    .args = "DIR",
    .flag = export_flags,
    .example = export_examples,
    .run = run_export,
};
