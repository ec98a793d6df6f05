/* SPDX-License-Identifier: MIT
 * snapshot.h - the envelope of a snapshot file, for those who only look (fuzzing, tests).
 */
#ifndef FADE_ENGINE_SNAPSHOT_H
#define FADE_ENGINE_SNAPSHOT_H
#include "core/base/why.h"
#include <stddef.h>
/* Checks magic, version, fingerprint, length and checksum; *body points into at.  E_INPUT. */
int snapshot_unwrap(const char *path, const char *at, size_t n, const char **body, size_t *len, why *w);
#endif
