/* SPDX-License-Identifier: MIT
 * test_parquet.c - Parquet files read back by a small reader of its own: footer, pages, levels; and what cannot be
 * written.
 *
 * tests/e2e/show_export_plot.sh reads the same with DuckDB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/report/parquet.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- Thrift's compact protocol, read: a struct becomes "{field:value,..}" ---- */

typedef struct reader { const unsigned char *at, *end; } reader;

static uint64_t varint(reader *r)
{
    uint64_t v = 0;
    for (int shift = 0;; shift += 7) {
        assert_true(r->at < r->end && shift < 64);
        v |= (uint64_t)(*r->at & 0x7f) << shift;
        if (!(*r->at++ & 0x80))
            return v;
    }
}

static int64_t zigzag(reader *r)
{
    uint64_t v = varint(r);
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static void value(reader *r, int type, text *out);

static void fields(reader *r, text *out)
{
    int last = 0;
    text_addc(out, '{');
    for (bool first = true;; first = false) {
        assert_true(r->at < r->end);
        int head = *r->at++;
        if (!head)
            break;
        last = head >> 4 ? last + (head >> 4) : (int)zigzag(r);
        text_addf(out, "%s%d:", first ? "" : ",", last);
        value(r, head & 15, out);
    }
    text_addc(out, '}');
}

static void list(reader *r, text *out)
{
    assert_true(r->at < r->end);
    int head = *r->at++;
    uint64_t n = head >> 4 == 15 ? varint(r) : (uint64_t)(head >> 4);
    text_addc(out, '[');
    for (uint64_t i = 0; i < n; i++) {
        if (i)
            text_addc(out, ',');
        value(r, head & 15, out);
    }
    text_addc(out, ']');
}

static void value(reader *r, int type, text *out)
{
    uint64_t n;
    switch (type) {
    case 1:
    case 2:
        text_add(out, type == 1 ? "true" : "false");
        return;
    case 5:
    case 6:
        text_addf(out, "%lld", (long long)zigzag(r));
        return;
    case 8:
        n = varint(r);
        assert_true(n <= (uint64_t)(r->end - r->at));
        text_addc(out, '"');
        text_addn(out, (const char *)r->at, n);
        text_addc(out, '"');
        r->at += n;
        return;
    case 9:
        list(r, out);
        return;
    case 12:
        fields(r, out);
        return;
    default:
        fail_msg("type %d is not written", type);
    }
}

/* ---- a file ---- */

typedef struct made { char *at; size_t n; } made;

static made made_file(const parquet_column *column, size_t n, size_t groups, const size_t *rows, parquet_values (*v)[8])
{
    made m = { 0 };
    parquet *p = NULL;
    why w = { 0 };
    FILE *out = open_memstream(&m.at, &m.n);
    assert_non_null(out);
    assert_int_equal(parquet_open(out, column, n, &p, &w), E_OK);
    assert_int_equal(parquet_say(p, "made.by", "a test", &w), E_OK);
    for (size_t g = 0; g < groups; g++)
        assert_int_equal(parquet_group(p, rows[g], v[g], &w), E_OK);
    assert_int_equal(parquet_end(p, &w), E_OK);
    parquet_close(p);
    fclose(out);
    return m;
}

static char *footer_of(made m)
{
    uint32_t length;
    text t = { 0 };
    assert_true(m.n > 12);
    assert_memory_equal(m.at, "PAR1", 4);
    assert_memory_equal(m.at + m.n - 4, "PAR1", 4);
    memcpy(&length, m.at + m.n - 8, 4);
    assert_true(length < m.n - 12 + 1);
    reader r = { (unsigned char *)m.at + m.n - 8 - length, (unsigned char *)m.at + m.n - 8 };
    fields(&r, &t);
    assert_ptr_equal(r.at, r.end);
    return text_take(&t);
}

static void the_footer_names_all(void **state)
{
    (void)state;
    const parquet_column column[] = { { "id", PARQUET_TEXT, false }, { "n", PARQUET_WHOLE, false },
                                      { "t", PARQUET_TIME, true }, { "x", PARQUET_REAL, true } };
    const char *id[] = { "a", "bc" };
    const int64_t n[] = { -1, 1 }, t[] = { INT64_MIN, 5 };
    const double x[] = { NAN, 0.5 };
    parquet_values v[1][8] = { { { .text = id }, { .whole = n }, { .whole = t }, { .real = x } } };
    made m = made_file(column, 4, 1, (const size_t[]){ 2 }, v);
    char *said = footer_of(m);
    assert_non_null(strstr(said,
                           "{1:1,2:[{4:\"schema\",5:4},{1:6,3:0,4:\"id\",6:0,10:{1:{}}},{1:2,3:0,4:\"n\"},"
                           "{1:2,3:1,4:\"t\",6:10,10:{8:{1:true,2:{2:{}}}}},{1:5,3:1,4:\"x\"}],3:2,4:[{1:[{2:4,3:{1:6,"
                           "2:[0,3],3:[\"id\"],4:0,5:2,"));
    assert_non_null(strstr(said, "12:{3:1}"));           /* nulls */
    assert_non_null(strstr(said, ",5:[{1:\"made.by\",2:\"a test\"}],6:\"fade version "));
    free(said);
    free(m.at);
}

/* The page a column chunk starts with; its values behind the levels. */
static void read_page(made m, int64_t offset, bool optional, size_t rows, const char *start, uint8_t *there,
                      reader *body)
{
    text t = { 0 };
    reader r = { (unsigned char *)m.at + offset, (unsigned char *)m.at + m.n };
    fields(&r, &t);
    long bytes, packed, crc, count;
    assert_int_equal(
        sscanf(text_of(&t), "{1:0,2:%ld,3:%ld,4:%ld,5:{1:%ld,2:0,3:3,4:3}}", &bytes, &packed, &crc, &count), 4);
    assert_true(text_starts(text_of(&t), start));
    assert_int_equal(bytes, packed);
    assert_int_equal(count, rows);
    assert_int_equal((int32_t)file_crc32(0, r.at, (size_t)bytes), crc);
    *body = (reader){ r.at, r.at + bytes };
    memset(there, 1, rows);
    if (optional) {
        uint32_t length;
        memcpy(&length, body->at, 4);
        reader level = { body->at + 4, body->at + 4 + length };
        for (size_t i = 0; level.at < level.end;) {
            uint64_t run = varint(&level);
            assert_false(run & 1);
            for (run >>= 1; run > 0; run--) {
                assert_true(i < rows);
                there[i++] = *level.at;
            }
            level.at++;
        }
        body->at += 4 + length;
    }
    text_free(&t);
}

/* Offsets of the data pages, in the order of the file. */
static size_t offsets_of(const char *footer, int64_t *out)
{
    size_t n = 0;
    for (const char *p = footer; (p = strstr(p, ",9:")); p += 3)
        out[n++] = atoll(p + 3);
    return n;
}

enum { ROWS = 3000 };

static void rows_come_back(void **state)
{
    (void)state;
    const parquet_column column[] = { { "id", PARQUET_TEXT, true }, { "x", PARQUET_REAL, true },
                                      { "n", PARQUET_WHOLE, false } };
    static const char *id[ROWS];
    static double x[ROWS];
    static int64_t n[ROWS];
    static uint8_t there[ROWS];
    for (size_t i = 0; i < ROWS; i++) {
        id[i] = i % 7 == 0 ? NULL : i % 2 ? "cell \xc3\xa4" : "";
        x[i] = i % 3 == 0 || (i > 500 && i < 900) ? NAN : 1.0 / (double)i;
        n[i] = (int64_t)i * (i % 2 ? 1 : -1) * 1000000007;
    }
    const size_t rows[] = { 1000, 1999, 1 };
    parquet_values v[3][8] = { { { .text = id }, { .real = x }, { .whole = n } },
                               { { .text = id + 1000 }, { .real = x + 1000 }, { .whole = n + 1000 } },
                               { { .text = id + 2999 }, { .real = x + 2999 }, { .whole = n + 2999 } } };
    made m = made_file(column, 3, 3, rows, v);
    char *said = footer_of(m);
    int64_t offset[9];
    assert_int_equal(offsets_of(said, offset), 9);
    assert_non_null(strstr(said, "],3:3000,4:["));
    for (size_t g = 0, first = 0; g < 3; first += rows[g++]) {
        reader body;
        read_page(m, offset[3 * g], true, rows[g], "{1:0,2:", there, &body);
        for (size_t i = first; i < first + rows[g]; i++) {
            assert_int_equal(there[i - first], id[i] != NULL);
            uint32_t length;
            if (!id[i])
                continue;
            memcpy(&length, body.at, 4);
            assert_int_equal(length, strlen(id[i]));
            assert_memory_equal(body.at + 4, id[i], length);
            body.at += 4 + length;
        }
        assert_ptr_equal(body.at, body.end);
        read_page(m, offset[3 * g + 1], true, rows[g], "{1:0,2:", there, &body);
        for (size_t i = first; i < first + rows[g]; i++) {
            assert_int_equal(there[i - first], !isnan(x[i]));
            if (isnan(x[i]))
                continue;
            assert_memory_equal(body.at, &x[i], 8);
            body.at += 8;
        }
        assert_ptr_equal(body.at, body.end);
        read_page(m, offset[3 * g + 2], false, rows[g], "{1:0,2:", there, &body);
        assert_int_equal(body.end - body.at, 8 * rows[g]);
        assert_memory_equal(body.at, n + first, 8 * rows[g]);
    }
    free(said);
    free(m.at);
}

static void many_columns_and_no_rows(void **state)
{
    (void)state;
    parquet_column column[40];
    char name[40][8];
    parquet *p = NULL;
    why w = { 0 };
    made m = { 0 };
    for (size_t i = 0; i < 40; i++) {
        snprintf(name[i], sizeof name[i], "c%zu", i);
        column[i] = (parquet_column){ name[i], PARQUET_REAL, true };
    }
    FILE *out = open_memstream(&m.at, &m.n);
    assert_int_equal(parquet_open(out, column, 40, &p, &w), E_OK);
    assert_int_equal(parquet_group(p, 0, NULL, &w), E_OK);
    assert_int_equal(parquet_end(p, &w), E_OK);
    parquet_close(p);
    fclose(out);
    char *said = footer_of(m);
    assert_non_null(strstr(said, "{1:5,3:1,4:\"c39\"}],3:0,4:[],6:"));
    free(said);
    free(m.at);
}

static void a_full_disk_is_an_error(void **state)
{
    (void)state;
    const parquet_column column = { "x", PARQUET_REAL, true };
    double *x = mem_columns(100000);
    parquet_values v = { .real = x };
    parquet *p = NULL;
    why w = { 0 };
    FILE *out = fopen("/dev/full", "wb");
    if (!out)
        skip();
    int rc = parquet_open(out, &column, 1, &p, &w);
    if (!rc)
        rc = parquet_group(p, 100000, &v, &w);
    if (!rc)
        rc = parquet_end(p, &w);
    assert_int_equal(rc, E_IO);
    assert_non_null(strstr(w.text, "cannot write: No space left"));
    parquet_close(p);
    fclose(out);
    free(x);
}

static void memory_may_run_out(void **state)
{
    (void)state;
    const parquet_column column = { "x", PARQUET_REAL, true };
    const double x[] = { 1, NAN };
    int failed = 0;
    for (long k = 1; k < 12; k++) {
        parquet *p = NULL;
        why w = { 0 };
        made m = { 0 };
        FILE *out = open_memstream(&m.at, &m.n);
        mem_fail_at(k);
        int rc = parquet_open(out, &column, 1, &p, &w);
        if (!rc)
            rc = parquet_say(p, "a", "b", &w);
        if (!rc)
            rc = parquet_group(p, 2, &(parquet_values){ .real = x }, &w);
        if (!rc)
            rc = parquet_end(p, &w);
        mem_fail_at(0);
        assert_true(rc == E_OK || rc == E_NOMEM);
        failed += rc == E_NOMEM;
        parquet_close(p);
        fclose(out);
        free(m.at);
    }
    assert_true(failed >= 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_footer_names_all),     cmocka_unit_test(rows_come_back),
        cmocka_unit_test(many_columns_and_no_rows), cmocka_unit_test(a_full_disk_is_an_error),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
