/* SPDX-License-Identifier: MIT
 * verb_man.c - fade man: the manual page in mdoc, made from the tables of verbs and exit codes.
 */
#include "core/base/text.h"
#include "core/cli/cli.h"
#include <stdio.h>
#include <string.h>

#define MAN_DATE "November 20, 2026"

/* Words inside a macro line or at the start of a line: nothing of them is taken for a macro. */
static void add_plain(text *t, const char *plain)
{
    text_add(t, "\\&");
    for (; *plain; plain++) {
        bool starts = (*plain == '.' || *plain == '\'') && t->n && t->at[t->n - 1] == ' ';
        if (starts)
            text_add(t, "\\&");
        if (*plain == '\\')
            text_add(t, "\\e");
        else if (*plain == '"')
            text_add(t, "\\(dq");
        else if (*plain == '-')
            text_add(t, "\\-");
        else
            text_addc(t, *plain);
    }
}

static void add_line(text *t, const char *plain)
{
    add_plain(t, plain);
    text_addc(t, '\n');
}

static void add_flags(text *t, const cli_flag *f)
{
    if (!f || !f->name)
        return;
    text_add(t, ".Bl -tag -width Ds\n");
    for (; f->name; f++) {
        text_add(t, ".It ");
        if (f->letter)
            text_addf(t, "Fl %c , ", f->letter);
        text_addf(t, "Fl Fl %s", f->name);
        if (f->arg) {
            text_add(t, " Ar \"");
            add_plain(t, f->arg);
            text_addc(t, '"');
        }
        text_addc(t, '\n');
        text_addf(t, "%s.\n", f->doc);
        if (f->repeatable && f->arg)
            text_add(t, "May be repeated.\n");
    }
    text_add(t, ".El\n");
}

static void add_verb(text *t, const cli_verb *v, const char *above)
{
    if (v->hidden)
        return;
    if (v->sub) {
        for (const cli_verb *const *s = v->sub; *s; s++)
            add_verb(t, *s, v->name);
        return;
    }
    text_addf(t, ".It Nm Ic \"%s%s%s\"", above, *above ? " " : "", v->name);
    if (v->flag && v->flag->name)
        text_add(t, " Oo Ar flags Oc");
    if (*v->args) {
        text_add(t, " Ar \"");
        add_plain(t, v->args);
        text_addc(t, '"');
    }
    text_addc(t, '\n');
    text_addf(t, "%c%s.\n", v->help[0] >= 'a' && v->help[0] <= 'z' ? v->help[0] - 32 : v->help[0], v->help + 1);
    add_flags(t, v->flag);
}

static void add_examples(text *t, const cli_verb *v)
{
    for (const char *const *e = v->example; !v->hidden && e && *e; e++)
        add_line(t, *e);
    for (const cli_verb *const *s = v->sub; s && *s; s++)
        add_examples(t, *s);
}

static void add_pairs(text *t, const char *macro, const char *const (*pair)[2], size_t n)
{
    text_add(t, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < n; i++)
        text_addf(t, ".It %s %s\n%s\n", macro, pair[i][0], pair[i][1]);
    text_add(t, ".El\n");
}

static void add_environment(text *t)
{
    static const char *const names[][2] = {
        { "FADE_DATA", "Where data sets lie; scenarios name it in paths." },
        { "FADE_LOG", "Least level said: debug, info, warning, error or silent." },
        { "FADE_PLUGIN_PATH", "Folders to look for plugins in, separated by colons." },
        { "FADE_SET_a__b", "Sets key a.b of the scenario; two underscores stand for a dot." },
        { "NO_COLOR", "When set, nothing is coloured." },
    };
    static const char *const codes[][2] = {
        { "0", "All is done." },
        { "1", "The run failed." },
        { "2", "The command line is wrong." },
        { "3", "Some lanes or cases failed; the others are whole." },
        { "4", "The scenario or an input is invalid." },
        { "5", "A plugin is missing, refused or broke a rule." },
        { "6", "A solver did not converge." },
        { "7", "The outside world failed: a disk, a service, a network." },
        { "130, 143", "Stopped by SIGINT or SIGTERM, after what is complete was written." },
    };
    text_add(t, ".Sh ENVIRONMENT\n");
    add_pairs(t, "Ev", names, sizeof names / sizeof *names);
    text_add(t, ".Sh EXIT STATUS\n");
    add_pairs(t, "", codes, sizeof codes / sizeof *codes);
}

static int man_run(int argc, char **argv)
{
    cli c;
    int status = cli_parse(&verb_man, argc, argv, 0, 0, &c);
    if (status != CLI_GO)
        return status;
    text t = { 0 };
    text_add(&t,
             ".\\\" SPDX-License-Identifier: MIT\n.\\\" Made by `fade man` from the tables of the command's verbs.\n");
    text_addf(&t, ".Dd %s\n.Dt FADE 1\n.Os\n", MAN_DATE);
    text_add(&t, ".Sh NAME\n.Nm fade\n.Nd simulates how lithium\\-ion cells age, cycle by cycle\n");
    text_add(&t, ".Sh SYNOPSIS\n.Nm\n.Ar verb\n.Op Ar flags\n.Op Ar argument ...\n");
    text_add(&t, ".Sh DESCRIPTION\n.Nm\nreads a scenario (TOML), loads the plugins it names,\nand steps the cells of a "
                 "source through\n"
                 "ageing laws and corrections to a result.\nData goes to standard output, what is said to standard "
                 "error.\n.Pp\nThe verbs are:\n"
                 ".Bl -tag -width Ds\n");
    for (const cli_verb *const *v = cli_verbs(); *v; v++)
        add_verb(&t, *v, "");
    text_add(&t, ".El\n.Pp\nEvery verb takes:\n");
    add_flags(&t, cli_global_flags());
    add_environment(&t);
    text_add(&t, ".Sh EXAMPLES\n.Bd -literal -offset indent\n");
    for (const cli_verb *const *v = cli_verbs(); *v; v++)
        add_examples(&t, *v);
    text_add(&t, ".Ed\n");
    status = t.failed ? why_status(E_NOMEM) : why_status(cli_put(text_of(&t), t.n));
    text_free(&t);
    return status;
}

static const char *const man_examples[] = { "fade man | man -l -", NULL };
const cli_verb verb_man = {
    .name = "man", .help = "print the manual page", .args = "", .example = man_examples, .run = man_run,
    .no_json = "a manual page",
};
