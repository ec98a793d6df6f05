/* SPDX-License-Identifier: MIT
 * prompt_lines.c - a line editor: arrows, Home, End, delete, Ctrl-A E U K W L, a history of this session.
 */
#include "core/base/mem.h"
#include "core/script/prompt.h"
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum {
    HISTORY = 500,
    CTRL_A = 1,
    CTRL_C = 3,
    CTRL_D,
    CTRL_E,
    CTRL_K = 11,
    CTRL_L,
    CTRL_U = 21,
    CTRL_W = 23,
    ESCAPE = 27,
    BACK = 127
};
enum { KEY_UP = 256, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_NONE, KEY_GONE };

struct prompt_lines {
    FILE  *in, *out;
    bool   edits;
    char  *line;                                        /* NUL-terminated */
    size_t n, cap, at;
    char  *past[HISTORY];
    size_t npast;
    struct sigaction before;
};

/* Outside the editor the terminal makes a signal of Ctrl-C: between two lines it is a key of the next one. */
static volatile sig_atomic_t pressed;

static void on_signal(int signal)
{
    (void)signal;
    pressed = 1;
}

bool prompt_lines_pressed(void)
{
    bool was = pressed;
    pressed = 0;
    return was;
}

prompt_lines *prompt_lines_open(FILE *in, FILE *out)
{
    prompt_lines *p = mem_zero(1, sizeof *p);
    if (!p)
        return NULL;
    p->in = in;
    p->out = out;
    const char *term = getenv("TERM");
    p->edits = isatty(fileno(in)) && isatty(fileno(out)) && term && strcmp(term, "dumb") != 0;
    if (p->edits) {
        struct sigaction mine = { .sa_handler = on_signal };    /* no SA_RESTART: read() returns */
        sigemptyset(&mine.sa_mask);
        pressed = 0;
        sigaction(SIGINT, &mine, &p->before);
    }
    return p;
}

void prompt_lines_close(prompt_lines *p)
{
    if (!p)
        return;
    if (p->edits)
        sigaction(SIGINT, &p->before, NULL);
    for (size_t i = 0; i < p->npast; i++)
        free(p->past[i]);
    free(p->line);
    free(p);
}

/* --- the line --- */

static bool room(prompt_lines *p, size_t n)
{
    if (n + 1 <= p->cap)
        return true;
    size_t cap = p->cap ? 2 * p->cap : 128;
    cap = cap > n + 1 ? cap : n + 1;
    char *more = mem_grow(p->line, cap, 1);
    if (!more)
        return false;
    p->line = more;
    p->cap = cap;
    return true;
}

static void insert(prompt_lines *p, char c)
{
    if (!room(p, p->n + 1))
        return;
    memmove(p->line + p->at + 1, p->line + p->at, p->n - p->at);
    p->line[p->at++] = c;
    p->line[++p->n] = '\0';
}

static void cut(prompt_lines *p, size_t from, size_t to)
{
    memmove(p->line + from, p->line + to, p->n - to + 1);
    p->n -= to - from;
    p->at = from;
}

static void replace(prompt_lines *p, const char *with)
{
    size_t n = strlen(with);
    if (!room(p, n))
        return;
    memcpy(p->line, with, n + 1);
    p->n = p->at = n;
}

static bool inner(const prompt_lines *p, size_t i)
{
    return ((unsigned char)p->line[i] & 0xc0) == 0x80;  /* a later byte of a character */
}

static size_t left_of(const prompt_lines *p, size_t i)
{
    while (i > 0 && inner(p, --i)) {
    }
    return i;
}

static size_t right_of(const prompt_lines *p, size_t i)
{
    while (i < p->n && inner(p, ++i)) {
    }
    return i;
}

static size_t word_before(const prompt_lines *p)
{
    size_t i = p->at;
    while (i > 0 && p->line[i - 1] == ' ')
        i--;
    while (i > 0 && p->line[i - 1] != ' ')
        i--;
    return i;
}

static size_t characters(const char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += ((unsigned char)s[i] & 0xc0) != 0x80;
    return k;
}

static void draw(const prompt_lines *p, const char *prompt)
{
    fprintf(p->out, "\r\033[K%s%s\r", prompt, p->line);
    size_t right = characters(prompt, strlen(prompt)) + characters(p->line, p->at);
    if (right)
        fprintf(p->out, "\033[%zuC", right);
    fflush(p->out);
}

static void remember(prompt_lines *p)
{
    if (!p->n || (p->npast && strcmp(p->past[p->npast - 1], p->line) == 0))
        return;
    char *copy = mem_dup(p->line);
    if (!copy)
        return;
    if (p->npast == HISTORY) {
        free(p->past[0]);
        memmove(p->past, p->past + 1, (HISTORY - 1) * sizeof *p->past);
        p->npast--;
    }
    p->past[p->npast++] = copy;
}

/* --- keys --- */

static int byte(const prompt_lines *p)
{
    unsigned char c;
    ssize_t n = -1;
    do {
        if (prompt_lines_pressed())
            return CTRL_C;
        n = read(fileno(p->in), &c, 1);
    } while (n < 0 && errno == EINTR);
    return n == 1 ? c : KEY_GONE;
}

/* What comes behind ESC [ or ESC O. */
static int sequence(const prompt_lines *p)
{
    static const struct { char c; int key; } letters[] = { { 'A', KEY_UP },   { 'B', KEY_DOWN }, { 'C', KEY_RIGHT },
                                                           { 'D', KEY_LEFT }, { 'H', KEY_HOME }, { 'F', KEY_END } };
    static const struct { char c; int key; } digits[] = { { '1', KEY_HOME }, { '3', KEY_DELETE }, { '4', KEY_END },
                                                          { '7', KEY_HOME }, { '8', KEY_END } };
    int first = byte(p);
    if (first != '[' && first != 'O')
        return first == KEY_GONE ? KEY_GONE : KEY_NONE;
    int c = byte(p);
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].c == c)
            return letters[i].key;
    int key = KEY_NONE;
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        if (digits[i].c == c)
            key = digits[i].key;
    while (c != KEY_GONE && (c < '@' || c > '~'))
        c = byte(p);
    return c == KEY_GONE ? KEY_GONE : key;
}

static void move(prompt_lines *p, int key)
{
    switch (key) {
    case CTRL_A:
    case KEY_HOME:
        p->at = 0;
        break;
    case CTRL_E:
    case KEY_END:
        p->at = p->n;
        break;
    case KEY_LEFT:
        p->at = left_of(p, p->at);
        break;
    case KEY_RIGHT:
        p->at = right_of(p, p->at);
        break;
    case KEY_DELETE:
        cut(p, p->at, right_of(p, p->at));
        break;
    case BACK:
    case '\b':
        cut(p, left_of(p, p->at), p->at);
        break;
    case CTRL_U:
        cut(p, 0, p->at);
        break;
    case CTRL_K:
        cut(p, p->at, p->n);
        break;
    case CTRL_W:
        cut(p, word_before(p), p->at);
        break;
    case CTRL_L:
        fputs("\033[H\033[2J", p->out);
        break;
    default:
        if (key >= ' ' && key < 256)
            insert(p, (char)key);
    }
}

/* 1: a line, 0: cancelled, -1: the end. */
static int edit(prompt_lines *p, const char *prompt)
{
    size_t past = p->npast;
    for (;;) {
        draw(p, prompt);
        int key = byte(p);
        if (key == ESCAPE)
            key = sequence(p);
        if (key == '\r' || key == '\n')
            return 1;
        if (key == CTRL_C)
            return 0;
        if (key == KEY_GONE || (key == CTRL_D && p->n == 0))
            return -1;
        if (key == KEY_UP && past > 0)
            replace(p, p->past[--past]);
        else if (key == KEY_DOWN && past < p->npast)
            replace(p, ++past < p->npast ? p->past[past] : "");
        else
            move(p, key == CTRL_D ? KEY_DELETE : key);
    }
}

static const char *plain(prompt_lines *p, const char *prompt)
{
    fputs(prompt, p->out);
    fflush(p->out);
    ssize_t n = getline(&p->line, &p->cap, p->in);
    if (n < 0)
        return NULL;
    if (n > 0 && p->line[n - 1] == '\n')
        p->line[n - 1] = '\0';
    return p->line;
}

const char *prompt_lines_next(prompt_lines *p, const char *prompt, int *cancelled)
{
    struct termios before, raw;
    *cancelled = 0;
    if (!p->edits || tcgetattr(fileno(p->in), &before) != 0)
        return plain(p, prompt);
    raw = before;
    raw.c_iflag &= ~(tcflag_t)(ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    p->n = p->at = 0;
    if (!room(p, 0))
        return NULL;
    p->line[0] = '\0';
    tcsetattr(fileno(p->in), TCSADRAIN, &raw);
    int how = edit(p, prompt);
    tcsetattr(fileno(p->in), TCSADRAIN, &before);
    fputs("\n", p->out);
    fflush(p->out);                                     /* what runs now may be long */
    *cancelled = how == 0;
    if (how == 1)
        remember(p);
    return how < 0 ? NULL : how ? p->line : "";
}
