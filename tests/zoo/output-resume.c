/* SPDX-License-Identifier: MIT
 * output-resume.c - does not cut its file when a run goes on.
 */
#define ZOO_CUT (run->first[0] ? ftell((fseek(o->file, 0, SEEK_END), o->file)) / LINE : 0)
#include "zoo_output.h"
