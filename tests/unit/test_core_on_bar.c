#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/aim.h"
#include "core/membership.h"
#include "tests/support/on_bar_scene.h"
#include "tests/support/random_jobs.h"

/* ---- what it sees -----------------------------------------------------------------------------
 */

enum { N_MOST = 400 };

/* What the strategy below answers, and what it was shown. */
static struct {
  double script[N_MOST];
  bt_now seen[N_MOST];
} record;

static double follow_script(const bt_now *now, const double *params)
{
  (void)params;
  record.seen[now->t] = *now;
  return record.script[now->t];
}

/* The script settled from the first deciding bar on: what was wanted before counts. */
static void expect_target(double *expected, const job *j, bt_span span, bt_direction direction)
{
  size_t n = j->bars->n_bars;
  memcpy(expected, record.script, n * sizeof *expected);
  assert_int_equal(bt_target_settle(expected, n, direction, NULL), BT_OK);
  for (size_t t = 0; t < bt_on_bar_first(j->how.simulation.fill, span); t++) expected[t] = 0;
}

/* With fills at the open all of it is there at the close; with fills at the close what was held
 * before. */
static void compare_with_ledger(const job *j, const bt_ledger *ledger, bt_span span)
{
  bool opens = j->how.simulation.fill == BT_FILL_OPEN;
  double *shares = malloc((span.end - span.first) * sizeof *shares);
  assert_non_null(shares);
  bt_ledger_fill_shares(shares, ledger, span);
  for (size_t t = span.first; t < span.end; t++) {
    const bt_now *now = &record.seen[t];
    if (ledger->ruined && now->t != t) break; /* asked no more */
    assert_int_equal(now->t, t);
    if (opens) {
      assert_true(now->shares == shares[t - span.first]);
      assert_true(now->equity == ledger->equity[t - span.first]);
    } else if (!bt_stops_any(&j->how.simulation.stops)) {
      assert_true(now->shares == (t > span.first ? shares[t - 1 - span.first] : 0));
    }
    assert_true(now->position ==
                (now->shares == 0 ? 0 : now->shares * j->bars->close[t] / now->equity));
    assert_int_equal(isnan(now->entry_price), now->shares == 0);
  }
  free(shares);
}

/* Entry price and bars held, by the trade that is going on at the close. */
static void compare_with_trades(const bt_ledger *ledger, bt_span span)
{
  for (size_t i = 0; i < ledger->n_trades; i++) {
    const bt_trade *trade = &ledger->trades[i];
    for (size_t t = trade->entry_bar; t < trade->exit_bar && t < span.end; t++) {
      const bt_now *now = &record.seen[t];
      assert_true(now->shares * trade->side > 0);
      assert_int_equal(now->bars_held, t - trade->entry_bar);
    }
  }
}

static void check_random_job(test_random *random, size_t *n_ruined)
{
  size_t n = 2 + random_below(random, N_MOST - 2);
  const bt_strategy strategy = STRATEGY(follow_script, .state_bytes = 0);
  double expected[N_MOST];
  bt_ledger ledger;
  scene s;
  job j;
  make_job(&j, random, n);
  for (size_t t = 0; t < n; t++)
    record.script[t] = random_below(random, 5) == 0 ? (double)NAN : j.target[t];
  open_scene(&s, &strategy, j.bars, &j.how.simulation);
  s.job.direction = (bt_direction)random_below(random, 3);
  bt_span span = random_span(random, whole(&s));
  memset(record.seen, 0xff, sizeof record.seen);
  assert_int_equal(run_span(&s, span), BT_OK);
  bt_ledger_init(&ledger);
  assert_int_equal(bt_simulate(&ledger, j.bars, s.aim.target, span, &j.how.simulation, NULL),
                   BT_OK);
  compare_with_ledger(&j, &ledger, span);
  if (j.how.simulation.fill == BT_FILL_OPEN && !ledger.ruined) compare_with_trades(&ledger, span);
  expect_target(expected, &j, span, s.job.direction);
  for (size_t t = 0; t < span.end && !ledger.ruined; t++)
    assert_true(s.aim.target[t] == expected[t]);
  *n_ruined += ledger.ruined;
  bt_ledger_clear(&ledger);
  close_scene(&s);
  free_job(&j);
}

static void it_sees_what_the_simulator_makes_of_its_answers(void **state)
{
  (void)state;
  test_random random = {71};
  size_t n_ruined = 0;
  for (size_t i = 0; i < 3000; i++) check_random_job(&random, &n_ruined);
  assert_true(n_ruined > 20);
}

/* ---- before a span ----------------------------------------------------------------------------
 */

/* Long on every third bar that it has seen, counted in its state; leaves after two bars. */
typedef struct count {
  size_t n_seen;
} count;

static double every_third(const bt_now *now, const double *params)
{
  count *c = now->state;
  (void)params;
  assert_int_equal(c->n_seen, now->t); /* it has seen all bars before */
  c->n_seen++;
  if (now->bars_held >= 2) return 0;
  return c->n_seen % 3 == 0 ? 1 : (double)NAN;
}

static void it_watches_all_bars_before_a_span_without_a_position(void **state)
{
  (void)state;
  const double close[] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
  const double expected[] = {0, 0, 0, 0, 1, 1, 1, 0, 1, 1};
  bt_bars *bars = make_bars(10, NULL, NULL, NULL, close);
  const bt_strategy strategy = STRATEGY(every_third, .state_bytes = sizeof(count));
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  /* the span begins on bar 5, so bar 4 decides first, as it has wanted since bar 2; filled on bar 5
   * it is held for two bars at the close of 7, and wanted again on bar 8, the ninth */
  assert_int_equal(run_span(&s, (bt_span){5, 10}), BT_OK);
  assert_memory_equal(s.aim.target, expected, sizeof expected);
  close_scene(&s);
  bt_bars_free(bars);
}

static void spans_in_any_order_have_the_targets_of_a_fresh_run(void **state)
{
  (void)state;
  test_random random = {72};
  const bt_strategy strategy = STRATEGY(every_third, .state_bytes = sizeof(count));
  bt_bars *bars = make_random_bars(&random, 120, 50, 0.05);
  scene used, fresh;
  open_scene(&used, &strategy, bars, &plain);
  for (size_t i = 0; i < 200; i++) {
    bt_span span = random_span(&random, whole(&used));
    open_scene(&fresh, &strategy, bars, &plain);
    assert_int_equal(run_span(&used, span), BT_OK);
    assert_int_equal(run_span(&fresh, span), BT_OK);
    assert_memory_equal(used.aim.target, fresh.aim.target, bars->n_bars * sizeof(double));
    close_scene(&fresh);
  }
  close_scene(&used);
  bt_bars_free(bars);
}

/* Windows one behind the other are not gone through from the beginning each. */
static size_t n_calls;

static double count_calls(const bt_now *now, const double *params)
{
  (void)now;
  (void)params;
  n_calls++;
  return 1;
}

static void windows_in_order_do_not_begin_at_the_first_bar_again(void **state)
{
  (void)state;
  const bt_strategy strategy = STRATEGY(count_calls, .state_bytes = 0);
  bt_bars *bars = make_flat_bars(1000, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  n_calls = 0;
  for (size_t first = 0; first + 200 <= 1000; first += 100) { /* a train and a test part each */
    assert_int_equal(run_span(&s, (bt_span){first, first + 100}), BT_OK);
    assert_int_equal(run_span(&s, (bt_span){first + 100, first + 200}), BT_OK);
  }
  assert_true(n_calls < 2 * 1000 + 18 * 101);
  close_scene(&s);
  bt_bars_free(bars);
}

/* ---- what counts ------------------------------------------------------------------------------
 */

static double answer_params(const bt_now *now, const double *params)
{
  return now->t == 3 ? params[0] : 0.5;
}

static void an_answer_that_is_no_target_is_an_error_with_its_bar(void **state)
{
  (void)state;
  static const double wrong[] = {1.5, -2, (double)INFINITY};
  static const char *const messages[] = {"the target of bar 3 is 1.5: not within -1 to +1",
                                         "the target of bar 3 is -2: not within -1 to +1",
                                         "the target of bar 3 is inf: not within -1 to +1"};
  const bt_strategy strategy = STRATEGY(answer_params, .state_bytes = 0);
  bt_bars *bars = make_flat_bars(10, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  for (size_t i = 0; i < 3; i++) {
    s.part.params = &wrong[i];
    assert_int_equal(run_span(&s, whole(&s)), BT_ERR_DATA);
    assert_string_equal(s.error.message, messages[i]);
    assert_int_equal(run_span(&s, (bt_span){6, 9}), BT_ERR_DATA); /* while it watches */
    assert_string_equal(s.error.message, messages[i]);
    bt_on_bar_forget(&s.aim.on_bar);
  }
  close_scene(&s);
  bt_bars_free(bars);
}

static double see_position(const bt_now *now, const double *params)
{
  (void)params;
  record.seen[now->t] = *now;
  return 1;
}

static void outside_of_its_membership_it_holds_nothing_and_sees_so(void **state)
{
  (void)state;
  const bt_strategy strategy = STRATEGY(see_position, .state_bytes = 0);
  const double expected[] = {0, 0, 1, 1, 0, 0, 0, 0};
  bt_bars *bars = make_flat_bars(8, 10);
  int64_t day = bars->time_ns[0] / INT64_C(86400000000000);
  const bt_membership stretch = {day + 2, day + 4};
  bt_changes members;
  scene s;
  bt_changes_init(&members);
  assert_int_equal(bt_changes_of_constant(&members, 1, 8, NULL), BT_OK);
  assert_int_equal(bt_membership_apply(&members, bars, &stretch, 1, NULL), BT_OK);
  open_scene(&s, &strategy, bars, &plain);
  s.job.members = &members;
  assert_int_equal(run_span(&s, whole(&s)), BT_OK);
  assert_memory_equal(s.aim.target, expected, sizeof expected);
  for (size_t t = 0; t < 8; t++) assert_true((record.seen[t].shares != 0) == (t == 3 || t == 4));
  close_scene(&s);
  bt_changes_clear(&members);
  bt_bars_free(bars);
}

/* Two combinations, one behind the other: a position that both want is carried on. */
static double hold_since(const bt_now *now, const double *params)
{
  if (now->shares != 0) record.seen[now->t] = *now; /* not while it watches */
  return params[0];
}

static void the_next_combination_takes_the_position_over(void **state)
{
  (void)state;
  const bt_strategy strategy = STRATEGY(hold_since, .state_bytes = 0);
  const double one = 1, half = 0.5, expected[] = {0, 1, 1, 1, 1, 0, 0, 0.5, 0.5, 0.5};
  const bt_on_bar_part parts[] = {{1, &one}, {3, &one}, {5, NULL}, {7, &half}};
  bt_bars *bars = make_flat_bars(10, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  s.job.span = (bt_span){2, 10};
  s.job.parts = parts;
  s.job.n_parts = 4;
  memset(record.seen, 0xff, sizeof record.seen);
  assert_int_equal(bt_aim_take_bars(&s.aim, &s.job, &s.host, &s.error), BT_OK);
  assert_memory_equal(s.aim.target, expected, sizeof expected);
  assert_int_equal(record.seen[3].bars_held, 1); /* held since bar 2 */
  assert_int_equal(record.seen[4].bars_held, 2);
  assert_true(record.seen[7].t != 7 && record.seen[9].shares == 50); /* flat on 7 */
  close_scene(&s);
  bt_bars_free(bars);
}

/* ---- series -----------------------------------------------------------------------------------
 */

enum { FAST, SLOW };

static void two_averages(const bt_host *host, const double *params, const double **lines)
{
  lines[FAST] = bt_sma(host, params[FAST]);
  lines[SLOW] = bt_sma(host, params[SLOW]);
}

static double compare_averages(const bt_now *now, const double *params)
{
  (void)params;
  double fast = bt_line(now, FAST, 0), slow = bt_line(now, SLOW, 0);
  assert_true(isnan(bt_line(now, 2, 0))); /* not set */
  assert_true(isnan(bt_close(now, now->t + 1)) && bt_time_ns(now, now->t + 1) == INT64_MIN);
  assert_true(bt_close(now, 0) == now->series->close[now->t]);
  return fast > slow ? 1 : fast < slow ? -1 : 0;
}

static void a_cross_bar_by_bar_is_the_cross_of_the_series(void **state)
{
  (void)state;
  test_random random = {73};
  const double params[] = {5, 20};
  const bt_strategy strategy = STRATEGY(compare_averages, .prepare = two_averages);
  bt_bars *bars = make_random_bars(&random, 500, 50, 0.03);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  s.part.params = params;
  assert_int_equal(run_span(&s, whole(&s)), BT_OK);
  const double *fast = bt_sma(&s.host.host, 5), *slow = bt_sma(&s.host.host, 20);
  for (size_t t = 0; t < 500; t++) {
    double expected = fast[t] > slow[t] ? 1 : fast[t] < slow[t] ? -1 : 0;
    assert_true(s.aim.target[t] == expected);
  }
  bt_indicator_hold_release(&s.host.hold);
  close_scene(&s);
  bt_bars_free(bars);
}

static void ask_for_nonsense(const bt_host *host, const double *params, const double **lines)
{
  (void)params;
  lines[0] = bt_sma(host, -1);
}

static void what_it_cannot_have_is_an_error_with_the_reason(void **state)
{
  (void)state;
  const bt_strategy strategy = STRATEGY(compare_averages, .prepare = ask_for_nonsense);
  bt_bars *bars = make_flat_bars(30, 10);
  scene s;
  open_scene(&s, &strategy, bars, &plain);
  assert_int_equal(run_span(&s, whole(&s)), BT_ERR_USAGE);
  assert_string_equal(s.error.message, "strategy test: indicator sma: period = -1 is not a whole "
                                       "number from 1 to 1e+06");
  close_scene(&s);
  bt_bars_free(bars);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_sees_what_the_simulator_makes_of_its_answers),
      cmocka_unit_test(it_watches_all_bars_before_a_span_without_a_position),
      cmocka_unit_test(spans_in_any_order_have_the_targets_of_a_fresh_run),
      cmocka_unit_test(windows_in_order_do_not_begin_at_the_first_bar_again),
      cmocka_unit_test(an_answer_that_is_no_target_is_an_error_with_its_bar),
      cmocka_unit_test(outside_of_its_membership_it_holds_nothing_and_sees_so),
      cmocka_unit_test(the_next_combination_takes_the_position_over),
      cmocka_unit_test(a_cross_bar_by_bar_is_the_cross_of_the_series),
      cmocka_unit_test(what_it_cannot_have_is_an_error_with_the_reason),
  };
  return cmocka_run_group_tests_name("core/on_bar", tests, NULL, NULL);
}
