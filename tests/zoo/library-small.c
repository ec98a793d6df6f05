/* SPDX-License-Identifier: MIT
 * library-small.c - says its table has four bytes.
 */
#define ZOO_LIBRARY \
static const fade_desc *const list[] = { &desc, NULL }; \
extern FADE_EXPORT const fade_library fade_library_v1; \
const fade_library fade_library_v1 = { FADE_MAGIC, FADE_ABI_NOW, FADE_FINGERPRINT, 4, list };
#include "zoo.h"
