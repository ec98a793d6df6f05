/* SPDX-License-Identifier: MIT
 * magic-wrong.c - begins with another word.
 */
#define ZOO_LIBRARY \
static const fade_desc *const list[] = { &desc, NULL }; \
extern FADE_EXPORT const fade_library fade_library_v1; \
const fade_library fade_library_v1 = { 0x12345678, FADE_ABI_NOW, FADE_FINGERPRINT, sizeof(fade_library), list };
#include "zoo.h"
