/* SPDX-License-Identifier: MIT
 * plugins-none.c - lists no plugin.
 */
#define ZOO_LIBRARY \
static const fade_desc *const list[] = { NULL }; \
extern FADE_EXPORT const fade_library fade_library_v1; \
const fade_library fade_library_v1 = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof(fade_library), list };
#include "zoo.h"
