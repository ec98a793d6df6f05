/* SPDX-License-Identifier: MIT
 * report_output.h - the built-in output "report".
 */
#ifndef FADE_REPORT_REPORT_OUTPUT_H
#define FADE_REPORT_REPORT_OUTPUT_H
#include "core/fade_plugin.h"
const fade_library *report_library(void);         /* for library_register */
#endif
