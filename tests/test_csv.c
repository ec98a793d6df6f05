/* SPDX-License-Identifier: MIT
 * test_csv.c - the CSV scanner: RFC 4180, its limits, damage, resuming, and agreement with a plain parser.
 */
#include "core/base/csv.h"
#include "core/base/mem.h"
#include "core/base/text.h"
#include "tests/data.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>                                     /* last: it has a fail() too */

static char file[] = "/tmp/fade-test-csv-XXXXXX";

/* All rows as text: fields in [], a newline after each row, then "end" or the error. */
static char *all(fade_csv *c)
{
    text t = { 0 };
    const fade_csv_field *f;
    uint32_t n;
    why w = { 0 };
    int rc;
    while (!(rc = csv_next(c, &f, &n, &w))) {
        text_addf(&t, "%u:", (unsigned)csv_line(c));
        for (uint32_t i = 0; i < n; i++) {
            assert_int_equal(strlen(f[i].at), f[i].n);
            text_addf(&t, "[%s]", f[i].at);
        }
        text_addc(&t, '\n');
    }
    text_add(&t, rc < 0 ? "end" : w.text);
    return text_take(&t);
}

static void expect_n(const char *in, size_t n, char separator, const char *out)
{
    fade_csv *c;
    why w = { 0 };
    assert_int_equal(csv_memory(in, n, separator, &c, &w), E_OK);
    char *got = all(c);
    assert_string_equal(got, out);
    free(got);
    csv_close(c);
}

static void expect(const char *in, const char *out)
{
    expect_n(in, strlen(in), 0, out);
}

static void rows_of_all_kinds(void **state)
{
    (void)state;
    expect("", "end");
    expect("\n\r\n\n", "end");
    expect("a,b\n1,2\n", "1:[a][b]\n2:[1][2]\nend");
    expect("a,b\r\n1,2\r\n", "1:[a][b]\n2:[1][2]\nend");
    expect("a,b\n1,2", "1:[a][b]\n2:[1][2]\nend");
    expect("a,b\n1,2\r", "1:[a][b]\n2:[1][2]\nend");
    expect("\xef\xbb\xbf" "a,b\n", "1:[a][b]\nend");
    expect("a,b\n\n\n1,2\n\n", "1:[a][b]\n4:[1][2]\nend");
    expect("a,,\n,,\n", "1:[a][][]\n2:[][][]\nend");
    expect("\"a\",\"b,c\"\n", "1:[a][b,c]\nend");
    expect("\"a\"\"b\",\"\"\r\n\"\"\n", "1:[a\"b][]\n2:[]\nend");
    expect("\"a\nb\",c\nd,e\n", "1:[a\nb][c]\n3:[d][e]\nend");
    expect("\"a\r\nb\r\n\",c\nd\n", "1:[a\r\nb\r\n][c]\n4:[d]\nend");
    expect("x 5\" pipe,\"q\"r\n", "1:[x 5\" pipe][qr]\nend");
    expect("\"a\"", "1:[a]\nend");
    expect("a\n1\n", "1:[a]\n2:[1]\nend");
    expect("1,2,3\n4\n5,6\n", "1:[1][2][3]\n2:[4]\n3:[5][6]\nend");       /* ragged rows are the caller's */
}

static void separators_are_found(void **state)
{
    (void)state;
    expect("a;b\n1,5;2,5\n", "1:[a][b]\n2:[1,5][2,5]\nend");
    expect("t, s;U, V\n1,0;2,5\n", "1:[t, s][U, V]\n2:[1,0][2,5]\nend");
    expect("a\tb\n1\t2\n", "1:[a][b]\n2:[1][2]\nend");
    expect("\"x;y;z\",b\n1,2\n", "1:[x;y;z][b]\n2:[1][2]\nend");
    expect("a;b;c", "1:[a][b][c]\nend");
    expect("a,b,note;c\n1,2,3\n", "1:[a][b][note;c]\n2:[1][2][3]\nend");
    expect_n("a;b,c\n", 6, ',', "1:[a;b][c]\nend");
}

static void bad_bytes_are_named_by_line(void **state)
{
    (void)state;
    expect("a,b\n1,\"2\n3,4\n", "1:[a][b]\n(memory):2: a quote opened in this row is never closed");
    expect("\"a\nb\",\"c\nd", "(memory):2: a quote opened in this row is never closed");
    expect_n("a,b\n1,\0002\n", 9, 0, "1:[a][b]\n(memory):2: a NUL byte in the text (binary or UTF-16?)");
    expect_n("a,b\n1,\"\n\0002\"\n", 12, 0, "1:[a][b]\n(memory):3: a NUL byte in the text (binary or UTF-16?)");
    expect_n("\xff\xfe" "a\0,\0", 6, 0, "(memory):1: a NUL byte in the text (binary or UTF-16?)");
}

static char *repeat(const char *head, const char *what, size_t times, const char *tail)
{
    text t = { 0 };
    text_add(&t, head);
    for (size_t i = 0; i < times; i++)
        text_add(&t, what);
    text_add(&t, tail);
    return text_take(&t);
}

static void limits_hold(void **state)
{
    (void)state;
    fade_csv *c;
    const fade_csv_field *f;
    uint32_t n;
    why w = { 0 };
    char *in = repeat("", ",", 4095, "\n");                /* 4,096 fields are allowed */
    assert_int_equal(csv_memory(in, strlen(in), ',', &c, &w), E_OK);
    assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
    assert_int_equal(n, 4096);
    csv_close(c);
    free(in);
    in = repeat("a\n", ",", 4096, "\n");
    expect_n(in, strlen(in), ',', "1:[a]\n(memory):2: more than 4096 fields in a row");
    free(in);
    in = repeat("", "0123456789abcdef", 65536, "\n");      /* 1 MiB is allowed */
    assert_int_equal(csv_memory(in, strlen(in), ',', &c, &w), E_OK);
    assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
    assert_int_equal(f[0].n, 1 << 20);
    csv_close(c);
    in[1 << 20] = 'x';
    expect_n(in, (1 << 20) + 1, ',', "(memory):1: a row longer than 1 MiB (is a quote left open?)");
    free(in);
    in = repeat("a\nb,\"", "0123,56\n9abcdef", 300000, "\n");
    expect_n(in, strlen(in), ',', "1:[a]\n(memory):2: a row longer than 1 MiB (is a quote left open?)");
    free(in);
}

static void an_error_stays(void **state)
{
    (void)state;
    fade_csv *c;
    const fade_csv_field *f;
    uint32_t n;
    why w = { 0 };
    const char in[] = "a\n\"b\nc\n";
    assert_int_equal(csv_memory(in, strlen(in), ',', &c, &w), E_OK);
    assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
    for (int i = 0; i < 3; i++)
        assert_int_equal(csv_next(c, &f, &n, &w), E_INPUT);
    assert_int_equal(csv_seek(c, 0, 0, &w), E_OK);         /* but not after going back */
    assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
    assert_string_equal(f[0].at, "a");
    csv_close(c);
}

/* A plain parser to agree with: byte by byte, the same rules, no limits. */
static char *plain(const char *in, size_t n, char sep)
{
    text t = { 0 };
    size_t i = 0, line = 1;
    while (i < n) {
        size_t start = i, lines = 1;
        text row = { 0 };
        for (bool more = true; more;) {
            text_addc(&row, '[');
            bool inside = i < n && in[i] == '"';
            size_t opened = line + lines - 1;
            i += inside;
            for (; i < n && (inside || (in[i] != sep && in[i] != '\n')); i++) {
                if (inside && in[i] == '"') {
                    if (i + 1 < n && in[i + 1] == '"')
                        text_addc(&row, in[i++]);
                    else
                        inside = false;
                    continue;
                }
                if (!inside && in[i] == '\r' && (i + 1 == n || in[i + 1] == '\n'))
                    continue;
                lines += in[i] == '\n';
                text_addc(&row, in[i]);
            }
            if (inside) {
                text_addf(&t, "(memory):%zu: a quote opened in this row is never closed", opened);
                text_free(&row);
                return text_take(&t);
            }
            text_addc(&row, ']');
            more = i < n && in[i] == sep;
            i += i < n;
        }
        if (strcmp(text_of(&row), "[]") != 0 || in[start] == '"')
            text_addf(&t, "%zu:%s\n", line, text_of(&row));
        text_free(&row);
        line += lines;
    }
    text_add(&t, "end");
    return text_take(&t);
}

static uint64_t draw(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void agrees_with_a_plain_parser(void **state)
{
    (void)state;
    static const char letters[] = "ab1.,,,,\n\n\"\"\r;";
    uint64_t seed = 88172645463325252u;
    char in[64];
    for (int k = 0; k < 40000; k++) {
        size_t n = draw(&seed) % sizeof in;
        for (size_t i = 0; i < n; i++)
            in[i] = letters[draw(&seed) % (sizeof letters - 1)];
        char *out = plain(in, n, ',');
        expect_n(in, n, ',', out);
        free(out);
    }
}

/* Rows with quotes, long fields and newlines over many chunks, so that every kind of byte meets a chunk's end. */
static char *long_text(size_t bytes, size_t *n)
{
    text t = { 0 };
    uint64_t seed = 42;
    while (t.n < bytes) {
        uint32_t fields = (uint32_t)(draw(&seed) % 9 + 1);
        for (uint32_t i = 0; i < fields; i++) {
            static const char *const kinds[] = { "%.*s",           "\"%.*s\"",  "\"%.*s\"\"\"",
                                                 "\"\n%.*s\r\n\"", "\"%.*s,\"", "x%.*s" };
            text_addf(&t, kinds[draw(&seed) % 6], (int)(draw(&seed) % 23), "0123456789abcdefghijklmnopq");
            text_add(&t, i + 1 < fields ? "," : draw(&seed) % 2 ? "\n" : "\r\n");
        }
    }
    *n = t.n;
    return text_take(&t);
}

static void chunks_do_not_show(void **state)
{
    (void)state;
    size_t n;
    char *in = long_text(3 << 20, &n), *out = plain(in, n, ',');
    expect_n(in, n, ',', out);
    free(out);
    free(in);
}

static void write_file(const char *at, size_t n)
{
    FILE *f = fopen(file, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(at, 1, n, f), n);
    fclose(f);
}

static void write_gz(const char *path, const char *at, size_t n)
{
    gzFile gz = gzopen(path, "wb1");
    assert_non_null(gz);
    assert_int_equal(gzwrite(gz, at, (unsigned)n), n);
    assert_int_equal(gzclose(gz), Z_OK);
}

/* Reads it all, remembering a place about every `step` rows; then goes to each place and compares the row found there.
 */
static void check_seek(fade_csv *c)
{
    enum { PLACES = 32 };
    struct { uint64_t offset, line; char row[64]; } place[PLACES];
    size_t made = 0;
    const fade_csv_field *f;
    uint32_t n;
    why w = { 0 };
    int rc = csv_next(c, &f, &n, &w);
    for (uint64_t k = 0; rc == 0; k++) {
        bool keep = k % 700 == 699 && made < PLACES;
        if (keep) {
            place[made].offset = csv_offset(c);
            place[made].line = csv_line(c);
        }
        rc = csv_next(c, &f, &n, &w);
        if (keep && rc == 0)
            snprintf(place[made++].row, 64, "%s", f[0].at);
    }
    assert_int_equal(rc, -1);
    assert_in_range(made, 8, PLACES);
    for (size_t i = 0; i < made; i++) {
        size_t k = i % 2 ? i : made - 1 - i;               /* forwards and back */
        assert_int_equal(csv_seek(c, place[k].offset, place[k].line, &w), E_OK);
        assert_int_equal(csv_offset(c), place[k].offset);
        assert_int_equal(csv_line(c), place[k].line);
        assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
        assert_string_equal(f[0].at, place[k].row);
    }
    assert_int_equal(csv_seek(c, 0, 0, &w), E_OK);
    assert_int_equal(csv_next(c, &f, &n, &w), E_OK);
    assert_int_equal(csv_line(c), 1);
}

static void seek_returns_to_any_row(void **state)
{
    (void)state;
    size_t n;
    why w = { 0 };
    fade_csv *c;
    char *in = long_text(1 << 20, &n), gz[64];
    snprintf(gz, sizeof gz, "%s.gz", file);
    write_file(in, n);
    write_gz(gz, in, n);
    assert_int_equal(csv_open(file, ',', &c, &w), E_OK);
    check_seek(c);
    csv_close(c);
    assert_int_equal(csv_open(gz, ',', &c, &w), E_OK);
    check_seek(c);
    char *out = plain(in, n, ','), *got = (csv_seek(c, 0, 0, &w), all(c));
    assert_string_equal(got, out);
    csv_close(c);
    unlink(gz);
    free(got);
    free(out);
    free(in);
}

static void damage_is_an_error(void **state)
{
    (void)state;
    size_t n, m = 0;
    why w = { 0 };
    fade_csv *c;
    char gz[64];
    snprintf(gz, sizeof gz, "%s.gz", file);
    char *in = long_text(1 << 20, &n);
    write_gz(gz, in, n);
    free(in);
    char *raw = malloc(n);
    FILE *f = fopen(gz, "rb");
    m = fread(raw, 1, n, f);
    fclose(f);
    for (int kind = 0; kind < 2; kind++) {                 /* cut short; a flipped byte in the middle */
        if (kind)
            raw[m / 2] = (char)(raw[m / 2] ^ 0x55);
        f = fopen(gz, "wb");
        fwrite(raw, 1, kind ? m : m / 2, f);
        fclose(f);
        assert_int_equal(csv_open(gz, ',', &c, &w), E_OK);
        const fade_csv_field *field;
        uint32_t k;
        int rc;
        while ((rc = csv_next(c, &field, &k, &w)) == 0)
            ;
        assert_int_equal(rc, E_INPUT);
        assert_true(kind || strstr(w.text, "damaged or cut short (unexpected end of file)"));
        assert_true(text_starts(w.text, gz));
        csv_close(c);
    }
    free(raw);
    f = fopen(gz, "wb");
    fputs("a,b\n", f);
    fclose(f);
    assert_int_equal(csv_open(gz, ',', &c, &w), E_INPUT);
    assert_non_null(strstr(w.text, "is named .gz but is not gzip data"));
    unlink(gz);
    assert_int_equal(csv_open("/nonexistent/x.csv", 0, &c, &w), E_IO);
    assert_string_equal(w.text, "/nonexistent/x.csv: cannot open: No such file or directory");
    assert_int_equal(csv_open("/tmp", 0, &c, &w), E_IO);
    assert_string_equal(w.text, "/tmp: cannot read: Is a directory");
    assert_null(c);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    char *in = repeat("a\n", "0123456789abcdef", 40000, "\n");
    int failed = 0;
    for (long k = 1; k < 8; k++) {
        fade_csv *c = NULL;
        why w = { 0 };
        const fade_csv_field *f;
        uint32_t n;
        mem_fail_at(k);
        int rc = csv_memory(in, strlen(in), ',', &c, &w);
        while (!rc)
            rc = csv_next(c, &f, &n, &w);
        mem_fail_at(0);
        assert_true(rc == -1 || rc == E_NOMEM);
        failed += rc == E_NOMEM;
        csv_close(c);
    }
    assert_in_range(failed, 4, 7);
    free(in);
}

static char said[1024];
static int32_t said_code;
static void hear(const fade_host *h, const fade_report *r)
{
    (void)h;
    said_code = r->code;
    assert_int_equal(r->level, 3);
    snprintf(said, sizeof said, "%s", r->text);
}

static void the_service_reports(void **state)
{
    (void)state;
    const fade_csv_v1 *t = csv_table();
    fade_host host = { .size = sizeof host, .report = hear };
    fade_csv *c;
    const fade_csv_field *f;
    uint32_t n;
    assert_int_equal(t->size, sizeof *t);
    assert_int_equal(t->open(&host, "/nonexistent/x.csv", 0, &c), FADE_EIO);
    assert_int_equal(said_code, FADE_EIO);
    assert_non_null(strstr(said, "cannot open"));
    write_file("a,b\n1,2\n3,\"4", 12);
    assert_int_equal(t->open(&host, file, 0, &c), FADE_OK);
    assert_int_equal(t->next(c, &f, &n), FADE_OK);
    assert_int_equal(t->line(c), 1);
    uint64_t at = t->offset(c);
    assert_int_equal(at, 4);
    assert_int_equal(t->next(c, &f, &n), FADE_OK);
    assert_int_equal(t->next(c, &f, &n), FADE_EINVAL);
    assert_int_equal(said_code, FADE_EINVAL);
    assert_non_null(strstr(said, ":3: a quote opened in this row is never closed"));
    assert_int_equal(t->seek(c, at, 1), FADE_OK);
    assert_int_equal(t->next(c, &f, &n), FADE_OK);
    assert_string_equal(f[1].at, "2");
    assert_int_equal(t->line(c), 2);
    t->close(c);
    t->close(NULL);
    write_file("a\n", 2);
    assert_int_equal(t->open(&host, file, 0, &c), FADE_OK);
    assert_int_equal(t->next(c, &f, &n), FADE_OK);
    assert_int_equal(t->next(c, &f, &n), FADE_END);
    assert_int_equal(n, 0);
    t->close(c);
}

static void real_data(void **state)
{
    (void)state;
    const char *path = data_file("nasa/discharge.csv.gz");
    fade_csv *c;
    why w = { 0 };
    if (!path)
        skip();
    assert_int_equal(csv_open(path, 0, &c, &w), E_OK);
    const fade_csv_field *f;
    uint32_t n, columns;
    uint64_t rows = 0;
    assert_int_equal(csv_next(c, &f, &columns, &w), E_OK);
    while (csv_next(c, &f, &n, &w) == 0) {
        assert_int_equal(n, columns);
        rows++;
    }
    assert_true(rows > 100000);
    csv_close(c);
}

int main(void)
{
    int fd = mkstemp(file);
    if (fd < 0)
        return 1;
    close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_of_all_kinds),
        cmocka_unit_test(separators_are_found),
        cmocka_unit_test(bad_bytes_are_named_by_line),
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(an_error_stays),
        cmocka_unit_test(agrees_with_a_plain_parser),
        cmocka_unit_test(chunks_do_not_show),
        cmocka_unit_test(seek_returns_to_any_row),
        cmocka_unit_test(damage_is_an_error),
        cmocka_unit_test(no_memory_is_an_error),
        cmocka_unit_test(the_service_reports),
        cmocka_unit_test(real_data),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(file);
    return failed;
}
