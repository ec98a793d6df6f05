/* SPDX-License-Identifier: MIT
 * service.h - services of this room for plugins: how things are written for people, and the time.
 */
#ifndef FADE_BASE_SERVICE_H
#define FADE_BASE_SERVICE_H
#include "core/fade_plugin.h"

const fade_text_v1 *service_text(void);           /* "fade.text/1" */
const fade_clock_v1 *service_clock(void);         /* "fade.clock/1" */
#endif
