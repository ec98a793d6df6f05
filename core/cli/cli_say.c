/* SPDX-License-Identifier: MIT
 * cli_say.c - help from the verbs' tables, and problems of a scenario as lines or JSON.
 */
#include "core/base/json.h"
#include "core/cli/cli.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add_flag(text *t, const cli_flag *f)
{
    char left[64];
    snprintf(left, sizeof left, "%c%c%s --%s%s%s", f->letter ? '-' : ' ', f->letter ? f->letter : ' ',
             f->letter ? "," : " ", f->name, f->arg ? " " : "", f->arg ? f->arg : "");
    if (strlen(left) > 32)
        text_addf(t, "  %s\n  %-32s %s%s\n", left, "", f->doc, f->repeatable && f->arg ? " (repeatable)" : "");
    else
        text_addf(t, "  %-32s %s%s\n", left, f->doc, f->repeatable && f->arg ? " (repeatable)" : "");
}

static void add_flags(text *t, const char *title, const cli_flag *f)
{
    if (!f || !f->name)
        return;
    text_addf(t, "\n%s\n", title);
    for (; f->name; f++)
        add_flag(t, f);
}

static void add_verbs(text *t, const cli_verb *const *verbs, const char *above)
{
    for (; *verbs; verbs++) {
        char left[64];
        if ((*verbs)->hidden)
            continue;
        snprintf(left, sizeof left, "%s%s%s%s%s", above, *above ? " " : "", (*verbs)->name, *(*verbs)->args ? " " : "",
                 (*verbs)->args);
        if (strlen(left) > 32)                          /* what is long has a line of its own */
            text_addf(t, "  %s\n  %-32s %s\n", left, "", (*verbs)->help);
        else
            text_addf(t, "  %-32s %s\n", left, (*verbs)->help);
    }
}

static void help_of(text *t, const cli_verb *v, const char *above)
{
    if (v->sub) {
        text_addf(t, "usage: fade %s VERB ..\n\n%s\n\nverbs\n", v->name, v->help);
        add_verbs(t, v->sub, v->name);
    } else {
        text_addf(t, "usage: fade %s%s%s%s%s%s\n\n%s\n", above, *above ? " " : "", v->name, v->flag ? " [flags]" : "",
                  *v->args ? " " : "", v->args, v->help);
        add_flags(t, "flags", v->flag);
    }
    add_flags(t, "flags of every verb", cli_global_flags());
    if (v->example)
        text_add(t, "\nexamples\n");
    for (const char *const *e = v->example; e && *e; e++)
        text_addf(t, "  %s\n", *e);
}

void cli_help(const cli_verb *verb, const char *above)
{
    text t = { 0 };
    bool beneath = verb && above && strcmp(above, verb->name) != 0;
    if (verb) {
        help_of(&t, verb, beneath ? above : "");
    } else {
        text_add(&t, "usage: fade VERB ..\n\nSimulates how lithium-ion cells age, cycle by cycle.\n\nverbs\n");
        add_verbs(&t, cli_verbs(), "");
        add_flags(&t, "flags of every verb", cli_global_flags());
        text_add(
            &t,
            "\n`fade VERB --help` says more about one.  Exit status: 0 done, 1 failed, 2 usage, 3 some lanes failed,\n"
            "4 invalid input, 5 plugin, 6 no convergence, 7 outside world, 130/143 stopped by a signal.\n");
    }
    cli_put(text_of(&t), t.n);
    text_free(&t);
}

static void problem_json(json *j, const tree_problem *p)
{
    json_open(j, NULL, '{');
    json_text(j, "file", p->file);
    json_whole(j, "line", p->line);
    json_whole(j, "column", p->column);
    json_text(j, "code", why_word(p->code));
    json_text(j, "message", p->text);
    json_close(j, '}');
}

static void problems_json(const tree_problems *p, const why *w)
{
    json j = { 0 };
    json_open(&j, NULL, '{');
    json_bool(&j, "ok", false);
    json_open(&j, "problems", '[');
    for (size_t i = 0; i < p->n; i++)
        problem_json(&j, &p->at[i]);
    if (!p->n)
        problem_json(&j, &(tree_problem){ .code = w->code, .text = w->text });
    json_close(&j, ']');
    json_close(&j, '}');
    text_addc(&j.out, '\n');
    cli_put(text_of(&j.out), j.out.n);
    text_free(&j.out);
}

int cli_problems(const tree_problems *p, const why *w)
{
    int code = p->n ? p->at[0].code : w->code;
    if (cli_json()) {
        problems_json(p, w);
        return cli_status(code);
    }
    if (!p->n)
        return cli_fail(w);
    for (size_t i = 0; i < p->n; i++) {
        text line = { 0 };
        tree_problem_line(&p->at[i], &line);
        fprintf(stderr, "%s\n", text_of(&line));
        text_free(&line);
    }
    return cli_status(code);
}
