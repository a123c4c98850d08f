#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/status.h"

static void a_failure_fills_status_and_message(void **state)
{
  (void)state;
  bt_error err = {0};
  assert_int_equal(bt_fail(&err, BT_ERR_DATA, "%s:%d: bad", "a.csv", 7), BT_ERR_DATA);
  assert_int_equal(err.status, BT_ERR_DATA);
  assert_string_equal(err.message, "a.csv:7: bad");
}

static void a_failure_without_an_error_still_returns_its_status(void **state)
{
  (void)state;
  assert_int_equal(bt_fail(NULL, BT_ERR_IO, "nobody reads this"), BT_ERR_IO);
  assert_int_equal(bt_fail_nomem(NULL, "nothing"), BT_ERR_NOMEM);
}

static void a_long_message_is_cut_and_terminated(void **state)
{
  (void)state;
  char text[2 * BT_ERROR_MESSAGE_SIZE];
  bt_error err;
  memset(text, 'x', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  (void)bt_fail(&err, BT_ERR_USAGE, "%s", text);
  assert_int_equal(strlen(err.message), BT_ERROR_MESSAGE_SIZE - 1);
}

static void out_of_memory_names_what_it_was_for(void **state)
{
  (void)state;
  bt_error err;
  assert_int_equal(bt_fail_nomem(&err, "trades"), BT_ERR_NOMEM);
  assert_string_equal(err.message, "out of memory (trades)");
}

static void every_status_has_a_text_of_its_own(void **state)
{
  (void)state;
  for (int i = BT_OK; i <= BT_ERR_CANCELLED; i++) {
    assert_true(strlen(bt_status_text((bt_status)i)) > 0);
    for (int k = BT_OK; k < i; k++)
      assert_string_not_equal(bt_status_text((bt_status)i), bt_status_text((bt_status)k));
  }
  assert_string_equal(bt_status_text(BT_OK), "ok");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_failure_fills_status_and_message),
      cmocka_unit_test(a_failure_without_an_error_still_returns_its_status),
      cmocka_unit_test(a_long_message_is_cut_and_terminated),
      cmocka_unit_test(out_of_memory_names_what_it_was_for),
      cmocka_unit_test(every_status_has_a_text_of_its_own),
  };
  return cmocka_run_group_tests_name("core/status", tests, NULL, NULL);
}
