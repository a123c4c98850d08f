/* The bar cache: what is loaded is the same with and without, whatever happens to its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/cache_scene.h"

static void bars_and_report_are_those_of_the_file(void **state)
{
  cache_scene *s = *state;
  s->options.max_bad = 1;
  for (size_t i = 0; i < N_NAMES; i++) {
    expect_found(s, names[i], false);
    expect_found(s, names[i], true);
    expect_found(s, names[i], true);
  }
  assert_int_equal(count_files(NULL, s->folder, ".bars"), N_NAMES);
  expect_kept(s);
}

static void a_rejected_or_missing_file_is_not_kept(void **state)
{
  cache_scene *s = *state;
  expect_found(s, "rejected.csv", false);
  expect_found(s, "none.csv", false);
  expect_found(s, "issues.csv", false); /* too many bad rows */
  expect_found(s, ".", false);
  assert_false(is_found(s, NULL));
  assert_int_equal(count_files(NULL, s->folder, ""), 2); /* . and .. */
  expect_kept(s);
}

static void a_file_asked_for_in_another_way_is_another_one(void **state)
{
  cache_scene *s = *state;
  s->options.max_bad = 1;
  expect_found(s, "issues.csv", false);
  s->options.adjust = false;
  expect_found(s, "issues.csv", false);
  s->options.max_bad = 0.9;
  expect_found(s, "issues.csv", false);
  s->options.layout = "yahoo";
  expect_found(s, "issues.csv", false);
  s->options.max_bad = 0.01;
  expect_found(s, "issues.csv", false); /* rejected */
  assert_int_equal(count_files(NULL, s->folder, ".bars"), 4);
  s->options.max_bad = 0.9;
  expect_found(s, "issues.csv", true);
}

static void a_relative_path_counts_from_the_folder(void **state)
{
  cache_scene *s = *state;
  char here[TEST_PATH_SIZE];
  expect_found(s, "small.csv", false);
  if (!getcwd(here, sizeof here) || chdir(s->sources) != 0) abort();
  bool found = is_found(s, "small.csv");
  if (chdir(s->dir) != 0) abort();
  load_into(&s->cached, s, "small.csv", s->cache);
  if (chdir(here) != 0) abort();
  assert_true(found);
  assert_true(s->cached.report.rejected); /* no such file in there */
}

static void a_file_just_written_is_not_kept(void **state)
{
  cache_scene *s = *state;
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->dir, "new.csv", "Date,Open,High,Low,Close\n2020-01-02,1,2,1,2\n");
  assert_false(is_found(s, path));
  assert_false(is_found(s, path));
  const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0); /* its time of change is not set back */
  assert_false(is_found(s, path));
  test_file_write(path, s->dir, "new.csv", "Date,Open,High,Low,Close\n2020-01-02,1,2,1,1\n");
  assert_false(is_found(s, path));
  assert_int_equal(count_files(NULL, s->folder, ".bars"), 0);
}

/* The same number of bytes, and the time of writing set back to what it was. */
static void a_changed_file_is_read_anew(void **state)
{
  cache_scene *s = *state;
  char path[2 * TEST_PATH_SIZE];
  struct stat before;
  expect_found(s, "changed.csv", false);
  expect_found(s, "changed.csv", true);
  assert_int_equal(stat(source_path(path, s, "changed.csv"), &before), 0);
  make_bars_file(s, "changed.csv", SMALL_BARS, 11);
  const struct timespec times[2] = {before.st_atim, before.st_mtim};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  expect_found(s, "changed.csv", false);
  make_bars_file(s, "changed.csv", SMALL_BARS - 1, 11);
  expect_found(s, "changed.csv", false);
  assert_int_equal(unlink(path), 0);
  expect_found(s, "changed.csv", false);
}

static void a_link_that_goes_elsewhere_is_another_file(void **state)
{
  cache_scene *s = *state;
  char path[2 * TEST_PATH_SIZE];
  make_link(s, "small.csv", "moved.csv");
  expect_found(s, "moved.csv", false);
  expect_found(s, "moved.csv", true);
  assert_int_equal(unlink(source_path(path, s, "moved.csv")), 0);
  make_link(s, "swapped.csv", "moved.csv"); /* of the same size, written at about the same time */
  expect_found(s, "moved.csv", false);
  assert_int_equal(unlink(path), 0);
}

static void a_damaged_entry_is_replaced(void **state)
{
  static const char *const sources[] = {"small.csv", "large.csv"};
  cache_scene *s = *state;
  for (size_t k = 0; k < 2; k++) {
    char entry[2 * TEST_PATH_SIZE];
    struct stat info;
    expect_found(s, sources[k], false);
    assert_int_equal(count_files(entry, s->folder, ".bars"), 1);
    assert_int_equal(stat(entry, &info), 0);
    for (off_t n = 0; n < info.st_size; n = n + 1 + n / 7) {
      assert_int_equal(truncate(entry, n), 0);
      expect_found(s, sources[k], false);
      expect_found(s, sources[k], true);
    }
    for (off_t n = 0; n < info.st_size; n = n + 1 + n / 7) {
      int fd = open(entry, O_RDWR);
      char byte = 0;
      assert_int_equal(pread(fd, &byte, 1, n), 1);
      byte = (char)(byte + 1);
      assert_int_equal(pwrite(fd, &byte, 1, n), 1);
      (void)close(fd);
      expect_found(s, sources[k], false);
    }
    assert_int_equal(truncate(entry, info.st_size + 5000), 0);
    expect_found(s, sources[k], false);
    expect_found(s, sources[k], true);
    assert_int_equal(unlink(entry), 0);
  }
  expect_kept(s);
}

static void what_is_no_file_in_its_place_is_no_entry(void **state)
{
  cache_scene *s = *state;
  char entry[2 * TEST_PATH_SIZE];
  bt_error err;
  expect_found(s, "small.csv", false);
  assert_int_equal(count_files(entry, s->folder, ".bars"), 1);
  assert_int_equal(unlink(entry), 0);
  assert_int_equal(mkfifo(entry, 0600), 0);
  expect_found(s, "small.csv", false); /* does not wait for a writer */
  expect_found(s, "small.csv", true);
  assert_int_equal(unlink(entry), 0);
  assert_int_equal(mkdir(entry, 0700), 0);
  expect_found(s, "small.csv", false);
  assert_int_equal(bt_bar_cache_check(s->cache, &err), BT_ERR_IO); /* nor can it be replaced */
  assert_non_null(strstr(err.message, "/cache: parsed bars cannot be kept: "));
  assert_int_equal(count_files(NULL, s->folder, ".tmp"), 0);
}

static void bars_outlive_their_entry_and_the_cache(void **state)
{
  cache_scene *s = *state;
  char entry[2 * TEST_PATH_SIZE];
  bt_error err;
  expect_found(s, "large.csv", false);
  expect_found(s, "large.csv", true);
  bt_bar_cache_close(s->cache);
  count_files(entry, s->folder, ".bars");
  assert_int_equal(unlink(entry), 0);
  expect_same_bars(s->cached.bars, s->plain.bars);
  assert_int_equal(bt_bar_cache_open(&s->cache, s->folder, &err), BT_OK);
}

static void the_folder_may_be_deleted(void **state)
{
  cache_scene *s = *state;
  expect_found(s, "small.csv", false);
  test_dir_remove(s->folder);
  expect_found(s, "small.csv", false);
  expect_found(s, "large.csv", false);
  expect_kept(s);
}

/* The limit stands for a full disk: what cannot be written is not there, and is told. */
static void what_does_not_fit_is_told_and_not_there(void **state)
{
  cache_scene *s = *state;
  struct rlimit limit, low;
  bt_error err;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  low = limit;
  low.rlim_cur = 20000;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &low), 0);
  expect_found(s, "small.csv", false);
  bt_status before = bt_bar_cache_check(s->cache, &err);
  expect_found(s, "large.csv", false);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  assert_int_equal(before, BT_OK);
  assert_int_equal(bt_bar_cache_check(s->cache, &err), BT_ERR_IO);
  assert_non_null(strstr(err.message, "File too large"));
  assert_int_equal(count_files(NULL, s->folder, ".bars"), 1);
  assert_int_equal(count_files(NULL, s->folder, ".tmp"), 0);
  expect_found(s, "small.csv", true);
}

/* As another user, where the test runs as root. */
static void a_folder_that_cannot_be_written_is_read_alone(void **state)
{
  cache_scene *s = *state;
  bt_bar_cache *other = NULL;
  bt_error err, open_err;
  bool root = geteuid() == 0;
  expect_found(s, "small.csv", false);
  if (chmod(s->dir, 0755) != 0 || chmod(s->folder, 0555) != 0) abort();
  if (root && seteuid(65534) != 0) abort();
  bt_status opened = bt_bar_cache_open(&other, s->folder, &open_err);
  expect_found(s, "small.csv", true);
  expect_found(s, "large.csv", false);
  if (root && seteuid(0) != 0) abort();
  assert_int_equal(opened, BT_ERR_IO);
  assert_non_null(strstr(open_err.message, "/cache: cannot be used as a cache: Permission denied"));
  assert_int_equal(bt_bar_cache_check(s->cache, &err), BT_ERR_IO);
  assert_non_null(strstr(err.message, "Permission denied"));
}

/* Where the test runs as root; nobody else can give files away. */
static void an_entry_of_somebody_else_is_not_used(void **state)
{
  cache_scene *s = *state;
  char entry[2 * TEST_PATH_SIZE];
  if (geteuid() != 0) skip();
  expect_found(s, "small.csv", false);
  expect_found(s, "small.csv", true);
  assert_int_equal(count_files(entry, s->folder, ".bars"), 1);
  assert_int_equal(chown(entry, 65534, (gid_t)-1), 0);
  expect_found(s, "small.csv", false); /* and is replaced */
  expect_found(s, "small.csv", true);
  expect_kept(s);
}

static mode_t mode_of_entry(cache_scene *s, const char *name)
{
  char entry[2 * TEST_PATH_SIZE];
  struct stat info;
  expect_found(s, name, false);
  assert_int_equal(count_files(entry, s->folder, ".bars"), 1);
  assert_int_equal(stat(entry, &info), 0);
  assert_int_equal(unlink(entry), 0);
  return info.st_mode & 07777;
}

static void an_entry_is_as_private_as_its_source(void **state)
{
  cache_scene *s = *state;
  mode_t before = umask(0);
  assert_int_equal(mode_of_entry(s, "small.csv"), 0644);
  assert_int_equal(mode_of_entry(s, "private.csv"), 0600);
  (void)umask(077);
  assert_int_equal(mode_of_entry(s, "small.csv"), 0600);
  (void)umask(before);
}

static void folders_are_made_where_they_are_missing(void **state)
{
  cache_scene *s = *state;
  char path[3 * TEST_PATH_SIZE], file[TEST_PATH_SIZE];
  bt_bar_cache *cache = NULL;
  bt_error err;
  (void)snprintf(path, sizeof path, "%s/a//b/c/", s->dir);
  assert_int_equal(bt_bar_cache_open(&cache, path, &err), BT_OK);
  bt_bar_cache_close(cache);
  test_file_write(file, s->dir, "file", "text");
  assert_int_equal(bt_bar_cache_open(&cache, file, &err), BT_ERR_IO);
  assert_non_null(strstr(err.message, "/file: cannot be used as a cache: Not a directory"));
  (void)snprintf(path, sizeof path, "%s/below", file);
  assert_int_equal(bt_bar_cache_open(&cache, path, &err), BT_ERR_IO);
  assert_non_null(strstr(err.message, "Not a directory"));
  assert_int_equal(bt_bar_cache_open(&cache, "/proc/none/cache", &err), BT_ERR_IO);
  assert_int_equal(bt_bar_cache_open(&cache, "", &err), BT_ERR_IO);
}

static void what_killed_writers_left_is_removed(void **state)
{
  cache_scene *s = *state;
  char old[TEST_PATH_SIZE], new[TEST_PATH_SIZE], other[TEST_PATH_SIZE];
  const struct timespec then[2] = {{1000000000, 0}, {1000000000, 0}};
  bt_error err;
  bt_bar_cache_close(s->cache);
  test_file_write(old, s->folder, "00.bars.1.0.tmp", "x");
  test_file_write(new, s->folder, "00.bars.2.0.tmp", "x");
  test_file_write(other, s->folder, "mine.tmp", "x");
  assert_int_equal(utimensat(AT_FDCWD, old, then, 0), 0);
  assert_int_equal(utimensat(AT_FDCWD, other, then, 0), 0);
  assert_int_equal(bt_bar_cache_open(&s->cache, s->folder, &err), BT_OK);
  assert_int_not_equal(access(old, F_OK), 0);
  assert_int_equal(access(new, F_OK), 0);
  assert_int_equal(access(other, F_OK), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(bars_and_report_are_those_of_the_file),
      CASE(a_rejected_or_missing_file_is_not_kept),
      CASE(a_file_asked_for_in_another_way_is_another_one),
      CASE(a_relative_path_counts_from_the_folder),
      CASE(a_file_just_written_is_not_kept),
      CASE(a_link_that_goes_elsewhere_is_another_file),
      CASE(a_damaged_entry_is_replaced),
      CASE(what_is_no_file_in_its_place_is_no_entry),
      CASE(bars_outlive_their_entry_and_the_cache),
      CASE(the_folder_may_be_deleted),
      CASE(what_does_not_fit_is_told_and_not_there),
      CASE(a_folder_that_cannot_be_written_is_read_alone),
      CASE(an_entry_of_somebody_else_is_not_used),
      CASE(an_entry_is_as_private_as_its_source),
      CASE(folders_are_made_where_they_are_missing),
      CASE(what_killed_writers_left_is_removed),
      CASE(a_changed_file_is_read_anew),
  };
  return cmocka_run_group_tests_name("loaders/bar_cache", tests, make_sources, drop_sources);
}
