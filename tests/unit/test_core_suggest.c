/* The known name nearest to a misspelt one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/suggest.h"

static const char *const names[] = {"fast", "slow", "signal", "sharpe", "max_drawdown"};
enum { N_NAMES = sizeof names / sizeof names[0] };

static void each_kind_of_slip_is_forgiven(void **state)
{
  (void)state;
  assert_string_equal(bt_suggest("fas", names, N_NAMES), "fast");     /* left out */
  assert_string_equal(bt_suggest("fasst", names, N_NAMES), "fast");   /* put in */
  assert_string_equal(bt_suggest("fest", names, N_NAMES), "fast");    /* changed */
  assert_string_equal(bt_suggest("slwo", names, N_NAMES), "slow");    /* swapped */
  assert_string_equal(bt_suggest("Sharp", names, N_NAMES), "sharpe"); /* letter case is free */
  assert_string_equal(bt_suggest("maxdrawdown", names, N_NAMES), "max_drawdown");
}

static void a_word_that_is_far_from_all_has_no_suggestion(void **state)
{
  (void)state;
  assert_null(bt_suggest("period", names, N_NAMES));
  assert_null(bt_suggest("fxxt", names, N_NAMES)); /* two of four */
  assert_null(bt_suggest("", names, N_NAMES));
  assert_null(bt_suggest("fast", NULL, 0));
}

static void a_third_of_the_longer_word_may_differ(void **state)
{
  (void)state;
  static const char *const one[] = {"signal"};
  assert_string_equal(bt_suggest("sgnl", one, 1), "signal"); /* 2 of 6 */
  assert_null(bt_suggest("sgl", one, 1));                    /* 3 of 6 */
}

static void a_single_letter_suggests_no_other_letter(void **state)
{
  (void)state;
  static const char *const letters[] = {"a", "b"};
  assert_null(bt_suggest("x", letters, 2));
}

static void the_first_of_equally_near_names_wins(void **state)
{
  (void)state;
  static const char *const near[] = {"cat", "car", "can"};
  assert_string_equal(bt_suggest("cab", near, 3), "cat");
}

static void a_nearer_name_beats_an_earlier_one(void **state)
{
  (void)state;
  static const char *const near[] = {"drawdowns_x", "drawdowns"};
  assert_string_equal(bt_suggest("drawdown", near, 2), "drawdowns");
}

static void a_name_that_begins_with_the_word_beats_a_nearer_one(void **state)
{
  (void)state;
  static const char *const options[] = {"strict", "strategy"};
  assert_string_equal(bt_suggest("strat", options, 2), "strategy");
  assert_string_equal(bt_suggest("STR", options, 2), "strict"); /* the shortest */
  assert_null(bt_suggest("st", options, 2));
}

static void very_long_words_are_left_alone(void **state)
{
  (void)state;
  static const char *const one[] = {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                    "aaaa"};
  assert_null(bt_suggest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", one, 2));
  assert_string_equal(bt_suggest("aaab", one, 2), "aaaa");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_of_slip_is_forgiven),
      cmocka_unit_test(a_word_that_is_far_from_all_has_no_suggestion),
      cmocka_unit_test(a_third_of_the_longer_word_may_differ),
      cmocka_unit_test(a_single_letter_suggests_no_other_letter),
      cmocka_unit_test(the_first_of_equally_near_names_wins),
      cmocka_unit_test(a_nearer_name_beats_an_earlier_one),
      cmocka_unit_test(a_name_that_begins_with_the_word_beats_a_nearer_one),
      cmocka_unit_test(very_long_words_are_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
