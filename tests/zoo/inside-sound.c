/* SPDX-License-Identifier: MIT
 * inside-sound.c - a law that sees inside rows with nothing wrong.
 */
#include "zoo_inside.h"
