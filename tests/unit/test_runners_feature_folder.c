/* What a folder of matrices takes, refuses, keeps and removes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/feature_folder.h"
#include "tests/support/paths.h"

enum { TEXT_SIZE = 4096 };

typedef struct scene {
  char base[TEST_PATH_SIZE], path[TEST_PATH_SIZE + 8];
  bt_universe universe;
  bt_feature_list columns;
  bt_feature_plan plan;
  bt_feature_folder folder;
  bt_error err;
} scene;

static void set_universe(scene *s, const char *const *symbols, size_t n)
{
  bt_universe_clear(&s->universe);
  s->universe.entries = calloc(n, sizeof *s->universe.entries);
  s->universe.n_entries = n;
  for (size_t i = 0; i < n; i++) s->universe.entries[i].symbol = strdup(symbols[i]);
}

static void set_columns(scene *s, const char *const *bars, size_t n)
{
  bt_feature_list_clear(&s->columns);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(bt_feature_list_add_return(&s->columns, bars[i], &s->err), BT_OK);
}

static int enter(void **state)
{
  scene *s = calloc(1, sizeof *s);
  if (!s) return -1;
  test_dir_make(s->base);
  (void)snprintf(s->path, sizeof s->path, "%s/out", s->base);
  s->plan = (bt_feature_plan){.path = s->path,
                              .universe = &s->universe,
                              .columns = &s->columns,
                              .job = "{\n  \"from\": null\n}"};
  set_universe(s, (const char *const[]){"A", "B"}, 2);
  set_columns(s, (const char *const[]){"1", "5"}, 2);
  *state = s;
  return 0;
}

static int leave(void **state)
{
  scene *s = *state;
  bt_universe_clear(&s->universe);
  bt_feature_list_clear(&s->columns);
  test_dir_remove(s->base);
  free(s);
  return 0;
}

static void put(const scene *s, const char *name)
{
  char path[TEST_PATH_SIZE];
  test_file_write(path, s->path, name, "x");
}

static int compare_names(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names in the folder, hidden ones too, sorted, with blanks between them. */
static void expect_files(const scene *s, const char *expected)
{
  char *names[64], text[TEXT_SIZE] = "";
  size_t n = 0;
  DIR *folder = opendir(s->path);
  if (!folder) fail_msg("%s is missing", s->path);
  for (const struct dirent *file; (file = readdir(folder));)
    if (strcmp(file->d_name, ".") != 0 && strcmp(file->d_name, "..") != 0 && n < 64)
      names[n++] = strdup(file->d_name);
  (void)closedir(folder);
  qsort(names, n, sizeof *names, compare_names);
  for (size_t i = 0; i < n; i++) {
    size_t used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", names[i]);
    free(names[i]);
  }
  assert_string_equal(text, expected);
}

static void expect_text(const scene *s, const char *name, const char *expected)
{
  char path[2 * TEST_PATH_SIZE], text[TEXT_SIZE];
  (void)snprintf(path, sizeof path, "%s/%s", s->path, name);
  FILE *file = fopen(path, "rb");
  if (!file) fail_msg("%s is missing", path);
  text[fread(text, 1, sizeof text - 1, file)] = '\0';
  (void)fclose(file);
  assert_string_equal(text, expected);
}

static void open_folder(scene *s)
{
  if (bt_feature_folder_open(&s->folder, &s->plan, &s->err)) fail_msg("%s", s->err.message);
}

/* A run that writes the files of those tickers that are to be written, and ends. */
static void run(scene *s, const bool *written)
{
  open_folder(s);
  for (size_t i = 0; i < s->universe.n_entries; i++) {
    char name[64];
    if (!written[i] || s->plan.panel) continue;
    (void)snprintf(name, sizeof name, "%s.%s", s->universe.entries[i].symbol,
                   s->plan.csv ? "csv" : "npy");
    put(s, name);
    (void)snprintf(name, sizeof name, "%s.dates.npy", s->universe.entries[i].symbol);
    if (!s->plan.csv) put(s, name);
  }
  if (bt_feature_folder_settle(&s->folder, written, &s->err)) fail_msg("%s", s->err.message);
  if (s->plan.panel) put(s, s->plan.csv ? "panel.csv" : "panel.npy");
  if (s->plan.panel && !s->plan.csv) put(s, "panel.dates.npy");
  if (bt_feature_folder_complete(&s->folder, &s->err)) fail_msg("%s", s->err.message);
  bt_feature_folder_close(&s->folder, true);
}

static void expect_refused(scene *s, bt_status status, const char *part)
{
  assert_int_equal(bt_feature_folder_open(&s->folder, &s->plan, &s->err), status);
  if (!strstr(s->err.message, part)) fail_msg("'%s' is not in: %s", part, s->err.message);
  assert_int_equal(strncmp(s->err.message, s->path, strlen(s->path)), 0);
}

static void expect_job(const scene *s, const char *status, const char *columns, const char *from)
{
  char text[TEXT_SIZE];
  (void)snprintf(text, sizeof text,
                 "{\n  \"schema\": 2,\n  \"status\": \"%s\",\n  \"version\": \"" BT_VERSION
                 "\",\n  \"format\": \"npy\",\n  \"panel\": false,\n  \"columns\": [%s],\n"
                 "  \"from\": %s\n}\n",
                 status, columns, from);
  expect_text(s, "features.json", text);
}

static const bool both[] = {true, true}, first[] = {true, false};

static void columns_and_tickers_are_named(void **state)
{
  scene *s = *state;
  open_folder(s);
  expect_files(s, ".backtest-lock columns.txt features.json tickers.txt");
  expect_text(s, "columns.txt", "return_1\nreturn_5\n");
  expect_text(s, "tickers.txt", "A\tA.npy\nB\tB.npy\n");
  bt_feature_folder_close(&s->folder, true);
  run(s, both);
  expect_files(s, "A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
}

/* Also where it is done over. */
static void a_run_is_incomplete_until_its_end(void **state)
{
  static const char columns[] = "\"return_1\", \"return_5\"";
  scene *s = *state;
  open_folder(s);
  expect_job(s, "incomplete", columns, "null");
  bt_feature_folder_close(&s->folder, true); /* interrupted */
  expect_job(s, "incomplete", columns, "null");
  run(s, both);
  expect_job(s, "complete", columns, "null");
  open_folder(s);
  expect_job(s, "incomplete", columns, "null");
  bt_feature_folder_close(&s->folder, true);
  run(s, both);
  expect_job(s, "complete", columns, "null");
}

/* With overwrite its matrices are gone before the folder says that they are of this one. */
static void another_job_is_refused_or_removed(void **state)
{
  static const char columns[] = "\"return_1\", \"return_5\"";
  scene *s = *state;
  run(s, both);
  s->plan.job = "{\n  \"from\": \"2020-02-29\"\n}";
  expect_refused(s, BT_ERR_DATA, "another job: its from was null and is \"2020-02-29\"; give");
  expect_job(s, "complete", columns, "null");
  expect_files(s, "A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
  s->plan.overwrite = true;
  open_folder(s);
  expect_job(s, "incomplete", columns, "\"2020-02-29\"");
  expect_files(s, ".backtest-lock columns.txt features.json tickers.txt");
  bt_feature_folder_close(&s->folder, true);
}

/* Another version of the program has written it. */
static void a_job_is_the_same_in_another_version(void **state)
{
  scene *s = *state;
  char path[TEST_PATH_SIZE];
  run(s, both);
  test_file_write(path, s->path, "features.json",
                  "{\n  \"schema\": 2,\n  \"status\": \"complete\",\n  \"version\": \"7\",\n"
                  "  \"format\": \"npy\",\n  \"panel\": false,\n"
                  "  \"columns\": [\"return_1\", \"return_5\"],\n  \"from\": null\n}\n");
  run(s, first);
  expect_files(s, "A.dates.npy A.npy columns.txt features.json tickers.txt");
}

#define BEGIN "{\n  \"schema\": "

/* Whatever stands in it; and a file of that name may be somebody else's. */
static void a_job_that_cannot_be_read_is_refused(void **state)
{
  static const char *const texts[] = {"",
                                      "{",
                                      "7\n",
                                      "{}\n",
                                      BEGIN,
                                      BEGIN "2",
                                      BEGIN "2,\n",
                                      BEGIN "2,\n  \"status",
                                      BEGIN "2,\n  \"status\"\n",
                                      BEGIN "2,\n\"status\": 1\n",
                                      BEGIN "2,\n  \"status\":\n \"x\": 1\n"};
  scene *s = *state;
  char path[TEST_PATH_SIZE];
  run(s, both);
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    test_file_write(path, s->path, "features.json", texts[i]);
    expect_refused(s, BT_ERR_DATA, ": its features.json cannot be read; give another --out, or");
    expect_text(s, "features.json", texts[i]);
  }
  test_file_write(path, s->path, "columns.txt", "");
  assert_int_equal(unlink(path), 0);
  test_file_write(path, s->path, "features.json", "{}");
  s->plan.overwrite = true;
  expect_refused(s, BT_ERR_DATA, " and no columns.txt, so it is no folder of feature matrices");
}

static void a_run_that_writes_nothing_leaves_nothing(void **state)
{
  scene *s = *state;
  struct stat info;
  open_folder(s);
  bt_feature_folder_close(&s->folder, false);
  assert_int_equal(stat(s->path, &info), -1);
  assert_int_equal(mkdir(s->path, 0777), 0);
  open_folder(s);
  bt_feature_folder_close(&s->folder, false);
  expect_files(s, ""); /* it was there before */
  run(s, both);
  open_folder(s);
  bt_feature_folder_close(&s->folder, false);
  expect_files(s, "A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
}

static void a_rejected_ticker_has_no_matrix_of_an_earlier_run(void **state)
{
  scene *s = *state;
  run(s, both);
  run(s, first);
  expect_files(s, "A.dates.npy A.npy columns.txt features.json tickers.txt");
  expect_text(s, "tickers.txt", "A\tA.npy\n");
}

static void what_another_universe_has_left_is_removed_at_the_end(void **state)
{
  scene *s = *state;
  run(s, both);
  set_universe(s, (const char *const[]){"C", "B"}, 2);
  open_folder(s);
  expect_text(s, "tickers.txt", "C\tC.npy\nB\tB.npy\nA\tA.npy\n");
  bt_feature_folder_close(&s->folder, true); /* interrupted */
  expect_files(s, "A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
  run(s, both);
  expect_files(s, "B.dates.npy B.npy C.dates.npy C.npy columns.txt features.json tickers.txt");
  s->plan.csv = true;
  expect_refused(s, BT_ERR_DATA, "its format was \"npy\" and is \"csv\"");
  s->plan.overwrite = true;
  run(s, both);
  expect_files(s, "B.csv C.csv columns.txt features.json tickers.txt");
}

static void other_columns_are_refused(void **state)
{
  scene *s = *state;
  run(s, both);
  set_columns(s, (const char *const[]){"1", "6"}, 2);
  expect_refused(s, BT_ERR_DATA, "other columns (\"return_5\" instead of \"return_6\")");
  set_columns(s, (const char *const[]){"1"}, 1);
  expect_refused(s, BT_ERR_DATA, "more columns");
  set_columns(s, (const char *const[]){"1", "5", "6"}, 3);
  expect_refused(s, BT_ERR_DATA, "fewer columns");
  set_columns(s, (const char *const[]){"1", "5"}, 2);
  s->plan.panel = true;
  expect_refused(s, BT_ERR_DATA, "its panel was false and is true");
  expect_text(s, "columns.txt", "return_1\nreturn_5\n");
  expect_files(s, "A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
}

/* Before columns.txt says something else, what it was about is gone. */
static void with_overwrite_other_columns_are_removed(void **state)
{
  scene *s = *state;
  run(s, both);
  put(s, "notes.md");
  s->plan.overwrite = true;
  set_columns(s, (const char *const[]){"3"}, 1);
  open_folder(s);
  expect_files(s, ".backtest-lock columns.txt features.json notes.md tickers.txt");
  expect_text(s, "columns.txt", "return_3\n");
  bt_feature_folder_close(&s->folder, true);
  s->plan.panel = true;
  run(s, both);
  expect_files(s, "columns.txt features.json notes.md panel.dates.npy panel.npy tickers.txt");
  expect_text(s, "columns.txt", "ticker\nreturn_3\n");
  expect_text(s, "tickers.txt", "A\nB\n");
  s->plan.csv = true;
  run(s, both);
  expect_files(s, "columns.txt features.json notes.md panel.csv tickers.txt");
  s->plan.panel = false;
  run(s, first);
  expect_files(s, "A.csv columns.txt features.json notes.md tickers.txt");
}

/* A list that somebody has edited leads nowhere else. */
static void a_list_names_files_of_this_folder_alone(void **state)
{
  scene *s = *state;
  char path[TEST_PATH_SIZE];
  run(s, both);
  test_file_write(path, s->base, "x.npy", "x");
  test_file_write(path, s->path, "tickers.txt",
                  "X\t../x.npy\nY\tnotes.md\nZ\t.npy\nno tab\n\nA\tA.npy\nW\tw.npy");
  put(s, "notes.md");
  put(s, "w.npy");
  run(s, first);
  expect_files(s, "A.dates.npy A.npy columns.txt features.json notes.md tickers.txt");
}

static void a_folder_with_other_files_is_refused(void **state)
{
  scene *s = *state;
  assert_int_equal(mkdir(s->path, 0777), 0);
  put(s, "A.csv"); /* such as prices */
  s->plan.csv = s->plan.overwrite = true;
  expect_refused(s, BT_ERR_DATA, "has files (such as A.csv) and no columns.txt");
  expect_files(s, "A.csv");
  expect_text(s, "A.csv", "x");
}

static void leftovers_of_dead_runs_are_removed(void **state)
{
  scene *s = *state;
  assert_int_equal(mkdir(s->path, 0777), 0);
  put(s, ".backtest-part.A.npy");
  put(s, ".backtest-lock"); /* nobody holds it */
  put(s, ".hidden");
  run(s, both);
  expect_files(s,
               ".hidden A.dates.npy A.npy B.dates.npy B.npy columns.txt features.json tickers.txt");
}

/* Locks are of processes: another one tries. */
static void one_run_at_a_time_writes_there(void **state)
{
  scene *s = *state;
  int status = 0;
  open_folder(s);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    bt_feature_folder other;
    bt_error err;
    bool refused = bt_feature_folder_open(&other, &s->plan, &err) == BT_ERR_DATA &&
                   strstr(err.message, "another run is writing there") != NULL;
    _exit(refused ? 0 : 1);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  expect_files(s, ".backtest-lock columns.txt features.json tickers.txt");
  bt_feature_folder_close(&s->folder, true);
}

static void places_that_cannot_be_written_are_refused(void **state)
{
  scene *s = *state;
  bool is_root = geteuid() == 0; /* who may write everywhere */
  char path[TEST_PATH_SIZE], *place = s->path;
  const uid_t nobody = 65534;
  test_file_write(path, s->base, "out", "x");
  expect_refused(s, BT_ERR_IO, ": Not a directory");
  assert_int_equal(unlink(path), 0);
  (void)snprintf(place, sizeof s->path, "%s/no/out", s->base);
  expect_refused(s, BT_ERR_IO, "cannot be made: No such file or directory");
  (void)snprintf(place, sizeof s->path, "%s/out", s->base);
  assert_int_equal(mkdir(place, 0500), 0);
  if (is_root) {
    assert_int_equal(chown(place, nobody, (gid_t)-1), 0);
    assert_int_equal(chmod(s->base, 0755), 0);
    assert_int_equal(seteuid(nobody), 0);
  }
  bt_status status = bt_feature_folder_open(&s->folder, &s->plan, &s->err);
  if (is_root) assert_int_equal(seteuid(0), 0);
  assert_int_equal(chmod(place, 0700), 0);
  assert_int_equal(status, BT_ERR_IO);
  assert_non_null(strstr(s->err.message, "out: cannot be written: Permission denied"));
  expect_files(s, "");
}

static void names_of_files_are_safe_and_different(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {"AAPL", "AAPL"},
      {"BRK.B", "BRK.B"},
      {"BRK/B", "BRK%2FB"},
      {"..", "%2E."},
      {".", "%2E"},
      {"", "%"},
      {".x", "%2Ex"},
      {"A.dates", "A%2Edates"},
      {"A.dates.x", "A.dates.x"},
      {"a%2Fb", "a%252Fb"},
      {"BTC:USD", "BTC%3AUSD"},
      {"a\tb\n", "a%09b%0A"},
      {"M\xc3\xbcnchen", "M\xc3\xbcnchen"},
      {"^GSPC", "^GSPC"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    char *stem = bt_feature_stem(cases[i][0]);
    assert_string_equal(stem, cases[i][1]);
    free(stem);
  }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(columns_and_tickers_are_named),
      CASE(a_run_is_incomplete_until_its_end),
      CASE(another_job_is_refused_or_removed),
      CASE(a_job_is_the_same_in_another_version),
      CASE(a_job_that_cannot_be_read_is_refused),
      CASE(a_run_that_writes_nothing_leaves_nothing),
      CASE(a_rejected_ticker_has_no_matrix_of_an_earlier_run),
      CASE(what_another_universe_has_left_is_removed_at_the_end),
      CASE(other_columns_are_refused),
      CASE(with_overwrite_other_columns_are_removed),
      CASE(a_list_names_files_of_this_folder_alone),
      CASE(a_folder_with_other_files_is_refused),
      CASE(leftovers_of_dead_runs_are_removed),
      CASE(one_run_at_a_time_writes_there),
      CASE(places_that_cannot_be_written_are_refused),
      cmocka_unit_test(names_of_files_are_safe_and_different),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
