/* Bytes of an unknown file into UTF-8. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loaders/encoding.h"

/* A text with its length: some have NULs. */
typedef struct bytes {
  const char *at;
  size_t length;
} bytes;
#define BYTES(literal)                                                                             \
  {                                                                                                \
    literal, sizeof literal - 1                                                                    \
  }

typedef struct conversion {
  bytes in, out;
} conversion;

static bt_status decode(bt_buffer *text, bytes in, bt_error *err)
{
  bt_buffer spare = {0};
  *text = (bt_buffer){0};
  if (!bt_buffer__append(text, in.at, in.length)) abort();
  bt_status status = bt_encoding__decode(text, &spare, "X.csv", err);
  bt_buffer__clear(&spare);
  return status;
}

static void check_conversions(const conversion *cases, size_t n_cases)
{
  for (size_t i = 0; i < n_cases; i++) {
    bt_buffer text;
    bt_error err = {BT_OK, ""};
    if (decode(&text, cases[i].in, &err) != BT_OK) fail_msg("case %zu: %s", i, err.message);
    if (text.length != cases[i].out.length ||
        memcmp(text.bytes, cases[i].out.at, text.length + 1) != 0)
      fail_msg("case %zu gives %zu bytes: %s", i, text.length, text.bytes);
    bt_buffer__clear(&text);
  }
}
#define CHECK_CONVERSIONS(cases) check_conversions(cases, sizeof cases / sizeof cases[0])

static void check_refused(bytes in, const char *message)
{
  bt_buffer text;
  bt_error err = {BT_OK, ""};
  assert_int_equal(decode(&text, in, &err), BT_ERR_DATA);
  assert_string_equal(err.message, message);
  bt_buffer__clear(&text);
}

static void utf8_stays_as_it_is_without_its_mark(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES(""), BYTES("")},
      {BYTES("a\tb\n"), BYTES("a\tb\n")},
      {BYTES("\xe2\x82\xac 5\n"), BYTES("\xe2\x82\xac 5\n")},
      {BYTES("\xef\xbb\xbf"
             "Date\n"),
       BYTES("Date\n")},
      {BYTES("\xef\xbb\xbf"), BYTES("")},
  };
  CHECK_CONVERSIONS(cases);
}

static void utf16_is_told_by_its_mark(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES("\xff\xfe"
             "A\0,\0\r\0\n\0"),
       BYTES("A,\r\n")},
      {BYTES("\xfe\xff"
             "\0A\0,\0\r\0\n"),
       BYTES("A,\r\n")},
      {BYTES("\xff\xfe"), BYTES("")},
      {BYTES("\xff\xfe"
             "\xe9\0\xac\x20"),
       BYTES("\xc3\xa9\xe2\x82\xac")},
      {BYTES("\xff\xfe"
             "\x3d\xd8\x00\xde"),
       BYTES("\xf0\x9f\x98\x80")}, /* a pair: U+1F600 */
      {BYTES("\xfe\xff"
             "\xd8\x3d\xde\x00"),
       BYTES("\xf0\x9f\x98\x80")},
  };
  CHECK_CONVERSIONS(cases);
}

static void half_a_pair_is_replaced_and_a_cut_byte_left_out(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES("\xff\xfe"
             "\x3d\xd8"
             "A\0"),
       BYTES("\xef\xbf\xbd"
             "A")},
      {BYTES("\xff\xfe"
             "\x00\xde"
             "A\0"),
       BYTES("\xef\xbf\xbd"
             "A")},
      {BYTES("\xff\xfe"
             "\x3d\xd8"),
       BYTES("\xef\xbf\xbd")},
      {BYTES("\xff\xfe"
             "A\0B"),
       BYTES("A")},
  };
  CHECK_CONVERSIONS(cases);
}

static void what_is_not_utf8_is_windows_1252(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES("M\xfcnchen\n"), BYTES("M\xc3\xbcnchen\n")},
      {BYTES("\x80 5\xa0"
             "000\n"),
       BYTES("\xe2\x82\xac 5\xc2\xa0"
             "000\n")},
      {BYTES("\x85\x9f\n"), BYTES("??\n")},
      {BYTES("\xc3"), BYTES("\xc3\x83")},             /* half a character */
      {BYTES("\xc0\xaf"), BYTES("\xc3\x80\xc2\xaf")}, /* an overlong slash is none */
      {BYTES("\xff\xff"), BYTES("\xc3\xbf\xc3\xbf")}, /* half a mark of UTF-16 */
  };
  CHECK_CONVERSIONS(cases);
}

static void a_return_by_itself_ends_a_line(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES("a\rb\rc\r"), BYTES("a\nb\nc\n")},
      {BYTES("a\r\nb\r\n"), BYTES("a\r\nb\r\n")},
      {BYTES("a\r\nb\rc\nd"), BYTES("a\r\nb\nc\nd")},
      {BYTES("a\r\r\nb\r\rc"), BYTES("a\r\r\nb\n\nc")},
      {BYTES("\xff\xfe"
             "a\0\r\0b\0"),
       BYTES("a\nb")},
  };
  CHECK_CONVERSIONS(cases);
}

static void a_control_z_may_end_a_text(void **state)
{
  (void)state;
  static const conversion cases[] = {
      {BYTES("a\n\x1a"), BYTES("a\n")},
      {BYTES("\x1a"), BYTES("")},
      {BYTES("\xff\xfe"
             "a\0\x1a\0"),
       BYTES("a")},
  };
  CHECK_CONVERSIONS(cases);
  check_refused((bytes)BYTES("a\x1a\nb\n"), "X.csv:1:2: not text: byte 0x1a");
}

static void control_bytes_are_named_with_their_place(void **state)
{
  (void)state;
  static const struct {
    bytes in;
    const char *message;
  } cases[] = {
      {BYTES("\0"), "X.csv:1:1: not text: byte 0x00"},
      {BYTES("a,b\n1,\0,2\n"), "X.csv:2:3: not text: byte 0x00"},
      {BYTES("a\r\nb\r\n\x07"), "X.csv:3:1: not text: byte 0x07"},
      {BYTES("a\x7f"), "X.csv:1:2: not text: byte 0x7f"},
      {BYTES("\x1b[0m"), "X.csv:1:1: not text: byte 0x1b"},
      {BYTES("\xef\xbb\xbf"
             "a\x01"),
       "X.csv:1:2: not text: byte 0x01"},
      {BYTES("\xff\xfe"
             "a\0\0\0"),
       "X.csv:1:2: not text: byte 0x00"},
      {BYTES("a\0b\0"), "X.csv:1:2: not text: byte 0x00"}, /* UTF-16 without its mark */
      {BYTES("\xe9\x01"), "X.csv:1:2: not text: byte 0x01"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    check_refused(cases[i].in, cases[i].message);
}

/* Of every length around those that vector code takes at once. */
static void one_bad_byte_is_found_wherever_it_stands(void **state)
{
  (void)state;
  char text[200], message[64];
  for (size_t length = 1; length < sizeof text; length++) {
    memset(text, 'x', sizeof text);
    text[length - 1] = '\x02';
    (void)snprintf(message, sizeof message, "X.csv:1:%zu: not text: byte 0x02", length);
    check_refused((bytes){text, length}, message);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(utf8_stays_as_it_is_without_its_mark),
      cmocka_unit_test(utf16_is_told_by_its_mark),
      cmocka_unit_test(half_a_pair_is_replaced_and_a_cut_byte_left_out),
      cmocka_unit_test(what_is_not_utf8_is_windows_1252),
      cmocka_unit_test(a_return_by_itself_ends_a_line),
      cmocka_unit_test(a_control_z_may_end_a_text),
      cmocka_unit_test(control_bytes_are_named_with_their_place),
      cmocka_unit_test(one_bad_byte_is_found_wherever_it_stands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
