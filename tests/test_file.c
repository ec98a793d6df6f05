/* SPDX-License-Identifier: MIT
 * test_file.c - whole files: bounded, atomic, locked, hashed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "core/base/file.h"
#include "core/base/mem.h"
#include "core/base/sha256.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/fade-test-file-XXXXXX";

static int make_folder(void **unused)
{
    (void)unused;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **unused)
{
    (void)unused;
    char command[128];
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

static const char *in_folder(const char *name)
{
    static char path[4][256];
    static int turn;
    turn = (turn + 1) % 4;
    snprintf(path[turn], sizeof path[turn], "%s/%s", folder, name);
    return path[turn];
}

static void written_is_read(void **unused)
{
    (void)unused;
    why w = { 0 };
    char *big = malloc(200001), *back;
    size_t n;
    for (int i = 0; i < 200001; i++)
        big[i] = (char)(i * 7);
    const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 200001 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(file_write(in_folder("a"), big, sizes[i], &w), E_OK);
        assert_int_equal(file_read(in_folder("a"), 1 << 20, &back, &n, &w), E_OK);
        assert_int_equal(n, sizes[i]);
        assert_memory_equal(back, big, n);
        assert_int_equal(back[n], 0);
        free(back);
        if (sizes[i]) {
            assert_int_equal(file_read(in_folder("a"), sizes[i], &back, &n, &w), E_OK);
            free(back);
            assert_int_equal(file_read(in_folder("a"), sizes[i] - 1, &back, &n, &w), E_INPUT);
            assert_non_null(strstr(w.text, "larger than"));
            assert_null(back);
        }
    }
    free(big);
}

static void refusals_say_why(void **unused)
{
    (void)unused;
    why w = { 0 };
    char *back;
    assert_int_equal(file_read(in_folder("none"), 10, &back, NULL, &w), E_IO);
    assert_non_null(strstr(w.text, "none: No such file"));
    assert_int_equal(file_read(folder, 10, &back, NULL, &w), E_IO);
    assert_non_null(strstr(w.text, "it is a folder"));
    assert_int_equal(file_write(in_folder("no/such/x"), "a", 1, &w), E_IO);
    assert_non_null(strstr(w.text, "cannot write"));
    assert_int_equal(file_write("/dev/full/x", "a", 1, &w), E_IO);
    assert_int_equal(file_read("/dev/zero", 1000, &back, NULL, &w), E_INPUT);   /* endless, but bounded */
    char hex[65];
    assert_int_equal(file_sha256(in_folder("none"), hex, &w), E_IO);
    assert_string_equal(hex, "");
}

static void a_failed_write_leaves_the_old(void **unused)
{
    (void)unused;
    why w = { 0 };
    char *back;
    mkdir(in_folder("taken"), 0777);
    assert_int_equal(file_write(in_folder("old"), "old", 3, &w), E_OK);
    mem_fail_at(1);
    assert_int_equal(file_write(in_folder("old"), "new", 3, &w), E_NOMEM);
    mem_fail_at(0);
    assert_int_equal(file_write(in_folder("taken"), "new", 3, &w), E_IO);       /* rename fails: the name is a folder */
    assert_int_equal(file_read(in_folder("old"), 10, &back, NULL, &w), E_OK);
    assert_string_equal(back, "old");
    free(back);
    assert_int_equal(file_write(in_folder("old"), "newer", 5, &w), E_OK);
    assert_int_equal(file_read(in_folder("old"), 10, &back, NULL, &w), E_OK);
    assert_string_equal(back, "newer");
    free(back);
    char command[128];
    snprintf(command, sizeof command, "ls '%s' | grep -q tmp", folder);
    assert_int_not_equal(system(command), 0);           /* nothing half-made lies about */
}

static void what_is_no_file_is_written_into(void **unused)
{
    (void)unused;
    why w = { 0 };
    char *back;
    assert_int_equal(symlink("/dev/null", in_folder("null")), 0);
    assert_int_equal(file_write(in_folder("null"), "a", 1, &w), E_OK);
    assert_int_equal(symlink("/dev/full", in_folder("full")), 0);
    if (file_exists("/dev/full"))
        assert_int_equal(file_write(in_folder("full"), "a", 1, &w), E_IO);
    struct stat st;
    assert_int_equal(stat(in_folder("null"), &st), 0);
    assert_true(S_ISCHR(st.st_mode));                   /* still the device, not a file in its place */
    assert_int_equal(file_write(in_folder("meant"), "old", 3, &w), E_OK);
    assert_int_equal(symlink("meant", in_folder("link")), 0);
    assert_int_equal(file_write(in_folder("link"), "new", 3, &w), E_OK);
    assert_int_equal(lstat(in_folder("link"), &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(file_read(in_folder("meant"), 10, &back, NULL, &w), E_OK);
    assert_string_equal(back, "new");
    free(back);
}

static void folders(void **unused)
{
    (void)unused;
    why w = { 0 };
    assert_int_equal(file_mkdirs(in_folder("x/y/z"), &w), E_OK);
    assert_int_equal(file_mkdirs(in_folder("x/y/z/"), &w), E_OK);
    assert_true(file_is_folder(in_folder("x/y/z")) && file_exists(in_folder("x/y")));
    assert_false(file_exists(in_folder("q")));
    assert_int_equal(file_write(in_folder("plain"), "a", 1, &w), E_OK);
    assert_false(file_is_folder(in_folder("plain")));
    assert_int_equal(file_mkdirs(in_folder("plain/sub"), &w), E_IO);
    assert_int_equal(file_mkdirs(in_folder("plain"), &w), E_IO);
    assert_non_null(strstr(w.text, "a file has that name"));
    assert_int_equal(file_mkdirs("", &w), E_OK);
}

static void check_path(char *made, const char *want)
{
    assert_non_null(made);
    assert_string_equal(made, want);
    free(made);
}

static void paths(void **unused)
{
    (void)unused;
    check_path(file_join("a", "b"), "a/b");
    check_path(file_join("a/", "b"), "a/b");
    check_path(file_join("a", "/b"), "/b");
    check_path(file_join("", "b"), "b");
    check_path(file_beside("dir/life.toml", "x.csv"), "dir/x.csv");
    check_path(file_beside("life.toml", "x.csv"), "x.csv");
    check_path(file_beside("dir/life.toml", "/x.csv"), "/x.csv");
    check_path(file_beside("/life.toml", "x"), "/x");
    mem_fail_at(1);
    assert_null(file_join("a", "b"));
    mem_fail_at(0);
}

static void one_holds_the_lock(void **unused)
{
    (void)unused;
    why w = { 0 };
    int a, b;
    assert_int_equal(file_lock(in_folder("lock"), &a, &w), E_OK);
    assert_int_equal(file_lock(in_folder("lock"), &b, &w), E_FAILED);
    char pid[40];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    assert_non_null(strstr(w.text, pid));
    assert_int_equal(b, -1);
    file_unlock(a);
    file_unlock(-1);
    pid_t child = fork();                               /* a process that dies leaves no lock */
    if (!child) {
        int c;
        _exit(file_lock(in_folder("lock"), &c, NULL) == E_OK ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_int_equal(file_lock(in_folder("lock"), &b, &w), E_OK);
    file_unlock(b);
    assert_int_equal(file_lock(in_folder("no/lock"), &b, &w), E_IO);
}

static void hashes(void **unused)
{
    (void)unused;
    char hex[65];
    file_sha256_bytes("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    file_sha256_bytes("abc", 3, hex);                   /* FIPS 180-4, appendix B.1 and B.2 */
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    file_sha256_bytes("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    char *million = malloc(1000000);
    memset(million, 'a', 1000000);
    file_sha256_bytes(million, 1000000, hex);           /* B.3 */
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    char same[65];
    for (size_t piece = 1; piece < 200; piece += 13) {
        sha256 s;
        sha256_start(&s);
        for (size_t at = 0; at < 1000; at += piece)
            sha256_add(&s, million + at, at + piece > 1000 ? 1000 - at : piece);
        sha256_end(&s, hex);
        file_sha256_bytes(million, 1000, same);
        assert_string_equal(hex, same);
    }
    assert_int_equal(file_write(in_folder("million"), million, 1000000, NULL), E_OK);
    assert_int_equal(file_sha256(in_folder("million"), hex, NULL), E_OK);
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    mem_fail_at(1);
    assert_int_equal(file_sha256(in_folder("million"), hex, NULL), E_NOMEM);
    mem_fail_at(0);
    free(million);
    assert_int_equal(file_crc32(0, "123456789", 9), 0xcbf43926);
    assert_int_equal(file_crc32(file_crc32(0, "1234", 4), "56789", 5), 0xcbf43926);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read),
        cmocka_unit_test(refusals_say_why),
        cmocka_unit_test(a_failed_write_leaves_the_old),
        cmocka_unit_test(what_is_no_file_is_written_into),
        cmocka_unit_test(folders),
        cmocka_unit_test(paths),
        cmocka_unit_test(one_holds_the_lock),
        cmocka_unit_test(hashes),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
