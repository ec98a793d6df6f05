/* SPDX-License-Identifier: MIT
 * corrector-deaf.c - does not hear that it should stop.
 */
#define ZOO_TRAIN host->progress(host, 0.5, "training");
#include "zoo_corrector.h"
