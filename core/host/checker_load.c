/* SPDX-License-Identifier: MIT
 * checker_load.c - tests of the library as a file, and of what loading it does to the process.
 */
#include "core/host/checker_inside.h"
#include "core/host/descriptor.h"
#include "core/host/elf.h"
#include <dirent.h>
#include <dlfcn.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#if defined __x86_64__
#include <xmmintrin.h>
#endif

/* ---- symbols
 * --------------------------------------------------------------------------------------------------------------- */

/* What a linker, a sanitizer or a coverage build adds of its own. */
static const char *const tools[] = { "_init",    "_fini",   "__bss_start", "_edata",     "_end",
                                     "__start_", "__stop_", "__asan",      "__ubsan",    "__tsan",
                                     "__gcov",   "gcov_",   "__llvm",      "__odr_asan", "mangle_path" };

typedef struct exports {
    trial *t;
    bool   entry;
} exports;

static void export_seen(void *ctx, const char *name, bool defined)
{
    exports *e = ctx;
    if (!defined)
        return;
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
        if (text_starts(name, tools[i]))
            return;
    if (strcmp(name, "fade_library_v1") == 0)
        e->entry = true;
    else
        trial_fail(e->t, "exports \"%s\" beside fade_library_v1: build with -fvisibility=hidden", name);
}

void checker_load_symbol(trial *t)
{
    exports e = { t, false };
    why w = { 0 };
    if (elf_symbols(t->path, export_seen, &e, &w))
        trial_fail(t, "%s", w.text);
    else if (!e.entry)
        trial_fail(t, "has no symbol fade_library_v1: end the file with FADE_LIBRARY(&desc)");
}

static const struct { const char *name, *instead;
} forbidden[] = {
    { "printf", "fade_say" },
    { "puts", "fade_say" },
    { "putchar", "fade_say" },
    { "perror", "fade_say" },
    { "__printf_chk", "fade_say" },
    { "vprintf", "fade_say" },
    { "exit", "a FADE_E code" },
    { "_exit", "a FADE_E code" },
    { "abort", "a FADE_E code" },
    { "quick_exit", "a FADE_E code" },
    { "__assert_fail", "a FADE_EBUG code" },
    { "longjmp", "a FADE_E code" },
    { "siglongjmp", "a FADE_E code" },
    { "__longjmp_chk", "a FADE_E code" },
    { "signal", "nothing: signals are the host's" },
    { "sigaction", "nothing: signals are the host's" },
    { "setlocale", "\"fade.text/1\"" },
    { "srand", "\"fade.rng/1\"" },
    { "rand", "\"fade.rng/1\"" },
    { "random", "\"fade.rng/1\"" },
    { "drand48", "\"fade.rng/1\"" },
    { "fork", "nothing" },
    { "fesetround", "nothing: the mode is the host's" },
    { "fesetenv", "nothing: the mode is the host's" },
    { "chdir", "absolute paths" },
};

static void import_seen(void *ctx, const char *name, bool defined)
{
    for (size_t i = 0; !defined && i < sizeof forbidden / sizeof forbidden[0]; i++)
        if (strcmp(name, forbidden[i].name) == 0)
            trial_fail(ctx, "calls %s(): use %s", name, forbidden[i].instead);
}

void checker_load_imports(trial *t)
{
    why w = { 0 };
    if (elf_symbols(t->path, import_seen, t, &w))
        trial_skip(t, "%s", w.text);
}

/* ---- loading
 * --------------------------------------------------------------------------------------------------------------- */

void checker_load_bind(trial *t)
{
    setenv("OPENBLAS_NUM_THREADS", "1", 0);             /* as library_open() does */
    if (!dlopen(t->path, RTLD_NOW | RTLD_LOCAL)) {      /* stays open: what it registered may be called at exit */
        const char *said = dlerror();
        trial_fail(t, "cannot be bound: %s", said ? said : "no reason given");
    }
}

void checker_load_prove(trial *t)
{
    trial_library l = { 0 };
    why w = { 0 };
    if (trial_load(t->path, &l, &w))
        trial_fail(t, "%s", w.text);
}

void checker_load_name(trial *t)
{
    trial_library l = { 0 };
    if (trial_load(t->path, &l, NULL))
        return;
    const char *file = strrchr(t->path, '/') + 1;
    char want[128];
    for (const fade_desc *const *d = l.plugins; *d; d++) {
        snprintf(want, sizeof want, "%s-%s.so", (*d)->kind, (*d)->id);
        if (strcmp(want, file) == 0 || strcmp(want + strlen((*d)->kind) + 1, file) == 0)
            return;
    }
    trial_fail(t, "the file %s holds no plugin of that name, but \"%s\"", file, l.plugins[0]->id);
}

/* Everything a listing does: load, and ask each descriptor for its interfaces. */
static bool scan(trial *t)
{
    trial_library l = { 0 };
    if (trial_load(t->path, &l, NULL)) {
        trial_skip(t, "it is refused: see the test \"load-prove\"");
        return false;
    }
    for (const fade_desc *const *d = l.plugins; *d; d++)
        if ((*d)->iface)
            (*d)->iface(*d, "fade.nothing/1");
    return true;
}

void checker_load_fast(trial *t)
{
    struct timespec a, b;                               /* of this process: what else the machine does is not counted */
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    bool loaded = scan(t);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    double ms = 1e3 * (double)(b.tv_sec - a.tv_sec) + 1e-6 * (double)(b.tv_nsec - a.tv_nsec);
    if (loaded && ms > 50.0)
        trial_fail(t, "loading takes %.0f ms, more than 50", ms);
}

void checker_load_silent(trial *t)
{
    int catcher = memfd_create("fade-check", MFD_CLOEXEC), out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
    fflush(NULL);
    if (catcher < 0 || out < 0 || err < 0) {
        trial_skip(t, "no file to catch it with");
        return;
    }
    dup2(catcher, STDOUT_FILENO);
    dup2(catcher, STDERR_FILENO);
    scan(t);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    char said[128];
    ssize_t n = pread(catcher, said, sizeof said - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    if (n > 0)
        trial_fail(t, "prints \"%s\" while it is loaded", said);
    close(catcher);
    close(out);
    close(err);
}

static int threads_now(void)
{
    DIR *d = opendir("/proc/self/task");
    int n = 0;
    for (struct dirent *e; d && (e = readdir(d));)
        n += e->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

void checker_load_threads(trial *t)
{
    int before = threads_now();
    scan(t);
    int after = threads_now();
    if (after > before)
        trial_fail(t, "loading starts %d thread%s", after - before, after - before > 1 ? "s" : "");
}

/* ---- the process
 * ----------------------------------------------------------------------------------------------------------- */

static unsigned long float_mode(void)
{
#if defined __x86_64__
    return _mm_getcsr() & 0xffc0u;                      /* without the sticky flags */
#elif defined __aarch64__
    unsigned long v;
    __asm__("mrs %0, fpcr" : "=r"(v));
    return v;
#else
    return 0;
#endif
}

static const int watched[] = { SIGINT, SIGTERM, SIGSEGV, SIGFPE, SIGPIPE, SIGABRT, SIGHUP, SIGCHLD, SIGUSR1, SIGALRM };

typedef struct process {
    unsigned long    mode;
    char             locale[256], folder[512];
    mode_t           mask;
    struct sigaction act[sizeof watched / sizeof watched[0]];
} process;

static void process_look(process *p)
{
    p->mode = float_mode();
    snprintf(p->locale, sizeof p->locale, "%s", setlocale(LC_ALL, NULL));
    if (!getcwd(p->folder, sizeof p->folder))
        p->folder[0] = '\0';
    p->mask = umask(0);
    umask(p->mask);
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
        sigaction(watched[i], NULL, &p->act[i]);
}

void checker_load_clean(trial *t)
{
    process a, b;
    process_look(&a);
    scan(t);
    process_look(&b);
    if (a.mode != b.mode)
        trial_fail(t, "changes the floating-point mode (%#lx to %#lx): linked with -ffast-math?", a.mode, b.mode);
    if (strcmp(a.locale, b.locale) != 0)
        trial_fail(t, "changes the locale from %s to %s", a.locale, b.locale);
    if (strcmp(a.folder, b.folder) != 0)
        trial_fail(t, "changes the working directory to %s", b.folder);
    if (a.mask != b.mask)
        trial_fail(t, "changes the umask from %03o to %03o", a.mask, b.mask);
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++)
        if (a.act[i].sa_handler != b.act[i].sa_handler)
            trial_fail(t, "sets a handler for signal %d (%s)", watched[i], strsignal(watched[i]));
}

/* ---- tables
 * ---------------------------------------------------------------------------------------------------------------- */

static void descriptor_said(void *ctx, const char *check, const char *said)
{
    trial_fail(ctx, "%s: %s", check, said);
}

void checker_descriptor(trial *t)
{
    descriptor_each(t->desc, descriptor_said, t);
}

void checker_interfaces(trial *t)
{
    why w = { 0 };
    if (descriptor_interfaces(t->desc, &w))
        trial_fail(t, "%s", w.text);
    if (t->desc->iface && t->desc->iface(t->desc, "fade.nothing/1"))
        trial_fail(t, "iface() answers an unknown id: it must return NULL");
}
