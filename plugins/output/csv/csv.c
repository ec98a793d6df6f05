/* SPDX-License-Identifier: MIT
 * csv.c - rows as comma-separated text: one line per cell, cycle and variant; samples in a file of their own.
 */
#include "../common_lines.h"

enum { PATH, SAMPLES, NSTREAM = 2 };

static const fade_param params[] = {
    { "path", "", "File of the rows; a relative path lies in the result's folder.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "rows.csv" },
    { "samples", "", "File of the samples, made when the run keeps any.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "samples.csv" },
};

typedef struct csv {
    const fade_text_v1 *text;
    lines    file[NSTREAM];
    uint32_t ncol[NSTREAM];
} csv;

static const fade_column *column_at(const fade_list *l, uint32_t i)
{
    return (const fade_column *)((const char *)l->at + (size_t)i * l->stride);
}

/* A field, quoted where it must be; a line break becomes a blank, for a row is one line. */
static void add_field(lines *l, const char *text)
{
    if (!strpbrk(text, ",\"\r\n")) {
        lines_text(l, text);
        return;
    }
    lines_add(l, "\"", 1);
    for (const char *p = text; *p; p++)
        if (*p == '"')
            lines_add(l, "\"\"", 2);
        else
            lines_add(l, *p == '\n' || *p == '\r' ? " " : p, 1);
    lines_add(l, "\"", 1);
}

static int32_t open_stream(csv *c, const fade_host *host, const fade_run *run, int stream, const char *path)
{
    const fade_list *list = stream ? &run->columns.sample : &run->columns.out;
    lines header = { .fd = -1 };
    lines_text(&header, "battery_id,cycle_count,time,variant");
    for (uint32_t i = 0; i < list->n; i++) {
        char name[96];
        c->text->name(column_at(list, i), name);
        lines_add(&header, ",", 1);
        add_field(&header, name);
    }
    lines_add(&header, "\n", 2);                        /* with its NUL */
    c->ncol[stream] = list->n;
    int32_t rc = header.short_of_memory
        ? lines_say(host, FADE_ENOMEM, "no memory for the heading of %s", path)
        : lines_open(&c->file[stream], host, run->folder, path, header.at, run->first[stream]);
    free(header.at);
    return rc;
}

static int32_t csv_close(void *output, int32_t outcome, const char *why)
{
    (void)outcome;
    (void)why;
    csv *c = output;
    int32_t rc = FADE_OK;
    for (int s = 0; s < NSTREAM; s++) {
        int32_t one = lines_close(&c->file[s]);
        rc = rc ? rc : one;
    }
    free(c);
    return rc;
}

static int32_t csv_open(const fade_host *host, const fade_args *args, const fade_run *run, void **output)
{
    csv *c = calloc(1, sizeof *c);
    if (!c)
        return lines_say(host, FADE_ENOMEM, "no memory for %s", args->at[PATH].text);
    c->file[0].fd = c->file[1].fd = -1;
    c->text = host->iface(host, "fade.text/1");
    int32_t rc = c->text ? FADE_OK : lines_say(host, FADE_EBUG, "the host has no fade.text/1");
    if (!rc)
        rc = open_stream(c, host, run, 0, args->at[PATH].text);
    if (!rc && run->columns.sample.n > 0)
        rc = open_stream(c, host, run, 1, args->at[SAMPLES].text);
    if (rc)
        csv_close(c, rc, NULL);
    else
        *output = c;
    return rc;
}

static int32_t csv_rows(void *output, const fade_block *b)
{
    csv *c = output;
    if (b->stream >= NSTREAM || c->file[b->stream].fd < 0)
        return FADE_OK;
    lines *l = &c->file[b->stream];
    for (uint32_t i = 0; i < b->n; i++) {
        int32_t rc = lines_wants(l, b->number[i]);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        char word[64];
        add_field(l, b->cell[i]);
        lines_add(l, word, (size_t)snprintf(word, sizeof word, ",%" PRId64 ",", b->cycle[i]));
        lines_add(l, word, c->text->time(b->time[i], word));
        lines_add(l, ",", 1);
        add_field(l, b->variant && b->variant[i] ? b->variant[i] : "");
        for (uint32_t j = 0; j < c->ncol[b->stream]; j++) {
            word[0] = ',';
            lines_add(l, word, 1 + c->text->number(b->col[j][i], word + 1));
        }
        rc = lines_end(l);
        if (rc)
            return rc;
        l->next++;
    }
    return FADE_OK;
}

static int32_t csv_flush(void *output)
{
    csv *c = output;
    for (int s = 0; s < NSTREAM; s++) {
        int32_t rc = c->file[s].fd >= 0 ? lines_flush(&c->file[s]) : FADE_OK;
        if (rc)
            return rc;
    }
    return FADE_OK;
}

static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1, .open = csv_open, .rows = csv_rows, .flush = csv_flush, .close = csv_close,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc csv_desc = {
    .size = sizeof csv_desc, .id = "csv", .kind = "output", .version = "1.0.0", .licence = "MIT",
    .doc = "Rows as comma-separated text (RFC 4180), units in the column names.",
    .cite = "", .params = FADE_LIST(params), .iface = iface,
};

FADE_LIBRARY(&csv_desc);
