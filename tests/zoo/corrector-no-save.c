/* SPDX-License-Identifier: MIT
 * corrector-no-save.c - cannot be saved.
 */
#define ZOO_CORRECTOR .save = NULL
#include "zoo_corrector.h"
