/* What is a character of UTF-8 and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/utf8.h"

static void characters_are_one_to_four_bytes(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t length;
  } cases[] = {
      {"", 1},
      {"A", 1},
      {"\x7f", 1},
      {"\xc2\x80", 2},
      {"\xdf\xbf", 2},
      {"\xe0\xa0\x80", 3},
      {"\xe2\x82\xac", 3},
      {"\xed\x9f\xbf", 3},
      {"\xee\x80\x80", 3},
      {"\xef\xbf\xbd", 3},
      {"\xf0\x90\x80\x80", 4},
      {"\xf4\x8f\xbf\xbf", 4},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    assert_int_equal(bt_utf8_length(cases[i].text), cases[i].length);
}

static void anything_else_is_none(void **state)
{
  (void)state;
  static const char *const texts[] = {
      /* the rest of a character */
      "\x80",
      "\xbf",
      /* overlong */
      "\xc0\x80",
      "\xc1\xbf",
      "\xe0\x9f\xbf",
      "\xf0\x8f\xbf\xbf",
      /* surrogates */
      "\xed\xa0\x80",
      "\xed\xbf\xbf",
      /* beyond U+10FFFF */
      "\xf4\x90\x80\x80",
      "\xf5\x80\x80\x80",
      "\xff",
      /* cut */
      "\xc3",
      "\xe2\x82",
      "\xe2\x82?",
      "\xf0\x90\x80",
  };
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    if (bt_utf8_length(texts[i]) != 0) fail_msg("text %zu", i);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(characters_are_one_to_four_bytes),
      cmocka_unit_test(anything_else_is_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
