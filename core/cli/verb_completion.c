/* SPDX-License-Identifier: MIT
 * verb_completion.c - fade completion: what bash, zsh and fish need to complete verbs and flags, made from the tables.
 */
#include "core/base/text.h"
#include "core/cli/cli.h"
#include <stdio.h>
#include <string.h>

/* Calls each(verb, path) for every verb that is shown, sub-verbs behind theirs: "plugin", "plugin list". */
static void walk(void (*each)(text *, const cli_verb *, const cli_verb *above), text *t)
{
    for (const cli_verb *const *v = cli_verbs(); *v; v++) {
        if ((*v)->hidden)
            continue;
        each(t, *v, NULL);
        for (const cli_verb *const *s = (*v)->sub; s && *s; s++)
            if (!(*s)->hidden)
                each(t, *s, *v);
    }
}

static void add_path(text *t, const cli_verb *v, const cli_verb *above)
{
    text_addf(t, "%s%s%s", above ? above->name : "", above ? " " : "", v->name);
}

static void add_quoted(text *t, const char *plain, const char *escape)
{
    for (; *plain; plain++) {
        if (*plain == '\'')
            text_add(t, "'\\''");
        else if (strchr(escape, *plain))
            text_addf(t, "\\%c", *plain);
        else
            text_addc(t, *plain);
    }
}

/* Calls `each` for a verb's flags and everybody's. */
static void flags(text *t, const cli_verb *v, void (*each)(text *, const cli_flag *))
{
    for (const cli_flag *f = v->flag; f && f->name; f++)
        each(t, f);
    for (const cli_flag *f = cli_global_flags(); f->name; f++)
        each(t, f);
}

/* "plugin/list" leads from one verb to the next: a state machine over the words before the cursor. */
static void turn(text *t, const cli_verb *v, const cli_verb *above)
{
    text_addf(t, "            '%s/%s') verb='", above ? above->name : "", v->name);
    add_path(t, v, above);
    text_add(t, "' ;;\n");
}

static const char *files_of(const char *arg)
{
    if (strstr(arg, "DIR"))
        return "folders";
    return strstr(arg, "FILE") ? "files" : "";
}

static void add_choices(text *t, const char *arg)
{
    if (!cli_is_choice(arg))
        return;
    for (; *arg; arg++)
        text_addc(t, *arg == '|' ? ' ' : *arg);
}

/* --- bash
 * --------------------------------------------------------------------------------------------------------------------
 */

static void bash_word(text *t, const cli_flag *f)
{
    text_addf(t, "--%s ", f->name);
    if (f->letter)
        text_addf(t, "-%c ", f->letter);
}

static void bash_verb(text *t, const cli_verb *v, const cli_verb *above)
{
    text_add(t, "        '");
    add_path(t, v, above);
    text_add(t, "') flags='");
    flags(t, v, bash_word);
    text_add(t, "' words='");
    for (const cli_verb *const *s = v->sub; s && *s; s++)
        if (!(*s)->hidden)
            text_addf(t, "%s ", (*s)->name);
    if (!v->sub)
        add_choices(t, v->args);
    text_addf(t, "' kind='%s' ;;\n", files_of(v->args));
}

/* After a flag that wants a value, only that value; `path` is the verb's, as a pattern. */
static void bash_value(text *t, const cli_flag *f, const char *path)
{
    if (!f->arg)
        return;
    text_addf(t, "        %s' --%s'", path, f->name);
    if (f->letter)
        text_addf(t, " | %s' -%c'", path, f->letter);
    text_add(t, ") flags='' words='");
    add_choices(t, f->arg);
    text_addf(t, "' kind='%s' ;;\n", files_of(f->arg));
}

static void bash_values(text *t, const cli_verb *v, const cli_verb *above)
{
    text path = { 0 };
    text_addc(&path, '\'');
    add_path(&path, v, above);
    text_addc(&path, '\'');
    for (const cli_flag *f = v->flag; f && f->name; f++)
        bash_value(t, f, text_of(&path));
    t->failed = t->failed || path.failed;
    text_free(&path);
}

static void bash(text *t)
{
    text_add(t, "# fade completion bash: source it, or put it into ~/.local/share/bash-completion/completions/fade\n"
                "_fade() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} verb='' word='' flags='' "
                "words='' kind=''\n"
                "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                "        case \"${verb%% *}/$word\" in\n");
    walk(turn, t);
    text_add(t, "        esac\n    done\n    case \"$verb\" in\n        '') flags='");
    for (const cli_flag *f = cli_global_flags(); f->name; f++)
        bash_word(t, f);
    text_add(t, "' words='");
    for (const cli_verb *const *v = cli_verbs(); *v; v++)
        if (!(*v)->hidden)
            text_addf(t, "%s ", (*v)->name);
    text_add(t, "' ;;\n");
    walk(bash_verb, t);
    text_add(t, "    esac\n    case \"$verb $prev\" in\n");
    walk(bash_values, t);
    for (const cli_flag *f = cli_global_flags(); f->name; f++)
        bash_value(t, f, "*");
    text_add(t, "    esac\n"
                "    [[ $cur == -* ]] && words=$flags kind=''\n"
                "    local IFS=$' \\t\\n'\n"
                "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\"\n"
                "        [[ $kind == files ]] && compgen -f -- \"$cur\"\n"
                "        [[ $kind == folders ]] && compgen -d -- \"$cur\")\n"
                "}\n"
                "complete -o filenames -F _fade fade\n");
}

/* --- zsh
 * ---------------------------------------------------------------------------------------------------------------------
 */

static void zsh_flag(text *t, const cli_flag *f)
{
    text_addf(t, " '--%s:", f->name);
    add_quoted(t, f->doc, ":\\");
    text_add(t, "'");
}

static void zsh_name(text *t, const cli_verb *v)
{
    text_addf(t, " '%s:", v->name);
    add_quoted(t, v->help, ":\\");
    text_add(t, "'");
}

static void zsh_verb(text *t, const cli_verb *v, const cli_verb *above)
{
    text_add(t, "        '");
    add_path(t, v, above);
    text_add(t, "') flags=(");
    flags(t, v, zsh_flag);
    text_add(t, ") verbs=(");
    for (const cli_verb *const *s = v->sub; s && *s; s++)
        if (!(*s)->hidden)
            zsh_name(t, *s);
    if (!v->sub)
        add_choices(t, v->args);
    text_add(t, ") ;;\n");
}

static void zsh_value(text *t, const cli_flag *f, const cli_verb *v, const cli_verb *above)
{
    text_add(t, "        ");
    if (v)
        text_addf(t, "'%s%s%s", above ? above->name : "", above ? " " : "", v->name);
    text_addf(t, "%s --%s')", v ? "" : "*'", f->name);
    const char *kind = f->arg ? files_of(f->arg) : "";
    if (*kind)
        text_addf(t, " _files%s; return", strcmp(kind, "folders") == 0 ? " -/" : "");
    else if (f->arg && cli_is_choice(f->arg)) {
        text_add(t, " compadd ");
        add_choices(t, f->arg);
        text_add(t, "; return");
    } else if (f->arg) {
        text_add(t, " return");
    }
    text_add(t, " ;;\n");
}

static void zsh_values(text *t, const cli_verb *v, const cli_verb *above)
{
    for (const cli_flag *f = v->flag; f && f->name; f++)
        zsh_value(t, f, v, above);
}

static void zsh(text *t)
{
    text_add(t, "#compdef fade\n"
                "# fade completion zsh: put it as _fade into a folder of $fpath\n"
                "_fade() {\n"
                "    local verb='' i\n"
                "    local -a flags verbs\n"
                "    for ((i = 2; i < CURRENT; i++)); do\n"
                "        case \"${verb%% *}/${words[i]}\" in\n");
    walk(turn, t);
    text_add(t, "        esac\n    done\n    case \"$verb ${words[CURRENT-1]}\" in\n");
    walk(zsh_values, t);
    for (const cli_flag *f = cli_global_flags(); f->name; f++)
        zsh_value(t, f, NULL, NULL);
    text_add(t, "    esac\n    case \"$verb\" in\n        '') flags=(");
    for (const cli_flag *f = cli_global_flags(); f->name; f++)
        zsh_flag(t, f);
    text_add(t, ") verbs=(");
    for (const cli_verb *const *v = cli_verbs(); *v; v++)
        if (!(*v)->hidden)
            zsh_name(t, *v);
    text_add(t, ") ;;\n");
    walk(zsh_verb, t);
    text_add(t, "    esac\n"
                "    if [[ $PREFIX == -* ]]; then\n        _describe -o flag flags\n"
                "    elif (( $#verbs )); then\n        _describe verb verbs\n"
                "    else\n        _files\n    fi\n"
                "}\n"
                "_fade \"$@\"\n");
}

/* --- fish
 * --------------------------------------------------------------------------------------------------------------------
 */

static void fish_condition(text *t, const cli_verb *v, const cli_verb *above)
{
    text_add(t, "complete -c fade -n '");
    if (above)
        text_addf(t, "__fish_seen_subcommand_from %s; and ", above->name);
    text_addf(t, "__fish_seen_subcommand_from %s'", v->name);
}

static void fish_flag(text *t, const cli_flag *f)
{
    text_addf(t, " -l %s", f->name);
    if (f->letter)
        text_addf(t, " -s %c", f->letter);
    if (f->arg && cli_is_choice(f->arg)) {
        text_add(t, " -x -a '");
        add_choices(t, f->arg);
        text_add(t, "'");
    } else if (f->arg) {
        text_add(t, *files_of(f->arg) ? " -r" : " -x");
    }
    text_add(t, " -d '");
    add_quoted(t, f->doc, "");
    text_add(t, "'\n");
}

static void fish_verb(text *t, const cli_verb *v, const cli_verb *above)
{
    if (above)
        text_addf(t, "complete -c fade -n '__fish_seen_subcommand_from %s' -a %s -d '", above->name, v->name);
    else
        text_addf(t, "complete -c fade -n __fish_use_subcommand -a %s -d '", v->name);
    add_quoted(t, v->help, "");
    text_add(t, "'\n");
    for (const cli_flag *f = v->flag; f && f->name; f++) {
        fish_condition(t, v, above);
        fish_flag(t, f);
    }
    if (!v->sub && cli_is_choice(v->args)) {
        fish_condition(t, v, above);
        text_add(t, " -a '");
        add_choices(t, v->args);
        text_add(t, "'\n");
    }
}

static void fish(text *t)
{
    text_add(t, "# fade completion fish: put it into ~/.config/fish/completions/fade.fish\n"
                "complete -c fade -n __fish_use_subcommand -f\n");
    for (const cli_flag *f = cli_global_flags(); f->name; f++) {
        text_add(t, "complete -c fade");
        fish_flag(t, f);
    }
    walk(fish_verb, t);
}

static int completion_run(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*make)(text *);
    } shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };
    enum { N = sizeof shells / sizeof *shells };
    const char *names[N];
    cli c;
    int status = cli_parse(&verb_completion, argc, argv, 1, 1, &c);
    if (status != CLI_GO)
        return status;
    for (size_t i = 0; i < N; i++) {
        names[i] = shells[i].name;
        if (strcmp(c.arg[0], shells[i].name) != 0)
            continue;
        text t = { 0 };
        shells[i].make(&t);
        status = t.failed ? why_status(E_NOMEM) : why_status(cli_put(text_of(&t), t.n));
        text_free(&t);
        return status;
    }
    const char *near = text_nearest(c.arg[0], names, N);
    return cli_usage(&verb_completion, "no completion for \"%s\"%s%s; there is bash, zsh and fish", c.arg[0],
                     near ? ", did you mean " : "", near ? near : "");
}

static const char *const completion_examples[] = { "source <(fade completion bash)", NULL };
const cli_verb verb_completion = {
    .name = "completion", .help = "print what a shell needs to complete verbs and flags", .args = "bash|zsh|fish",
    .example = completion_examples, .run = completion_run, .no_json = "a program of the shell",
};
