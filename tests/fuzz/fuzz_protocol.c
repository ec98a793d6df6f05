/* SPDX-License-Identifier: MIT
 * fuzz_protocol.c - any text as a step of a protocol and as a stop condition: a sound one, or a sentence.
 */
#include "core/scenario/protocol.h"
#include "core/scenario/stop.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

static void must(int holds)
{
    if (!holds)
        __builtin_trap();
}

static void one_step(const char *sentence, double nominal)
{
    protocol_step s;
    why w = { 0 };
    if (protocol_parse(sentence, nominal, &s, &w)) {
        must(strncmp(w.text, "column ", 7) == 0 && (size_t)atoi(w.text + 7) <= strlen(sentence) + 1);
        return;
    }
    must(isfinite(s.demand) && s.duration > 0 && s.period >= 0);
    must(s.nlimit || isfinite(s.duration));
    must(s.nlimit <= PROTOCOL_LIMITS && (isfinite(s.duration) || s.guard > 0));
    for (int i = 0; i < s.nlimit; i++)
        must(s.limit[i].value > 0 && (s.limit[i].what != PROTOCOL_VOLTAGE || s.limit[i].side));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char *plain = strndup((const char *)at, n);
    one_step(plain, 2);
    one_step(plain, NAN);
    tree *t = tree_open();
    scenario_stop stop;
    why w = { 0 };
    int rc = stop_parse(t, plain, 2, &stop, &w);
    must(rc ? *w.text != '\0' : stop.kind == STOP_COLUMN ? stop.column && stop.quantity : stop.value > 0);
    tree_close(t);
    free(plain);
    return 0;
}
