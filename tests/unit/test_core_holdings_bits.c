/* What the bits of a window depend on, evaluated from holding to holding: the window alone. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/random_jobs.h"

static void scratch_that_was_used_before_gives_the_same_bits(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 5);
  for (size_t i = 0; i < 200; i++) {
    job j;
    bench fresh;
    make_job(&j, &b.random, 200);
    bt_span span = {0, 200}, window = random_span(&b.random, span);
    bt_subject subject = subject_of(&j, window);
    bt_metrics used, first;
    open_bench(&fresh, 1);
    aim_at(&fresh.aim, &j);
    bt_status status = bt_evaluate_aim(&first, &fresh.quick, &subject, &fresh.aim, &j.how, NULL);
    assert_int_equal(status, BT_OK);
    compare_windows(&b, &j, span, 3);
    assert_int_equal(bt_evaluate_aim(&used, &b.quick, &subject, &b.aim, &j.how, NULL), BT_OK);
    assert_memory_equal(&used, &first, sizeof used);
    close_bench(&fresh);
    free_job(&j);
  }
  close_bench(&b);
}

/* What is made once for a target must not be taken for another one's. */
static void targets_that_are_measured_in_turn_are_told_apart(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 12);
  for (size_t i = 0; i < 100; i++) {
    job j;
    bt_aim aims[3];
    make_job(&j, &b.random, 300);
    be_ordinary(&j);
    double *targets[3];
    for (size_t k = 0; k < 3; k++) {
      targets[k] = random_series(&b.random, 300, -1, 1);
      for (size_t t = 0; t < 300; t++) targets[k][t] = targets[k][t] > 0.3 * (double)k;
      bt_aim_init(&aims[k]);
      bt_status status = bt_changes_of_target(&aims[k].changes, targets[k], 300, NULL);
      assert_int_equal(status, BT_OK);
    }
    for (size_t k = 0; k < 9; k++) {
      bt_metrics got, expected;
      bt_subject subject = subject_of(&j, random_span(&b.random, (bt_span){0, 300}));
      bt_aim *aim = &aims[k % 3];
      assert_int_equal(bt_evaluate_aim(&got, &b.quick, &subject, aim, &j.how, NULL), BT_OK);
      assert_int_equal(bt_evaluate(&expected, &b.plain, &subject, targets[k % 3], &j.how, NULL), 0);
      compare(&got, &expected);
    }
    for (size_t k = 0; k < 3; k++) bt_aim_clear(&aims[k]);
    for (size_t k = 0; k < 3; k++) free(targets[k]);
    free_job(&j);
  }
  close_bench(&b);
}

static bt_metrics measure(bench *b, const job *j, bt_span window)
{
  bt_metrics got;
  bt_subject subject = subject_of(j, window);
  aim_at(&b->aim, j);
  assert_int_equal(bt_evaluate_aim(&got, &b->quick, &subject, &b->aim, &j->how, NULL), BT_OK);
  return got;
}

/* Another target outside of the window but for the decision that fills on its first bar, and other
 * bars behind it. */
static void change_outside(job *j, test_random *random, bt_span window)
{
  static const double values[] = {0, 1, -1, 0.5};
  size_t n = j->bars->n_bars, delay = j->how.simulation.fill == BT_FILL_OPEN;
  size_t n_values = 2 + random_below(random, 3), stay = 1 + random_below(random, 30);
  for (size_t t = 0; t < n; t++) {
    if (t + delay >= window.first && t + delay < window.end) continue;
    bool stays = t > 0 && t + delay != window.end && random_below(random, stay) > 0;
    j->target[t] = stays ? j->target[t - 1] : random_choice(random, values, n_values);
  }
  for (size_t t = window.end; t < n; t++) {
    double factor = random_between(random, 0.1, 10);
    j->bars->open[t] *= factor;
    j->bars->close[t] *= factor;
    j->bars->high[t] *= factor;
    j->bars->low[t] *= factor;
  }
  renew_tables(j, j->periods_per_year, j->how.rf);
}

/* Selection goes by it: of combinations that do the same on a train part the first is taken. */
static void what_lies_outside_of_a_window_has_no_say_in_its_bits(void **state)
{
  (void)state;
  bench b;
  open_bench(&b, 13);
  for (size_t i = 0; i < 3000; i++) {
    job j;
    size_t n = 20 + random_below(&b.random, 280);
    make_job(&j, &b.random, n);
    be_ordinary(&j);
    if (i % 2) /* nothing but trips */
      for (size_t t = 0; t < n; t++) j.target[t] = j.target[t] > 0;
    bt_span window = random_span(&b.random, (bt_span){0, n});
    bt_metrics before = measure(&b, &j, window);
    change_outside(&j, &b.random, window);
    bt_metrics after = measure(&b, &j, window);
    assert_memory_equal(&before, &after, sizeof before);
    free_job(&j);
  }
  close_bench(&b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scratch_that_was_used_before_gives_the_same_bits),
      cmocka_unit_test(targets_that_are_measured_in_turn_are_told_apart),
      cmocka_unit_test(what_lies_outside_of_a_window_has_no_say_in_its_bits),
  };
  return cmocka_run_group_tests_name("core/holdings bits", tests, NULL, NULL);
}
