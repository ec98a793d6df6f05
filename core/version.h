/* SPDX-License-Identifier: MIT
 * version.h - the one place that says which fade this is.
 */
#ifndef FADE_VERSION_H
#define FADE_VERSION_H
#define FADE_VERSION "0.1.0"
#endif
