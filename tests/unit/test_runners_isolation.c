/* Strategies in processes of their own: those that behave, and those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runners/ticker.h"
#include "tests/support/make_bars.h"

/* ---- strategies that do what their parameter says ---------------------------------------------
 */

enum {
  SMA,
  CRASH,
  LOOP,
  END,
  WRITE_BARS,
  WRITE_SMA,
  GIVE_UP,
  NONSENSE,
  FAR_BEHIND,
  CLOSE_ALL,
  FORK,
  TALK,
  TIRE,
  N_DEEDS
};

static volatile size_t turns;
static size_t n_calls; /* in this process */

/* An answer that nobody asked for, into every descriptor. */
static void talk(void)
{
  const char answer[24] = {0};
  for (int i = 3; i < 64; i++) (void)send(i, answer, sizeof answer, MSG_NOSIGNAL);
}

static void misbehave(int deed, const bt_host *host, double *target)
{
  switch (deed) {
  case CRASH:
    (void)raise(SIGSEGV);
    break;
  case LOOP:
    for (;;) turns++;
  case END:
    _exit(3);
  case WRITE_BARS:
    ((double *)(uintptr_t)host->series->close)[0] = 1;
    break;
  case WRITE_SMA:
    ((double *)(uintptr_t)bt_sma(host, 5))[0] = 1;
    break;
  case GIVE_UP:
    (void)signal(SIGABRT, SIG_DFL);
    abort();
  case NONSENSE:
    target[3] = 7;
    break;
  case FAR_BEHIND:
    for (size_t t = 0; t < (size_t)1 << 40; t += 512) target[t] = 1;
    break;
  case CLOSE_ALL:
    for (int i = 3; i < 256; i++) (void)close(i);
    break;
  case FORK: /* both go on */
    (void)fork();
    break;
  case TALK:
    talk();
    break;
  case TIRE:
    if (++n_calls == 3) _exit(0);
    break;
  default:
    break;
  }
}

static void signals(const bt_host *host, const double *params, double *target)
{
  const double *sma = bt_sma(host, 5);
  size_t n = host->series->n_bars;
  for (size_t t = 0; t < n; t++) target[t] = host->series->close[t] > sma[t] ? 1 : -0.5;
  misbehave((int)params[0], host, target);
}

static void prepare(const bt_host *host, const double *params, const double **lines)
{
  (void)params;
  lines[0] = bt_sma(host, 5);
}

static double on_bar(const bt_now *now, const double *params)
{
  size_t *n_seen = now->state;
  (*n_seen)++;
  if (params[0] == CRASH && now->t == 30) (void)raise(SIGSEGV);
  if (now->bars_held > 4) return 0;
  return bt_close(now, 0) > bt_line(now, 0, 0) && *n_seen % 2 ? 1 : (double)NAN;
}

static const bt_param deed_param[] = {
    {"deed", 0, 0, N_DEEDS - 1, 1, 0, N_DEEDS - 1, 1, "what it does"}};

static const bt_strategy strategies[] = {{.abi_version = BT_STRATEGY_ABI,
                                          .name = "deeds",
                                          .summary = "test",
                                          .params = deed_param,
                                          .n_params = 1,
                                          .signals = signals},
                                         {.abi_version = BT_STRATEGY_ABI,
                                          .name = "bars",
                                          .summary = "test",
                                          .params = deed_param,
                                          .n_params = 1,
                                          .on_bar = on_bar,
                                          .prepare = prepare,
                                          .state_bytes = sizeof(size_t)}};

/* ---- a ticker, here and there -----------------------------------------------------------------
 */

typedef struct scene {
  bt_job job;
  bt_universe universe;
  bt_universe_entry entries[2];
  bt_grid *grid;
  bt_bars *bars[2];
  bt_isolation *isolation;
  bt_ticker tickers[2];
  bt_ticker_scratch here, there; /* the latter with a process */
  bt_error error;
} scene;

static atomic_bool cancelled;

static bool is_cancelled(void)
{
  return atomic_load(&cancelled);
}

static void open_scene(scene *s, const bt_strategy *strategy, double timeout_s)
{
  const bt_isolation_options options = {timeout_s, is_cancelled};
  bt_axis axis;
  test_random random = {3};
  *s = (scene){.job = {.strategy = strategy,
                       .from_ns = INT64_MIN,
                       .to_ns = INT64_MAX,
                       .direction = BT_DIRECTION_BOTH}};
  s->universe = (bt_universe){.entries = s->entries, .n_entries = 2};
  s->job.universe = &s->universe;
  s->job.evaluation.simulation.cash = 1000;
  atomic_store(&cancelled, false);
  assert_int_equal(bt_axis_sweep(&axis, deed_param, NULL), BT_OK);
  assert_int_equal(bt_grid_new(&s->grid, strategy, &axis, NULL, 0, NULL), BT_OK);
  bt_axis_clear(&axis);
  s->job.grid = s->grid;
  assert_int_equal(bt_isolation_new(&s->isolation, &s->job, &options, &s->error), BT_OK);
  for (size_t i = 0; i < 2; i++) {
    s->bars[i] = make_random_bars(&random, 100 + 50 * i, 50, 0.03);
    const bt_ticker_source source = {s->bars[i], &s->entries[i], 252, false, NULL};
    assert_int_equal(bt_ticker_open(&s->tickers[i], &source, &s->job, NULL), BT_OK);
  }
  assert_int_equal(bt_ticker_scratch_init(&s->here, 1, NULL), BT_OK);
  assert_int_equal(bt_ticker_scratch_init(&s->there, 1, NULL), BT_OK);
  assert_int_equal(bt_isolated_new(&s->there.isolated, s->isolation, NULL), BT_OK);
}

static void close_scene(scene *s)
{
  bt_isolated_free(s->there.isolated);
  bt_isolation_free(s->isolation);
  bt_ticker_scratch_clear(&s->here);
  bt_ticker_scratch_clear(&s->there);
  for (size_t i = 0; i < 2; i++) {
    bt_ticker_close(&s->tickers[i]);
    bt_bars_free(s->bars[i]);
  }
  bt_grid_free(s->grid);
}

static bt_status measure(bt_metrics *out, scene *s, bt_ticker_scratch *scratch, size_t ticker,
                         size_t deed, bt_span span)
{
  bt_status status = bt_ticker_aim(&s->tickers[ticker], scratch, &s->job, deed, &s->error);
  if (status) return status;
  return bt_ticker_measure(out, &s->tickers[ticker], scratch, span, &s->error);
}

/* ---- those that behave ------------------------------------------------------------------------
 */

static void the_metrics_are_the_same_bits(void **state)
{
  (void)state;
  for (size_t k = 0; k < 2; k++) {
    scene s;
    open_scene(&s, &strategies[k], 60);
    for (size_t i = 0; i < 6; i++) { /* the two tickers in turn, whole and in part */
      bt_metrics here, there;
      bt_span span = {i < 4 ? 0 : 20, i < 2 ? 100 : 60};
      assert_int_equal(measure(&here, &s, &s.here, i % 2, SMA, span), BT_OK);
      assert_int_equal(measure(&there, &s, &s.there, i % 2, SMA, span), BT_OK);
      assert_memory_equal(&here, &there, sizeof here);
      assert_true(here.value[BT_METRIC_N_TRADES] > 2);
    }
    close_scene(&s);
  }
}

static void parts_one_behind_the_other_are_the_same(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, &strategies[1], 60);
  const double deed = SMA;
  const bt_span span = {11, 90};
  const bt_on_bar_part parts[] = {{10, &deed}, {40, NULL}, {55, &deed}};
  bt_ticker_scratch *both[] = {&s.here, &s.there};
  double *nothing = calloc(100, sizeof *nothing);
  assert_non_null(nothing);
  for (size_t i = 0; i < 2; i++) {
    assert_int_equal(bt_ticker_aim_at(&s.tickers[0], both[i], &s.job, nothing, NULL), BT_OK);
    assert_int_equal(bt_ticker_aim_parts(&s.tickers[0], both[i], parts, 3, span, &s.error), BT_OK);
  }
  const bt_changes *here = &s.here.aim.changes, *there = &s.there.aim.changes;
  assert_true(here->n > 4 && here->n == there->n);
  assert_memory_equal(here->at, there->at, here->n * sizeof *here->at);
  free(nothing);
  close_scene(&s);
}

/* ---- those that do not ------------------------------------------------------------------------
 */

/* What is said, or what a sanitizer makes of it, which catches the signal and ends the process. */
static void assert_fails(scene *s, size_t deed, const char *reason)
{
  static const char sanitized[] = "it ended its process (exit status 1)";
  bt_metrics metrics;
  char whole[BT_ERROR_MESSAGE_SIZE], ended[BT_ERROR_MESSAGE_SIZE];
  const char *name = s->job.strategy->name;
  (void)snprintf(whole, sizeof whole, "%s, combination %zu {\"deed\":%zu}: %s", name, deed + 1,
                 deed, reason);
  (void)snprintf(ended, sizeof ended, "%s, combination %zu {\"deed\":%zu}: %s", name, deed + 1,
                 deed, sanitized);
  assert_int_equal(measure(&metrics, s, &s->there, 0, deed, (bt_span){0, 100}), BT_ERR_STRATEGY);
  if (strcmp(s->error.message, ended) != 0) assert_string_equal(s->error.message, whole);
}

static void assert_goes_on(scene *s)
{
  bt_metrics here, there;
  assert_int_equal(measure(&here, s, &s->here, 1, SMA, (bt_span){0, 150}), BT_OK);
  assert_int_equal(measure(&there, s, &s->there, 1, SMA, (bt_span){0, 150}), BT_OK);
  assert_memory_equal(&here, &there, sizeof here);
}

static void whatever_it_does_the_others_go_on(void **state)
{
  (void)state;
  static const struct {
    size_t deed;
    const char *reason;
  } cases[] = {
      {CRASH, "it crashed (SIGSEGV, a wrong address)"},
      {END, "it ended its process (exit status 3)"},
      {WRITE_BARS, "it crashed (SIGSEGV, a wrong address)"},
      {WRITE_SMA, "it crashed (SIGSEGV, a wrong address)"},
      {GIVE_UP, "it crashed (SIGABRT, it gave up)"},
      {NONSENSE, "the target of bar 3 is 7: not within -1 to +1"},
      {FAR_BEHIND, "it crashed (SIGSEGV, a wrong address)"},
      {CLOSE_ALL, "it ended its process (exit status 0)"},
      {TALK, "it has destroyed the memory of its process"},
  };
  scene s;
  open_scene(&s, &strategies[0], 60);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_fails(&s, cases[i].deed, cases[i].reason);
    assert_goes_on(&s);
  }
  close_scene(&s);
}

/* A copy of the process answers nothing, or every later answer would be another question's. */
static void a_strategy_may_fork(void **state)
{
  (void)state;
  scene s;
  bt_metrics here, there;
  open_scene(&s, &strategies[0], 60);
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(measure(&here, &s, &s.here, 0, SMA, (bt_span){0, 100}), BT_OK);
    assert_int_equal(measure(&there, &s, &s.there, 0, FORK, (bt_span){0, 100}), BT_OK);
    assert_memory_equal(&here, &there, sizeof here);
    assert_goes_on(&s);
  }
  close_scene(&s);
}

/* What a process dies of after many calls is no fault of the ticker at hand. */
static void a_process_that_has_become_unfit_is_replaced(void **state)
{
  (void)state;
  scene s;
  bt_metrics here, there;
  open_scene(&s, &strategies[0], 60);
  for (size_t i = 0; i < 10; i++) {
    assert_int_equal(measure(&here, &s, &s.here, i % 2, SMA, (bt_span){0, 100}), BT_OK);
    assert_int_equal(measure(&there, &s, &s.there, i % 2, TIRE, (bt_span){0, 100}), BT_OK);
    assert_memory_equal(&here, &there, sizeof here);
  }
  close_scene(&s);
}

static void a_strategy_on_bars_may_crash_too(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, &strategies[1], 60);
  assert_fails(&s, CRASH, "it crashed (SIGSEGV, a wrong address)");
  assert_goes_on(&s);
  close_scene(&s);
}

static void one_that_never_ends_is_ended(void **state)
{
  (void)state;
  scene s;
  open_scene(&s, &strategies[0], 0.25);
  assert_fails(&s, LOOP, "it took longer than 0.25 s (--task-timeout)");
  assert_goes_on(&s);
  close_scene(&s);
}

static void nobody_waits_for_it_once_cancelled(void **state)
{
  (void)state;
  scene s;
  bt_metrics metrics;
  open_scene(&s, &strategies[0], 600);
  atomic_store(&cancelled, true);
  assert_int_equal(measure(&metrics, &s, &s.there, 0, LOOP, (bt_span){0, 100}), BT_ERR_CANCELLED);
  close_scene(&s);
}

/* Here, where the socket to the process arrives: the keeper has room for it. */
static void too_few_descriptors_are_told(void **state)
{
  (void)state;
  scene s;
  bt_metrics metrics;
  struct rlimit before;
  open_scene(&s, &strategies[0], 60);
  int next = dup(STDERR_FILENO);
  assert_true(next > 0 && close(next) == 0 && getrlimit(RLIMIT_NOFILE, &before) == 0);
  const struct rlimit none_left = {(rlim_t)next, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &none_left), 0);
  errno = ENOENT;
  bt_status status = measure(&metrics, &s, &s.there, 0, SMA, (bt_span){0, 100});
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
  assert_int_equal(status, BT_ERR_THREAD);
  assert_string_equal(s.error.message, "--isolate: no process can be made: Too many open files "
                                       "(ulimit -n; each worker of -j needs one)");
  assert_goes_on(&s);
  close_scene(&s);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_metrics_are_the_same_bits),
      cmocka_unit_test(parts_one_behind_the_other_are_the_same),
      cmocka_unit_test(whatever_it_does_the_others_go_on),
      cmocka_unit_test(a_strategy_may_fork),
      cmocka_unit_test(a_process_that_has_become_unfit_is_replaced),
      cmocka_unit_test(a_strategy_on_bars_may_crash_too),
      cmocka_unit_test(one_that_never_ends_is_ended),
      cmocka_unit_test(too_few_descriptors_are_told),
      cmocka_unit_test(nobody_waits_for_it_once_cancelled),
  };
  return cmocka_run_group_tests_name("runners/isolation", tests, NULL, NULL);
}
