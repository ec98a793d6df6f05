/* SPDX-License-Identifier: MIT
 * clones.h - CLONES marks a function of plain loops to be compiled for each vector width; the widest the machine has runs.
 *
 * Only for loops whose lanes do not meet (or meet in an order the code fixes): built without contraction they give the same bits at
 * any width.
 */
#ifndef FADE_BASE_CLONES_H
#define FADE_BASE_CLONES_H
#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__
#define CLONES __attribute__((target_clones("avx2", "default")))
#else
#define CLONES
#endif
#endif
