/* SPDX-License-Identifier: MIT
 * symbol-function.c - exports a function under the name of the table.
 */
__attribute__((visibility("default"))) int fade_library_v1(void);
int fade_library_v1(void) { return 1; }
