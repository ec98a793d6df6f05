/* SPDX-License-Identifier: MIT
 * virtual.h - the built-in source "virtual": cells whose hidden truth is another physics plugin.
 */
#ifndef FADE_ENGINE_VIRTUAL_H
#define FADE_ENGINE_VIRTUAL_H
#include "core/fade_plugin.h"
const fade_library *virtual_library(void);        /* for library_register */
#endif
