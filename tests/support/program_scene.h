/* program_scene.h - a folder of a test, and the program run in it. Behind cmocka.h; all is static.
 */
#ifndef BT_TESTS_PROGRAM_SCENE_H
#define BT_TESTS_PROGRAM_SCENE_H

#include <stdlib.h>
#include <string.h>

#include "tests/support/paths.h"
#include "tests/support/program.h"

typedef struct program_scene {
  char dir[TEST_PATH_SIZE];
  test_run run;
} program_scene;

static inline int program_scene_setup(void **state)
{
  program_scene *s = malloc(sizeof *s);
  if (!s) return 1;
  test_dir_make(s->dir);
  *state = s;
  return 0;
}

static inline int program_scene_teardown(void **state)
{
  program_scene *s = *state;
  test_dir_remove(s->dir);
  free(s);
  return 0;
}

/* Runs a command and checks its exit status; shows what it said where that differs. */
static inline void expect_exit(program_scene *s, const char *command, int exit_status)
{
  test_run_shell(&s->run, s->dir, command);
  if (s->run.exit_status != exit_status)
    fail_msg("%s: exit status %d (signal %d)\n%s%s", command, s->run.exit_status, s->run.signal,
             s->run.out, s->run.err);
}

/* A folder, and what a command has made in it. */
static inline int program_scene_setup_by(void **state, const char *command)
{
  if (program_scene_setup(state)) return 1;
  expect_exit(*state, command, 0);
  return 0;
}

/* Exit 0, and this is all of stdout. */
static inline void expect_output(program_scene *s, const char *command, const char *out)
{
  expect_exit(s, command, 0);
  if (strcmp(s->run.out, out) != 0) fail_msg("%s\ngives %s\nand not %s", command, s->run.out, out);
}

static inline void expect_part(const char *text, const char *part)
{
  if (!strstr(text, part)) fail_msg("'%s' is not in: %s", part, text);
}

/* Wrong usage: exit 2, nothing on stdout, one line on stderr with this part. */
static inline void expect_usage(program_scene *s, const char *command, const char *part)
{
  expect_exit(s, command, 2);
  assert_string_equal(s->run.out, "");
  expect_part(s->run.err, part);
  assert_ptr_equal(strchr(s->run.err, '\n'), s->run.err + strlen(s->run.err) - 1);
}

#endif
