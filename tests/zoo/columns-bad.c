/* SPDX-License-Identifier: MIT
 * columns-bad.c - makes a column whose unit does not parse.
 */
#include "fade_plugin.h"
static const fade_column found[] = { { "loss", "parsec", "Doc.", 0, 0, 0, 0, 0, 1, 0 } };
static int32_t columns(const void *m, fade_columns *c)
{
    c->out = (fade_list)FADE_LIST(found);
    return 0;
}
#define ZOO_MODEL .columns = columns
#include "zoo.h"
