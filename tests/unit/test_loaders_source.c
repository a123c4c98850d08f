/* A file as text: opened without blocking, unpacked, and refused where it is something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "loaders/source.h"
#include "tests/support/paths.h"

enum { PACKED_SIZE = 1 << 16 };

typedef struct scene {
  char dir[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  bt_source source;
  bt_error err;
  char packed[PACKED_SIZE];
  size_t n_packed;
} scene;

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->dir);
  test_file_write(s->path, s->dir, "X.csv", NULL);
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  test_dir_remove(s->dir);
  bt_source__clear(&s->source);
  free(s);
  return 0;
}

static void put(const scene *s, const void *bytes, size_t length)
{
  FILE *file = fopen(s->path, "wb");
  if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) abort();
}

/* Appends text to s->packed as one gzip member. */
static void pack(scene *s, const char *text)
{
  z_stream stream = {0};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) abort();
  stream.next_in = (Bytef *)(uintptr_t)text;
  stream.avail_in = (uInt)strlen(text);
  stream.next_out = (Bytef *)s->packed + s->n_packed;
  stream.avail_out = (uInt)(PACKED_SIZE - s->n_packed);
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) abort();
  s->n_packed += stream.total_out;
  (void)deflateEnd(&stream);
}

static void check_text(scene *s, const char *expected)
{
  if (bt_source__read(&s->source, s->path, &s->err) != BT_OK) fail_msg("%s", s->err.message);
  assert_string_equal(s->source.text.bytes, expected);
  assert_int_equal(s->source.text.length, strlen(expected));
}

/* The message is the path and `rest`. */
static void check_refused(scene *s, bt_status status, const char *rest)
{
  char message[2 * TEST_PATH_SIZE];
  (void)snprintf(message, sizeof message, "%s%s", s->path, rest);
  assert_int_equal(bt_source__read(&s->source, s->path, &s->err), status);
  assert_string_equal(s->err.message, message);
}

/* ---- files ---------------------------------------------------------------------------------- */

static void a_file_is_its_text(void **state)
{
  scene *s = *state;
  put(s, "Date,Close\n", 11);
  check_text(s, "Date,Close\n");
  assert_string_equal(s->source.label, s->path);
  uint64_t hash = s->source.hash;
  assert_int_not_equal(hash, 0);
  put(s, "Date,Close\r", 11);
  check_text(s, "Date,Close\n");
  assert_int_not_equal(s->source.hash, hash); /* of the bytes in the file, before decoding */
}

static void a_source_is_used_again_after_a_failure(void **state)
{
  scene *s = *state;
  put(s, "a much longer text than the next one\n", 37);
  check_text(s, "a much longer text than the next one\n");
  put(s, "\0", 1);
  check_refused(s, BT_ERR_DATA, ":1:1: not text: byte 0x00");
  put(s, "b\n", 2);
  check_text(s, "b\n");
}

static void what_is_no_regular_file_is_refused_without_blocking(void **state)
{
  scene *s = *state;
  assert_int_equal(unlink(s->path), 0);
  check_refused(s, BT_ERR_IO, ": no such file");
  assert_int_equal(mkfifo(s->path, 0600), 0);
  check_refused(s, BT_ERR_IO, ": not a regular file");
  assert_int_equal(unlink(s->path), 0);
  assert_int_equal(mkdir(s->path, 0700), 0);
  check_refused(s, BT_ERR_IO, ": not a regular file but a folder");
  assert_int_equal(s->source.hash, 0);
  (void)snprintf(s->path, sizeof s->path, "/dev/null");
  check_refused(s, BT_ERR_IO, ": not a regular file");
}

static void a_file_in_a_file_is_no_file(void **state)
{
  scene *s = *state;
  strcat(s->path, "/Y.csv");
  check_refused(s, BT_ERR_IO, ": no such file");
}

static void a_file_that_may_not_be_read_is_named(void **state)
{
  scene *s = *state;
  if (geteuid() == 0) {
    printf("skipped: the superuser may read everything\n");
    skip();
  }
  assert_int_equal(chmod(s->path, 0), 0);
  check_refused(s, BT_ERR_IO, ": cannot open: Permission denied");
}

/* A hole of 2 GB and a byte: nothing of it is read. */
static void a_file_larger_than_any_tickers_is_refused(void **state)
{
  scene *s = *state;
  if (truncate(s->path, ((off_t)2 << 30) + 1) != 0) {
    printf("skipped: no file of 2 GB can be made\n");
    skip();
  }
  check_refused(s, BT_ERR_DATA, ": larger than 2048 MB");
}

static void an_empty_file_is_refused(void **state)
{
  scene *s = *state;
  check_refused(s, BT_ERR_DATA, ": empty");
  put(s, " \r\n\t\n", 5);
  check_refused(s, BT_ERR_DATA, ": empty");
  put(s, "\xef\xbb\xbf\r\n", 5);
  check_refused(s, BT_ERR_DATA, ": empty");
}

/* The end says which file it is; a character is not cut in two. */
static void a_long_path_is_cut_in_front(void **state)
{
  scene *s = *state;
  char path[1000];
  for (size_t shift = 0; shift < 3; shift++) {
    size_t n = shift;
    memset(path, 'x', sizeof path);
    for (; n < 600 + shift; n += 3) memcpy(path + n, "\xe2\x82\xac", 3);
    (void)snprintf(path + n, sizeof path - n, "/AAPL.csv");
    assert_int_equal(bt_source__read(&s->source, path, &s->err), BT_ERR_IO);
    assert_int_equal(strncmp(s->err.message, "...\xe2\x82\xac", 6), 0);
    assert_non_null(strstr(s->err.message, "\xe2\x82\xac/AAPL.csv: "));
  }
}

/* ---- gzip ----------------------------------------------------------------------------------- */

static void a_packed_file_is_unpacked_whatever_its_name(void **state)
{
  scene *s = *state;
  pack(s, "Date,Close\n2020-01-02,1\n");
  put(s, s->packed, s->n_packed);
  check_text(s, "Date,Close\n2020-01-02,1\n");
  uint64_t hash = s->source.hash;
  put(s, "Date,Close\n2020-01-02,1\n", 24);
  check_text(s, "Date,Close\n2020-01-02,1\n");
  assert_int_equal(s->source.hash, hash); /* of the unpacked bytes */
}

static void members_behind_each_other_are_one_text(void **state)
{
  scene *s = *state;
  pack(s, "Date,Close\n");
  pack(s, "");
  pack(s, "2020-01-02,1\n");
  put(s, s->packed, s->n_packed);
  check_text(s, "Date,Close\n2020-01-02,1\n");
}

static void what_follows_the_last_member_is_ignored(void **state)
{
  scene *s = *state;
  pack(s, "Date,Close\n");
  memcpy(s->packed + s->n_packed, "\0\0\0padding", 10);
  put(s, s->packed, s->n_packed + 10);
  check_text(s, "Date,Close\n");
}

static void a_text_of_many_buffers_is_unpacked_whole(void **state)
{
  scene *s = *state;
  enum { N_BYTES = 5000000 };
  char *text = malloc(N_BYTES + 1);
  assert_non_null(text);
  for (size_t i = 0; i < N_BYTES; i++) text[i] = "0123456789\n"[i % 11];
  text[N_BYTES] = '\0';
  pack(s, text);
  put(s, s->packed, s->n_packed);
  check_text(s, text);
  free(text);
}

static void packed_data_cut_anywhere_end_too_early(void **state)
{
  scene *s = *state;
  pack(s, "Date,Close\n2020-01-02,1\n2020-01-03,2\n");
  for (size_t length = 2; length < s->n_packed; length++) {
    put(s, s->packed, length);
    check_refused(s, BT_ERR_DATA, ": gzip data end too early");
  }
}

static void broken_packed_data_are_refused_with_zlibs_reason(void **state)
{
  scene *s = *state;
  pack(s, "Date,Close\n2020-01-02,1\n2020-01-03,2\n");
  s->packed[s->n_packed - 5] ^= 1; /* of the checksum */
  put(s, s->packed, s->n_packed);
  check_refused(s, BT_ERR_DATA, ": broken gzip data: incorrect data check");
  s->packed[2] = 7; /* the method */
  put(s, s->packed, s->n_packed);
  check_refused(s, BT_ERR_DATA, ": broken gzip data: unknown compression method");
}

static void a_packed_text_is_checked_like_any_other(void **state)
{
  scene *s = *state;
  pack(s, "<html>");
  put(s, s->packed, s->n_packed);
  check_refused(s, BT_ERR_DATA, ":1:1: not CSV but an HTML page");
  s->n_packed = 0;
  pack(s, "");
  put(s, s->packed, s->n_packed);
  check_refused(s, BT_ERR_DATA, ": empty");
}

/* ---- other kinds of file -------------------------------------------------------------------- */

static void another_kind_of_file_is_called_by_its_name(void **state)
{
  scene *s = *state;
  static const struct {
    const char *text, *reason;
  } cases[] = {
      {"<!DOCTYPE html>\n", "an HTML page"},
      {"\n\t<HTML>", "an HTML page"},
      {"<head>", "an HTML page"},
      {"\xef\xbb\xbf<?xml version=\"1.0\"?>", "an XML file"},
      {"version https://git-lfs.github.com/spec/v1\n",
       "a Git LFS pointer, the data were not fetched"},
      {"PK\003\004\x14", "a ZIP archive or an Excel workbook"},
      {"PAR1\x15", "a Parquet file"},
      {"%PDF-1.4", "a PDF file"},
      {"SQLite format 3", "an SQLite database"},
      {"\xd0\xcf\x11\xe0\xa1", "an old Excel workbook"},
      {"{\"Note\": \"limit\"}", "JSON"},
      {"[{\"a\": 1}]", "JSON"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char message[128];
    put(s, cases[i].text, strlen(cases[i].text));
    (void)snprintf(message, sizeof message, ":1:1: not CSV but %s", cases[i].reason);
    check_refused(s, BT_ERR_DATA, message);
  }
}

/* Which file meets the limit depends on what other threads have open: no fault of the file. */
static void too_few_descriptors_are_a_lack_like_that_of_memory(void **state)
{
  scene *s = *state;
  struct rlimit before, none;
  put(s, "text", 4);
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  none = before;
  none.rlim_cur = 0;
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
  bt_status status = bt_source__read(&s->source, s->path, &s->err);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  assert_int_equal(status, BT_ERR_NOMEM);
  assert_non_null(strstr(s->err.message, "cannot open: Too many open files"));
  assert_int_equal(bt_source__read(&s->source, s->path, &s->err), BT_OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(a_file_is_its_text),
      CASE(a_source_is_used_again_after_a_failure),
      CASE(what_is_no_regular_file_is_refused_without_blocking),
      CASE(a_file_in_a_file_is_no_file),
      CASE(a_file_that_may_not_be_read_is_named),
      CASE(a_file_larger_than_any_tickers_is_refused),
      CASE(an_empty_file_is_refused),
      CASE(a_long_path_is_cut_in_front),
      CASE(a_packed_file_is_unpacked_whatever_its_name),
      CASE(members_behind_each_other_are_one_text),
      CASE(what_follows_the_last_member_is_ignored),
      CASE(a_text_of_many_buffers_is_unpacked_whole),
      CASE(packed_data_cut_anywhere_end_too_early),
      CASE(broken_packed_data_are_refused_with_zlibs_reason),
      CASE(a_packed_text_is_checked_like_any_other),
      CASE(another_kind_of_file_is_called_by_its_name),
      CASE(too_few_descriptors_are_a_lack_like_that_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
