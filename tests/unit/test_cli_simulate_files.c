/* Whole paths of backtest simulate in a .npy file, and files that are left as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/npy_file.h"
#include "tests/support/simulate_scene.h"

static void one_path_has_its_extremes(void **state)
{
  program_scene *s = *state;
  npy_file file;
  json_object *o = run_json(s, "backtest simulate --steps 10 --paths-file one.npy --json");
  npy_file_read(&file, s->dir, "one.npy");
  assert_int_equal(file.n_rows, 1);
  assert_int_equal(file.n_columns, 11);
  double lowest = 1e9, highest = 0;
  for (size_t t = 0; t < 11; t++) {
    lowest = fmin(lowest, npy_number(&file, 0, t));
    highest = fmax(highest, npy_number(&file, 0, t));
  }
  assert_true(number_of(o, "mean") == npy_number(&file, 0, 10));
  assert_true(number_of(o, "path_lowest") == lowest);
  assert_true(number_of(o, "path_highest") == highest);
  npy_file_free(&file);
  json_object_put(o);
  expect_exit(s, "backtest simulate --steps 10", 0);
  expect_part(s->run.out, "price at expiry ");
}

static void more_paths_begin_with_the_same_ones(void **state)
{
  program_scene *s = *state;
  npy_file few, many;
  expect_exit(s,
              JOB "--model heston --steps 5 --paths 1000 --paths-file few.npy && " JOB
                  "--model heston --steps 5 --paths 10000 --paths-file many.npy",
              0);
  npy_file_read(&few, s->dir, "few.npy");
  npy_file_read(&many, s->dir, "many.npy");
  assert_int_equal(few.n_rows, 1000);
  assert_int_equal(many.n_rows, 10000);
  assert_int_equal(many.n_columns, 6);
  assert_memory_equal(few.bytes, many.bytes, 1000 * 6 * sizeof(double));
  npy_file_free(&few);
  npy_file_free(&many);
}

/* The mean of the last column is that of the run. */
static void the_file_has_the_paths_of_the_run(void **state)
{
  program_scene *s = *state;
  npy_file file;
  double sum = 0;
  json_object *o = run_json(s, "mkdir d && backtest simulate --model garch --steps 7 --paths 2500 "
                               "--spot 50 --paths-file d/p.npy --json");
  npy_file_read(&file, s->dir, "d/p.npy");
  assert_int_equal(file.n_columns, 8);
  for (size_t i = 0; i < 2500; i++) {
    assert_true(npy_number(&file, i, 0) == 50);
    sum += npy_number(&file, i, 7);
  }
  assert_true(fabs(sum / 2500 / number_of(o, "mean") - 1) < 1e-13);
  npy_file_free(&file);
  json_object_put(o);
  expect_output(s, "ls -A d", "p.npy\n");
}

static void a_file_that_cannot_be_written_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--paths-file no/such.npy", 1);
  assert_string_equal(s->run.err, "backtest: no/such.npy: No such file or directory\n");
  expect_exit(s, "mkdir -p d; " JOB "--paths-file d", 1);
  assert_string_equal(s->run.err, "backtest: d: is a folder, not a file\n");
  expect_exit(s, "mkfifo p; " JOB "--paths-file p", 1);
  assert_string_equal(s->run.err, "backtest: p: is a device or a pipe, not a file\n");
  expect_exit(s, JOB "--paths-file /dev/null", 1);
  assert_string_equal(s->run.err, "backtest: /dev/null: is a device or a pipe, not a file\n");
  expect_exit(s, "ln -s none.npy l.npy; " JOB "--paths-file l.npy", 1);
  assert_string_equal(s->run.err, "backtest: l.npy: is a link to a file that is not there\n");
  expect_exit(s, JOB "--paths-file /proc/x.npy", 1); /* where nobody can write */
  expect_part(s->run.err, "backtest: /proc/x.npy: ");
  expect_output(s, "ls -A", "d\nl.npy\np\n"); /* no run was begun */
}

static void what_the_disk_has_no_room_for_is_not_begun(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "backtest simulate --paths 500000000000 --paths-file big.npy", 1);
  expect_part(s->run.err, "backtest: big.npy: needs 1.012e+06 GB, and its disk has ");
  expect_output(s, "ls -A", "");
}

static void a_full_disk_is_one_line(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              JOB "-o ok.db && cp ok.db backtest.db && ulimit -f 500; " JOB
                  "--paths 10000 -j 2 --paths-file full.npy",
              1);
  assert_string_equal(s->run.err, "backtest: full.npy: File too large\n");
  expect_output(s, "ls -A; sqlite3 backtest.db 'select status from runs'",
                "backtest.db\nok.db\ncomplete\nfailed\n");
}

/* Whatever else it is: notes, nothing at all, the results. */
static void a_file_that_is_no_npy_file_is_left_as_it_is(void **state)
{
  program_scene *s = *state;
  expect_exit(s, "echo notes >n; " JOB "--paths-file n", 1);
  assert_string_equal(s->run.err,
                      "backtest: n: exists and is not a .npy file; it is left as it is\n");
  expect_exit(s, ": >e.npy; " JOB "--paths-file e.npy", 1);
  expect_part(s->run.err, "backtest: e.npy: exists and is not a .npy file");
  expect_output(s, "cat n e.npy; ls -A", "notes\ne.npy\nn\n");
}

/* By its path, another path, a link, and before it is there. */
static void the_database_is_not_written_over(void **state)
{
  program_scene *s = *state;
  static const char *const cases[] = {
      "-o new.db --paths-file new.db",     "-o new.db --paths-file ./d/../new.db",
      "-o new.db --paths-file new.db-wal", "-o r.db --paths-file r.db",
      "-o r.db --paths-file ln.npy",       "-o ln.npy --paths-file r.db"};
  char command[256];
  expect_exit(s, "mkdir d && " JOB "-o r.db && ln -s r.db ln.npy && cp r.db before.db", 0);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)snprintf(command, sizeof command, JOB "%s", cases[i]);
    expect_exit(s, command, 2);
    expect_part(s->run.err, ": is the database of the results, ");
  }
  expect_output(s, "cmp r.db before.db && ls -A", "before.db\nd\nln.npy\nr.db\n");
}

static void an_older_file_is_replaced_and_a_link_is_followed(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      JOB "--paths 4 --steps 2 --paths-file a.npy && mkdir d && ln -s ../a.npy d/l.npy && " JOB
          "--paths 9 --steps 2 --paths-file a.npy && wc -c <a.npy && " JOB
          "--paths 5 --steps 2 --paths-file d/l.npy && wc -c <a.npy && test -L d/l.npy && "
          "ls -A d",
      "344\n248\nl.npy\n");
}

/* Two that write the same file at once: it is one of theirs, whole. */
static void two_at_once_do_not_share_a_file(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "for i in 1 2 3; do for k in 1 2; do " JOB "--seed $k --steps 50 --paths 20000 "
                "-j 1 -o $k.db --paths-file $k.npy & " JOB "--seed $k --steps 50 --paths 20000 "
                "-j 1 -o both$k.db --paths-file both.npy & done; wait; "
                "cmp -s both.npy 1.npy || cmp -s both.npy 2.npy || echo mixed; done; "
                "ls -A | grep -v db",
                "1.npy\n2.npy\nboth.npy\n");
}

#define CASE(name)                                                                                 \
  cmocka_unit_test_setup_teardown(name, program_scene_setup, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(one_path_has_its_extremes),
      CASE(more_paths_begin_with_the_same_ones),
      CASE(the_file_has_the_paths_of_the_run),
      CASE(a_file_that_cannot_be_written_is_one_line),
      CASE(what_the_disk_has_no_room_for_is_not_begun),
      CASE(a_full_disk_is_one_line),
      CASE(a_file_that_is_no_npy_file_is_left_as_it_is),
      CASE(the_database_is_not_written_over),
      CASE(an_older_file_is_replaced_and_a_link_is_followed),
      CASE(two_at_once_do_not_share_a_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
