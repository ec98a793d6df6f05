/* SPDX-License-Identifier: MIT
 * log.c - what the program says while it works: text or JSON lines, to stderr or a rotated file, never to stdout.
 *
 * A line is made first, then written at once under one lock, so lines of several threads never mix.  A log that cannot
 * be written (disk full) loses lines and says so once on stderr; it never stops the work.
 */
#include "core/base/log.h"
#include "core/base/clock.h"
#include "core/base/json.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const level_words[] = { "debug", "info", "warning", "error", "silent" };

static struct {
    pthread_mutex_t lock;
    int             fd;
    bool            json, lost;
    char           *file;
    uint64_t        rotate, written;
    int             keep;
} sink = { .lock = PTHREAD_MUTEX_INITIALIZER, .fd = STDERR_FILENO };
static atomic_int kept = LOG_WARNING;
enum { REMEMBERED = 256 };
static struct { int usual, reading; int depth; size_t n; uint64_t said[REMEMBERED]; } study = { .usual = LOG_WARNING,
                                                                                             .reading = LOG_WARNING };
static atomic_ullong counts[LOG_SILENT];

int log_level(const char *word)
{
    if (strcasecmp(word, "warn") == 0)
        return LOG_WARNING;
    for (int i = 0; i <= LOG_SILENT; i++)
        if (strcasecmp(word, level_words[i]) == 0)
            return i;
    return -1;
}

static int file_open(why *w)
{
    struct stat st;
    int fd = open(sink.file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return fail(w, E_IO, "cannot write the log %s: %s", sink.file, strerror(errno));
    sink.written = fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
    sink.fd = fd;
    return E_OK;
}

int log_open(const log_options *o, why *w)
{
    log_close();
    pthread_mutex_lock(&sink.lock);
    int rc = E_OK;
    sink.json = o->json;
    sink.rotate = o->rotate_bytes;
    sink.keep = o->keep;
    if (o->file) {
        sink.file = mem_dup(o->file);
        rc = sink.file ? file_open(w) : fail(w, E_NOMEM, "no memory for the log");
    }
    if (!rc) {
        study.usual = o->level;
        study.reading = o->reading ? o->reading : o->level;
        atomic_store(&kept, study.usual);
    }
    pthread_mutex_unlock(&sink.lock);
    return rc;
}

void log_close(void)
{
    pthread_mutex_lock(&sink.lock);
    if (sink.fd != STDERR_FILENO)
        close(sink.fd);
    free(sink.file);
    sink.fd = STDERR_FILENO;
    sink.file = NULL;
    sink.json = sink.lost = false;
    sink.rotate = sink.written = 0;
    sink.keep = 0;
    study.usual = study.reading = LOG_WARNING;
    study.n = 0;
    atomic_store(&kept, LOG_WARNING);
    pthread_mutex_unlock(&sink.lock);
}

bool log_wants(int level)
{
    return level >= atomic_load_explicit(&kept, memory_order_relaxed) && level < LOG_SILENT;
}

void log_reading(bool on)
{
    pthread_mutex_lock(&sink.lock);
    study.depth += on ? 1 : -1;
    atomic_store(&kept, study.depth > 0 ? study.reading : study.usual);
    pthread_mutex_unlock(&sink.lock);
}

uint64_t log_count(int level)
{
    return level >= 0 && level < LOG_SILENT ? atomic_load(&counts[level]) : 0;
}

/* file -> file.1 -> .. -> file.N, whose old content goes.  [locked] */
static void rotate(void)
{
    size_t room = strlen(sink.file) + 16;
    char *from = mem_zero(room, 1), *to = mem_zero(room, 1);
    for (int i = sink.keep; from && to && i > 0; i--) {
        snprintf(to, room, "%s.%d", sink.file, i);
        if (i > 1)
            snprintf(from, room, "%s.%d", sink.file, i - 1);
        else
            snprintf(from, room, "%s", sink.file);
        (void)rename(from, to);
    }
    free(from);
    free(to);
    if (sink.keep <= 0)
        (void)unlink(sink.file);
    close(sink.fd);
    sink.fd = STDERR_FILENO;
    if (file_open(NULL))
        sink.rotate = 0;                                /* goes on to stderr */
}

static void put(const char *line, size_t n)
{
    pthread_mutex_lock(&sink.lock);
    if (sink.rotate && sink.fd != STDERR_FILENO && sink.written && sink.written + n > sink.rotate)
        rotate();
    ssize_t done;
    do
        done = write(sink.fd, line, n);
    while (done < 0 && errno == EINTR);
    if (done > 0)
        sink.written += (uint64_t)done;
    if (done != (ssize_t)n && sink.fd != STDERR_FILENO && !sink.lost) {
        static const char said[] = "fade: the log cannot be written, lines of it are lost\n";
        sink.lost = true;
        done = write(STDERR_FILENO, said, sizeof said - 1);
    }
    pthread_mutex_unlock(&sink.lock);
}

/* A value with a blank, a quote or nothing in it is quoted. */
static void add_value(text *t, const char *value)
{
    if (*value && !value[strcspn(value, " \"=\\\n\t\r")])
        text_add(t, value);
    else
        json_quote(t, value);
}

/* Sources are read, and laws tried, more than once: a sentence is said once. */
static bool again(const char *sentence)
{
    uint64_t h = text_hash(sentence);
    pthread_mutex_lock(&sink.lock);
    bool known = false;
    for (size_t i = 0; study.depth && i < study.n; i++)
        known |= study.said[i] == h;
    if (study.depth && !known && study.n < REMEMBERED)
        study.said[study.n++] = h;
    pthread_mutex_unlock(&sink.lock);
    return known;
}

static void make_text(text *t, int level, const char *now, const log_field *fields, const char *sentence)
{
    bool own = !sink.file;                              /* people at a terminal need no date */
    if (own)
        text_addf(t, "fade: %s: ", level_words[level]);
    else
        text_addf(t, "%s %s ", now, level_words[level]);
    for (const char *at = sentence; *at; at++)
        text_addc(t, *at == '\n' || *at == '\r' ? ' ' : *at);
    for (; fields && fields->key; fields++)
        if (fields->value) {
            text_addf(t, " %s=", fields->key);
            add_value(t, fields->value);
        }
}

static void make_json(text *t, int level, const char *now, const log_field *fields, const char *sentence)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_text(&j, "time", now);
    json_text(&j, "level", level_words[level]);
    json_text(&j, "message", sentence);
    for (; fields && fields->key; fields++)
        if (fields->value)
            json_text(&j, fields->key, fields->value);
    json_close(&j, '}');
    *t = j.out;
}

void log_say(int level, const log_field *fields, const char *format, ...)
{
    if (level < 0 || level >= LOG_SILENT)
        return;
    atomic_fetch_add(&counts[level], 1);
    if (!log_wants(level))
        return;
    char sentence[2048], now[40];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    if (again(sentence))
        return;
    clock_text(clock_utc_us(), now);
    text line = { 0 };
    (sink.json ? make_json : make_text)(&line, level, now, fields, sentence);
    text_addc(&line, '\n');
    if (line.failed)
        put("fade: no memory for a log line\n", 31);
    else
        put(text_of(&line), line.n);
    text_free(&line);
}
