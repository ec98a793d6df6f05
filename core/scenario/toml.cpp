/* SPDX-License-Identifier: MIT
 * toml.cpp - TOML text -> tree, by toml++.
 *
 * Header-only and without exceptions: the packaged library only has the build with them.  A scan in front keeps what
 * toml++ is given small enough that neither its memory nor the depth of its recursion can hurt.
 */
#include "core/scenario/toml.h"
#undef fail                                       /* streams have a function of that name */
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_MAX_NESTED_VALUES 64
#define TOML_ASSERT(expr) static_assert(true)     /* "[!" trips one; behind it stands a check that says so */
#include <toml++/toml.h>

namespace {

constexpr size_t most_bytes = size_t{8} << 20, most_nodes = 1000000, most_dots = TREE_DEPTH;
constexpr char   value_key[] = "v = ";

struct reader {
    tree          *t;
    const char    *file;
    tree_problems *p;
    bool           placed;                        /* lines and columns mean something to the user */
};

/* ---- the scan in front ------------------------------------------------------------------------------------------- */

struct place {
    int line = 1, column = 1;
};

/* Walks over text outside strings and comments. */
class scan {
public:
    explicit scan(std::string_view all) : text(all) {}

    /* What is too much about it; nullptr: nothing. */
    const char *judge()
    {
        size_t dots = 0, nodes = 0;
        while (at < text.size()) {
            char c = text[at];
            if (c == '#')
                skip_comment();
            else if (c == '"' || c == '\'')
                skip_string(c);
            else
                step();
            dots = c == '.' ? dots + 1 : std::strchr("\n=,[]{}", c) && c ? 0 : dots;
            nodes += c && std::strchr("=,[{", c) != nullptr;
            if (dots > most_dots)
                return "a key of more than 64 parts";
            if (nodes > most_nodes)
                return "more than 1,000,000 values";
        }
        return nullptr;
    }

    place where;

private:
    std::string_view text;
    size_t           at = 0;

    void step()
    {
        bool newline = text[at] == '\n';
        where.line += newline;
        where.column = newline ? 1 : where.column + ((text[at] & 0xc0) != 0x80);
        at++;
    }

    bool triple(char quote) const
    {
        return at + 2 < text.size() && text[at] == quote && text[at + 1] == quote && text[at + 2] == quote;
    }

    void skip_comment()
    {
        while (at < text.size() && text[at] != '\n')
            step();
    }

    void skip_string(char quote)
    {
        bool   many = triple(quote);
        size_t marks = many ? 3 : 1;
        for (size_t i = 0; i < marks; i++)
            step();
        while (at < text.size()) {
            if (text[at] == '\n' && !many)
                return;
            if (text[at] == quote && (!many || triple(quote)))
                break;
            if (text[at] == '\\' && quote == '"' && at + 1 < text.size() && text[at + 1] != '\n')
                step();
            step();
        }
        for (size_t i = 0; i < marks && at < text.size(); i++)
            step();
        for (int i = 0; many && i < 2 && at < text.size() && text[at] == quote; i++)
            step();                               /* up to two quotes may stand before the closing three */
    }
};

/* ---- nodes ------------------------------------------------------------------------------------------------------- */

tree_node *convert(const reader &r, const toml::node &from, int depth);

tree_node *make(const reader &r, int kind, const toml::source_position &at)
{
    return tree_make(r.t, kind, r.file, r.placed ? static_cast<int>(at.line) : 0,
                     r.placed ? static_cast<int>(at.column) : 0);
}

tree_node *refuse(const reader &r, const toml::source_position &at, const char *sentence)
{
    tree_complain_at(r.p, r.file, r.placed ? static_cast<int>(at.line) : 0, r.placed ? static_cast<int>(at.column) : 0,
                     E_INPUT, sentence);
    return nullptr;
}

/* A copy in the tree; a NUL inside would hide the rest. */
const char *copy(const reader &r, std::string_view text, const toml::source_position &at)
{
    if (text.find('\0') != std::string_view::npos) {
        refuse(r, at, "a text with a NUL character in it");
        return nullptr;
    }
    return tree_text(r.t, std::string(text).c_str());
}

struct entry {
    const toml::key  *key;
    const toml::node *value;
};

bool earlier(const entry &a, const entry &b)
{
    const toml::source_position &x = a.key->source().begin, &y = b.key->source().begin;
    return x.line != y.line ? x.line < y.line : x.column < y.column;
}

tree_node *convert_table(const reader &r, const toml::table &from, int depth)
{
    tree_node *to = make(r, TREE_TABLE, from.source().begin);
    if (!to)
        return nullptr;
    std::vector<entry> entries;
    for (auto &&[key, value] : from)
        entries.push_back({ &key, &value });
    std::stable_sort(entries.begin(), entries.end(), earlier);
    for (const entry &e : entries) {
        const toml::source_position &at = e.key->source().begin;
        const char                  *key = copy(r, e.key->str(), at);
        tree_node                   *child = key ? convert(r, *e.value, depth + 1) : nullptr;
        if (!child)
            return nullptr;
        child->key_line = r.placed ? static_cast<int>(at.line) : 0;
        child->key_column = r.placed ? static_cast<int>(at.column) : 0;
        tree_append(to, key, child);
    }
    return to;
}

tree_node *convert_array(const reader &r, const toml::array &from, int depth)
{
    tree_node *to = make(r, TREE_ARRAY, from.source().begin);
    if (!to)
        return nullptr;
    for (const toml::node &value : from) {
        tree_node *child = convert(r, value, depth + 1);
        if (!child)
            return nullptr;
        tree_push(to, child);
    }
    return to;
}

tree_node *convert_text(const reader &r, int kind, std::string_view text, const toml::source_position &at)
{
    const char *mine = copy(r, text, at);
    tree_node  *to = mine ? make(r, kind, at) : nullptr;
    if (to)
        to->text = mine;
    return to;
}

tree_node *convert_number(const reader &r, const toml::node &from)
{
    int        kind = from.is_boolean() ? TREE_BOOL : from.is_integer() ? TREE_INT : TREE_REAL;
    tree_node *to = make(r, kind, from.source().begin);
    if (!to)
        return nullptr;
    if (const auto *b = from.as_boolean())
        to->integer = b->get();
    if (const auto *i = from.as_integer())
        to->integer = i->get();
    const auto *x = from.as_floating_point();
    to->real = x ? x->get() : static_cast<double>(to->integer);
    return to;
}

std::string date_text(const toml::node &from)
{
    std::ostringstream out;
    out.imbue(std::locale::classic());
    if (const auto *d = from.as_date())
        out << d->get();
    if (const auto *d = from.as_time())
        out << d->get();
    if (const auto *d = from.as_date_time())
        out << d->get();
    return out.str();
}

tree_node *convert(const reader &r, const toml::node &from, int depth)
{
    const toml::source_position &at = from.source().begin;
    if (depth > TREE_DEPTH)
        return refuse(r, at, "tables and arrays nested more than 64 deep");
    if (const toml::table *table = from.as_table())
        return convert_table(r, *table, depth);
    if (const toml::array *array = from.as_array())
        return convert_array(r, *array, depth);
    if (const auto *text = from.as_string())
        return convert_text(r, TREE_TEXT, text->get(), at);
    if (from.is_number() || from.is_boolean())
        return convert_number(r, from);
    return convert_text(r, TREE_DATE, date_text(from), at);
}

/* What toml++ says, as one sentence. */
void complain(const reader &r, const toml::parse_error &e)
{
    std::string text(e.description());
    std::replace(text.begin(), text.end(), '\n', ' ');
    refuse(r, e.source().begin, text.c_str());
}

} // namespace

int toml_parse(tree *t, const char *file, const char *at, size_t n, tree_problems *p, tree_node **out)
{
    *out = nullptr;
    reader           r = { t, file, p, true };
    std::string_view all(at, n);
    if (n > most_bytes)
        return tree_complain_at(p, file, 0, 0, E_INPUT, "the file has more than 8 MiB");
    scan        ahead(all);
    const char *wrong = ahead.judge();
    if (wrong)
        return tree_complain_at(p, file, ahead.where.line, ahead.where.column, E_INPUT, wrong);
    toml::parse_result parsed = toml::parse(all);
    if (!parsed) {
        complain(r, parsed.error());
        return E_INPUT;
    }
    *out = convert(r, parsed.table(), 0);
    return *out ? E_OK : tree_failed(t) ? E_NOMEM : E_INPUT;
}

namespace {

/* Text that meant to be TOML: its mistakes are told, not taken for a word. */
bool meant(const char *text)
{
    return *text && std::strchr("[{\"'", *text);
}

int take_word(const reader &r, const char *text, tree_node **out)
{
    if (!toml::parse(std::string("#") + text))    /* in a comment anything goes but what no text may hold */
        return tree_complain_at(r.p, r.file, 0, 0, E_INPUT, "the value is not one line of UTF-8 text");
    *out = convert_text(r, TREE_TEXT, text, {});
    return *out ? E_OK : E_NOMEM;
}

} // namespace

int toml_value(tree *t, const char *file, const char *given, tree_problems *p, tree_node **out)
{
    *out = nullptr;
    reader            r = { t, file, p, false };
    const std::string all = std::string(value_key) + given;
    scan              ahead(all);
    const char       *wrong = all.size() > most_bytes ? "the value has more than 8 MiB" : ahead.judge();
    if (wrong)
        return tree_complain_at(p, file, 0, 0, E_INPUT, wrong);
    if (all.find('\n') != std::string::npos)
        return tree_complain_at(p, file, 0, 0, E_INPUT, "the value is not one line of UTF-8 text");
    toml::parse_result parsed = toml::parse(all);
    if (!parsed && !meant(given))
        return take_word(r, given, out);
    if (!parsed) {
        complain(r, parsed.error());
        return E_INPUT;
    }
    *out = convert(r, *parsed.table().get("v"), 1);
    return *out ? E_OK : tree_failed(t) ? E_NOMEM : E_INPUT;
}

#define TOML_WORD(x) #x
#define TOML_TEXT(x) TOML_WORD(x)

const char *toml_library(void)
{
    return TOML_TEXT(TOML_LIB_MAJOR) "." TOML_TEXT(TOML_LIB_MINOR) "." TOML_TEXT(TOML_LIB_PATCH);
}
