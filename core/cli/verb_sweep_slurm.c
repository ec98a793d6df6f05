/* SPDX-License-Identifier: MIT
 * verb_sweep_slurm.c - fade sweep slurm: a job array that runs the shares of a plan, and the job that merges them.
 *
 * The script is its own launcher: run by hand it submits itself as an array and the merge behind it; run by Slurm it is
 * one task of the array.
 */
#include "core/base/file.h"
#include "core/cli/verb_sweep.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TASKS = 16 };

/* 'it'\''s' */
static void add_quoted(text *t, const char *word)
{
    text_addc(t, '\'');
    for (; *word; word++)
        if (*word == '\'')
            text_add(t, "'\\''");
        else
            text_addc(t, *word);
    text_addc(t, '\'');
}

static void add_name(text *t, const char *name)
{
    for (size_t n = 0; *name && n < 60; name++, n++) {
        bool keep = (*name >= '0' && *name <= '9') || (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z');
        text_addc(t, keep ? *name : '-');
    }
}

static void add_heading(text *t, const cli *c, const sweep_about *a, unsigned long long tasks)
{
    static const struct { const char *flag, *option; } more[] = {
        { "time", "time" }, { "memory", "mem" }, { "partition", "partition" }, { "account", "account" },
    };
    const char *cpus = cli_text(c, "cpus");
    text_add(t, "#!/bin/bash\n#SBATCH --job-name=");
    add_name(t, a->name);
    text_addf(t, "\n#SBATCH --array=1-%llu\n#SBATCH --ntasks=1\n#SBATCH --cpus-per-task=%s\n", tasks,
              cpus ? cpus : "1");
    text_add(t, "#SBATCH --output=%x-%A-%a.log\n#SBATCH --open-mode=append\n#SBATCH --requeue\n");
    for (size_t i = 0; i < sizeof more / sizeof *more; i++)
        if (cli_has(c, more[i].flag))
            text_addf(t, "#SBATCH --%s=%s\n", more[i].option, cli_text(c, more[i].flag));
    text_addf(t, "# %llu cases in %llu blocks, shared by %llu tasks.  Plan %.16s.\n", (unsigned long long)a->cases,
              (unsigned long long)a->blocks, tasks, a->hash);
    text_add(t,
             "# `bash THIS` submits the array, and behind it the job that merges; a task whose node fails is requeued, "
             "one\n# that was killed is run again by `sbatch --array=I THIS`: both go on where they stood.\n");
}

static void add_body(text *t, const char *plan, const char *folder)
{
    const char *exe = cli_exe();
    text_add(t, "set -eu\nfade=");
    add_quoted(t, exe ? exe : "fade");
    text_add(t, "\nplan=");
    add_quoted(t, plan);
    text_add(t, "\nfolder=");
    add_quoted(t, folder);
    text_add(t, "\nif [ -z \"${SLURM_ARRAY_TASK_ID:-}\" ]; then\n"
                "    mkdir -p \"$folder\"\n"
                "    job=$(sbatch --parsable \"$0\")\n"
                "    sbatch --dependency=\"afterany:$job\" --job-name=merge --output=\"$folder/merge.log\" \\\n"
                "        --wrap \"'$fade' sweep merge '$folder'/shard-*.sqlite -o '$folder/sweep.sqlite'\"\n"
                "    exit\n"
                "fi\n"
                "exec \"$fade\" sweep run \"$plan\" --shard \"$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT\" \\\n"
                "    --store \"$folder/shard-$SLURM_ARRAY_TASK_ID.sqlite\" \\\n"
                "    --threads \"${SLURM_CPUS_PER_TASK:-1}\" --quiet\n");
}

static int put_script(text *t, const char *path)
{
    why w = { 0 };
    if (!path)
        return verb_sweep_put(t);
    int rc = t->failed ? fail(&w, E_NOMEM, "no memory for the script") : file_write(path, text_of(t), t->n, &w);
    text_free(t);
    if (rc)
        return cli_fail(&w);
    chmod(path, 0755);
    cli_say("`bash %s` submits it\n", path);
    return 0;
}

static int run_slurm(int argc, char **argv)
{
    cli c;
    text t = { 0 };
    sweep *s = NULL;
    sweep_about a;
    bool planned;
    char plan[PATH_MAX], folder[PATH_MAX + 16];
    int status = cli_parse(&verb_sweep_slurm, argc, argv, 1, 1, &c);
    if (status == CLI_GO)
        status = verb_sweep_open(&c, c.arg[0], true, &s, &planned);
    if (status != CLI_GO)
        return status;
    const char *said = cli_text(&c, "tasks"), *out = cli_text(&c, "store");
    unsigned long long tasks = said ? strtoull(said, NULL, 10) : TASKS;
    sweep_tell(s, &a);
    if (tasks > a.blocks)
        cli_say("%llu tasks, but only %llu blocks to share: some tasks will have nothing to do\n", tasks,
                (unsigned long long)a.blocks);
    if (tasks == 0) {
        sweep_close(s);
        return cli_usage(&verb_sweep_slurm, "--tasks is at least 1");
    }
    if (!realpath(c.arg[0], plan))
        snprintf(plan, sizeof plan, "%s", c.arg[0]);
    snprintf(folder, sizeof folder, "%s", out ? out : plan);
    if (!out) {
        char *dot = strrchr(folder, '.');
        snprintf(dot && !strchr(dot, '/') ? dot : folder + strlen(folder), 8, "-shards");
    }
    add_heading(&t, &c, &a, tasks);
    add_body(&t, plan, folder);
    status = put_script(&t, cli_text(&c, "out"));
    sweep_close(s);
    return status;
}

static const cli_flag slurm_flags[] = {
    { "tasks", 'n', "N", "tasks of the array: shares of the sweep (default 16)", false },
    { "cpus", 0, "N", "cores of each task (default 1)", false },
    { "time", 0, "TIME", "as Slurm writes it: 01:30:00", false },
    { "memory", 0, "SIZE", "of each task, as Slurm writes it: 2G", false },
    { "partition", 0, "NAME", "queue to submit to", false },
    { "account", 0, "NAME", "account to charge", false },
    { "store", 0, "DIR", "folder of the shares' stores (default beside the plan)", false },
    { "out", 'o', "FILE", "write the script to FILE instead of stdout", false },
    { "trust", 0, NULL, "a Lua scenario may use all of Lua", false },
    { NULL, 0, NULL, NULL, false },
};
static const char *const slurm_examples[] = {
    "fade sweep slurm plan.json --tasks 64 --time 00:30:00 -o sweep.sbatch", NULL };
const cli_verb verb_sweep_slurm = { .name = "slurm",
                                    .help = "a Slurm job array for a plan, with the merge behind it",
                                    .args = "PLAN",
                                    .flag = slurm_flags,
                                    .example = slurm_examples,
                                    .run = run_slurm };
