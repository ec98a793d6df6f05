/* SPDX-License-Identifier: MIT
 * protocol_say.c - what was understood of a protocol, in plain words: for `--dry-run`.
 */
#include "core/base/text.h"
#include "core/fade_plugin.h"
#include "core/scenario/scenario.h"
#include <math.h>

static const char *const held[] = { "current", "voltage", "power", "resistance" }, *const unit_of[] = { "A", "V", "W",
                                                                                                         "ohm" };

static void say_limit(const protocol_limit *m, const protocol_condition *c, text *out)
{
    static const char *const what[] = { "voltage", "current", "charge moved" }, *const units_said[] = { "V", "A",
                                                                                                        "Ah" };
    if (m->what == PROTOCOL_COLUMN)
        text_addf(out, "%s", c[m->condition].text);
    else if (m->what == PROTOCOL_CURRENT && !m->side)
        text_addf(out, "|current| <= %.9g A", m->value);
    else
        text_addf(out, "%s %s %.9g %s", what[m->what], m->side < 0 ? "<=" : ">=", m->value, units_said[m->what]);
}

void protocol_say(const protocol_step *s, const protocol_condition *c, text *out)
{
    if (s->drive)
        text_addf(out, "%s by %zu points in %.9g s%s", held[s->control], s->drive->n, s->drive->t[s->drive->n - 1],
                  s->drive->repeat ? ", again and again" : "");
    else
        text_addf(out, "%s %.9g %s", held[s->control], s->demand, unit_of[s->control]);
    if (isfinite(s->duration))
        text_addf(out, " for %.9g s", s->duration);
    for (int i = 0; i < s->nlimit; i++) {
        text_add(out, i ? " or " : " until ");
        say_limit(&s->limit[i], c, out);
    }
    if (!isnan(s->temperature))
        text_addf(out, " at %.9g degC", s->temperature - 273.15);
    if (s->period > 0)
        text_addf(out, ", a sample every %.9g s", s->period);
}

static void say_one(const protocol_plan *plan, const protocol_op *op, const protocol_condition *c, const char *word,
                    text *out)
{
    for (size_t k = op->skip; k < op->skip + op->nskip; k++)
        text_addf(out, "  %-10s %*sunless %s:\n", word, 2 * (int)op->depth + 4, "", c[k].text);
    text_addf(out, "  %-10s ", word);
    if (op->kind == PROTOCOL_STEP)
        text_addf(out, "%3zu %*s", op->number, 2 * (int)op->depth, "");
    else
        text_addf(out, "    %*s", 2 * (int)op->depth, "");
    if (op->kind == PROTOCOL_STEP)
        protocol_say(&op->step, c, out);
    else if (op->kind == PROTOCOL_GROUP)
        text_addf(out, "%u times", op->times);
    if (op->kind == PROTOCOL_GOTO || (op->kind == PROTOCOL_STEP && op->to != (size_t)(op - plan->op) + 1)) {
        size_t to = op->to;
        while (to < plan->n && plan->op[to].kind != PROTOCOL_STEP)
            to++;
        if (to < plan->n)
            text_addf(out, "%sgo on at %zu", op->kind == PROTOCOL_STEP ? ", then " : "", plan->op[to].number);
        else
            text_addf(out, "%send the cycle", op->kind == PROTOCOL_STEP ? ", then " : "");
    }
    text_add(out, "\n");
}

void protocol_plan_say(const protocol_section *p, text *out)
{
    for (size_t i = 0; i < p->cycle.n; i++)
        if (p->cycle.op[i].kind != PROTOCOL_AGAIN)
            say_one(&p->cycle, &p->cycle.op[i], p->condition, i ? "" : "protocol", out);
    for (size_t i = 0; i < p->test.n; i++)
        if (p->test.op[i].kind != PROTOCOL_AGAIN)
            say_one(&p->test, &p->test.op[i], p->condition, i ? "" : "test", out);
}
