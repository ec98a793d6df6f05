/* SPDX-License-Identifier: MIT
 * symbol-short.c - exports an int under the name of the table.
 */
__attribute__((visibility("default"))) extern const int fade_library_v1;
const int fade_library_v1 = 1;
