/* load_scene.h - a text as a file of a test's own folder, and what loading it gives. Everything is
 * static: tests of lower layers are linked without the loaders. Include cmocka.h before.
 */
#ifndef BT_TESTS_LOAD_SCENE_H
#define BT_TESTS_LOAD_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bars.h"
#include "loaders/load.h"
#include "loaders/universe.h"
#include "tests/support/paths.h"

typedef struct load_scene {
  char dir[TEST_PATH_SIZE], path[TEST_PATH_SIZE];
  bt_loader *loader;
  bt_load_options options;
  bt_load_report report;
  bt_bars *bars; /* of the last load; NULL when it was rejected */
} load_scene;

static inline int load_scene_setup(void **state)
{
  load_scene *scene = calloc(1, sizeof *scene);
  bt_load_options options = BT_LOAD_OPTIONS_DEFAULT;
  bt_error err;
  if (!scene || bt_loader_new(&scene->loader, &err) != BT_OK) abort();
  test_dir_make(scene->dir);
  scene->options = options;
  *state = scene;
  return 0;
}

static inline int load_scene_teardown(void **state)
{
  load_scene *scene = *state;
  test_dir_remove(scene->dir);
  bt_loader_free(scene->loader);
  bt_bars_free(scene->bars);
  free(scene);
  return 0;
}

/* Loads a path (or NULL). Aborts where that is an error and no rejection. */
static inline void load_path(load_scene *scene, const char *path)
{
  bt_error err;
  bt_bars_free(scene->bars);
  scene->bars = NULL;
  if (bt_load(&scene->bars, &scene->report, scene->loader, path, &scene->options, &err) != BT_OK)
    abort();
}

/* Loads bytes as the file X.csv. */
static inline void load_bytes(load_scene *scene, const void *bytes, size_t length)
{
  test_file_write(scene->path, scene->dir, "X.csv", NULL);
  FILE *file = fopen(scene->path, "wb");
  if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) abort();
  load_path(scene, scene->path);
}

static inline void load_text(load_scene *scene, const char *text)
{
  load_bytes(scene, text, strlen(text));
}

static inline void check_loaded(const load_scene *s, size_t n_bars, size_t n_skipped)
{
  if (s->report.rejected) fail_msg("rejected: %s", s->report.reason);
  assert_int_equal(s->report.n_bars, n_bars);
  assert_int_equal(s->bars->n_bars, n_bars);
  assert_int_equal(s->report.rows_skipped, n_skipped);
}

/* The reason begins with the path. */
static inline void check_rejected(const load_scene *s, const char *rest)
{
  assert_true(s->report.rejected);
  assert_null(s->bars);
  assert_int_equal(s->report.rows_skipped, 0);
  if (!strstr(s->report.reason, rest)) fail_msg("'%s' lacks '%s'", s->report.reason, rest);
  if (strncmp(s->report.reason, s->path, strlen(s->path)) != 0)
    fail_msg("'%s' does not begin with the path", s->report.reason);
}

/* A list of the reference data and its folder; skips the test where they are not there. */
static inline void read_reference_universe(bt_universe *out, const char *path, const char *data)
{
  char list[TEST_PATH_SIZE], folder[TEST_PATH_SIZE];
  bt_error err;
  if (!test_reference_path(list, path) || !test_reference_path(folder, data)) skip();
  if (bt_universe_read(out, list, folder, &err) != BT_OK) fail_msg("%s", err.message);
}

#endif
