/* SPDX-License-Identifier: MIT
 * fingerprint-other.c - was built where int has two bytes.
 */
#define ZOO_LIBRARY                                                                                                    \
    static const fade_desc *const list[] = { &desc, NULL };                                                            \
    extern FADE_EXPORT const fade_library fade_library_v1;                                                             \
    const fade_library fade_library_v1 = { FADE_MAGIC, FADE_ABI_NOW, 8u << 24 | 8u << 16 | 8u << 8 | 2u,               \
                                           sizeof(fade_library), list };
#include "zoo.h"
