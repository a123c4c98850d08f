/* backtest features: what a folder of matrices says of its job, and which other it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "tests/support/program_scene.h"

#define JOB "backtest features --universe u.txt --quiet "

static int make_scene(void **state)
{
  return program_scene_setup_by(state, "backtest synth --tickers 8 --bars 300 --dir u");
}

#define CONTENTS "(cd out && ls -A && cat * | cksum)"

/* A job of the same columns that is another one: refused, with the difference named, and the folder
 * is left as it was; with --overwrite it is replaced. */
static void expect_other_job(program_scene *s, const char *options, const char *difference)
{
  char command[512];
  (void)snprintf(command, sizeof command,
                 "rm -rf out; " JOB
                 "--indicator beta --return 1 --benchmark S00001 --out out && " CONTENTS
                 " >before; "
                 "backtest features --quiet --indicator beta --return 1 --out out %s",
                 options);
  expect_exit(s, command, 1);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, "backtest: out: has matrices of another job: its ");
  expect_part(s->run.err, difference);
  expect_part(s->run.err, "; give another --out, or --overwrite\n");
  expect_exit(s, CONTENTS " | cmp - before", 0);
  (void)snprintf(
      command, sizeof command,
      "backtest features --quiet --indicator beta --return 1 --out out %s --overwrite && "
      "backtest features --quiet --indicator beta --return 1 --out new %s && "
      "diff -r out new; rm -r new",
      options, options);
  expect_output(s, command, "");
}

static void another_job_of_the_same_columns_is_named(void **state)
{
  program_scene *s = *state;
  static const char *const cases[][2] = {
      {"--universe u.txt --benchmark S00002", "benchmark was \"S00001\" and is \"S00002\""},
      {"--universe u.txt --benchmark S00001 --from 2024-01-02",
       "from was null and is \"2024-01-02"},
      {"--universe u.txt --benchmark S00001 --to 2024-06-28", "to was null and is \"2024-06-28\""},
      {"--universe u.txt --benchmark S00001 --adjust none", "adjust was \"auto\" and is \"none\""},
      {"--universe u.txt --benchmark S00001 --layout generic", "layout was \"auto\" and is \"gen"},
      {"--universe u.txt --benchmark S00001 --max-bad 1%", "max_bad was 0.05 and is 0.01"},
      {"--universe u --benchmark S00001", "/u.txt\" and is \"/"},
      {"--universe u.txt --benchmark u/S00001.csv", "benchmark was \"S00001\" and is \"/"},
      {"--universe u.txt --data u --benchmark S00001", "data was null and is \"/"},
      {"--universe u.txt --benchmark S00001 --format csv", "format was \"npy\" and is \"csv\""},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    expect_other_job(s, cases[i][0], cases[i][1]);
}

/* The option is the same; what it is about is not. */
static void files_that_have_changed_make_another_job(void **state)
{
  program_scene *s = *state;
  static const char add_dates[] =
      "sed 's/$/\\t2024-03-01\\t/' u.txt >dated.txt; mkdir m; cp u/* m; cp dated.txt m.txt; ";
  char command[512];
  (void)snprintf(command, sizeof command, "%s%s%s", add_dates,
                 "backtest features --universe m.txt --indicator beta --benchmark S00001 --quiet "
                 "--out out && sed -i '2s/03-01/03-02/' m.txt; ",
                 "backtest features --universe m.txt --indicator beta --benchmark S00001 --quiet "
                 "--out out");
  expect_exit(s, command, 1);
  expect_part(s->run.err, "has matrices of another job: its membership_hash was \"");
  expect_exit(s,
              "rm -r out; cp dated.txt m.txt; backtest features --universe m.txt --indicator beta "
              "--benchmark S00001 --quiet --out out && sed -i '$d' m/S00001.csv; "
              "backtest features --universe m.txt --indicator beta --benchmark S00001 --quiet "
              "--out out",
              1);
  expect_part(s->run.err, "has matrices of another job: its benchmark_hash was \"");
}

/* What no value depends on: a benchmark that no column needs, threads, how it is printed. */
static void the_same_job_may_be_called_otherwise(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                JOB "--return 1 --out out && " CONTENTS " >before && " JOB
                    "--return 1 --benchmark S00001 -j 1 --no-cache --strict --overwrite --out out "
                    "&& " JOB "--return 1 --json --out ./out >/dev/null && " CONTENTS
                    " | cmp - before",
                "");
}

/* Each folder has a u.txt: what was typed is the same, what it is about is not. */
static void the_same_path_in_another_folder_is_another_job(void **state)
{
  program_scene *s = *state;
  static const char in_folders[] =
      "mkdir -p a b && echo S00001 >a/u.txt && echo S00002 >b/u.txt && (cd a && cp ../u/S00001.csv "
      ". && ln -s . data) && (cd b && cp ../u/S0000[12].csv . && ln -s . data && cp S00002.csv "
      "S00001.csv); job='backtest features --quiet --indicator beta --out ../out '; "
      "(cd a && $job %s --overwrite) && " CONTENTS " >before; cd b && $job %s";
  static const char *const cases[][2] = {
      {"--universe u.txt --data ../u --benchmark S00001", "universe was \""},
      {"--universe ../u.txt --data data --benchmark S00001", "data was \""},
      {"--universe ../u.txt --benchmark ./S00001.csv", "benchmark was \""},
  };
  char command[1024];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    (void)snprintf(command, sizeof command, in_folders, cases[i][0], cases[i][0]);
    expect_exit(s, command, 1);
    expect_part(s->run.err, "backtest: ../out: has matrices of another job: its ");
    expect_part(s->run.err, cases[i][1]);
    expect_exit(s, CONTENTS " | cmp - before && rm -r a b", 0);
  }
}

static void the_same_files_seen_from_another_folder_are_the_same_job(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                "job='backtest features --quiet --indicator beta'; mkdir a; $job --universe u.txt "
                "--data u --benchmark u/S00001.csv --out out && " CONTENTS " >before && (cd a && "
                "$job --universe ../u.txt --data ./../u/ --benchmark \"$OLDPWD/u/S00001.csv\" "
                "--out ../out) && " CONTENTS " | cmp - before",
                "");
}

/* By a link data are looked for beside the link: here these are other prices. */
static void a_link_to_a_list_is_not_the_list(void **state)
{
  program_scene *s = *state;
  expect_exit(s,
              "mkdir a && ln -s ../u.txt a && cp u/S00001.csv a && " JOB "--return 1 --out out && "
              "backtest features --universe a/u.txt --return 1 --out out",
              1);
  expect_part(s->run.err, "universe was \"");
  expect_part(s->run.err, "/a/u.txt\"");
}

/* Of long paths the part that differs is shown. */
static void long_paths_are_named_where_they_differ(void **state)
{
  program_scene *s = *state;
  expect_exit(
      s,
      "long=$(printf '%120s' | tr ' ' x); mkdir -p $long/1 $long/2 && cp u.txt $long/1 && "
      "cp u.txt $long/2 && job='backtest features --quiet --data u --return 1 --out out' && "
      "$job --universe $long/1/u.txt && $job --universe $long/2/u.txt",
      1);
  expect_part(s->run.err,
              "its universe was \".../1/u.txt\" and is \".../2/u.txt\"; give another --out");
}

/* Tickers' files may change, and a list without dates: the next run replaces what is there. */
static void newer_prices_replace_older_ones(void **state)
{
  program_scene *s = *state;
  expect_output(s,
                JOB "--return 1 --out out && sed -i '$d' u/S00002.csv u.txt && " JOB
                    "--return 1 --out out && " JOB "--return 1 --out new && diff -r out new && "
                    "ls out | grep -c npy",
                "14\n");
}

static void a_folder_says_what_is_in_it(void **state)
{
  program_scene *s = *state;
  expect_output(
      s,
      JOB "--indicator beta --return 1 --benchmark S00001 --to 2024-06-28 --out out && "
          "sed \"s/_hash\\\": \\\"[0-9a-f]*/_hash\\\": \\\"X/; s/sion\\\": .*/sion\\\": V,/; "
          "s:$(pwd -P):HERE:\" out/features.json",
      "{\n  \"schema\": 2,\n  \"status\": \"complete\",\n  \"version\": V,\n"
      "  \"format\": \"npy\",\n  \"panel\": false,\n"
      "  \"columns\": [\"beta_60\", \"return_1\"],\n  \"universe\": \"HERE/u.txt\",\n  \"data\": "
      "null,\n"
      "  \"layout\": \"auto\",\n  \"adjust\": \"auto\",\n  \"max_bad\": 0.05,\n  \"from\": null,\n"
      "  \"to\": \"2024-06-28\",\n  \"benchmark\": \"S00001\",\n  \"benchmark_hash\": \"X\",\n"
      "  \"membership_hash\": null\n}\n");
}

/* Of a version that wrote no features.json. */
static void a_folder_that_does_not_say_is_refused(void **state)
{
  program_scene *s = *state;
  expect_exit(s, JOB "--return 1 --out out && rm out/features.json && " JOB "--return 1 --out out",
              1);
  expect_part(s->run.err, "backtest: out: has columns.txt and no features.json, so nothing says of "
                          "what job its matrices are; give another --out, or --overwrite\n");
  expect_output(s, JOB "--return 1 --overwrite --out out && ls out | wc -l", "19\n");
  expect_exit(
      s, "sed -i 's/schema.: 2/schema\": 1/' out/features.json; " JOB "--return 1 --out out", 1);
  expect_part(s->run.err, "of another job: its schema was 1 and is 2; ");
  expect_exit(s, "echo '{' >out/features.json; " JOB "--return 1 --out out", 1);
  expect_part(s->run.err, "backtest: out: its features.json cannot be read; give another --out");
  expect_exit(s, JOB "--return 1 --overwrite --out out", 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_scene, program_scene_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(another_job_of_the_same_columns_is_named),
      CASE(files_that_have_changed_make_another_job),
      CASE(the_same_job_may_be_called_otherwise),
      CASE(the_same_path_in_another_folder_is_another_job),
      CASE(the_same_files_seen_from_another_folder_are_the_same_job),
      CASE(a_link_to_a_list_is_not_the_list),
      CASE(long_paths_are_named_where_they_differ),
      CASE(newer_prices_replace_older_ones),
      CASE(a_folder_says_what_is_in_it),
      CASE(a_folder_that_does_not_say_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
