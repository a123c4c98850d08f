/* Many digits at once: what vectors find is what is found one character at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/char.h"
#include "loaders/decimal.h"
#include "loaders/digits.h"

#if BT_HAS_DIGITS

/* A fixed sequence of 64 random bits (SplitMix64). */
static uint64_t next_random(uint64_t *state)
{
  uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/* Any bytes; in every other round mostly digits and what stands between them. */
static void put_bytes(char *out, size_t n, uint64_t *random, int round)
{
  static const char usual[] = "00123456789999/:.,-\n\r \x80\xff\x7f";
  for (size_t i = 0; i < n; i++) {
    uint64_t r = next_random(random);
    out[i] = round % 2 ? usual[r % (sizeof usual - 1)] : (char)(r >> 8);
  }
}

static void windows_tell_of_every_character(void **state)
{
  (void)state;
  uint64_t random = 1;
  for (int round = 0; round < 20000; round++) {
    char text[BT_DIGITS_WINDOW + 16], other[BT_DIGITS_WINDOW];
    uint64_t others = 0, equal = 0, line_ends = 0;
    size_t at = next_random(&random) % 16; /* at any address */
    put_bytes(text, sizeof text, &random, round);
    put_bytes(other, sizeof other, &random, round);
    for (size_t i = 0; i < BT_DIGITS_WINDOW; i++) {
      char c = text[at + i];
      if (next_random(&random) % 2) other[i] = c;
      others |= (uint64_t)!bt_char_is_digit(c) << i;
      equal |= (uint64_t)(c == other[i]) << i;
      line_ends |= (uint64_t)(c == '\n') << i;
    }
    assert_int_equal(bt_digits__others(text + at), others);
    assert_int_equal(bt_digits__others_plain(text + at), others);
    assert_int_equal(bt_digits__equal(text + at, other), equal);
    assert_int_equal(bt_digits__equal_plain(text + at, other), equal);
    assert_int_equal(bt_digits__line_ends(text + at), line_ends);
    assert_int_equal(bt_digits__line_ends_plain(text + at), line_ends);
  }
}

static void digits_before_a_place_are_one_number(void **state)
{
  (void)state;
  uint64_t random = 2;
  for (int round = 0; round < 2000; round++)
    for (unsigned n = 1; n <= 19; n++) {
      char text[32];
      uint64_t number = 0;
      put_bytes(text, sizeof text, &random, round);
      for (unsigned i = 0; i < n; i++) {
        char digit = (char)('0' + next_random(&random) % 10);
        if (round == 0) digit = '9';
        text[30 - n + i] = digit;
        number = number * 10 + (uint64_t)(digit - '0');
      }
      assert_int_equal(bt_digits__before(text + 30, n), number);
    }
}

/* A number of at most eight digits among other characters, its mark before the last n_decimals. */
typedef struct marked {
  char text[24];
  const char *end;
  uint64_t decimals, digits;
  double power, value;
} marked;

static void put_marked(marked *out, uint64_t *random, int round)
{
  unsigned n = 1 + (unsigned)(next_random(random) % 8);
  unsigned n_decimals = (unsigned)(next_random(random) % n);
  char number[16];
  size_t length = 0;
  put_bytes(out->text, sizeof out->text, random, round);
  out->power = 1;
  for (unsigned i = 0; i < n; i++) {
    if (n_decimals > 0 && i == n - n_decimals) number[length++] = '.';
    if (i >= n - n_decimals) out->power *= 10;
    number[length++] = (char)('0' + next_random(random) % 10);
  }
  assert_int_equal(bt_decimal__parse(&out->value, number, length, '.'), BT_DECIMAL_OK);
  memcpy(out->text + 20 - length, number, length);
  out->end = out->text + 20;
  out->decimals = n_decimals > 0 ? ~UINT64_C(0) << (64 - 8 * n_decimals) : ~UINT64_C(0);
  out->digits = BT_EACH_BYTE * 0x0f << (64 - 8 * n);
}

static void two_numbers_are_read_at_once(void **state)
{
  (void)state;
  uint64_t random = 3;
  for (int round = 0; round < 50000; round++) {
    marked m[2];
    put_marked(&m[0], &random, round);
    put_marked(&m[1], &random, round);
    const char *ends[] = {m[0].end, m[1].end};
    const uint64_t decimals[] = {m[0].decimals, m[1].decimals};
    const uint64_t digits[] = {m[0].digits, m[1].digits};
    const double powers[] = {m[0].power, m[1].power};
    double first = -1, second = -1;
    double *const out[] = {&first, &second};
    bt_digits__pair(out, ends, decimals, digits, powers);
    if (first != m[0].value || second != m[1].value) fail_msg("%.17g, %.17g", first, second);
    first = second = -1;
    bt_digits__pair_plain(out, ends, decimals, digits, powers);
    if (first != m[0].value || second != m[1].value) fail_msg("%.17g, %.17g", first, second);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(windows_tell_of_every_character),
      cmocka_unit_test(digits_before_a_place_are_one_number),
      cmocka_unit_test(two_numbers_are_read_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
  return 0;
}

#endif
