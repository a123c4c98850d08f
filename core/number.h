/* number.h - doubles as decimal text: a short form that reads back to the same bits, and strict
 * reading. Both are independent of the locale and safe on many threads.
 */
#ifndef BT_CORE_NUMBER_H
#define BT_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

enum { BT_NUMBER_TEXT_SIZE = 32 };

/* Writes a decimal with as few digits as read back to value (for some powers of two one more): 20,
 * 0.1, 1e-05, 12345678.9. Whole numbers below 1e15 have no exponent and no point; -0 is 0.
 * Not-a-number gives nan, infinity inf or -inf. Returns buffer. */
char *bt_number_format(char buffer[BT_NUMBER_TEXT_SIZE], double value);

/* Reads a finite decimal number (sign, digits, point, exponent; no hex, no blanks, at most 480
 * characters); the whole text must match. *out is set on success alone. Correctly rounded. */
bool bt_number_parse(double *out, const char *text);

/* Reads text[0 .. length-1] times 10^power, rounded once: "5" with -2 is the double nearest to
 * 0.05. With a power other than 0 no exponent of its own. */
bool bt_number_parse_scaled(double *out, const char *text, size_t length, int power);

/* What a decimal without a sign of per cent means in per cent: "15" gives 1500. The text is one
 * that bt_number_parse reads. Returns buffer. */
char *bt_number_format_percent(char buffer[BT_NUMBER_TEXT_SIZE], const char *text);

/* Puts commas into a row of digits in place: 1234567 becomes 1,234,567. Where `size` bytes do not
 * hold the result the text stays as it is. Returns digits. */
char *bt_number_group(char *digits, size_t size);

#endif
