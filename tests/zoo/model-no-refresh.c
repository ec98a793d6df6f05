/* SPDX-License-Identifier: MIT
 * model-no-refresh.c - has a memo that nobody rebuilds.
 */
#define ZOO_STATE { "sum", "1", "Doc.", 0, 0, 0, 0, 0, 1, 0 }, { "memo", "1", "Doc.", 0, 0, 0, 0, 0, 1, FADE_MEMO }
#include "zoo.h"
