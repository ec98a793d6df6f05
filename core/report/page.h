/* SPDX-License-Identifier: MIT
 * page.h - one self-contained HTML file in the making: sections, tables, and charts with their data, caption and words.
 *
 * Everything that is said comes in as plain text and is escaped here.  Memory failures are kept in the texts and told by page_write.
 */
#ifndef FADE_REPORT_PAGE_H
#define FADE_REPORT_PAGE_H
#include "core/base/json.h"
#include "core/base/why.h"
#include <stdbool.h>

typedef struct page {                             /* start from {0} */
    text     body, nav, title, lede;
    json     data;                                /* of the chart at hand */
    unsigned charts, sections;
    bool     open_section, open_tables;
} page;

void page_free(page *);
void page_escape(text *, const char *plain);      /* & < > " ' */
void page_number(text *, double);                 /* four significant digits, for people; "-" unknown */
void page_title(page *, const char *);
void page_lede(page *, const char *sentence);     /* under the title; several are joined */
/* A heading, in the table of contents when `nav` is not NULL. */
void page_section(page *, const char *title, const char *nav);
void page_say(page *, const char *sentence);      /* a paragraph */
/* Text as it is, to be opened by the reader. */
void page_code(page *, const char *summary, const char *code);

/* A table: head words separated by '|', one beginning with '<' stands left; then cells row by row. */
void page_table_open(page *, const char *head, size_t rows);     /* many rows scroll within it */
void page_row(page *, const char *class);         /* "" or "naive" */
void page_cell(page *, const char *words, const char *class);         /* "", "t", "best", "bad", "t long" */
void page_cell_number(page *, double, const char *class);
void page_table_close(page *);

/* A chart: *page_chart() is filled with the members of its data object, then page_chart_words, a table of the data
 * (page_data_open, page_row .., page_data_close), page_chart_end.  `alt`: what the picture says, in numbers. */
json *page_chart(page *, const char *kind, const char *title);
void page_chart_words(page *, const char *caption, const char *alt);
void page_data_open(page *, const char *head, size_t shown, size_t all);
void page_data_close(page *);
void page_chart_end(page *);
/* Another picture of the data of the chart before. */
void page_chart_again(page *, const char *kind, const char *title, const char *caption);

void page_axis(json *, const char *key, const char *label, const char *unit);   /* "x":{"label":..,"unit":..} */
void page_values(json *, const char *key, const double *v, size_t n);           /* six significant digits; NaN null */

/* The whole file, made and written atomically.  E_NOMEM, E_IO. */
int page_write(page *, const char *path, why *w);
#endif
