/* SPDX-License-Identifier: MIT
 * page.c - one self-contained HTML file: styles and scripts are part of the command and are copied into each.
 *
 * The page allows itself nothing but these two scripts (by their hashes) and no load from anywhere.
 */
#include "core/report/page.h"
#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/version.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EMBED(name, file)                                                                                              \
    __asm__(".pushsection .rodata\npage_asset_" #name ":\n.incbin \"" file "\"\n.byte 0\n.popsection\n");              \
    extern const char page_asset_##name[] __attribute__((visibility("hidden")));

EMBED(uplot_js, "third_party/uPlot/uPlot.iife.min.js")
EMBED(uplot_css, "third_party/uPlot/uPlot.min.css")
EMBED(js, "core/report/assets/report.js")
EMBED(css, "core/report/assets/report.css")

void page_free(page *p)
{
    text_free(&p->body);
    text_free(&p->nav);
    text_free(&p->title);
    text_free(&p->lede);
    text_free(&p->data.out);
    *p = (page){ 0 };
}

void page_escape(text *t, const char *plain)
{
    for (; *plain; plain++) {
        size_t n = strcspn(plain, "&<>\"'");
        text_addn(t, plain, n);
        plain += n;
        if (!*plain)
            return;
        text_addf(t, "&#%d;", *plain);
    }
}

void page_number(text *t, double v)
{
    char made[32];
    if (!isfinite(v)) {
        text_add(t, "-");
        return;
    }
    double a = fabs(v);
    snprintf(made, sizeof made, "%.4g", v);
    if (a >= 9999.5 && a < 1e15)
        snprintf(made, sizeof made, "%.0f", v);
    text_add(t, made);
}

void page_title(page *p, const char *title)
{
    page_escape(&p->title, title);
}

void page_lede(page *p, const char *sentence)
{
    text_add(&p->lede, p->lede.n ? " " : "");
    page_escape(&p->lede, sentence);
}

void page_section(page *p, const char *title, const char *nav)
{
    if (p->open_section)
        text_add(&p->body, "</section>\n");
    p->open_section = true;
    p->sections++;
    text_addf(&p->body, "<section id=\"s%u\">\n<h2>", p->sections);
    page_escape(&p->body, title);
    text_add(&p->body, "</h2>\n");
    if (!nav)
        return;
    text_addf(&p->nav, "<li><a href=\"#s%u\">", p->sections);
    page_escape(&p->nav, nav);
    text_add(&p->nav, "</a></li>");
}

void page_say(page *p, const char *sentence)
{
    text_add(&p->body, "<p>");
    page_escape(&p->body, sentence);
    text_add(&p->body, "</p>\n");
}

void page_code(page *p, const char *summary, const char *code)
{
    text_add(&p->body, "<div class=\"card\"><details><summary>");
    page_escape(&p->body, summary);
    text_add(&p->body, "</summary><pre>");
    page_escape(&p->body, code);
    text_add(&p->body, "</pre></details></div>\n");
}

/* ---- tables ---- */

static void head_row(page *p, const char *head)
{
    text_add(&p->body, "<table><thead><tr>");
    while (*head) {
        bool left = *head == '<';
        size_t n = strcspn(head += left, "|");
        char word[160];
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), head);
        text_add(&p->body, left ? "<th class=\"t\" scope=\"col\">" : "<th scope=\"col\">");
        page_escape(&p->body, word);
        text_add(&p->body, "</th>");
        head += n + (head[n] == '|');
    }
    text_add(&p->body, "</tr></thead><tbody>");
}

void page_table_open(page *p, const char *head, size_t rows)
{
    text_add(&p->body, rows > 16 ? "<div class=\"card tall\" tabindex=\"0\" role=\"region\" aria-label=\"table\">"
                                 : "<div class=\"card wide\">");
    head_row(p, head);
}

void page_row(page *p, const char *class)
{
    text_addf(&p->body, *class ? "\n<tr class=\"%s\">" : "\n<tr>", class);
}

void page_cell(page *p, const char *words, const char *class)
{
    if (*class)
        text_addf(&p->body, "<td class=\"%s\">", class);
    else
        text_add(&p->body, "<td>");
    page_escape(&p->body, words);
}

void page_cell_number(page *p, double v, const char *class)
{
    page_cell(p, "", class);
    page_number(&p->body, v);
}

void page_table_close(page *p)
{
    text_add(&p->body, "</tbody></table></div>\n");
}

void page_data_open(page *p, const char *head, size_t shown, size_t all)
{
    text_addf(&p->body, "<details%s><summary>The data behind it", p->open_tables ? " open" : "");
    if (shown < all)
        text_addf(&p->body, " (%zu rows of %zu)", shown, all);
    text_add(&p->body, "</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"data\">");
    head_row(p, head);
}

void page_data_close(page *p)
{
    text_add(&p->body, "</tbody></table></div></details>\n");
}

/* ---- charts ---- */

static void figure_open(page *p, const char *title)
{
    text_add(&p->body, "<figure>\n<h3>");
    page_escape(&p->body, title);
    text_add(&p->body, "</h3>\n");
}

json *page_chart(page *p, const char *kind, const char *title)
{
    p->charts++;
    figure_open(p, title);
    text_addf(&p->body, "<div class=\"chart\" role=\"img\" data-kind=\"%s\" data-from=\"d%u\" aria-label=\"", kind,
              p->charts);
    p->data = (json){ 0 };
    json_open(&p->data, NULL, '{');
    return &p->data;
}

void page_chart_words(page *p, const char *caption, const char *alt)
{
    page_escape(&p->body, *alt ? alt : caption);
    text_add(&p->body, "\"></div>\n<figcaption>");
    page_escape(&p->body, caption);
    if (*alt) {
        text_add(&p->body, " <span>");
        page_escape(&p->body, alt);
        text_add(&p->body, "</span>");
    }
    text_add(&p->body, "</figcaption>\n");
}

/* JSON in a script element: no '<' may stand in it, whatever a name holds. */
static void put_data(page *p)
{
    json_close(&p->data, '}');
    char *made = text_take(&p->data.out);
    if (!made) {
        p->body.failed = true;
        return;
    }
    for (const char *at = made; *at;) {
        size_t n = strcspn(at, "<");
        text_addn(&p->body, at, n);
        at += n;
        if (*at)
            text_add(&p->body, "\\u003c");
        at += *at == '<';
    }
    free(made);
}

void page_chart_end(page *p)
{
    text_addf(&p->body, "<script type=\"application/json\" id=\"d%u\">", p->charts);
    put_data(p);
    text_add(&p->body, "</script>\n</figure>\n");
}

void page_chart_again(page *p, const char *kind, const char *title, const char *caption)
{
    figure_open(p, title);
    text_addf(&p->body, "<div class=\"chart\" role=\"img\" data-kind=\"%s\" data-from=\"d%u\" aria-label=\"", kind,
              p->charts);
    page_chart_words(p, caption, "");
    text_add(&p->body, "</figure>\n");
}

void page_axis(json *j, const char *key, const char *label, const char *unit)
{
    json_open(j, key, '{');
    json_text(j, "label", label);
    json_text(j, "unit", unit && strcmp(unit, "1") != 0 ? unit : "");
    json_close(j, '}');
}

void page_values(json *j, const char *key, const double *v, size_t n)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < n; i++) {
        char made[32];
        snprintf(made, sizeof made, "%.6g", v[i]);
        json_raw(j, NULL, isfinite(v[i]) ? made : "null");
    }
    json_close(j, ']');
}

/* ---- the file ---- */

/* 'sha256-..' of a script, as Content-Security-Policy wants it. */
static void add_hash(text *t, const char *script)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char hex[65];
    unsigned char b[33] = { 0 };
    file_sha256_bytes(script, strlen(script), hex);
    for (int i = 0; i < 32; i++) {
        char two[3] = { hex[2 * i], hex[2 * i + 1], 0 };
        b[i] = (unsigned char)strtoul(two, NULL, 16);
    }
    text_add(t, " 'sha256-");
    for (int i = 0; i < 33; i += 3) {
        unsigned long v = (unsigned long)b[i] << 16 | (unsigned long)b[i + 1] << 8 | b[i + 2];
        for (int k = 0; k < 4; k++)
            text_addc(t, i == 30 && k == 3 ? '=' : digit[v >> (18 - 6 * k) & 63]);
    }
    text_add(t, "'");
}

static void add_head(const page *p, text *t)
{
    text_add(
        t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"fade " FADE_VERSION
           "\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
           "style-src 'unsafe-inline'; script-src");
    add_hash(t, page_asset_uplot_js);
    add_hash(t, page_asset_js);
    text_add(t, "; base-uri 'none'; form-action 'none'\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
    text_add(t, text_of(&p->title));
    text_add(t, "</title>\n<style>");
    text_add(t, page_asset_uplot_css);
    text_add(t, "\n");
    text_add(t, page_asset_css);
    text_add(t, "</style>\n</head>\n<body>\n<header>\n<h1>");
    text_add(t, text_of(&p->title));
    text_add(t,
             "</h1>\n<button id=\"theme\" type=\"button\" aria-label=\"change between light and dark\">Dark</button>\n"
             "<p class=\"lede\">");
    text_add(t, text_of(&p->lede));
    text_add(t,
             "</p>\n<noscript><p>The charts need JavaScript; the tables below each of them do not.</p></noscript>\n"
             "<p class=\"hint\">Drag across a line chart to zoom, double-click to see all of it again; click a name in "
             "its legend to hide a line.</p>\n</header>\n");
}

int page_write(page *p, const char *path, why *w)
{
    text t = { 0 };
    add_head(p, &t);
    text_add(&t, "<nav aria-label=\"contents\"><ul>");
    text_add(&t, text_of(&p->nav));
    text_add(&t, "</ul></nav>\n<main>\n");
    text_add(&t, text_of(&p->body));
    text_add(&t, p->open_section ? "</section>\n" : "");
    text_add(&t,
             "</main>\n<footer>Made by fade " FADE_VERSION ". Everything shown is in this file.</footer>\n<script>");
    text_add(&t, page_asset_uplot_js);
    text_add(&t, "</script>\n<script>");
    text_add(&t, page_asset_js);
    text_add(&t, "</script>\n</body>\n</html>\n");
    bool failed = t.failed || p->body.failed || p->nav.failed || p->title.failed || p->lede.failed;
    int rc = failed ? fail(w, E_NOMEM, "no memory for the report %s", path) : file_write(path, t.at, t.n, w);
    text_free(&t);
    return rc;
}
