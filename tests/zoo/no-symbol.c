/* SPDX-License-Identifier: MIT
 * no-symbol.c - a shared object that is no plugin.
 */
__attribute__((visibility("default"))) int helper(void);
int helper(void) { return 1; }
