/* SPDX-License-Identifier: MIT
 * protocol_plan.c - [protocol]: sentences, tables and groups inside groups become one list of operations.
 *
 * An item is a sentence or a table: { step = "..", until = "..", temperature = "..", .. }, { drive_cycle = "x.csv", ..
 * }, { steps = [..], repeat = 3 } or { goto = "name" }.  Names are resolved when all of a list is read.
 */
#include "core/scenario/inside.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_OPS = 20000, MOST_TIMES = 1000000, LONGEST_NAME = 64 };

typedef struct jump {                             /* a goto to be resolved, or a name */
    const tree_node *node;
    size_t           op, parent;
} jump;

typedef struct building {
    reading       *r;
    protocol_plan *plan;
    size_t cap, parent, nname, njump, captable, numbers; /* parent: the group at hand, its op + 1; 0: none */
    size_t        *parent_of;                     /* per op */
    jump          *name, *jump;
    bool           full;
} building;

/* ---- conditions -------------------------------------------------------------------------------------------------- */

/* "soc > 0.9" in two halves; NULL: it is none, and the problem was said. */
static bool read_condition(reading *r, const tree_node *node, const char *what, protocol_condition *out)
{
    const char *plain = scenario_text(r, node, what);
    size_t n = plain ? strcspn(plain, "<>") : 0, front = n;
    if (!plain)
        return false;
    const char *behind = plain + n + (plain[n] ? 1 : 0);
    behind += *behind == '=';
    behind += strspn(behind, " \t");
    while (front && (plain[front - 1] == ' ' || plain[front - 1] == '\t'))
        front--;
    char key[LONGEST_NAME + 1];
    if (!plain[n] || !front || front > LONGEST_NAME || !*behind ||
        strspn(plain, "abcdefghijklmnopqrstuvwxyz0123456789_.") != front) {
        tree_complain(
            r->p, node, E_INPUT,
            "%s \"%.80s\": a column, < or > and a bound are expected, as in \"soc > 0.9\" or \"temperature > 45 degC\"",
            what, plain);
        return false;
    }
    snprintf(key, sizeof key, "%.*s", (int)front, plain);
    *out = (protocol_condition){ .column = tree_text(r->t, key), .quantity = tree_text(r->t, behind),
                                 .text = plain, .above = plain[n] == '>', .node = node };
    return true;
}

/* Room for one more; its place in protocol.condition.  The block doubles, the old one stays with the tree. */
static bool add_condition(building *b, const tree_node *node, const char *what, size_t *at)
{
    protocol_section *p = &b->r->s->protocol;
    protocol_condition c;
    if (!read_condition(b->r, node, what, &c))
        return false;
    if ((p->ncondition & (p->ncondition - 1)) == 0) {
        protocol_condition *more = tree_block(b->r->t, p->ncondition ? 2 * p->ncondition : 1, sizeof *more);
        if (!more)
            return false;
        if (p->ncondition)
            memcpy(more, p->condition, p->ncondition * sizeof *more);
        p->condition = more;
    }
    *at = p->ncondition;
    p->condition[p->ncondition++] = c;
    return true;
}

/* ---- operations -------------------------------------------------------------------------------------------------- */

static bool room(building *b, const tree_node *node)
{
    if (b->plan->n < b->cap)
        return true;
    size_t cap = b->cap ? 2 * b->cap : 16;
    protocol_op *op = cap <= MOST_OPS * 2 ? tree_block(b->r->t, cap, sizeof *op) : NULL;
    size_t *parent = op ? tree_block(b->r->t, cap, sizeof *parent) : NULL;
    if (!parent) {
        if (!b->full)
            tree_complain(b->r->p, node, E_INPUT, "[protocol] has more than %d steps and groups", MOST_OPS);
        b->full = true;
        return false;
    }
    if (b->cap) {
        memcpy(op, b->plan->op, b->plan->n * sizeof *op);
        memcpy(parent, b->parent_of, b->plan->n * sizeof *parent);
    }
    b->plan->op = op;
    b->parent_of = parent;
    b->cap = cap;
    return true;
}

/* The next operation; NULL: no room, said. */
static protocol_op *push(building *b, const tree_node *node, int kind, uint32_t depth)
{
    if (!room(b, node))
        return NULL;
    size_t at = b->plan->n++;
    protocol_op *op = &b->plan->op[at];
    *op = (protocol_op){ .kind = kind, .depth = depth, .times = 1, .to = at + 1, .past = at + 1 };
    b->parent_of[at] = b->parent;
    return op;
}

static void keep(building *b, jump **table, size_t *n, const tree_node *node, size_t op)
{
    if ((*n & (*n - 1)) == 0) {
        jump *more = tree_block(b->r->t, *n ? 2 * *n : 1, sizeof *more);
        if (!more)
            return;
        if (*n)
            memcpy(more, *table, *n * sizeof *more);
        *table = more;
    }
    (*table)[(*n)++] = (jump){ node, op, b->parent };
}

/* ---- values of an item's keys ------------------------------------------------------------------------------------ */

static bool read_amount(reading *r, const tree_node *node, const char *unit_text, double least, double most,
                        double *out)
{
    why w = { 0 };
    double x = node->real;
    if (node->kind == TREE_TEXT) {
        int rc = units_quantity(node->text, unit_text, NAN, &x, &w);
        if (rc) {
            tree_complain(r->p, node, rc, "[protocol] %s: %s", node->key, w.text);
            return false;
        }
    } else if (node->kind != TREE_REAL && node->kind != TREE_INT) {
        tree_complain(r->p, node, E_INPUT, "[protocol] %s: a number or a quantity is expected", node->key);
        return false;
    }
    if (!(x >= least && x <= most)) {
        tree_complain(r->p, node, E_DOMAIN, "[protocol] %s = %g %s: outside %g..%g%s", node->key, x, unit_text, least,
                      most, strcmp(unit_text, "K") == 0 ? " (a temperature may be written \"25 degC\")" : "");
        return false;
    }
    *out = x;
    return true;
}

static bool read_times(reading *r, const tree_node *node, uint32_t *out)
{
    if (!node)
        return true;
    if (node->kind != TREE_INT || node->integer < 1 || node->integer > MOST_TIMES) {
        tree_complain(r->p, node, E_INPUT, "[protocol] %s is a whole number from 1 to %d", node->key, MOST_TIMES);
        return false;
    }
    *out = (uint32_t)node->integer;
    return true;
}

/* The sentence's column, "column 14: ..", becomes the file's. */
static void complain_sentence(reading *r, const tree_node *node, const why *w)
{
    tree_node at = *node;
    int column = 0;
    if (sscanf(w->text, "column %d:", &column) == 1 && at.column)
        at.column += column;                      /* the quote stands where the node does */
    tree_complain(r->p, &at, w->code, "step \"%.100s\": %s", node->text, w->text);
}

static bool is_key(const char *at)
{
    return *at >= 'a' && *at <= 'z' && strpbrk(at, "<>");
}

static void read_one_end(building *b, const tree_node *node, protocol_step *s)
{
    why w = { 0 };
    size_t at;
    const char *plain = scenario_text(b->r, node, "[protocol] until");
    if (!plain)
        return;
    if (!is_key(plain) || strncmp(plain, "until ", 6) == 0) {
        if (protocol_until(plain, b->r->s->cell.nominal_capacity, s, &w))
            complain_sentence(b->r, node, &w);
    } else if (s->nlimit == PROTOCOL_LIMITS) {
        tree_complain(b->r->p, node, E_INPUT, "a step can wait for %d things at most", PROTOCOL_LIMITS);
    } else if (add_condition(b, node, "[protocol] until", &at)) {
        bool above = b->r->s->protocol.condition[at].above;
        s->limit[s->nlimit++] =
            (protocol_limit){ .what = PROTOCOL_COLUMN, .side = above ? 1 : -1, .value = NAN, .condition = at };
    }
}

/* One text or a list of them. */
static void read_ends(building *b, const tree_node *node, protocol_step *s)
{
    if (!node)
        return;
    if (node->kind == TREE_ARRAY)
        for (const tree_node *c = node->first; c; c = c->next)
            read_one_end(b, c, s);
    else
        read_one_end(b, node, s);
}

static void read_skip(building *b, const tree_node *node, protocol_op *op)
{
    if (!node)
        return;
    bool list = node->kind == TREE_ARRAY;
    for (const tree_node *c = list ? node->first : node; c; c = list ? c->next : NULL) {
        size_t at;
        if (!add_condition(b, c, "[protocol] skip_if", &at))
            return;
        op->skip = op->nskip ? op->skip : at;
        op->nskip++;
    }
}

/* ---- items ------------------------------------------------------------------------------------------------------- */

static void unknown_keys(reading *r, const tree_node *node, const char *const *keys, const char *what)
{
    for (const tree_node *c = node->first; c; c = c->next) {
        size_t n = 0;
        bool known = false;
        for (; keys[n]; n++)
            known |= strcmp(keys[n], c->key) == 0;
        if (known)
            continue;
        const char *near = text_nearest(c->key, keys, n);
        tree_complain_key(r->p, c, E_INPUT, "unknown key \"%.60s\" in a %s of [protocol]%s%s%s", c->key, what,
                          near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
    }
}

/* What a step and a drive cycle share. */
static void read_step_keys(building *b, const tree_node *node, protocol_step *s)
{
    const tree_node *c;
    if ((c = tree_get(node, "for")) && read_amount(b->r, c, "s", 1e-6, 1e12, &s->duration))
        s->guard = INFINITY;
    if ((c = tree_get(node, "period")))
        read_amount(b->r, c, "s", 1e-6, 1e12, &s->period);
    if ((c = tree_get(node, "temperature")))
        read_amount(b->r, c, "K", 150, 500, &s->temperature);
    read_ends(b, tree_get(node, "until"), s);
}

/* A sentence; with a table around it `until` and `for` may stand there instead. */
static bool read_sentence(building *b, const tree_node *text_node, const tree_node *table, protocol_step *s)
{
    why w = { 0 };
    reading *r = b->r;
    const char *plain = scenario_text(r, text_node, "[protocol] step");
    if (!plain)
        return false;
    bool elsewhere = table && (tree_get(table, "until") || tree_get(table, "for"));
    int rc = (elsewhere ? protocol_parse_open : protocol_parse)(plain, r->s->cell.nominal_capacity, s, &w);
    if (rc) {
        complain_sentence(r, text_node, &w);
        return false;
    }
    s->text = plain;
    return true;
}

static void read_step(building *b, const tree_node *node, const tree_node *table, uint32_t depth)
{
    static const char *const keys[] = { "step", "name", "skip_if", "goto", "repeat", "for", "until",
                                        "period", "temperature", NULL };
    protocol_op *op = push(b, node, PROTOCOL_STEP, depth);
    if (!op)
        return;
    size_t at = b->plan->n - 1;
    const protocol_section *p = &b->r->s->protocol;
    op->number = ++b->numbers;
    bool read = read_sentence(b, node, table, &op->step);
    if (table) {
        unknown_keys(b->r, table, keys, "step");
        if (read)
            read_step_keys(b, table, &op->step);
        if (tree_get(table, "goto"))
            keep(b, &b->jump, &b->njump, tree_get(table, "goto"), at);
    }
    op->step.period = op->step.period > 0 ? op->step.period : p->period;
    op->step.temperature = isnan(op->step.temperature) ? p->temperature : op->step.temperature;
}

static void read_drive(building *b, const tree_node *table, uint32_t depth)
{
    static const char *const keys[] = { "drive_cycle", "column", "current_sign", "loop", "name", "skip_if", "goto",
                                        "repeat", "for", "until", "period", "temperature", NULL };
    protocol_op *op = push(b, table, PROTOCOL_STEP, depth);
    if (!op)
        return;
    size_t at = b->plan->n - 1;
    const protocol_section *p = &b->r->s->protocol;
    op->number = ++b->numbers;
    op->step.temperature = NAN;
    unknown_keys(b->r, table, keys, "drive cycle");
    if (scenario_read_drive(b->r, table, &op->step)) {
        protocol_drive *d = (protocol_drive *)op->step.drive;
        double once = op->step.duration;
        op->step.duration = d->repeat ? INFINITY : once;
        read_step_keys(b, table, &op->step);
        d->repeat |= op->step.duration > once;
        if (d->repeat && !op->step.nlimit && !isfinite(op->step.duration))
            tree_complain(b->r->p, table, E_INPUT,
                          "a drive cycle with loop = true needs for = \"..\" or until = \"..\"");
    }
    if (tree_get(table, "goto"))
        keep(b, &b->jump, &b->njump, tree_get(table, "goto"), at);
    op->step.period = op->step.period > 0 ? op->step.period : p->period;
    op->step.temperature = isnan(op->step.temperature) ? p->temperature : op->step.temperature;
}

static void read_list(building *b, const tree_node *list, uint32_t depth);

static void read_jump(building *b, const tree_node *table, uint32_t depth)
{
    static const char *const keys[] = { "goto", "name", "skip_if", NULL };
    unknown_keys(b->r, table, keys, "goto");
    if (push(b, table, PROTOCOL_GOTO, depth))
        keep(b, &b->jump, &b->njump, tree_get(table, "goto"), b->plan->n - 1);
}

/* What is done `times` over, and is inside the group of op `at`. */
static void close_group(building *b, const tree_node *node, size_t at, uint32_t times, uint32_t depth, size_t parent)
{
    b->parent = parent;
    protocol_op *again = push(b, node, PROTOCOL_AGAIN, depth);
    if (!again)
        return;
    again->times = times;
    again->to = at + 1;
    b->plan->op[at].times = times;
    b->plan->op[at].past = b->plan->n;
}

static void read_inside(building *b, const tree_node *table, uint32_t depth)
{
    static const char *const keys[] = { "steps", "name", "skip_if", "repeat", NULL };
    tree_node *steps = tree_get(table, "steps"), *step = tree_get(table, "step");
    if (steps) {
        unknown_keys(b->r, table, keys, "group");
        if (steps->kind != TREE_ARRAY || !steps->n)
            tree_complain(b->r->p, steps, E_INPUT, "[protocol] steps is a list of sentences, tables and groups");
        else
            read_list(b, steps, depth + 1);
    } else if (step) {
        read_step(b, step, table, depth);
    } else if (tree_get(table, "drive_cycle")) {
        read_drive(b, table, depth);
    } else if (tree_get(table, "goto")) {
        read_jump(b, table, depth);
    } else {
        tree_complain(b->r->p, table, E_INPUT,
                      "[protocol] a table is a step = \"..\", a drive_cycle = \"x.csv\", a goto = \"name\" or a group "
                      "steps = [..]");
    }
}

static void read_table(building *b, const tree_node *table, uint32_t depth)
{
    uint32_t times = 1;
    size_t at = b->plan->n, parent = b->parent;
    bool group = tree_get(table, "steps") || tree_get(table, "repeat");
    read_times(b->r, tree_get(table, "repeat"), &times);
    if (tree_get(table, "name") && scenario_text(b->r, tree_get(table, "name"), "[protocol] name"))
        keep(b, &b->name, &b->nname, tree_get(table, "name"), at);
    if (group) {
        if (!push(b, table, PROTOCOL_GROUP, depth))
            return;
        b->parent = at + 1;
    }
    read_inside(b, table, depth + (group && !tree_get(table, "steps")));
    if (group)
        close_group(b, table, at, times, depth, parent);
    if (at < b->plan->n)
        read_skip(b, tree_get(table, "skip_if"), &b->plan->op[at]);
}

static void read_list(building *b, const tree_node *list, uint32_t depth)
{
    if (depth >= PROTOCOL_DEPTH) {
        tree_complain(b->r->p, list, E_INPUT, "[protocol] groups lie %d deep at most", PROTOCOL_DEPTH - 1);
        return;
    }
    for (const tree_node *c = list->first; c && !b->full; c = c->next)
        if (c->kind == TREE_TABLE)
            read_table(b, c, depth);
        else
            read_step(b, c, NULL, depth);
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

static bool encloses(const building *b, size_t parent, size_t from)
{
    while (from && from != parent)
        from = b->parent_of[from - 1];
    return from == parent;
}

static void resolve(building *b, const jump *j)
{
    const char *name = scenario_text(b->r, j->node, "[protocol] goto"), *words[64];
    size_t n = 0;
    if (!name)
        return;
    if (strcmp(name, "end") == 0) {
        b->plan->op[j->op].to = b->plan->n;
        return;
    }
    for (size_t i = 0; i < b->nname; i++) {
        if (strcmp(b->name[i].node->text, name) == 0) {
            if (!encloses(b, b->name[i].parent, j->parent))
                tree_complain(b->r->p, j->node, E_INPUT,
                              "goto = \"%.60s\": that lies inside a group, which is entered at its start", name);
            b->plan->op[j->op].to = b->name[i].op;
            return;
        }
        if (n < 64)
            words[n++] = b->name[i].node->text;
    }
    const char *near = text_nearest(name, words, n);
    tree_complain(b->r->p, j->node, E_INPUT,
                  "goto = \"%.60s\": no step or group has that name%s%s%s; \"end\" ends the cycle", name,
                  near ? ", did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void check_names(building *b)
{
    for (size_t i = 0; i < b->nname; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(b->name[i].node->text, b->name[k].node->text) == 0)
                tree_complain(b->r->p, b->name[i].node, E_INPUT, "two steps of [protocol] are called \"%.60s\"",
                              b->name[i].node->text);
    for (size_t i = 0; i < b->njump; i++)
        resolve(b, &b->jump[i]);
}

static void read_plan(reading *r, const tree_node *steps, const tree_node *section, protocol_plan *plan)
{
    building b = { .r = r, .plan = plan };
    if (!steps || steps->kind != TREE_ARRAY || !steps->n) {
        tree_complain(r->p, steps ? steps : section, E_INPUT,
                      "[protocol] needs steps = [\"Discharge at 1C until 2.5 V\", ..]");
        return;
    }
    read_list(&b, steps, 0);
    check_names(&b);
}

static void read_test(reading *r, const tree_node *node)
{
    static const char *const keys[] = { "every", "steps", NULL };
    uint32_t every = 0;
    if (node->kind != TREE_TABLE || !tree_get(node, "every") || !tree_get(node, "steps")) {
        tree_complain(r->p, node, E_INPUT, "[protocol] reference_test is { every = 50, steps = [..] }");
        return;
    }
    unknown_keys(r, node, keys, "reference test");
    if (read_times(r, tree_get(node, "every"), &every))
        r->s->protocol.every = every;
    read_plan(r, tree_get(node, "steps"), node, &r->s->protocol.test);
}

void scenario_read_protocol(reading *r, const tree_node *section)
{
    protocol_section *p = &r->s->protocol;
    p->temperature = NAN;
    scenario_read_section(r, "protocol", section, r->s, false);
    if (!section)
        return;
    read_plan(r, tree_get(section, "steps"), section, &p->cycle);
    if (tree_get(section, "reference_test"))
        read_test(r, tree_get(section, "reference_test"));
    text line = { 0 };
    tree_inline(section, &line);
    p->text = line.failed ? NULL : tree_text(r->t, text_of(&line));
    text_free(&line);
}
