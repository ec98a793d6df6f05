/* SPDX-License-Identifier: MIT
 * jsonl.c - rows as JSON, one object a line; events in a second file.
 */
#include "../common_lines.h"

enum { PATH, SAMPLES, EVENTS, NSTREAM = 2 };

static const fade_param params[] = {
    { "path", "", "File of the rows; a relative path lies in the result's folder.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "rows.jsonl" },
    { "samples", "", "File of the samples, made when the run keeps any.", "", FADE_TEXT, 0, 0, 0, 0, 0, 0,
      "samples.jsonl" },
    { "events", "", "File of what happened: ends of lanes, trainings, scores, warnings.", "", FADE_TEXT, 0, 0, 0, 0, 0,
      0, "events.jsonl" },
};

typedef struct jsonl {
    const fade_text_v1 *text;
    lines    file[NSTREAM], events;
    uint32_t ncol[NSTREAM];
    char   (*name[NSTREAM])[104];                 /* ,"capacity_ah": */
    int      stale;                               /* a resumed run: events from the next number on are void */
} jsonl;

static const fade_column *column_at(const fade_list *l, uint32_t i)
{
    return (const fade_column *)((const char *)l->at + (size_t)i * l->stride);
}

/* Bytes of the UTF-8 character at p, 0 when it is none. */
static size_t character(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t n = 0;
    if (u[0] < 0x80)
        return 1;
    if (u[0] >= 0xc2 && u[0] < 0xe0)
        n = 2;
    else if (u[0] >= 0xe0 && u[0] < 0xf0)
        n = 3;
    else if (u[0] >= 0xf0 && u[0] < 0xf5)
        n = 4;
    for (size_t i = 1; i < n; i++)
        if ((u[i] & 0xc0) != 0x80)
            return 0;
    int overlong = (u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xf0 && u[1] < 0x90);
    int surrogate = u[0] == 0xed && u[1] >= 0xa0, beyond = u[0] == 0xf4 && u[1] >= 0x90;
    return overlong || surrogate || beyond ? 0 : n;
}

/* "text", escaped; a byte that is not UTF-8 becomes U+FFFD; NULL is null. */
static void add_string(lines *l, const char *text)
{
    if (!text) {
        lines_text(l, "null");
        return;
    }
    lines_add(l, "\"", 1);
    while (*text) {
        size_t n = character(text);
        char word[8];
        if (n == 0)
            lines_text(l, "\xef\xbf\xbd");
        else if (*text == '"' || *text == '\\')
            lines_add(l, word, (size_t)snprintf(word, sizeof word, "\\%c", *text));
        else if ((unsigned char)*text < 0x20)
            lines_add(l, word, (size_t)snprintf(word, sizeof word, "\\u%04x", *text));
        else
            lines_add(l, text, n);
        text += n ? n : 1;
    }
    lines_add(l, "\"", 1);
}

static void add_integer(lines *l, const char *key, int64_t value)
{
    char word[64];
    lines_add(l, word, (size_t)snprintf(word, sizeof word, "%s%" PRId64, key, value));
}

static void add_time(const jsonl *j, lines *l, int64_t time)
{
    char word[40];
    lines_text(l, ",\"time\":");
    uint32_t n = j->text->time(time, word);
    add_string(l, n ? word : NULL);
}

/* NaN and infinities have no form in JSON. */
static void add_number(const jsonl *j, lines *l, double x)
{
    char word[32];
    if (x - x == 0)
        lines_add(l, word, j->text->number(x, word));
    else
        lines_text(l, "null");
}

static int32_t open_stream(jsonl *j, const fade_host *host, const fade_run *run, int stream, const char *path)
{
    const fade_list *list = stream ? &run->columns.sample : &run->columns.out;
    j->ncol[stream] = list->n;
    j->name[stream] = calloc(list->n + 1, sizeof *j->name[stream]);
    if (!j->name[stream])
        return lines_say(host, FADE_ENOMEM, "no memory for the columns of %s", path);
    for (uint32_t i = 0; i < list->n; i++) {
        char name[96];
        j->text->name(column_at(list, i), name);
        snprintf(j->name[stream][i], sizeof j->name[stream][i], ",\"%s\":", name);
    }
    return lines_open(&j->file[stream], host, run->folder, path, "", run->first[stream]);
}

static int32_t jsonl_close(void *output, int32_t outcome, const char *why)
{
    (void)outcome;
    (void)why;
    jsonl *j = output;
    int32_t rc = lines_close(&j->events);
    for (int s = 0; s < NSTREAM; s++) {
        int32_t one = lines_close(&j->file[s]);
        rc = rc ? rc : one;
        free(j->name[s]);
    }
    free(j);
    return rc;
}

/* A resumed run's events stay until the first new one says which of them are void. */
static int32_t open_events(jsonl *j, const fade_host *host, const fade_run *run, const char *path)
{
    j->stale = run->first[0] || run->first[1];
    if (j->stale)
        return lines_open_numbered(&j->events, host, run->folder, path);
    return lines_open(&j->events, host, run->folder, path, "", 0);
}

static int32_t jsonl_open(const fade_host *host, const fade_args *args, const fade_run *run, void **output)
{
    jsonl *j = calloc(1, sizeof *j);
    if (!j)
        return lines_say(host, FADE_ENOMEM, "no memory for %s", args->at[PATH].text);
    j->file[0].fd = j->file[1].fd = j->events.fd = -1;
    j->text = host->iface(host, "fade.text/1");
    int32_t rc = j->text ? FADE_OK : lines_say(host, FADE_EBUG, "the host has no fade.text/1");
    if (!rc)
        rc = open_stream(j, host, run, 0, args->at[PATH].text);
    if (!rc && run->columns.sample.n > 0)
        rc = open_stream(j, host, run, 1, args->at[SAMPLES].text);
    if (!rc)
        rc = open_events(j, host, run, args->at[EVENTS].text);
    if (rc)
        jsonl_close(j, rc, NULL);
    else
        *output = j;
    return rc;
}

static int32_t jsonl_rows(void *output, const fade_block *b)
{
    jsonl *j = output;
    if (b->stream >= NSTREAM || j->file[b->stream].fd < 0)
        return FADE_OK;
    lines *l = &j->file[b->stream];
    for (uint32_t i = 0; i < b->n; i++) {
        int32_t rc = lines_wants(l, b->number[i]);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        lines_text(l, "{\"battery_id\":");
        add_string(l, b->cell[i]);
        add_integer(l, ",\"cycle_count\":", b->cycle[i]);
        add_time(j, l, b->time[i]);
        lines_text(l, ",\"variant\":");
        add_string(l, b->variant ? b->variant[i] : NULL);
        for (uint32_t k = 0; k < j->ncol[b->stream]; k++) {
            lines_text(l, j->name[b->stream][k]);
            add_number(j, l, b->col[k][i]);
        }
        lines_add(l, "}", 1);
        rc = lines_end(l);
        if (rc)
            return rc;
        l->next++;
    }
    return FADE_OK;
}

/* Progress is for eyes, not for files. */
static int32_t jsonl_event(void *output, const fade_event *e)
{
    jsonl *j = output;
    lines *l = &j->events;
    if (strcmp(e->kind, "progress") == 0)
        return FADE_OK;
    if (j->stale) {
        int32_t rc = lines_cut_numbered(l, e->number);
        if (rc)
            return rc;
        j->stale = 0;
        l->next = e->number;
    }
    if (e->number < l->next)
        return FADE_OK;
    char word[64];
    lines_add(l, word, (size_t)snprintf(word, sizeof word, "{\"number\":%" PRIu64 ",\"level\":%d,\"code\":%d,\"kind\":",
                                        e->number, e->level, e->code));
    add_string(l, e->kind);
    add_time(j, l, e->time);
    lines_text(l, ",\"battery_id\":");
    add_string(l, e->cell);
    if (e->cycle >= 0)
        add_integer(l, ",\"cycle_count\":", e->cycle);
    else
        lines_text(l, ",\"cycle_count\":null");
    lines_text(l, ",\"text\":");
    add_string(l, e->text);
    lines_text(l, ",\"data\":");
    lines_text(l, e->json && *e->json ? e->json : "null");
    lines_add(l, "}", 1);
    int32_t rc = lines_end(l);
    if (rc)
        return rc;
    l->next = e->number + 1;
    return l->n >= LINES_SPILL ? lines_spill(l) : FADE_OK;
}

static int32_t jsonl_flush(void *output)
{
    jsonl *j = output;
    lines *file[] = { &j->file[0], &j->file[1], &j->events };
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        int32_t rc = file[i]->fd >= 0 ? lines_flush(file[i]) : FADE_OK;
        if (rc)
            return rc;
    }
    return FADE_OK;
}

static const fade_output_v1 output_v1 = {
    .size = sizeof output_v1, .open = jsonl_open, .rows = jsonl_rows, .event = jsonl_event, .flush = jsonl_flush,
    .close = jsonl_close,
};

static const void *iface(const fade_desc *d, const char *id)
{
    (void)d;
    return strcmp(id, "fade.output/1") == 0 ? &output_v1 : NULL;
}

static const fade_desc jsonl_desc = {
    .size = sizeof jsonl_desc, .id = "jsonl", .kind = "output", .version = "1.0.0", .licence = "MIT",
    .doc = "Rows and events as JSON, one object a line.",
    .cite = "", .params = FADE_LIST(params), .iface = iface,
};

FADE_LIBRARY(&jsonl_desc);
