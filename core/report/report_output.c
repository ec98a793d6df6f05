/* SPDX-License-Identifier: MIT
 * report_output.c - the built-in output "report": gathers a run's rows within a bound and ends with one HTML file.
 */
#include "core/report/report_output.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/report/report_gather.h"
#include "core/report/report_inside.h"
#include "core/report/report_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH, TITLE, ROWS };
enum { LANES = 1000, EARLIER = 2000000 };

static const fade_param params[] = {
    { "path", "", "The file; a relative path lies in the result's folder.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "report.html" },
    { "title", "", "Its title; empty: the name of the run.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0, "" },
    { "rows", "",
      "Rows kept for it; of more it shows a sample of the cells, or the least and the greatest of each stretch.", "",
      FADE_INT, 0, 100000, 1000, 1e7, 0, 0, NULL },
};

typedef struct output {
    const fade_host *host;
    char            *path, *name, *toml;
    bool             own_title, late;             /* late: rows from before a resume are not to be had */
    report_gather    g;
    json_t          *about, *scores, *lanes;
    char            *kept;                        /* file of what is gathered, while the run is not over */
    report_state     now;                         /* now.lines: rows of the first variant, as a run counts its rows */
} output;

static int32_t say(const fade_host *host, const why *w)
{
    int32_t code = w->code == E_NOMEM ? FADE_ENOMEM : w->code == E_IO ? FADE_EIO : FADE_EINVAL;
    fade_say(host, 3, code, -1, w->text);
    return code;
}

static void output_free(output *o)
{
    if (!o)
        return;
    report_gather_free(&o->g);
    json_decref(o->about);
    json_decref(o->scores);
    json_decref(o->lanes);
    free(o->path);
    free(o->name);
    free(o->toml);
    free(o->kept);
    free(o);
}

/* A resumed run that was over: what came before is read back from another output beside this one. */
static int earlier(output *o, const fade_run *run, why *w)
{
    result *r = NULL;
    why none = { 0 };
    result_options want = { .most = EARLIER };
    double row[512];
    int rc = E_OK;
    bool found = false;
    if (!run->first[0] || o->g.f.ncol > 512)
        return E_OK;
    if ((rc = report_state_load(o->kept, &o->now, &o->g, o->scores, o->lanes, &found, w)) || found)
        return rc;
    o->now.next = run->first[0];
    if (!run->folder || result_open_some(run->folder, &want, &r, &none) || r->rows.n < run->first[0]) {
        result_close(r);
        o->late = true;
        return E_OK;
    }
    for (size_t i = 0; !rc && i < run->first[0]; i++) {
        for (size_t c = 0; c < o->g.f.ncol; c++) {
            int at = frame_find(&r->rows, o->g.f.col[c].name);
            row[c] = at < 0 ? NAN : r->rows.col[at].v[i];
        }
        o->now.lines += r->rows.variant[i] == 0;
        rc = report_gather_row(&o->g, r->rows.cell_name[r->rows.cell[i]], r->rows.variant_name[r->rows.variant[i]],
                               r->rows.cycle[i], r->rows.time[i], row, w);
    }
    o->g.recent = NULL;                                 /* its names go with the result */
    result_close(r);
    return rc;
}

static int32_t output_open(const fade_host *host, const fade_args *given, const fade_run *run, void **out)
{
    why w = { 0 };
    output *o = mem_zero(1, sizeof *o);
    if (!o)
        return say(host, &(why){ E_NOMEM, "no memory for a report" });
    const char *title = given->at[TITLE].text, *path = given->at[PATH].text;
    o->host = host;
    o->own_title = title && *title;
    o->path = *path == '/' || !run->folder ? mem_dup(path) : file_join(run->folder, path);
    text kept = { 0 };
    text_addf(&kept, "%s.state", o->path ? o->path : "");
    o->kept = text_take(&kept);
    o->name = mem_dup(o->own_title ? title : run->name ? run->name : "a run");
    o->toml = mem_dup(run->scenario ? run->scenario : "");
    o->about = json_object();
    o->scores = json_array();
    o->lanes = json_array();
    int rc = o->path && o->kept && o->name && o->toml && o->about && o->scores && o->lanes
                 ? report_gather_open(&o->g, &run->columns, (size_t)given->at[ROWS].real, &w)
                 : fail(&w, E_NOMEM, "no memory for a report");
    if (!rc)
        rc = earlier(o, run, &w);
    if (rc) {
        output_free(o);
        return say(host, &w);
    }
    json_t *made = json_loads(run->made_by ? run->made_by : "{}", 0, NULL);
    json_object_set_new(o->about, "run", json_string(run->id ? run->id : ""));
    json_object_set_new(o->about, "name", json_string(run->name ? run->name : ""));
    if (made)
        json_object_set_new(o->about, "made_by", made);
    *out = o;
    return FADE_OK;
}

static int32_t output_rows(void *self, const fade_block *b)
{
    output *o = self;
    why w = { 0 };
    uint32_t from = 0;
    if (b->stream != 0)
        return FADE_OK;
    while (from < b->n && b->number && b->number[from] < o->now.next)
        from++;
    if (report_gather_rows(&o->g, b, from, &w))
        return say(o->host, &w);
    for (uint32_t i = from; i < b->n; i++)
        o->now.lines += !b->variant || !b->variant[i] || frame_variant(&o->g.f, b->variant[i]) == 0;
    if (b->n && b->number && b->number[b->n - 1] >= o->now.next)
        o->now.next = b->number[b->n - 1] + 1;
    return FADE_OK;
}

static void lane_end(output *o, const fade_event *e, const json_t *said)
{
    bool lost = json_is_true(json_object_get(said, "failed"));
    o->now.failed += lost;
    if (!e->cell || json_array_size(o->lanes) >= LANES)
        return;
    json_t *lane = json_object();
    json_object_set_new(lane, "cell", json_string(e->cell));
    json_object_set_new(lane, "physics", json_string(report_word(said, "physics")));
    json_object_set_new(lane, "end", json_string(lost ? "failed" : "stop"));
    json_object_set_new(lane, "reason", json_string(report_word(said, "reason")));
    json_array_append_new(o->lanes, lane);
}

static int32_t output_event(void *self, const fade_event *e)
{
    output *o = self;
    if (strcmp(e->kind, "progress") == 0 || e->number < o->now.next_event)
        return FADE_OK;
    o->now.next_event = e->number + 1;
    json_t *said = e->json ? json_loads(e->json, 0, NULL) : NULL;
    if (said && strcmp(e->kind, "score") == 0 && !e->cell)
        json_array_append(o->scores, said);
    if (said && strcmp(e->kind, "lane-end") == 0)
        lane_end(o, e, said);
    json_decref(said);
    return FADE_OK;
}

static int32_t output_flush(void *self)
{
    output *o = self;
    why w = { 0 };
    return report_state_save(o->kept, &o->now, &o->g, o->scores, o->lanes, &w) ? say(o->host, &w) : FADE_OK;
}

static int write_page(output *o, bool whole, const char *reason, why *w)
{
    page p = { 0 };
    frame f = { 0 };
    char note[400];
    int rc = report_gather_end(&o->g, &f, note, w);
    if (o->late)
        snprintf(note + strlen(note), sizeof note - strlen(note),
                 "%sThe run was resumed; rows from before are not shown.", *note ? " " : "");
    json_object_set_new(o->about, "outcome", json_string(!whole ? "stopped" : o->now.failed ? "partial" : "ok"));
    json_object_set_new(o->about, "why", json_string(reason ? reason : ""));
    json_object_set_new(o->about, "cells", json_integer((json_int_t)o->g.nseen));
    json_object_set_new(o->about, "rows", json_integer((json_int_t)o->now.lines));
    json_object_set_new(o->about, "failed", json_integer((json_int_t)o->now.failed));
    json_object_set(o->about, "scores", o->scores);
    json_object_set(o->about, "lanes", o->lanes);
    page_title(&p, o->name);
    if (!rc)
        rc = report_pages(&p, &(report_rows){ o->name, o->toml, note, o->about, &f, 0 }, true, w);
    if (!rc)
        rc = page_write(&p, o->path, w);
    page_free(&p);
    frame_free(&f);
    return rc;
}

static int32_t output_close(void *self, int32_t outcome, const char *reason)
{
    output *o = self;
    why w = { 0 };
    int32_t rc = write_page(o, outcome == 0, reason, &w) ? say(o->host, &w) : FADE_OK;
    if (outcome == 0)
        unlink(o->kept);
    output_free(o);
    return rc;
}

static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1, .open = output_open, .rows = output_rows, .event = output_event, .flush = output_flush,
    .close = output_close,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc report_desc = {
    .size = sizeof report_desc, .id = "report", .kind = "output", .version = "1.0.0", .licence = "MIT",
    .doc = "One self-contained HTML file with charts of the run: capacity, errors, ends of life, causes, provenance.",
    .cite = "", .params = FADE_LIST(params), .iface = iface,
};

const fade_library *report_library(void)
{
    static const fade_desc *const plugins[] = { &report_desc, NULL };
    static const fade_library library = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof library, plugins };
    return &library;
}
