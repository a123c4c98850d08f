/* A bar cache that many threads and processes fill, and delete, at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/cache_scene.h"

enum { N_THREADS = 4, N_PROCESSES = 4 };

/* What a thread loads, each with a loader of its own. */
typedef struct load_thread {
  const cache_scene *scene;
  bt_bar_cache *cache;
  loaded all[N_NAMES];
  bool ok;
} load_thread;

static void *load_all(void *context)
{
  load_thread *t = context;
  bt_load_options options = t->scene->options;
  bt_loader *loader = NULL;
  bt_error err;
  options.cache = t->cache;
  t->ok = bt_loader_new(&loader, &err) == BT_OK;
  for (size_t i = 0; i < N_NAMES && t->ok; i++) {
    char path[2 * TEST_PATH_SIZE];
    source_path(path, t->scene, names[i]);
    bt_bars_free(t->all[i].bars);
    t->all[i].bars = NULL;
    t->ok = !bt_load(&t->all[i].bars, &t->all[i].report, loader, path, &options, &err);
  }
  bt_loader_free(loader);
  return NULL;
}

static void expect_all_right(cache_scene *s, load_thread *t)
{
  assert_true(t->ok);
  for (size_t i = 0; i < N_NAMES; i++) {
    char path[2 * TEST_PATH_SIZE];
    load_into(&s->plain, s, source_path(path, s, names[i]), NULL);
    expect_same_report(&t->all[i].report, &s->plain.report);
    expect_same_bars(t->all[i].bars, s->plain.bars);
    bt_bars_free(t->all[i].bars);
  }
}

static void threads_that_fill_it_at_once_load_the_same(void **state)
{
  cache_scene *s = *state;
  load_thread *threads = calloc(N_THREADS, sizeof *threads);
  pthread_t ids[N_THREADS];
  assert_non_null(threads);
  s->options.max_bad = 1;
  for (size_t i = 0; i < N_THREADS; i++) {
    threads[i].scene = s;
    threads[i].cache = s->cache;
    assert_int_equal(pthread_create(&ids[i], NULL, load_all, &threads[i]), 0);
  }
  for (size_t i = 0; i < N_THREADS; i++) assert_int_equal(pthread_join(ids[i], NULL), 0);
  for (size_t i = 0; i < N_THREADS; i++) expect_all_right(s, &threads[i]);
  free(threads);
  for (size_t i = 0; i < N_NAMES; i++) expect_found(s, names[i], true);
  expect_kept(s);
}

/* One of the processes: fills the cache, deletes it, and fills it again. Returns its exit status.
 */
static int fill_and_delete(const cache_scene *s, load_thread *t)
{
  bt_error err;
  t->scene = s;
  for (int round = 0; round < 5; round++) {
    char entry[2 * TEST_PATH_SIZE];
    if (bt_bar_cache_open(&t->cache, s->folder, &err)) return 1;
    (void)load_all(t);
    if (!t->ok || bt_bar_cache_check(t->cache, &err)) return 2;
    while (round < 4 && count_files(entry, s->folder, ".bars") > 0) (void)unlink(entry);
    bt_bar_cache_close(t->cache);
  }
  return 0;
}

static void processes_that_fill_and_delete_it_load_the_same(void **state)
{
  cache_scene *s = *state;
  load_thread *t = calloc(1, sizeof *t);
  pid_t children[N_PROCESSES];
  assert_non_null(t);
  s->options.max_bad = 1;
  for (size_t i = 0; i < N_PROCESSES; i++) {
    children[i] = fork();
    if (children[i] == 0) _exit(fill_and_delete(s, t));
    assert_true(children[i] > 0);
  }
  for (size_t i = 0; i < N_PROCESSES; i++) {
    int status = 0;
    assert_int_equal(waitpid(children[i], &status, 0), children[i]);
    assert_int_equal(status, 0);
  }
  t->scene = s;
  t->cache = s->cache;
  (void)load_all(t);
  expect_all_right(s, t);
  free(t);
  for (size_t i = 0; i < N_NAMES; i++) expect_found(s, names[i], true);
  expect_kept(s);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make_cache, drop_cache)

int main(void)
{
  const struct CMUnitTest tests[] = {
      CASE(threads_that_fill_it_at_once_load_the_same),
      CASE(processes_that_fill_and_delete_it_load_the_same),
  };
  return cmocka_run_group_tests_name("loaders/bar_cache, at once", tests, make_sources,
                                     drop_sources);
}
