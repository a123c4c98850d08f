#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "cli/arguments.h"

static const bt_option table[] = {
    {"out", 'o', "DB", false, "where"},      {"param", 0, "N=SPEC", true, "which"},
    {"cash", 0, "X", false, "how much"},     {"jobs", 'j', "N", false, "how many"},
    {"fill", 0, "open|close", false, "how"}, {"grid", 0, NULL, false, "all"},
    {"strict", 0, NULL, false, "or not"},    {"strategy", 0, "NAME", false, "what"},
};
static const char *const planned[] = {"size", "stop-loss", NULL};

enum { WORDS_MOST = 16 };

/* Parses the words up to NULL. */
static bt_status parse(bt_arguments *out, const char *const *words, bt_error *err)
{
  char *argv[WORDS_MOST + 1] = {NULL};
  for (size_t i = 0; words[i]; i++) argv[i] = (char *)words[i];
  return bt_arguments_parse(out, table, sizeof table / sizeof table[0], planned, argv, err);
}

#define PARSE(out, err, ...) parse(out, (const char *const[]){__VA_ARGS__, NULL}, err)

static void values_come_in_four_spellings(void **state)
{
  (void)state;
  bt_arguments a = {0};
  bt_error err;
  assert_int_equal(PARSE(&a, &err, "--cash", "5", "--fill=open", "-o", "a.db", "-j4"), BT_OK);
  assert_string_equal(bt_arguments_find(&a, "cash"), "5");
  assert_string_equal(bt_arguments_find(&a, "fill"), "open");
  assert_string_equal(bt_arguments_find(&a, "out"), "a.db");
  assert_string_equal(bt_arguments_find(&a, "jobs"), "4");
  assert_null(bt_arguments_find(&a, "param"));
  assert_false(bt_arguments_has(&a, "grid"));
  bt_arguments_clear(&a);
}

static void a_value_may_begin_with_a_dash_unless_it_is_an_option(void **state)
{
  (void)state;
  bt_arguments a = {0};
  bt_error err;
  assert_int_equal(PARSE(&a, &err, "--cash", "-5", "--out=--grid"), BT_OK);
  assert_string_equal(bt_arguments_find(&a, "cash"), "-5");
  assert_string_equal(bt_arguments_find(&a, "out"), "--grid");
  bt_arguments_clear(&a);
  assert_int_equal(PARSE(&a, &err, "--cash", "--grid"), BT_ERR_USAGE);
  assert_string_equal(err.message, "--cash: needs a value (X)");
}

static void words_that_are_no_options_are_operands(void **state)
{
  (void)state;
  bt_arguments a = {0};
  bt_error err;
  assert_int_equal(PARSE(&a, &err, "x", "--grid", "-", "--", "--cash", "-o"), BT_OK);
  assert_int_equal(a.n_operands, 4);
  assert_string_equal(a.operands[0], "x");
  assert_string_equal(a.operands[1], "-");
  assert_string_equal(a.operands[2], "--cash");
  assert_string_equal(a.operands[3], "-o");
  assert_true(bt_arguments_has(&a, "grid"));
  assert_false(bt_arguments_has(&a, "cash"));
  bt_arguments_clear(&a);
}

static void a_repeatable_option_is_collected_in_order(void **state)
{
  (void)state;
  bt_arguments a = {0};
  bt_error err;
  const char *values[WORDS_MOST];
  assert_int_equal(PARSE(&a, &err, "--param", "a=1", "--grid", "--param=b=2"), BT_OK);
  assert_int_equal(bt_arguments_collect(values, &a, "param"), 2);
  assert_string_equal(values[0], "a=1");
  assert_string_equal(values[1], "b=2");
  assert_int_equal(bt_arguments_collect(values, &a, "fill"), 0);
  bt_arguments_clear(&a);
}

static void what_is_wrong_names_the_option(void **state)
{
  (void)state;
  static const struct {
    const char *words[3], *message;
  } cases[] = {
      {{"--csh", "5"}, "--csh: no such option; did you mean --cash?"},
      {{"--strat", "sma"}, "--strat: no such option; did you mean --strategy?"},
      {{"--zzzz"}, "--zzzz: no such option"},
      {{"-z"}, "-z: no such option"},
      {{"--size=5%"}, "--size: this version does not have it yet"},
      {{"--stop-loss", "5%"}, "--stop-loss: this version does not have it yet"},
      {{"--cash"}, "--cash: needs a value (X)"},
      {{"--cash="}, "--cash: needs a value (X)"},
      {{"-o"}, "--out: needs a value (DB)"},
      {{"--grid=1"}, "--grid: takes no value"},
      {{"--grid", "--grid"}, "--grid: given twice"},
      {{"-oa", "--out=b"}, "--out: given twice"},
      {{"--cas", "5"}, "--cas: no such option; did you mean --cash?"}, /* not abbreviated */
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bt_arguments a = {0};
    bt_error err;
    const char *words[] = {cases[i].words[0], cases[i].words[1], cases[i].words[2], NULL};
    assert_int_equal(parse(&a, words, &err), BT_ERR_USAGE);
    assert_string_equal(err.message, cases[i].message);
    assert_null(a.names);
  }
}

/* Beyond 2^53 a double has not every whole number. */
static void whole_numbers_are_exact(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t value; /* 0: refused */
  } cases[] = {{"9007199254740993", 9007199254740993},
               {"18446744073709551615", SIZE_MAX},
               {"18446744073709551616", 0},
               {"1e6", 1000000},
               {"12.0", 12},
               {"-1", 0},
               {"1e30", 0},
               {"7x", 0},
               {"1e-3", 0}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    bt_arguments a = {0};
    bt_error err;
    size_t jobs = 0;
    assert_int_equal(PARSE(&a, &err, "--jobs", cases[i].text), BT_OK);
    bt_status status = bt_arguments_size(&jobs, &a, "jobs", 1, SIZE_MAX, &err);
    assert_int_equal(status, cases[i].value > 0 ? BT_OK : BT_ERR_USAGE);
    assert_true(jobs == cases[i].value);
    if (cases[i].value == 9007199254740993)
      assert_int_equal(bt_arguments_size(&jobs, &a, "jobs", 1, (size_t)1 << 53, &err),
                       BT_ERR_USAGE);
    bt_arguments_clear(&a);
  }
}

static void numbers_are_read_within_their_limits(void **state)
{
  (void)state;
  bt_arguments a = {0};
  bt_error err;
  double cash = 7;
  size_t jobs = 7;
  assert_int_equal(PARSE(&a, &err, "--cash", "1e3", "--jobs", "12"), BT_OK);
  assert_int_equal(bt_arguments_double(&cash, &a, "cash", 0, 1e6, &err), BT_OK);
  assert_true(cash == 1000);
  assert_int_equal(bt_arguments_size(&jobs, &a, "jobs", 1, 12, &err), BT_OK);
  assert_int_equal(jobs, 12);
  assert_int_equal(bt_arguments_double(&cash, &a, "cash", 0, 999, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--cash 1e3: must be from 0 to 999");
  assert_int_equal(bt_arguments_size(&jobs, &a, "jobs", 1, 11, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--jobs 12: must be from 1 to 11");
  assert_true(cash == 1000 && jobs == 12);
  bt_arguments_clear(&a);
  assert_int_equal(PARSE(&a, &err, "--cash", "much", "--jobs", "1.5"), BT_OK);
  assert_int_equal(bt_arguments_double(&cash, &a, "cash", 0, 1, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--cash much: not a number");
  assert_int_equal(bt_arguments_size(&jobs, &a, "jobs", 1, 9, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--jobs 1.5: not a whole number");
  assert_int_equal(bt_arguments_size(&jobs, &a, "out", 1, 9, &err), BT_OK); /* not given */
  assert_int_equal(jobs, 12);
  bt_arguments_clear(&a);
}

static void a_choice_is_one_of_its_words(void **state)
{
  (void)state;
  static const char *const words[] = {"open", "close"};
  bt_arguments a = {0};
  bt_error err;
  int fill = 5;
  assert_int_equal(PARSE(&a, &err, "--fill", "close", "--out", "Close"), BT_OK);
  assert_int_equal(bt_arguments_choice(&fill, &a, "fill", words, 2, &err), BT_OK);
  assert_int_equal(fill, 1);
  assert_int_equal(bt_arguments_choice(&fill, &a, "cash", words, 2, &err), BT_OK);
  assert_int_equal(fill, 1);
  assert_int_equal(bt_arguments_choice(&fill, &a, "out", words, 2, &err), BT_ERR_USAGE);
  assert_string_equal(err.message, "--out Close: must be one of open, close");
  bt_arguments_clear(&a);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_come_in_four_spellings),
      cmocka_unit_test(a_value_may_begin_with_a_dash_unless_it_is_an_option),
      cmocka_unit_test(words_that_are_no_options_are_operands),
      cmocka_unit_test(a_repeatable_option_is_collected_in_order),
      cmocka_unit_test(what_is_wrong_names_the_option),
      cmocka_unit_test(whole_numbers_are_exact),
      cmocka_unit_test(numbers_are_read_within_their_limits),
      cmocka_unit_test(a_choice_is_one_of_its_words),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
